//! `resolved_threads`: every review thread is resolved, by somebody independent.
//!
//! Independence is that of the layer's approvals: an author must not wave questions
//! away. Absent: whether what was asked for was done; whoever resolves a thread
//! answers for that.

use super::approvals::independence::is_independent;
use super::approvals::look_again;
use crate::account::Account;
use crate::condition::{Finding, Truth};
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::Context;
use crate::facts::{Known, Thread, ThreadState};
use crate::layer::Layer;
use crate::policy::{ApprovalSettings, EffectiveApproval};
use crate::text::Phrase;

/// So many threads are named; the rest are counted.
const NAMED: usize = 3;

pub(super) fn resolved_threads(cx: &Context<'_>, layer: Layer) -> RequirementResult {
    let result = |state, observed, acts| RequirementResult {
        key: "resolved_threads",
        state,
        wanted: Phrase::words("every review thread resolved by somebody who took no part in the change"),
        observed,
        acts,
    };
    let threads = match &cx.facts.asked.threads {
        Known::Known(threads) => threads,
        Known::Unknown(why) => {
            let unread = Finding::unread("the review threads", why);
            return result(State::Unknown, unread.observed, vec![look_again()]);
        }
    };
    let settings = cx.policies.approval_for(layer, &ApprovalSettings::default());
    let judged: Vec<Finding> = threads.iter().map(|thread| is_resolved(cx, &settings, thread)).collect();
    let open: Vec<&Finding> = judged.iter().filter(|finding| finding.is_not()).collect();
    let doubts: Vec<&Finding> = judged.iter().filter(|finding| finding.is_unknown()).collect();
    match (doubts.first(), open.len()) {
        (Some(doubt), _) => {
            let acts = if doubt.acts.is_empty() { vec![look_again()] } else { doubt.acts.clone() };
            result(State::Unknown, listed(&doubts), acts)
        }
        (None, 0) if threads.is_empty() => {
            result(State::Satisfied, Phrase::words("there is no review thread"), Vec::new())
        }
        (None, 0) => result(State::Satisfied, Phrase::words(all(threads.len())), Vec::new()),
        (None, count) => {
            let observed = Phrase::words(format!("{count} of {}: ", counted(threads.len()))).then(listed(&open));
            let what = "resolve the review threads that are open, or say there what is missing";
            result(State::Waiting, observed, vec![Act { by: Actor::Bystander, what: Phrase::words(what) }])
        }
    }
}

fn is_resolved(cx: &Context<'_>, settings: &EffectiveApproval, thread: &Thread) -> Finding {
    let place = |words: &str| Phrase::words(words).quote(&thread.path);
    match &thread.state {
        ThreadState::Open => Finding::does_not(place("the one in ").and(" is open")),
        // Opened and resolved again it is somebody's: not an unknown that holds the change for ever.
        ThreadState::Resolved { by: None } => {
            Finding::does_not(place("nobody knows who resolved the one in ").and(", so it has to be resolved again"))
        }
        ThreadState::Resolved { by: Some(person) } => by_somebody_independent(cx, settings, person, thread),
    }
}

fn by_somebody_independent(
    cx: &Context<'_>,
    settings: &EffectiveApproval,
    person: &Account,
    thread: &Thread,
) -> Finding {
    let mut independent = is_independent(cx, settings, person);
    if independent.truth != Truth::Holds {
        let resolved = Phrase::default().person(person).and(" resolved the one in ").quote(&thread.path);
        independent.observed = resolved.and(": ").then(independent.observed);
    }
    independent
}

fn listed(findings: &[&Finding]) -> Phrase {
    let mut said: Vec<Phrase> = Vec::new();
    for finding in findings {
        if !said.contains(&finding.observed) {
            said.push(finding.observed.clone());
        }
    }
    let more = said.len().saturating_sub(NAMED);
    said.truncate(NAMED);
    let listed = Phrase::join(said, "; ");
    if more > 0 { listed.and(format!("; and {more} more")) } else { listed }
}

fn counted(threads: usize) -> String {
    if threads == 1 { "1 review thread".to_owned() } else { format!("{threads} review threads") }
}

fn all(threads: usize) -> String {
    if threads == 1 {
        "the review thread is resolved".to_owned()
    } else {
        format!("all {threads} review threads are resolved")
    }
}
