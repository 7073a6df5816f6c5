//! `signed`: every commit bears a signature that GitHub verified.

use crate::condition::{Truth, every_commit_is_signed};
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::Context;
use crate::text::Phrase;

pub(super) fn signed(cx: &Context<'_>) -> RequirementResult {
    let finding = every_commit_is_signed(cx);
    let (state, acts) = match finding.truth {
        Truth::Holds => (State::Satisfied, Vec::new()),
        Truth::DoesNot => {
            let what = "sign every commit with a key that GitHub knows as its committer's, and push the branch again";
            (State::Author, vec![Act { by: Actor::Author, what: Phrase::words(what) }])
        }
        Truth::Unknown => (State::Unknown, vec![super::approvals::look_again()]),
    };
    let wanted = Phrase::words("a signature that GitHub verified on every commit");
    RequirementResult { key: "signed", state, wanted, observed: finding.observed, acts }
}
