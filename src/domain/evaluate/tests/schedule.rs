//! The window that a description plans, and who holds the change to it.

use super::*;
use crate::decision::Outcome::{self, *};
use crate::facts::Facts;

const PLANNED: &str = "## Planned window\n2027-01-15 13:00 to 15:00 Europe/Berlin\n";
/// Twelve and two o'clock there, in UTC.
const OPENS: &str = "2027-01-15T12:00:00Z";
const CLOSES: &str = "2027-01-15T14:00:00Z";

/// Approved by bob, with this description, looked at then.
fn planned(body: &str, now: &str) -> Facts {
    let mut facts = with(|facts| facts.change.body = body.to_owned());
    approve(&mut facts, "bob");
    facts.as_of = now.parse().unwrap();
    facts
}

fn with_schedule(word: &str) -> String {
    format!("[schedule]\nplanned_window = \"{word}\"\n{PEER}")
}

#[track_caller]
fn check_at(now: &str, outcome: Outcome, state: &str, words: &str, next: Option<&str>) {
    let expected = [format!("schedule planned_window {state}"), "peer approvals satisfied".to_owned()];
    let decision = check(PEER, &planned(PLANNED, now), outcome, &[&expected[0], &expected[1]]);
    says(&decision, words);
    assert_eq!(decision.next_instant, next.map(|at| at.parse().unwrap()), "{now}");
}

#[test]
fn a_planned_window_holds_the_merge_outside_it_by_default() {
    let opens = "next: the planned window opens at 2027-01-15T12:00:00Z";
    check_at("2027-01-15T11:59:59Z", Wait, "waiting", opens, Some(OPENS));
    let open = "the planned window is open until 2027-01-15T14:00:00Z";
    check_at(OPENS, Pass, "satisfied", open, Some("2027-01-15T13:59:00Z"));
    let over = "next: plan a new `window` in the description, or take it out";
    check_at(CLOSES, Act, "author", over, None);
    check_at(CLOSES, Act, "author", "the planned window ended at 2027-01-15T14:00:00Z", None);
}

#[test]
fn green_is_taken_back_before_the_window_closes() {
    check_at("2027-01-15T13:58:59Z", Pass, "satisfied", "is open until", Some("2027-01-15T13:59:00Z"));
    check_at("2027-01-15T13:59:00Z", Act, "author", "is about to close, at 2027-01-15T14:00:00Z", Some(CLOSES));
}

#[test]
fn a_description_that_plans_none_is_held_to_none() {
    for body in ["", "## Planned window\n", "## Planned window\nTBD", "## Planned window\nNone"] {
        let decision = check(PEER, &planned(body, OPENS), Pass, &["peer approvals satisfied"]);
        assert_eq!(decision.next_instant, None, "{body}");
    }
}

#[test]
fn a_window_that_cannot_be_told_is_the_author_s_to_make_clear() {
    let expected = ["schedule planned_window author", "peer approvals satisfied"];
    for body in ["## Planned window\n2027-01-15 13:00 to 15:00", "## Planned window\nsome evening"] {
        let decision = check(PEER, &planned(body, OPENS), Act, &expected);
        says(&decision, "make `window` clear in the description, line 1: `");
    }
    let twice = format!("{PLANNED}\n## Change window\n2027-01-16 13:00 to 15:00 Europe/Berlin\n");
    says(&check(PEER, &planned(&twice, OPENS), Act, &expected), "`window` has two different answers");
}

#[test]
fn a_layer_may_warn_or_leave_it() {
    let early = planned(PLANNED, "2027-01-15T08:00:00Z");
    check(&with_schedule("off"), &early, Pass, &["peer approvals satisfied"]);
    let held = ["schedule planned_window waiting", "peer approvals satisfied"];
    check(&with_schedule("enforce"), &early, Wait, &held);
    let warned = check(&with_schedule("warn"), &early, Pass, &held);
    assert_eq!(warned.next_instant, Some(OPENS.parse().unwrap()), "its words change with time");
    // A layer that decides nothing holds nothing.
    let observing = PEOPLE.replace("version = 1", "version = 1\nmode = \"observe\"") + PEER;
    check_layers("", &observing, &early, Neutral, &held);
}

#[test]
fn each_layer_holds_to_it_as_it_says_itself() {
    let early = planned(PLANNED, "2027-01-15T08:00:00Z");
    let organisation = |word: &str| format!("version = 1\n[schedule]\nplanned_window = \"{word}\"\n");
    let own = format!("{PEOPLE}{}", with_schedule("off"));
    // What a layer below leaves does not loosen what one above holds.
    let held = ["org/schedule planned_window waiting", "peer approvals satisfied"];
    check_layers(&organisation("enforce"), &own, &early, Wait, &held);
    // Both hold: it is said once.
    check_layers(&organisation("enforce"), &format!("{PEOPLE}{PEER}"), &early, Wait, &held);
    let both = ["org/schedule planned_window waiting", "schedule planned_window waiting", "peer approvals satisfied"];
    check_layers(&organisation("warn"), &format!("{PEOPLE}{PEER}"), &early, Wait, &both);
    let below = ["schedule planned_window waiting", "peer approvals satisfied"];
    check_layers(&organisation("off"), &format!("{PEOPLE}{PEER}"), &early, Wait, &below);
}
