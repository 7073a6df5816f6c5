//! The part `decision`: what an evaluation came to, as far as a replay must come to the same.

use countersign_domain::decision::{Decision, RequirementResult, RuleResult, SEMANTICS};
use serde::{Deserialize, Serialize};

use super::super::shelf::Content;
use super::names::{Layer, Level, Mode, Outcome, State};

/// What a decision came to, as it was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredOutcome {
    semantics: u32,
    pub(crate) check_name: String,
    pub(crate) outcome: Outcome,
    pub(crate) own_outcome: Outcome,
    pub(crate) risk: Risk,
    pub(crate) rules: Vec<Rule>,
}

impl Content for StoredOutcome {
    const KIND: &'static str = "decision";
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Risk {
    pub(crate) level: Level,
    pub(crate) score: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) layer: Layer,
    pub(crate) id: String,
    pub(crate) mode: Mode,
    pub(crate) asks: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Requirement {
    pub(crate) key: String,
    pub(crate) state: State,
}

impl StoredOutcome {
    /// The rules of reading and deciding by which it was made, which are the ones to replay it by.
    pub fn semantics(&self) -> u32 {
        self.semantics
    }
}

impl From<&Decision> for StoredOutcome {
    fn from(decision: &Decision) -> Self {
        Self {
            semantics: SEMANTICS,
            check_name: decision.check_name.clone(),
            outcome: decision.outcome.into(),
            own_outcome: decision.own_outcome.into(),
            risk: Risk { level: decision.risk.level.into(), score: decision.risk.score },
            rules: decision.rules.iter().map(Rule::from).collect(),
        }
    }
}

impl From<&RuleResult> for Rule {
    fn from(rule: &RuleResult) -> Self {
        Self {
            layer: rule.layer.into(),
            id: rule.id.clone(),
            mode: rule.mode.into(),
            asks: rule.asks.iter().map(Requirement::from).collect(),
        }
    }
}

impl From<&RequirementResult> for Requirement {
    fn from(requirement: &RequirementResult) -> Self {
        Self { key: requirement.key.to_owned(), state: requirement.state.into() }
    }
}
