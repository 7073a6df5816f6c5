//! A window that is planned by command: by whom, how it is read, and beside the description.

use super::*;
use crate::decision::{Decision, Outcome::*};
use crate::facts::{Command, Description, Facts, Known, Received, ReviewVerdict};
use crate::policy::field_set;
use crate::record::{Content, Field, FieldId, Value};
use crate::records::Records;
use crate::text::plain;

const ONE: &str = "## Planned window\n2027-01-15 13:00 to 14:00 UTC\n";
const TWO: &str = "## Planned window\n2027-01-16 13:00 to 14:00 UTC\n";
const EVENING: &str = "schedule 2027-01-15 19:00 21:00 Europe/London";

fn minute(minute: i64) -> jiff::Timestamp {
    at(10_000) + jiff::SignedDuration::from_mins(minute)
}

/// Ann's change with that description, at "now".
fn saying(body: &str) -> Facts {
    with(|facts| {
        facts.change.body = body.to_owned();
        facts.as_of = minute(0);
    })
}

/// Somebody gives a command at that minute, with that description before them.
fn command(facts: &mut Facts, login: &str, line: &str, body: Known<String>, at: i64) {
    let key = review(facts, login, ReviewVerdict::Approved);
    let mut given = known(&mut facts.reviews).pop().unwrap();
    given.seen.body = body;
    let (by, line, at) = (person(login), line.to_owned(), minute(at));
    let head = given.commit;
    known(&mut facts.commands).push(Command {
        comment: key,
        by,
        at,
        line,
        can_write: Some(true),
        seen: given.seen,
        head,
    });
}

fn scheduled(body: &str, login: &str, line: &str) -> Facts {
    let mut facts = saying(body);
    command(&mut facts, login, line, Known::Known(body.to_owned()), -10);
    facts
}

/// The window that counts, or the state of the field.
fn window(facts: &Facts) -> String {
    let set = policies("", &format!("{PEOPLE}{PEER}"));
    let records = Records::read(facts, &field_set(&set), &[]);
    match records.current.field(&FieldId::new("window"), crate::layer::Layer::Organisation) {
        Field::Present(answer) => match &answer.content {
            Content::Value(Value::Window { start, end }) => format!("{start} {end}"),
            other => format!("{other:?}"),
        },
        field => field.state().to_owned(),
    }
}

fn answers(decision: &Decision) -> Vec<String> {
    decision.commands.iter().map(|one| one.refused.as_ref().map_or("taken".to_owned(), plain)).collect()
}

fn decided(more: &str, facts: &Facts) -> Decision {
    decide(&policies("", &format!("{PEOPLE}{more}{PEER}")), facts)
}

const BY_COMMAND: &str = "2027-01-15T19:00:00Z 2027-01-15T21:00:00Z";
const BY_ONE: &str = "2027-01-15T13:00:00Z 2027-01-15T14:00:00Z";
const BY_TWO: &str = "2027-01-16T13:00:00Z 2027-01-16T14:00:00Z";

#[test]
fn the_author_and_whoever_may_push_plan_the_window_and_nobody_else() {
    for by in ["ann", "carol"] {
        let facts = scheduled("", by, EVENING);
        assert_eq!((window(&facts).as_str(), answers(&decided("", &facts))), (BY_COMMAND, vec!["taken".to_owned()]));
    }
    let may = |login: &str, can_write: Option<bool>| {
        let mut facts = scheduled("", login, EVENING);
        known(&mut facts.commands)[0].can_write = can_write;
        (window(&facts), answers(&decided("", &facts)).remove(0))
    };
    assert_eq!(may("ann", Some(false)).0, BY_COMMAND, "it is her change");
    let (planned, why) = may("erin", Some(false));
    let who = "only the author of this pull request, or somebody who may push to this repository, may plan it";
    assert_eq!((planned.as_str(), why.as_str()), ("absent", who));
    let (planned, why) = may("erin", None);
    assert_eq!(planned, "absent");
    assert!(why.starts_with("it could not be read whether erin may push"), "{why}");
    let mut bot = scheduled("", "ann", EVENING);
    known(&mut bot.commands)[0].by = person("jenkins[bot]");
    assert_eq!(window(&bot), "absent");
}

#[test]
fn a_command_that_cannot_be_told_plans_nothing_and_says_how_it_is_written() {
    let check = |line: &str, expected: &str| {
        let facts = scheduled(ONE, "ann", line);
        assert_eq!(window(&facts), BY_ONE, "{line}");
        let told = answers(&decided("", &facts)).remove(0);
        assert!(told.contains(expected), "{line}: {told}");
    };
    check("schedule 2027-01-15 19:00 21:00", "`2027-01-15 19:00` has no time zone; write `/countersign schedule 2027");
    check("schedule tomorrow", "wants a start and an end");
    check("schedule 2027-01-15 09:00 10:00 UTC", "the window was over when it was planned");
}

#[test]
fn a_command_counts_until_the_description_plans_something_else() {
    assert_eq!(window(&scheduled(ONE, "ann", EVENING)), BY_COMMAND);
    let edited = |before: &str, after: &str| {
        let mut facts = scheduled(before, "ann", EVENING);
        facts.change.body = after.to_owned();
        window(&facts)
    };
    assert_eq!(edited(ONE, TWO), BY_TWO);
    assert_eq!(edited(ONE, ""), "absent", "taken out");
    assert_eq!(edited("", ONE), BY_ONE);
    assert_eq!(edited(ONE, &format!("{ONE}\n## Summary\nmore\n")), BY_COMMAND, "the window is as it was");
    let mut twice = scheduled(ONE, "ann", EVENING);
    command(&mut twice, "carol", "schedule 2027-01-17 19:00 21:00 UTC", Known::Known(ONE.to_owned()), -5);
    assert_eq!(window(&twice), "2027-01-17T19:00:00Z 2027-01-17T21:00:00Z", "the newest");
}

#[test]
fn where_it_is_not_known_which_was_last_neither_counts_unless_both_say_the_same() {
    let mut facts = saying(ONE);
    command(&mut facts, "ann", EVENING, Known::unknown("an outage"), -10);
    assert_eq!(window(&facts), "ambiguous");
    let decision = decided("", &facts);
    says(&decision, "whether the description was edited after `/countersign schedule` is not known");
    assert_ne!(decision.outcome, Pass);
    facts.change.body = "## Planned window\n2027-01-15T19:00Z to 2027-01-15T21:00Z\n".to_owned();
    assert_eq!(window(&facts), BY_COMMAND);
}

#[test]
fn a_window_that_is_planned_anew_voids_approvals_unless_it_is_unbound() {
    let off = "[schedule]\nplanned_window = \"off\"\n";
    let mut facts = scheduled(ONE, "carol", EVENING);
    known(&mut facts.commands)[0].at = minute(-10);
    approve(&mut facts, "bob");
    known(&mut facts.reviews)[0].submitted_at = minute(-5);
    assert_eq!(decided(off, &facts).outcome, Pass, "it was there when bob approved");
    known(&mut facts.reviews)[0].submitted_at = minute(-20);
    let void = decided(off, &facts);
    assert_eq!(void.outcome, Wait);
    says(&void, "`window` was edited from `2027-01-15T13:00:00Z to 2027-01-15T14:00:00Z` to `2027-01-15T19:00:00Z to");
    let unbound = format!("{off}[approval]\nunbound = [\"window\"]\n");
    assert_eq!(decided(&unbound, &facts).outcome, Pass);
}

#[test]
fn a_planned_window_holds_whoever_planned_it_and_answers_for_the_field() {
    let fields = "[[rule]]\nid = \"when\"\nfields = [\"window\"]\n";
    let mut facts = scheduled("", "ann", EVENING);
    approve(&mut facts, "bob");
    known(&mut facts.reviews)[0].submitted_at = minute(-5);
    let decision = decided(fields, &facts);
    let expected = ["schedule planned_window waiting", "when fields satisfied", "peer approvals satisfied"];
    assert_eq!(states(&decision), expected);
    says(&decision, "the planned window opens at 2027-01-15T19:00:00Z");
    assert_eq!(decision.record.iter().find(|field| field.field.as_str() == "window").unwrap().line, None);
}

#[test]
fn a_command_announces_the_change_anew() {
    let notice = "[[rule]]\nid = \"known\"\nnotice = \"1h\"\n[schedule]\nplanned_window = \"off\"\n";
    let mut facts = scheduled(ONE, "ann", EVENING);
    approve(&mut facts, "bob");
    let descriptions = Known::Known(vec![Description { at: minute(-300), text: ONE.to_owned() }]);
    facts.on_demand.received =
        Some(Received { head: Known::Known(minute(-300)), ready: Known::Known(minute(-300)), descriptions });
    let decision = decided(notice, &facts);
    assert_eq!(decision.outcome, Wait);
    says(&decision, "`window` was edited, and the change is announced as it is since");
    known(&mut facts.commands)[0].at = minute(-90);
    assert_eq!(
        decided(notice, &facts).rules.iter().find(|rule| rule.id == "known").unwrap().asks[0].state.name(),
        "satisfied"
    );
}
