//! Snapshots that former versions wrote, and that have to be restored for as long as there is a countersign.
//!
//! Do not write these files anew: where this fails, snapshots of audited changes can no longer be read.

use super::super::{Part, differences, outcome_of, restore, stored_outcome};
use super::{cut, outcome, rich};

/// The files, without the line end that ends them.
macro_rules! fixtures {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        vec![$(fixture($name, include_str!(concat!("../fixtures/", $folder, "/", $name, ".json")))),+]
    };
}

fn fixture(name: &str, text: &str) -> Part {
    let kind = name.rsplit('/').next().and_then(|name| name.split('-').next()).unwrap();
    Part { kind: kind.to_owned(), bytes: text.trim_end().as_bytes().to_vec() }
}

fn version_1() -> Vec<Part> {
    fixtures![
        "v1":
        "body-1",
        "body-2",
        "files",
        "commits",
        "reviews",
        "checks",
        "team-1",
        "team-2",
        "team-3",
        "policy-1",
        "policy-2",
        "templates",
        "change",
        "decision",
    ]
}

/// Version 2 of the part `change` refers to what only some policies ask for; all else is as in version 1.
fn version_2() -> Vec<Part> {
    let mut parts = version_1();
    parts.retain(|part| !["change", "decision"].contains(&part.kind.as_str()));
    parts.extend(fixtures!["v2": "asked", "head_diff-1", "head_diff-2", "patches", "change"]);
    parts
}

/// Version 3 of the part `change` refers to the text of CODEOWNERS; all else is as in version 2.
fn version_3() -> Vec<Part> {
    let mut parts = version_2();
    parts.retain(|part| part.kind != "change");
    parts.extend(fixtures!["v3": "codeowners", "change"]);
    parts
}

#[test]
fn a_snapshot_of_version_1_is_restored() {
    let restored = restore(&version_1()).unwrap();
    assert_eq!(format!("{restored:?}"), format!("{:?}", rich::snapshot()));
}

#[test]
fn a_snapshot_of_version_2_is_restored() {
    let restored = restore(&version_2()).unwrap();
    assert_eq!(format!("{restored:?}"), format!("{:?}", rich::asked()));
}

#[test]
fn a_snapshot_of_version_3_is_restored() {
    let restored = restore(&version_3()).unwrap();
    assert_eq!(format!("{restored:?}"), format!("{:?}", rich::owned()));
}

/// Version 4 of the part `change` says the repository's custom properties; all else is as in version 3.
fn version_4() -> Vec<Part> {
    let mut parts = version_3();
    parts.retain(|part| part.kind != "change");
    parts.extend(fixtures!["v4": "change"]);
    parts
}

#[test]
fn a_snapshot_of_version_4_is_restored() {
    let restored = restore(&version_4()).unwrap();
    assert_eq!(format!("{restored:?}"), format!("{:?}", rich::with_properties()));
}

/// Version 5 of the part `change` refers to commands; all else is as in version 4.
fn version_5() -> Vec<Part> {
    let mut parts = version_4();
    parts.retain(|part| part.kind != "change");
    parts.extend(fixtures!["v5": "commands", "change"]);
    parts
}

#[test]
fn a_snapshot_of_version_5_is_restored() {
    let restored = restore(&version_5()).unwrap();
    assert_eq!(format!("{restored:?}"), format!("{:?}", rich::commanded()));
}

#[test]
fn an_outcome_of_version_1_is_read() {
    let stored = stored_outcome(&version_1()).unwrap();
    assert_eq!(stored.semantics(), 1);
    assert_eq!(differences(&stored, &outcome::decision()), [""; 0]);
}

/// What was written as a version is written so still: else nothing new shares a part with what is stored.
#[test]
fn the_bytes_of_former_versions_have_not_changed() {
    let mut written = cut(&rich::snapshot());
    written.push(outcome_of(&outcome::decision()));
    let text =
        |parts: &[Part]| parts.iter().map(|part| String::from_utf8(part.bytes.clone()).unwrap()).collect::<Vec<_>>();
    assert_eq!(text(&version_1()), text(&written));
    assert_eq!(text(&version_2()), text(&cut(&rich::asked())));
    assert_eq!(text(&version_3()), text(&cut(&rich::owned())));
    assert_eq!(text(&version_4()), text(&cut(&rich::with_properties())));
    assert_eq!(text(&version_5()), text(&cut(&rich::commanded())));
}
