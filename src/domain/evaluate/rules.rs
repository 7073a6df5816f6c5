//! The rules of the layers: which of them speak about the change, and what each comes to.

use std::collections::BTreeSet;

use super::layers::InForce;
use super::relax::Relaxations;
use super::report::Asked;
use crate::account::Account;
use crate::condition::{self, Finding, Place, Standpoint};
use crate::decision::{Reviewer, RuleResult, State};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::{Mode, Requirement, Rule};
use crate::requirement::approvals::requests;
use crate::requirement::{self, approvals};
use crate::text::Phrase;

/// A rule, and whether it speaks about the change.
pub(super) struct Judged<'a> {
    pub(super) layer: Layer,
    pub(super) rule: &'a Rule,
    /// Whether it applies.
    pub(super) when: Finding,
    /// Whether its applying makes up for other rules that do not: not where the author decides that it applies.
    pub(super) covers: Finding,
}

/// Looks at the `when` of each rule of the layers.
pub(super) fn when<'a>(cx: &Context<'a>, speaking: &[InForce<'a>]) -> Vec<Judged<'a>> {
    let rules = speaking
        .iter()
        .filter_map(InForce::policy)
        .flat_map(|(layer, policy)| policy.rules.iter().map(move |rule| (layer, rule)));
    rules
        .map(|(layer, rule)| {
            let at = |place| condition::table(cx, Standpoint { layer, mode: rule.mode, place }, &rule.when);
            let when = at(Place::Raising);
            let covers = if rule.reads_author_controlled() {
                Finding::does_not(Phrase::words("the author decides whether it applies"))
            } else if when.is_not() {
                when.clone()
            } else {
                at(Place::Proved)
            };
            Judged { layer, rule, when, covers }
        })
        .collect()
}

/// Those who approved and whom any rule that may apply asks, or any model that covers the change.
pub(super) fn wanted<'a>(
    cx: &Context<'a>,
    judged: &[Judged<'a>],
    relaxations: &Relaxations<'a>,
) -> BTreeSet<&'a Account> {
    let asked = judged.iter().filter(|judged| judged.may_apply()).flat_map(|judged| {
        judged.rule.asks.iter().filter_map(|ask| match ask {
            Requirement::Approvals(entries) => Some((judged.layer, entries.as_slice())),
            _ => None,
        })
    });
    approvals::wanted::wanted(cx, &asked.chain(relaxations.approvals()).collect::<Vec<_>>())
}

/// The strongest word among the layers and their rules.
pub(super) fn strongest_mode(speaking: &[InForce<'_>]) -> Mode {
    let own = speaking.iter().map(InForce::mode);
    let of_rules = speaking.iter().filter_map(InForce::policy).flat_map(|(_, policy)| &policy.rules);
    own.chain(of_rules.map(|rule| rule.mode)).max().unwrap_or(Mode::Observe)
}

impl Judged<'_> {
    /// Whether the rule applies, or may.
    pub(super) fn may_apply(&self) -> bool {
        !self.when.is_not()
    }

    /// What the rule comes to.
    pub(super) fn judge(&self, cx: &Context<'_>, read: &Finding, notices: &mut Vec<Phrase>) -> RuleResult {
        let judge = |ask: &Requirement| {
            if !self.when.is_so() {
                return requirement::unasked(ask, &self.when);
            }
            requirement::judge(cx, self.layer, ask, read, notices)
        };
        let asks = self.rule.asks.iter().map(judge).collect();
        RuleResult {
            layer: self.layer,
            id: self.rule.id.clone(),
            why: self.rule.why.clone(),
            controls: self.rule.controls.clone(),
            mode: self.rule.mode,
            asks,
        }
    }

    /// Notes the fields that the rule asks for, unless they were waived.
    pub(super) fn note_fields(&self, result: &RuleResult, asked: &mut Asked) {
        let waived = result.asks.iter().any(|ask| ask.key == "fields" && ask.state == State::Waived);
        for ask in self.rule.asks.iter().filter(|_| self.may_apply() && !waived) {
            if let Requirement::Fields(fields) = ask {
                asked.fields(self.layer, fields);
            }
        }
    }

    /// Whom GitHub is to ask for the approvals that the rule waits for.
    pub(super) fn reviewers(&self, cx: &Context<'_>, result: &RuleResult) -> Vec<Reviewer> {
        let waits = result.mode == Mode::Enforce
            && result.asks.iter().any(|ask| ask.key == "approvals" && ask.state == State::Waiting);
        let asked = self.rule.asks.iter().filter(|_| waits).filter_map(|ask| match ask {
            Requirement::Approvals(entries) => Some(requests::reviewers(cx, self.layer, entries)),
            _ => None,
        });
        asked.flatten().collect()
    }
}
