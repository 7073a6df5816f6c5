//! What the results come to together: order of weight, drafts, siblings, names.

use super::*;
use crate::decision::Outcome::{self, *};
use crate::facts::{ChangeState, Enforced, Sibling};

#[test]
fn the_worst_result_decides_and_the_rest_is_listed() {
    let mut facts = world();
    let green = "[[rule]]\nid = \"green\"\nchecks = [\"build\"]\n";
    let record = "[record]\nrequired = [\"summary\"]\n";
    let hard = "[[rule]]\nid = \"hard\"\nwhen = { not = { diff = \"DROP\" } }\nallow = \"ok\"\n";
    let no = "[[rule]]\nid = \"no\"\ndeny = \"never\"\n";
    let mut policy = PEER.to_owned();
    let mut expected = vec!["peer approvals waiting"];
    check(&policy, &facts, Wait, &expected);
    policy = format!("{record}{policy}");
    expected.insert(0, "record fields author");
    check(&policy, &facts, Act, &expected);
    policy.push_str(hard);
    expected.push("hard allow unknown");
    check(&policy, &facts, Unknown, &expected);
    policy.push_str(no);
    expected.push("no deny blocked");
    let decision = check(&policy, &facts, Block, &expected);
    says(&decision, "next: `never`");
    facts.checks = Known::Known(vec![run("build", "failure")]);
    check(&format!("{green}{PEER}"), &facts, Act, &["green checks author", "peer approvals waiting"]);
}

#[test]
fn a_draft_never_passes() {
    let mut facts = approved_by(&["bob"]);
    facts.change.draft = true;
    let decision = check(PEER, &facts, Wait, &["peer approvals satisfied"]);
    assert!(decision.draft);
    says(&decision, "next: until it is marked as ready for review");
}

#[test]
fn a_closed_pull_request_has_nothing_to_be_asked() {
    for state in [ChangeState::Closed, ChangeState::Merged] {
        let facts = with(|facts| facts.change.state = state);
        check(PEER, &facts, Silent, &[]);
    }
}

#[test]
fn a_shared_check_shows_the_worst() {
    let cases: [(Option<Outcome>, Outcome); 6] = [
        (Some(Pass), Pass),
        (Some(Block), Block),
        (None, Wait),
        (Some(Neutral), Pass),
        (Some(Silent), Pass),
        (Some(Act), Act),
    ];
    for (sibling, outcome) in cases {
        let mut facts = approved_by(&["bob"]);
        facts.siblings = vec![Sibling { number: 13, outcome: sibling }];
        let decision = check(PEER, &facts, outcome, &["peer approvals satisfied"]);
        assert_eq!(decision.own_outcome, Pass);
    }
}

#[test]
fn the_check_is_named_after_the_base() {
    let name = |base: &str| {
        let facts = with(|facts| facts.change.base.name = base.to_owned());
        decide(&policies("", &(PEOPLE.to_owned() + PEER)), &facts).check_name
    };
    assert_eq!(name("main"), "countersign");
    assert_eq!(name("release/1"), "countersign: release/1");
    // A base's own policy names no check, or any branch could make itself another's.
    let own = "[check]\nnames = { \"**\" = \"countersign: release\" }\n";
    let facts = |given: Option<&str>| {
        with(|facts| {
            facts.change.base.name = "dev".to_owned();
            facts.on_demand.check_name = given.map(str::to_owned);
        })
    };
    let name = |facts: &Facts| decide(&policies("", &format!("{PEOPLE}{own}{PEER}")), facts).check_name;
    assert_eq!(name(&facts(None)), "countersign: dev");
    assert_eq!(name(&facts(Some("countersign: all"))), "countersign: all");
}

#[test]
fn a_check_that_holds_nothing_says_so() {
    let facts = with(|facts| facts.enforced = Enforced::No("main does not require the check".to_owned()));
    let decision = check(PEER, &facts, Wait, &["peer approvals waiting"]);
    says(&decision, "this check is not enforced: `main does not require the check`");
}

#[test]
fn the_same_facts_in_another_order_give_the_same_decision() {
    let set = policies("", &(PEOPLE.to_owned() + PEER));
    let mut facts = approved_by(&["carol", "bob"]);
    known(&mut facts.files).push(file("a.rs"));
    let before = decide(&set, &facts);
    known(&mut facts.files).reverse();
    known(&mut facts.reviews).reverse();
    assert_eq!(decide(&set, &facts), before);
}

#[test]
fn nothing_known_is_never_a_pass() {
    let mut facts = approved_by(&["bob"]);
    facts.files = Known::unknown("away");
    facts.commits = Known::unknown("away");
    facts.reviews = Known::unknown("away");
    facts.checks = Known::unknown("away");
    facts.pushers = Known::unknown("away");
    facts.teams.clear();
    facts.accounts.clear();
    let expected = ["policy forged-check unknown", "policy changes_requested unknown", "peer approvals unknown"];
    check(PEER, &facts, Unknown, &expected);
}
