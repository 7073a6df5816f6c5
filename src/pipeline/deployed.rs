//! Whether a change that went in by a model was brought by a deployment that failed.
//!
//! A deployment of the branch that the change went into brings what its commit contains
//! and the last good one to that environment, by the same account, did not. That
//! branch, because a preview of any other contains all that was there before it. That
//! account, because whoever may deploy anything could else hide a failure behind a
//! success of their own. What is found here may only suspend a model. Absent:
//! deployments from before we listened.

use countersign_domain::account::Oid;
use moka::future::Cache;

use super::{Pipeline, Result};
use crate::github::{self, Installation, Look};
use crate::store::FailedDeployment;

/// Whether a head contains a commit, by repository, head and commit. It never changes.
pub(super) type Brought = Cache<(u64, Oid, Oid), bool>;

/// The cache for that, empty.
pub(super) fn brought() -> Brought {
    Cache::builder().max_capacity(50_000).build()
}

impl Pipeline {
    /// A deployment that failed with this change among what it brought; none for what did not go in by a model.
    pub(super) async fn failed_deployment(
        &self,
        github: &Installation,
        look: &Look,
    ) -> Result<Option<FailedDeployment>> {
        let (repository, number) = (look.repository.id, look.change.number);
        let Some((merged_at, commit)) = &look.merged else { return Ok(None) };
        if !self.store.is_of_a_model((repository, number)).await? {
            return Ok(None);
        }
        for failed in self.store.failed_deployments(repository, *merged_at).await? {
            let base = &look.change.base.tip;
            if !self.contains(github, look, base, &failed.head).await?
                || !self.contains(github, look, &failed.head, commit).await?
            {
                continue;
            }
            let good = self.store.good_before(repository, &failed).await?;
            let was_good = match &good {
                Some(good) => self.contains(github, look, good, commit).await?,
                None => false,
            };
            if !was_good {
                return Ok(Some(failed));
            }
        }
        Ok(None)
    }

    async fn contains(&self, github: &Installation, look: &Look, head: &Oid, commit: &Oid) -> Result<bool> {
        if head == commit {
            return Ok(true);
        }
        let key = (look.repository.id, head.clone(), commit.clone());
        if let Some(known) = self.brought.get(&key).await {
            return Ok(known);
        }
        match github.contains(&look.repository.owner, &look.repository.name, head, commit).await {
            Ok(contains) => {
                self.brought.insert(key, contains).await;
                Ok(contains)
            }
            // Nothing is known of what GitHub does not have, or no longer.
            Err(github::Error::NotFound(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
