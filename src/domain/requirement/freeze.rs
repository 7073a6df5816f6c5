//! `[[freeze]]`: a time in which changes wait.
//!
//! Green is taken back before it begins, and comes back at its end. Absent: letting one
//! change through by command (`evaluate::waived`).

use super::held::{Held, asked, told, wait};
use crate::calendar::Now;
use crate::decision::{RequirementResult, State};
use crate::evaluate::Context;
use crate::policy::Hold;
use crate::text::Phrase;

/// What a freeze that may speak about the change comes to.
pub(super) fn freeze(cx: &Context<'_>, hold: &Hold, now: Now) -> Held {
    let named = |words: &str| Phrase::words(words).quote(&hold.id);
    if now.on {
        let observed = match now.changes.filter(|end| cx.changes_at(*end)) {
            Some(end) => named("frozen by ").and(" until ").then(told(hold, end)),
            None => named("frozen by ").and(", and no end of it is in sight"),
        };
        return Held { holds: true, result: result(cx, hold, State::Waiting, observed) };
    }
    let Some(start) = now.changes else {
        now.looked_until.map(|until| cx.changes_at(until));
        return Held { holds: false, result: result(cx, hold, State::Satisfied, named("the freeze ").and(" is over")) };
    };
    if cx.lasts_until(start) {
        let observed = named("the freeze ").and(" begins at ").then(told(hold, start));
        return Held { holds: false, result: result(cx, hold, State::Satisfied, observed) };
    }
    cx.changes_at(start);
    let observed = named("closing for ").and(" at ").then(told(hold, start));
    Held { holds: true, result: result(cx, hold, State::Waiting, observed) }
}

fn result(cx: &Context<'_>, hold: &Hold, state: State, observed: Phrase) -> RequirementResult {
    let wanted = Phrase::words(asked(cx)).and(" outside the freeze ").quote(&hold.id);
    let acts = if state == State::Waiting { vec![wait("wait until it is over")] } else { Vec::new() };
    RequirementResult { key: hold.kind.name(), state, wanted, observed, acts }
}
