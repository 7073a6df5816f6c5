//! `any`, `all`, `not`: tables within a table.

use super::{Finding, Standpoint, table};
use crate::evaluate::Context;
use crate::policy::Conditions;

pub(super) fn any(cx: &Context<'_>, from: Standpoint, tables: &[Conditions]) -> Finding {
    Finding::any(tables.iter().map(|conditions| table(cx, from, conditions)))
}

pub(super) fn all(cx: &Context<'_>, from: Standpoint, tables: &[Conditions]) -> Finding {
    Finding::all(tables.iter().map(|conditions| table(cx, from, conditions)))
}

/// Under `not` what raised lowers, and the other way round.
pub(super) fn not(cx: &Context<'_>, from: Standpoint, inner: &Conditions) -> Finding {
    table(cx, Standpoint { place: from.place.flipped(), ..from }, inner).negated()
}
