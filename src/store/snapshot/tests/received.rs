//! The part that says since when a change stands as it does.

use countersign_domain::facts::{Description, Known, Received};

use super::super::{Error, Part, Snapshot, restore};
use super::{cut, rich};

/// As the first version wrote it, of the description of `rich`. Do not write it anew: audited changes are read by it.
const WRITTEN: &str = concat!(
    r#"{"v":1,"content":{"head":{"known":"2026-01-30T11:00:00Z"},"ready":{"unknown":"an outage"},"#,
    r#""descriptions":{"known":[{"at":"2026-01-30T10:00:00Z","#,
    r#""text":"body:7faf88687f173a76a8ccf3d18a466fce5919c3c7f94ce027e378d6e4b8eddc75"}]}}}"#
);

fn told() -> Snapshot {
    let mut snapshot = rich::snapshot();
    let text = snapshot.facts.change.body.clone();
    snapshot.facts.on_demand.received = Some(Received {
        head: Known::Known("2026-01-30T11:00:00Z".parse().unwrap()),
        ready: Known::unknown("an outage"),
        descriptions: Known::Known(vec![Description { at: "2026-01-30T10:00:00Z".parse().unwrap(), text }]),
    });
    snapshot
}

fn received(bytes: &str) -> Part {
    Part { kind: "received".to_owned(), bytes: bytes.as_bytes().to_vec() }
}

#[test]
fn what_was_received_is_written_and_read_as_the_first_version_did() {
    let mut parts = cut(&rich::snapshot());
    parts.push(received(WRITTEN));
    assert_eq!(restore(&parts).unwrap(), told());
    let written = cut(&told()).into_iter().find(|part| part.kind == "received").unwrap();
    assert_eq!(String::from_utf8(written.bytes).unwrap(), WRITTEN);
}

#[test]
fn what_was_received_is_refused_of_a_later_version_twice_or_broken() {
    let with = |texts: &[&str]| {
        let mut parts = cut(&rich::snapshot());
        parts.extend(texts.iter().map(|text| received(text)));
        restore(&parts).unwrap_err()
    };
    let later = WRITTEN.replacen("\"v\":1", "\"v\":2", 1);
    assert_eq!(with(&[&later]), Error::Version { kind: "received", version: 2, newest: 1 });
    let other = WRITTEN.replacen("11:00", "11:01", 1);
    assert_eq!(with(&[WRITTEN, &other]), Error::Several { kind: "received", count: 2 });
    let elsewhere = WRITTEN.replacen("body:7f", "body:00", 1);
    assert!(matches!(with(&[&elsewhere]), Error::Missing { kind: "body", .. }));
    let broken = WRITTEN.replacen("\"head\"", "\"tail\"", 1);
    assert!(matches!(with(&[&broken]), Error::Broken { kind: "received", .. }));
}
