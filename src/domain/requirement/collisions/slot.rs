//! The next time at which a change of that length meets nothing: looked for in counted steps, and not for ever.

use jiff::{SignedDuration, Timestamp};

use crate::calendar::Now;
use crate::policy::{Hold, HoldKind};
use crate::requirement::held::Standing;

/// So far ahead is looked, in days.
pub(super) const DAYS: i64 = 90;

/// So many times is a place tried; each moves on to the end of whatever is in the way.
const STEPS: usize = 2_000;

/// The first slot as long as the window that begins no sooner than `from`, outside all freezes, within all windows and
/// beside all that is `busy`. `None` where none begins within [`DAYS`].
pub(super) fn next_free(
    holds: &[(&Hold, Standing<'_>)],
    busy: &[(Timestamp, Timestamp)],
    window: (Timestamp, Timestamp),
    from: Timestamp,
) -> Option<(Timestamp, Timestamp)> {
    let length = window.1.duration_since(window.0);
    let last = from.checked_add(SignedDuration::from_hours(24 * DAYS)).ok()?;
    let mut start = from;
    for _ in 0..STEPS {
        if start > last {
            return None;
        }
        let end = start.checked_add(length).ok()?;
        let later = |at: &Timestamp| *at > start;
        let moved = holds
            .iter()
            .map(|(hold, standing)| after(hold.kind, standing.at(start), end))
            .find(|found| *found != Free::Yes);
        start = match moved {
            Some(Free::After(at)) if later(&at) => at,
            Some(_) => return None,
            None => match busy.iter().find(|(begins, ends)| *begins < end && start < *ends) {
                Some((_, ends)) => *ends,
                None => return Some((start, end)),
            },
        };
    }
    None
}

/// Whether a freeze or window leaves a stretch free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Free {
    Yes,
    /// Not before that.
    After(Timestamp),
    /// Never, as far as can be seen.
    No,
}

fn after(kind: HoldKind, now: Now, end: Timestamp) -> Free {
    let changes = now.changes.map_or(Free::No, Free::After);
    match (kind, now.on) {
        (HoldKind::Freeze, true) | (HoldKind::Window, false) => changes,
        // It has to be over before it begins; what changes next is on the way there.
        (HoldKind::Freeze, false) | (HoldKind::Window, true) => {
            if now.changes.is_some_and(|at| at < end) {
                changes
            } else {
                Free::Yes
            }
        }
    }
}
