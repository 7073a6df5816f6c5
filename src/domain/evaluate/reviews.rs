//! The review that is owed of a change that went in as an emergency: what it holds while it is overdue, and when it is
//! done.
//!
//! It is done by a comment on the merged pull request that says what became of it, `/countersign outcome …`, by somebody
//! whom the lane of each layer asks for approval, who took no part in the change and did not declare it. Absent:
//! remembering which changes went in so.

use super::emergency;
use super::layers::InForce;
use crate::command::{self, Asks};
use crate::decision::{Act, Actor, RequirementResult, ReviewDone, RuleResult, State};
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
    let merged_at = cx.facts.on_demand.merged_at?;
    let commands = cx.facts.commands.known()?;
    let is_review =
        |command: &&Command| command.at > merged_at && matches!(command::read(&command.line), Ok(Asks::Outcome { .. }));
    let reviews: Vec<&Command> = commands.iter().filter(is_review).collect();
    let declarers = emergency::everybody_who_declared(cx);
    let mut last: Option<&Command> = None;
    for (layer, policy) in layers.iter().filter_map(InForce::policy) {
        let Some(lane) = &policy.emergency else { continue };
        let counts = |command: &&&Command| {
            !declarers.contains(&&command.by) && declared::reviews(cx, layer, &lane.approvals, command).is_so()
        };
        let review = *reviews.iter().find(counts)?;
        last = last.filter(|last| last.at >= review.at).or(Some(review));
    }
    last.map(|review| ReviewDone { by: review.by.clone(), at: review.at })
}
