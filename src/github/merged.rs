//! Pull requests that went in, listed: the rest of each is a look's.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::client::Installation;
use super::error::Result;

const QUERY: &str = include_str!("merged_pulls.graphql");

/// A pull request that went in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedPull {
    /// Its number.
    pub number: u64,
    /// When it went in.
    pub merged_at: Timestamp,
    /// When anything of it changed last.
    pub updated_at: Timestamp,
    /// Its description; empty where it was not asked for.
    pub body: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pull {
    number: u64,
    updated_at: Timestamp,
    merged_at: Option<Timestamp>,
    #[serde(default)]
    body: String,
}

impl Installation {
    /// A page of the pull requests that went in, the last changed first, and the cursor of the next page.
    ///
    /// What changes while pages are read moves to the front, where no later page shows it.
    ///
    /// # Errors
    /// [`Error::NotFound`](super::Error::NotFound) where there is no such repository, or it may not be seen.
    pub async fn merged_pulls(
        &self,
        repository: (&str, &str),
        after: Option<&str>,
        bodies: bool,
    ) -> Result<(Vec<MergedPull>, Option<String>)> {
        let variables = json!({ "after": after, "bodies": bodies });
        let (pulls, next) = self.page_of_pulls::<Pull>(repository, (QUERY, "MergedPulls"), variables).await?;
        let merged = |pull: Pull| {
            let Pull { number, updated_at, merged_at, body } = pull;
            Some(MergedPull { number, merged_at: merged_at?, updated_at, body })
        };
        Ok((pulls.into_iter().filter_map(merged).collect(), next))
    }

    /// Every pull request that went in at that instant or later, in the order of their numbers.
    ///
    /// What changed since the list was begun is looked for once more at its front, so that none is missed.
    ///
    /// # Errors
    /// Those of [`Installation::merged_pulls`].
    pub async fn merged_since(&self, repository: (&str, &str), since: Timestamp) -> Result<Vec<MergedPull>> {
        let begun = self.github().clock().now();
        let mut all = std::collections::BTreeMap::new();
        // Nothing went in later than it changed last.
        for until in [since, begun.max(since)] {
            let mut after: Option<String> = None;
            loop {
                let (pulls, next) = self.merged_pulls(repository, after.as_deref(), false).await?;
                let is_over = pulls.last().is_none_or(|last| last.updated_at < until);
                all.extend(pulls.into_iter().map(|pull| (pull.number, pull)));
                match next.filter(|_| !is_over) {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
        }
        all.retain(|_, pull: &mut MergedPull| pull.merged_at >= since);
        Ok(all.into_values().collect())
    }
}
