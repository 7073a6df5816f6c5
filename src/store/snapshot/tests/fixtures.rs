//! Snapshots that each version wrote, and that have to be restored for as long as there is a countersign.
//!
//! Do not write these files anew: where this fails, snapshots of audited changes can no longer be read.

use super::super::{Part, differences, outcome_of, restore, stored_outcome};
use super::{cut, outcome, rich};

/// The files, without the line end that ends them.
macro_rules! fixtures {
    ($($name:literal),+ $(,)?) => {
        vec![$(fixture($name, include_str!(concat!("../fixtures/", $name, ".json")))),+]
    };
}

fn fixture(name: &str, text: &str) -> Part {
    let kind = name.rsplit('/').next().and_then(|name| name.split('-').next()).unwrap();
    Part { kind: kind.to_owned(), bytes: text.trim_end().as_bytes().to_vec() }
}

fn version_1() -> Vec<Part> {
    fixtures![
        "v1/body-1",
        "v1/body-2",
        "v1/files",
        "v1/commits",
        "v1/reviews",
        "v1/checks",
        "v1/team-1",
        "v1/team-2",
        "v1/team-3",
        "v1/policy-1",
        "v1/policy-2",
        "v1/templates",
        "v1/change",
        "v1/decision",
    ]
}

/// Only the `change` has a second version; what it refers to is as it was, but for what is new.
fn version_2() -> Vec<Part> {
    let mut parts = version_1();
    parts.retain(|part| part.kind != "change");
    let new = fixtures!["v2/head_diff-1", "v2/head_diff-2", "v2/patches", "v2/change"];
    parts.extend(new);
    parts
}

#[test]
fn a_snapshot_of_version_1_is_restored() {
    let restored = restore(&version_1()).unwrap();
    assert_eq!(format!("{restored:?}"), format!("{:?}", rich::version_1()));
}

#[test]
fn a_snapshot_of_version_2_is_restored() {
    let restored = restore(&version_2()).unwrap();
    assert_eq!(format!("{restored:?}"), format!("{:?}", rich::snapshot()));
}

#[test]
fn an_outcome_of_version_1_is_read() {
    let stored = stored_outcome(&version_1()).unwrap();
    assert_eq!(stored.semantics(), 1);
    assert_eq!(differences(&stored, &outcome::decision()), [""; 0]);
}

/// While these versions are what is written, their bytes stay as they are: else nothing new shares a part with what is
/// stored.
#[test]
fn the_bytes_of_what_is_written_have_not_changed() {
    let mut written = cut(&rich::snapshot());
    written.push(outcome_of(&outcome::decision()));
    let text = |parts: &[Part]| {
        let mut texts: Vec<_> = parts.iter().map(|part| String::from_utf8(part.bytes.clone()).unwrap()).collect();
        texts.sort();
        texts
    };
    assert_eq!(text(&version_2()), text(&written));
}
