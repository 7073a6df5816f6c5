//! `shadowed`: a rule that asks nothing which another rule of the file does not ask already, of every change that it
//! speaks about.
//!
//! A rule that serves a control of its own, or that is relaxed otherwise than the
//! other, is no shadow. Rules of other layers are not compared: those above may change.

use super::clash::clash;
use super::formula::{Stand, branches, product};
use super::{File, Lint};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;
use crate::policy::model::{ApprovalEntry, ApprovalSettings, Requirement, Rule};

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    lint.files.iter().flat_map(|file| of_file(lint, file)).collect()
}

fn of_file(lint: &Lint<'_>, file: &File<'_>) -> Vec<Diagnostic> {
    let rules = &file.policy.rules;
    let mut found = Vec::new();
    for (place, narrow) in rules.iter().enumerate() {
        // What a pack asks is not this file's to take out.
        let Some(own) = file.table("rule", &narrow.id) else { continue };
        let shadows = |other: usize, wide: &Rule| {
            // Of two rules that say the same, the second is the shadow.
            let twins = other > place
                && file.table("rule", &wide.id).is_some()
                && is_shadow(lint, file, (other, wide), (place, narrow));
            other != place && !twins && is_shadow(lint, file, (place, narrow), (other, wide))
        };
        let Some((_, wide)) = rules.iter().enumerate().find(|(other, wide)| shadows(*other, wide)) else {
            continue;
        };
        let message = format!("`{}` asks nothing that `{}` does not ask of the same changes", narrow.id, wide.id);
        let asked = file.place("rule", &wide.id);
        let problem = Diagnostic::warning(codes::SHADOWED, message, file.origin(), own.span).saying("adds nothing");
        let problem = problem.label(file.origin(), asked, "asks it already");
        found.push(problem.help("take it out, or let it ask for more"));
    }
    found
}

fn is_shadow(lint: &Lint<'_>, file: &File<'_>, narrow: (usize, &Rule), wide: (usize, &Rule)) -> bool {
    let (rule, other) = (narrow.1, wide.1);
    let stays = |rule: &Rule| !rule.when.reads_author_controlled();
    let as_firm =
        other.mode >= rule.mode && (other.always || !rule.always) && (other.waive.is_none() || rule.waive.is_some());
    let waived = |id: &String| {
        let lists = lint.files.iter().flat_map(|file| &file.policy.waivers).map(|waiver| &waiver.rules);
        lists.filter(|rules| rules.contains(id)).count()
    };
    // A waiver of the one and not of the other tells them apart, and so does what another rule has to make up for.
    as_firm
        && waived(&rule.id) == 0
        && waived(&other.id) == 0
        && (stays(other) || !stays(rule))
        && rule.controls.iter().all(|control| other.controls.contains(control))
        && rule.asks.iter().all(|asked| other.asks.iter().any(|more| covers(more, asked)))
        && implied(file, rule, other)
}

/// Whether every change that `narrow` speaks about is one that `wide` speaks about.
fn implied(file: &File<'_>, narrow: &Rule, wide: &Rule) -> bool {
    let stand = |negated| Stand { layer: file.layer, negated, lowering: false };
    let (Some(own), Some(outside)) =
        (branches(&narrow.when, None, stand(false)), branches(&wide.when, None, stand(true)))
    else {
        return false;
    };
    // What speaks about nothing is told elsewhere.
    let speaks = own.iter().any(|branch| clash(branch).is_none());
    speaks && product([own, outside]).is_some_and(|both| both.iter().all(|branch| clash(branch).is_some()))
}

/// Whether `more` being met means that `asked` is.
fn covers(more: &Requirement, asked: &Requirement) -> bool {
    match (more, asked) {
        (Requirement::Approvals(more), Requirement::Approvals(asked)) => asked_of_others(more, asked),
        (Requirement::Checks(more), Requirement::Checks(asked)) => asked.iter().all(|check| more.contains(check)),
        (Requirement::Deployments(more), Requirement::Deployments(asked)) => {
            asked.iter().all(|deployment| more.contains(deployment))
        }
        (Requirement::Fields(more), Requirement::Fields(asked)) => asked.iter().all(|field| more.contains(field)),
        (Requirement::Signed, Requirement::Signed) | (Requirement::ResolvedThreads, Requirement::ResolvedThreads) => {
            true
        }
        _ => false,
    }
}

/// Whether each entry is asked by an entry of the other rule, a different one for each.
fn asked_of_others(more: &[ApprovalEntry], asked: &[ApprovalEntry]) -> bool {
    let Some((first, rest)) = asked.split_first() else { return true };
    more.iter().enumerate().any(|(place, entry)| {
        let others: Vec<ApprovalEntry> =
            more.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, entry)| entry.clone()).collect();
        entry_covers(entry, first) && asked_of_others(&others, rest)
    })
}

fn entry_covers(more: &ApprovalEntry, asked: &ApprovalEntry) -> bool {
    match (more, asked) {
        (
            ApprovalEntry::From { from, count, settings },
            ApprovalEntry::From { from: of, count: wanted, settings: under },
        ) => plain(settings) && plain(under) && count >= wanted && from.iter().all(|who| of.contains(who)),
        _ => false,
    }
}

/// Whether an entry says nothing otherwise than `[approval]`.
fn plain(settings: &ApprovalSettings) -> bool {
    let ApprovalSettings {
        independent_of: None,
        keep: None,
        expires: None,
        changes_requested: None,
        unattributed: None,
        unbound: None,
        request: None,
        unenforced,
    } = settings
    else {
        return false;
    };
    unenforced.is_empty()
}
