//! The project's own pages, and the Python beside it: what several tests share. Absent: any claim about what stands in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A Python that does so much without an error: the one that `tests/run` makes, or the machine's.
pub(crate) fn python(wanted: &str) -> Option<PathBuf> {
    let installed = root().join("tests/.python/bin/python");
    let has = |python: &PathBuf| {
        Command::new(python).args(["-c", wanted]).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    [installed, PathBuf::from("python3")].into_iter().find(has)
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

/// A fenced block of a page.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// The words after the fence.
    pub(crate) info: String,
    /// The line of its first line of text, from 1.
    pub(crate) line: usize,
    /// What stands in it.
    pub(crate) text: String,
    /// The paragraph that follows it, in one line.
    pub(crate) after: String,
}

/// Every fenced block of a page; one inside a longer fence is part of its text.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let lines: Vec<&str> = page.lines().collect();
    let fence = |line: &str| line.chars().take_while(|c| *c == '`').count();
    let (mut blocks, mut at) = (Vec::new(), 0);
    while at < lines.len() {
        let length = fence(lines[at]);
        at += 1;
        if length < 3 {
            continue;
        }
        let info = lines[at - 1][length..].trim().to_owned();
        let end = (at..lines.len()).find(|end| fence(lines[*end]) == length && lines[*end].len() == length);
        let end = end.unwrap_or_else(|| panic!("the fence of line {at} is never closed"));
        let after = lines[end + 1..].iter().skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
        let after = after.copied().collect::<Vec<_>>().join(" ");
        blocks.push(Block { info, line: at + 1, text: lines[at..end].join("\n") + "\n", after });
        at = end + 1;
    }
    blocks
}

/// The environment variables of all settings, from the place where they are declared.
pub(crate) fn settings() -> BTreeSet<String> {
    let source = text("src/settings.rs");
    let declared = source.lines().filter_map(|line| line.split("env = \"").nth(1)?.split('"').next());
    declared.map(str::to_owned).collect()
}
