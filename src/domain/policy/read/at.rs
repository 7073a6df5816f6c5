//! `at`, and the days and hours of windows.

use super::cursor::{Table, Value};
use super::time;
use crate::policy::codes;

/// Checks a condition on the instant; one table, or several of which any may hold.
pub(super) fn at(value: &Value<'_>) {
    for member in value.one_or_more().unwrap_or_default() {
        if let Some(table) = member.table("at") {
            hours(&table, false);
        }
    }
}

/// Checks days, hours and zone, of which days or hours must be said; `zoned` where the table around it has a zone.
pub(super) fn hours(table: &Table<'_>, zoned: bool) {
    let cx = table.cx;
    if !table.has("days") && !table.has("hours") && !cx.broken {
        let problem = cx.error(codes::MISSING_KEY, "neither `days` nor `hours` is said", table.span.clone());
        cx.report(problem.help("such as `{ days = \"Mon-Fri\", hours = \"09:00-17:00\" }`"));
    }
    time::zone_of(table);
    if !zoned {
        days_and_hours(table);
    } else {
        written(table);
    }
}

/// Checks days and hours, and that a zone is said for them.
pub(super) fn days_and_hours(table: &Table<'_>) {
    written(table);
    time::needs_zone(table.cx, table.has("timezone"), table.span.clone());
}

fn written(table: &Table<'_>) {
    if let Some(value) = table.value("days") {
        time::days(&value);
    }
    if let Some(value) = table.value("hours") {
        time::hours(&value);
    }
}
