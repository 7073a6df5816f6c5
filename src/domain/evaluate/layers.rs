//! The layers that speak about a change, and what each of them asks by itself: a valid file, and its required fields.

use super::relax::Relaxations;
use super::report::Asked;
use crate::condition::{Finding, has_properties};
use crate::decision::{Act, Actor, RequirementResult, RuleResult, State};
use crate::evaluate::Context;
use crate::facts::Facts;
use crate::layer::Layer;
use crate::policy::{LayerPolicy, Mode, Policy, PolicySet, Standing};
use crate::requirement::{approvals::look_again, fields, unenforced};
use crate::text::Phrase;

/// A layer that speaks about this change, or would if it could be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InForce<'a>(pub(super) &'a LayerPolicy);

impl<'a> InForce<'a> {
    pub(super) fn layer(&self) -> Layer {
        self.0.layer
    }

    /// The layer and its policy, where it has a valid one.
    pub(crate) fn policy(&self) -> Option<(Layer, &'a Policy)> {
        self.0.policy.as_ref().map(|policy| (self.0.layer, policy))
    }

    /// What the layer's word is worth. Without a valid file nobody knows, so it decides.
    pub(super) fn mode(&self) -> Mode {
        match (&self.0.policy, &self.0.standing) {
            (Some(policy), _) => policy.mode,
            (None, Standing::Unseen) => Mode::Observe,
            (None, _) => Mode::Enforce,
        }
    }

    /// Whether its repository was never seen, so that nothing is known to be asked.
    pub(crate) fn is_unseen(&self) -> bool {
        self.0.policy.is_none() && self.0.standing == Standing::Unseen
    }
}

/// The layers in whose scope the change is, organisation first. Where a scope is not known, it may be in it.
pub(crate) fn speaking<'a>(policies: &'a PolicySet, facts: &Facts) -> Vec<InForce<'a>> {
    let in_scope = |layer: &&LayerPolicy| layer.policy.as_ref().is_none_or(|policy| !scope(policy, facts).is_not());
    let mut speaking: Vec<InForce<'_>> = policies.layers.iter().filter(in_scope).map(InForce).collect();
    speaking.sort_by_key(InForce::layer);
    speaking
}

/// Whether the change is in the scope of a policy; unknown where the repository's properties are.
fn scope(policy: &Policy, facts: &Facts) -> Finding {
    let (repository, scope) = (&facts.repository, &policy.scope);
    let named = scope.repositories.matches(&repository.name)
        && scope.base.matches(&facts.change.base.name, &repository.default_branch);
    let named = Finding::of(named, Phrase::default());
    if scope.properties.is_empty() { named } else { Finding::all([named, has_properties(facts, &scope.properties)]) }
}

/// A layer of which nobody knows whether it speaks about the change. What it asks is asked; what it would grant may not
/// be its to grant.
fn unknown_scope(scope: Finding) -> RequirementResult {
    RequirementResult {
        key: "scope",
        state: State::Unknown,
        wanted: Phrase::words("to know whether this policy speaks about this repository"),
        observed: scope.observed,
        acts: vec![look_again()],
    }
}

/// What the layer asks besides its rules, as rules of the names `policy` and `record`.
pub(super) fn own_rules(
    cx: &Context<'_>,
    layer: &InForce<'_>,
    relaxations: &Relaxations<'_>,
    asked: &mut Asked,
) -> Vec<RuleResult> {
    let rule = |id: &str, why: &str, asks: Vec<RequirementResult>| RuleResult {
        layer: layer.layer(),
        id: id.to_owned(),
        why: why.to_owned(),
        controls: Vec::new(),
        mode: layer.mode(),
        asks,
    };
    let Some((name, policy)) = layer.policy() else {
        let asks: Vec<RequirementResult> = without_policy(layer.0).into_iter().collect();
        return if asks.is_empty() { Vec::new() } else { vec![rule("policy", "", asks)] };
    };
    let mut rules = Vec::new();
    let approval = policy.approval.unenforced.iter().filter(|_| asks_approvals(policy));
    let held = policy.unenforced.iter().chain(approval);
    let mut held: Vec<RequirementResult> = held.map(unenforced::unenforced).collect();
    let scope = scope(policy, cx.facts);
    if scope.is_unknown() {
        held.push(unknown_scope(scope));
    }
    if !held.is_empty() {
        rules.push(rule("policy", "", held));
    }
    if !policy.required_fields.is_empty() {
        let asks = vec![fields::fields(cx, name, &policy.required_fields)];
        let result = relaxations.relaxed_record(
            cx,
            &policy.required_fields,
            rule("record", "what every change request must say", asks),
        );
        if result.asks.iter().any(|ask| ask.state != State::Waived) {
            asked.fields(name, &policy.required_fields);
        }
        rules.push(result);
    }
    rules
}

fn asks_approvals(policy: &Policy) -> bool {
    use crate::policy::Requirement::Approvals;
    policy.rules.iter().flat_map(|rule| &rule.asks).any(|ask| matches!(ask, Approvals(_)))
}

/// What cannot be known of a layer: what it says, or whether it speaks about the change.
pub(super) fn unread(cx: &Context<'_>, layer: &InForce<'_>) -> Option<RequirementResult> {
    let Some((_, policy)) = layer.policy() else { return without_policy(layer.0) };
    let scope = scope(policy, cx.facts);
    scope.is_unknown().then(|| unknown_scope(scope))
}

/// What a layer without a valid policy comes to.
fn without_policy(layer: &LayerPolicy) -> Option<RequirementResult> {
    let path = || Phrase::default().quote(&layer.source.path);
    let (state, observed, act) = match &layer.standing {
        Standing::Unseen => return None,
        Standing::Wrong | Standing::LastKnownGood { .. } => (
            State::Blocked,
            path().and(" has errors, and no valid version of it is known"),
            Act { by: Actor::PolicyAdmin, what: Phrase::words("correct the errors in ").then(path()) },
        ),
        Standing::Unreachable(why) => (State::Unknown, path().and(" could not be read: ").quote(why), look_again()),
        Standing::Current => (State::Unknown, path().and(" could not be read"), look_again()),
    };
    let wanted = Phrase::words("a policy file that can be read");
    Some(RequirementResult { key: "policy", state, wanted, observed, acts: vec![act] })
}
