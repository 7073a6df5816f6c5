//! Lint that thinks: what a policy says well and cannot mean.
//!
//! The reader finds what cannot be read; a lint finds what can, and does nothing, or
//! something else than it seems to. One file per lint, named as its code. An error
//! is certain, whatever the change; a warning is likely. Nothing here decides about a
//! change, and the server does not ask it: `countersign check` does.

mod author_steps_out;
mod clash;
mod endless_freeze;
mod formula;
mod gap_or_overlap;
mod lifts_nothing;
mod long_emergency;
mod matches_no_file;
mod never_applies;
mod never_hit;
mod never_met;
mod nobody_declares;
mod overdue_warns;
mod overlap;
mod past;
mod places;
mod shadowed;
mod sole_approver;
#[cfg(test)]
pub(super) mod tests;
mod unused;
mod wide_model;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::Timestamp;
use toml::de::DeTable;

use self::places::Node;
use super::codes;
use super::condition::{Condition, Conditions};
use super::lanes::Emergency;
use super::model::{Policy, PolicySet, Standing};
use crate::account::TeamName;
use crate::diagnostic::{Diagnostic, Origin};
use crate::layer::Layer;

/// The codes of what is found here and not by the reader.
pub const LINTS: [&str; 16] = [
    codes::NEVER_APPLIES,
    codes::NOT_DECIDED,
    codes::SHADOWED,
    codes::NEVER_MET,
    codes::NEVER_HIT,
    codes::ENDLESS_FREEZE,
    codes::PAST,
    codes::WIDE_MODEL,
    codes::MATCHES_NO_FILE,
    codes::UNUSED,
    codes::AUTHOR_STEPS_OUT,
    codes::LONG_EMERGENCY,
    codes::NOBODY_DECLARES,
    codes::SOLE_APPROVER,
    codes::OVERDUE_WARNS,
    codes::LIFTS_NOTHING,
];

/// What a lint may know besides the policies.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The text of each layer's file.
    pub texts: &'a [(Layer, &'a str)],
    /// Now: what has ended before it is over.
    pub now: Timestamp,
    /// How many people each team has, child teams' included, as far as it is known.
    pub teams: &'a BTreeMap<TeamName, u32>,
    /// Every file of the repository, where that is known.
    pub files: Option<&'a [String]>,
    /// What the changes of the past did not hit, where those were looked at.
    pub missed: Option<&'a Missed>,
}

/// Factors that none of the changes of the past would have hit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Missed {
    /// How many changes were looked at.
    pub changes: usize,
    /// Layer and id of each factor that none of them hit.
    pub factors: BTreeSet<(Layer, String)>,
}

/// What policies say well and cannot mean, in no particular order.
///
/// Only what is in force as it is written now is looked at: a wrong file has its errors first.
pub fn lint(set: &PolicySet, around: &Surroundings<'_>) -> Vec<Diagnostic> {
    let parsed: Vec<(Layer, DeTable<'_>)> =
        around.texts.iter().map(|(layer, text)| (*layer, DeTable::parse_recoverable(text).0.into_inner())).collect();
    let files = parsed.iter().filter_map(|(layer, table)| File::of(set, *layer, table)).collect();
    let lint = Lint { set, around, files };
    let each = [
        never_applies::find,
        shadowed::find,
        never_met::find,
        never_hit::find,
        endless_freeze::find,
        past::find,
        gap_or_overlap::find,
        wide_model::find,
        matches_no_file::find,
        unused::find,
        author_steps_out::find,
        long_emergency::find,
        nobody_declares::find,
        sole_approver::find,
        overdue_warns::find,
        lifts_nothing::find,
    ];
    each.iter().flat_map(|find| find(&lint)).collect()
}

/// Whether these tables of conditions may all hold together, as far as the lints can tell; else those that clash.
#[cfg(test)]
pub(crate) fn lint_finds_no_clash(tables: &[&Conditions], lowering: bool) -> Result<(), Vec<String>> {
    let stand = formula::Stand { layer: Layer::Repository, negated: false, lowering };
    let whole = formula::product(tables.iter().filter_map(|table| formula::branches(table, None, stand)));
    let branches = whole.unwrap_or_default();
    let told = |literal: &&formula::Literal<'_>| {
        format!("{}{:?}", if literal.negated { "not " } else { "" }, literal.condition)
    };
    let clashes: Option<Vec<Vec<String>>> =
        branches.iter().map(|branch| Some(clash::clash(branch)?.iter().map(told).collect())).collect();
    match clashes {
        Some(clashes) => Err(clashes.into_iter().next().unwrap_or_default()),
        None => Ok(()),
    }
}

/// What every lint looks at.
struct Lint<'a> {
    set: &'a PolicySet,
    around: &'a Surroundings<'a>,
    files: Vec<File<'a>>,
}

/// A file as it is valid and as it is written.
struct File<'a> {
    layer: Layer,
    policy: &'a Policy,
    root: Node<'a>,
    /// Its scope as conditions.
    scope: Conditions,
}

/// A table of conditions, and what it decides about.
struct Conditioned<'a> {
    /// The word for it, as in "the rule `peer`".
    word: &'static str,
    id: &'a str,
    when: &'a Conditions,
    /// The whole table.
    node: Node<'a>,
    /// Whether it lowers what is asked.
    lowering: bool,
}

impl<'a> File<'a> {
    fn of(set: &'a PolicySet, layer: Layer, table: &'a DeTable<'a>) -> Option<Self> {
        let own = set.layers.iter().find(|own| own.layer == layer && own.standing == Standing::Current)?;
        let policy = own.policy.as_ref()?;
        let root = Node::root(table);
        let written = |key: &str| root.child("scope").is_some_and(|scope| scope.child(key).is_some());
        let mut scope = Vec::new();
        if written("repositories") {
            scope.push(Condition::Repositories(policy.scope.repositories.clone()));
        }
        if written("base") {
            scope.push(Condition::Base(policy.scope.base.clone()));
        }
        Some(Self { layer, policy, root, scope: Conditions(scope) })
    }

    fn origin(&self) -> Origin {
        Origin::Policy(self.layer)
    }

    /// The tables of a name such as `rule`, in the order of the file.
    fn tables(&self, name: &str) -> Vec<Node<'a>> {
        self.root.child(name).map(|list| list.items()).unwrap_or_default()
    }

    /// The table of an id; nothing for what a pack says.
    fn table(&self, name: &str, id: &str) -> Option<Node<'a>> {
        let tables = match name {
            "factor" => self.root.child("risk").and_then(|risk| risk.child("factor")).map(|list| list.items()),
            _ => Some(self.tables(name)),
        };
        tables?.into_iter().find(|table| table.child("id").is_some_and(|own| own.text() == Some(id)))
    }

    /// The place of a table, else that of the key that switches packs on.
    fn place(&self, name: &str, id: &str) -> Range<usize> {
        let table = self.table(name, id).or_else(|| self.root.child("packs"));
        table.map(|node| node.span).unwrap_or_default()
    }

    /// The emergency lane of this very file with the place of one of its keys; nothing where the lane is a pack's.
    fn emergency(&self, key: &str) -> Option<(&'a Emergency, Node<'a>)> {
        let lane = self.policy.emergency.as_ref()?;
        Some((lane, self.root.child("emergency")?.child(key)?))
    }

    /// Everything of this very file that has conditions and is in force.
    fn conditioned(&self) -> Vec<Conditioned<'a>> {
        let rules = self.policy.rules.iter().map(|rule| ("rule", rule.id.as_str(), &rule.when));
        let factors = self.policy.factors.iter().map(|factor| ("factor", factor.id.as_str(), &factor.when));
        let models = self.policy.models.iter().map(|model| ("model", model.id.as_str(), &model.when));
        let waivers = self.policy.waivers.iter().map(|waiver| ("waiver", waiver.id.as_str(), &waiver.when));
        let holds = self.policy.holds.iter().map(|hold| (hold.kind.name(), hold.id.as_str(), &hold.when));
        let all = rules.chain(factors).chain(models).chain(waivers).chain(holds);
        let conditioned = all.filter_map(|(word, id, when)| {
            let lowering = matches!(word, "model" | "waiver");
            Some(Conditioned { word, id, when, node: self.table(word, id)?, lowering })
        });
        conditioned.collect()
    }
}
