//! What the layers come to together: a stack that asks nothing, roles that nobody
//! fills, services without a tier, a narrow rule that refuses the rest.

use std::ops::Range;

use super::codes;
use super::model::{PolicySet, Standing};
use crate::diagnostic::{Diagnostic, Origin};
use crate::layer::Layer;

/// What the text in force of one layer says besides its policy.
pub(super) struct Said {
    pub(super) layer: Layer,
    /// Whether the text in force is the file as it is now, so that its places can be shown.
    pub(super) current: bool,
    /// The authorities that it asks, with their places.
    pub(super) uses: Vec<(Layer, String, Range<usize>)>,
    /// Where it first compares tiers.
    pub(super) reads_tier: Option<Range<usize>>,
    /// Its services without a tier.
    pub(super) untiered: Vec<(String, Range<usize>)>,
}

/// Every problem of the layers together.
pub(super) fn problems(set: &PolicySet, said: &[Said]) -> Vec<Diagnostic> {
    let mut found = unfilled_roles(set, said);
    found.extend(missing_tiers(said));
    found.extend(narrow_rule(set));
    found.extend(nothing_asked(set));
    found
}

fn unfilled_roles(set: &PolicySet, said: &[Said]) -> Vec<Diagnostic> {
    let mut reported: Vec<(Layer, &str)> = Vec::new();
    let mut found = Vec::new();
    for said in said.iter().filter(|said| said.current) {
        for (layer, name, span) in &said.uses {
            let unfilled = set.authority(*layer, name).is_some_and(super::Authority::is_unfilled);
            if !unfilled || reported.contains(&(*layer, name)) {
                continue;
            }
            reported.push((*layer, name));
            let message = format!("nobody is named for the role `{name}`");
            let problem = Diagnostic::warning(codes::ROLE_UNFILLED, message, Origin::Policy(said.layer), span.clone());
            let file = if *layer == Layer::Repository { "this file" } else { "the repository's file" };
            let help = format!("name the people in {file}, as `[authorities.{name}]`");
            found.push(problem.saying("no approval can count").help(help));
        }
    }
    found
}

fn missing_tiers(said: &[Said]) -> Vec<Diagnostic> {
    let Some((reader, span)) = said.iter().find_map(|said| Some((said, said.reads_tier.clone()?))) else {
        return Vec::new();
    };
    let current = said.iter().filter(|said| said.current);
    let services = current.flat_map(|said| said.untiered.iter().map(|(name, place)| (said.layer, name, place)));
    let problems = services.map(|(layer, name, place)| {
        let message = format!("tiers are compared, and the service `{name}` has none");
        let problem = Diagnostic::warning(codes::TIER_MISSING, message, Origin::Policy(layer), place.clone());
        let problem =
            problem.saying("has no `tier`").help("add `tier`; until then a change that touches it is `unknown`");
        match reader.current {
            true => problem.label(Origin::Policy(reader.layer), span.clone(), "compared here"),
            false => problem,
        }
    });
    problems.collect()
}

/// With one rule only, and that one narrow, every change that it does not speak about is refused.
fn narrow_rule(set: &PolicySet) -> Option<Diagnostic> {
    let mut rules = set.policies().flat_map(|(layer, policy)| policy.rules.iter().map(move |rule| (layer, rule)));
    let (layer, rule) = rules.next()?;
    let only = rules.next().is_none() && set.layers.iter().all(|layer| layer.policy.is_some());
    let current = set.layers.iter().any(|own| own.layer == layer && own.standing == Standing::Current);
    if !only || !current || rule.when.0.is_empty() {
        return None;
    }
    let message = format!("`{}` is the only rule, and every change it does not apply to is refused", rule.id);
    let problem = Diagnostic::warning(codes::REFUSES_THE_REST, message, Origin::Policy(layer), rule.span.clone());
    Some(problem.help("add a rule without `when`; one with `allow = \"why\"` asks nothing of the rest"))
}

fn nothing_asked(set: &PolicySet) -> Option<Diagnostic> {
    let lowest = set.layers.iter().rev().find(|layer| layer.policy.is_some())?;
    if !set.asks_nothing() {
        return None;
    }
    let origin = Origin::Policy(lowest.layer);
    let problem = Diagnostic::error(codes::ASKS_NOTHING, "the policy asks nothing of any change", origin, 0..0);
    Some(problem.help("add a `[[rule]]`, `[record] required`, a `[[freeze]]` or a `[[window]]`"))
}

impl PolicySet {
    /// Whether the layers together ask nothing: no rule, no required field, no freeze, no window.
    ///
    /// False where a layer's policy could not be had: it might ask. A layer that was never seen counts as none.
    pub fn asks_nothing(&self) -> bool {
        let readable = |standing: &Standing| *standing == Standing::Unseen;
        let known = self.layers.iter().all(|layer| layer.policy.is_some() || readable(&layer.standing));
        known && self.policies().next().is_some() && !self.policies().any(|(_, policy)| policy.asks)
    }

    /// The roles for which nobody is named, with what is asked for: layer, name, and the words of `fill`.
    pub fn unfilled_roles(&self) -> impl Iterator<Item = (Layer, &str, &str)> {
        let roles =
            self.policies().flat_map(|(layer, policy)| policy.authorities.iter().map(move |role| (layer, role)));
        let unfilled = roles.filter(|(_, (_, role))| role.is_unfilled());
        unfilled.filter_map(|(layer, (name, role))| Some((layer, name.as_str(), role.fill.as_deref()?)))
    }

    /// The authority that a name means in the layer that defines it, its role filled.
    pub fn authority(&self, layer: Layer, name: &str) -> Option<&super::Authority> {
        self.policies().find(|(own, _)| *own == layer)?.1.authorities.get(name)
    }

    /// The environment of that name as a layer sees it: its own, else that of the nearest layer above.
    pub fn environment(&self, layer: Layer, name: &str) -> Option<&super::Environment> {
        let seen = self.policies().filter(|(above, _)| *above <= layer);
        let defined = seen.filter_map(|(above, policy)| Some((above, policy.environments.get(name)?)));
        defined.max_by_key(|(above, _)| *above).map(|(_, environment)| environment)
    }

    /// What GitHub and records call an environment: the names that the policy gives it, else its own.
    pub fn environment_names(&self, layer: Layer, name: &str) -> Vec<String> {
        self.environment(layer, name).map_or_else(|| vec![name.to_owned()], |environment| environment.names.clone())
    }
}
