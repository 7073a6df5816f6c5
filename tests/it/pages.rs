//! Reading the project's own pages: what several tests of them share. Absent: any claim about what stands in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the project.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("`{path}`: {error}"))
}

/// The files under a folder whose names end so, in order.
pub(crate) fn files(under: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(under)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().is_none_or(|name| name != "node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A row of a Markdown table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The heading that it stands under.
    pub(crate) under: String,
    /// Its line in the page, from 1.
    pub(crate) line: usize,
    /// Its cells, trimmed; `\|` is a bar.
    pub(crate) cells: Vec<String>,
}

impl Row {
    /// The words in backticks of a cell.
    pub(crate) fn code(&self, cell: usize) -> Vec<String> {
        code(self.cells.get(cell).map_or("", String::as_str))
    }
}

/// The words in backticks.
pub(crate) fn code(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every row of every table of a page, without the heads.
pub(crate) fn rows(page: &str) -> Vec<Row> {
    let (mut rows, mut under, mut fenced) = (Vec::new(), String::new(), false);
    let lines: Vec<&str> = page.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        if line.starts_with('#') {
            under = line.trim_start_matches('#').trim().to_owned();
        }
        let is_head = lines.get(index + 1).is_some_and(|next| next.starts_with("| --"));
        if line.starts_with("| ") && !line.starts_with("| --") && !is_head {
            rows.push(Row { under: under.clone(), line: index + 1, cells: cells(line) });
        }
    }
    rows
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|').replace("\\|", "\u{0}");
    inner.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
}

/// The headings of a page, without their hashes.
pub(crate) fn headings(page: &str) -> Vec<String> {
    let (mut found, mut fenced) = (Vec::new(), false);
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if !fenced && line.starts_with('#') {
            found.push(line.trim_start_matches('#').trim().to_owned());
        }
    }
    found
}

/// The fenced blocks of a page with exactly these words after the fence: line and text.
pub(crate) fn blocks<'a>(page: &'a str, words: &str) -> Vec<(usize, &'a str)> {
    let fence = format!("```{words}\n");
    let starts = page.match_indices(&fence).map(|(at, _)| at + fence.len());
    let block = |at: usize| (page[..at].lines().count() + 1, page[at..].split("```").next().unwrap_or_default());
    starts.map(block).collect()
}

/// The environment variables of all settings, from the place where they are declared.
pub(crate) fn settings() -> BTreeSet<String> {
    let source = text("src/settings.rs");
    let declared = source.lines().filter_map(|line| line.split("env = \"").nth(1)?.split('"').next());
    declared.map(str::to_owned).collect()
}
