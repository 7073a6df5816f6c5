//! Times of the week as policies write them: days, hours and a zone.
//!
//! Local times in a gap or an overlap are read as RFC 5545 reads them: one that the
//! clocks skip counts as long after midnight as it says, one that comes twice is the
//! first. The zones are those compiled in. Absent: what it means to lie in one.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::calendar::instant_of;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Days around an instant on which what is looked at begins: what may still last, and what comes within `AHEAD`.
const BEFORE: i64 = 2;
const AFTER: i64 = 16;

/// So far ahead everything comes round again, also what a change of clocks leaves out once.
const AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Hours of some days of the week, somewhere. Half-open: the last minute is the one before the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weekly {
    /// The days on which it begins.
    pub days: Days,
    /// From when to when.
    pub hours: Hours,
    /// Where.
    pub zone: TimeZone,
}

/// Days of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// Each day that is meant.
    pub each: BTreeSet<i8>,
    /// As written.
    pub written: String,
}

/// From one time of the day to another; not after the first one, it is on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// Minutes after midnight of the first minute.
    pub from: u16,
    /// Minutes after midnight of the end, at most 24 hours.
    pub to: u16,
}

impl Days {
    /// Every day.
    pub fn all() -> Self {
        Self { each: (1..=7).collect(), written: "Mon-Sun".to_owned() }
    }
}

impl Hours {
    /// The whole day.
    pub const ALL: Self = Self { from: 0, to: DAY };
}

impl Weekly {
    /// Whether an instant lies in any of these, and the next instant at which that changes; `None` where it never does.
    pub fn within(any: &[Self], instant: Timestamp) -> (bool, Option<Timestamp>) {
        let spans: Vec<_> = any.iter().flat_map(|weekly| weekly.around(instant)).collect();
        let lies = |at: Timestamp| spans.iter().any(|(start, end)| *start <= at && at < *end);
        let now = lies(instant);
        let bounds: BTreeSet<Timestamp> = spans.iter().flat_map(|(start, end)| [*start, *end]).collect();
        let horizon = instant.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
        let ahead = |bound: &Timestamp| instant < *bound && *bound < horizon;
        (now, bounds.into_iter().find(|bound| ahead(bound) && lies(*bound) != now))
    }

    /// Starts and ends around an instant.
    fn around(&self, instant: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let today = instant.to_zoned(self.zone.clone()).date();
        let days = (-BEFORE..=AFTER).filter_map(|days| today.checked_add(jiff::Span::new().days(days)).ok());
        let days = days.filter(|day| self.days.each.contains(&day.weekday().to_monday_one_offset()));
        days.filter_map(|day| self.on(day)).collect()
    }

    /// The local times at which it begins or ends within so many days after an instant.
    pub(crate) fn bounds_within(&self, now: Timestamp, days: i64) -> Vec<DateTime> {
        let today = now.to_zoned(self.zone.clone()).date();
        let days = (0..days).filter_map(|days| today.checked_add(jiff::Span::new().days(days)).ok());
        let days = days.filter(|day| self.days.each.contains(&day.weekday().to_monday_one_offset()));
        let bounds = days.filter_map(|day| {
            let last = if self.hours.to > self.hours.from { day } else { day.tomorrow().ok()? };
            Some([local(day, self.hours.from)?, local(last, self.hours.to)?])
        });
        bounds.flatten().collect()
    }

    /// Start and end of what begins on that day; nothing where a change of clocks leaves nothing of it.
    fn on(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        let last = if self.hours.to > self.hours.from { day } else { day.tomorrow().ok()? };
        let span = (self.instant(day, self.hours.from)?, self.instant(last, self.hours.to)?);
        (span.0 < span.1).then_some(span)
    }

    fn instant(&self, day: Date, minutes: u16) -> Option<Timestamp> {
        instant_of(local(day, minutes)?, &self.zone)
    }
}

/// So many minutes after midnight by the clocks of a day.
fn local(day: Date, minutes: u16) -> Option<DateTime> {
    let (day, minutes) = if minutes >= DAY { (day.tomorrow().ok()?, minutes - DAY) } else { (day, minutes) };
    let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
    Some(day.at(hour, minute, 0, 0))
}

/// The number of a day by its name in policies, Monday being 1.
pub(super) fn day_of(name: &str) -> Option<i8> {
    let days = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let place = names.iter().position(|known| *known == name)?;
    Some(days[place].to_monday_one_offset())
}

impl fmt::Display for Weekly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Hours { from, to } = self.hours;
        let zone = self.zone.iana_name().unwrap_or("UTC");
        let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        write!(f, "{} {}-{} {zone}", self.days.written, clock(from), clock(to))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    fn weekly(days: &[i8], from: u16, to: u16, zone: &str) -> Weekly {
        let days = Days { each: days.iter().copied().collect(), written: String::new() };
        Weekly { days, hours: Hours { from, to }, zone: TimeZone::get(zone).unwrap() }
    }

    /// At that instant it is so, and changes then.
    #[track_caller]
    fn check(weekly: &[Weekly], at: &str, lies: bool, next: &str) {
        let found = Weekly::within(weekly, at.parse().unwrap());
        assert_eq!(found, (lies, Some(next.parse().unwrap())), "at {at}");
    }

    #[test]
    fn hours_are_half_open() {
        // 2026-11-20 is a Friday.
        let noon = [weekly(&[5], 12 * 60, DAY, "UTC")];
        check(&noon, "2026-11-20T11:59:59Z", false, "2026-11-20T12:00:00Z");
        check(&noon, "2026-11-20T12:00:00Z", true, "2026-11-21T00:00:00Z");
        check(&noon, "2026-11-20T23:59:59Z", true, "2026-11-21T00:00:00Z");
        check(&noon, "2026-11-21T00:00:00Z", false, "2026-11-27T12:00:00Z");
    }

    #[test]
    fn what_passes_midnight_belongs_to_its_first_day() {
        let night = [weekly(&[5], 22 * 60, 4 * 60, "UTC")];
        check(&night, "2026-11-20T03:00:00Z", false, "2026-11-20T22:00:00Z");
        check(&night, "2026-11-20T22:00:00Z", true, "2026-11-21T04:00:00Z");
        check(&night, "2026-11-21T03:59:59Z", true, "2026-11-21T04:00:00Z");
        check(&night, "2026-11-21T22:00:00Z", false, "2026-11-27T22:00:00Z");
    }

    #[test]
    fn what_joins_has_no_bound_between_and_what_is_always_never_changes() {
        let weekend = [weekly(&[5], 12 * 60, DAY, "UTC"), weekly(&[6, 7], 0, DAY, "UTC")];
        check(&weekend, "2026-11-20T13:00:00Z", true, "2026-11-23T00:00:00Z");
        let always = [weekly(&[1, 2, 3, 4, 5, 6, 7], 0, DAY, "Europe/Berlin")];
        assert_eq!(Weekly::within(&always, "2026-03-29T00:30:00Z".parse().unwrap()), (true, None));
    }

    #[test]
    fn clocks_that_go_forward_skip_a_time_as_rfc_5545_reads_it() {
        // In Berlin 02:00 becomes 03:00 on 2026-03-29, in New York on 2026-03-08.
        let berlin = [weekly(&[7], 2 * 60 + 30, 5 * 60, "Europe/Berlin")];
        check(&berlin, "2026-03-29T01:00:00Z", false, "2026-03-29T01:30:00Z");
        check(&berlin, "2026-03-29T01:30:00Z", true, "2026-03-29T03:00:00Z");
        let york = [weekly(&[6], 22 * 60, 2 * 60 + 30, "America/New_York")];
        check(&york, "2026-03-08T02:59:00Z", false, "2026-03-08T03:00:00Z");
        check(&york, "2026-03-08T07:00:00Z", true, "2026-03-08T07:30:00Z");
        // An hour that is skipped whole lies as far after midnight as it says, and one whose end is skipped may be none.
        let skipped = [weekly(&[7], 2 * 60 + 15, 3 * 60 + 10, "Europe/Berlin")];
        check(&skipped, "2026-03-29T00:00:00Z", false, "2026-04-05T00:15:00Z");
    }

    #[test]
    fn clocks_that_go_back_have_a_time_twice_and_the_first_counts() {
        // In Berlin 03:00 becomes 02:00 on 2026-10-25, in New York 02:00 becomes 01:00 on 2026-11-01.
        let berlin = [weekly(&[7], 2 * 60 + 30, 4 * 60, "Europe/Berlin")];
        check(&berlin, "2026-10-25T00:29:59Z", false, "2026-10-25T00:30:00Z");
        check(&berlin, "2026-10-25T01:30:00Z", true, "2026-10-25T03:00:00Z");
        let york = [weekly(&[7], 0, 60 + 30, "America/New_York")];
        check(&york, "2026-11-01T05:29:59Z", true, "2026-11-01T05:30:00Z");
        check(&york, "2026-11-01T06:15:00Z", false, "2026-11-08T05:00:00Z");
    }
}
