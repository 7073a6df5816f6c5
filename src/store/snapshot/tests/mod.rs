//! Snapshots through every way they must survive, and every way they must be refused.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod broken;
mod calendars;
mod fixtures;
mod generate;
mod history;
mod outcome;
mod packs;
mod received;
mod rich;
mod sharing;

use proptest::prelude::*;

use super::{Part, Snapshot, parts, restore};

/// The parts of a snapshot.
fn cut(snapshot: &Snapshot) -> Vec<Part> {
    parts(&snapshot.facts, &snapshot.sources, &snapshot.templates)
}

/// Whether it comes back whole: accounts are equal by number alone, so logins are compared as shown.
fn comes_back(snapshot: &Snapshot) {
    let restored = restore(&cut(snapshot)).unwrap();
    assert_eq!(&restored, snapshot);
    assert_eq!(format!("{restored:?}"), format!("{snapshot:?}"));
}

#[test]
fn a_rich_snapshot_comes_back() {
    comes_back(&rich::snapshot());
}

#[test]
fn what_only_some_policies_ask_for_comes_back() {
    comes_back(&rich::asked());
    comes_back(&rich::owned());
    comes_back(&rich::commanded());
}

#[test]
fn a_snapshot_of_which_nothing_is_known_comes_back() {
    comes_back(&rich::unknown());
}

proptest! {
    #[test]
    fn any_snapshot_comes_back(snapshot in generate::snapshot()) {
        comes_back(&snapshot);
    }

    #[test]
    fn the_same_content_is_the_same_parts(snapshot in generate::snapshot()) {
        let restored = restore(&cut(&snapshot)).unwrap();
        prop_assert_eq!(cut(&restored), cut(&snapshot));
    }
}
