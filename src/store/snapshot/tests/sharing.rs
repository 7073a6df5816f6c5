//! What is stored once: parts that two decisions share, and how large they are.

use std::collections::BTreeSet;

use countersign_domain::account::{Oid, TeamName};
use countersign_domain::facts::{Attribution, Commit, Description, File, FileStatus, Known, Received};
use countersign_domain::policy::Read;

use super::super::super::pack::pack;
use super::super::{Snapshot, hash};
use super::rich::{at, person};
use super::{cut, rich};

/// The kinds of the parts that a change to the rich snapshot makes anew.
fn anew(change: impl FnOnce(&mut Snapshot)) -> Vec<String> {
    let mut snapshot = rich::snapshot();
    let before = cut(&snapshot);
    change(&mut snapshot);
    let mut kinds: Vec<_> =
        cut(&snapshot).into_iter().filter(|part| !before.contains(part)).map(|part| part.kind).collect();
    kinds.sort();
    kinds
}

fn payments() -> TeamName {
    TeamName::parse("acme/payments").unwrap()
}

#[test]
fn a_change_makes_only_its_own_part_anew() {
    assert_eq!(anew(|_| {}), [""; 0]);
    assert_eq!(anew(|it| it.facts.as_of = at("2026-02-01T00:00:00Z")), ["change"]);
    let joined = Known::Known([person(2, "bob"), person(3, "carol"), person(4, "dan")].into());
    assert_eq!(anew(|it| _ = it.facts.teams.insert(payments(), joined)), ["change", "team"]);
    assert_eq!(anew(|it| it.facts.change.body.push('.')), ["body", "change"]);
    assert_eq!(anew(|it| it.facts.files = Known::unknown("why")), ["change", "files"]);
    assert_eq!(anew(|it| it.facts.commits = Known::unknown("why")), ["change", "commits"]);
    assert_eq!(anew(|it| it.facts.reviews = Known::unknown("why")), ["change", "reviews"]);
    assert_eq!(anew(|it| it.facts.checks = Known::unknown("why")), ["change", "checks"]);
    assert_eq!(anew(|it| it.facts.policy_edit = None), ["change"]);
    assert_eq!(anew(|it| it.facts.asked = rich::asked().facts.asked), ["asked", "change"]);
    assert_eq!(anew(|it| it.facts.asked.codeowners = rich::owned().facts.asked.codeowners), ["change", "codeowners"]);
    let received = |it: &mut Snapshot| {
        let text = it.facts.change.body.clone();
        let descriptions = Known::Known(vec![Description { at: at("2026-01-30T11:00:00Z"), text }]);
        let (head, ready) = (Known::Known(it.facts.as_of), Known::unknown("why"));
        it.facts.on_demand.received = Some(Received { head, ready, descriptions });
    };
    assert_eq!(anew(received), ["received"], "it lies beside the rest, and shares the description");
    assert_eq!(anew(|it| it.templates.clear()), ["change", "templates"]);
    let next = |it: &mut Snapshot| {
        if let Some(Read::Text(version)) = it.sources.first_mut().map(|source| &mut source.read) {
            version.text.push('#');
        }
    };
    assert_eq!(anew(next), ["change", "policy"]);
}

#[test]
fn a_text_that_stands_in_several_places_is_one_part() {
    let parts = cut(&rich::snapshot());
    let count = |kind: &str| parts.iter().filter(|part| part.kind == kind).count();
    assert_eq!(count("body"), 2, "the current one, which the approver saw, and a former one");
    assert_eq!(count("policy"), 2, "the one in force, which is also the last good one and the edited one, and another");
    assert_eq!(count("team"), 3);
    let names: BTreeSet<_> = parts.iter().map(|part| (&part.kind, hash(&part.bytes))).collect();
    assert_eq!(names.len(), parts.len());
}

#[test]
fn the_order_in_which_sets_were_filled_does_not_matter() {
    let with = |people: &[u64]| {
        let mut snapshot = rich::snapshot();
        let members = people.iter().map(|id| person(*id, &format!("p{id}"))).collect();
        snapshot.facts.teams.insert(payments(), Known::Known(members));
        cut(&snapshot)
    };
    assert_eq!(with(&[30, 4, 11]), with(&[11, 30, 4]));
}

/// A change of 20 files and 6 commits, with two teams of 60 people.
fn typical() -> Snapshot {
    let mut snapshot = rich::snapshot();
    let facts = &mut snapshot.facts;
    let file = |n: u64| File {
        path: format!("services/payments/src/ledger/module_{n}.rs"),
        old_path: Known::Known(None),
        status: FileStatus::Modified,
        added: n * 7 % 90,
        removed: n * 5 % 40,
    };
    let commit = |n: u64| Commit {
        oid: Oid::new(&hash(&n.to_be_bytes())[..40]),
        author: Attribution::Account(person(1, "alice")),
        committer: Attribution::GitHub,
        co_authors: vec![],
        verified: true,
    };
    facts.files = Known::Known((0..20).map(file).collect());
    facts.commits = Known::Known((0..6).map(commit).collect());
    for slug in ["payments", "platform"] {
        let members = (0..60).map(|n| person(1_000_000 + n * 7919, &format!("{slug}-member-{n}"))).collect();
        facts.teams.insert(TeamName::parse(&format!("acme/{slug}")).unwrap(), Known::Known(members));
    }
    facts.change.base.tip = Oid::new(&hash(b"base")[..40]);
    facts.change.head.tip = Oid::new(&hash(b"head")[..40]);
    snapshot
}

#[test]
fn a_decision_adds_a_kilobyte_or_two() {
    let parts = cut(&typical());
    let change = parts.iter().find(|part| part.kind == "change").unwrap();
    let packed = pack(&change.bytes).len();
    assert!(packed < 2048, "{packed} bytes, {} unpacked", change.bytes.len());
}
