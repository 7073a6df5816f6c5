//! Who is told of what happens to a change: `[[notify]]` of the layers that speak about it.
//!
//! Nothing is decided by it. Absent: what happened (`event`), and how people are told.

use super::layers::InForce;
use crate::condition::{self, Place, Standpoint};
use crate::evaluate::Context;
use crate::event::Telling;
use crate::facts::ChangeState;
use crate::layer::Layer;
use crate::policy::{Notify, Policy};

/// Each `[[notify]]` of the layers, in their order; none at a gate, and none for what is open no more: then those stay in
/// force that were when it went in.
pub(super) fn tells(cx: &Context<'_>, speaking: &[InForce<'_>]) -> Vec<Telling> {
    if cx.facts.on_demand.gate.is_some() || cx.facts.change.state != ChangeState::Open {
        return Vec::new();
    }
    let of_layer = |(layer, policy): (Layer, &Policy)| -> Vec<Telling> {
        policy.notify.iter().map(|notify| telling(cx, layer, policy, notify)).collect()
    };
    speaking.iter().filter_map(InForce::policy).flat_map(of_layer).collect()
}

fn telling(cx: &Context<'_>, layer: Layer, policy: &Policy, notify: &Notify) -> Telling {
    let from = Standpoint { layer, mode: policy.mode, place: Place::Raising };
    let applies = !condition::table(cx, from, &notify.when).is_not();
    Telling { layer, on: notify.on.clone(), to: notify.to.clone(), applies }
}
