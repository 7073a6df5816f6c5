//! `never-applies`: conditions that exclude each other, so that what they stand in speaks about no change.
//!
//! The scope of the file counts as a condition of everything in it. Where there are
//! too many alternatives to look at, a note says that it was not decided.

use super::clash::clash;
use super::formula::{Branch, Literal, Stand, branches, product};
use super::{Conditioned, File, Lint};
use crate::diagnostic::{Diagnostic, Origin};
use crate::policy::codes;

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    lint.files.iter().flat_map(|file| file.conditioned().into_iter().filter_map(|one| check(file, &one))).collect()
}

fn check(file: &File<'_>, one: &Conditioned<'_>) -> Option<Diagnostic> {
    let Some(branches) = alternatives(file, one) else {
        let message = format!("not decided whether the {} `{}` can ever apply", one.word, one.id);
        let note = Diagnostic::note(codes::NOT_DECIDED, message, file.origin(), one.node.span.clone());
        return Some(note.help("its conditions have more alternatives than are looked at; split it"));
    };
    let clashes: Option<Vec<Vec<&Literal<'_>>>> = branches.iter().map(|branch| clash(branch)).collect();
    let clashes = clashes?;
    Some(report(file, one, clashes.first()?, clashes.len()))
}

/// The alternatives of which one must hold, the scope with each.
fn alternatives<'f>(file: &'f File<'_>, one: &'f Conditioned<'_>) -> Option<Vec<Branch<'f>>> {
    let stand = Stand { layer: file.layer, negated: false, lowering: one.lowering };
    let when = one.node.child("when");
    let own = branches(one.when, when.as_ref(), stand)?;
    let scope = file.root.child("scope");
    product([branches(&file.scope, scope.as_ref(), stand)?, own])
}

fn report(file: &File<'_>, one: &Conditioned<'_>, clash: &[&Literal<'_>], alternatives: usize) -> Diagnostic {
    let what = match one.word {
        "factor" => "hold",
        "model" => "cover a change",
        "waiver" => "lift a rule",
        _ => "apply",
    };
    let each = if alternatives > 1 { ", in none of its alternatives" } else { "" };
    let message = format!("the {} `{}` can never {what}{each}", one.word, one.id);
    let mut places: Vec<&&Literal<'_>> = clash.iter().collect();
    places.sort_by_key(|literal| std::cmp::Reverse(literal.span.start));
    let Some((first, rest)) = places.split_first() else {
        return Diagnostic::error(codes::NEVER_APPLIES, message, file.origin(), 0..0);
    };
    let said = if rest.is_empty() { "no change can meet this" } else { "excludes the other" };
    let problem = Diagnostic::error(codes::NEVER_APPLIES, message, Origin::Policy(first.layer), first.span.clone());
    let problem = rest.iter().fold(problem.saying(said), |problem, other| {
        problem.label(Origin::Policy(other.layer), other.span.clone(), "both would have to hold")
    });
    problem.help("all conditions of a table must hold at once; put alternatives into `any`")
}
