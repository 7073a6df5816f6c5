//! The next time at which a change of that length meets nothing, within bounded time ahead.

use jiff::{SignedDuration, Timestamp};

use crate::policy::{Hold, HoldKind};
use crate::requirement::held::Standing;

/// So far ahead is looked, in days.
pub(super) const DAYS: i64 = 90;

/// So many stretches of each freeze and window are looked at.
const STRETCHES: usize = 2_000;

/// From one instant to another.
type Stretch = (Timestamp, Timestamp);

/// The first slot as long as the window that begins no sooner than `from`, outside all freezes, within all windows and
/// beside all that is `busy`. `None` where none begins within [`DAYS`].
pub(super) fn next_free(
    holds: &[(&Hold, Standing<'_>)],
    busy: &[Stretch],
    window: Stretch,
    from: Timestamp,
) -> Option<Stretch> {
    let length = window.1.duration_since(window.0);
    let last = from.checked_add(SignedDuration::from_hours(24 * DAYS)).ok()?;
    let until = last.checked_add(length).ok()?;
    let mut taken: Vec<Stretch> = busy.to_vec();
    for (hold, standing) in holds {
        let on = standing.stretches((from, until), STRETCHES);
        match hold.kind {
            HoldKind::Freeze => taken.extend(on),
            HoldKind::Window => taken.extend(between(&on, (from, until))),
        }
    }
    taken.sort_unstable();
    let mut start = from;
    for (begins, ends) in taken {
        if begins < start.checked_add(length).ok()? && start < ends {
            start = ends;
        }
    }
    if start > last { None } else { Some((start, start.checked_add(length).ok()?)) }
}

/// What of a stretch lies outside of others, which come in the order of their starts.
fn between(others: &[Stretch], (from, until): Stretch) -> Vec<Stretch> {
    let (mut outside, mut here) = (Vec::new(), from);
    for (start, end) in others {
        if here < *start {
            outside.push((here, *start));
        }
        here = here.max(*end);
    }
    if here < until {
        outside.push((here, until));
    }
    outside
}
