//! Whatever this version reads and does not enforce: unknown, so that nothing passes in its place.

use crate::decision::{Act, Actor, RequirementResult, State};
use crate::policy::Unenforced;
use crate::text::Phrase;

pub(crate) fn unenforced(part: &Unenforced) -> RequirementResult {
    let named = match &part.id {
        Some(id) => Phrase::default().quote(&part.key).and(" ").quote(id),
        None => Phrase::default().quote(&part.key),
    };
    let what = Phrase::words("remove ").then(named.clone());
    RequirementResult {
        key: "unenforced",
        state: State::Unknown,
        wanted: named,
        observed: Phrase::words("this version of countersign does not enforce ").quote(&part.key).and(" yet"),
        acts: vec![Act {
            by: Actor::PolicyAdmin,
            what: what.and(" from the policy, or wait for a version that enforces it"),
        }],
    }
}
