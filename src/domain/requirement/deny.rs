//! `deny`: refused, with the reason.

use crate::decision::{Act, Actor, RequirementResult, State};
use crate::text::Phrase;

pub(super) fn deny(why: &str) -> RequirementResult {
    let what = Phrase::words("change what the pull request does, so that this rule no longer applies");
    RequirementResult {
        key: "deny",
        state: State::Blocked,
        wanted: Phrase::words("no change like this one"),
        observed: Phrase::default().quote(why),
        acts: vec![Act { by: Actor::Author, what }],
    }
}
