//! Calendars as others keep them: iCalendar files (RFC 5545), such as a country's holidays.
//!
//! Of each `VEVENT` start, end or duration, `RRULE` and `EXDATE` are read; one that is
//! cancelled counts as none. What would make an event take place at other times and is
//! not read (`RDATE`, `RECURRENCE-ID`, zones that the IANA database does not name) is a
//! problem of the file, with its line: a calendar is known whole or not at all. What
//! has no zone, whole days above all, is meant in the zone of whoever asks it.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::recurrence::Recurrence;
use super::series::Series;
use super::{LONG, Lasting, Now, instant_of, standing};

/// The largest file that is read, in bytes.
pub const LARGEST: usize = 256 << 10;

/// So many events are read, and so many of them that recur: every one is looked at for every change.
const MOST_EVENTS: usize = 2_000;
const MOST_SERIES: usize = 100;

/// When the events of a calendar take place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    once: Vec<(When, Lasts)>,
    /// What recurs, and whether it does so in the zone of whoever asks.
    series: Vec<(Series, bool)>,
    /// The first line of the file that names no zone.
    floats: Option<usize>,
}

/// What is wrong with a calendar's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// What, with the file's words in backticks.
    pub why: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

impl Calendar {
    /// Reads a file.
    ///
    /// # Errors
    /// The first thing that is wrong with it, with its line.
    pub fn read(text: &str) -> Result<Self, Problem> {
        if text.len() > LARGEST {
            return Err(Problem { line: 1, why: format!("the file has more than {} KiB", LARGEST >> 10) });
        }
        let mut calendar = Self { once: Vec::new(), series: Vec::new(), floats: None };
        // The components around a line, outermost first.
        let mut around: Vec<String> = Vec::new();
        let mut event = Event::default();
        let mut begun = false;
        for line in unfolded(text) {
            let property = Property::read(&line)?;
            let name = property.value.to_uppercase();
            match property.name.as_str() {
                "BEGIN" => {
                    if !begun && name != "VCALENDAR" {
                        return Err(property.wrong("a calendar begins with `BEGIN:VCALENDAR`"));
                    }
                    begun = true;
                    if name == "VEVENT" {
                        event = Event { line: property.line, ..Event::default() };
                    }
                    around.push(name);
                }
                "END" => {
                    if around.pop().as_ref() != Some(&name) {
                        return Err(property.wrong(format!("`{}` ends what did not begin", property.shown())));
                    }
                    if name == "VEVENT" {
                        calendar.take(std::mem::take(&mut event))?;
                    }
                }
                _ if around.is_empty() => return Err(property.wrong("a calendar begins with `BEGIN:VCALENDAR`")),
                _ if around.last().is_some_and(|inner| inner == "VEVENT") => event.property(&property)?,
                _ => {}
            }
        }
        match around.last() {
            None if begun => Ok(calendar),
            None => Err(Problem { line: 1, why: "a calendar begins with `BEGIN:VCALENDAR`".to_owned() }),
            Some(open) => Err(Problem { line: text.lines().count(), why: format!("`{open}` has no end") }),
        }
    }

    /// How it stands at an instant, with what names no zone meant in this one: whether any of its events takes place.
    pub fn at(&self, instant: Timestamp, zone: &TimeZone) -> Now {
        let until = instant.checked_add(LONG).unwrap_or(Timestamp::MAX);
        let now = standing(self.between(instant, until, zone), instant);
        let goes_on = self.series.iter().any(|(series, _)| !series.is_over_at(until));
        // What comes again is looked for as far as that, what comes once further: in between something may begin.
        if goes_on && !now.on && now.changes.is_some_and(|at| until < at) {
            return Now { changes: None, looked_until: Some(until), ..now };
        }
        Now { looked_until: (goes_on && now.changes.is_none()).then_some(until), ..now }
    }

    /// Starts and ends of what takes place between two instants, in their order; what comes once also later.
    pub fn between(&self, from: Timestamp, until: Timestamp, zone: &TimeZone) -> Vec<(Timestamp, Timestamp)> {
        let once = self.once.iter().filter_map(|(start, lasts)| Some((start.at(zone)?, lasts.after(start, zone)?)));
        let mut stretches: Vec<_> = once.filter(|(_, end)| from < *end).collect();
        for (series, floats) in &self.series {
            match floats {
                true => stretches.extend(series.in_zone(zone.clone()).between(from, until)),
                false => stretches.extend(series.between(from, until)),
            }
        }
        stretches.sort_unstable();
        stretches
    }

    /// The first line of the file that names no zone: a whole day, or a time of whatever place.
    pub fn floats(&self) -> Option<usize> {
        self.floats
    }

    fn take(&mut self, event: Event) -> Result<(), Problem> {
        let Event { line, start, end, rule, except, cancelled } = event;
        let wrong = |line: usize, why: &str| Problem { line, why: why.to_owned() };
        if cancelled {
            return Ok(());
        }
        let start = start.ok_or_else(|| wrong(line, "an event without `DTSTART`"))?;
        if start.zone.is_none() {
            self.floats = self.floats.or(Some(start.line));
        }
        let lasts = lasts(&start, end)?;
        let out_of_reach = || wrong(line, "the event lies beyond the calendar");
        lasts.after(&start, &TimeZone::UTC).ok_or_else(out_of_reach)?;
        let Some((rule_line, rule)) = rule else {
            self.once.push((start, lasts));
            return self.within_bounds(line);
        };
        let lasting = match lasts {
            Lasts::Days(days) => Lasting::of_days(days),
            Lasts::Exact(length) => Lasting::exact(length),
        };
        let lasting = lasting.ok_or_else(|| wrong(line, "what comes again lasts at most 366 days each time"))?;
        let (floats, zone) = (start.zone.is_none(), start.zone.unwrap_or(TimeZone::UTC));
        if let Some(odd) = except.iter().find(|when| floats && when.zone.is_some()) {
            return Err(wrong(odd.line, "`EXDATE` names a zone and `DTSTART` does not"));
        }
        let series = Series::new(rule, start.local, zone.clone(), lasting);
        let series = series.map_err(|why| Problem { line: rule_line, why })?;
        let except = except.iter().filter_map(|when| when.local_in(&zone, start.local.time())).collect();
        self.series.push((series.except(except), floats));
        self.within_bounds(line)
    }

    fn within_bounds(&self, line: usize) -> Result<(), Problem> {
        if self.series.len() > MOST_SERIES {
            return Err(Problem { line, why: format!("more than {MOST_SERIES} events that recur") });
        }
        if self.once.len() > MOST_EVENTS {
            return Err(Problem { line, why: format!("more than {MOST_EVENTS} events") });
        }
        Ok(())
    }
}

/// How long an event lasts.
fn lasts(start: &When, end: Option<End>) -> Result<Lasts, Problem> {
    let end = match end {
        None if start.whole_day => return Ok(Lasts::Days(1)),
        None => return Ok(Lasts::Exact(SignedDuration::ZERO)),
        Some(End::After(lasts)) => return Ok(lasts),
        Some(End::At(end)) => end,
    };
    let wrong = |why: &str| Problem { line: end.line, why: why.to_owned() };
    let in_order = match (start.at(&TimeZone::UTC), end.at(&TimeZone::UTC)) {
        (Some(start), Some(end)) => start < end,
        _ => false,
    };
    if !in_order || end.whole_day != start.whole_day || end.zone.is_none() != start.zone.is_none() {
        return Err(wrong("the end does not lie after the start, or is not written as it is"));
    }
    start.until(&end).ok_or_else(|| wrong("the end lies too far after the start"))
}

/// An event as far as it was read.
#[derive(Default)]
struct Event {
    line: usize,
    start: Option<When>,
    end: Option<End>,
    rule: Option<(usize, Recurrence)>,
    except: Vec<When>,
    cancelled: bool,
}

enum End {
    At(When),
    After(Lasts),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lasts {
    Days(i32),
    Exact(SignedDuration),
}

impl Lasts {
    fn after(self, start: &When, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Days(days) => {
                instant_of(start.local.checked_add(days.days()).ok()?, start.zone.as_ref().unwrap_or(zone))
            }
            Self::Exact(length) => start.at(zone)?.checked_add(length).ok(),
        }
    }
}

impl Event {
    fn property(&mut self, property: &Property) -> Result<(), Problem> {
        match property.name.as_str() {
            "DTSTART" | "RRULE" | "DTEND" | "DURATION" if self.has(&property.name) => {
                return Err(property.wrong(format!("a second `{}` in one event", property.name)));
            }
            "DTSTART" => self.start = Some(When::read(property, &property.value)?),
            "DTEND" => self.end = Some(End::At(When::read(property, &property.value)?)),
            "DURATION" => {
                let lasts = duration(&property.value);
                let lasts = lasts.ok_or_else(|| property.wrong(format!("`{}` is no duration", property.shown())))?;
                self.end = Some(End::After(lasts));
            }
            "RRULE" => {
                let rule = Recurrence::parse(&property.value);
                let rule =
                    rule.map_err(|why| property.wrong(format!("`{}` is no recurrence: {why}", property.shown())))?;
                self.rule = Some((property.line, rule));
            }
            "EXDATE" => {
                for each in property.value.split(',') {
                    self.except.push(When::read(property, each)?);
                }
            }
            "STATUS" => self.cancelled = property.value.eq_ignore_ascii_case("CANCELLED"),
            "RDATE" | "EXRULE" | "RECURRENCE-ID" => {
                return Err(property.wrong(format!("`{}` is not read", property.name)));
            }
            _ => {}
        }
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        match name {
            "DTSTART" => self.start.is_some(),
            "RRULE" => self.rule.is_some(),
            _ => self.end.is_some(),
        }
    }
}

/// A date or a time of the file, somewhere; without a zone, where whoever asks is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct When {
    line: usize,
    local: DateTime,
    zone: Option<TimeZone>,
    whole_day: bool,
}

impl When {
    fn read(property: &Property, value: &str) -> Result<Self, Problem> {
        let wrong = || property.wrong(format!("`{}` is no date", shown(value)));
        let (day, time) = value.split_once('T').map_or((value, None), |(day, time)| (day, Some(time)));
        let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        let day: Date = if digits(day, 8) { day.parse().map_err(|_| wrong())? } else { return Err(wrong()) };
        let (clock, utc) = match time {
            None => (Time::midnight(), false),
            Some(time) => {
                let clock = time.strip_suffix('Z').unwrap_or(time);
                // Without the letter, what could be a date too is no time.
                let clock = if digits(clock, 6) {
                    format!("T{clock}").parse().map_err(|_| wrong())?
                } else {
                    return Err(wrong());
                };
                (clock, time.ends_with('Z'))
            }
        };
        let zone = match property.parameter("TZID") {
            _ if utc => Some(TimeZone::UTC),
            Some(name) => Some(TimeZoneDatabase::bundled().get(name).map_err(|_| {
                property.wrong(format!("no time zone of the IANA database is called `{}`", shown(name)))
            })?),
            None => None,
        };
        Ok(Self { line: property.line, local: day.to_datetime(clock), zone, whole_day: time.is_none() })
    }

    fn at(&self, zone: &TimeZone) -> Option<Timestamp> {
        instant_of(self.local, self.zone.as_ref().unwrap_or(zone))
    }

    /// How long it is until an end: days of the calendar between whole days.
    fn until(&self, end: &Self) -> Option<Lasts> {
        if self.whole_day {
            return Some(Lasts::Days(self.local.date().until(end.local.date()).ok()?.get_days()));
        }
        Some(Lasts::Exact(end.at(&TimeZone::UTC)?.duration_since(self.at(&TimeZone::UTC)?)))
    }

    /// What a zone's clocks show then; of a whole day, that time of it.
    fn local_in(&self, zone: &TimeZone, time: Time) -> Option<DateTime> {
        match self.whole_day {
            true => Some(self.local.date().to_datetime(time)),
            false => Some(self.at(zone)?.to_zoned(zone.clone()).datetime()),
        }
    }
}

/// `P1D`, `PT2H30M`, `P2W`, `P1DT12H`.
fn duration(text: &str) -> Option<Lasts> {
    let text = text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?;
    let (days, time) = text.split_once('T').map_or((text, ""), |(days, time)| (days, time));
    let parts = |text: &str, units: &[(char, i64)]| {
        let (mut seconds, mut digits) = (0_i64, String::new());
        for letter in text.chars() {
            if letter.is_ascii_digit() {
                digits.push(letter);
                continue;
            }
            let (_, unit) = units.iter().find(|(name, _)| *name == letter)?;
            seconds = seconds.checked_add(digits.parse::<u32>().ok().map(i64::from)?.checked_mul(*unit)?)?;
            digits.clear();
        }
        digits.is_empty().then_some(seconds)
    };
    let days = parts(days, &[('W', 7), ('D', 1)])?;
    let seconds = parts(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
    if text.is_empty() || text.ends_with('T') {
        return None;
    }
    match (i32::try_from(days).ok()?, seconds) {
        (days, 0) => Some(Lasts::Days(days)),
        (days, seconds) => {
            Some(Lasts::Exact(SignedDuration::from_secs(i64::from(days).checked_mul(86_400)?.checked_add(seconds)?)))
        }
    }
}

/// A line of the file without the breaks in it.
struct Line {
    number: usize,
    text: String,
}

/// The lines of the file; one that begins with a blank goes on with the one before.
fn unfolded(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (number, text) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match (text.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.text.push_str(rest),
            _ if text.is_empty() => {}
            _ => lines.push(Line { number: number + 1, text: text.to_owned() }),
        }
    }
    lines
}

/// `NAME;PARAMETER=VALUE:VALUE`.
struct Property {
    line: usize,
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

impl Property {
    fn read(line: &Line) -> Result<Self, Problem> {
        let wrong = || Problem { line: line.number, why: format!("`{}` is not `NAME:VALUE`", shown(&line.text)) };
        // A colon within quotes belongs to a parameter.
        let mut quoted = false;
        let colon = line.text.char_indices().find(|(_, letter)| {
            quoted ^= *letter == '"';
            *letter == ':' && !quoted
        });
        let (colon, _) = colon.ok_or_else(wrong)?;
        let mut head = line.text[..colon].split(';');
        let name = head.next().filter(|name| !name.is_empty()).ok_or_else(wrong)?.to_uppercase();
        let parameters = head.filter_map(|part| part.split_once('='));
        let parameters = parameters.map(|(name, value)| (name.to_uppercase(), value.trim_matches('"').to_owned()));
        let parameters = parameters.collect();
        Ok(Self { line: line.number, name, parameters, value: line.text[colon + 1..].trim().to_owned() })
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    fn shown(&self) -> String {
        shown(&self.value)
    }

    fn wrong(&self, why: impl Into<String>) -> Problem {
        Problem { line: self.line, why: why.into() }
    }
}

/// Somebody else's words in a message: one line of a bearable length, without backticks.
fn shown(text: &str) -> String {
    let plain = text.chars().map(|letter| if letter == '`' || letter.is_control() { ' ' } else { letter });
    let mut short: String = plain.clone().take(60).collect();
    if plain.count() > 60 {
        short.push('…');
    }
    short
}
