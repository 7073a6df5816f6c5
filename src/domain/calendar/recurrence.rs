//! A rule of recurrence as RFC 5545 writes it, `DAILY` or longer: which days it takes.
//!
//! The rule is read here and asked about days; what the first day gives it (the day of
//! the month, say) is filled in by [`given`](Recurrence::given). Parts that RFC 5545
//! forbids together are refused. Absent: hours, zones and ends (`series`).

use std::fmt;

use jiff::civil::{Date, Time, Weekday};
use jiff::{Timestamp, ToSpan};

/// A rule of recurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    written: String,
    pub(super) frequency: Frequency,
    /// Every so many periods.
    pub(super) interval: u32,
    /// After so many turns there are no more.
    pub(super) count: Option<u32>,
    /// There are none after this.
    pub(super) until: Option<Until>,
    months: Vec<i8>,
    weeks: Vec<i8>,
    year_days: Vec<i16>,
    month_days: Vec<i8>,
    days: Vec<(Option<i8>, Weekday)>,
    positions: Vec<i16>,
    week_start: Weekday,
}

/// How long a period of the rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// The end of a recurrence; a turn that begins on it still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// A day, whole.
    Day(Date),
    /// A time of the day where the recurrence is.
    Local(jiff::civil::DateTime),
    /// A point in time.
    Instant(Timestamp),
}

impl Recurrence {
    /// Reads a rule, such as `FREQ=MONTHLY;BYDAY=-1FR`.
    ///
    /// # Errors
    /// What is wrong with it, with the part of it in backticks.
    pub fn parse(rule: &str) -> Result<Self, String> {
        let mut seen: Vec<&str> = Vec::new();
        let mut read = Self::every(rule, Frequency::Daily);
        for part in rule.split(';') {
            let Some((name, value)) = part.split_once('=') else { return Err(format!("`{part}` is not `NAME=VALUE`")) };
            if seen.contains(&name) {
                return Err(format!("`{name}` stands twice"));
            }
            seen.push(name);
            match name {
                "BYHOUR" | "BYMINUTE" | "BYSECOND" => return Err(format!("`{name}` is finer than a day")),
                _ if !PARTS.contains(&name) => return Err(format!("`{name}` is not known")),
                _ => read.part(name, value).ok_or_else(|| format!("`{part}` cannot be"))?,
            }
        }
        if !seen.contains(&"FREQ") {
            return Err("`FREQ` is not there".to_owned());
        }
        read.sound(&seen)?;
        Ok(read)
    }

    fn every(rule: &str, frequency: Frequency) -> Self {
        Self {
            written: rule.to_owned(),
            frequency,
            interval: 1,
            count: None,
            until: None,
            months: Vec::new(),
            weeks: Vec::new(),
            year_days: Vec::new(),
            month_days: Vec::new(),
            days: Vec::new(),
            positions: Vec::new(),
            week_start: Weekday::Monday,
        }
    }

    /// Takes one part; nothing where its value cannot be.
    fn part(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "FREQ" => self.frequency = frequency(value)?,
            "INTERVAL" => self.interval = number(value, 1, 10_000)?.unsigned_abs(),
            "COUNT" => self.count = Some(number(value, 1, 10_000)?.unsigned_abs()),
            "UNTIL" => self.until = Some(until(value)?),
            "BYDAY" => self.days = value.split(',').map(day).collect::<Option<_>>()?,
            "WKST" => self.week_start = weekday(value)?,
            "BYMONTH" => self.months = numbers(value, 1, 12)?,
            "BYMONTHDAY" => self.month_days = numbers(value, -31, 31)?,
            "BYYEARDAY" => self.year_days = numbers(value, -366, 366)?,
            "BYSETPOS" => self.positions = numbers(value, -366, 366)?,
            _ => self.weeks = numbers(value, -53, 53)?,
        }
        Some(())
    }

    /// What RFC 5545 does not let stand together.
    fn sound(&self, seen: &[&str]) -> Result<(), String> {
        let has = |name: &str| seen.contains(&name);
        let only = |part: &str, with: &str| Err(format!("`{part}` stands with `FREQ={with}` only"));
        if has("COUNT") && has("UNTIL") {
            return Err("`COUNT` and `UNTIL` exclude each other".to_owned());
        }
        let counted = self.days.iter().any(|(nth, _)| nth.is_some());
        match self.frequency {
            Frequency::Yearly => {}
            _ if has("BYWEEKNO") => return only("BYWEEKNO", "YEARLY"),
            _ if has("BYYEARDAY") => return only("BYYEARDAY", "YEARLY"),
            Frequency::Weekly if has("BYMONTHDAY") => {
                return Err("`BYMONTHDAY` does not stand with `FREQ=WEEKLY`".to_owned());
            }
            Frequency::Daily | Frequency::Weekly if counted => {
                return Err("a number before a day of `BYDAY` stands with `MONTHLY` or `YEARLY` only".to_owned());
            }
            _ => {}
        }
        if counted && has("BYWEEKNO") {
            return Err("a number before a day of `BYDAY` does not stand with `BYWEEKNO`".to_owned());
        }
        if has("BYSETPOS") && !seen.iter().any(|name| name.starts_with("BY") && *name != "BYSETPOS") {
            return Err("`BYSETPOS` picks out of what another `BY…` says".to_owned());
        }
        Ok(())
    }

    /// The same with what it does not say taken from its first day.
    #[must_use]
    pub(super) fn given(mut self, first: Date) -> Self {
        let says_days =
            [self.weeks.is_empty(), self.year_days.is_empty(), self.month_days.is_empty(), self.days.is_empty()];
        if says_days != [true; 4] {
            return self;
        }
        match self.frequency {
            Frequency::Daily => {}
            Frequency::Weekly => self.days = vec![(None, first.weekday())],
            Frequency::Monthly => self.month_days = vec![first.day()],
            Frequency::Yearly => {
                if self.months.is_empty() {
                    self.months = vec![first.month()];
                }
                self.month_days = vec![first.day()];
            }
        }
        self
    }

    /// First day and length in days of the period so many turns after that of a day.
    pub(super) fn period(&self, first: Date, turn: u32) -> Option<(Date, u32)> {
        let ahead = i64::from(turn) * i64::from(self.interval);
        match self.frequency {
            Frequency::Daily => Some((first.checked_add(ahead.days()).ok()?, 1)),
            Frequency::Weekly => {
                let start = start_of_week(first, self.week_start)?;
                Some((start.checked_add((ahead * 7).days()).ok()?, 7))
            }
            Frequency::Monthly => {
                let start = first.first_of_month().checked_add(jiff::Span::new().try_months(ahead).ok()?).ok()?;
                Some((start, u32::try_from(start.days_in_month()).ok()?))
            }
            Frequency::Yearly => {
                let start = first.first_of_year().checked_add(jiff::Span::new().try_years(ahead).ok()?).ok()?;
                Some((start, u32::try_from(start.days_in_year()).ok()?))
            }
        }
    }

    /// The last turn whose period begins no later than a day; that of `first` where the day comes before it.
    pub(super) fn turn_of(&self, first: Date, day: Date) -> Option<u32> {
        let whole = |days: i64, each: i64| u32::try_from(days.div_euclid(each * i64::from(self.interval))).ok();
        if day <= first {
            return Some(0);
        }
        match self.frequency {
            Frequency::Daily => whole(days_from(first, day), 1),
            Frequency::Weekly => whole(days_from(start_of_week(first, self.week_start)?, day), 7),
            Frequency::Monthly => {
                let years = i64::from(day.year()) - i64::from(first.year());
                whole(years * 12 + i64::from(day.month()) - i64::from(first.month()), 1)
            }
            Frequency::Yearly => whole(i64::from(day.year()) - i64::from(first.year()), 1),
        }
    }

    /// The days of a period that the rule takes, in their order.
    pub(super) fn of_period(&self, start: Date, length: u32) -> Vec<Date> {
        let days: Vec<Date> = start.series(1.day()).take(length as usize).filter(|day| self.takes(*day)).collect();
        if self.positions.is_empty() {
            return days;
        }
        let picked = |place: usize| {
            let (from_start, from_end) = (place as i64 + 1, place as i64 - days.len() as i64);
            self.positions.iter().any(|wanted| [from_start, from_end].contains(&i64::from(*wanted)))
        };
        days.iter().enumerate().filter(|(place, _)| picked(*place)).map(|(_, day)| *day).collect()
    }

    fn takes(&self, day: Date) -> bool {
        let from_both_ends =
            |place: i16, length: i16, wanted: &dyn Fn(i16) -> bool| wanted(place) || wanted(place - length - 1);
        let (in_month, month) = (i16::from(day.day()), i16::from(day.days_in_month()));
        (self.months.is_empty() || self.months.contains(&day.month()))
            && (self.month_days.is_empty()
                || from_both_ends(in_month, month, &|n| self.month_days.iter().any(|own| i16::from(*own) == n)))
            && (self.year_days.is_empty()
                || from_both_ends(day.day_of_year(), day.days_in_year(), &|n| self.year_days.contains(&n)))
            && (self.days.is_empty() || self.days.iter().any(|(nth, weekday)| self.is_nth(day, *nth, *weekday)))
            && (self.weeks.is_empty()
                || week(day, self.week_start).is_some_and(|(number, of)| {
                    from_both_ends(number, of, &|n| self.weeks.iter().any(|own| i16::from(*own) == n))
                }))
    }

    /// Whether it is that day of the week, and the n-th of them in its month, or in its year where no month is said.
    fn is_nth(&self, day: Date, nth: Option<i8>, weekday: Weekday) -> bool {
        let of_year = self.frequency == Frequency::Yearly && self.months.is_empty();
        let (place, length) = match of_year {
            true => (day.day_of_year(), day.days_in_year()),
            false => (i16::from(day.day()), i16::from(day.days_in_month())),
        };
        let n = |nth: i8| {
            let nth = i16::from(nth);
            nth == (place - 1) / 7 + 1 || nth == -((length - place) / 7 + 1)
        };
        day.weekday() == weekday && nth.is_none_or(n)
    }
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// The parts that a rule may have.
const PARTS: [&str; 11] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYDAY",
    "WKST",
    "BYMONTH",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYSETPOS",
    "BYWEEKNO",
];

fn frequency(value: &str) -> Option<Frequency> {
    Some(match value {
        "DAILY" => Frequency::Daily,
        "WEEKLY" => Frequency::Weekly,
        "MONTHLY" => Frequency::Monthly,
        "YEARLY" => Frequency::Yearly,
        _ => return None,
    })
}

/// A whole number, not zero, from low to high.
fn number(value: &str, low: i32, high: i32) -> Option<i32> {
    value.parse().ok().filter(|number| (low..=high).contains(number) && *number != 0)
}

fn numbers<T: TryFrom<i32>>(value: &str, low: i32, high: i32) -> Option<Vec<T>> {
    value.split(',').map(|each| T::try_from(number(each, low, high)?).ok()).collect()
}

/// `20271231` or `20271231T235959Z`.
fn until(value: &str) -> Option<Until> {
    let (day, time) = value.split_once('T').map_or((value, None), |(day, time)| (day, Some(time)));
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    let date: Date = Some(day).filter(|day| digits(day, 8))?.parse().ok()?;
    let Some(time) = time else { return Some(Until::Day(date)) };
    let clock = time.strip_suffix('Z').unwrap_or(time);
    let clock: Time = Some(clock).filter(|clock| digits(clock, 6))?.parse().ok()?;
    let local = date.to_datetime(clock);
    match time.ends_with('Z') {
        true => Some(Until::Instant(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())),
        false => Some(Until::Local(local)),
    }
}

/// `FR`, `1MO`, `-1FR`.
fn day(value: &str) -> Option<(Option<i8>, Weekday)> {
    let at = value.len().checked_sub(2).filter(|at| value.is_char_boundary(*at))?;
    let (count, day) = value.split_at(at);
    let nth = if count.is_empty() { None } else { Some(i8::try_from(number(count, -53, 53)?).ok()?) };
    Some((nth, weekday(day)?))
}

fn weekday(value: &str) -> Option<Weekday> {
    Some(match value {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

fn start_of_week(day: Date, start: Weekday) -> Option<Date> {
    day.checked_sub(i64::from(start.until(day.weekday())).days()).ok()
}

/// The number of a day's week in the year that the week belongs to, and how many weeks that year has.
///
/// The first week of a year is the one with its fourth of January.
fn week(day: Date, start: Weekday) -> Option<(i16, i16)> {
    let first = |year: i16| start_of_week(Date::new(year, 1, 4).ok()?, start);
    let (this, next) = (first(day.year())?, first(day.year().checked_add(1)?)?);
    let (from, to) = if day < this {
        (first(day.year() - 1)?, this)
    } else if day < next {
        (this, next)
    } else {
        (next, first(day.year() + 2)?)
    };
    let weeks = |days: i64| i16::try_from(days / 7).ok();
    Some((weeks(days_from(from, day))? + 1, weeks(days_from(from, to))?))
}

/// The days from one to another, which comes later.
fn days_from(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}
