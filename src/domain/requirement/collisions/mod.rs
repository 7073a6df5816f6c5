//! `[schedule] collisions`: the plan of a change beside those of others, and beside freezes and windows.
//!
//! Plans meet where their windows overlap and they have a service in common, or one that the other depends on, or a
//! folder of migrations, or whoever carries them out. Every meeting is told on both changes; the one that was planned
//! earlier keeps its window. Absent: what may be named of another change, which the facts say.

mod slot;

use jiff::Timestamp;

use super::approvals::look_again;
use super::held::{Standing, standing};
use crate::condition::{self, Place, Standpoint};
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::{Context, plan};
use crate::facts::{Known, OtherChange, OtherPlan, Plan, Shared};
use crate::layer::Layer;
use crate::policy::{Hold, HoldKind, Mode};
use crate::text::Phrase;

/// So many things that two plans have in common are named; the rest are counted.
const NAMED: usize = 5;

/// Where a plan meets another, a freeze or a closed window.
pub(crate) struct Meeting {
    /// Whether it holds this change, where a policy blocks: not if the other one has to make way.
    pub(crate) holds: bool,
    pub(crate) result: RequirementResult,
}

/// Everything that the plan of the change meets; nothing where it plans none, or its window is over.
///
/// `doubtful`: whether what it may touch counts as touched. `holds`: the freezes and windows of merges, each with its layer
/// and that layer's mode.
pub(crate) fn collisions<'h>(cx: &Context<'h>, doubtful: bool, holds: &[(Layer, Mode, &'h Hold)]) -> Vec<Meeting> {
    let Some(plan) = plan(cx, doubtful).filter(|plan| cx.changes_at(plan.end)) else { return Vec::new() };
    let speaks = |(layer, mode, hold): &&(Layer, Mode, &Hold)| {
        let standpoint = Standpoint { layer: *layer, mode: *mode, place: Place::Raising };
        !condition::table(cx, standpoint, &hold.when).is_not()
    };
    // One of which nobody knows when it is on says so itself.
    let stands = |(layer, _, hold): &(Layer, Mode, &'h Hold)| Some((*hold, standing(cx, *layer, hold).ok()?));
    let holds: Vec<(&Hold, Standing<'_>)> = holds.iter().filter(speaks).filter_map(stands).collect();
    let none = Vec::new();
    let (others, unknown) = match &cx.facts.on_demand.collisions {
        Some(Known::Known(others)) => (others, None),
        Some(Known::Unknown(why)) => (&none, Some(why)),
        None => (&none, None),
    };
    let others = others.iter().filter(|other| !plan.shared_with(&other.plan).is_empty());
    let still: Vec<&OtherPlan> = others.filter(|other| cx.changes_at(other.plan.end)).collect();
    // A freeze and a window hold by themselves, at their time, and as they are waived: here they are shown.
    let timed =
        holds.iter().filter_map(|(hold, standing)| beside_hold(&plan, hold, standing)).map(|observed| (true, observed));
    let met = still.iter().filter(|other| plan.overlaps(&other.plan));
    let met = met.map(|other| (other.earlier, beside(&plan, other)));
    let found: Vec<(bool, Phrase)> = timed.chain(met).collect();
    let mut meetings: Vec<Meeting> = unknown.map(|why| unread(why)).into_iter().collect();
    if found.is_empty() {
        return meetings;
    }
    let busy: Vec<_> = still.iter().map(|other| (other.plan.start, other.plan.end)).collect();
    // A proposal that moved with the clock would be a new text at every look.
    let from = if cx.facts.as_of < plan.start { plan.start } else { plan.end };
    let act = plan_anew(slot::next_free(&holds, &busy, (plan.start, plan.end), from));
    meetings
        .extend(found.into_iter().map(|(holds, observed)| Meeting { holds, result: result(observed, act.clone()) }));
    meetings
}

/// What is to be said of a freeze that the plan falls into, or of a window that it stands outside of.
fn beside_hold(plan: &Plan, hold: &Hold, standing: &Standing<'_>) -> Option<Phrase> {
    let now = standing.at(plan.start);
    let planned = || Phrase::words("the planned window, ").then(span(plan));
    match (hold.kind, now.on) {
        (HoldKind::Freeze, on) if on || now.changes.is_some_and(|begins| begins < plan.end) => {
            Some(planned().and(", falls into the freeze ").quote(&hold.id))
        }
        (HoldKind::Window, on) if !on || now.changes.is_some_and(|closes| closes < plan.end) => {
            Some(planned().and(", is not within the window ").quote(&hold.id))
        }
        (HoldKind::Freeze | HoldKind::Window, _) => None,
    }
}

/// What is to be said of another change whose window overlaps.
fn beside(plan: &Plan, other: &OtherPlan) -> Phrase {
    let shared = plan.shared_with(&other.plan);
    let more = shared.len().saturating_sub(NAMED);
    let mut said: Vec<Phrase> = shared.into_iter().take(NAMED).map(in_common).collect();
    if more > 0 {
        said.push(Phrase::words(format!("{more} more")));
    }
    let planned = named(&other.change).and(" is planned for ").then(span(&other.plan)).and(" as well: ");
    let keeps = if other.earlier { "; it was planned earlier" } else { "; this one was planned earlier" };
    planned.then(Phrase::join(said, "; ")).and(keeps)
}

fn named(change: &OtherChange) -> Phrase {
    match change {
        OtherChange::Here(number) => Phrase::default().quote(format!("#{number}")),
        OtherChange::Elsewhere { repository, number } => {
            Phrase::words("another change, ").quote(format!("{repository}#{number}")).and(",")
        }
        OtherChange::Unnamed => Phrase::words("another change of this organisation"),
    }
}

fn in_common(shared: Shared<'_>) -> Phrase {
    match shared {
        Shared::Service(name) => Phrase::words("both change the service ").quote(name),
        Shared::Needs(name) => {
            Phrase::words("it changes the service ").quote(name).and(", on which what this one changes depends")
        }
        Shared::NeededBy(name) => {
            Phrase::words("what it changes depends on the service ").quote(name).and(", which this one changes")
        }
        Shared::Implementer(login) => Phrase::default().quote(login).and(" carries out both"),
        Shared::Folder(path) => Phrase::words("both change migrations in ").quote(path),
    }
}

fn span(plan: &Plan) -> Phrase {
    Phrase::default().instant(plan.start).and(" to ").instant(plan.end)
}

/// What the author can do, with the next time at which nothing is met.
fn plan_anew(free: Option<(Timestamp, Timestamp)>) -> Act {
    let what = match free {
        Some((start, end)) => Phrase::words("plan another window; the next free slot is what this plans: ")
            .quote(format!("/countersign schedule {start} {end}")),
        None => Phrase::words(format!("plan another window; there is no free slot in the next {} days", slot::DAYS)),
    };
    Act { by: Actor::Author, what }
}

fn unread(why: &str) -> Meeting {
    let observed = Phrase::words("what other changes plan is not known: ").quote(why);
    Meeting { holds: true, result: RequirementResult { state: State::Unknown, ..result(observed, look_again()) } }
}

fn result(observed: Phrase, act: Act) -> RequirementResult {
    let wanted = Phrase::words("a planned window in which nothing is in the way");
    RequirementResult { key: "collisions", state: State::Author, wanted, observed, acts: vec![act] }
}
