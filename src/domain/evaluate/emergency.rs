//! The emergency lane: who declared the change one, whether that holds, and what it takes the place of.
//!
//! A declaration holds for the diff that it was given on, for a time, with a ticket of its own. It reaches as every
//! relaxation does, its own layer and those below, never what has `always`. Its approvals stand in the place of those
//! of the rules; freezes, windows, `soak` and `notice` are lifted; checks, deployments and denials stay. Whatever is not
//! known relaxes nothing. Absent: the review that is owed afterwards.

use jiff::Timestamp;

use super::commands::Refused;
use super::layers::InForce;
use super::relax::waive;
use crate::account::Account;
use crate::command::{self, Asks};
use crate::condition::Finding;
use crate::decision::{EmergencyReport, RequirementResult, Reviewer, RuleResult, State};
use crate::evaluate::Context;
use crate::facts::{Command, Known, TicketUse, ticket_key};
use crate::layer::Layer;
use crate::policy::{Emergency, Mode};
use crate::record::FieldId;
use crate::requirement::approvals::{self, declared};
use crate::requirement::fields;
use crate::text::Phrase;

/// What the lane's own approvals stand in for, and what it lifts.
const LIFTED: [&str; 3] = ["approvals", "soak", "notice"];

/// The lane of a layer, and what was declared for it.
#[derive(Debug)]
pub(super) struct Lane<'a> {
    pub(super) layer: Layer,
    pub(super) mode: Mode,
    pub(super) what: &'a Emergency,
    /// The newest declaration that holds.
    pub(super) held: Option<Declaration<'a>>,
    /// The others that were given, with why they do not hold, the newest first.
    failed: Vec<(Declared<'a>, Finding)>,
}

/// What a command declares.
#[derive(Debug, Clone)]
struct Declared<'a> {
    command: &'a Command,
    ticket: String,
    reason: String,
}

/// A declaration that holds.
#[derive(Debug, Clone)]
pub(super) struct Declaration<'a> {
    declared: Declared<'a>,
    until: Timestamp,
}

/// Every emergency that was declared, the newest first. At a gate those that were before the change went in: nobody asked
/// for the lane's approvals afterwards.
fn declared<'a>(cx: &Context<'a>) -> Vec<Declared<'a>> {
    let on_demand = &cx.facts.on_demand;
    let in_time = |command: &&Command| {
        on_demand.gate.is_none() || on_demand.merged_at.is_some_and(|merged_at| command.at < merged_at)
    };
    let commands = cx.facts.commands.known().into_iter().flatten().rev().filter(in_time);
    let declares = |command: &'a Command| match command::read(&command.line) {
        Ok(Asks::Emergency { ticket, reason }) => Some(Declared { command, ticket, reason }),
        _ => None,
    };
    commands.filter_map(declares).collect()
}

/// Whether nobody declared an emergency, so that the change is known to be none before its risk is.
pub(super) fn is_undeclared(cx: &Context<'_>) -> bool {
    cx.facts.commands.known().is_none() || declared(cx).is_empty()
}

/// The lanes of the layers that speak.
pub(super) fn lanes<'a>(cx: &Context<'a>, speaking: &[InForce<'a>]) -> Vec<Lane<'a>> {
    let all = declared(cx);
    let lanes = speaking.iter().filter_map(InForce::policy).filter_map(|(layer, policy)| {
        let what = policy.emergency.as_ref()?;
        let mut lane = Lane { layer, mode: policy.mode, what, held: None, failed: Vec::new() };
        for one in &all {
            match lane.until(cx, one) {
                Ok(until) if lane.held.is_none() => lane.held = Some(Declaration { declared: one.clone(), until }),
                Ok(_) => {}
                Err(why) => lane.failed.push((one.clone(), why)),
            }
        }
        Some(lane)
    });
    lanes.collect()
}

/// Whoever declared an emergency that holds, or may hold, in any lane whose word is worth so much.
pub(super) fn declarers<'a>(cx: &Context<'a>, lanes: &[Lane<'a>], least: Mode) -> Vec<&'a Account> {
    let stands = |one: &Declared<'a>| {
        lanes.iter().filter(|lane| lane.mode >= least).any(|lane| {
            let failed = lane.failed.iter().find(|(other, _)| other.command.comment == one.command.comment);
            failed.is_none_or(|(_, why)| !why.is_not())
        })
    };
    declared(cx).into_iter().filter(stands).map(|one| &one.command.by).collect()
}

/// Whoever ever declared an emergency of the change, held or not.
pub(super) fn everybody_who_declared<'a>(cx: &Context<'a>) -> Vec<&'a Account> {
    declared(cx).into_iter().map(|one| &one.command.by).collect()
}

/// Why a command that declares an emergency does nothing, and who may; nothing where it does.
pub(super) fn refused(cx: &Context<'_>, lanes: &[Lane<'_>], command: &Command) -> Option<Refused> {
    let failed = |lane: &Lane<'_>| {
        let (one, why) = lane.failed.iter().find(|(one, _)| one.command.comment == command.comment)?;
        Some(Refused { why: lane.refusal(cx, one, why), is_known: !why.is_unknown() })
    };
    if lanes.is_empty() {
        return Some(Refused::for_good(Phrase::words("no policy in force has an ").quote("[emergency]")));
    }
    // It is enough that one layer takes it.
    let refused = lanes.iter().map(failed).collect::<Option<Vec<_>>>()?;
    let is_known = refused.iter().all(|refused| refused.is_known);
    refused.into_iter().next().map(|refused| Refused { is_known, ..refused })
}

/// The emergencies that the change goes in by, the one of the strongest word and the highest layer first.
pub(super) fn reports(lanes: &[Lane<'_>]) -> Vec<EmergencyReport> {
    let mut held: Vec<&Lane<'_>> = lanes.iter().filter(|lane| lane.held.is_some()).collect();
    held.sort_by_key(|lane| (std::cmp::Reverse(lane.mode), lane.layer));
    held.into_iter().filter_map(Lane::report).collect()
}

impl Declared<'_> {
    fn lead(&self) -> Phrase {
        Phrase::words("the emergency ").quote(&self.ticket).and(" that ").person(&self.command.by).and(" declared")
    }
}

impl<'a> Lane<'a> {
    /// Whether a declaration holds and reaches what stands in that layer with that mode.
    pub(super) fn reaches(&self, layer: Layer, mode: Mode) -> bool {
        self.held.is_some() && self.layer <= layer && self.mode >= mode
    }

    /// Until when a declaration holds, or why it does not.
    fn until(&self, cx: &Context<'a>, one: &Declared<'a>) -> Result<Timestamp, Finding> {
        let by = declared::declares(cx, self.layer, &self.what.declared_by, one.command);
        let holds = Finding::all([by, self.ticket(cx, one)]);
        if !holds.is_so() {
            return Err(holds);
        }
        let ends = |why: Phrase| Err(Finding::does_not(why));
        match self.what.expires.after(one.command.at) {
            None => ends(Phrase::words("its end lies beyond the calendar")),
            Some(end) if cx.lasts_until(end) => Ok(end),
            Some(end) => ends(Phrase::words("it was over at ").instant(end)),
        }
    }

    /// Whether the ticket is one, and no other change's.
    fn ticket(&self, cx: &Context<'_>, one: &Declared<'_>) -> Finding {
        let ticket = || Phrase::words("the ticket ").quote(&one.ticket);
        if self.what.ticket.as_ref().is_some_and(|pattern| !pattern.is_match(&one.ticket)) {
            return Finding::does_not(ticket().and(" is none as the policy has them"));
        }
        match cx.facts.on_demand.tickets.get(&ticket_key(&one.ticket)) {
            Some(Known::Known(TicketUse::Free)) => Finding::holds(Phrase::default()),
            Some(Known::Known(TicketUse::Here(number))) => {
                Finding::does_not(ticket().and(format!(" is that of #{number}, and a ticket is for one change")))
            }
            Some(Known::Known(TicketUse::Elsewhere)) => {
                let said = " is that of a change of another repository, and a ticket is for one change";
                Finding::does_not(ticket().and(said))
            }
            Some(Known::Unknown(why)) => Finding::unread("whether the ticket is another change's", why),
            None => Finding::unknown(Phrase::words("whether the ticket is another change's was not read")),
        }
    }

    /// What was declared, and what the lane asks in the place of what it lifts; nothing where nobody declared anything.
    pub(super) fn rule(&self, cx: &Context<'_>, notices: &mut Vec<Phrase>) -> Option<RuleResult> {
        let wanted = Phrase::words("an emergency declared by somebody of ").then(self.who(cx));
        let result =
            |state, observed| RequirementResult { key: "emergency", state, wanted, observed, acts: Vec::new() };
        let asks = match (&self.held, self.failed.first()) {
            (Some(held), _) => {
                let mut asks = vec![result(State::Satisfied, held.said())];
                asks.push(approvals::approvals(cx, self.layer, &self.what.approvals, notices));
                asks
            }
            (None, Some((one, why))) => vec![result(State::NotApplicable, self.refusal(cx, one, why))],
            (None, None) => return None,
        };
        Some(RuleResult {
            layer: self.layer,
            id: "emergency".to_owned(),
            why: "for what cannot wait".to_owned(),
            controls: Vec::new(),
            mode: self.mode,
            asks,
        })
    }

    /// Whom GitHub is to ask for the approvals that the lane waits for.
    pub(super) fn reviewers(&self, cx: &Context<'_>) -> Vec<Reviewer> {
        let asks = self.held.is_some() && self.mode == Mode::Enforce;
        if asks { approvals::requests::reviewers(cx, self.layer, &self.what.approvals) } else { Vec::new() }
    }

    fn report(&self) -> Option<EmergencyReport> {
        let Declaration { declared: Declared { command, ticket, reason }, until } = self.held.as_ref()?;
        Some(EmergencyReport {
            layer: self.layer,
            ticket: ticket.clone(),
            reason: reason.clone(),
            by: command.by.clone(),
            at: command.at,
            until: *until,
            comment: command.comment,
        })
    }

    /// Why a declaration does not hold, and who may give one.
    fn refusal(&self, cx: &Context<'_>, one: &Declared<'_>, why: &Finding) -> Phrase {
        let lead = one.lead().and(" does not hold: ").then(why.observed.clone());
        let layer = format!("; for what the {} asks, one may be declared by somebody of ", self.layer.name());
        lead.and(layer).then(self.who(cx)).and(" who took no part in this change")
    }

    fn who(&self, cx: &Context<'_>) -> Phrase {
        declared::names(cx, self.layer, &self.what.declared_by)
    }

    /// What becomes of one thing that a rule asks.
    pub(super) fn relax(&self, ask: &mut RequirementResult) {
        if let Some(held) = self.held.as_ref().filter(|_| LIFTED.contains(&ask.key)) {
            let what = if ask.key == "approvals" { " asks in its place, until " } else { " lifts it until " };
            waive(ask, held.lead().and(what).instant(held.until));
        }
    }

    /// What becomes of a freeze or window.
    pub(super) fn lift(&self, ask: &mut RequirementResult) {
        if let Some(held) = &self.held {
            waive(ask, held.lead().and(" lifts it until ").instant(held.until));
        }
    }

    /// What becomes of fields that are asked for: those that may come later are not asked now.
    pub(super) fn postpone(&self, cx: &Context<'_>, layer: Layer, wanted: &[FieldId], ask: &mut RequirementResult) {
        let Some(held) = self.held.as_ref().filter(|_| ask.state == State::Author) else { return };
        let (later, now): (Vec<_>, Vec<_>) =
            wanted.iter().cloned().partition(|field| self.what.postpone.contains(field));
        if later.is_empty() {
            return;
        }
        let names = later.iter().map(|field| Phrase::default().quote(field.as_str()));
        let said = Phrase::join(names, ", ").and(" may come later: ").then(held.lead()).and(", until ");
        let said = said.instant(held.until);
        let rest = fields::fields(cx, layer, &now);
        if rest.state == State::Satisfied {
            waive(ask, said);
        } else {
            *ask = RequirementResult { observed: rest.observed.and("; ").then(said), ..rest };
        }
    }
}

impl Declaration<'_> {
    fn lead(&self) -> Phrase {
        Phrase::words("the emergency ").quote(&self.declared.ticket)
    }

    fn said(&self) -> Phrase {
        let Declared { command, reason, .. } = &self.declared;
        let said = self.lead().and(", declared by ").person(&command.by).and(" at ").instant(command.at);
        said.and(", until ").instant(self.until).and(": ").quote(reason)
    }
}
