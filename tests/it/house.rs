//! What the documents promise of the house: its arrows, its dependencies, its paths.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(under: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(under)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The code of a file without its comments, tests and attributes' texts.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_rooms_know_only_whom_they_may() {
    // Room, and the rooms and crates that it must not name.
    let arrows: [(&str, &[&str]); 7] = [
        (
            "src/github",
            &["crate::store", "crate::pipeline", "crate::queue", "crate::render", "crate::server", "sqlx", "rusqlite"],
        ),
        (
            "src/store",
            &["crate::github", "crate::pipeline", "crate::queue", "crate::render", "crate::server", "reqwest"],
        ),
        (
            "src/queue",
            &["crate::pipeline", "crate::github", "crate::render", "crate::server", "reqwest", "sqlx", "rusqlite"],
        ),
        (
            "src/render",
            &["crate::github", "crate::store", "crate::pipeline", "crate::queue", "reqwest", "sqlx", "rusqlite"],
        ),
        ("src/server", &["crate::pipeline", "crate::queue", "crate::render", "reqwest", "sqlx", "rusqlite"]),
        ("src/pipeline", &["crate::server", "crate::cli", "crate::app", "reqwest", "sqlx", "rusqlite"]),
        (
            "src/domain",
            &["countersign::", "tokio", "reqwest", "sqlx", "rusqlite", "serde::", "std::fs", "std::env", "std::net"],
        ),
    ];
    for (room, forbidden) in arrows {
        for file in files(room, "rs").iter().filter(|file| !file.components().any(|part| part.as_os_str() == "tests")) {
            let code = code(file);
            for name in forbidden {
                assert!(!code.contains(name), "{} names `{name}`", file.display());
            }
        }
    }
}

#[test]
fn only_the_clock_asks_the_machine_for_the_time() {
    let asks = ["Timestamp::now()", "Zoned::now()", "SystemTime::now()"];
    for file in files("src", "rs").iter().filter(|file| !file.ends_with("clock.rs")) {
        let code = code(file);
        assert!(!asks.iter().any(|ask| code.contains(ask)), "{} asks for the time itself", file.display());
    }
}

#[test]
fn every_failpoint_is_reached_somewhere_and_every_place_is_listed() {
    let code: String = files("src", "rs").iter().map(|file| code(file)).collect();
    let reached: BTreeSet<&str> =
        code.split("failpoint::reach(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(reached, countersign::failpoint::PLACES.into_iter().collect());
}

#[test]
fn paths_named_in_the_documents_exist() {
    let mut documents = files("docs", "md");
    documents.push(root().join("README.md"));
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        let named = text.split('`').skip(1).step_by(2).filter(|word| {
            ["src/", "tests/", "docs/", "policies/", "deploy/", "examples/", ".ci/"]
                .iter()
                .any(|start| word.starts_with(start))
        });
        for path in named.filter(|path| !path.contains([' ', '*', '<', '…'])) {
            assert!(root().join(path).exists(), "{} names `{path}`", document.display());
        }
    }
}

fn metadata() -> serde_json::Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_dependency_comes_from_the_registry_under_a_licence_that_asks_nothing_back() {
    let allowed = [
        "0BSD",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "CDLA-Permissive-2.0",
        "ISC",
        "MIT",
        "MIT-0",
        "Unicode-3.0",
        "Unicode-DFS-2016",
        "Unlicense",
        "Zlib",
    ];
    // `A OR B`: one is enough; `A AND B`: both. No dependency nests deeper than brackets around an `OR`.
    let is_allowed = |licence: &str| {
        let licence = licence.replace(" / ", " OR ").replace('/', " OR ");
        let any = |choice: &str| {
            choice
                .trim_matches(['(', ')', ' '])
                .split(" OR ")
                .any(|one| allowed.contains(&one.trim_matches(['(', ')', ' '])))
        };
        licence.split(" AND ").all(any)
    };
    for package in metadata()["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let Some(source) = package["source"].as_str() else { continue };
        assert_eq!(source, "registry+https://github.com/rust-lang/crates.io-index", "{name}");
        // Its manifest names a file instead: the text of the MIT licence. A dependency of the stand-in's alone.
        let read = (name == "jsonpath-rust").then_some("MIT");
        let licence = package["license"].as_str().or(read).unwrap_or_else(|| panic!("{name} names no licence"));
        assert!(is_allowed(licence), "{name} is under {licence}");
    }
}

#[test]
fn what_must_not_be_linked_is_not() {
    let packages = metadata();
    let names: BTreeSet<&str> =
        packages["packages"].as_array().unwrap().iter().map(|package| package["name"].as_str().unwrap()).collect();
    for banned in ["openssl", "native-tls", "octocrab", "rsa"] {
        assert!(!names.contains(banned), "`{banned}` is in the tree");
    }
}
