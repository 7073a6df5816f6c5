//! `at`: what time alone changes, to the minute, wherever it stands.

use super::*;
use crate::decision::Outcome::{self, *};

/// 2027-01-15 is a Friday; from noon on in Berlin nothing goes in.
const NO_FRIDAY: &str = r#"
timezone = "Europe/Berlin"
[[rule]]
id = "friday"
when = { at = { days = "Fri", hours = "12:00-24:00" } }
deny = "it waits for the weekend to be over"
[[rule]]
id = "rest"
allow = "anything"
"#;

/// Under the policy it comes to that then, and time alone may change it next at that instant.
#[track_caller]
fn check_at(policy: &str, now: &str, outcome: Outcome, next: &str) {
    let facts = with(|facts| facts.as_of = now.parse().unwrap());
    let decision = decide(&policies("", policy), &facts);
    let due = decision.next_instant.map(|at| at.to_string());
    assert_eq!((decision.outcome, due.as_deref()), (outcome, Some(next)), "at {now}:\n{}", said(&decision));
}

#[test]
fn what_is_denied_at_a_time_is_denied_a_minute_early_and_lifts_at_its_end() {
    check_at(NO_FRIDAY, "2027-01-15T10:58:59Z", Pass, "2027-01-15T10:59:00Z");
    check_at(NO_FRIDAY, "2027-01-15T10:59:00Z", Block, "2027-01-15T11:00:00Z");
    check_at(NO_FRIDAY, "2027-01-15T11:00:00Z", Block, "2027-01-15T22:59:00Z");
    check_at(NO_FRIDAY, "2027-01-15T22:59:59Z", Block, "2027-01-15T23:00:00Z");
    check_at(NO_FRIDAY, "2027-01-15T23:00:00Z", Pass, "2027-01-22T10:59:00Z");
}

#[test]
fn what_is_denied_outside_a_time_is_denied_a_minute_before_its_end() {
    let policy = NO_FRIDAY.replace("at = {", "not = { at = {").replace("\" } }", "\" } } }");
    check_at(&policy, "2027-01-15T10:59:59Z", Block, "2027-01-15T11:00:00Z");
    check_at(&policy, "2027-01-15T11:00:00Z", Pass, "2027-01-15T22:59:00Z");
    check_at(&policy, "2027-01-15T22:59:00Z", Block, "2027-01-15T23:00:00Z");
}

#[test]
fn a_rule_that_alone_speaks_at_a_time_speaks_no_longer_a_minute_before_its_end() {
    let policy = NO_FRIDAY.replace("deny", "allow").split("[[rule]]\nid = \"rest\"").next().unwrap().to_owned();
    check_at(&policy, "2027-01-15T10:59:30Z", Unknown, "2027-01-15T11:00:00Z");
    check_at(&policy, "2027-01-15T11:00:00Z", Pass, "2027-01-15T22:59:00Z");
    check_at(&policy, "2027-01-15T22:59:00Z", Unknown, "2027-01-15T23:00:00Z");
    check_at(&policy, "2027-01-15T23:00:00Z", Block, "2027-01-22T10:59:00Z");
}

#[test]
fn any_of_several_times_holds_and_one_that_follows_another_leaves_no_gap() {
    let policy = NO_FRIDAY.replace(
        "{ days = \"Fri\", hours = \"12:00-24:00\" }",
        "[{ days = \"Fri\", hours = \"12:00-24:00\" }, { days = \"Sat-Sun\" }]",
    );
    check_at(&policy, "2027-01-15T22:59:30Z", Block, "2027-01-17T22:59:00Z");
    check_at(&policy, "2027-01-17T23:00:00Z", Pass, "2027-01-22T10:59:00Z");
}

#[test]
fn a_denial_at_a_time_says_until_when() {
    let facts = with(|facts| facts.as_of = "2027-01-15T12:00:00Z".parse().unwrap());
    let decision = decide(&policies("", NO_FRIDAY), &facts);
    assert_eq!(states(&decision), ["friday deny blocked", "rest allow satisfied"]);
    says(&decision, "it waits for the weekend to be over");
}
