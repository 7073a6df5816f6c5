//! `notice`: the change has to be known for so long before it goes in.

use super::*;
use crate::decision::Decision;
use crate::decision::Outcome::{self, *};
use crate::facts::{Description, Received};

const AN_HOUR: &str = "[[rule]]\nid = \"told\"\nnotice = \"1h\"\n";

/// The world with a pull request that is ready since a second, and descriptions each since a second; the last one stands.
fn announced(ready: i64, descriptions: &[(i64, &str)]) -> Facts {
    with(|facts| {
        let description = |(second, text): &(i64, &str)| Description { at: at(*second), text: (*text).to_owned() };
        facts.change.body = descriptions.last().map(|(_, text)| (*text).to_owned()).unwrap_or_default();
        facts.on_demand.received = Some(Received {
            head: Known::Known(at(9_999)),
            ready: Known::Known(at(ready)),
            descriptions: Known::Known(descriptions.iter().map(description).collect()),
        });
    })
}

#[track_caller]
fn check_next(facts: &Facts, outcome: Outcome, next: Option<i64>) -> Decision {
    let state = if outcome == Pass { "satisfied" } else { "waiting" };
    let decision = check(AN_HOUR, facts, outcome, &[&format!("told notice {state}")]);
    assert_eq!(decision.next_instant, next.map(at), "{}", said(&decision));
    decision
}

#[test]
fn notice_counts_from_the_receipt_of_what_announces_the_change() {
    check_next(&announced(0, &[(6_401, "## Summary\nCents")]), Wait, Some(10_001));
    check_next(&announced(0, &[(6_400, "## Summary\nCents")]), Pass, None);
}

#[test]
fn notice_counts_no_sooner_than_the_pull_request_is_ready_for_review() {
    check_next(&announced(6_401, &[(0, "## Summary\nCents")]), Wait, Some(10_001));
    let mut draft = announced(0, &[(0, "## Summary\nCents")]);
    draft.change.draft = true;
    let decision = check_next(&draft, Wait, None);
    says(&decision, "a draft announces nothing yet");
}

#[test]
fn an_edit_of_what_is_announced_starts_notice_anew_and_one_of_anything_else_does_not() {
    let edited = |field: &str, before: &str, after: &str| {
        let text = |value: &str| format!("## Summary\nCents\n\n## {field}\n{value}\n");
        announced(0, &[(0, &text(before)), (9_000, &text(after))])
    };
    let plan = "2027-02-01 10:00 to 2027-02-01 11:00 UTC";
    for (field, before, after, name) in [
        ("Planned window", plan, "2027-02-01 10:00 to 2027-02-01 12:00 UTC", "window"),
        ("Planned window", "TBD", plan, "window"),
        ("Impact", "nobody", "everybody who pays", "impact"),
        ("Services", "payments", "payments, ledger", "services"),
        ("Communication", "the status page", "nobody", "communication"),
    ] {
        // The planned window holds by itself outside of it, and so says more than the notice.
        let policy = format!("{AN_HOUR}[schedule]\nplanned_window = \"off\"\n");
        let decision = check(&policy, &edited(field, before, after), Wait, &["told notice waiting"]);
        says(&decision, &format!("`{name}` was edited"));
        assert_eq!(decision.next_instant, Some(at(12_600)), "{field}");
    }
    for field in ["Test plan", "Rollback plan", "Reason"] {
        check_next(&edited(field, "none yet", "ran it twice"), Pass, None);
    }
    // Wrapped otherwise it says the same.
    check_next(&announced(0, &[(0, "## Impact\nnobody at all"), (9_000, "## Impact\nnobody\nat all\n")]), Pass, None);
}

#[test]
fn an_edit_and_its_undoing_start_notice_anew() {
    let texts = [(0, "## Impact\nnobody"), (8_000, "## Impact\neverybody"), (9_000, "## Impact\nnobody")];
    check_next(&announced(0, &texts), Wait, Some(12_600));
}

#[test]
fn notice_of_which_nothing_is_known_has_not_been_given() {
    check(AN_HOUR, &world(), Unknown, &["told notice unknown"]);
    let mut facts = announced(0, &[(0, "")]);
    facts.on_demand.received.as_mut().unwrap().descriptions = Known::unknown("an outage");
    let decision = check(AN_HOUR, &facts, Unknown, &["told notice unknown"]);
    says(&decision, "`an outage`");
    // Without a single text nothing says since when.
    check(AN_HOUR, &announced(0, &[]), Unknown, &["told notice unknown"]);
}
