//! What no single rule asks: nobody objects, our check is ours, something applies, an edited policy is valid.

use super::layers::InForce;
use super::name::own_check;
use super::relax::Relaxations;
use super::rules::{Judged, strongest_mode};
use crate::condition::Truth;
use crate::decision::{Act, Actor, PolicyEdit, RequirementResult, RuleResult, State};
use crate::diagnostic::Severity;
use crate::evaluate::Context;
use crate::facts::Known;
use crate::layer::Layer;
use crate::policy::{ApprovalSettings, ChangesRequested, Mode, Requirement, Who};
use crate::requirement::{approvals, changes_requested, forged};
use crate::text::Phrase;

/// The layer under whose name these are shown: the highest of those whose word is the strongest.
pub(super) fn home(speaking: &[InForce<'_>], strongest: Mode) -> usize {
    speaking.iter().position(|layer| layer.mode() == strongest).unwrap_or(0)
}

/// The pseudo-rule that carries them.
pub(super) fn rule(layer: Layer, mode: Mode, asks: Vec<RequirementResult>) -> RuleResult {
    RuleResult { layer, id: "policy".to_owned(), why: String::new(), controls: Vec::new(), mode, asks }
}

/// What is open among them.
pub(super) fn results(
    cx: &Context<'_>,
    speaking: &[InForce<'_>],
    judged: &[Judged<'_>],
    relaxations: &Relaxations<'_>,
    edit: Option<&PolicyEdit>,
) -> Vec<RequirementResult> {
    let edit = match &cx.facts.policy_edit {
        Some(Known::Unknown(why)) => Some(edit_unread(why)),
        _ => edit.and_then(edit_with_errors),
    };
    let found = [
        forged::forged(cx, &own_check(cx.facts)),
        objections(cx, speaking, judged, relaxations),
        nothing_asked(speaking, judged, relaxations.cover()),
        edit,
    ];
    found.into_iter().flatten().collect()
}

fn objections(
    cx: &Context<'_>,
    speaking: &[InForce<'_>],
    judged: &[Judged<'_>],
    relaxations: &Relaxations<'_>,
) -> Option<RequirementResult> {
    let settings = speaking
        .iter()
        .filter_map(InForce::policy)
        .map(|(layer, _)| cx.policies.approval_for(layer, &ApprovalSettings::default()));
    // Where several layers block, the strictest reading of a dismissal is that of all of them.
    let strictest = settings.filter(|settings| settings.changes_requested == ChangesRequested::Block).reduce(
        |mut one, other| {
            one.independent_of.extend(other.independent_of);
            one.unattributed = one.unattributed.max(other.unattributed);
            one
        },
    )?;
    let of_rules = judged.iter().filter(|rule| rule.may_apply()).flat_map(asked_of);
    let asked: Vec<&Who> = of_rules.chain(relaxations.asked()).collect();
    changes_requested::changes_requested(cx, &strictest, &asked)
}

/// Whom a rule asks for approval.
fn asked_of<'a>(judged: &Judged<'a>) -> Vec<&'a Who> {
    let asks = judged.rule.asks.iter().filter_map(|ask| match ask {
        Requirement::Approvals(entries) => Some(approvals::named(entries)),
        _ => None,
    });
    asks.flatten().collect()
}

/// Policies that ask nothing of anybody, or that have rules of which none speaks about the change.
fn nothing_asked(speaking: &[InForce<'_>], judged: &[Judged<'_>], covered: bool) -> Option<RequirementResult> {
    let may_ask = |layer: &InForce<'_>| layer.policy().map_or(!layer.is_unseen(), |(_, policy)| policy.asks);
    let asks = speaking.iter().any(may_ask);
    if !asks && strongest_mode(speaking) == Mode::Enforce {
        return Some(asks_nothing());
    }
    let deciding: Vec<&Judged<'_>> = judged.iter().filter(|rule| rule.rule.mode == Mode::Enforce).collect();
    if covered || deciding.is_empty() || deciding.iter().any(|rule| rule.covers.is_so()) {
        return None;
    }
    let doubt = deciding.iter().find(|rule| rule.covers.truth == Truth::Unknown);
    let wanted = Phrase::words("a rule that speaks about this change");
    let act = |what| Act { by: Actor::PolicyAdmin, what: Phrase::words(what) };
    Some(match doubt {
        Some(rule) => RequirementResult {
            key: "nothing-applies",
            state: State::Unknown,
            wanted,
            observed: Phrase::words("it is not known whether any rule speaks about this change: ")
                .then(rule.covers.observed.clone()),
            acts: if rule.covers.acts.is_empty() { vec![approvals::look_again()] } else { rule.covers.acts.clone() },
        },
        None => RequirementResult {
            key: "nothing-applies",
            state: State::Blocked,
            wanted,
            observed: uncovered(&deciding),
            acts: vec![act("add a rule for changes like this one; `allow = \"why\"` is one that asks nothing more")],
        },
    })
}

fn uncovered(deciding: &[&Judged<'_>]) -> Phrase {
    let none = "no rule of the policies speaks about this change, so nobody has said what it needs";
    match deciding.iter().find(|rule| rule.when.is_so()) {
        Some(rule) => {
            let said =
                Phrase::words(none).and("; the rule ").quote(&rule.rule.id).and(" applies and does not count here: ");
            said.then(rule.covers.observed.clone())
        }
        None => Phrase::words(none),
    }
}

fn asks_nothing() -> RequirementResult {
    RequirementResult {
        key: "asks-nothing",
        state: State::Blocked,
        wanted: Phrase::words("policies that ask something"),
        observed: Phrase::words("the policies have no rule and no required field, so they would pass everything"),
        acts: vec![Act {
            by: Actor::PolicyAdmin,
            what: Phrase::words("add a rule; one with `allow = \"why\"` asks nothing on purpose"),
        }],
    }
}

fn edit_unread(why: &str) -> RequirementResult {
    RequirementResult {
        key: "policy",
        state: State::Unknown,
        wanted: Phrase::words("a valid policy file after this change"),
        observed: Phrase::words("the policy file that this pull request edits could not be read: ").quote(why),
        acts: vec![approvals::look_again()],
    }
}

fn edit_with_errors(edit: &PolicyEdit) -> Option<RequirementResult> {
    let errors = edit.diagnostics.iter().filter(|problem| problem.severity == Severity::Error);
    let first = errors.clone().next()?;
    let count = errors.count();
    let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
    Some(RequirementResult {
        key: "policy",
        state: State::Author,
        wanted: Phrase::words("a valid policy file after this change"),
        observed: Phrase::words("the edited ").quote(&edit.path).and(" has errors: ").message(&first.message).and(more),
        acts: vec![Act { by: Actor::Author, what: Phrase::words("correct the errors in ").quote(&edit.path) }],
    })
}
