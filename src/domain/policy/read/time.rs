//! Zones, dates, lengths of time and recurrences.
//!
//! Absent: what is computed with them (`calendar`, `weekly`).

use std::ops::Range;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

use super::context::{Context, PATTERN};
use super::cursor::{At, Table, Value};
use super::hints;
use crate::calendar::{Recurrence, instant_of};
use crate::policy::codes;
use crate::policy::length::Length;
use crate::policy::weekly::{Days, Hours, day_of};

/// Reads a length of time. Business days are those of the file's zone, or of UTC where it says none.
pub(super) fn duration(value: &Value<'_>) -> Option<Length> {
    let text = value.text()?;
    let length = length(value.cx, text.value);
    if length.is_none() {
        let problem = value.cx.error(codes::BAD_DURATION, format!("`{}` is no length of time", text.value), text.span);
        value.cx.report(problem.help("a number with `m`, `h`, `d` or `w`, or with `business days`"));
    }
    length
}

fn length(cx: &Context<'_>, text: &str) -> Option<Length> {
    let number = |digits: &str| digits.parse::<u32>().ok().filter(|number| *number > 0);
    if let Some(count) = text.strip_suffix("business days").or_else(|| text.strip_suffix("business day")) {
        let zone = cx.timezone.borrow().clone().unwrap_or(TimeZone::UTC);
        return Some(Length::BusinessDays { count: number(count.trim_end())?, zone });
    }
    let length = SignedDuration::from_secs(exact_seconds(text)?);
    Some(Length::Exact { length, written: text.to_owned() })
}

/// The seconds of a length of time; `None` for business days, which are as long as the calendar has them.
pub(in crate::policy) fn exact_seconds(text: &str) -> Option<i64> {
    let unit: i64 = match text.chars().last()? {
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return None,
    };
    let count = text[..text.len() - 1].parse::<u32>().ok().filter(|number| *number > 0)?;
    Some(i64::from(count) * unit)
}

/// Reads a time zone. The zones are those compiled in, so that no machine reads a file otherwise.
pub(super) fn zone(value: &Value<'_>) -> Option<TimeZone> {
    let text = value.text()?;
    let database = TimeZoneDatabase::bundled();
    if let Ok(zone) = database.get(text.value) {
        return Some(zone);
    }
    let problem = value.cx.error(codes::BAD_ZONE, format!("no time zone is called `{}`", text.value), text.span);
    let names: Vec<String> = database.available().map(|name| name.as_str().to_owned()).collect();
    value.cx.report(match hints::nearest(text.value, &names) {
        Some(name) => problem.help(format!("did you mean `{name}`?")).fix(format!("\"{name}\"")),
        None => problem.help("a name of the IANA database, such as `Europe/London`"),
    });
    None
}

/// The zone of a table's local times: its own, or the file's.
pub(super) fn zone_of(table: &Table<'_>) -> Option<TimeZone> {
    match table.value("timezone") {
        Some(value) => zone(&value),
        None => table.cx.timezone.borrow().clone(),
    }
}

/// Reports a local time for which no zone is said.
pub(super) fn needs_zone(cx: &Context<'_>, has_own: bool, span: Range<usize>) {
    if has_own || cx.has_timezone || cx.broken {
        return;
    }
    let problem = cx.error(codes::NO_TIMEZONE, "a local time without a time zone", span);
    cx.report(problem.help("set `timezone` at the top of the file or beside it"));
}

/// A date as people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// A whole day, somewhere.
    Day(Date),
    /// A time of the day, somewhere.
    Local(DateTime),
    /// A point in time.
    Instant(Timestamp),
}

impl Moment {
    /// Whether it is written for no place in particular.
    pub(super) fn is_local(self) -> bool {
        !matches!(self, Self::Instant(_))
    }

    /// Whether an end at `self` lies after a start at `start`; where the two cannot be compared, it does.
    pub(super) fn ends_after(self, start: Self) -> bool {
        match (start, self) {
            (Self::Instant(start), Self::Instant(end)) => start < end,
            (Self::Instant(_), _) | (_, Self::Instant(_)) => true,
            // A day as an end is meant whole.
            (start, Self::Day(end)) => start.day_and_time().is_none_or(|start| start.date() <= end),
            (start, Self::Local(end)) => start.day_and_time().is_none_or(|start| start < end),
        }
    }

    /// Its first instant as a start. `None` where there is no zone to read it in.
    pub(super) fn start(self, zone: Option<&TimeZone>) -> Option<Timestamp> {
        match self {
            Self::Instant(at) => Some(at),
            Self::Day(_) | Self::Local(_) => instant_of(self.day_and_time()?, zone?),
        }
    }

    /// The local time that it is in a zone, or in UTC where that is all that can be told.
    pub(super) fn local_in(self, zone: Option<&TimeZone>) -> Option<(DateTime, TimeZone)> {
        match self {
            Self::Instant(at) => {
                let zoned = at.to_zoned(zone.cloned().unwrap_or(TimeZone::UTC));
                Some((zoned.datetime(), zoned.time_zone().clone()))
            }
            Self::Day(_) | Self::Local(_) => Some((self.day_and_time()?, zone?.clone())),
        }
    }

    /// The first instant after it as an end: a day is meant whole. `None` where there is no zone to read it in.
    ///
    /// Local times in a gap or an overlap are read as RFC 5545 reads them.
    pub(super) fn end(self, zone: Option<&TimeZone>) -> Option<Timestamp> {
        let local = match self {
            Self::Instant(at) => return Some(at),
            Self::Local(local) => local,
            Self::Day(day) => day.tomorrow().ok()?.to_datetime(Time::midnight()),
        };
        instant_of(local, zone?)
    }

    fn day_and_time(self) -> Option<DateTime> {
        match self {
            Self::Day(day) => Some(day.to_datetime(Time::midnight())),
            Self::Local(local) => Some(local),
            Self::Instant(_) => None,
        }
    }
}

/// Reads a date: text, or one of TOML's own dates.
pub(super) fn moment(value: &Value<'_>) -> Option<At<Moment>> {
    let written = match value.raw().as_datetime() {
        Some(date) => date.to_string(),
        None if value.raw().is_str() => value.text()?.value.to_owned(),
        None => {
            value.mistyped();
            return None;
        }
    };
    if let Some(moment) = parse_moment(&written) {
        return Some(At::new(moment, value.span.clone()));
    }
    let problem = value.cx.error(codes::BAD_DATE, format!("`{written}` is no date"), value.span.clone());
    value.cx.report(problem.help("`2026-12-18`, `2026-12-18T18:00`, or with its offset `2026-12-18T18:00Z`"));
    None
}

fn parse_moment(written: &str) -> Option<Moment> {
    let (day, time) = match written.split_once(['T', 't', ' ']) {
        Some((day, time)) => (day, Some(time)),
        None => (written, None),
    };
    // jiff would take shorter forms of a day; only the one that people can read is ours.
    let day: Date = (day.len() == 10).then(|| day.parse().ok())??;
    match time {
        None => Some(Moment::Day(day)),
        Some(time) if time.contains(['Z', 'z', '+', '-']) => written.parse().ok().map(Moment::Instant),
        Some(time) if time.contains('[') => None,
        Some(time) => Some(Moment::Local(day.to_datetime(time.parse().ok()?))),
    }
}

/// Points out a local time that its zone skips or has twice.
pub(super) fn lint_gap(cx: &Context<'_>, zone: Option<&TimeZone>, moment: &At<Moment>) {
    let (Some(zone), Moment::Local(local)) = (zone, moment.value) else { return };
    if !zone.to_ambiguous_zoned(local).is_ambiguous() {
        return;
    }
    let message = format!("{local} does not come exactly once in {}", zone.iana_name().unwrap_or("this zone"));
    let problem = cx.warning(codes::GAP_OR_OVERLAP, message, moment.span.clone());
    cx.report(problem.help("the clocks change then; choose another time, or write the offset"));
}

/// Reports an end that does not lie after its start.
pub(super) fn in_order(cx: &Context<'_>, from: Option<&At<Moment>>, until: Option<&At<Moment>>) {
    let (Some(from), Some(until)) = (from, until) else { return };
    if !until.value.ends_after(from.value) {
        let problem = cx.error(codes::ENDS_BEFORE_START, "the end does not lie after the start", until.span.clone());
        cx.report(problem.label(cx.origin(), from.span.clone(), "the start"));
    }
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Reads days of the week: `Fri`, `Tue-Thu`, `Mon,Wed-Fri`.
pub(super) fn days(value: &Value<'_>) -> Option<Days> {
    let text = value.text()?;
    let wrong = text.value.split(',').flat_map(|range| range.splitn(2, '-')).find(|day| day_of(day.trim()).is_none());
    let Some(wrong) = wrong else {
        let each = text.value.split(',').flat_map(range_of).collect();
        return Some(Days { each, written: text.value.to_owned() });
    };
    let message = format!("`{}` is no day of the week", wrong.trim());
    let problem = value.cx.error(codes::BAD_DAYS, message, text.span.clone());
    let start: String = wrong.trim().chars().take(3).collect();
    value.cx.report(match DAYS.iter().find(|day| day.eq_ignore_ascii_case(&start)) {
        Some(day) => problem.help(format!("did you mean `{day}`?")),
        None => problem.help("`Mon` to `Sun`, ranges such as `Mon-Fri`, with commas between them"),
    });
    None
}

/// The days from the first to the last, round the end of the week where the last comes before the first.
fn range_of(range: &str) -> Vec<i8> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let (Some(first), Some(last)) = (day_of(first.trim()), day_of(last.trim())) else { return Vec::new() };
    (0..=(last - first).rem_euclid(7)).map(|days| (first - 1 + days) % 7 + 1).collect()
}

/// Reads hours: `09:00-17:00`, `22:00-04:00`, `12:00-24:00`.
pub(super) fn hours(value: &Value<'_>) -> Option<Hours> {
    let text = value.text()?;
    let range = text.value.split_once('-').and_then(|(from, to)| Some((minutes(from)?, minutes(to)?)));
    let sound = range.filter(|(from, to)| from != to && *from < 24 * 60 && *to > 0);
    if sound.is_none() {
        let problem = value.cx.error(codes::BAD_HOURS, format!("`{}` are no hours", text.value), text.span);
        value.cx.report(
            problem.help("from and to on a clock of 24 hours, such as `09:00-17:00` or `22:00-04:00`; `24:00` may end"),
        );
    }
    sound.map(|(from, to)| Hours { from, to })
}

fn minutes(clock: &str) -> Option<u16> {
    let (hours, minutes) = clock.trim().split_once(':')?;
    let two = |digits: &str| {
        (digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse::<u16>().ok())?
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (minutes < 60 && hours * 60 + minutes <= 24 * 60).then_some(hours * 60 + minutes)
}

/// Reads a recurrence of RFC 5545, daily or longer.
pub(super) fn recurrence(value: &Value<'_>) -> Option<Recurrence> {
    let text = value.text()?;
    // To look for its turns takes longer than a glob.
    if !value.cx.may_compile(PATTERN, &text.span) {
        return None;
    }
    let read = Recurrence::parse(text.value);
    if let Err(why) = &read {
        let problem = value.cx.error(codes::BAD_RRULE, format!("`{}` is no recurrence: {why}", text.value), text.span);
        value.cx.report(problem.help("such as `FREQ=WEEKLY;BYDAY=FR`; `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`"));
    }
    read.ok()
}

/// The days from one date to another, the times of the day aside.
pub(in crate::policy) fn days_between(from: &str, until: &str) -> Option<i64> {
    let day = |written: &str| match parse_moment(written)? {
        Moment::Day(day) => Some(day),
        Moment::Local(local) => Some(local.date()),
        Moment::Instant(at) => Some(at.to_zoned(TimeZone::UTC).date()),
    };
    Some(i64::from(day(from)?.until(day(until)?).ok()?.get_days()))
}
