//! How risky a change is: a level, the score behind it, and every reason.
//!
//! Factors of all layers that speak add up; a factor that is unknown counts as
//! holding. What the author declares lifts the level and never sinks it.

use std::fmt;

use crate::condition::{self, Place, Standpoint, Truth};
use crate::decision::{FactorResult, RiskReport};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::expr::Fact;
use crate::policy::{Condition, Factor, Mode, Policy, Weight};
use crate::record::{Content, Field, FieldId, Value};
use crate::text::plain;

/// The levels of risk, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Below every bound.
    Low,
    /// From the first bound.
    Medium,
    /// From the second bound.
    High,
    /// From the third bound.
    Critical,
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The level's name in policies, records and texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Reads a level's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == text)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The lower bounds of medium, high and critical where no policy gives them.
pub const DEFAULT_BOUNDS: [u32; 3] = [30, 60, 90];

/// The most that a score comes to.
pub const HIGHEST_SCORE: u32 = 100;

/// The risk as it counts, and the least it is if no unknown factor holds.
#[derive(Debug, Clone)]
pub(crate) struct ResolvedRisk {
    pub(crate) report: RiskReport,
    pub(crate) floor: Level,
}

/// The risk of a change under the layers that speak about it, organisation first.
pub(crate) fn resolve(cx: &Context<'_>, layers: &[(Layer, &Policy)]) -> ResolvedRisk {
    let mut factors = Vec::new();
    for (layer, policy) in layers {
        factors.extend(policy.factors.iter().filter_map(|factor| judge(cx, *layer, factor)));
    }
    let bounds = bounds(layers);
    let declared = declared(cx);
    let level = |counted: &dyn Fn(&&FactorResult) -> bool| {
        let score = score(factors.iter().filter(counted));
        let own = factors.iter().filter(counted).filter_map(|factor| factor.level);
        own.chain(declared).fold(level_of(score, bounds), Level::max)
    };
    let floor = level(&|factor| factor.unknown.is_none());
    let level = level(&|_| true);
    let score = score(factors.iter());
    ResolvedRisk { floor, report: RiskReport { level, score, bounds, declared, factors } }
}

fn judge(cx: &Context<'_>, layer: Layer, factor: &Factor) -> Option<FactorResult> {
    let finding = condition::table(cx, Standpoint { layer, mode: Mode::Enforce, place: Place::Raising }, &factor.when);
    let unknown = match finding.truth {
        Truth::DoesNot => return None,
        Truth::Holds => None,
        Truth::Unknown => Some(plain(&finding.observed)),
    };
    let (score, level) = match factor.weight {
        Weight::Score(score) => (Some(score), None),
        Weight::Level(level) => (None, Some(level)),
    };
    Some(FactorResult { layer, id: factor.id.clone(), score, level, why: factor.why.clone(), unknown })
}

fn score<'a>(factors: impl Iterator<Item = &'a FactorResult>) -> u32 {
    let sum = factors.filter_map(|factor| factor.score).fold(0_u32, u32::saturating_add);
    sum.min(HIGHEST_SCORE)
}

fn level_of(score: u32, bounds: [u32; 3]) -> Level {
    let reached = bounds.iter().filter(|bound| score >= **bound).count();
    Level::ALL.get(reached).copied().unwrap_or(Level::Critical)
}

/// The lowest bound of each level over the layers.
///
/// A layer that compares risks without giving bounds means the default ones: no layer below may raise them for it.
fn bounds(layers: &[(Layer, &Policy)]) -> [u32; 3] {
    let given = layers.iter().filter_map(|(_, policy)| match policy.levels {
        Some(levels) => Some(levels),
        None => reads_risk(policy).then_some(DEFAULT_BOUNDS),
    });
    let lowest = |one: [u32; 3], other: [u32; 3]| [0, 1, 2].map(|place: usize| one[place].min(other[place]));
    given.reduce(lowest).unwrap_or(DEFAULT_BOUNDS)
}

fn reads_risk(policy: &Policy) -> bool {
    let is_risk = |condition: &Condition| match condition {
        Condition::Expr(expression) => expression.reads(Fact::Risk),
        other => matches!(other, Condition::Risk(_)),
    };
    let rules = policy.rules.iter().map(|rule| &rule.when).chain(policy.holds.iter().map(|hold| &hold.when));
    let lanes = policy.models.iter().map(|model| &model.when).chain(policy.waivers.iter().map(|waiver| &waiver.when));
    rules.chain(lanes).any(|when| condition::mentions(when, &is_risk))
}

/// What the author declared; two different declarations count as the highest level.
fn declared(cx: &Context<'_>) -> Option<Level> {
    match cx.records.current.field(&FieldId::new("risk"), Layer::Repository) {
        Field::Conflicting(_) => Some(Level::Critical),
        Field::Present(answer) => match &answer.content {
            Content::Value(Value::Choice(choice) | Value::Text(choice)) => Level::parse(&choice.to_lowercase()),
            _ => None,
        },
        Field::None(_) | Field::Unfilled(_) | Field::Ambiguous(_) | Field::Absent => None,
    }
}
