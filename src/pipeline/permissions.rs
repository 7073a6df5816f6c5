//! What people may do in a repository, where a policy goes by it: asked of GitHub, kept for at most 15 minutes.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::Needs;
use countersign_domain::account::{Account, AccountKind};
use countersign_domain::facts::{Attribution, Commit, Known, Review, ReviewVerdict};
use countersign_domain::policy::Permission;
use jiff::Timestamp;
use moka::future::Cache;

use super::members::MOST_AGE;
use super::{Pipeline, Result};
use crate::github::{Installation, Look};

/// So many people are asked about; what others may do stays unknown.
const MOST_PEOPLE: usize = 50;

/// What was found, and when.
type Held = (Known<Option<Permission>>, Timestamp);

/// What is known of people, by repository.
pub(super) type Permissions = Cache<(u64, Account), Held>;

/// The cache for that, empty.
pub(super) fn permissions() -> Permissions {
    Cache::builder().max_capacity(10_000).build()
}

impl Pipeline {
    /// What those may do whose permission the policies go by; of whoever else it is not read.
    pub(super) async fn permissions(
        &self,
        github: &Installation,
        look: &Look,
        needs: &Needs,
        reviews: &Known<Vec<Review>>,
        since: Option<Timestamp>,
    ) -> Result<BTreeMap<Account, Known<Option<Permission>>>> {
        let mut people = BTreeSet::new();
        if needs.permissions {
            let speaks = |review: &&Review| !matches!(review.verdict, ReviewVerdict::Dismissed { .. });
            people.extend(
                reviews.known().into_iter().flatten().filter(speaks).filter_map(|review| review.author.as_ref()),
            );
        }
        if needs.author_permissions {
            people.extend(&look.change.author);
            people.extend(look.commits.known().into_iter().flatten().flat_map(behind));
        }
        people.retain(|account| account.kind == AccountKind::User);
        let now = self.clock.now();
        let oldest = since.map_or(now - MOST_AGE, |since| since.max(now - MOST_AGE));
        let mut held = BTreeMap::new();
        for account in people.into_iter().take(MOST_PEOPLE) {
            let key = (look.repository.id, account.clone());
            let fresh = self.permissions.get(&key).await.filter(|(found, at)| *at >= oldest && found.known().is_some());
            let found = match fresh {
                Some((found, _)) => found,
                None => {
                    let found = github.permission(&look.repository.owner, &look.repository.name, account).await?;
                    self.permissions.insert(key, (found.clone(), now)).await;
                    found
                }
            };
            held.insert(account.clone(), found);
        }
        Ok(held)
    }
}

/// The accounts that GitHub sees behind a commit.
fn behind(commit: &Commit) -> impl Iterator<Item = &Account> {
    [&commit.author, &commit.committer].into_iter().filter_map(|who| match who {
        Attribution::Account(account) => Some(account),
        Attribution::GitHub | Attribution::Nobody { .. } => None,
    })
}
