//! The review that is owed of a change that went in as an emergency: what it holds while it is overdue, and when it is
//! done.
//!
//! It is done by a comment on the merged pull request that says what became of it, `/countersign outcome …`, by somebody
//! whom the lane of each layer asks for approval, who took no part in the change and did not declare it. Absent:
//! remembering which changes went in so.

use super::commands::Refused;
use super::emergency;
use super::layers::InForce;
use super::pir;
use crate::command;
use crate::condition::Finding;
use crate::decision::{Act, Actor, CommandResult, RequirementResult, ReviewDone, RuleResult, State};
use crate::evaluate::Context;
use crate::facts::{Command, Known, OwedReview};
use crate::layer::Layer;
use crate::policy::{Emergency, Overdue, Policy};
use crate::requirement::approvals::{self, declared};
use crate::text::Phrase;

/// What reviews that are overdue hold, for a layer that has an emergency lane.
pub(super) fn rule(cx: &Context<'_>, layer: Layer, policy: &Policy) -> Option<RuleResult> {
    let lane = policy.emergency.as_ref()?;
    let ask = match cx.facts.on_demand.reviews_owed.as_ref()? {
        Known::Known(owed) => overdue(cx, layer, lane, owed)?,
        Known::Unknown(why) => RequirementResult {
            key: "review",
            state: State::Unknown,
            wanted: wanted(),
            observed: Phrase::words("whether a review of an emergency is overdue could not be read: ").quote(why),
            acts: vec![approvals::look_again()],
        },
    };
    let mode = match lane.overdue {
        Overdue::Block => policy.mode,
        Overdue::Warn => policy.mode.min(crate::policy::Mode::Warn),
    };
    Some(RuleResult {
        layer,
        id: "reviews".to_owned(),
        why: "an emergency is reviewed afterwards".to_owned(),
        controls: Vec::new(),
        mode,
        asks: vec![ask],
    })
}

fn wanted() -> Phrase {
    Phrase::words("no review of an emergency that is overdue")
}

/// The reviews that are overdue; as everything that ends by time, a minute early.
fn overdue(cx: &Context<'_>, layer: Layer, lane: &Emergency, owed: &[OwedReview]) -> Option<RequirementResult> {
    let overdue: Vec<&OwedReview> = owed.iter().filter(|owed| !cx.lasts_until(owed.due)).collect();
    let first = overdue.first()?;
    let said = Phrase::words(format!("the review of #{}, which went in as an emergency, was due at ", first.number));
    let said = said.instant(first.due);
    let observed = match overdue.len() {
        1 => said,
        several => said.and(format!(", and {} more are overdue", several - 1)),
    };
    let act = |owed: &OwedReview| Act {
        by: Actor::People { count: 1, candidates: Vec::new(), of: declared::each_name(cx, layer, &lane.approvals) },
        what: Phrase::words(format!("review #{} and comment there ", owed.number))
            .quote("/countersign outcome successful|with-issues|backed-out|failed TEXT"),
    };
    let acts = overdue.iter().map(|owed| act(owed)).collect();
    Some(RequirementResult { key: "review", state: State::Blocked, wanted: wanted(), observed, acts })
}

/// The review of a change that went in, where it is done for every layer that has a lane.
pub(super) fn done(cx: &Context<'_>, layers: &[InForce<'_>]) -> Option<ReviewDone> {
    let reviews: Vec<&Command> = pir::said(cx).collect();
    let mut last: Option<&Command> = None;
    for (layer, lane) in lanes(layers) {
        let review = *reviews.iter().find(|command| counts(cx, layer, lane, command).is_so())?;
        last = last.filter(|last| last.at >= review.at).or(Some(review));
    }
    last.map(|review| ReviewDone { by: review.by.clone(), at: review.at })
}

/// What became of what people said of a change that went in: where it was declared an emergency, by the lane of a layer,
/// else by [`pir::may_say`].
pub(super) fn answers(cx: &Context<'_>, layers: &[InForce<'_>]) -> Vec<CommandResult> {
    let by_lane = lanes(layers).next().is_some() && !emergency::everybody_who_declared(cx).is_empty();
    let answer = |command: &Command| {
        let refused = if by_lane { refused_by_lanes(cx, layers, command) } else { refused(cx, layers, command) };
        CommandResult {
            comment: command.comment,
            by: command.by.clone(),
            line: command.line.clone(),
            asks: command::read(&command.line).ok(),
            on_head: command.head.as_ref() == Some(&cx.facts.change.head.tip),
            is_known: refused.as_ref().is_none_or(|refused| refused.is_known),
            refused: refused.map(|refused| refused.why),
        }
    };
    let speaks = layers.iter().any(|layer| layer.policy().is_some());
    if speaks { pir::said(cx).map(answer).collect() } else { Vec::new() }
}

/// Why a review does nothing for any lane, and who may give one.
fn refused_by_lanes(cx: &Context<'_>, layers: &[InForce<'_>], command: &Command) -> Option<Refused> {
    let why = |(layer, lane): (Layer, &Emergency)| {
        let found = counts(cx, layer, lane, command);
        let names = declared::each_name(cx, layer, &lane.approvals).into_iter();
        let may = Phrase::join(names.map(|name| Phrase::default().quote(name)), " or ");
        let may = Phrase::words("; it is reviewed by somebody of ").then(may).and(" who took no part in it");
        let is_known = !found.is_unknown();
        (!found.is_so()).then(|| Refused { why: found.observed.then(may), is_known })
    };
    // It is enough that it does something for one layer.
    let refused = lanes(layers).map(why).collect::<Option<Vec<_>>>()?;
    let is_known = refused.iter().all(|refused| refused.is_known);
    refused.into_iter().next().map(|first| Refused { is_known, ..first })
}

fn refused(cx: &Context<'_>, layers: &[InForce<'_>], command: &Command) -> Option<Refused> {
    let found = pir::may_say(cx, layers, command);
    let may = "; what became of a change is said by somebody who may push here and took no part in it";
    let is_known = !found.is_unknown();
    (!found.is_so()).then(|| Refused { why: found.observed.and(may), is_known })
}

fn lanes<'a>(layers: &[InForce<'a>]) -> impl Iterator<Item = (Layer, &'a Emergency)> {
    let with_policy = layers.iter().filter_map(InForce::policy);
    with_policy.filter_map(|(layer, policy)| Some((layer, policy.emergency.as_ref()?)))
}

/// Whether a review counts for a lane: by somebody whom it asks, who did not declare the emergency.
fn counts(cx: &Context<'_>, layer: Layer, lane: &Emergency, command: &Command) -> Finding {
    if emergency::everybody_who_declared(cx).contains(&&command.by) {
        let said = " declared this change an emergency, and whoever declares one does not review it";
        return Finding::does_not(Phrase::default().person(&command.by).and(said));
    }
    declared::reviews(cx, layer, &lane.approvals, command)
}
