//! Freezes: when they hold, whom, and what lifts them.

use super::*;
use crate::decision::Outcome::{self, *};
use crate::facts::CalendarFile;
use crate::layer::Layer;

/// Trading peak over New Year, as people in London write it.
const YEAR_END: &str = "[[freeze]]\nid = \"year-end\"\nwhy = \"trading peak\"\nfrom = \"2026-12-18T18:00\"\nuntil = \"2027-01-04T08:00\"\ntimezone = \"Europe/London\"\n";

/// Approved by bob, looked at then.
pub(super) fn approved_at(now: &str) -> Facts {
    let mut facts = approved_by(&["bob"]);
    facts.as_of = now.parse().unwrap();
    facts
}

#[track_caller]
fn check_at(freeze: &str, now: &str, outcome: Outcome, state: &str, words: &str, next: Option<&str>) {
    let expected = [format!("year-end freeze {state}"), "peer approvals satisfied".to_owned()];
    let decision = check(&format!("{freeze}{PEER}"), &approved_at(now), outcome, &[&expected[0], &expected[1]]);
    says(&decision, words);
    assert_eq!(decision.next_instant, next.map(|at| at.parse().unwrap()), "{now}");
}

#[test]
fn a_freeze_holds_the_merge_while_it_lasts_and_says_until_when() {
    let begins = "the freeze `year-end` begins at 2026-12-18T18:00:00Z (`Fri 18:00 Europe/London`)";
    check_at(YEAR_END, "2026-12-01T00:00:00Z", Pass, "satisfied", begins, Some("2026-12-17T18:00:00Z"));
    check_at(YEAR_END, "2026-12-17T18:00:00Z", Pass, "satisfied", begins, Some("2026-12-18T17:59:00Z"));
    let frozen = "next: frozen by `year-end` until 2027-01-04T08:00:00Z (`Mon 08:00 Europe/London`)";
    check_at(YEAR_END, "2026-12-18T18:00:00Z", Wait, "waiting", frozen, Some("2027-01-04T08:00:00Z"));
    check_at(YEAR_END, "2027-01-04T07:59:59Z", Wait, "waiting", frozen, Some("2027-01-04T08:00:00Z"));
    check_at(YEAR_END, "2027-01-04T08:00:00Z", Pass, "satisfied", "the freeze `year-end` is over", None);
}

#[test]
fn a_freeze_is_announced_a_day_ahead_to_what_it_will_hold() {
    let check_said = |freeze: &str, now: &str, expected: &[&str]| {
        let (mode, freeze) = freeze.split_once("[[").map_or(("", freeze), |(mode, _)| (mode, &freeze[mode.len()..]));
        let people = PEOPLE.replacen("version = 1\n", &format!("version = 1\n{mode}"), 1);
        let decision = decide(&policies("", &format!("{people}{freeze}{PEER}")), &approved_at(now));
        let said: Vec<String> = decision.announced.iter().map(crate::text::plain).collect();
        assert_eq!(said, expected, "{now}");
    };
    let (day, begins) = ("2026-12-17T18:00:00Z", "freeze `year-end` begins at 2026-12-18T18:00:00Z: `trading peak`");
    check_said(YEAR_END, "2026-12-17T17:59:59Z", &[]);
    check_said(YEAR_END, day, &[begins]);
    check_said(YEAR_END, "2026-12-18T17:59:30Z", &[begins]);
    check_said(YEAR_END, "2026-12-18T18:00:00Z", &[]);
    check_said(&format!("{YEAR_END}when = {{ files = [\"docs/**\"] }}\n"), day, &[]);
    check_said(&format!("{YEAR_END}holds = [\"deploy\"]\n"), day, &[]);
    check_said(&format!("mode = \"warn\"\n{YEAR_END}"), day, &[]);
}

#[test]
fn green_is_taken_back_before_a_freeze_begins() {
    let start = Some("2026-12-18T18:00:00Z");
    check_at(YEAR_END, "2026-12-18T17:58:59Z", Pass, "satisfied", "begins at", Some("2026-12-18T17:59:00Z"));
    let closing = "next: closing for `year-end` at 2026-12-18T18:00:00Z";
    check_at(YEAR_END, "2026-12-18T17:59:00Z", Wait, "waiting", closing, start);
}

#[test]
fn much_that_is_green_is_taken_back_earlier_and_the_riskiest_first() {
    let factor = "[[risk.factor]]\nid = \"pay\"\nlevel = \"high\"\nwhy = \"money\"\nwhen = { files = [\"src/**\"] }\n";
    let check_lead = |more: &str, next: &str| {
        let mut facts = approved_at("2026-12-18T17:00:00Z");
        facts.on_demand.lead = Some(jiff::SignedDuration::from_mins(6));
        let policy = format!("{YEAR_END}{PEER}{more}");
        let expected = ["year-end freeze satisfied", "peer approvals satisfied"];
        let decision = check(&policy, &facts, Pass, &expected);
        assert_eq!(decision.next_instant, Some(next.parse().unwrap()), "{more}");
        facts.as_of = next.parse().unwrap();
        let held = ["year-end freeze waiting", "peer approvals satisfied"];
        says(&check(&policy, &facts, Wait, &held), "closing for `year-end` at 2026-12-18T18:00:00Z");
    };
    check_lead("", "2026-12-18T17:54:00Z");
    check_lead(factor, "2026-12-18T17:53:58Z");
}

#[test]
fn a_date_as_until_includes_that_day_in_its_own_zone() {
    // Over New Year in three zones.
    for (zone, from, until) in [
        ("Pacific/Auckland", "2026-12-30T11:00:00Z", "2027-01-01T11:00:00Z"),
        ("Europe/London", "2026-12-31T00:00:00Z", "2027-01-02T00:00:00Z"),
        ("America/Los_Angeles", "2026-12-31T08:00:00Z", "2027-01-02T08:00:00Z"),
    ] {
        let freeze = format!(
            "[[freeze]]\nid = \"year-end\"\nwhy = \"w\"\nfrom = 2026-12-31\nuntil = 2027-01-01\ntimezone = \"{zone}\"\n"
        );
        let second = jiff::SignedDuration::from_secs(1);
        let before = |at: &str| (at.parse::<jiff::Timestamp>().unwrap() - second).to_string();
        check_at(&freeze, &before(from), Wait, "waiting", "closing for `year-end`", Some(from));
        check_at(&freeze, from, Wait, "waiting", "frozen by `year-end`", Some(until));
        check_at(&freeze, &before(until), Wait, "waiting", "frozen by `year-end`", Some(until));
        check_at(&freeze, until, Pass, "satisfied", "is over", None);
    }
}

#[test]
fn a_freeze_recurs_by_its_rule() {
    let month_end = "[[freeze]]\ntimezone = \"Europe/Berlin\"\nid = \"year-end\"\nwhy = \"books close\"\n\
        rrule = \"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1\"\nfrom = \"2026-01-01T18:00\"\nduration = \"12h\"\n";
    let begins = "2026-11-30T17:00:00Z";
    check_at(month_end, "2026-11-23T00:00:00Z", Pass, "satisfied", begins, Some("2026-11-29T17:00:00Z"));
    check_at(month_end, begins, Wait, "waiting", "frozen by", Some("2026-12-01T05:00:00Z"));
}

#[test]
fn a_freeze_that_never_ends_is_said_to() {
    let always = "[[freeze]]\nid = \"year-end\"\nwhy = \"w\"\nrrule = \"FREQ=DAILY\"\nfrom = 2026-01-01T00:00Z\n\
        duration = \"25h\"\nwhen = { files = [\"src/**\"] }\n";
    let decision = check(
        &format!("{always}{PEER}"),
        &approved_at("2026-11-23T00:00:00Z"),
        Wait,
        &["year-end freeze waiting", "peer approvals satisfied"],
    );
    says(&decision, "frozen by `year-end` until 2027-12");
}

#[test]
fn a_freeze_holds_what_it_speaks_about_and_what_it_may_speak_about() {
    let of_files = |glob: &str| format!("{YEAR_END}when = {{ files = [\"{glob}\"] }}\n{PEER}");
    let frozen = approved_at("2026-12-20T00:00:00Z");
    check(&of_files("src/**"), &frozen, Wait, &["year-end freeze waiting", "peer approvals satisfied"]);
    check(&of_files("docs/**"), &frozen, Pass, &["peer approvals satisfied"]);
    let mut unread = frozen;
    unread.files = Known::unknown("GitHub answered 502");
    let unknown = ["year-end freeze unknown", "peer approvals satisfied"];
    let decision = check(&of_files("docs/**"), &unread, Unknown, &unknown);
    says(&decision, "frozen by `year-end` until");
    says(&decision, "it is not known whether this freeze speaks about the change");
    unread.as_of = "2026-12-01T00:00:00Z".parse().unwrap();
    check(&of_files("docs/**"), &unread, Pass, &["year-end freeze satisfied", "peer approvals satisfied"]);
}

#[test]
fn freezes_alone_are_enough_to_ask() {
    check(YEAR_END, &approved_at("2026-12-01T00:00:00Z"), Pass, &["year-end freeze satisfied"]);
    check(YEAR_END, &approved_at("2026-12-20T00:00:00Z"), Wait, &["year-end freeze waiting"]);
}

#[test]
fn a_lower_layer_only_adds_freezes() {
    let organisation = format!("version = 1\n{YEAR_END}");
    let own = format!(
        "{PEOPLE}[[freeze]]\nid = \"audit\"\nwhy = \"w\"\nfrom = 2026-12-24T00:00Z\nuntil = 2026-12-25T00:00Z\n{PEER}"
    );
    let held = ["org/year-end freeze waiting", "audit freeze satisfied", "peer approvals satisfied"];
    let decision = check_layers(&organisation, &own, &approved_at("2026-12-20T00:00:00Z"), Wait, &held);
    assert_eq!(decision.next_instant, Some("2026-12-23T00:00:00Z".parse().unwrap()));
}

#[test]
fn a_waiver_lifts_a_freeze_until_its_end_unless_always_and_from_its_own_layer_down() {
    let waiver = |id: &str| {
        format!("[[waiver]]\nid = \"exempt\"\nrules = [\"{id}\"]\nuntil = 2026-12-22T00:00Z\nwhy = \"the move\"\n")
    };
    let frozen = approved_at("2026-12-20T00:00:00Z");
    let own = format!("{YEAR_END}{}{PEER}", waiver("year-end"));
    let lifted = ["year-end freeze waived", "peer approvals satisfied"];
    let decision = check(&own, &frozen, Pass, &lifted);
    says(&decision, "waived by the policy, `repository/exempt`, until 2026-12-22T00:00:00Z: `the move`");
    assert_eq!(decision.next_instant, Some("2026-12-21T23:59:00Z".parse().unwrap()));
    let held = ["year-end freeze waiting", "peer approvals satisfied"];
    check(&own, &approved_at("2026-12-21T23:59:00Z"), Wait, &held);
    let always = format!("{YEAR_END}always = true\n{}{PEER}", waiver("year-end"));
    check(&always, &frozen, Wait, &held);
    // One below does not reach what stands above.
    let above = format!("version = 1\n{YEAR_END}");
    let below = format!(
        "{PEOPLE}[[freeze]]\nid = \"year-end\"\nwhy = \"w\"\nfrom = 2020-01-01T00:00Z\nuntil = 2020-01-02T00:00Z\n{}{PEER}",
        waiver("year-end")
    );
    let expected = ["org/year-end freeze waiting", "year-end freeze satisfied", "peer approvals satisfied"];
    check_layers(&above, &below, &frozen, Wait, &expected);
}

#[test]
fn a_standard_change_waits_for_a_freeze_like_any_other() {
    let model = "[[model]]\nid = \"docs\"\nowner = \"user:carol\"\nuntil = 2027-06-30T00:00Z\nwhen = { only_files = [\"src/**\"] }\napprovals = []\n";
    let policy = format!("{YEAR_END}{model}{PEER}");
    let mut facts = world();
    facts.as_of = "2026-12-20T00:00:00Z".parse().unwrap();
    check(&policy, &facts, Wait, &["year-end freeze waiting", "docs model satisfied", "peer approvals waived"]);
}

#[test]
fn what_only_observes_freezes_nothing() {
    let observing = PEOPLE.replace("version = 1", "version = 1\nmode = \"observe\"") + YEAR_END + PEER;
    let expected = ["year-end freeze waiting", "peer approvals satisfied"];
    check_layers("", &observing, &approved_at("2026-12-20T00:00:00Z"), Neutral, &expected);
}

#[test]
fn a_freeze_that_this_version_cannot_keep_holds() {
    let freeze = |rest: &str| format!("[[freeze]]\nid = \"f\"\nwhy = \"w\"\n{rest}\n{PEER}");
    let merges = freeze("from = 2020-01-01T00:00Z\nuntil = 2020-01-02T00:00Z\nholds = [\"merge\"]");
    check(&merges, &approved_by(&["bob"]), Pass, &["f freeze satisfied", "peer approvals satisfied"]);
}

/// A freeze by a calendar, which is that file or why there is none; approved by bob on Christmas Day.
#[track_caller]
fn by_calendar(more: &str, file: Option<Result<&str, &str>>, outcome: Outcome, state: &str, words: &str) {
    let policy = format!("[[freeze]]\nid = \"f\"\nwhy = \"w\"\ncalendar = \"c.ics\"\n{more}{PEER}");
    let mut facts = approved_at("2026-12-25T12:00:00Z");
    if let Some(file) = file {
        let read = |lines: &str| {
            let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n");
            Known::Known(CalendarFile::new(text, more.contains("always").then(|| "line 3: `x`".to_owned())).unwrap())
        };
        let file = file.map_or_else(Known::unknown, read);
        facts.on_demand.calendars.insert((Layer::Repository, "c.ics".to_owned()), file);
    }
    let decision = check(&policy, &facts, outcome, &[&format!("f freeze {state}"), "peer approvals satisfied"]);
    says(&decision, words);
}

#[test]
fn a_freeze_holds_on_the_days_of_its_calendar() {
    let berlin = "timezone = \"Europe/Berlin\"\n";
    let christmas = "DTSTART;VALUE=DATE:20261225";
    let until = "frozen by `f` until 2026-12-25T23:00:00Z (`Sat 00:00 Europe/Berlin`)";
    by_calendar(berlin, Some(Ok(christmas)), Wait, "waiting", until);
    let next = "the freeze `f` begins at 2027-01-31T23:00:00Z";
    by_calendar(berlin, Some(Ok("DTSTART;VALUE=DATE:20270201")), Pass, "satisfied", next);
    by_calendar("", Some(Ok("DTSTART:20261225T110000Z\nDURATION:PT2H")), Wait, "waiting", "2026-12-25T13:00:00Z");
    let former = "by the last valid `c.ics`: line 3: `x`";
    by_calendar(&format!("always = true\n{berlin}"), Some(Ok(christmas)), Wait, "waiting", former);
}

#[test]
fn a_calendar_that_is_not_known_lets_nothing_go() {
    let missing = "the calendar of this freeze cannot be read: `c.ics`: there is no such file";
    by_calendar("", Some(Err("there is no such file")), Unknown, "unknown", missing);
    by_calendar("", None, Unknown, "unknown", "it was not read");
    by_calendar("", Some(Ok("DTSTART;VALUE=DATE:20261225")), Unknown, "unknown", "line 3 names no zone");
}
