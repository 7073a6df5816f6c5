//! `[pir]`: which changes are reviewed after they went in.

use super::cursor::Value;
use super::emergency::review_days;
use super::time;
use super::when::{Place, conditions};
use crate::policy::condition::Conditions;
use crate::policy::pir::Pir;

/// Reads `[pir]`; nothing where it cannot be told which changes it means, or until when.
pub(super) fn pir(value: &Value<'_>) -> Option<Pir> {
    let table = value.table("pir")?;
    let when = match table.value("when") {
        Some(when) => conditions(&when, Place::Other)?,
        None => Conditions::default(),
    };
    let within = match table.value("within") {
        Some(within) => time::duration(&within)?,
        None => review_days(&table),
    };
    Some(Pir { when, within, span: table.span })
}
