//! What `docs/conformance.md` promises: the tests that it names exist, every rule names one or says that it has none,
//! and it counts right.

use std::collections::BTreeSet;
use std::fs;

use crate::pages::{files, rows, text};

const PAGE: &str = "docs/conformance.md";

/// Every test of the project: the parts of its file's path, and its name.
fn tests() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for path in files("src", "rs").into_iter().chain(files("tests", "rs")) {
        let source = fs::read_to_string(&path).unwrap();
        let mut is_test = false;
        for line in source.lines().map(str::trim_start) {
            if line.starts_with("#[") {
                is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            } else if let Some(rest) = line.trim_start_matches("async ").strip_prefix("fn ")
                && std::mem::take(&mut is_test)
            {
                let name = rest.split(['(', '<']).next().unwrap_or_default().to_owned();
                found.push((path.with_extension("").display().to_string(), name));
            }
        }
    }
    found
}

#[test]
fn every_test_that_is_named_exists() {
    let tests = tests();
    assert!(tests.len() > 300, "{} tests", tests.len());
    let names: BTreeSet<&str> = tests.iter().map(|(_, name)| name.as_str()).collect();
    let exists = |named: &str| match named.split_once("::") {
        None => names.contains(named),
        Some((module, name)) => {
            tests.iter().any(|(path, test)| test == name && path.split('/').any(|part| part == module))
        }
    };
    let missing: Vec<String> = rows(&text(PAGE))
        .iter()
        .flat_map(|row| row.code(1).into_iter().map(|named| (row.line, named)).collect::<Vec<_>>())
        .filter(|(_, named)| !exists(named))
        .map(|(line, named)| format!("line {line}: `{named}`"))
        .collect();
    assert!(missing.is_empty(), "these tests are not there:\n{}", missing.join("\n"));
}

#[test]
fn every_rule_names_its_tests_and_is_counted() {
    let page = text(PAGE);
    let rows = rows(&page);
    let open = rows.iter().filter(|row| row.cells[1] == "no test yet").count();
    for row in &rows {
        assert!(!row.code(1).is_empty() || row.cells[1] == "no test yet", "line {}: no test is named", row.line);
    }
    let counts = format!("**{} rules, {open} without a test.**", rows.len());
    assert!(page.contains(&counts), "the page should say: {counts}");
}
