//! What `soak` and `notice` share: so long since an instant.
//!
//! What was long enough once stays so while nothing starts it anew, so that nothing here is taken back before its end.

use jiff::Timestamp;

use super::approvals;
use super::held::wait;
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::Context;
use crate::facts::Known;
use crate::policy::Length;
use crate::text::Phrase;

/// How a requirement stands: `since` is when it began, or why that is not known; `told` is what began then.
pub(super) fn elapsed(
    cx: &Context<'_>,
    (key, wanted): (&'static str, Phrase),
    length: &Length,
    (since, told): (Known<Timestamp>, Phrase),
) -> RequirementResult {
    let result = |state, observed, acts: Vec<Act>| RequirementResult { key, state, wanted, observed, acts };
    let since = match since {
        Known::Known(since) => since,
        Known::Unknown(why) => {
            let observed = Phrase::words("since when is not known: ").quote(why);
            return result(State::Unknown, observed, vec![approvals::look_again()]);
        }
    };
    let said = told.and(" ").instant(since);
    match length.after(since) {
        Some(end) if cx.changes_at(end) => {
            let observed = said.and(", which is long enough at ").instant(end);
            result(State::Waiting, observed, vec![wait("wait until then")])
        }
        Some(end) => result(State::Satisfied, said.and(", which is long enough since ").instant(end), Vec::new()),
        None => {
            let what = Phrase::words("ask for less than ").quote(length.to_string());
            let acts = vec![Act { by: Actor::PolicyAdmin, what }];
            result(State::Waiting, said.and(", and the end lies beyond the calendar"), acts)
        }
    }
}

/// What facts say where no policy asked for what was received.
pub(super) fn not_told<T>() -> Known<T> {
    Known::unknown("nothing says when it was received")
}
