//! Conditions: whether a `when` table speaks about a change, in three values.
//!
//! One file per condition, named as policies name it; each returns what it
//! observed. Absent: what an unknown condition does to a rule, factor or layer;
//! that is said where it is used.

mod agent;
mod at;
mod author;
mod author_in;
mod base;
mod combine;
mod commits;
mod committer_in;
mod diff;
mod draft;
mod environments;
mod expr;
mod field;
mod files;
mod files_changed;
mod finding;
mod first_contribution;
mod fork;
mod head;
mod labels;
mod lines;
mod no_files;
mod only_files;
mod properties;
mod repositories;
mod risk;
mod services;
mod signed;
mod tier;
mod title;
mod r#type;
mod unenforced;

pub(crate) use environments::reached as environment_reached;
pub use finding::{Finding, Truth};
pub(crate) use properties::properties as has_properties;
pub(crate) use signed::every_commit as every_commit_is_signed;

use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::{Comparison, Condition, Conditions, Mode};
use crate::text::Phrase;

/// What a condition that holds does: ask more, or ask less.
///
/// POLICY.md, 2: in a lowering place some facts must be proved, not merely seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A rule that holds asks something.
    Raising,
    /// An odd number of `not` above it.
    Lowering,
    /// Whatever `not`s are above it: what is proved is asked for, to see whether a rule makes up for others that do
    /// not speak about the change.
    Proved,
}

impl Place {
    /// The place under a `not`.
    pub(crate) fn flipped(self) -> Self {
        match self {
            Self::Raising => Self::Lowering,
            Self::Lowering => Self::Raising,
            Self::Proved => Self::Proved,
        }
    }

    /// Whether facts must be proved, not merely seen.
    pub(crate) fn wants_proof(self) -> bool {
        self != Self::Raising
    }
}

/// Where a condition stands: in which layer, under what mode, and in what kind of place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standpoint {
    pub(crate) layer: Layer,
    pub(crate) mode: Mode,
    pub(crate) place: Place,
}

/// Whether every condition of the table holds; an empty table always does.
pub(crate) fn table(cx: &Context<'_>, from: Standpoint, conditions: &Conditions) -> Finding {
    if conditions.0.is_empty() {
        return Finding::holds(Phrase::words("it speaks about every change"));
    }
    Finding::all(conditions.0.iter().map(|condition| one(cx, from, condition)))
}

fn one(cx: &Context<'_>, from: Standpoint, condition: &Condition) -> Finding {
    match condition {
        Condition::Files(globs) => files::files(cx, globs),
        Condition::OnlyFiles(globs) => only_files::only_files(cx, from.place, globs),
        Condition::NoFiles(globs) => no_files::no_files(cx, globs),
        Condition::Diff(pattern, globs) => diff::diff(cx, from.place, pattern, globs.as_ref()),
        Condition::Lines(comparison, globs) => lines::lines(cx, *comparison, globs.as_ref()),
        Condition::FilesChanged(comparison) => files_changed::files_changed(cx, *comparison),
        Condition::Commits(comparison) => commits::commits(cx, *comparison),
        Condition::Services(names) => services::services(cx, from.layer, names),
        Condition::Tier(comparison) => tier::tier(cx, from.layer, *comparison),
        Condition::Environments(names) => environments::environments(cx, from, names),
        Condition::Repositories(globs) => repositories::repositories(cx, globs),
        Condition::Properties(wanted) => properties::properties(cx.facts, wanted),
        Condition::Base(globs) => base::base(cx, globs),
        Condition::Author(logins) => author::author(cx, from.place, logins),
        Condition::AuthorIn(who) => author_in::author_in(cx, from.place, who),
        Condition::FirstContribution(wanted) => first_contribution::first_contribution(cx, from.place, *wanted),
        Condition::Fork(wanted) => fork::fork(cx, *wanted),
        Condition::Agent(wanted, agents) => agent::agent(cx, from.place, *wanted, agents.as_ref()),
        Condition::CommitterIn(who) => committer_in::committer_in(cx, who),
        Condition::Signed(wanted) => signed::signed(cx, *wanted),
        Condition::Type(types) => r#type::r#type(cx, from, types),
        Condition::Risk(comparison) => risk::risk(cx, from.place, *comparison),
        Condition::Field(field, test) => field::field(cx, from.layer, field, test),
        Condition::Title(pattern) => title::title(cx, pattern),
        Condition::Labels(labels) => labels::labels(cx, labels),
        Condition::Head(globs) => head::head(cx, globs),
        Condition::Draft(wanted) => draft::draft(cx, *wanted),
        Condition::At(any) => at::at(cx, from.place, any),
        Condition::Expr(expression) => expr::expr(cx, from, expression),
        Condition::Any(tables) => combine::any(cx, from, tables),
        Condition::All(tables) => combine::all(cx, from, tables),
        Condition::Not(inner) => combine::not(cx, from, inner),
        Condition::Unenforced(part) => unenforced::unenforced(part),
    }
}

/// Whether the condition or one inside it is what is looked for.
pub(crate) fn mentions(conditions: &Conditions, wanted: &dyn Fn(&Condition) -> bool) -> bool {
    conditions.0.iter().any(|condition| {
        wanted(condition)
            || match condition {
                Condition::Any(tables) | Condition::All(tables) => tables.iter().any(|table| mentions(table, wanted)),
                Condition::Not(inner) => mentions(inner, wanted),
                _ => false,
            }
    })
}

/// A comparison as people read it: `>= 500`.
fn compared(comparison: Comparison) -> String {
    format!("{} {}", comparison.operator.symbol(), comparison.number)
}

/// Compares a number of which only the bounds are known.
fn between(comparison: Comparison, low: u64, high: u64, observed: Phrase, why: Phrase) -> Finding {
    use crate::policy::Operator::{AtLeast, AtMost, Equal, Less, More, NotEqual};
    let at = |number| comparison.operator.holds(number, comparison.number);
    let settled = match comparison.operator {
        Less | AtMost | AtLeast | More => at(low) == at(high),
        Equal | NotEqual => low == high || comparison.number < low || comparison.number > high,
    };
    if settled { Finding::of(at(low), observed) } else { Finding::unknown(why) }
}
