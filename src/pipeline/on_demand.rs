//! Facts that only some policies ask for, each read only where a decision hangs on it.

use std::collections::BTreeSet;

use countersign_domain::account::Oid;
use countersign_domain::facts::{File, Known};
use moka::future::Cache;

use super::{Pipeline, Result};
use crate::github::{Installation, Look};

/// Which files two commits leave special, by repository, base and head. It never changes.
pub(super) type SpecialFiles = Cache<(u64, Oid, Oid), BTreeSet<String>>;

/// The cache for that, empty.
pub(super) fn special_files() -> SpecialFiles {
    Cache::builder().max_capacity(10_000).build()
}

impl Pipeline {
    /// The changed files that are no regular ones, or whose mode changes.
    pub(super) async fn special_files(
        &self,
        github: &Installation,
        look: &Look,
        files: &Known<Vec<File>>,
    ) -> Result<Known<BTreeSet<String>>> {
        let files = match files {
            Known::Known(files) => files,
            Known::Unknown(why) => return Ok(Known::Unknown(why.clone())),
        };
        let (repository, base, head) = (&look.repository, &look.change.base.tip, &look.change.head.tip);
        let key = (repository.id, base.clone(), head.clone());
        if let Some(special) = self.special_files.get(&key).await {
            return Ok(Known::Known(special));
        }
        let read = github.special_files((&repository.owner, &repository.name), (base, head), files).await?;
        if let Known::Known(special) = &read {
            self.special_files.insert(key, special.clone()).await;
        }
        Ok(read)
    }
}
