//! Holding a check. It hangs on a commit that several pull requests may share: whoever writes to it does so alone.

use std::time::{Duration, Instant};

use countersign_domain::account::Oid;
use jiff::SignedDuration;

use super::{Pipeline, Result, patience};
use crate::queue::Work;

/// After which time a row that found the check held comes back.
pub(super) const LANE_WAIT: SignedDuration = SignedDuration::from_millis(250);

/// How often a word that needs no look asks for the check.
const STEP: Duration = Duration::from_millis(50);

/// The name under which a check is held.
pub(super) fn lane(repository: u64, head: &Oid, name: &str) -> String {
    format!("{repository}:{head}:{name}")
}

impl Pipeline {
    /// Holds a check; false while somebody else does.
    pub(super) async fn hold(&self, work: &Work, lane: &str) -> Result<bool> {
        Ok(self.store.hold(lane, &work.claim.holder(), self.rules.lease).await?)
    }

    /// The same, with a little patience.
    pub(super) async fn hold_soon(&self, work: &Work, lane: &str) -> Result<bool> {
        let asked = Instant::now();
        while !self.hold(work, lane).await? {
            if asked.elapsed() >= patience::CHECK {
                return Ok(false);
            }
            tokio::time::sleep(STEP).await;
        }
        Ok(true)
    }

    /// Gives a check back.
    pub(super) async fn let_go(&self, work: &Work, lane: &str) -> Result<()> {
        Ok(self.store.release_lane(lane, &work.claim.holder()).await?)
    }
}
