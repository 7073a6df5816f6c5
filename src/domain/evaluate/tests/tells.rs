//! What happens to a change, as people are told of it: from one decision to the next.

use super::*;
use crate::decision::Decision;
use crate::event::{AfterMerge, ChangeEvent, happened, holding};
use crate::facts::{ChangeState, ReviewVerdict};
use crate::life::{Closure, State, before_merge};
use std::collections::BTreeSet;

/// The names of what happened from what held before to a decision, and what holds then.
fn step(before: &BTreeSet<ChangeEvent>, decision: &Decision) -> (Vec<&'static str>, BTreeSet<ChangeEvent>) {
    let stands = match decision.state {
        ChangeState::Merged => Some(State::Closed(Closure::Successful)),
        _ => before_merge(decision).map(|life| life.state),
    };
    let now = holding(decision, AfterMerge { stands, ..AfterMerge::default() }, before);
    (happened(before, &now).into_iter().map(ChangeEvent::name).collect(), now)
}

#[track_caller]
fn life(policy: &str, steps: &[(Facts, &[&str])]) {
    let mut held = BTreeSet::new();
    for (place, (facts, expected)) in steps.iter().enumerate() {
        let decision = decide(&policies("", &format!("{PEOPLE}{policy}")), facts);
        let (told, now) = step(&held, &decision);
        assert_eq!(told, *expected, "step {place}: {decision:#?}");
        held = now;
    }
}

#[test]
fn each_event_is_a_step_from_what_held_before() {
    let approved = || with(|facts| approve(facts, "bob"));
    let objected = with(|facts| {
        review(facts, "bob", ReviewVerdict::ChangesRequested);
    });
    let draft = with(|facts| facts.change.draft = true);
    let unknown = with(|facts| facts.reviews = Known::unknown("away"));
    let merged = with(|facts| facts.change.state = ChangeState::Merged);
    let closed = with(|facts| facts.change.state = ChangeState::Closed);
    life(
        PEER,
        &[
            (draft.clone(), &[]),
            (world(), &["submitted"]),
            (world(), &[]),
            // A draft says nothing, and after it nothing is submitted anew.
            (draft, &[]),
            (world(), &[]),
            (approved(), &["authorised"]),
            // What is not known says nothing, and what was told is not told again after it.
            (unknown, &[]),
            (approved(), &[]),
            (objected, &["blocked"]),
            (approved(), &["authorised"]),
            (merged, &["implemented", "closed"]),
        ],
    );
    life(PEER, &[(world(), &["submitted"]), (closed, &["closed"])]);
}

#[test]
fn what_went_in_and_failed_is_not_told_as_implemented() {
    let merged =
        decide(&policies("", &format!("{PEOPLE}{PEER}")), &with(|facts| facts.change.state = ChangeState::Merged));
    let check = |closure: Closure, expected: &[&str]| {
        let after = AfterMerge { stands: Some(State::Closed(closure)), ..AfterMerge::default() };
        let now = holding(&merged, after, &BTreeSet::new());
        let told: Vec<_> = happened(&BTreeSet::new(), &now).into_iter().map(ChangeEvent::name).collect();
        assert_eq!(told, expected);
    };
    check(Closure::Successful, &["implemented", "closed"]);
    check(Closure::Failed, &["failed", "closed"]);
    check(Closure::BackedOut, &["backed-out", "closed"]);
}

#[test]
fn a_freeze_is_told_at_its_start_and_at_its_end() {
    let freeze = format!(
        "{PEER}[[freeze]]\nid = \"f\"\nwhy = \"x\"\nfrom = \"2027-01-15T10:00Z\"\nuntil = \"2027-01-15T12:00Z\"\n"
    );
    let at = |instant: &str| {
        let as_of = instant.parse().unwrap();
        Facts { as_of, ..with(|facts| approve(facts, "bob")) }
    };
    life(
        &freeze,
        &[
            (at("2027-01-15T09:00:00Z"), &["submitted", "authorised"]),
            (at("2027-01-15T10:30:00Z"), &["frozen"]),
            (at("2027-01-15T12:30:00Z"), &["unfrozen"]),
            (at("2027-01-15T12:40:00Z"), &[]),
        ],
    );
}

#[test]
fn those_are_told_whose_when_holds_or_is_not_known() {
    let notify = |when: &str| format!("{PEER}[[notify]]\non = [\"submitted\"]\nto = [\"slack:a\"]\nwhen = {when}\n");
    let check = |when: &str, facts: &Facts, applies: bool| {
        let decision = decide(&policies("", &format!("{PEOPLE}{}", notify(when))), facts);
        let told: Vec<bool> = decision.tells.iter().map(|telling| telling.applies).collect();
        assert_eq!(told, [applies], "{when}");
    };
    check("{ base = [\"main\"] }", &world(), true);
    check("{ base = [\"other\"] }", &world(), false);
    check("{ files = [\"nothing\"] }", &with(|facts| facts.files = Known::unknown("away")), true);
    let merged = with(|facts| facts.change.state = ChangeState::Merged);
    let decision = decide(&policies("", &format!("{PEOPLE}{}", notify("{ base = [\"main\"] }"))), &merged);
    assert_eq!(decision.tells, [], "those who were told while it was open");
}
