//! Requirements: what a rule asks, and what was found. One file per requirement, named as policies name it.
//!
//! Each ends in one state, with what was wanted, what was observed, and the
//! smallest acts that would satisfy it. Absent: what results come to together
//! (`evaluate`).

pub(crate) mod acknowledge;
mod allow;
pub(crate) mod approvals;
pub(crate) mod changes_requested;
pub(crate) mod checks;
pub(crate) mod collisions;
mod deny;
mod deployments;
mod elapsed;
pub(crate) mod fields;
pub(crate) mod forged;
mod found;
mod freeze;
pub(crate) mod held;
mod notice;
pub(crate) mod on_hold;
pub(crate) mod planned_window;
mod resolved_threads;
mod signed;
mod soak;
pub(crate) mod unenforced;
mod window;

pub(crate) use approvals::membership;

use crate::condition::Finding;
use crate::decision::{RequirementResult, State};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::Requirement;
use crate::text::Phrase;

/// What a rule that applies asks, and what was found.
///
/// `read`: whether somebody who may has read the change, for results that the change itself could forge.
pub(crate) fn judge(
    cx: &Context<'_>,
    layer: Layer,
    requirement: &Requirement,
    read: &Finding,
    notices: &mut Vec<Phrase>,
) -> RequirementResult {
    match requirement {
        Requirement::Approvals(entries) => approvals::approvals(cx, layer, entries, notices),
        Requirement::Checks(wanted) => checks::checks(cx, wanted, read),
        Requirement::Deployments(wanted) => deployments::deployments(cx, layer, wanted, read),
        Requirement::Fields(fields) => fields::fields(cx, layer, fields),
        Requirement::Signed => signed::signed(cx),
        Requirement::ResolvedThreads => resolved_threads::resolved_threads(cx, layer),
        Requirement::Soak(length) => soak::soak(cx, length),
        Requirement::Notice(length) => notice::notice(cx, layer, length),
        Requirement::Acknowledge(from) => acknowledge::acknowledge(cx, layer, from),
        Requirement::Deny(why) => deny::deny(why),
        Requirement::Allow(why) => allow::allow(why),
        Requirement::Unenforced(part) => unenforced::unenforced(part),
    }
}

/// A requirement of a rule that does not speak about the change, or of which that is unknown.
pub(crate) fn unasked(requirement: &Requirement, when: &Finding) -> RequirementResult {
    let (state, words) = if when.is_unknown() {
        (State::Unknown, "it is not known whether this rule applies: ")
    } else {
        (State::NotApplicable, "this rule does not apply: ")
    };
    let observed = Phrase::words(words).then(when.observed.clone());
    let acts = match state {
        State::Unknown if when.acts.is_empty() => vec![approvals::look_again()],
        State::Unknown => when.acts.clone(),
        _ => Vec::new(),
    };
    RequirementResult { key: key(requirement), state, wanted: Phrase::words(key(requirement)), observed, acts }
}

/// The requirement's key in policies.
fn key(requirement: &Requirement) -> &'static str {
    match requirement {
        Requirement::Approvals(_) => "approvals",
        Requirement::Checks(_) => "checks",
        Requirement::Deployments(_) => "deployments",
        Requirement::Fields(_) => "fields",
        Requirement::Signed => "signed",
        Requirement::ResolvedThreads => "resolved_threads",
        Requirement::Soak(_) => "soak",
        Requirement::Notice(_) => "notice",
        Requirement::Acknowledge(_) => "acknowledge",
        Requirement::Deny(_) => "deny",
        Requirement::Allow(_) => "allow",
        Requirement::Unenforced(_) => "unenforced",
    }
}
