//! What of the policies no case reaches: a rule that no change ever meets is a rule that nobody tried.
//!
//! A rule counts as reached where some case shows it holding a change and some case shows it content: with only one of
//! both, the rule could as well refuse everything, or nothing. A waiver counts where it lifts something. Absent: freezes.

use std::collections::BTreeMap;

use countersign_domain::decision::{Decision, State};
use countersign_domain::layer::Layer;
use countersign_domain::policy::{PolicySet, Requirement, Rule};

/// What cases reached so far.
#[derive(Debug, Default)]
pub struct Coverage {
    parts: BTreeMap<Part, Reached>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    /// The file that it stands in, or the pack.
    of: String,
    kind: &'static str,
    id: String,
}

#[derive(Debug, Default)]
struct Reached {
    applies: bool,
    holds: bool,
    content: bool,
    /// Which of both the rule can do at all.
    can_hold: bool,
    can_be_content: bool,
}

/// A part of a policy that no case reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreached {
    /// The file that it stands in, or the pack.
    pub of: String,
    /// `rule`, `factor`, `model` or `waiver`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// What no case shows.
    pub lacks: &'static str,
}

impl Coverage {
    /// Takes the parts of policies, so that those count which no case ever meets.
    ///
    /// Packs come tried by cases of their own. They count where the text around them is only a frame for the cases
    /// (`framing`), and that text does not.
    pub fn expect(&mut self, policies: &PolicySet, framing: bool) {
        for (layer, policy) in policies.policies() {
            let of = |id: &str| part_of(policies, layer, id);
            let mut expect = |kind, id: &String, can_hold, can_be_content| {
                if framing == id.contains('/') {
                    let part = Part { of: of(id), kind, id: id.clone() };
                    let reached = self.parts.entry(part).or_default();
                    (reached.can_hold, reached.can_be_content) = (can_hold, can_be_content);
                }
            };
            for rule in &policy.rules {
                let (can_hold, can_be_content) = abilities(rule);
                expect("rule", &rule.id, can_hold, can_be_content);
            }
            policy.factors.iter().for_each(|factor| expect("factor", &factor.id, false, false));
            policy.models.iter().for_each(|model| expect("model", &model.id, false, false));
            policy.waivers.iter().for_each(|waiver| expect("waiver", &waiver.id, false, false));
        }
    }

    /// Takes what a case met.
    pub fn meet(&mut self, policies: &PolicySet, decision: &Decision) {
        let mut meet = |kind, layer, id: &String, holds, content| {
            let part = Part { of: part_of(policies, layer, id), kind, id: id.clone() };
            if let Some(reached) = self.parts.get_mut(&part) {
                reached.applies = true;
                reached.holds |= holds;
                reached.content |= content;
            }
        };
        for rule in &decision.rules {
            let asks = || rule.asks.iter().filter(|ask| ask.state != State::NotApplicable);
            if asks().next().is_none() {
                continue;
            }
            if asks().any(|ask| ask.key == "model") {
                meet("model", rule.layer, &rule.id, false, false);
            }
            let open = |state| matches!(state, State::Waiting | State::Author | State::Blocked);
            let content = asks().all(|ask| matches!(ask.state, State::Satisfied | State::Waived));
            meet("rule", rule.layer, &rule.id, asks().any(|ask| open(ask.state)), content);
        }
        for (layer, id) in &decision.waivers {
            meet("waiver", *layer, id, false, false);
        }
        for factor in decision.risk.factors.iter().filter(|factor| factor.unknown.is_none()) {
            meet("factor", factor.layer, &factor.id, false, false);
        }
    }

    /// What no case reached.
    pub fn unreached(&self) -> Vec<Unreached> {
        let parts = self.parts.iter().filter_map(|(part, reached)| {
            let lacks = match reached {
                Reached { applies: false, .. } if part.kind == "factor" => "no case has it count",
                Reached { applies: false, .. } if part.kind == "model" => "no case is covered by it",
                Reached { applies: false, .. } if part.kind == "waiver" => "no case has it lift anything",
                Reached { applies: false, .. } => "no case is asked by it",
                Reached { can_hold: true, holds: false, .. } => "no case is held by it",
                Reached { can_be_content: true, content: false, .. } => "no case satisfies it",
                _ => return None,
            };
            Some(Unreached { of: part.of.clone(), kind: part.kind, id: part.id.clone(), lacks })
        });
        parts.collect()
    }

    /// How many parts there are.
    pub fn parts(&self) -> usize {
        self.parts.len()
    }
}

/// Whether a rule can hold a change that it applies to, and whether it can be content with one.
fn abilities(rule: &Rule) -> (bool, bool) {
    let holds = rule.asks.iter().any(|ask| !matches!(ask, Requirement::Allow(_)));
    let content = !rule.asks.iter().any(|ask| matches!(ask, Requirement::Deny(_)));
    (holds, content)
}

/// Where a part stands: the ids of packs carry the pack's name.
fn part_of(policies: &PolicySet, layer: Layer, id: &str) -> String {
    if let Some((pack, _)) = id.split_once('/') {
        return format!("pack {pack}");
    }
    let own = policies.layers.iter().find(|own| own.layer == layer);
    own.map_or_else(|| layer.name().to_owned(), |own| own.source.path.clone())
}
