//! What freezes and windows come to: held or not, and until when.

use jiff::Timestamp;

use super::{approvals, freeze, window};
use crate::condition::{self, Finding, Place, Standpoint};
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::{Hold, HoldKind, Mode};
use crate::text::Phrase;

/// Whether a freeze or window holds what it speaks about, and how that reads.
pub(super) struct Held {
    pub(super) holds: bool,
    pub(super) result: RequirementResult,
}

/// What a freeze or window of a layer comes to for the change.
///
/// What it may speak about waits with what it does speak about: as unknown.
pub(crate) fn held(cx: &Context<'_>, layer: Layer, mode: Mode, hold: &Hold) -> RequirementResult {
    let applies = condition::table(cx, Standpoint { layer, mode, place: Place::Raising }, &hold.when);
    if applies.is_not() {
        return elsewhere(hold, applies);
    }
    let Held { holds, result } = match hold.kind {
        HoldKind::Freeze => freeze::freeze(cx, hold),
        HoldKind::Window => window::window(cx, hold),
    };
    if holds && applies.is_unknown() { doubtful(hold, result, applies) } else { result }
}

fn elsewhere(hold: &Hold, applies: Finding) -> RequirementResult {
    let words = format!("this {} does not speak about the change: ", hold.kind.name());
    let observed = Phrase::words(words).then(applies.observed);
    RequirementResult {
        key: hold.kind.name(),
        state: State::NotApplicable,
        wanted: Phrase::words(hold.kind.name()),
        observed,
        acts: Vec::new(),
    }
}

fn doubtful(hold: &Hold, result: RequirementResult, applies: Finding) -> RequirementResult {
    let words = format!(", and it is not known whether this {} speaks about the change: ", hold.kind.name());
    let observed = result.observed.and(words).then(applies.observed);
    let acts = if applies.acts.is_empty() { vec![approvals::look_again()] } else { applies.acts };
    RequirementResult { state: State::Unknown, observed, acts, ..result }
}

/// What a freeze or window lets go, or not: a merge, or at a gate a deployment.
pub(super) fn asked(cx: &Context<'_>) -> &'static str {
    if cx.facts.on_demand.gate.is_some() { "a deployment" } else { "a merge" }
}

/// An instant, and what the clocks show then where the policy was written for.
pub(super) fn told(hold: &Hold, at: Timestamp) -> Phrase {
    let said = Phrase::default().instant(at);
    let zone = hold.times.zone().and_then(|zone| Some((zone, zone.iana_name()?)));
    match zone.filter(|(_, name)| *name != "UTC") {
        Some((zone, name)) => {
            let local = at.to_zoned(zone.clone()).strftime("%a %H:%M").to_string();
            said.and(" (").quote(format!("{local} {name}")).and(")")
        }
        None => said,
    }
}

pub(super) fn wait(what: &str) -> Act {
    Act { by: Actor::Nobody, what: Phrase::words(what) }
}
