//! Links between the project's pages lead to files and headings that are there. Absent: other people's sites.

use std::path::{Path, PathBuf};

use crate::pages::{files, root, text};

#[test]
fn every_link_between_the_pages_leads_somewhere() {
    let mut pages: Vec<PathBuf> = ["docs", "deploy"].iter().flat_map(|folder| files(folder, "md")).collect();
    pages.push(root().join("README.md"));
    let mut dead = Vec::new();
    for page in &pages {
        let written = std::fs::read_to_string(page).unwrap();
        for target in targets(&written).filter(|target| !target.contains("://")) {
            if !is_there(page, &target) {
                dead.push(format!("{}: {target}", page.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(dead.is_empty(), "these links lead nowhere:\n{}", dead.join("\n"));
}

/// What the links of a page lead to, those that are broken over two lines too.
fn targets(page: &str) -> impl Iterator<Item = String> {
    page.split("](").skip(1).filter_map(|rest| rest.split(')').next()).map(str::to_owned)
}

fn is_there(page: &Path, target: &str) -> bool {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = if path.is_empty() { page.to_owned() } else { page.parent().unwrap().join(path) };
    if anchor.is_empty() || !file.exists() {
        return file.exists();
    }
    let written = std::fs::read_to_string(file).unwrap();
    written.lines().filter(|line| line.starts_with('#')).any(|line| slug(line) == anchor)
}

/// A heading's name in addresses, as GitHub makes it.
pub(crate) fn slug(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn a_heading_is_found_by_its_name() {
    let check = |heading: &str, name: &str| assert_eq!(slug(heading), name);
    check("## Five lines to begin with", "five-lines-to-begin-with");
    check("### `[authorities.NAME]`", "authoritiesname");
    check("## What's in it?", "whats-in-it");
    assert!(text("docs/policy.md").contains("](#the-file)"), "the page has such links");
}
