//! When something is on: a freeze that holds, a window that is open.
//!
//! Times are stretches between instants: once, at hours of the week, or again and
//! again by a rule of RFC 5545. What is asked of them is always the same: is it on
//! at an instant, and when does that change. Every answer is found within counted
//! steps, however the times are written. Absent: what being on means to a change.

mod ics;
#[cfg(test)]
mod ics_tests;
mod lasting;
mod recurrence;
mod series;
#[cfg(test)]
mod tests;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use ics::{Calendar, LARGEST, Problem};
pub use lasting::Lasting;
pub use recurrence::{Recurrence, Until};
pub use series::Series;

use crate::policy::Weekly;

/// What goes on for longer is looked at again after that.
const LONG: SignedDuration = SignedDuration::from_hours(24 * 400);

/// A year in days, in which every zone changes its clocks as often as it does.
const A_YEAR: i64 = 366;

/// When something is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Times {
    /// From one instant to another, half-open.
    Once {
        /// Its first instant.
        from: Timestamp,
        /// The first instant after it.
        until: Timestamp,
        /// Where it was written for, where that is said.
        zone: Option<TimeZone>,
    },
    /// At some hours of some days of the week.
    Weekly(Vec<Weekly>),
    /// Again and again.
    Series(Box<Series>),
    /// As a file of the policy's repository has it, which is a fact of each decision.
    File(Box<FileTimes>),
}

/// The file that says when something is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTimes {
    /// Its path in the policy's repository.
    pub path: String,
    /// Where what it says without a zone is meant; `None` where that is not said.
    pub zone: Option<TimeZone>,
}

/// Whether something is on at an instant, and when that changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Whether it is on.
    pub on: bool,
    /// When that changes; `None` where it never does, or not as far as was looked.
    pub changes: Option<Timestamp>,
    /// How far was looked, where more may come after that.
    pub looked_until: Option<Timestamp>,
}

impl Times {
    /// How it stands at an instant. What a file says is never on here: an evaluation asks the file itself.
    pub fn at(&self, instant: Timestamp) -> Now {
        match self {
            Self::Once { from, until, .. } => standing([(*from, *until)], instant),
            Self::Weekly(any) => {
                let (on, changes) = Weekly::within(any, instant);
                Now { on, changes, looked_until: None }
            }
            Self::Series(series) => series.at(instant),
            Self::File(_) => Now { on: false, changes: None, looked_until: Some(instant) },
        }
    }

    /// The stretches in which it is on between two instants, cut off at both; at most so many. `calendar` is what the file
    /// says, where it goes by one: without it is never on.
    pub fn stretches(
        &self,
        calendar: Option<&Calendar>,
        (from, until): (Timestamp, Timestamp),
        most: usize,
    ) -> Vec<(Timestamp, Timestamp)> {
        if let Self::File(file) = self {
            let zone = file.zone.clone().unwrap_or(TimeZone::UTC);
            let told = calendar.map(|calendar| calendar.between(from, until, &zone)).unwrap_or_default();
            let within = told.into_iter().filter(|(start, end)| *start < until && from < *end);
            return within.map(|(start, end)| (start.max(from), end.min(until))).take(most).collect();
        }
        let (mut stretches, mut here) = (Vec::new(), from);
        while here < until && stretches.len() < most {
            let now = self.at(here);
            let next = now.changes.or(now.looked_until).map_or(until, |next| next.min(until));
            if now.on {
                stretches.push((here, next));
            }
            // It always goes on: what changes, changes later.
            here = next.max(here.saturating_add(SignedDuration::from_secs(1)).unwrap_or(until));
        }
        stretches
    }

    /// Whether it was on and never will be again.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.at(now) == Now { on: false, changes: None, looked_until: None }
    }

    /// A local time within the year after an instant at which it begins or ends and that its zone skips or has twice,
    /// with the zone; and of several times of the week, which.
    pub fn odd_clock(&self, now: Timestamp) -> Option<(usize, DateTime, &TimeZone)> {
        match self {
            Self::Once { .. } | Self::File(_) => None,
            Self::Weekly(any) => any.iter().enumerate().find_map(|(place, weekly)| {
                let bounds = weekly.bounds_within(now, A_YEAR);
                Some((place, bounds.into_iter().find(|local| is_odd(*local, &weekly.zone))?, &weekly.zone))
            }),
            Self::Series(series) => {
                let mut starts = series.starts_within(now, A_YEAR);
                Some((0, starts.find(|local| is_odd(*local, series.zone()))?, series.zone()))
            }
        }
    }

    /// Where it was written for, where that is one place.
    pub fn zone(&self) -> Option<&TimeZone> {
        match self {
            Self::Once { zone, .. } => zone.as_ref(),
            Self::Weekly(any) => any.first().map(|weekly| &weekly.zone),
            Self::Series(series) => Some(series.zone()),
            Self::File(file) => file.zone.as_ref(),
        }
    }
}

/// How stretches, given by their starts, stand together at an instant; those that meet are one.
fn standing(stretches: impl IntoIterator<Item = (Timestamp, Timestamp)>, instant: Timestamp) -> Now {
    let far = instant.checked_add(LONG).unwrap_or(Timestamp::MAX);
    let mut ends: Option<Timestamp> = None;
    for (start, end) in stretches.into_iter().filter(|(start, end)| start < end && instant < *end) {
        ends = match ends {
            None if instant < start => return Now { on: false, changes: Some(start), looked_until: None },
            None => Some(end),
            Some(known) if start <= known && known < far => Some(known.max(end)),
            Some(_) => break,
        };
    }
    Now { on: ends.is_some(), changes: ends, looked_until: None }
}

/// The instant of a local time. One that the clocks skip or have twice is read as RFC 5545 reads it.
pub(crate) fn instant_of(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    Some(zone.to_ambiguous_zoned(local).compatible().ok()?.timestamp())
}

/// Whether a zone's clocks skip that time or show it twice.
fn is_odd(local: DateTime, zone: &TimeZone) -> bool {
    zone.to_ambiguous_zoned(local).is_ambiguous()
}
