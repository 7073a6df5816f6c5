//! Lengths of time as policies write them: `30m`, `24h`, `14d`, `2w`, `5 business days`.

use std::fmt;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

/// A length of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Length {
    /// So many seconds; a day is 24 hours.
    Exact {
        /// How long.
        length: SignedDuration,
        /// As written.
        written: String,
    },
    /// So many days from Monday to Friday, at the same time of the day.
    BusinessDays {
        /// How many.
        count: u32,
        /// Where the days begin and end.
        zone: TimeZone,
    },
}

impl Length {
    /// The instant that lies so long after another; `None` beyond the end of the calendar.
    pub fn after(&self, from: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Exact { length, .. } => from.checked_add(*length).ok(),
            Self::BusinessDays { count, zone } => {
                let start = from.to_zoned(zone.clone());
                let is_workday = |day: Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
                let mut day = start.date();
                while !is_workday(day) {
                    day = day.yesterday().ok()?;
                }
                // Whole weeks first: a count may be large.
                day = day.checked_add(Span::new().try_weeks(count / 5).ok()?).ok()?;
                let mut left = count % 5;
                while left > 0 {
                    day = day.tomorrow().ok()?;
                    left -= u32::from(is_workday(day));
                }
                let end = zone.to_ambiguous_zoned(day.to_datetime(start.time())).compatible().ok()?;
                Some(end.timestamp())
            }
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact { written, .. } => f.write_str(written),
            Self::BusinessDays { count: 1, .. } => f.write_str("1 business day"),
            Self::BusinessDays { count, .. } => write!(f, "{count} business days"),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(length: &Length, from: &str, end: &str) {
        assert_eq!(length.after(from.parse().unwrap()), Some(end.parse().unwrap()), "{length} after {from}");
    }

    #[test]
    fn business_days_are_monday_to_friday_at_the_same_time_of_the_day() {
        let days = |count, zone: &str| Length::BusinessDays { count, zone: TimeZone::get(zone).unwrap() };
        // 2026-11-23 is a Monday.
        check(&days(1, "UTC"), "2026-11-23T10:00:00Z", "2026-11-24T10:00:00Z");
        check(&days(5, "UTC"), "2026-11-23T10:00:00Z", "2026-11-30T10:00:00Z");
        check(&days(1, "UTC"), "2026-11-27T10:00:00Z", "2026-11-30T10:00:00Z");
        check(&days(1, "UTC"), "2026-11-28T10:00:00Z", "2026-11-30T10:00:00Z");
        check(&days(5, "UTC"), "2026-11-28T10:00:00Z", "2026-12-04T10:00:00Z");
        check(&days(7, "UTC"), "2026-11-25T10:00:00Z", "2026-12-04T10:00:00Z");
        // The clocks of London go back on 2026-10-25.
        check(&days(1, "Europe/London"), "2026-10-23T08:00:00Z", "2026-10-26T09:00:00Z");
    }

    #[test]
    fn a_length_beyond_the_calendar_has_no_end() {
        let length = SignedDuration::from_hours(24 * 366 * 10_000);
        assert_eq!(Length::Exact { length, written: String::new() }.after(Timestamp::UNIX_EPOCH), None);
    }
}
