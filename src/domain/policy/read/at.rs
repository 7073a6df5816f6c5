//! `at`: days, hours and a zone.

use super::cursor::Value;

/// Checks an instant's condition.
pub(super) fn at(value: &Value<'_>) {
    let _ = value;
}
