//! `waive`: who may waive a rule, freeze or window, how many of them, and for how long.

use super::cursor::Value;
use super::{time, who};

/// Checks a waiver of a rule, freeze or window; it relaxes nothing yet.
pub(super) fn waive(value: &Value<'_>) {
    let Some(table) = value.table("waive") else { return };
    if let Some(from) = table.required("from") {
        who::who_list(&from);
    }
    if let Some(count) = table.required("count") {
        count.number(1, 100);
    }
    if let Some(length) = table.required("for") {
        time::duration(&length);
    }
}
