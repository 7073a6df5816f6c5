//! Commands that people gave in comments: read, followed one after another, and what became of each.
//!
//! What one does, the rest of the evaluation asks for here: what holds the change, and what was waived. Bots give none.

use super::layers::InForce;
use super::relax::Relaxations;
use super::waived::{self, Waivable};
use crate::account::AccountKind;
use crate::command::{self, Asks};
use crate::decision::{CommandResult, RequirementResult, RuleResult, State};
use crate::evaluate::Context;
use crate::facts::{Command, Known};
use crate::layer::Layer;
use crate::policy::{Hold, Policy, Requirement, Rule, Who};
use crate::requirement::acknowledge;
use crate::requirement::approvals::{declared, look_again};
use crate::requirement::on_hold::Holds;
use crate::scheduled;
use crate::text::Phrase;

/// What became of the commands.
#[derive(Debug, Default)]
pub(super) struct Commands<'a> {
    waivable: Vec<Waivable<'a>>,
    holds: Holds<'a>,
    /// Whom the rules ask to acknowledge the change.
    acknowledged: Vec<(Layer, &'a [Who])>,
    /// Why they are not known.
    unread: Option<&'a str>,
    pub(super) results: Vec<CommandResult>,
}

impl<'a> Commands<'a> {
    /// Follows the commands, oldest first.
    pub(super) fn judge(cx: &Context<'a>, speaking: &[InForce<'a>], relaxations: &Relaxations<'a>) -> Self {
        let acknowledged = acknowledged(speaking);
        let mut found = Self { waivable: waived::waivable(speaking), acknowledged, ..Self::default() };
        match &cx.facts.commands {
            Known::Unknown(why) => found.unread = Some(why),
            Known::Known(given) => {
                for command in given.iter().filter(|command| command.by.kind == AccountKind::User) {
                    let result = found.follow(cx, command, relaxations);
                    found.results.push(result);
                }
            }
        }
        found
    }

    fn follow(&mut self, cx: &Context<'a>, command: &'a Command, relaxations: &Relaxations<'a>) -> CommandResult {
        let read = command::read(&command.line);
        let mut is_known = true;
        let mut told = |refused: Option<Refused>| {
            is_known = refused.as_ref().is_none_or(|refused| refused.is_known);
            refused.map(|refused| refused.why)
        };
        let refused = match &read {
            Err(unreadable) => Some(Phrase::default().message(&format!("{}; {}", unreadable.message, unreadable.help))),
            Ok(Asks::Waive { id, reason }) => told(waived::follow(cx, &mut self.waivable, command, (id, reason))),
            Ok(asks @ (Asks::Hold { .. } | Asks::Unhold)) => {
                is_known = command.could_write().is_some();
                self.holds.follow(command, asks)
            }
            Ok(Asks::Recheck | Asks::Explain | Asks::Help) => None,
            Ok(Asks::Emergency { .. }) => told(relaxations.refused_emergency(cx, command)),
            Ok(Asks::Schedule { window }) => {
                is_known = cx.facts.change.author.as_ref() == Some(&command.by) || command.could_write().is_some();
                scheduled::refused(cx.facts, command, window)
            }
            Ok(Asks::Acknowledge) => told(self.refused_acknowledgement(cx, command)),
            Ok(Asks::Outcome { .. }) => Some(Phrase::words("what became of a change is told once it went in")),
        };
        let on_head = command.head.as_ref() == Some(&cx.facts.change.head.tip);
        let (comment, by, line) = (command.comment, command.by.clone(), command.line.clone());
        CommandResult { comment, by, line, asks: read.ok(), on_head, refused, is_known }
    }

    /// Why an acknowledgement does nothing: it is enough that one rule takes it.
    fn refused_acknowledgement(&self, cx: &Context<'_>, command: &Command) -> Option<Refused> {
        let mut refused: Option<Refused> = None;
        for (layer, from) in &self.acknowledged {
            let finding = acknowledge::counts(cx, *layer, from, command);
            if finding.is_so() {
                return None;
            }
            let is_known = !finding.is_unknown();
            let lead = if is_known { "" } else { "it is not known whether this counts: " };
            let said = Phrase::words(lead).then(finding.observed).and("; it may be acknowledged by ");
            let first = refused.get_or_insert_with(|| Refused::for_good(said.then(declared::names(cx, *layer, from))));
            first.is_known &= is_known;
        }
        refused.or_else(|| Some(Refused::for_good(Phrase::words("no rule here asks for an acknowledgement"))))
    }

    /// What holds the change by command, or may.
    pub(super) fn on_hold(&self) -> Option<RequirementResult> {
        let Some(why) = self.unread else { return self.holds.result() };
        Some(RequirementResult {
            key: "hold",
            state: State::Unknown,
            wanted: Phrase::words("a merge that nobody holds"),
            observed: Phrase::words("the commands could not be read: ").quote(why),
            acts: vec![look_again()],
        })
    }

    /// What becomes of a rule's result.
    pub(super) fn relaxed(&self, cx: &Context<'_>, rule: &Rule, result: RuleResult) -> RuleResult {
        if rule.waive.is_none() { result } else { waived::relaxed(cx, &self.waivable, result, false) }
    }

    /// What becomes of the result of a freeze or window.
    pub(super) fn relaxed_hold(&self, cx: &Context<'_>, hold: &Hold, result: RuleResult) -> RuleResult {
        if hold.waive.is_none() { result } else { waived::relaxed(cx, &self.waivable, result, true) }
    }
}

/// Whom the rules of the layers ask to acknowledge the change.
fn acknowledged<'a>(speaking: &[InForce<'a>]) -> Vec<(Layer, &'a [Who])> {
    let with_policy = speaking.iter().filter_map(InForce::policy);
    let of_layer = |(layer, policy): (Layer, &'a Policy)| {
        let asks = policy.rules.iter().flat_map(|rule| &rule.asks);
        asks.filter_map(move |ask| match ask {
            Requirement::Acknowledge(from) => Some((layer, from.as_slice())),
            _ => None,
        })
    };
    with_policy.flat_map(of_layer).collect()
}

/// Why a command does nothing.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) why: Phrase,
    /// Whether it does nothing for good; else something could not be read.
    pub(super) is_known: bool,
}

impl Refused {
    pub(super) fn for_good(why: Phrase) -> Self {
        Self { why, is_known: true }
    }
}
