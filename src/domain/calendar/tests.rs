//! Recurrences by the examples of RFC 5545, and how turns stand at an instant.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::*;
use crate::policy::Length;

fn lasting(hours: i64) -> Lasting {
    let written = if hours % 24 == 0 { format!("{}d", hours / 24) } else { format!("{hours}h") };
    Lasting::new(Length::Exact { length: SignedDuration::from_hours(hours), written }).unwrap()
}

fn series(rule: &str, first: &str, zone: &str, hours: i64) -> Series {
    let first: DateTime = first.parse().unwrap();
    Series::new(Recurrence::parse(rule).unwrap(), first, TimeZone::get(zone).unwrap(), lasting(hours)).unwrap()
}

/// The days on which the first turns begin, `1997-09-02` as `9/2`.
fn days(rule: &str, first: &str, most: usize) -> String {
    let turns: Vec<_> = series(rule, first, "America/New_York", 1).turns().take(most).collect();
    let days = turns.iter().map(|(start, _)| {
        let local = start.to_zoned(TimeZone::get("America/New_York").unwrap());
        assert_eq!(local.hour(), 9, "each turn begins at the same time of the day");
        local.strftime("%-y-%-m/%-d").to_string()
    });
    let mut year = String::new();
    let short: Vec<String> = days
        .map(|day| {
            let (in_year, day) = day.split_once('-').unwrap();
            if in_year == year {
                return day.to_owned();
            }
            year = in_year.to_owned();
            format!("'{in_year} {day}")
        })
        .collect();
    short.join(" ")
}

/// The examples of RFC 5545, 3.8.5.3, that are daily or longer: the rule, its first day in September 1997 where none is
/// said, and the days that follow. They begin at nine in New York.
const RFC_5545: &[(&str, &str, &str)] = &[
    ("FREQ=DAILY;COUNT=10", "", "'97 9/2 9/3 9/4 9/5 9/6 9/7 9/8 9/9 9/10 9/11"),
    ("FREQ=DAILY;UNTIL=19970906T000000Z", "", "'97 9/2 9/3 9/4 9/5"),
    ("FREQ=DAILY;INTERVAL=2", "", "'97 9/2 9/4 9/6 9/8"),
    ("FREQ=DAILY;INTERVAL=10;COUNT=5", "", "'97 9/2 9/12 9/22 10/2 10/12"),
    ("FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", "1998-01-01", "'98 1/1 1/2 1/3 1/4"),
    ("FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1", "1998-01-01", "'98 1/1 1/2 1/3 1/4"),
    ("FREQ=WEEKLY;COUNT=10", "", "'97 9/2 9/9 9/16 9/23 9/30 10/7 10/14 10/21 10/28 11/4"),
    ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", "", "'97 9/2 9/16 9/30 10/14 10/28 11/11 11/25 12/9 12/23 '98 1/6"),
    ("FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "", "'97 9/2 9/4 9/9 9/11 9/16 9/18 9/23 9/25 9/30 10/2"),
    (
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "1997-09-01",
        "'97 9/1 9/3 9/5 9/15 9/17 9/19 9/29 10/1 10/3 10/13 10/15 10/17 10/27 10/29 10/31 11/10 11/12 11/14 11/24 \
         11/26 11/28 12/8 12/10 12/12 12/22",
    ),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "", "'97 9/2 9/4 9/16 9/18 9/30 10/2 10/14 10/16"),
    ("FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "1997-09-05", "'97 9/5 10/3 11/7 12/5 '98 1/2 2/6 3/6 4/3 5/1 6/5"),
    ("FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "1997-09-05", "'97 9/5 10/3 11/7 12/5"),
    (
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "1997-09-07",
        "'97 9/7 9/28 11/2 11/30 '98 1/4 1/25 3/1 3/29 5/3 5/31",
    ),
    ("FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997-09-22", "'97 9/22 10/20 11/17 12/22 '98 1/19 2/16"),
    ("FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28", "'97 9/28 10/29 11/28 12/29 '98 1/29 2/26"),
    ("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "", "'97 9/2 9/15 10/2 10/15 11/2 11/15 12/2 12/15 '98 1/2 1/15"),
    (
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "1997-09-30",
        "'97 9/30 10/1 10/31 11/1 11/30 12/1 12/31 '98 1/1 1/31 2/1",
    ),
    (
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997-09-10",
        "'97 9/10 9/11 9/12 9/13 9/14 9/15 '99 3/10 3/11 3/12 3/13",
    ),
    ("FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "", "'97 9/2 9/9 9/16 9/23 9/30 11/4 11/11 11/18 11/25 '98 1/6"),
    (
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "1997-06-10",
        "'97 6/10 7/10 '98 6/10 7/10 '99 6/10 7/10 '0 6/10 7/10 '1 6/10 7/10",
    ),
    (
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "1997-03-10",
        "'97 3/10 '99 1/10 2/10 3/10 '1 1/10 2/10 3/10 '3 1/10 2/10 3/10",
    ),
    (
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "1997-01-01",
        "'97 1/1 4/10 7/19 '0 1/1 4/9 7/18 '3 1/1 4/10 7/19 '6 1/1",
    ),
    ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", "'97 5/19 '98 5/18 '99 5/17"),
    ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12", "'97 5/12 '98 5/11 '99 5/17"),
    ("FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-03-13", "'97 3/13 3/20 3/27 '98 3/5 3/12 3/19 3/26 '99 3/4"),
    ("FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", "1997-06-05", "'97 6/5 6/12 6/19 6/26 7/3 7/10 7/17 7/24 7/31 8/7"),
    // The day of the first is no Friday the thirteenth, and is left out here.
    ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "", "'98 2/13 3/13 11/13 '99 8/13 '0 10/13"),
    (
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "1997-09-13",
        "'97 9/13 10/11 11/8 12/13 '98 1/10 2/7 3/7 4/11 5/9 6/13",
    ),
    ("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05", "'96 11/5 '0 11/7 '4 11/2"),
    ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", "'97 9/4 10/7 11/6"),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29", "'97 9/29 10/30 11/27 12/30 '98 1/29 2/26 3/30"),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05", "'97 8/5 8/10 8/19 8/24"),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05", "'97 8/5 8/17 8/19 8/31"),
    ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15", "'7 1/15 1/30 2/15 3/15 3/30"),
];

#[test]
fn recurrences_come_on_the_days_of_rfc_5545_s_examples() {
    for (rule, first, expected) in RFC_5545 {
        let first = if first.is_empty() { "1997-09-02" } else { first };
        let ends = rule.contains("COUNT") || rule.contains("UNTIL=1997");
        // What ends by itself has to end there.
        let most = expected.split(' ').filter(|word| word.contains('/')).count() + usize::from(ends);
        assert_eq!(days(rule, &format!("{first}T09:00"), most), *expected, "{rule}");
    }
}

#[test]
fn a_date_as_until_includes_that_day_and_a_time_is_the_last_start() {
    let check = |until: &str, expected: &str| {
        assert_eq!(days(&format!("FREQ=DAILY;UNTIL={until}"), "1997-09-02T09:00", 9), expected, "{until}");
    };
    check("19970904", "'97 9/2 9/3 9/4");
    check("19970904T090000", "'97 9/2 9/3 9/4");
    check("19970904T085959", "'97 9/2 9/3");
    check("19970904T130000Z", "'97 9/2 9/3 9/4");
    check("19970904T125959Z", "'97 9/2 9/3");
    check("19970901", "");
}

/// At that instant it is on or not, and that changes then.
#[track_caller]
fn check(times: &Series, at: &str, on: bool, changes: Option<&str>) {
    let now = times.at(at.parse().unwrap());
    assert_eq!((now.on, now.changes), (on, changes.map(|at| at.parse().unwrap())), "at {at}");
}

#[test]
fn turns_are_half_open_and_those_that_meet_are_one() {
    let fridays = series("FREQ=WEEKLY;BYDAY=FR", "2026-11-20T18:00", "UTC", 3);
    check(&fridays, "2026-11-19T00:00:00Z", false, Some("2026-11-20T18:00:00Z"));
    check(&fridays, "2026-11-20T18:00:00Z", true, Some("2026-11-20T21:00:00Z"));
    check(&fridays, "2026-11-20T21:00:00Z", false, Some("2026-11-27T18:00:00Z"));
    // Long after the first turn it costs no more to find the one that counts.
    check(&fridays, "2426-11-20T20:00:00Z", true, Some("2426-11-20T21:00:00Z"));
    let days = series("FREQ=DAILY;COUNT=3", "2026-11-20T18:00", "UTC", 24);
    check(&days, "2026-11-21T00:00:00Z", true, Some("2026-11-23T18:00:00Z"));
    check(&days, "2026-11-23T18:00:00Z", false, None);
    let longer = series("FREQ=DAILY;COUNT=2", "2026-11-20T18:00", "UTC", 70);
    check(&longer, "2026-11-23T17:00:00Z", true, Some("2026-11-24T16:00:00Z"));
}

#[test]
fn a_recurrence_keeps_its_time_of_the_day_over_changes_of_clocks() {
    // In Berlin 02:00 becomes 03:00 on 2026-03-29, and 03:00 becomes 02:00 on 2026-10-25.
    let berlin = series("FREQ=DAILY", "2026-01-01T02:30", "Europe/Berlin", 1);
    check(&berlin, "2026-03-28T00:00:00Z", false, Some("2026-03-28T01:30:00Z"));
    check(&berlin, "2026-03-29T00:00:00Z", false, Some("2026-03-29T01:30:00Z"));
    check(&berlin, "2026-03-30T00:00:00Z", false, Some("2026-03-30T00:30:00Z"));
    check(&berlin, "2026-10-25T00:00:00Z", false, Some("2026-10-25T00:30:00Z"));
    check(&berlin, "2026-10-25T00:31:00Z", true, Some("2026-10-25T01:30:00Z"));
    // A day is one of the calendar, so that what is always on has no hole.
    for (zone, from, to) in [
        ("Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"),
        ("America/New_York", "2026-03-07T12:00:00Z", "2026-03-09T12:00:00Z"),
    ] {
        let always = series("FREQ=DAILY", "2026-01-01T00:00", zone, 24);
        let (mut at, to): (Timestamp, Timestamp) = (from.parse().unwrap(), to.parse().unwrap());
        while at < to {
            assert!(always.at(at).on, "{zone} at {at}");
            at += SignedDuration::from_mins(30);
        }
    }
}

#[test]
fn whatever_the_rule_an_answer_is_found_in_counted_steps() {
    let never = series("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01T00:00", "UTC", 24);
    let now = never.at("2026-11-23T00:00:00Z".parse().unwrap());
    assert_eq!((now.on, now.changes), (false, None));
    let looked = now.looked_until.unwrap();
    assert!(looked > "2034-01-01T00:00:00Z".parse().unwrap(), "it is looked at again at {looked}");
    // A rule that counts its turns is counted when it is read, and not for ever.
    let counted = |rule: &str| {
        Series::new(Recurrence::parse(rule).unwrap(), "2026-01-01T00:00".parse().unwrap(), TimeZone::UTC, lasting(24))
    };
    assert!(counted("FREQ=DAILY;COUNT=10000").is_ok());
    assert!(counted("FREQ=YEARLY;COUNT=10000").is_err());
    assert!(counted("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1").is_err());
    let rare = series("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2028-02-29T00:00", "UTC", 24);
    check(&rare, "2097-01-01T00:00:00Z", false, Some("2104-02-29T00:00:00Z"));
}

#[test]
fn an_end_of_the_calendar_is_no_accident() {
    let last = series("FREQ=DAILY", "9999-12-01T00:00", "UTC", 24);
    check(&last, "9999-11-01T00:00:00Z", false, Some("9999-12-01T00:00:00Z"));
    let _ = series("FREQ=YEARLY;INTERVAL=10000", "2026-01-01T00:00", "UTC", 24).at(Timestamp::MAX);
    let _ = series("FREQ=YEARLY;BYWEEKNO=1", "-009999-01-01T00:00", "UTC", 24).at(Timestamp::MIN);
    assert_eq!(
        Lasting::new(Length::Exact { length: SignedDuration::from_hours(24 * 367), written: "367d".into() }),
        None
    );
}

#[test]
fn what_rfc_5545_does_not_let_stand_together_is_refused() {
    let refused = |rule: &str| Recurrence::parse(rule).expect_err(rule);
    for (rule, why) in [
        ("FREQ=HOURLY", "`FREQ=HOURLY` cannot be"),
        ("BYDAY=FR", "`FREQ` is not there"),
        ("FREQ=DAILY;BYHOUR=3", "`BYHOUR` is finer than a day"),
        ("FREQ=DAILY;FREQ=DAILY", "`FREQ` stands twice"),
        ("FREQ=DAILY;COUNT=1;UNTIL=20260101", "`COUNT` and `UNTIL` exclude each other"),
        ("FREQ=WEEKLY;BYDAY=1MO", "a number before a day of `BYDAY` stands with `MONTHLY` or `YEARLY` only"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "a number before a day of `BYDAY` does not stand with `BYWEEKNO`"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "`BYWEEKNO` stands with `FREQ=YEARLY` only"),
        ("FREQ=DAILY;BYYEARDAY=1", "`BYYEARDAY` stands with `FREQ=YEARLY` only"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "`BYMONTHDAY` does not stand with `FREQ=WEEKLY`"),
        ("FREQ=MONTHLY;BYSETPOS=1", "`BYSETPOS` picks out of what another `BY…` says"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "`BYMONTHDAY=0` cannot be"),
        ("FREQ=DAILY;COUNT=10001", "`COUNT=10001` cannot be"),
        ("FREQ=DAILY;UNTIL=20261331", "`UNTIL=20261331` cannot be"),
        ("FREQ=DAILY;UNTIL=20260101T250000Z", "`UNTIL=20260101T250000Z` cannot be"),
        ("FREQ=DAILY;X=1", "`X` is not known"),
        ("FREQ", "`FREQ` is not `NAME=VALUE`"),
        ("FREQ=WEEKLY;BYDAY=ä", "`BYDAY=ä` cannot be"),
    ] {
        assert_eq!(refused(rule), why);
    }
}
