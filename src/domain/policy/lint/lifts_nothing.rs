//! `lifts-nothing`: a waiver for a rule, freeze or window that has `always`: nothing relaxes it.
//!
//! Of an organisation's waiver only the layers are looked at that are there: in another repository it may lift something.

use super::places::Node;
use super::{File, Lint};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;
use crate::policy::lanes::Waiver;

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    let of_file = |file| move |waiver| of_waiver(lint, file, waiver);
    lint.files.iter().flat_map(|file| file.policy.waivers.iter().flat_map(of_file(file))).collect()
}

fn of_waiver(lint: &Lint<'_>, file: &File<'_>, waiver: &Waiver) -> Vec<Diagnostic> {
    let Some(names) = file.table("waiver", &waiver.id).and_then(|table| table.child("rules")) else {
        return Vec::new();
    };
    names.items().iter().filter_map(|name| of_name(lint, file, name)).collect()
}

fn of_name(lint: &Lint<'_>, file: &File<'_>, name: &Node<'_>) -> Option<Diagnostic> {
    let id = name.text()?;
    let reached = lint.files.iter().filter(|other| other.layer >= file.layer);
    let named: Vec<_> = reached.flat_map(|other| called(other, id).map(move |one| (other, one))).collect();
    // What is called the same in two layers is lifted where it may be.
    if named.iter().any(|(_, one)| !one.always) {
        return None;
    }
    let (home, one) = named.into_iter().next()?;
    let message = format!("nothing lifts the {} `{id}`", one.kind);
    let problem = Diagnostic::warning(codes::LIFTS_NOTHING, message, file.origin(), name.span.clone());
    let problem = problem.saying("lifts nothing").help("take it out, or the `always` there");
    let always = home.table(one.kind, id).and_then(|table| table.child("always"));
    let always = always.map_or_else(|| home.place(one.kind, id), |node| node.span);
    Some(problem.label(home.origin(), always, "nothing relaxes it"))
}

/// What a waiver may name.
struct Named {
    /// The word for it, which is the name of its table.
    kind: &'static str,
    always: bool,
}

/// The rules, freezes and windows of a file that are called so.
fn called<'a>(file: &File<'a>, id: &str) -> impl Iterator<Item = Named> + use<'a> {
    let id = id.to_owned();
    let of_rules = file.policy.rules.iter().map(|rule| (&rule.id, "rule", rule.always));
    let of_holds = file.policy.holds.iter().map(|hold| (&hold.id, hold.kind.name(), hold.always));
    of_rules.chain(of_holds).filter(move |(own, ..)| **own == id).map(|(_, kind, always)| Named { kind, always })
}
