//! `[[window]]`: the times at which changes may go in.
//!
//! Every window that speaks about a change has to be open. Green is taken back before
//! one closes, and comes when it opens.

use super::held::{Held, asked, told, wait};
use crate::calendar::Now;
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::Context;
use crate::policy::Hold;
use crate::text::Phrase;

/// What a window that may speak about the change comes to.
pub(super) fn window(cx: &Context<'_>, hold: &Hold, now: Now) -> Held {
    let named = || Phrase::words("the window ").quote(&hold.id);
    if !now.on {
        let observed = match now.changes.filter(|start| cx.changes_at(*start)) {
            Some(start) => named().and(" opens at ").then(told(hold, start)),
            None => {
                now.looked_until.map(|until| cx.changes_at(until));
                return Held { holds: true, result: never(cx, hold, named().and(" does not open again")) };
            }
        };
        return Held {
            holds: true,
            result: result(cx, hold, State::Waiting, observed, vec![wait("wait until it opens")]),
        };
    }
    let Some(end) = now.changes else {
        return Held { holds: false, result: result(cx, hold, State::Satisfied, named().and(" is open"), Vec::new()) };
    };
    if cx.lasts_until(end) {
        let observed = named().and(" is open until ").then(told(hold, end));
        return Held { holds: false, result: result(cx, hold, State::Satisfied, observed, Vec::new()) };
    }
    cx.changes_at(end);
    let observed = named().and(" is about to close, at ").then(told(hold, end));
    Held { holds: true, result: result(cx, hold, State::Waiting, observed, vec![wait("wait until it opens again")]) }
}

fn never(cx: &Context<'_>, hold: &Hold, observed: Phrase) -> RequirementResult {
    let what = Phrase::words("give the window ").quote(&hold.id).and(" times that are still to come, or take it out");
    result(cx, hold, State::Waiting, observed, vec![Act { by: Actor::PolicyAdmin, what }])
}

fn result(cx: &Context<'_>, hold: &Hold, state: State, observed: Phrase, acts: Vec<Act>) -> RequirementResult {
    let wanted = Phrase::words(asked(cx)).and(" within the window ").quote(&hold.id);
    RequirementResult { key: hold.kind.name(), state, wanted, observed, acts }
}
