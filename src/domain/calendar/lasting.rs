//! How long each turn of a recurrence lasts.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::instant_of;
use crate::policy::Length;

/// No turn lasts longer, in days.
pub(crate) const LONGEST: i32 = 366;

/// How long a turn lasts: at most 366 days.
///
/// Days and weeks are those of the calendar, to the same time of the day, be they of 23 or 25 hours: what lasts a day
/// and comes daily leaves no hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lasting {
    length: Length,
    /// Whether days are meant, and not hours.
    on_calendar: bool,
    days: i32,
}

impl Lasting {
    /// As long as that; `None` where it is too long to come again.
    pub fn new(length: Length) -> Option<Self> {
        let (on_calendar, days) = match &length {
            Length::Exact { length, written } => {
                let on_calendar = written.ends_with(['d', 'w']);
                (on_calendar, length.as_hours() / 24 + i64::from(!on_calendar))
            }
            // Five of them take a week, and what begins on a weekend lasts longer.
            Length::BusinessDays { count, .. } => (false, i64::from(*count) * 7 / 5 + 4),
        };
        let days = i32::try_from(days).ok().filter(|days| *days <= LONGEST)?;
        Some(Self { length, on_calendar, days })
    }

    /// So many days of the calendar; `None` where that is too long to come again.
    pub(super) fn of_days(days: i32) -> Option<Self> {
        let length = SignedDuration::from_hours(24 * i64::from(days));
        Self::new(Length::Exact { length, written: format!("{days}d") })
    }

    /// So long by the clock; `None` where that is too long to come again.
    pub(super) fn exact(length: SignedDuration) -> Option<Self> {
        Self::new(Length::Exact { length, written: format!("{}s", length.as_secs()) })
    }

    /// So many days of the calendar at the most.
    pub(super) fn days(&self) -> i32 {
        self.days
    }

    /// The end of what begins then.
    pub(super) fn end(&self, start: Timestamp, local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
        match self.on_calendar {
            true => instant_of(local.checked_add(self.days.days()).ok()?, zone),
            false => self.length.after(start),
        }
    }
}
