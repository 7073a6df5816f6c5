//! Post-implementation review: whether a change that went in owes one by `[pir]`, and what somebody said became of it.
//!
//! What cannot be known owes one. Whoever may push and took no part in a change says what became of it; where it was
//! declared an emergency, it is who the lane asks ([`super::reviews`]). Absent: remembering what is owed, and issues.

use super::emergency;
use super::layers::InForce;
use super::relax::Relaxations;
use super::seen::Seen;
use crate::account::AccountKind;
use crate::command::{self, Asks};
use crate::condition::{self, Finding, Place, Standpoint, Truth};
use crate::decision::{AfterMerge, ChangeOutcome, CommandResult, TouchedService};
use crate::evaluate::Context;
use crate::facts::{Command, RecordOf, TrackRecord};
use crate::layer::Layer;
use crate::policy::{Mode, Policy, PolicySet, Who};
use crate::records::Records;
use crate::requirement::approvals::declared;
use crate::risk;
use crate::text::Phrase;

/// What a change that went in owes and touched; nothing where no policy speaks about it.
pub(super) fn after_merge(
    policies: &PolicySet,
    records: &Records,
    seen: &Seen<'_>,
    in_scope: &[InForce<'_>],
    answers: &[CommandResult],
) -> Option<AfterMerge> {
    let with_policy: Vec<_> = in_scope.iter().filter_map(InForce::policy).collect();
    let merged_at = seen.facts.on_demand.merged_at?;
    if with_policy.is_empty() {
        return None;
    }
    // The risk is that of the policies in scope, although nothing is asked of the change any more.
    let mut cx = Context::new(policies, records, seen);
    cx.standard = with_policy.iter().all(|(_, policy)| policy.models.is_empty()).then(Vec::new);
    cx.emergency = emergency::is_undeclared(&cx).then(Vec::new);
    let risk = risk::resolve(&cx, &with_policy);
    cx.risk = Some((risk.floor, risk.report.level));
    let relaxations = Relaxations::judge(&cx, in_scope);
    cx.standard = Some(relaxations.standard());
    cx.emergency = Some(relaxations.emergency());
    let owes = with_policy.iter().filter(|(_, policy)| policy.mode > Mode::Observe).filter_map(|(layer, policy)| {
        let pir = policy.pir.as_ref()?;
        let from = Standpoint { layer: *layer, mode: policy.mode, place: Place::Raising };
        let speaks = !condition::table(&cx, from, &pir.when).is_not();
        // What lies beyond the calendar is due at once.
        speaks.then(|| pir.within.after(merged_at).unwrap_or(merged_at))
    });
    let due = owes.min();
    let counts =
        |command: &&Command| answers.iter().any(|answer| answer.comment == command.comment && answer.refused.is_none());
    let outcome = said(&cx).rfind(counts).and_then(outcome_of);
    Some(AfterMerge { due, outcome, services: touched(&cx, &with_policy) })
}

/// Whether what somebody says became of the change counts, beside the emergency lanes.
pub(super) fn may_say(cx: &Context<'_>, in_scope: &[InForce<'_>], command: &Command) -> Finding {
    let by = &command.by;
    if cx.facts.on_demand.merged_by.as_ref() == Some(by) {
        return Finding::does_not(Phrase::default().person(by).and(" merged this change"));
    }
    if by.kind != AccountKind::User {
        return Finding::does_not(Phrase::default().person(by).and(" is nobody who reviews changes"));
    }
    let layers = in_scope.iter().filter_map(InForce::policy);
    Finding::all(layers.map(|(layer, _)| declared::stands_beside(cx, layer, command)))
}

/// The commands since the merge that say what became of the change, oldest first.
pub(super) fn said<'a>(cx: &Context<'a>) -> impl DoubleEndedIterator<Item = &'a Command> {
    let merged_at = cx.facts.on_demand.merged_at;
    let is_one = move |command: &&Command| {
        merged_at.is_some_and(|merged_at| command.at > merged_at)
            && matches!(command::read(&command.line), Ok(Asks::Outcome { .. }))
    };
    cx.facts.commands.known().into_iter().flatten().filter(is_one)
}

fn outcome_of(command: &Command) -> Option<ChangeOutcome> {
    let Ok(Asks::Outcome { result, text }) = command::read(&command.line) else { return None };
    Some(ChangeOutcome { result, text, by: command.by.clone(), at: command.at })
}

/// What became of former changes to the services that the change touches, and to those of the same owners.
pub(super) fn track_record(cx: &Context<'_>, speaking: &[InForce<'_>]) -> Vec<TrackRecord> {
    let Some(afterwards) = &cx.facts.on_demand.afterwards else { return Vec::new() };
    let with_policy: Vec<_> = speaking.iter().filter_map(InForce::policy).collect();
    let services = touched(cx, &with_policy);
    let concerns = |record: &&TrackRecord| {
        services.iter().any(|service| match &record.of {
            RecordOf::Service { layer, name } => service.layer == *layer && service.name == *name,
            RecordOf::Team(team) => service.owner.as_ref() == Some(team),
        })
    };
    afterwards.track_record.iter().filter(concerns).cloned().collect()
}

/// The reviews of other changes that nobody gave in time: they hold nothing.
pub(super) fn overdue(cx: &Context<'_>) -> Vec<Phrase> {
    let overdue = cx.facts.on_demand.afterwards.iter().flat_map(|afterwards| &afterwards.overdue);
    let said = overdue.map(|review| {
        let what = match (review.number, review.issue) {
            (0, Some(issue)) => format!("the review that #{issue} asks for"),
            (0, None) => "the review of a push without a pull request".to_owned(),
            (number, Some(issue)) => format!("the review of #{number}, for which #{issue} asks,"),
            (number, None) => format!("the review of #{number}, which is done by a comment there,"),
        };
        Phrase::words(format!("{what} was due at ")).instant(review.due)
    });
    said.collect()
}

/// The services that the change is known to touch, each as the layer that defines it calls it.
fn touched(cx: &Context<'_>, policies: &[(Layer, &Policy)]) -> Vec<TouchedService> {
    let Ok(files) = cx.files() else { return Vec::new() };
    let services = policies.iter().flat_map(|(layer, policy)| {
        policy.services.iter().filter(|(_, service)| files.touch(&service.paths).0 == Truth::Holds).map(
            |(name, service)| TouchedService {
                layer: *layer,
                name: name.clone(),
                owner: service.owner.as_ref().map(Who::written),
            },
        )
    });
    services.collect()
}
