//! What ends by time alone: until when a green check may stand that nobody looks at.
//!
//! It is worked out when the check is given, so that at the instant nothing has to be read: GitHub may be down then, or
//! grant no more reads for the rest of an hour. Absent: taking green back, which is the same as for an event.

use countersign_domain::decision::{Decision, Outcome};
use jiff::Timestamp;

use crate::render::check_run;
use crate::store::GreenUntil;

/// So many instants at which time changes something are looked at. It is looked at again at the first of them, where
/// GitHub can be read.
const INSTANTS: usize = 8;

/// Until when the pull request has everything that is asked; `None` where it has not now, or time never changes it.
/// `again_at` decides the same at another instant.
///
/// Of instants beyond those that are looked at it is not known that they leave green alone.
pub(super) fn green_until(decision: &Decision, again_at: impl Fn(Timestamp) -> Decision) -> Option<GreenUntil> {
    if decision.own_outcome != Outcome::Pass {
        return None;
    }
    let mut at = decision.next_instant?;
    for _ in 0..INSTANTS {
        let then = again_at(at);
        if then.own_outcome != Outcome::Pass {
            return Some(GreenUntil { at, then: check_run::title(&then) });
        }
        at = then.next_instant?;
    }
    Some(GreenUntil { at, then: String::new() })
}
