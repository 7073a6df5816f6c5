//! Calendars as others keep them: what is read of them, and what is refused with its line.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::ics::Calendar;

fn calendar(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n", events.replace('\n', "\r\n"))
}

fn event(lines: &str) -> String {
    calendar(&format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\n"))
}

/// Starts and ends of what takes place in the years from 2026 to 2027, for somebody in Berlin.
#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let read = Calendar::read(text).unwrap();
    let [from, until] = ["2026-01-01T00:00:00Z", "2027-12-31T00:00:00Z"].map(|at| at.parse::<Timestamp>().unwrap());
    let found = read.between(from, until, &TimeZone::get("Europe/Berlin").unwrap());
    let found: Vec<_> = found.iter().map(|(start, end)| (start.to_string(), end.to_string())).collect();
    let found: Vec<_> = found.iter().map(|(start, end)| (start.as_str(), end.as_str())).collect();
    assert_eq!(found, expected, "{text}");
}

#[track_caller]
fn refused(text: &str, line: usize, words: &str) {
    let problem = Calendar::read(text).unwrap_err();
    assert!(problem.line == line && problem.why.contains(words), "{problem} is not line {line}: {words}");
}

#[test]
fn dates_times_zones_and_lengths_are_read_as_rfc_5545_writes_them() {
    check(&event("DTSTART;VALUE=DATE:20261225"), &[("2026-12-24T23:00:00Z", "2026-12-25T23:00:00Z")]);
    let days = "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227";
    check(&event(days), &[("2026-12-24T23:00:00Z", "2026-12-26T23:00:00Z")]);
    let zoned = "DTSTART;TZID=\"America/New_York\":20260702T090000\nDURATION:PT1H30M";
    check(&event(zoned), &[("2026-07-02T13:00:00Z", "2026-07-02T14:30:00Z")]);
    check(&event("DTSTART:20260702T090000\nDURATION:P1W"), &[("2026-07-02T07:00:00Z", "2026-07-09T07:00:00Z")]);
    for clock in ["014112", "121225", "235959"] {
        let (hour, rest) = clock.split_at(2);
        let start = format!("2026-07-02T{hour}:{}:{}Z", &rest[..2], &rest[2..]);
        let read = Calendar::read(&event(&format!("DTSTART:20260702T{clock}Z\nDURATION:PT1H"))).unwrap();
        assert!(read.at(at(&start), &TimeZone::UTC).on, "{clock}");
    }
    // Its clocks go back meanwhile: a day is one of the calendar.
    check(&event("DTSTART;VALUE=DATE:20261025"), &[("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")]);
    // No length is no time at all, and what is cancelled does not take place.
    assert!(
        !Calendar::read(&event("DTSTART:20260702T090000Z")).unwrap().at(at("2026-07-02T09:00:00Z"), &TimeZone::UTC).on
    );
    check(&event("DTSTART:20260702T090000Z\nDURATION:PT1H\nSTATUS:CANCELLED"), &[]);
}

fn at(instant: &str) -> Timestamp {
    instant.parse().unwrap()
}

#[test]
fn recurrences_come_without_their_exceptions() {
    let weekly = "DTSTART;TZID=Europe/London:20260105T180000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY;COUNT=3\n\
                  EXDATE;TZID=Europe/London:20260112T180000";
    check(
        &event(weekly),
        &[("2026-01-05T18:00:00Z", "2026-01-05T20:00:00Z"), ("2026-01-19T18:00:00Z", "2026-01-19T20:00:00Z")],
    );
    let yearly = "DTSTART;VALUE=DATE:20200501\nRRULE:FREQ=YEARLY";
    check(
        &event(yearly),
        &[("2026-04-30T22:00:00Z", "2026-05-01T22:00:00Z"), ("2027-04-30T22:00:00Z", "2027-05-01T22:00:00Z")],
    );
    let read = Calendar::read(&event(yearly)).unwrap();
    let now = read.at(at("2026-05-01T12:00:00Z"), &TimeZone::UTC);
    assert_eq!((now.on, now.changes), (true, Some(at("2026-05-02T00:00:00Z"))));
    let now = read.at(at("2026-05-02T00:00:00Z"), &TimeZone::UTC);
    assert_eq!((now.on, now.changes), (false, Some(at("2027-05-01T00:00:00Z"))));
}

#[test]
fn lines_are_unfolded_and_what_is_not_asked_for_is_passed_over() {
    let folded = "SUMMARY:a\\, long\n  name: with a colon\nDTSTART;VALUE=DA\n TE:20261225\nX-THING;X=\"a:b;c\":1\n\
                  BEGIN:VALARM\nTRIGGER:-PT5M\nDURATION:nonsense\nEND:VALARM";
    check(&event(folded), &[("2026-12-24T23:00:00Z", "2026-12-25T23:00:00Z")]);
    let zone =
        "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:19701025T030000\nEND:STANDARD\nEND:VTIMEZONE\n";
    check(&calendar(zone), &[]);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    refused("", 1, "BEGIN:VCALENDAR");
    refused("hello", 1, "`hello` is not `NAME:VALUE`");
    refused("BEGIN:VEVENT\n", 1, "BEGIN:VCALENDAR");
    refused("BEGIN:VCALENDAR\nEND:VEVENT\n", 2, "`VEVENT` ends what did not begin");
    refused("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", 2, "`VEVENT` has no end");
    refused(&event("SUMMARY:x"), 3, "without `DTSTART`");
    refused(&event("DTSTART:20261301"), 4, "`20261301` is no date");
    refused(&event("DTSTART;TZID=W. Europe Standard Time:20260101T000000"), 4, "`W. Europe Standard Time`");
    refused(&event("DTSTART:20260101T000000Z\nDTEND:20250101T000000Z"), 5, "does not lie after the start");
    refused(&event("DTSTART;VALUE=DATE:20260101\nDTEND:20260102T000000Z"), 5, "not written as it is");
    refused(&event("DTSTART:20260101T000000Z\nDURATION:PT"), 5, "`PT` is no duration");
    refused(&event("DTSTART:20260101T000000Z\nRRULE:FREQ=HOURLY"), 5, "is no recurrence");
    refused(&event("DTSTART:20260101T000000Z\nRDATE:20260102T000000Z"), 5, "`RDATE` is not read");
    refused(&event("DTSTART:20260101T000000Z\nDTSTART:20260101T000000Z"), 5, "a second `DTSTART`");
    refused(&event("DTSTART:20260101T000000Z\nDURATION:P400D\nRRULE:FREQ=YEARLY"), 3, "at most 366 days");
}

#[test]
fn a_file_is_bounded_in_bytes_events_and_recurrences() {
    let events = |count: usize, lines: &str| calendar(&format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\n").repeat(count));
    let once = "DTSTART;VALUE=DATE:20260101";
    assert!(Calendar::read(&events(2_000, once)).is_ok());
    refused(&events(2_001, once), 6_003, "more than 2000 events");
    let daily = "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY";
    assert!(Calendar::read(&events(100, daily)).is_ok());
    refused(&events(101, daily), 403, "more than 100 events that recur");
    refused(&calendar(&"X:1\n".repeat(100_000)), 1, "256 KiB");
}

#[test]
fn what_names_no_zone_is_told() {
    assert_eq!(Calendar::read(&event("DTSTART;VALUE=DATE:20260101")).unwrap().floats(), Some(4));
    assert_eq!(Calendar::read(&event("DTSTART:20260101T000000Z\nDURATION:PT1H")).unwrap().floats(), None);
}
