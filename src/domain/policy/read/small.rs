//! Values that several tables share.

use super::cursor::Table;
use crate::policy::model::Mode;

/// `mode`, where the table says it.
pub(super) fn mode(table: &Table<'_>) -> Option<Mode> {
    table.choice("mode").map(|word| match word.value {
        "observe" => Mode::Observe,
        "warn" => Mode::Warn,
        _ => Mode::Enforce,
    })
}

/// A text that may be left out.
pub(super) fn text_or_empty(table: &Table<'_>, key: &str) -> String {
    table.text(key).map(|text| text.value.to_owned()).unwrap_or_default()
}
