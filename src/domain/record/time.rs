//! Times as people write them: a date, a time of day and a zone that names one place.
//!
//! Absent on purpose: guesses. `EST` may be New York or Sydney, a time without a
//! zone is any of 38, and half an hour in autumn comes twice; each is shown with
//! a way to say it that leaves no doubt.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

/// Why a time cannot be told, and how it could be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doubt {
    pub(crate) why: String,
    /// The same time in a form without doubt, where one can be offered.
    pub(crate) rewrite: Option<String>,
    /// Whether the zone is what is in doubt.
    pub(crate) zone: bool,
}

/// A date, a time of day and a zone, each as far as it was given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Moment {
    date: Option<Date>,
    time: Option<Time>,
    zone: Option<Zone>,
    /// The date was written with slashes or dots in the year's order.
    raw: String,
}

#[derive(Debug, Clone)]
enum Zone {
    Named(TimeZone),
    Letters(String),
}

impl Moment {
    /// Whether anything of a time is there.
    pub(crate) fn is_some(&self) -> bool {
        self.date.is_some() || self.time.is_some()
    }

    /// The point in time, or what is in doubt about it.
    pub(crate) fn instant(&self) -> Result<Timestamp, Doubt> {
        let doubt = |why: String| Err(Doubt { why, rewrite: None, zone: false });
        let Some(date) = self.date else { return doubt(format!("`{}` has no date", self.raw)) };
        let Some(time) = self.time else {
            return doubt(format!("`{}` has no time of day", self.raw));
        };
        let local = DateTime::from_parts(date, time);
        let written = format!("{date} {:02}:{:02}", time.hour(), time.minute());
        match &self.zone {
            None => Err(Doubt {
                why: format!("`{}` has no time zone", self.raw),
                rewrite: Some(format!("{written} UTC")),
                zone: true,
            }),
            Some(Zone::Letters(letters)) => Err(Doubt {
                why: format!("`{letters}` names no single time zone"),
                rewrite: place_of(letters).map(|place| format!("{written} {place}")),
                zone: true,
            }),
            Some(Zone::Named(zone)) => {
                let moment = zone.to_ambiguous_timestamp(local);
                moment.unambiguous().map_err(|_| Doubt {
                    why: format!("`{}` comes twice or not at all, because the clocks change", self.raw),
                    rewrite: None,
                    zone: true,
                })
            }
        }
    }

    /// Takes what is missing from the other end of a window.
    pub(crate) fn completed_by(&self, other: &Self) -> Self {
        Self {
            date: self.date.or(other.date),
            time: self.time,
            zone: self.zone.clone().or_else(|| other.zone.clone()),
            raw: self.raw.clone(),
        }
    }

    /// Takes the zone of the other end, where it has none.
    pub(crate) fn with_zone_of(&self, other: &Self) -> Self {
        Self { zone: self.zone.clone().or_else(|| other.zone.clone()), ..self.clone() }
    }

    /// Takes a zone that was given on its own.
    pub(crate) fn in_zone_of(&self, text: &str) -> Self {
        let mut scan = Scan { rest: text.trim() };
        Self { zone: self.zone.clone().or_else(|| scan.zone()), ..self.clone() }
    }
}

/// Reads a time at the start of a text, and gives what follows it.
pub(crate) fn read(text: &str) -> (Moment, &str) {
    let mut scan = Scan { rest: text.trim_start() };
    let from = scan.rest;
    let mut moment = Moment { date: scan.date(), ..Moment::default() };
    if moment.date.is_some() {
        scan.skip(&["t", ",", " at ", " um ", " à ", " a las ", " às "]);
    }
    let before = scan.rest;
    moment.time = scan.time();
    if moment.time.is_none() {
        scan.rest = before;
    }
    if moment.is_some() {
        moment.zone = scan.zone();
        // A date may follow the time of day: `13:00 UTC on 2026-01-30`.
        if moment.date.is_none() {
            let kept = scan.rest;
            scan.skip(&[" on ", ",", " am ", " le "]);
            moment.date = scan.date();
            if moment.date.is_none() {
                scan.rest = kept;
            }
        }
    }
    from.get(..from.len() - scan.rest.len()).unwrap_or_default().trim().clone_into(&mut moment.raw);
    (moment, scan.rest)
}

/// Both ends of a window in one text: `2026-01-30 13:00 – 15:00 Europe/Berlin`.
pub(crate) fn window(text: &str) -> Option<(Moment, Moment, &str)> {
    let text = text.trim();
    let opened = ["from ", "From ", "von ", "du ", "de ", "desde "].iter().find_map(|word| text.strip_prefix(word));
    let (start, rest) = read(opened.unwrap_or(text));
    if !start.is_some() {
        return None;
    }
    let mut tail = rest.trim_start();
    let joiners = [
        "to ", "until ", "till ", "bis ", "au ", "à ", "hasta ", "até ", "a ", "-", "–", "—", "~", "〜", "→", "->",
        "/", "から", "and ", "..", "…",
    ];
    let mut joined = false;
    while let Some(next) = joiners.iter().find_map(|joiner| tail.strip_prefix(joiner)) {
        joined = true;
        tail = next.trim_start_matches(['>', '.', ' ']);
    }
    if !joined {
        return Some((start, Moment::default(), rest));
    }
    let (end, rest) = read(tail);
    let start = start.with_zone_of(&end);
    let end = if end.is_some() { end.completed_by(&start) } else { end };
    Some((start, end, rest))
}

/// A length of time in seconds: `2h`, `90 minutes`, `PT1H30M`.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let text = text.trim().trim_start_matches(['~', '≈', ' ']).trim_end_matches('.');
    if let Ok(length) = text.to_uppercase().parse::<jiff::SignedDuration>()
        && text.starts_with(['P', 'p'])
    {
        return Some(length.as_secs());
    }
    let mut seconds = 0f64;
    let mut rest = text;
    let mut any = false;
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest.get(..number_end)?.parse().ok()?;
        let tail = rest.get(number_end..)?.trim_start();
        let unit_end = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
        let unit = super::fold::fold(tail.get(..unit_end)?);
        seconds += number * unit_seconds(&unit)?;
        any = true;
        rest = tail.get(unit_end..)?.trim_start_matches([' ', ',', '+']);
        rest = rest.strip_prefix("and ").unwrap_or(rest);
    }
    let whole = any && seconds.is_finite() && seconds.abs() < 1e12;
    #[expect(clippy::cast_possible_truncation, reason = "bounded on the line above")]
    whole.then_some(seconds.round() as i64)
}

fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "s" | "sec" | "secs" | "second" | "seconds" | "sekunde" | "sekunden" | "seconde" | "secondes" | "segundo"
        | "segundos" | "秒" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" | "minuten" | "minuto" | "minutos" | "分" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" | "std" | "stunde" | "stunden" | "heure" | "heures" | "hora"
        | "horas" | "時間" => 3600.0,
        "d" | "day" | "days" | "tag" | "tage" | "jour" | "jours" | "dia" | "dias" | "日" => 86400.0,
        "w" | "week" | "weeks" | "woche" | "wochen" | "semaine" | "semaines" | "semana" | "semanas" | "週間" => {
            604_800.0
        }
        _ => return None,
    })
}

/// The place that most people mean by letters which name several zones.
fn place_of(letters: &str) -> Option<&'static str> {
    Some(match letters.to_uppercase().as_str() {
        "EST" | "EDT" | "ET" => "America/New_York",
        "CST" | "CDT" | "CT" => "America/Chicago",
        "MST" | "MDT" | "MT" => "America/Denver",
        "PST" | "PDT" | "PT" => "America/Los_Angeles",
        "IST" => "Asia/Kolkata",
        "BST" => "Europe/London",
        "CET" | "CEST" | "MEZ" | "MESZ" => "Europe/Berlin",
        "WET" | "WEST" => "Europe/Lisbon",
        "EET" | "EEST" => "Europe/Helsinki",
        "MSK" => "Europe/Moscow",
        "JST" => "Asia/Tokyo",
        "KST" => "Asia/Seoul",
        "HKT" => "Asia/Hong_Kong",
        "SGT" => "Asia/Singapore",
        "AEST" | "AEDT" | "AET" => "Australia/Sydney",
        "AWST" => "Australia/Perth",
        "NZST" | "NZDT" => "Pacific/Auckland",
        "BRT" => "America/Sao_Paulo",
        "HST" => "Pacific/Honolulu",
        "AKST" | "AKDT" => "America/Anchorage",
        "SAST" => "Africa/Johannesburg",
        _ => return None,
    })
}

struct Scan<'t> {
    rest: &'t str,
}

impl Scan<'_> {
    fn skip(&mut self, words: &[&str]) {
        let trimmed = self.rest.trim_start();
        let spaced = self.rest.len() > trimmed.len();
        for word in words {
            let bare = word.trim();
            let needs_space = word.len() > bare.len();
            let head = trimmed.get(..bare.len()).unwrap_or_default();
            if head.eq_ignore_ascii_case(bare) && (!needs_space || spaced) {
                self.rest = trimmed.get(bare.len()..).unwrap_or_default().trim_start();
                return;
            }
        }
        self.rest = trimmed;
    }

    fn number(&mut self, digits: std::ops::RangeInclusive<usize>) -> Option<i16> {
        let length = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        if !digits.contains(&length) {
            return None;
        }
        let (number, rest) = self.rest.split_at(length);
        self.rest = rest;
        number.parse().ok()
    }

    fn mark(&mut self, marks: &[char]) -> Option<char> {
        let c = self.rest.chars().next().filter(|c| marks.contains(c))?;
        self.rest = self.rest.get(c.len_utf8()..)?;
        Some(c)
    }

    fn date(&mut self) -> Option<Date> {
        let kept = self.rest;
        let date = self.year_month_day();
        if date.is_none() {
            self.rest = kept;
        }
        date
    }

    fn year_month_day(&mut self) -> Option<Date> {
        let year = self.number(4..=4)?;
        let mark = self.mark(&['-', '/', '.', '年'])?;
        let month = self.number(1..=2)?;
        self.mark(&[mark, '月'])?;
        let day = self.number(1..=2)?;
        self.mark(&['日']);
        // `2026-01-301` is no date.
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        // The day of the week may follow in brackets.
        let open = self.rest.trim_start();
        if let Some(inner) = open.strip_prefix(['(', '（'])
            && let Some(end) = inner.find([')', '）'])
            && inner.get(..end).is_some_and(|word| word.chars().count() <= 10 && word.chars().all(char::is_alphabetic))
        {
            let close = inner.get(end..)?.chars().next()?;
            self.rest = inner.get(end + close.len_utf8()..)?;
        }
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    }

    fn time(&mut self) -> Option<Time> {
        let mut hour = self.number(1..=2)?;
        let mut minute = 0;
        let mut second = 0;
        let colon = self.mark(&[':', '：', '時']).is_some();
        if colon {
            minute = self.number(2..=2)?;
            self.mark(&['分']);
            if self.rest.starts_with([':', '：']) {
                self.mark(&[':', '：']);
                second = self.number(2..=2)?;
                if self.rest.starts_with('.')
                    && self.rest.get(1..2).is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()))
                {
                    self.rest = self.rest.get(1..)?.trim_start_matches(|c: char| c.is_ascii_digit());
                }
            }
        }
        let half = self.rest.trim_start();
        let word: String = half.chars().take_while(|c| c.is_ascii_alphabetic() || *c == '.').collect();
        match word.to_ascii_lowercase().replace('.', "").as_str() {
            "am" | "pm" if (1..=12).contains(&hour) => {
                hour = hour % 12 + if word.to_ascii_lowercase().starts_with('p') { 12 } else { 0 };
                self.rest = half.get(word.len()..)?;
            }
            "uhr" => self.rest = half.get(word.len()..)?,
            _ if !colon => return None,
            _ => {}
        }
        Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0).ok()
    }

    fn zone(&mut self) -> Option<Zone> {
        let kept = self.rest;
        let trimmed = self.rest.trim_start();
        let bracket = trimmed.starts_with(['(', '[']);
        let body = if bracket { trimmed.get(1..)? } else { trimmed };
        let in_zone = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '+' | '-' | ':');
        let mut length = body.find(|c: char| !in_zone(c)).unwrap_or(body.len());
        // `UTC-17:00` would be an offset; `13:00Z/15:00Z` and `UTC - 15:00` end at the zone.
        if body.starts_with(['Z', 'z']) && !body.get(1..2).is_some_and(|c| c.bytes().all(|b| b.is_ascii_alphabetic())) {
            length = 1;
        }
        let word = body.get(..length)?.trim_end_matches([':', '-', '/']);
        let zone = zone_named(word);
        let Some(zone) = zone else {
            self.rest = kept;
            return None;
        };
        self.rest = body.get(word.len()..)?;
        if bracket {
            self.rest = self.rest.trim_start().strip_prefix([')', ']']).unwrap_or(self.rest);
        }
        // `+01:00[Europe/Berlin]` and `EST (America/New_York)`: the name settles it.
        if let Some(inner) = self.rest.trim_start().strip_prefix(['[', '('])
            && let Some(end) = inner.find([']', ')'])
            && let Some(Zone::Named(named)) = inner.get(..end).filter(|name| name.contains('/')).and_then(zone_named)
        {
            self.rest = inner.get(end + 1..)?;
            return Some(Zone::Named(named));
        }
        Some(zone)
    }
}

fn zone_named(word: &str) -> Option<Zone> {
    if word.is_empty() {
        return None;
    }
    let upper = word.to_ascii_uppercase();
    if matches!(upper.as_str(), "Z" | "UTC" | "GMT" | "ETC/UTC" | "ETC/GMT" | "ZULU") {
        return Some(Zone::Named(TimeZone::UTC));
    }
    let offset = ["UTC", "GMT"].iter().find_map(|lead| upper.strip_prefix(lead)).unwrap_or(&upper);
    if offset.starts_with(['+', '-']) {
        return fixed(offset).map(Zone::Named);
    }
    if word.contains('/') {
        return TimeZone::get(word).ok().map(Zone::Named);
    }
    let letters = (2..=5).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase());
    letters.then(|| Zone::Letters(word.to_owned()))
}

fn fixed(offset: &str) -> Option<TimeZone> {
    let minus = offset.starts_with('-');
    let digits: String = offset.chars().skip(1).filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i32, i32) = match digits.len() {
        1 | 2 => (digits.parse().ok()?, 0),
        4 => (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?),
        _ => return None,
    };
    if hours > 14 || minutes > 59 {
        return None;
    }
    let seconds = (hours * 60 + minutes) * 60;
    Some(TimeZone::fixed(Offset::from_seconds(if minus { -seconds } else { seconds }).ok()?))
}
