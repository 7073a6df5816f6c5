//! A check run that waits for weeks: GitHub makes one that is not concluded stale after 14 days, so ours is written
//! anew the day before, on pull requests and on merge groups.

use countersign_domain::plan::{Answer, RunStatus};
use jiff::{SignedDuration, Timestamp};

use crate::github::Look;
use crate::store::ShownRunIds;

/// So long after it was written an unfinished run is looked at, to be written anew.
const LOOKED_AT_AFTER: SignedDuration = SignedDuration::from_hours(13 * 24);
/// A run of this age is written anew: a little less than the above, because the look is due by the instant that the
/// last decision was made for, and the run was written after that.
const TOO_OLD_AFTER: SignedDuration = SignedDuration::from_hours(13 * 24 - 1);

/// Whether a run that is to be of that status, and has stood since then, is too old to be left as it is.
pub(super) fn is_too_old(status: RunStatus, since: Option<Timestamp>, now: Timestamp) -> bool {
    status == RunStatus::InProgress && since.is_some_and(|since| now.duration_since(since) >= TOO_OLD_AFTER)
}

/// When a run of that status, which has stood since then, has to be looked at for its age: `None` where it is concluded.
pub(super) fn looked_at(status: RunStatus, since: Timestamp) -> Option<Timestamp> {
    (status == RunStatus::InProgress).then(|| since.checked_add(LOOKED_AT_AFTER).ok())?
}

/// Whether the run that is there would go stale, and is to be followed by a new one that is unfinished as well. One that
/// is concluded now is edited in place as always.
pub(super) fn would_go_stale(look: &Look, there: Option<&ShownRunIds>, answer: &Answer, now: Timestamp) -> bool {
    let since = there.and_then(|run| since(look, run));
    answer.run.as_ref().is_some_and(|run| is_too_old(run.status, since, now))
}

/// [`looked_at`] for the run that is shown now.
pub(super) fn anew_at(look: &Look, shown: Option<&ShownRunIds>, now: Timestamp) -> Option<Timestamp> {
    // What the look does not show was written after it.
    shown.and_then(|run| looked_at(run.status, since(look, run).unwrap_or(now)))
}

/// Since when the run stands, by the look.
fn since(look: &Look, run: &ShownRunIds) -> Option<Timestamp> {
    look.own_runs.iter().find(|own| own.id == run.id)?.started_at
}
