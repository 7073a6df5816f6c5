//! `at`, and the days and hours of windows.

use jiff::tz::TimeZone;

use super::cursor::{Table, Value};
use super::time;
use crate::policy::codes;
use crate::policy::weekly::{Days, Hours, Weekly};

/// Reads a condition on the instant; one table, or several of which any may hold.
pub(super) fn at(value: &Value<'_>) -> Option<Vec<Weekly>> {
    let members = value.one_or_more()?;
    let tables: Vec<_> = members.iter().map(|member| member.table("at")).collect();
    // Each is read, so that every problem is found; one that is wrong leaves none.
    let read: Vec<Option<Weekly>> = tables.iter().map(|table| hours(table.as_ref()?, None)).collect();
    read.into_iter().collect()
}

/// Reads a time at which a window is open, in the window's zone where it says none itself.
pub(super) fn within(table: &Table<'_>, window: &Table<'_>, zone: Option<&TimeZone>) -> Option<Weekly> {
    hours(table, Some(zone).filter(|_| window.has("timezone")))
}

/// Reads days, hours and zone, of which days or hours must be said; `around` is the zone of the table around it, where
/// that says one.
fn hours(table: &Table<'_>, around: Option<Option<&TimeZone>>) -> Option<Weekly> {
    let cx = table.cx;
    let says_when = table.has("days") || table.has("hours");
    if !says_when && !cx.broken {
        let problem = cx.error(codes::MISSING_KEY, "neither `days` nor `hours` is said", table.span.clone());
        cx.report(problem.help("such as `{ days = \"Mon-Fri\", hours = \"09:00-17:00\" }`"));
    }
    let zone = match around {
        Some(around) if !table.has("timezone") => around.cloned(),
        _ => time::zone_of(table),
    };
    let written = if around.is_some() { written(table) } else { days_and_hours(table) };
    let (days, hours) = written.filter(|_| says_when)?;
    Some(Weekly { days, hours, zone: zone? })
}

/// Reads days and hours, and checks that a zone is said for them.
pub(super) fn days_and_hours(table: &Table<'_>) -> Option<(Days, Hours)> {
    let read = written(table);
    time::needs_zone(table.cx, table.has("timezone"), table.span.clone());
    read
}

fn written(table: &Table<'_>) -> Option<(Days, Hours)> {
    let days = table.value("days").map_or_else(|| Some(Days::all()), |value| time::days(&value));
    let hours = table.value("hours").map_or(Some(Hours::ALL), |value| time::hours(&value));
    Some((days?, hours?))
}
