//! `soak`: the head has to lie unchanged for so long.

use super::*;
use crate::decision::Outcome::{self, *};
use crate::facts::Received;

/// The world with a head that is there since a second; now is second 10,000.
fn received(head: Known<i64>) -> Facts {
    with(|facts| {
        let ready = Known::Known(at(0));
        let descriptions = Known::Known(Vec::new());
        facts.on_demand.received = Some(Received { head: head.map(at), ready, descriptions });
    })
}

#[track_caller]
fn check_since(soak: &str, head: Known<i64>, outcome: Outcome, words: &str, next: Option<i64>) {
    let state = match outcome {
        Pass => "satisfied",
        Wait => "waiting",
        _ => "unknown",
    };
    let policy = format!("[[rule]]\nid = \"lies\"\nsoak = \"{soak}\"\n");
    let decision = check(&policy, &received(head), outcome, &[&format!("lies soak {state}")]);
    says(&decision, words);
    assert_eq!(decision.next_instant, next.map(at));
}

#[test]
fn soak_is_so_long_since_the_head_was_first_seen() {
    check_since("30m", Known::Known(10_000), Wait, "long enough at 2027-01-15T11:16:40Z", Some(11_800));
    check_since("30m", Known::Known(8_201), Wait, "next: the head is `h1` since", Some(10_001));
    check_since("30m", Known::Known(8_200), Pass, "long enough since 2027-01-15T10:46:40Z", None);
    // 2027-01-15 is a Friday.
    check_since("1 business day", Known::Known(9_000), Wait, "long enough at 2027-01-18T10:30:00Z", Some(268_200));
}

#[test]
fn a_head_of_which_nothing_is_known_has_not_soaked() {
    let why = Known::unknown("nothing was seen");
    check_since("30m", why, Unknown, "`nothing was seen`", None);
    check("[[rule]]\nid = \"lies\"\nsoak = \"30m\"\n", &world(), Unknown, &["lies soak unknown"]);
}

#[test]
fn what_ends_beyond_the_calendar_is_waited_for() {
    let policy = "[[rule]]\nid = \"lies\"\nsoak = \"4000000000w\"\n";
    let decision = check(policy, &received(Known::Known(0)), Wait, &["lies soak waiting"]);
    says(&decision, "beyond the calendar");
}

#[test]
fn a_standard_change_soaks_like_any_other() {
    let policy = "[[rule]]\nid = \"peer\"\nsoak = \"30m\"\napprovals = [{ from = [\"peer\"], count = 1 }]\n\
        [[model]]\nid = \"sources\"\nowner = \"peer\"\nuntil = 2030-01-01T00:00:00Z\napprovals = []\n\
        when = { only_files = [\"src/**\"] }\n";
    let expected = ["sources model satisfied", "peer approvals waived", "peer soak waiting"];
    check(policy, &received(Known::Known(9_000)), Wait, &expected);
}
