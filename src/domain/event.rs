//! What happens to a change that people may be told of, as `[[notify]]` names it.
//!
//! What holds of a change is derived from a decision, and an event is the step from what held before: so one that was
//! missed, or told twice, is the same case as any other. What is not known says nothing. Absent: who is told, and in
//! which words.

use std::collections::BTreeSet;

use crate::command::ChangeResult;
use crate::decision::{Decision, Outcome};
use crate::facts::ChangeState;
use crate::layer::Layer;
use crate::life::{self, Closure, State};

/// Something that happens to a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeEvent {
    /// It is open and ready, so that people are asked.
    Submitted,
    /// Whoever has to agree has agreed: nothing is waited for, or nothing but time.
    Authorised,
    /// It is refused.
    Blocked,
    /// It is authorised and waits for its time.
    Scheduled,
    /// A freeze holds it.
    Frozen,
    /// No freeze holds it any more.
    Unfrozen,
    /// It went in.
    Implemented,
    /// It went in, and somebody says that it does what it was to do.
    Verified,
    /// It went in, and does not do what it was to do.
    Failed,
    /// It was taken back.
    BackedOut,
    /// It is in the emergency lane.
    Emergency,
    /// Its review is owed.
    ReviewDue,
    /// Its review is owed, and the time for it is over.
    ReviewOverdue,
    /// Nothing more is done about it.
    Closed,
}

impl ChangeEvent {
    /// Every event, in the order of a change's life.
    pub const ALL: [Self; 14] = [
        Self::Submitted,
        Self::Blocked,
        Self::Emergency,
        Self::Authorised,
        Self::Frozen,
        Self::Unfrozen,
        Self::Scheduled,
        Self::Implemented,
        Self::Verified,
        Self::Failed,
        Self::BackedOut,
        Self::ReviewDue,
        Self::ReviewOverdue,
        Self::Closed,
    ];

    /// Its name in policies, messages and the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Authorised => "authorised",
            Self::Blocked => "blocked",
            Self::Scheduled => "scheduled",
            Self::Frozen => "frozen",
            Self::Unfrozen => "unfrozen",
            Self::Implemented => "implemented",
            Self::Verified => "verified",
            Self::Failed => "failed",
            Self::BackedOut => "backed-out",
            Self::Emergency => "emergency",
            Self::ReviewDue => "review-due",
            Self::ReviewOverdue => "review-overdue",
            Self::Closed => "closed",
        }
    }

    /// The event of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }
}

/// Who is told of what, by a `[[notify]]` of a layer that speaks about the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// The layer it stands in.
    pub layer: Layer,
    /// Of what.
    pub on: Vec<ChangeEvent>,
    /// The receivers, each `KIND:NAME`.
    pub to: Vec<String>,
    /// Whether it speaks about this change as it is now. Where that is not known it does, so that nobody is left out.
    pub applies: bool,
}

/// What is known of a change that is open no more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AfterMerge {
    /// Its state; `None` where no policy speaks about it.
    pub stands: Option<State>,
    /// What people said became of it.
    pub said: Option<ChangeResult>,
    /// Whether its review is owed.
    pub owed: bool,
    /// Whether the time for that is over.
    pub overdue: bool,
}

/// What holds of a change by a decision. `before`: what held at the last one, which stays where this one cannot tell.
pub fn holding(decision: &Decision, after: AfterMerge, before: &BTreeSet<ChangeEvent>) -> BTreeSet<ChangeEvent> {
    use ChangeEvent::{Authorised, Blocked, Emergency, Frozen, Scheduled, Submitted, Unfrozen};
    if decision.state != ChangeState::Open {
        return afterwards(decision, after, before);
    }
    let Some(life) = life::before_merge(decision) else { return BTreeSet::new() };
    // A draft says nothing, so that what becomes one for a while is not submitted anew.
    if life.state == State::Draft || decision.own_outcome == Outcome::Unknown {
        return before.clone();
    }
    // Where policies only observe, nobody authorises anything.
    let authorised = life.state == State::Scheduled && decision.own_outcome != Outcome::Neutral;
    let awaits = life::open(decision).any(|ask| ask.key != "freeze");
    let frozen = life.marks.frozen;
    let was_frozen = before.contains(&Frozen) || before.contains(&Unfrozen);
    let held = [
        (Submitted, true),
        (Authorised, authorised),
        (Blocked, decision.own_outcome == Outcome::Block),
        (Scheduled, authorised && awaits),
        (Frozen, frozen),
        (Unfrozen, !frozen && was_frozen),
        (Emergency, life.marks.emergency),
    ];
    held.into_iter().filter(|(_, holds)| *holds).map(|(event, _)| event).collect()
}

/// What holds of a change that is open no more. What it was told while it was open stays told.
fn afterwards(decision: &Decision, after: AfterMerge, before: &BTreeSet<ChangeEvent>) -> BTreeSet<ChangeEvent> {
    use ChangeEvent::{BackedOut, Closed, Failed, Implemented, ReviewDue, ReviewOverdue, Verified};
    let merged = decision.state == ChangeState::Merged;
    let AfterMerge { stands, said, owed, overdue } = after;
    let closure = stands.and_then(State::closure).or(said.map(Closure::from));
    let is = |wanted: Closure| closure == Some(wanted);
    let is_there = !is(Closure::BackedOut) && !is(Closure::Failed);
    let held = [
        // On its way to where it is to go it is not there yet.
        (Implemented, merged && !matches!(stands, None | Some(State::Implement)) && is_there),
        (Verified, matches!(said, Some(ChangeResult::Successful | ChangeResult::WithIssues))),
        (Failed, is(Closure::Failed)),
        (BackedOut, is(Closure::BackedOut)),
        (ReviewDue, owed),
        (ReviewOverdue, owed && overdue),
        (Closed, matches!(stands, Some(State::Closed(_)))),
    ];
    let mut now: BTreeSet<ChangeEvent> = before.clone();
    for (event, holds) in held {
        if holds {
            now.insert(event);
        } else {
            now.remove(&event);
        }
    }
    now
}

/// What happened between two decisions, in the order of a change's life.
pub fn happened(before: &BTreeSet<ChangeEvent>, now: &BTreeSet<ChangeEvent>) -> Vec<ChangeEvent> {
    ChangeEvent::ALL.into_iter().filter(|event| now.contains(event) && !before.contains(event)).collect()
}
