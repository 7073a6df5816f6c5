//! `[[freeze]]` and `[[window]]`: when changes wait, and when they may go in.
//!
//! Both are checked whole and enforced by nobody yet: each holds what is in scope.

use super::cursor::{Table, Value};
use super::rule::id_of;
use super::when::{Place, conditions};
use super::{at, time, waive};
use crate::policy::codes;
use crate::policy::model::Unenforced;

/// Reads the freezes.
pub(super) fn freezes(value: &Value<'_>) -> Vec<Unenforced> {
    value.tables("freeze").iter().map(freeze).collect()
}

/// Reads the windows.
pub(super) fn windows(value: &Value<'_>) -> Vec<Unenforced> {
    value.tables("window").iter().map(window).collect()
}

fn freeze(table: &Table<'_>) -> Unenforced {
    let id = id_of(table);
    if let Some(why) = table.required("why") {
        why.text();
    }
    if table.has("calendar") {
        only_calendar(table, &["from", "until", "rrule", "duration"]);
    } else if table.has("rrule") {
        table.exclusive("until", "rrule", "a recurrence has a `duration`, and its end is `UNTIL` or `COUNT`");
        recurring(table);
    } else {
        for key in ["from", "until"].into_iter().filter(|key| !table.has(key)) {
            table.missing(key);
        }
        if let Some(span) = table.key_span("duration") {
            table.cx.problem(codes::SAYS_NOTHING, "`duration` says nothing without `rrule`", span);
        }
    }
    bounds(table, true);
    shared(table);
    Unenforced { key: "freeze".to_owned(), id, span: table.span.clone() }
}

fn window(table: &Table<'_>) -> Unenforced {
    let id = id_of(table);
    let weekly = table.has("days") || table.has("hours");
    if table.has("calendar") {
        only_calendar(table, &["days", "hours", "open", "rrule", "from", "duration"]);
    } else if table.has("rrule") {
        for key in ["days", "hours", "open"] {
            table.exclusive(key, "rrule", "make two windows of it");
        }
        recurring(table);
    } else if table.has("open") {
        for key in ["days", "hours"] {
            table.exclusive(key, "open", "put it into `open`");
        }
    } else if !weekly && !table.cx.broken {
        let problem = table.cx.error(codes::MISSING_KEY, "this window says not when it is open", table.span.clone());
        table.cx.report(problem.help("add `days` and `hours`, `open`, `rrule` or `calendar`"));
    }
    if weekly {
        _ = at::days_and_hours(table);
    }
    if let Some(open) = table.value("open") {
        let zoned = table.has("timezone");
        open.tables("at").iter().for_each(|table| _ = at::hours(table, zoned));
    }
    bounds(table, false);
    shared(table);
    Unenforced { key: "window".to_owned(), id, span: table.span.clone() }
}

/// `from`, `until`, and the zone in which they are meant.
fn bounds(table: &Table<'_>, has_until: bool) {
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
}

fn recurring(table: &Table<'_>) {
    if let Some(value) = table.value("rrule") {
        time::recurrence(&value);
    }
    for key in ["from", "duration"].into_iter().filter(|key| !table.has(key)) {
        table.missing(key);
    }
}

fn only_calendar(table: &Table<'_>, others: &[&str]) {
    for key in others {
        table.exclusive(key, "calendar", "the calendar says when");
    }
    let Some(path) = table.text("calendar") else { return };
    if !path.value.ends_with(".ics") || path.value.starts_with('/') || path.value.contains("..") {
        let problem = table.cx.error(codes::BAD_VALUE, format!("`{}` is no calendar", path.value), path.span);
        table
            .cx
            .report(problem.help("the path of an `.ics` file in this repository, such as `calendars/holidays.ics`"));
    }
}

/// What freezes and windows share.
fn shared(table: &Table<'_>) {
    if let Some(value) = table.value("duration") {
        time::duration(&value);
    }
    if let Some(when) = table.value("when") {
        conditions(&when, Place::Other);
    }
    if let Some(holds) = table.value("holds") {
        holds.choices();
    }
    if let Some(value) = table.value("waive") {
        waive::waive(&value);
    }
    table.flag("always");
}
