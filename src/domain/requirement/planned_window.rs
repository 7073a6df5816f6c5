//! `[schedule] planned_window`: a change goes in within the window that its own description gives.
//!
//! Who plans a window wants to be held to it; a description without one is held to
//! nothing here. Absent: freezes and windows of the policy (`held`), and collisions with other changes (`collisions`).

use jiff::Timestamp;

use super::fields;
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::record::{Content, Field, FieldId, Value};
use crate::text::Phrase;

/// The field that plans it.
const FIELD: &str = "window";

/// What a planned window comes to for a layer; nothing where the description plans none.
pub(crate) fn planned_window(cx: &Context<'_>, layer: Layer) -> Option<RequirementResult> {
    let id = FieldId::new(FIELD);
    match cx.records.current.field(&id, layer) {
        Field::Absent | Field::None(_) | Field::Unfilled(_) => None,
        Field::Present(answer) => Some(match answer.content {
            Content::Value(Value::Window { start, end }) => between(cx, start, end),
            _ => untold(),
        }),
        Field::Ambiguous(_) | Field::Conflicting(_) => {
            let told = fields::problem(cx, layer, &id).map(|(observed, act)| result(State::Author, observed, act));
            Some(told.unwrap_or_else(untold))
        }
    }
}

/// What is green is taken back a little before the window closes, so that the window counts as over by then.
fn between(cx: &Context<'_>, start: Timestamp, end: Timestamp) -> RequirementResult {
    if cx.changes_at(start) {
        let observed = Phrase::words("the planned window opens at ").instant(start);
        let what = Phrase::words("wait for it, or plan another ").quote(FIELD).and(" in the description");
        return result(State::Waiting, observed, Act { by: Actor::Nobody, what });
    }
    if cx.lasts_until(end) {
        let observed = Phrase::words("the planned window is open until ").instant(end);
        return RequirementResult { acts: Vec::new(), ..result(State::Satisfied, observed, plan_anew()) };
    }
    let open = cx.changes_at(end);
    let words = if open { "the planned window is about to close, at " } else { "the planned window ended at " };
    result(State::Author, Phrase::words(words).instant(end), plan_anew())
}

/// Answered, and not with a window.
fn untold() -> RequirementResult {
    let observed = Phrase::quote(Phrase::default(), FIELD).and(" is answered, and not with a start and an end");
    result(State::Author, observed, plan_anew())
}

fn plan_anew() -> Act {
    let what = Phrase::words("plan a new ").quote(FIELD).and(" in the description, or take it out");
    Act { by: Actor::Author, what }
}

fn result(state: State, observed: Phrase, act: Act) -> RequirementResult {
    let wanted = Phrase::words("a merge within the window that the description plans");
    RequirementResult { key: "planned_window", state, wanted, observed, acts: vec![act] }
}
