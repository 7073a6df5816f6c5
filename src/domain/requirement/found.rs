//! What several entries of one requirement come to together, and when a result of GitHub Actions counts.

use crate::condition::{Finding, Truth};
use crate::decision::{Act, RequirementResult, State};
use crate::text::Phrase;

/// What one entry comes to.
pub(super) struct Found {
    pub(super) state: State,
    pub(super) observed: Phrase,
    pub(super) acts: Vec<Act>,
}

/// The worst of the entries decides. What is satisfied is said only where everything is.
pub(super) fn together(key: &'static str, wanted: Phrase, found: Vec<Found>) -> RequirementResult {
    let weight = |state: State| match state {
        State::Blocked => 0,
        State::Unknown => 1,
        State::Author => 2,
        State::Waiting => 3,
        State::Satisfied | State::Waived | State::NotApplicable => 4,
    };
    let state = found.iter().map(|found| found.state).min_by_key(|state| weight(*state)).unwrap_or(State::Unknown);
    let shown = found.iter().filter(|found| found.state == State::Satisfied || state != State::Satisfied);
    RequirementResult {
        key,
        state,
        wanted,
        observed: Phrase::join(shown.map(|found| found.observed.clone()), "; "),
        acts: found.into_iter().filter(|found| found.state != State::Satisfied).flat_map(|found| found.acts).collect(),
    }
}

/// A result that is as wanted. One of GitHub Actions comes from files that the change may have edited itself: then it
/// counts only once somebody who may has read it, which `read` tells.
pub(super) fn once_read(observed: Phrase, of_actions: bool, read: &Finding) -> Found {
    match read.truth {
        Truth::Holds => Found { state: State::Satisfied, observed, acts: Vec::new() },
        _ if !of_actions => Found { state: State::Satisfied, observed, acts: Vec::new() },
        Truth::DoesNot => Found {
            state: State::Waiting,
            observed: observed.and("; it counts once somebody has approved, because ").then(read.observed.clone()),
            acts: read.acts.clone(),
        },
        Truth::Unknown => unknown(observed.and("; whether it counts is not known: ").then(read.observed.clone())),
    }
}

/// What could not be found out.
pub(super) fn unknown(observed: Phrase) -> Found {
    Found { state: State::Unknown, observed, acts: vec![super::approvals::look_again()] }
}
