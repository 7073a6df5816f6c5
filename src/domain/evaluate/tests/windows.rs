//! Windows: when a change may go in.

use super::freezes::approved_at;
use super::*;
use crate::decision::Outcome::{self, *};

const EVENINGS: &str = "[[window]]\nid = \"evenings\"\ntimezone = \"America/New_York\"\n\
    open = [{ days = \"Tue-Thu\", hours = \"19:00-23:00\" }, { days = \"Sat\", hours = \"06:00-14:00\" }]\n";

#[track_caller]
fn check_at(window: &str, now: &str, outcome: Outcome, words: &str, next: Option<&str>) {
    let state = if outcome == Pass { "satisfied" } else { "waiting" };
    let expected = [format!("evenings window {state}"), "peer approvals satisfied".to_owned()];
    let decision = check(&format!("{window}{PEER}"), &approved_at(now), outcome, &[&expected[0], &expected[1]]);
    says(&decision, words);
    assert_eq!(decision.next_instant, next.map(|at| at.parse().unwrap()), "{now}");
}

#[test]
fn outside_every_opening_the_check_waits_and_says_the_next_one() {
    // 2026-11-23 is a Monday.
    let opens = "next: the window `evenings` opens at 2026-11-25T00:00:00Z (`Tue 19:00 America/New_York`)";
    check_at(EVENINGS, "2026-11-23T12:00:00Z", Wait, opens, Some("2026-11-25T00:00:00Z"));
    let open = "the window `evenings` is open until 2026-11-25T04:00:00Z (`Tue 23:00 America/New_York`)";
    check_at(EVENINGS, "2026-11-25T00:00:00Z", Pass, open, Some("2026-11-25T03:59:00Z"));
    check_at(EVENINGS, "2026-11-25T04:00:00Z", Wait, "opens at 2026-11-26T00:00:00Z", Some("2026-11-26T00:00:00Z"));
    check_at(EVENINGS, "2026-11-27T05:00:00Z", Wait, "(`Sat 06:00 America/New_York`)", Some("2026-11-28T11:00:00Z"));
}

#[test]
fn green_is_taken_back_before_a_window_closes_for_good() {
    check_at(EVENINGS, "2026-11-25T03:58:59Z", Pass, "is open until", Some("2026-11-25T03:59:00Z"));
    let closing = "next: the window `evenings` is about to close, at 2026-11-25T04:00:00Z";
    check_at(EVENINGS, "2026-11-25T03:59:00Z", Wait, closing, Some("2026-11-25T04:00:00Z"));
}

#[test]
fn a_window_opens_and_closes_by_local_clocks_over_their_changes() {
    // Clocks go forward in New York on 2026-03-08 and in Berlin on 2026-03-29; back on 2026-11-01 and on 2026-10-25.
    let nights = |zone: &str| {
        format!("[[window]]\nid = \"evenings\"\ndays = \"Sat\"\nhours = \"22:00-04:00\"\ntimezone = \"{zone}\"\n")
    };
    for (zone, opens, closes, hours) in [
        ("America/New_York", "2026-03-08T03:00:00Z", "2026-03-08T08:00:00Z", 5),
        ("Europe/Berlin", "2026-03-28T21:00:00Z", "2026-03-29T02:00:00Z", 5),
        ("America/New_York", "2026-11-01T02:00:00Z", "2026-11-01T09:00:00Z", 7),
        ("Europe/Berlin", "2026-10-24T20:00:00Z", "2026-10-25T03:00:00Z", 7),
    ] {
        let window = nights(zone);
        let at = |at: &str, seconds: i64| {
            (at.parse::<jiff::Timestamp>().unwrap() + jiff::SignedDuration::from_secs(seconds)).to_string()
        };
        check_at(&window, &at(opens, -1), Wait, &format!("opens at {opens}"), Some(opens));
        check_at(&window, opens, Pass, &format!("open until {closes}"), Some(&at(closes, -60)));
        check_at(&window, &at(closes, -60), Wait, "about to close", Some(closes));
        assert_eq!(at(opens, hours * 3_600), closes.parse::<jiff::Timestamp>().unwrap().to_string());
    }
}

#[test]
fn all_windows_that_apply_have_to_be_open() {
    let two = "[[window]]\nid = \"days\"\nhours = \"08:00-18:00\"\ntimezone = \"UTC\"\n\
        [[window]]\nid = \"mondays\"\ndays = \"Mon\"\ntimezone = \"UTC\"\n\
        [[window]]\nid = \"others\"\ndays = \"Sun\"\ntimezone = \"UTC\"\nwhen = { files = [\"docs/**\"] }\n";
    let policy = format!("{two}{PEER}");
    let both = ["days window satisfied", "mondays window satisfied", "peer approvals satisfied"];
    check(&policy, &approved_at("2026-11-23T12:00:00Z"), Pass, &both);
    let one = ["days window satisfied", "mondays window waiting", "peer approvals satisfied"];
    check(&policy, &approved_at("2026-11-24T12:00:00Z"), Wait, &one);
    let other = ["days window waiting", "mondays window satisfied", "peer approvals satisfied"];
    check(&policy, &approved_at("2026-11-23T20:00:00Z"), Wait, &other);
}

#[test]
fn windows_of_two_layers_intersect() {
    let organisation = "version = 1\n[[window]]\nid = \"evenings\"\nhours = \"18:00-24:00\"\ntimezone = \"UTC\"\n";
    let own = format!("{PEOPLE}[[window]]\nid = \"late\"\nhours = \"22:00-24:00\"\ntimezone = \"UTC\"\n{PEER}");
    let expected = ["org/evenings window satisfied", "late window waiting", "peer approvals satisfied"];
    check_layers(organisation, &own, &approved_at("2026-11-23T20:00:00Z"), Wait, &expected);
}

#[test]
fn a_window_recurs_by_its_rule_and_says_where_it_does_not_open_again() {
    let first = "[[window]]\nid = \"evenings\"\nrrule = \"FREQ=MONTHLY;BYDAY=1SA;COUNT=2\"\nfrom = \"2026-11-01T06:00\"\n\
        duration = \"4h\"\ntimezone = \"Europe/London\"\n";
    check_at(first, "2026-11-23T12:00:00Z", Wait, "opens at 2026-12-05T06:00:00Z", Some("2026-12-05T06:00:00Z"));
    check_at(first, "2026-12-05T06:00:00Z", Pass, "open until 2026-12-05T10:00:00Z", Some("2026-12-05T09:59:00Z"));
    check_at(first, "2026-12-05T10:00:00Z", Wait, "does not open again", None);
}

#[test]
fn a_window_that_is_always_open_never_closes() {
    let always = "[[window]]\nid = \"evenings\"\ndays = \"Mon-Sun\"\ntimezone = \"UTC\"\n";
    check_at(always, "2026-11-23T12:00:00Z", Pass, "the window `evenings` is open", None);
}

#[test]
fn an_opening_is_in_its_window_s_zone_unless_it_says_another() {
    let window = "[[window]]\nid = \"evenings\"\ntimezone = \"America/New_York\"\n\
        open = [{ days = \"Mon\", hours = \"09:00-10:00\" }, { days = \"Mon\", hours = \"09:00-10:00\", timezone = \"UTC\" }]\n";
    check_at(window, "2026-11-23T08:00:00Z", Wait, "opens at 2026-11-23T09:00:00Z", Some("2026-11-23T09:00:00Z"));
    check_at(window, "2026-11-23T10:00:00Z", Wait, "opens at 2026-11-23T14:00:00Z", Some("2026-11-23T14:00:00Z"));
    let of_file = PEOPLE.replace("version = 1", "version = 1\ntimezone = \"Asia/Tokyo\"")
        + "[[window]]\nid = \"evenings\"\nopen = [{ days = \"Mon\", hours = \"09:00-10:00\" }]\n"
        + PEER;
    let closed = ["evenings window waiting", "peer approvals satisfied"];
    let decision = check_layers("", &of_file, &approved_at("2026-11-22T12:00:00Z"), Wait, &closed);
    says(&decision, "opens at 2026-11-23T00:00:00Z (`Mon 09:00 Asia/Tokyo`)");
}
