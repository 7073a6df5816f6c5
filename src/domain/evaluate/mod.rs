//! The decision: from policies, record and facts to one outcome with every reason.
//!
//! A pure function: the same inputs give the same decision, in the same order. It
//! fails closed: an outcome passes only where every requirement that decides is
//! known to be satisfied. Time counts by what ends (models, waivers, approvals), by the
//! change's own planned window, and by freezes and windows. Absent: what is shown of
//! the decision.

mod announced;
mod commands;
mod context;
mod deployment;
mod edit;
mod emergency;
mod layers;
mod memo;
mod name;
mod narrow;
mod notices;
mod outcome;
mod paths;
mod planned;
mod relax;
mod report;
mod reviews;
mod rules;
mod schedule;
mod seen;
mod stack;
#[cfg(test)]
mod tests;
mod trusted;
mod waived;

pub(crate) use context::Context;
pub use deployment::AUTHORISED;
pub use name::{CHECK_NAME, check_name, family_name, is_our_name};
pub(crate) use paths::ChangedFiles;
pub(crate) use planned::plan;
pub use planned::planned;

use crate::decision::{
    CommandResult, Decision, EmergencyReport, Outcome, PolicyEdit, ReviewDone, Reviewer, RiskReport, RuleResult, State,
};
use crate::facts::{ChangeState, Facts};
use crate::layer::Layer;
use crate::policy::{ChangeType, CommentWhen, Mode, PolicySet};
use crate::records::Records;
use crate::risk;
use crate::text::Phrase;

use self::commands::Commands;
use self::layers::InForce;
use self::name::own_check;
use self::relax::Relaxations;
use self::seen::Seen;

/// What a change request comes to under the policies in force, at `facts.as_of`.
///
/// Follows the rules of reading and deciding numbered [`SEMANTICS`](crate::decision::SEMANTICS). `records` must have
/// been read from the same facts, with the fields of the same policies.
pub fn evaluate(policies: &PolicySet, records: &Records, facts: &Facts) -> Decision {
    decide(policies, records, &Seen::new(facts))
}

/// The same under one policy after the other; what comes of the facts alone is worked out once.
pub fn evaluate_each<const N: usize>(asked: [(&PolicySet, &Records); N], facts: &Facts) -> [Decision; N] {
    let seen = Seen::new(facts);
    asked.map(|(policies, records)| decide(policies, records, &seen))
}

fn decide(policies: &PolicySet, records: &Records, seen: &Seen<'_>) -> Decision {
    let facts = seen.facts;
    let mut cx = Context::new(policies, records, seen);
    let gate = facts.on_demand.gate.as_ref();
    let speaking = match facts.change.state {
        ChangeState::Closed | ChangeState::Merged if gate.is_none() => Vec::new(),
        // Otherwise it went in, or never will: there is nothing left to ask but what its deployment asks.
        ChangeState::Open | ChangeState::Closed | ChangeState::Merged => layers::speaking(policies, facts),
    };
    let with_policy: Vec<_> = speaking.iter().filter_map(InForce::policy).collect();
    // Factors come before models and declarations, so that only without those they know the type.
    cx.standard = with_policy.iter().all(|(_, policy)| policy.models.is_empty()).then(Vec::new);
    cx.emergency = emergency::is_undeclared(&cx).then(Vec::new);
    let risk = risk::resolve(&cx, &with_policy);
    cx.risk = Some((risk.floor, risk.report.level));
    let relaxations = Relaxations::judge(&cx, &speaking);
    cx.standard = Some(relaxations.standard());
    cx.emergency = Some(relaxations.emergency());
    cx.declarers = relaxations.declarers(&cx).into_iter().collect();
    let mut draft = Draft::new(risk.report, speaking);
    if let Some(gate) = gate {
        let commands = Commands::judge(&cx, &draft.speaking, &relaxations);
        draft.rules = deployment::rules(&cx, &draft.speaking, &relaxations, &commands, gate);
        let own = outcome::of_rules(&draft.rules);
        return draft.finish(&cx, own);
    }
    if facts.change.state == ChangeState::Open {
        draft.policy_edit = edit::policy_edit(&cx);
    }
    if facts.change.state == ChangeState::Merged {
        let in_scope = layers::speaking(policies, facts);
        draft.review = reviews::done(&cx, &in_scope);
        draft.commands = reviews::answers(&cx, &in_scope);
    }
    if draft.speaking.iter().all(InForce::is_unseen) {
        let outcome = if draft.policy_edit.is_some() { Outcome::Neutral } else { Outcome::Silent };
        return draft.finish(&cx, outcome);
    }
    let commands = Commands::judge(&cx, &draft.speaking, &relaxations);
    draft.judge(&mut cx, &relaxations, &commands);
    draft.commands = commands.results;
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
    announced: Vec<Phrase>,
    policy_edit: Option<PolicyEdit>,
    asked: report::Asked,
    requests: Vec<Reviewer>,
    waivers: Vec<(Layer, String)>,
    emergencies: Vec<EmergencyReport>,
    review: Option<ReviewDone>,
    commands: Vec<CommandResult>,
}

impl<'a> Draft<'a> {
    fn new(risk: RiskReport, speaking: Vec<InForce<'a>>) -> Self {
        let asked = report::Asked::default();
        Self {
            speaking,
            risk,
            rules: Vec::new(),
            notices: Vec::new(),
            announced: Vec::new(),
            policy_edit: None,
            asked,
            requests: Vec::new(),
            waivers: Vec::new(),
            emergencies: Vec::new(),
            review: None,
            commands: Vec::new(),
        }
    }

    /// Judges every rule of every layer that speaks.
    fn judge(&mut self, cx: &mut Context<'a>, relaxations: &Relaxations<'a>, commands: &Commands<'a>) {
        self.notices.extend(notices::of_layers(cx, &self.speaking));
        self.announced = announced::announced(cx, &self.speaking);
        self.emergencies = relaxations.emergency_reports();
        let judged = rules::when(cx, &self.speaking);
        cx.wanted = rules::wanted(cx, &judged, relaxations);
        let cx = &*cx;
        let read = trusted::somebody_read(cx, &self.speaking, &judged, relaxations);
        let strongest = rules::strongest_mode(&self.speaking);
        let mut of_stack = stack::results(cx, &self.speaking, &judged, relaxations, self.policy_edit.as_ref());
        of_stack.extend(commands.on_hold());
        let home = stack::home(&self.speaking, strongest);
        let schedule = schedule::rules(cx, &self.speaking, relaxations, commands);
        for (place, layer) in self.speaking.iter().enumerate() {
            if place == home && !of_stack.is_empty() {
                self.rules.push(stack::rule(layer.layer(), strongest, of_stack.clone()));
            }
            self.rules.extend(layers::own_rules(cx, layer, relaxations, &mut self.asked));
            self.rules.extend(schedule.iter().filter(|rule| rule.layer == layer.layer()).cloned());
            self.rules.extend(layer.policy().and_then(|(name, policy)| reviews::rule(cx, name, policy)));
            self.rules.extend(relaxations.rules(cx, layer.layer(), &mut self.asked, &mut self.notices));
            self.requests.extend(relaxations.reviewers(cx, layer.layer()));
            for rule in judged.iter().filter(|rule| rule.layer == layer.layer()) {
                let result = relaxations.relaxed(cx, rule.rule, rule.judge(cx, &read, &mut self.notices));
                let result = commands.relaxed(cx, rule.rule, result);
                self.waivers.extend(relaxations.lifting(rule.rule, &result));
                rule.note_fields(&result, &mut self.asked);
                self.requests.extend(rule.reviewers(cx, &result));
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
        // Nobody is asked for anything before it is ready for review.
        let mut requests = if facts.change.draft { Vec::new() } else { self.requests };
        requests.sort();
        requests.dedup();
        let mut waivers = self.waivers;
        waivers.sort();
        waivers.dedup();
        Decision {
            as_of: facts.as_of,
            head: facts.change.head.tip.clone(),
            check_name: own_check(facts),
            outcome: siblings.iter().map(|(_, outcome)| *outcome).fold(own, Outcome::min),
            own_outcome: own,
            state: facts.change.state,
            draft: facts.change.draft,
            next: outcome::next(cx, own, &self.rules),
            record: report::record(cx, &self.asked),
            waivers,
            risk: self.risk,
            change_type,
            emergencies: self.emergencies,
            review: self.review,
            record_diagnostics: report::remarks(cx),
            policies: report::policies(cx, &self.speaking),
            policy_edit: self.policy_edit,
            notices,
            announced: self.announced,
            siblings,
            next_instant: cx.next_instant(),
            comment: comment(&self.speaking),
            names_people: cx.names_people(),
            requests,
            commands: self.commands,
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
