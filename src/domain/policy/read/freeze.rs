//! `[[freeze]]` and `[[window]]`: when changes wait, and when they may go in.
//!
//! Absent: what a calendar's file says, which is a fact of each decision.

use jiff::tz::TimeZone;

use super::cursor::{At, Table, Value};
use super::rule::id_of;
use super::time::Moment;
use super::when::{Place, conditions};
use super::{at, small, time, waive};
use crate::calendar::{FileTimes, Lasting, Series, Times};
use crate::policy::codes;
use crate::policy::condition::Conditions;
use crate::policy::hold::{Hold, HoldKind};
use crate::policy::model::Policy;
use crate::policy::waive::Waive;
use crate::policy::weekly::Weekly;

/// Reads the freezes into the policy.
pub(super) fn freezes(value: &Value<'_>, policy: &mut Policy) {
    value.tables("freeze").iter().for_each(|table| take(table, policy, freeze));
}

/// Reads the windows into the policy.
pub(super) fn windows(value: &Value<'_>, policy: &mut Policy) {
    value.tables("window").iter().for_each(|table| take(table, policy, window));
}

fn take(table: &Table<'_>, policy: &mut Policy, read: impl Fn(&Table<'_>) -> (HoldKind, Option<Times>)) {
    let id = id_of(table);
    let (kind, times) = read(table);
    let Shared { why, when, merges, deploys, always, waive } = Shared::read(table);
    // Without one of them it has errors, and the file with it.
    let (Some(id), Some(when), Some(times)) = (id, when, times) else { return };
    let span = table.span.clone();
    policy.holds.push(Hold { kind, id, why, times, merges, deploys, when, always, waive, span });
}

fn freeze(table: &Table<'_>) -> (HoldKind, Option<Times>) {
    if !table.has("why") {
        table.missing("why");
    }
    let bounds = Bounds::read(table, true);
    let said = if table.has("calendar") {
        only_calendar(table, &["from", "until", "rrule", "duration"], bounds.zone)
    } else if table.has("rrule") {
        table.exclusive("until", "rrule", "a recurrence has a `duration`, and its end is `UNTIL` or `COUNT`");
        recurring(table, &bounds)
    } else {
        for key in ["from", "until"].into_iter().filter(|key| !table.has(key)) {
            table.missing(key);
        }
        if let Some(span) = table.key_span("duration") {
            table.cx.problem(codes::SAYS_NOTHING, "`duration` says nothing without `rrule`", span);
        }
        bounds.once()
    };
    (HoldKind::Freeze, said)
}

fn window(table: &Table<'_>) -> (HoldKind, Option<Times>) {
    let weekly = table.has("days") || table.has("hours");
    let bounds = Bounds::read(table, false);
    let days_and_hours = if weekly { at::days_and_hours(table) } else { None };
    let open = table.value("open").map(|open| {
        let tables = open.tables("at");
        let read: Vec<_> = tables.iter().map(|inner| at::within(inner, table, bounds.zone.as_ref())).collect();
        read.into_iter().collect::<Option<Vec<Weekly>>>()
    });
    let said = if table.has("calendar") {
        only_calendar(table, &["days", "hours", "open", "rrule", "from", "duration"], bounds.zone)
    } else if table.has("rrule") {
        for key in ["days", "hours", "open"] {
            table.exclusive(key, "rrule", "make two windows of it");
        }
        recurring(table, &bounds)
    } else if let Some(open) = open {
        for key in ["days", "hours"] {
            table.exclusive(key, "open", "put it into `open`");
        }
        open.map(Times::Weekly)
    } else if weekly {
        let weekly = days_and_hours.zip(bounds.zone).map(|((days, hours), zone)| Weekly { days, hours, zone });
        weekly.map(|weekly| Times::Weekly(vec![weekly]))
    } else {
        if !table.cx.broken {
            let problem =
                table.cx.error(codes::MISSING_KEY, "this window says not when it is open", table.span.clone());
            table.cx.report(problem.help("add `days` and `hours`, `open`, `rrule` or `calendar`"));
        }
        None
    };
    (HoldKind::Window, said)
}

/// `from`, `until`, and the zone in which they are meant.
struct Bounds {
    zone: Option<TimeZone>,
    from: Option<At<Moment>>,
    until: Option<At<Moment>>,
}

impl Bounds {
    fn read(table: &Table<'_>, has_until: bool) -> Self {
        let zone = time::zone_of(table);
        let from = table.value("from").and_then(|value| time::moment(&value));
        let until = if has_until { table.value("until") } else { None };
        let until = until.and_then(|value| time::moment(&value));
        for moment in [&from, &until].into_iter().flatten() {
            if moment.value.is_local() {
                time::needs_zone(table.cx, table.has("timezone"), moment.span.clone());
            }
            time::lint_gap(table.cx, zone.as_ref(), moment);
        }
        time::in_order(table.cx, from.as_ref(), until.as_ref());
        Self { zone, from, until }
    }

    fn once(&self) -> Option<Times> {
        let zone = self.zone.as_ref();
        let (from, until) = (self.from.as_ref()?.value.start(zone)?, self.until.as_ref()?.value.end(zone)?);
        Some(Times::Once { from, until, zone: self.zone.clone() })
    }
}

/// `rrule`, `from` and `duration`; a start with an offset and without a zone beside it is meant in UTC.
fn recurring(table: &Table<'_>, bounds: &Bounds) -> Option<Times> {
    let rule = table.value("rrule");
    let read = rule.as_ref().and_then(time::recurrence);
    for key in ["from", "duration"].into_iter().filter(|key| !table.has(key)) {
        table.missing(key);
    }
    let lasting = table.value("duration").and_then(|value| lasting(&value));
    let (first, zone) = bounds.from.as_ref()?.value.local_in(bounds.zone.as_ref())?;
    match Series::new(read?, first, zone, lasting?) {
        Ok(series) => Some(Times::Series(Box::new(series))),
        Err(why) => {
            let rule = rule?;
            let text = rule.text()?;
            let message = format!("`{}` is no recurrence: {why}", text.value);
            table.cx.problem(codes::BAD_RRULE, message, text.span);
            None
        }
    }
}

fn lasting(value: &Value<'_>) -> Option<Lasting> {
    let lasting = Lasting::new(time::duration(value)?);
    if lasting.is_none() {
        let message = "what comes again lasts at most 366 days each time";
        let problem = value.cx.error(codes::BAD_DURATION, message, value.span.clone());
        value.cx.report(problem.help("make one freeze of it with `from` and `until`"));
    }
    lasting
}

fn only_calendar(table: &Table<'_>, others: &[&str], zone: Option<TimeZone>) -> Option<Times> {
    for key in others {
        table.exclusive(key, "calendar", "the calendar says when");
    }
    let path = table.text("calendar")?;
    if !path.value.ends_with(".ics") || path.value.starts_with('/') || path.value.contains("..") {
        let problem = table.cx.error(codes::BAD_VALUE, format!("`{}` is no calendar", path.value), path.span);
        table
            .cx
            .report(problem.help("the path of an `.ics` file in this repository, such as `calendars/holidays.ics`"));
        return None;
    }
    Some(Times::File(Box::new(FileTimes { path: path.value.to_owned(), zone })))
}

/// What freezes and windows share.
struct Shared {
    why: String,
    /// `None` where it is wrong.
    when: Option<Conditions>,
    merges: bool,
    deploys: bool,
    always: bool,
    waive: Option<Waive>,
}

impl Shared {
    fn read(table: &Table<'_>) -> Self {
        if !table.has("rrule")
            && let Some(value) = table.value("duration")
        {
            time::duration(&value);
        }
        let when = table.value("when").map(|when| conditions(&when, Place::Other));
        let holds = table.value("holds").and_then(|holds| holds.choices());
        let holds_any = |what: &str| holds.as_ref().is_none_or(|holds| holds.iter().any(|word| word.value == what));
        let waive = table.value("waive").and_then(|value| waive::waive(&value));
        let always = table.flag("always").is_some_and(|flag| flag.value);
        if let Some(span) = table.key_span("waive").filter(|_| always) {
            let message = format!("nothing relaxes a {} with `always`", table.name);
            let problem = table.cx.warning(codes::SAYS_NOTHING, message, span);
            table.cx.report(problem.help("leave out `waive`, or `always`"));
        }
        Self {
            why: if table.name == "freeze" { small::text_or_empty(table, "why") } else { String::new() },
            when: when.unwrap_or(Some(Conditions::default())),
            merges: holds_any("merge"),
            deploys: holds_any("deploy"),
            always,
            waive,
        }
    }
}
