//! `[emergency]`: the lane for changes that cannot wait, opened by a comment of those it names.

use jiff::tz::TimeZone;

use super::cursor::{Table, Value};
use super::pattern::pattern;
use super::{approvals, lanes, time, who};
use crate::policy::lanes::{Emergency, Overdue};
use crate::policy::length::Length;

/// How many business days a review has where nothing is said.
const REVIEW_DAYS: u32 = 5;

/// Reads the emergency lane.
pub(super) fn emergency(value: &Value<'_>) -> Option<Emergency> {
    let table = value.table("emergency")?;
    let declared_by = table.required("declared_by").and_then(|by| who::who_list(&by));
    let expires = table.required("expires").and_then(|value| time::duration(&value));
    let approvals = table.required("approvals").map(|value| approvals::entries(&value));
    let ticket = table.value("ticket").map(|value| pattern(&value));
    let postpone = table.value("postpone").map(|value| lanes::fields(&value)).unwrap_or_default();
    let within = table.value("review_within").map(|value| time::duration(&value));
    let overdue = table.choice("overdue").map(|word| match word.value {
        "warn" => Overdue::Warn,
        _ => Overdue::Block,
    });
    Some(Emergency {
        declared_by: declared_by?.into_iter().map(|who| who.value).collect(),
        // A pattern that could not be read is an error, and no word does in its place.
        ticket: match ticket {
            None => None,
            Some(pattern) => Some(pattern?),
        },
        expires: expires?,
        approvals: approvals?,
        postpone,
        review_within: within.unwrap_or_else(|| Some(review_days(&table)))?,
        overdue: overdue.unwrap_or(Overdue::Block),
        span: table.span,
    })
}

/// Until when a change is reviewed where nothing is said.
pub(super) fn review_days(table: &Table<'_>) -> Length {
    let zone = table.cx.timezone.borrow().clone().unwrap_or(TimeZone::UTC);
    Length::BusinessDays { count: REVIEW_DAYS, zone }
}
