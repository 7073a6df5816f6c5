//! What a deployment asks of a change that it brings: that it was authorised before it went in, and that no freeze or
//! window holds deployments of it now.
//!
//! The gate asks at the moment itself, so that nothing counts as over before its end. A
//! change answers for a deployment only by a policy that its own author could not
//! bring along: that of the default branch. Absent: which changes a deployment brings,
//! and the answer to it.

use super::commands::Commands;
use super::layers::{self, InForce};
use super::relax::Relaxations;
use crate::decision::{Outcome, RequirementResult, RuleResult, State};
use crate::evaluate::Context;
use crate::facts::{ChangeState, Gate, Known};
use crate::layer::Layer;
use crate::policy::Mode;
use crate::requirement::approvals::look_again;
use crate::requirement::held::held;
use crate::requirement::unenforced::unenforced;
use crate::text::Phrase;

/// The requirement that a change which is deployed was authorised.
pub const AUTHORISED: &str = "authorised";

/// What is asked of a change at a gate.
pub(super) fn rules(
    cx: &Context<'_>,
    speaking: &[InForce<'_>],
    relaxations: &Relaxations<'_>,
    commands: &Commands<'_>,
    gate: &Gate,
) -> Vec<RuleResult> {
    let rule = |layer: Layer, mode: Mode, id: &str, why: &str, asks: Vec<RequirementResult>| RuleResult {
        layer,
        id: id.to_owned(),
        why: why.to_owned(),
        controls: Vec::new(),
        mode,
        asks,
    };
    let why = "what is deployed was authorised before it went in";
    let mut rules = vec![rule(Layer::Repository, Mode::Enforce, AUTHORISED, why, vec![authorised(cx, gate)])];
    for speaks in speaking {
        let mut of_layer: Vec<_> = layers::unread(cx, speaks).into_iter().collect();
        if let Some((layer, policy)) = speaks.policy() {
            // What a later version will know as a freeze or a window may hold this deployment.
            let holding = policy
                .unenforced
                .iter()
                .filter(|part| ["freeze.", "window."].iter().any(|kind| part.key.starts_with(kind)));
            of_layer.extend(holding.map(unenforced));
            for hold in policy.holds.iter().filter(|hold| hold.deploys) {
                let asks = vec![held(cx, layer, policy.mode, hold)];
                let result = relaxations.relaxed_hold(hold, rule(layer, policy.mode, &hold.id, &hold.why, asks));
                rules.push(commands.relaxed_hold(cx, hold, result));
            }
        }
        if !of_layer.is_empty() {
            rules.push(rule(speaks.layer(), speaks.mode(), "policy", "", of_layer));
        }
    }
    rules
}

fn authorised(cx: &Context<'_>, gate: &Gate) -> RequirementResult {
    let (change, repository) = (&cx.facts.change, &cx.facts.repository);
    let result = |state: State, observed: Phrase| {
        let acts = if state == State::Unknown { vec![look_again()] } else { Vec::new() };
        let wanted = Phrase::words("a change that was authorised before it went in");
        RequirementResult { key: AUTHORISED, state, wanted, observed, acts }
    };
    if change.state != ChangeState::Merged {
        return result(State::Unknown, Phrase::words("GitHub does not show that it went in"));
    }
    // The policy of any other branch is whatever its own pushers wrote into it.
    if change.base.name != repository.default_branch && cx.facts.on_demand.check_name.is_none() {
        let said = Phrase::words("it went into ").quote(&change.base.name);
        return result(State::Blocked, said.and(", which the default branch's policy does not govern"));
    }
    let outcome = match &gate.authority {
        Known::Unknown(why) => return result(State::Unknown, Phrase::words(why.clone())),
        Known::Known(outcome) => *outcome,
    };
    match outcome {
        Some(Outcome::Pass) => result(State::Satisfied, Phrase::words("everything asked was there when it went in")),
        Some(Outcome::Neutral) => result(State::Satisfied, Phrase::words("no policy decided about it when it went in")),
        Some(Outcome::Silent) => result(State::Blocked, Phrase::words("no policy spoke about it when it went in")),
        Some(outcome @ (Outcome::Block | Outcome::Unknown | Outcome::Act | Outcome::Wait)) => {
            let said = Phrase::words("it went in without authorisation: the last decision was ").quote(outcome.name());
            result(State::Blocked, said)
        }
        None => result(State::Blocked, Phrase::words("there is no decision on the commit that went in")),
    }
}
