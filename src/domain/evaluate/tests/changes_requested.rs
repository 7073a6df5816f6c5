//! Objections hold until they are taken back by those who may.

use super::*;
use crate::decision::Outcome::*;
use crate::facts::ReviewVerdict;

const HELD: [&str; 2] = ["policy changes_requested blocked", "peer approvals satisfied"];

fn objected() -> Facts {
    with(|facts| {
        approve(facts, "carol");
        review(facts, "bob", ReviewVerdict::ChangesRequested);
    })
}

fn dismissed(by: Option<&str>, asked_for_changes: Option<bool>) -> Facts {
    let mut facts = objected();
    known(&mut facts.reviews)[1].verdict = ReviewVerdict::Dismissed { by: by.map(person), asked_for_changes };
    facts
}

#[test]
fn an_objection_blocks_until_its_giver_approves() {
    let mut facts = objected();
    check(PEER, &facts, Block, &HELD);
    approve(&mut facts, "bob");
    check(PEER, &facts, Pass, &["peer approvals satisfied"]);
    let ignoring = format!("[approval]\nchanges_requested = \"ignore\"\n{PEER}");
    check(&ignoring, &objected(), Pass, &["peer approvals satisfied"]);
}

#[test]
fn a_stranger_s_objection_blocks_only_where_they_are_asked() {
    let mut facts = objected();
    known(&mut facts.reviews)[1].can_write = false;
    check(PEER, &facts, Pass, &["peer approvals satisfied"]);
    let asked = "[[rule]]\nid = \"peer\"\napprovals = [{ from = [\"payments\"], count = 1 }]\n";
    check(asked, &facts, Block, &HELD);
    // Whether they are asked is not known.
    facts.teams.insert(team("acme/payments"), Known::unknown("GitHub answered 502"));
    check(asked, &facts, Unknown, &["policy changes_requested unknown", "peer approvals unknown"]);
}

#[test]
fn only_a_person_who_took_no_part_lifts_an_objection() {
    check(PEER, &dismissed(Some("erin"), Some(true)), Pass, &["peer approvals satisfied"]);
    check(PEER, &dismissed(Some("erin"), None), Pass, &["peer approvals satisfied"]);
    check(PEER, &dismissed(Some("ann"), Some(true)), Block, &HELD);
    // A workflow of the change's own could do it.
    check(PEER, &dismissed(Some("jenkins[bot]"), Some(true)), Block, &HELD);
    let decision = check(PEER, &dismissed(None, Some(true)), Block, &HELD);
    says(&decision, "it is not known by whom");
    // It may have been an approval.
    let unknown = ["policy changes_requested unknown", "peer approvals satisfied"];
    check(PEER, &dismissed(Some("ann"), None), Unknown, &unknown);
    check(PEER, &dismissed(Some("ann"), Some(false)), Pass, &["peer approvals satisfied"]);
    check(PEER, &dismissed(None, Some(false)), Pass, &["peer approvals satisfied"]);
}

#[test]
fn whether_a_dismissal_lifts_can_be_unknown() {
    let mut facts = dismissed(Some("erin"), Some(true));
    facts.pushers = Known::unknown("GitHub answered 502");
    check(PEER, &facts, Unknown, &["policy changes_requested unknown", "peer approvals unknown"]);
}

#[test]
fn the_objection_of_an_account_that_is_gone_stands() {
    let mut facts = objected();
    known(&mut facts.reviews)[1].author = None;
    check(PEER, &facts, Block, &HELD);
}

#[test]
fn a_lower_layer_cannot_make_objections_mean_nothing() {
    let organisation = format!("{PEOPLE}{PEER}");
    let repository = "[approval]\nchanges_requested = \"ignore\"\n[[rule]]\nid = \"ok\"\nallow = \"fine\"\n";
    let expected = ["org/policy changes_requested blocked", "org/peer approvals satisfied", "ok allow satisfied"];
    check_layers(&organisation, repository, &objected(), Block, &expected);
}
