//! The decision: from policies, record and facts to one outcome with every reason.
//!
//! A pure function: the same inputs give the same decision, in the same order. It
//! fails closed: an outcome passes only where every requirement that decides is
//! known to be satisfied. Time counts by what ends: models, waivers, approvals.
//! Absent: freezes and windows, which this version does not enforce, and what is
//! shown of the decision.

mod context;
mod edit;
mod layers;
mod notices;
mod outcome;
mod paths;
mod relax;
mod report;
mod rules;
mod stack;
#[cfg(test)]
mod tests;
mod trusted;

pub(crate) use context::Context;
pub(crate) use paths::ChangedFile;

use crate::decision::{Decision, Outcome, PolicyEdit, RiskReport, RuleResult, State};
use crate::facts::{ChangeState, Facts};
use crate::layer::Layer;
use crate::policy::{ChangeType, CommentWhen, Mode, PolicySet};
use crate::records::Records;
use crate::risk;
use crate::text::Phrase;

use self::layers::InForce;
use self::relax::Relaxations;

/// The name of the check for pull requests into a base: a check hangs on a commit that pull requests into several
/// bases may share.
pub fn check_name(base: &str, default_branch: &str) -> String {
    if base == default_branch { "countersign".to_owned() } else { format!("countersign: {base}") }
}

/// The name of the check that carries the decision on these facts.
fn own_check(facts: &Facts) -> String {
    check_name(&facts.change.base.name, &facts.repository.default_branch)
}

/// What a change request comes to under the policies in force, at `facts.as_of`.
///
/// Follows the rules of reading and deciding numbered [`SEMANTICS`](crate::decision::SEMANTICS). `records` must have been read from the same facts, with the fields of the same
/// policies.
pub fn evaluate(policies: &PolicySet, records: &Records, facts: &Facts) -> Decision {
    let mut cx = Context::new(policies, records, facts);
    let speaking = match facts.change.state {
        ChangeState::Open => layers::speaking(policies, facts),
        // It went in, or never will: there is nothing left to ask.
        ChangeState::Closed | ChangeState::Merged => Vec::new(),
    };
    let with_policy: Vec<_> = speaking.iter().filter_map(InForce::policy).collect();
    // Factors come before models, so that only without models they know the type.
    cx.standard = with_policy.iter().all(|(_, policy)| policy.models.is_empty()).then(Vec::new);
    let risk = risk::resolve(&cx, &with_policy);
    cx.risk = Some((risk.floor, risk.report.level));
    let relaxations = Relaxations::judge(&cx, &speaking);
    cx.standard = Some(relaxations.standard());
    let mut draft = Draft::new(risk.report, speaking);
    if facts.change.state == ChangeState::Open {
        draft.policy_edit = edit::policy_edit(&cx);
    }
    if draft.speaking.iter().all(InForce::is_unseen) {
        let outcome = if draft.policy_edit.is_some() { Outcome::Neutral } else { Outcome::Silent };
        return draft.finish(&cx, outcome);
    }
    draft.judge(&cx, &relaxations);
    let own = outcome::of_rules(&draft.rules);
    let own = if facts.change.draft && own == Outcome::Pass { Outcome::Wait } else { own };
    draft.finish(&cx, own)
}

/// A decision in the making.
struct Draft<'a> {
    speaking: Vec<InForce<'a>>,
    risk: RiskReport,
    rules: Vec<RuleResult>,
    notices: Vec<Phrase>,
    policy_edit: Option<PolicyEdit>,
    asked: report::Asked,
}

impl<'a> Draft<'a> {
    fn new(risk: RiskReport, speaking: Vec<InForce<'a>>) -> Self {
        let asked = report::Asked::default();
        Self { speaking, risk, rules: Vec::new(), notices: Vec::new(), policy_edit: None, asked }
    }

    /// Judges every rule of every layer that speaks.
    fn judge(&mut self, cx: &Context<'a>, relaxations: &Relaxations<'a>) {
        self.notices.extend(notices::of_layers(cx, &self.speaking));
        let judged = rules::when(cx, &self.speaking);
        let read = trusted::somebody_read(cx, &self.speaking, &judged);
        let strongest = rules::strongest_mode(&self.speaking);
        let of_stack = stack::results(cx, &self.speaking, &judged, relaxations, self.policy_edit.as_ref());
        let home = stack::home(&self.speaking, strongest);
        for (place, layer) in self.speaking.iter().enumerate() {
            if place == home && !of_stack.is_empty() {
                self.rules.push(stack::rule(layer.layer(), strongest, of_stack.clone()));
            }
            self.rules.extend(layers::own_rules(cx, layer, relaxations, &mut self.asked));
            self.rules.extend(relaxations.rules(cx, layer.layer(), &mut self.asked, &mut self.notices));
            for rule in judged.iter().filter(|rule| rule.layer == layer.layer()) {
                let result = relaxations.relaxed(rule.rule, rule.judge(cx, &read, &mut self.notices));
                rule.note_fields(&result, &mut self.asked);
                self.rules.push(result);
            }
        }
    }

    /// The decision, with what it comes to beside the pull requests that share its check.
    fn finish(self, cx: &Context<'a>, own: Outcome) -> Decision {
        let facts = cx.facts;
        let strongest = rules::strongest_mode(&self.speaking);
        let change_type = cx.change_type(Layer::Repository, strongest).unwrap_or(ChangeType::Normal);
        let siblings = outcome::siblings(facts);
        let mut notices: Vec<Phrase> = Vec::new();
        for notice in self.notices {
            if !notices.contains(&notice) {
                notices.push(notice);
            }
        }
        Decision {
            as_of: facts.as_of,
            head: facts.change.head.tip.clone(),
            check_name: own_check(facts),
            outcome: siblings.iter().map(|(_, outcome)| *outcome).fold(own, Outcome::min),
            own_outcome: own,
            draft: facts.change.draft,
            next: outcome::next(cx, own, &self.rules),
            record: report::record(cx, &self.asked),
            risk: self.risk,
            change_type,
            record_diagnostics: cx.records.diagnostics.clone(),
            policies: report::policies(&self.speaking),
            policy_edit: self.policy_edit,
            notices,
            siblings,
            next_instant: cx.next_instant(),
            comment: comment(&self.speaking),
            names_people: cx.names_people(),
            rules: self.rules,
        }
    }
}

/// The lowest layer that says when to comment.
fn comment(speaking: &[InForce<'_>]) -> CommentWhen {
    let said = speaking.iter().rev().filter_map(|layer| layer.policy());
    said.map(|(_, policy)| policy.comment).find(|when| *when != CommentWhen::default()).unwrap_or_default()
}

/// Whether a rule's result decides.
fn decides(rule: &RuleResult) -> bool {
    rule.mode == Mode::Enforce && rule.asks.iter().any(|ask| ask.state != State::NotApplicable)
}
