//! `wide-model`: a model that covers files which a factor makes `high` or `critical`.
//!
//! Decided by a path that both match, which is named; what the conditions exclude
//! otherwise is no finding. Where globs have nothing in common there is none either.

use super::clash::clash;
use super::formula::{Branch, Literal, Stand, branches, product};
use super::overlap::{Overlap, overlap};
use super::{File, Lint};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;
use crate::policy::condition::{Condition, LevelComparison, Operator};
use crate::policy::lanes::Model;
use crate::policy::model::{Factor, Globs, Weight};
use crate::risk::{DEFAULT_BOUNDS, Level};

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for file in &lint.files {
        for model in &file.policy.models {
            found.extend(of_model(lint, file, model));
        }
    }
    found
}

/// The first factor whose files the model covers; one is enough to look at the model again.
fn of_model(lint: &Lint<'_>, file: &File<'_>, model: &Model) -> Option<Diagnostic> {
    let node = file.table("model", &model.id)?;
    for other in &lint.files {
        for factor in &other.policy.factors {
            let Some(level) = raised(lint, factor) else { continue };
            let Some(path) = common_path(file, model, factor, level) else { continue };
            let message = format!("the model `{}` covers `{path}`, which makes a change {level}", model.id);
            let span = node.child("when").map(|when| when.span).unwrap_or_default();
            let problem = Diagnostic::warning(codes::WIDE_MODEL, message, file.origin(), span).saying("matches it");
            let at = other.table("factor", &factor.id).and_then(|table| table.child("when"));
            let at = at.map_or_else(|| other.place("factor", &factor.id), |when| when.span);
            let problem = problem.label(other.origin(), at, format!("`{}` matches it too", factor.id));
            return Some(problem.help("narrow `only_files`, or add `no_files` or a `risk` that the model stays below"));
        }
    }
    None
}

/// The level that a factor alone lifts a change to, where that is high.
fn raised(lint: &Lint<'_>, factor: &Factor) -> Option<Level> {
    let level = match factor.weight {
        Weight::Level(level) => level,
        Weight::Score(score) => {
            let bound = |place: usize| {
                let said = lint.set.policies().filter_map(|(_, policy)| policy.levels);
                said.map(|levels| levels[place]).min().unwrap_or(DEFAULT_BOUNDS[place])
            };
            match score {
                score if score >= bound(2) => Level::Critical,
                score if score >= bound(1) => Level::High,
                _ => Level::Low,
            }
        }
    };
    (level >= Level::High).then_some(level)
}

/// A path that the factor speaks about and the model lets through.
fn common_path(file: &File<'_>, model: &Model, factor: &Factor, level: Level) -> Option<String> {
    let stand = |lowering| Stand { layer: file.layer, negated: false, lowering };
    let risk = Condition::Risk(LevelComparison { operator: Operator::AtLeast, level });
    let risky = Literal { condition: &risk, negated: false, lowering: false, layer: file.layer, span: 0..0 };
    let both = product([
        branches(&model.when, None, stand(true))?,
        branches(&factor.when, None, stand(false))?,
        vec![vec![risky]],
    ])?;
    both.iter().filter(|branch| clash(branch).is_none()).find_map(path_of)
}

/// A path that a change of this kind may touch and that every condition on paths allows.
fn path_of(branch: &Branch<'_>) -> Option<String> {
    let touched = branch.iter().find_map(|literal| match (literal.condition, literal.negated, literal.lowering) {
        (Condition::Files(globs) | Condition::OnlyFiles(globs), false, false) => Some(globs),
        _ => None,
    })?;
    let only: Vec<&Globs> = branch
        .iter()
        .filter_map(|literal| match (literal.condition, literal.negated) {
            (Condition::OnlyFiles(globs), false) => Some(globs),
            _ => None,
        })
        .collect();
    let allowed = |path: &str| {
        let kept_out = branch.iter().any(|literal| match (literal.condition, literal.negated) {
            (Condition::NoFiles(globs), false) | (Condition::Files(globs), true) => globs.matches(path),
            _ => false,
        });
        !kept_out && only.iter().all(|globs| globs.matches(path))
    };
    let everything = crate::policy::read::fixed(&["**"]);
    let candidates = only.iter().copied().chain([&everything]).filter_map(|globs| match overlap(touched, globs) {
        Overlap::Path(path) => Some(path),
        Overlap::Nothing | Overlap::Undecided => None,
    });
    candidates.into_iter().find(|path| allowed(path))
}
