//! Whether a look shows the branches that policies are read from as they were last pushed.
//!
//! GitHub reads branches from copies that may lag behind the events of their pushes, each branch for itself, whatever the
//! pull request's own date. Absent: which push touched a policy. A look is held to all of them, because only the newest
//! commit tells a copy that is up to date.

use std::collections::BTreeSet;

use countersign_domain::account::Oid;
use jiff::{SignedDuration, Timestamp};

use super::read::Asking;
use super::{Pipeline, Result};
use crate::github::{self, BranchTip, Look};
use crate::store::Pushed;

impl Pipeline {
    /// Whether the look is to be taken again, because it shows the base, the default branch or the branch of the
    /// organisation's policy from before a push that was seen. Where that does not end within a minute it is an outage,
    /// until a sweep would have come by since the push: by then the branch may have been moved back without an event.
    pub(super) async fn shows_old_policies(&self, asking: Asking<'_>, look: &Look) -> Result<bool> {
        let Some(pushed_at) = self.push_not_shown(look).await? else { return Ok(false) };
        let patience = SignedDuration::try_from(self.rules.sweep_every).unwrap_or(SignedDuration::MAX);
        if self.store.now().await?.duration_since(pushed_at) >= patience {
            return Ok(false);
        }
        if asking.may_wait() {
            return Ok(true);
        }
        let lag = "it shows a branch from before a push that it told of, and with it former policies";
        Err(github::Error::Outage(lag.to_owned()).into())
    }

    /// When the newest push was received of which one of the branches that policies are read from shows nothing.
    async fn push_not_shown(&self, look: &Look) -> Result<Option<Timestamp>> {
        let repository = &look.repository;
        let base = BranchTip {
            repository: repository.id,
            branch: look.change.base.name.clone(),
            tip: look.change.base.tip.clone(),
        };
        let default = look.default_tip.as_ref().filter(|_| base.branch != repository.default_branch);
        let default = default.map(|tip| BranchTip {
            repository: repository.id,
            branch: repository.default_branch.clone(),
            tip: tip.clone(),
        });
        let tips = [Some(base), default, look.organisation_tip.clone()];
        // No repository has the number 0.
        let branches = tips.each_ref().map(|tip| tip.as_ref().map_or((0, ""), |tip| (tip.repository, &*tip.branch)));
        let pushes = self.store.newest_pushes(branches).await?;
        let behind = tips.iter().zip(&pushes).filter_map(|(tip, pushes)| {
            let newest = pushes.first()?;
            is_behind(&tip.as_ref()?.tip, pushes).then_some(newest.at)
        });
        Ok(behind.max())
    }
}

/// Whether a tip is from before the newest of these pushes, the newest first. A commit that no push names may be of one
/// that was not told of yet: a look may be ahead of the events.
fn is_behind(tip: &Oid, pushes: &[Pushed]) -> bool {
    // Before a push that deleted the branch there was another branch.
    let since_made = pushes.iter().position(|push| push.after.is_none()).unwrap_or(pushes.len());
    let pushes = &pushes[..since_made];
    let named = |push: &Pushed| push.after.as_ref() == Some(tip) || push.before.as_ref() == Some(tip);
    newest(pushes).is_some_and(|newest| newest != tip) && pushes.iter().any(named)
}

/// Where the branch is after all these pushes. Events overtake each other: what was received last may have been followed
/// by what was received before. Where they go round in a circle the one that was received last is taken for the last.
fn newest(pushes: &[Pushed]) -> Option<&Oid> {
    let last = pushes.first()?.after.as_ref()?;
    let (mut at, mut passed) = (last, BTreeSet::new());
    while let Some(next) = pushes.iter().find(|push| push.before.as_ref() == Some(at)) {
        if !passed.insert(at) {
            return Some(last);
        }
        at = next.after.as_ref()?;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tip_is_as_new_as_the_newest_push_that_was_seen() {
        let check = |received: &[(&str, &str)], tip: &str, behind: bool| {
            let commit = |oid: &str| Some(oid).filter(|oid| !oid.is_empty()).map(Oid::new);
            let pushed = |(before, after): &(&str, &str)| Pushed {
                before: commit(before),
                after: commit(after),
                at: Timestamp::UNIX_EPOCH,
            };
            let newest_first: Vec<Pushed> = received.iter().rev().map(pushed).collect();
            assert_eq!(is_behind(&Oid::new(tip), &newest_first), behind, "{tip} after {received:?}");
        };
        check(&[], "a", false);
        let two = [("a", "b"), ("b", "c")];
        check(&two, "a", true);
        check(&two, "b", true);
        check(&two, "c", false);
        // Pushed, and not told of yet.
        check(&two, "d", false);
        // Received the other way round.
        let reversed = [("b", "c"), ("a", "b")];
        check(&reversed, "b", true);
        check(&reversed, "c", false);
        // One of which nothing was heard lies between.
        check(&[("a", "b"), ("c", "d")], "b", true);
        check(&[("a", "b"), ("c", "d")], "d", false);
        // Moved back.
        check(&[("a", "b"), ("b", "a")], "a", false);
        check(&[("a", "b"), ("b", "a")], "b", true);
        // Deleted, and made again at an older commit.
        check(&[("a", "b"), ("b", ""), ("", "a")], "a", false);
        check(&[("a", "b"), ("b", "")], "a", false);
        check(&[("", "a"), ("a", "b")], "a", true);
    }
}
