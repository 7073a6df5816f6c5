//! A check or status with our name that is not ours: it blocks, whatever the rules say.
//!
//! GitHub shows a check by its name. Somebody who can push can set a status called
//! `countersign` to green; where the rule that requires the check takes it from
//! anybody, that merges.

use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::{Context, is_our_name};
use crate::facts::{Check, CheckMaker, Known};
use crate::text::Phrase;

/// What there is to say of checks with our name; nothing where all of them are ours.
pub(crate) fn forged(cx: &Context<'_>, check_name: &str) -> Option<RequirementResult> {
    let wanted = Phrase::words("no check called ").quote(check_name).and(" by anybody but countersign");
    let result = |state, observed, act| {
        Some(RequirementResult { key: "forged-check", state, wanted: wanted.clone(), observed, acts: vec![act] })
    };
    let checks = match &cx.facts.checks {
        Known::Known(checks) => checks,
        Known::Unknown(why) => {
            let observed = Phrase::words("the checks could not be read: ").quote(why);
            return result(State::Unknown, observed, super::approvals::look_again());
        }
    };
    let forged = checks.iter().find(|check| is_named_ours(check, check_name) && !is_ours(cx, check))?;
    let observed = Phrase::words("there is a check called ").quote(&forged.name).and(" by ").then(maker(&forged.maker));
    let what = Phrase::words("find out who made it, stop that, and push a new commit: a check cannot be taken off one");
    result(State::Blocked, observed, Act { by: Actor::Administrator, what })
}

/// Whether a check is a run of our own App.
pub(crate) fn is_ours(cx: &Context<'_>, check: &Check) -> bool {
    matches!(check.maker, CheckMaker::App { id, .. } if id == cx.facts.app_id)
}

/// Whether a check bears a name of ours.
pub(crate) fn is_named_ours(check: &Check, check_name: &str) -> bool {
    check.name == check_name || is_our_name(&check.name)
}

fn maker(maker: &CheckMaker) -> Phrase {
    match maker {
        CheckMaker::App { slug, .. } => Phrase::words("the GitHub App ").quote(slug),
        CheckMaker::Creator(Some(account)) => Phrase::default().person(account),
        CheckMaker::Creator(None) => Phrase::words("an account that is gone"),
    }
}
