//! Freezes that are about to hold a change which is open: told a day ahead, so that nobody is surprised by the evening.
//!
//! A day is long enough to finish what is under way and short enough to be read. What is said stays the same until the
//! freeze begins, so that it costs one edit. Absent: what the freeze does then (`requirement::freeze`).

use jiff::SignedDuration;

use super::layers::InForce;
use crate::condition::{self, Place, Standpoint};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::{ChangeType, Hold, HoldKind, Mode};
use crate::requirement::held::standing;
use crate::text::Phrase;

/// So long before a freeze begins it is announced.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// The freezes that will hold the change within a day, in the order of the files.
pub(super) fn announced(cx: &Context<'_>, speaking: &[InForce<'_>]) -> Vec<Phrase> {
    let decides = speaking.iter().filter_map(InForce::policy).filter(|(_, policy)| policy.mode == Mode::Enforce);
    let holds = decides.flat_map(|(layer, policy)| policy.holds.iter().map(move |hold| (layer, hold)));
    holds.filter_map(|(layer, hold)| announcement(cx, layer, hold)).collect()
}

fn announcement(cx: &Context<'_>, layer: Layer, hold: &Hold) -> Option<Phrase> {
    if hold.kind != HoldKind::Freeze || !hold.merges {
        return None;
    }
    // Whoever is in the emergency lane is let through.
    if !hold.always && cx.change_type(layer, Mode::Enforce) == Some(ChangeType::Emergency) {
        return None;
    }
    // Where nobody knows when it is on, the freeze itself says so.
    let now = standing(cx, layer, hold).ok()?.at(cx.facts.as_of);
    let begins = now.changes.filter(|_| !now.on)?;
    let standpoint = Standpoint { layer, mode: Mode::Enforce, place: Place::Raising };
    if condition::table(cx, standpoint, &hold.when).is_not() {
        return None;
    }
    if begins.checked_sub(AHEAD).is_ok_and(|from| cx.changes_at(from)) {
        return None;
    }
    let said = Phrase::words("freeze ").quote(&hold.id).and(" begins at ").instant(begins);
    Some(if hold.why.is_empty() { said } else { said.and(": ").quote(&hold.why) })
}
