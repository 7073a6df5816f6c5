//! What moves a change on, and whose step it is.
//!
//! INVARIANT: as long as a change is not closed there is a step, and it is somebody's: a person's, or that of time.

use super::{AUTHORITY, Afterwards, Brought, State, TIME, open};
use crate::decision::{Act, Actor, Decision, RequirementResult, State as Found};
use crate::text::Phrase;

/// How the command is written that says what became of a change.
const OUTCOME: &str = "/countersign outcome successful|with-issues|backed-out|failed TEXT";

/// The steps of a change that can still go in.
pub(super) fn of_open(decision: &Decision, state: State) -> Vec<Act> {
    let author = |what: &str| Act { by: Actor::Author, what: Phrase::words(what) };
    if state == State::Draft {
        return vec![author("mark the pull request as ready for review")];
    }
    let mut asks: Vec<&RequirementResult> = open(decision).collect();
    asks.sort_by_key(|ask| rank(state, ask));
    let mut next: Vec<Act> = Vec::new();
    for act in asks.into_iter().flat_map(acts) {
        if !next.contains(&act) {
            next.push(act);
        }
    }
    if !next.is_empty() {
        return next;
    }
    let worse = decision.siblings.iter().find(|(_, outcome)| *outcome < decision.own_outcome);
    vec![match (state, worse) {
        (State::Scheduled, Some((number, _))) => {
            let what = format!("bring #{number} on, which has the same commit and the same check");
            Act { by: Actor::Author, what: Phrase::words(what) }
        }
        (State::Scheduled, None) => Act { by: Actor::Writer, what: Phrase::words("merge this pull request") },
        _ => author("change what the pull request does, or close it"),
    }]
}

/// The steps of a change that went in.
pub(super) fn of_went_in(after: &Afterwards, state: State) -> Vec<Act> {
    let say = |what: &str| Phrase::words(what).quote(OUTCOME);
    match (state, after.review_due, &after.brought) {
        (State::Review, Some(due), _) => {
            let what = Phrase::words("review it by ").instant(due).then(say(" and comment "));
            vec![Act { by: Actor::Bystander, what }]
        }
        (State::Implement, _, Brought::NotYet(environments)) => {
            let names = environments.iter().map(|name| Phrase::default().quote(name));
            let what = Phrase::words("deploy it to ").then(Phrase::join(names, " and "));
            let what = what.then(say(", or say what became of it with "));
            vec![Act { by: Actor::Writer, what }]
        }
        (State::Implement, ..) => vec![Act { by: Actor::Writer, what: say("say what became of it with ") }],
        _ => Vec::new(),
    }
}

/// What of all that is open is named first in that state.
fn rank(state: State, ask: &RequirementResult) -> u8 {
    match (ask.state, state) {
        (Found::Blocked, _) => 0,
        (Found::Unknown, _) => 1,
        (Found::Author, _) => 2,
        _ if AUTHORITY.contains(&ask.key) => 3,
        _ if TIME.contains(&ask.key) => 5,
        _ => 4,
    }
}

/// What would fill what is open. Where nobody has to act, what is waited for is the step.
fn acts(ask: &RequirementResult) -> Vec<Act> {
    let waited = || if ask.observed.is_empty() { ask.wanted.clone() } else { ask.observed.clone() };
    if ask.acts.is_empty() {
        let by = if ask.state == Found::Waiting { Actor::Nobody } else { Actor::Author };
        let what = match by {
            Actor::Nobody => waited(),
            _ => Phrase::words("put right what is refused, or close the pull request: ").then(waited()),
        };
        return vec![Act { by, what }];
    }
    let named = |act: &Act| match act.by {
        Actor::Nobody => Act { by: Actor::Nobody, what: waited() },
        _ => act.clone(),
    };
    ask.acts.iter().map(named).collect()
}
