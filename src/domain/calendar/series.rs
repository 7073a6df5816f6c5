//! Turns of a recurrence: from days of a rule to stretches of time, somewhere.
//!
//! A turn begins at the same local time of its day; times that the clocks skip or have
//! twice are read as RFC 5545 reads them. INVARIANT: whatever the rule, an answer is
//! found within [`AHEAD`] looked-at days: a rule that counts its turns is counted once,
//! when it is made.

use std::collections::VecDeque;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::lasting::Lasting;
use super::recurrence::{Recurrence, Until};
use super::{Now, instant_of, standing};

/// So many days are looked at for the turns around an instant, twelve years of them where the rule is yearly.
const AHEAD: u32 = 12 * 366;

/// So many days are looked at to count the turns of a rule.
const COUNTED: u32 = 100_000;

/// A recurrence with its first turn, how long each lasts, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    rule: Recurrence,
    first: DateTime,
    zone: TimeZone,
    lasting: Lasting,
    /// There are no turns after this.
    last: Option<Until>,
    /// Days on which no turn begins.
    except: Vec<DateTime>,
}

impl Series {
    /// Turns by a rule, from `first` on and none before, each at its time of the day.
    ///
    /// # Errors
    /// In words, where the turns of a rule that counts them reach too far to be counted.
    pub fn new(rule: Recurrence, first: DateTime, zone: TimeZone, lasting: Lasting) -> Result<Self, String> {
        let rule = rule.given(first.date());
        let mut series = Self { last: rule.until, rule, first, zone, lasting, except: Vec::new() };
        if let Some(count) = series.rule.count {
            let mut days = series.days(series.first.date(), COUNTED);
            let last = days.by_ref().take(count as usize).last();
            if days.exhausted {
                return Err("its turns reach too far to be counted; end it with `UNTIL`".to_owned());
            }
            // A rule that takes no day at all has no turn.
            let never = series.first.date().yesterday().unwrap_or(Date::MIN);
            series.last = Some(Until::Day(last.unwrap_or(never)));
        }
        Ok(series)
    }

    /// The same without the turns that begin then.
    #[must_use]
    pub fn except(mut self, starts: Vec<DateTime>) -> Self {
        self.except = starts;
        self
    }

    /// Where it is.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// How it stands at an instant.
    pub fn at(&self, instant: Timestamp) -> Now {
        let today = instant.to_zoned(self.zone.clone()).date();
        let from = today.checked_sub((self.lasting.days() + 2).days()).unwrap_or(Date::MIN);
        let mut days = self.days(from, AHEAD);
        let turns = std::iter::from_fn(|| self.turn(days.next()?));
        let now = standing(turns, instant);
        let looked_until = match now.changes {
            None if days.exhausted => days.reached.and_then(|day| self.instant(day.to_datetime(self.first.time()))),
            _ => None,
        };
        Now { looked_until: looked_until.filter(|until| instant < *until), ..now }
    }

    /// The same turns by the clocks of another place.
    pub(super) fn in_zone(&self, zone: TimeZone) -> Self {
        Self { zone, ..self.clone() }
    }

    /// Starts and ends of the turns that are on between two instants, in their order.
    pub(super) fn between(&self, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let today = from.to_zoned(self.zone.clone()).date();
        let mut days = self.days(today.checked_sub((self.lasting.days() + 2).days()).unwrap_or(Date::MIN), AHEAD);
        let turns = std::iter::from_fn(|| self.turn(days.next()?));
        turns.filter(|(_, end)| from < *end).take_while(|(start, _)| *start <= until).collect()
    }

    /// Whether no turn begins from that instant on.
    pub(super) fn is_over_at(&self, instant: Timestamp) -> bool {
        self.is_over(instant.to_zoned(self.zone.clone()).date())
    }

    /// Starts and ends of its turns in their order, until it is over or too many days were looked at.
    pub fn turns(&self) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let mut days = self.days(self.first.date(), COUNTED);
        std::iter::from_fn(move || self.turn(days.next()?))
    }

    /// The local times at which turns begin within so many days after an instant.
    pub(super) fn starts_within(&self, now: Timestamp, days: i64) -> impl Iterator<Item = DateTime> {
        let today = now.to_zoned(self.zone.clone()).date();
        let last = today.checked_add(days.days()).unwrap_or(Date::MAX);
        self.days(today, AHEAD).take_while(move |day| *day <= last).map(|day| day.to_datetime(self.first.time()))
    }

    /// Days on which turns begin, none before `from`.
    fn days(&self, from: Date, steps: u32) -> Days<'_> {
        let first = self.first.date();
        let turn = self.rule.turn_of(first, from).unwrap_or(0);
        Days {
            series: self,
            from: from.max(first),
            turn,
            steps,
            ready: VecDeque::new(),
            reached: None,
            exhausted: false,
        }
    }

    fn turn(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        let local = day.to_datetime(self.first.time());
        let start = self.instant(local)?;
        let end = self.lasting.end(start, local, &self.zone)?;
        Some((start, end))
    }

    fn instant(&self, local: DateTime) -> Option<Timestamp> {
        instant_of(local, &self.zone)
    }

    /// Whether a turn that begins on that day comes after the last.
    fn is_over(&self, day: Date) -> bool {
        let local = day.to_datetime(self.first.time());
        match self.last {
            None => false,
            Some(Until::Day(last)) => last < day,
            Some(Until::Local(last)) => last < local,
            Some(Until::Instant(last)) => self.instant(local).is_none_or(|start| last < start),
        }
    }
}

/// The days of a series in their order, found within counted steps.
struct Days<'s> {
    series: &'s Series,
    from: Date,
    turn: u32,
    steps: u32,
    ready: VecDeque<Date>,
    /// The first day of the last period that was looked at.
    reached: Option<Date>,
    /// Whether the steps are used up, so that more may come.
    exhausted: bool,
}

impl Iterator for Days<'_> {
    type Item = Date;

    fn next(&mut self) -> Option<Date> {
        loop {
            while let Some(day) = self.ready.pop_front() {
                if self.series.is_over(day) {
                    return None;
                }
                if self.from <= day && !self.series.except.contains(&day.to_datetime(self.series.first.time())) {
                    return Some(day);
                }
            }
            let (start, length) = self.series.rule.period(self.series.first.date(), self.turn)?;
            if self.series.is_over(start) {
                return None;
            }
            let Some(steps) = self.steps.checked_sub(length) else {
                self.exhausted = true;
                return None;
            };
            (self.steps, self.reached) = (steps, Some(start));
            self.turn = self.turn.checked_add(1)?;
            self.ready = self.series.rule.of_period(start, length).into();
        }
    }
}
