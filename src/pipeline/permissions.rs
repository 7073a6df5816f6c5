//! What people may do in a repository, where a policy goes by it: asked of GitHub, kept for at most 15 minutes.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::Needs;
use countersign_domain::account::{Account, AccountKind};
use countersign_domain::facts::{Attribution, Commit, Known, Review, ReviewVerdict};
use countersign_domain::policy::Permission;

use super::members::{NotBefore, Recent};
use super::{Pipeline, Result};
use crate::github::{Installation, Look};

/// So many people are asked about; what others may do stays unknown.
const MOST_PEOPLE: usize = 50;

/// What is known of people, by repository.
pub(super) type Permissions = Recent<(u64, Account), Option<Permission>>;

impl Pipeline {
    /// What those may do whose permission the policies go by; of whoever else it is not read.
    pub(super) async fn permissions(
        &self,
        github: &Installation,
        look: &Look,
        needs: &Needs,
        reviews: &Known<Vec<Review>>,
        not_before: NotBefore,
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
        let mut held = BTreeMap::new();
        for account in people.into_iter().take(MOST_PEOPLE) {
            held.insert(account.clone(), self.permission_of(github, look, account, not_before).await?);
        }
        Ok(held)
    }

    /// What somebody may do, by a reading that counts.
    pub(super) async fn permission_of(
        &self,
        github: &Installation,
        look: &Look,
        account: &Account,
        not_before: NotBefore,
    ) -> Result<Known<Option<Permission>>> {
        let (owner, name) = (look.repository.owner.as_str(), look.repository.name.as_str());
        let key = (look.repository.id, account.clone());
        Ok(self.permissions.of(key, not_before, || github.permission(owner, name, account)).await?)
    }
}

/// The accounts that GitHub sees behind a commit.
fn behind(commit: &Commit) -> impl Iterator<Item = &Account> {
    [&commit.author, &commit.committer].into_iter().filter_map(|who| match who {
        Attribution::Account(account) => Some(account),
        Attribution::GitHub | Attribution::Nobody { .. } => None,
    })
}
