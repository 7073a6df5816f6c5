//! A condition that this version reads and does not enforce: unknown, whatever it may say.

use super::Finding;
use crate::decision::{Act, Actor};
use crate::policy::Unenforced;
use crate::text::Phrase;

pub(super) fn unenforced(part: &Unenforced) -> Finding {
    let why = Phrase::words("this version of countersign does not enforce ").quote(&part.key).and(" yet");
    let what =
        Phrase::words("remove ").quote(&part.key).and(" from the policy, or wait for a version that enforces it");
    Finding::unknown(why).act(Act { by: Actor::PolicyAdmin, what })
}
