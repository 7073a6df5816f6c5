//! Who owns the touched files: the file CODEOWNERS at the base, and those of its owners whom a decision hangs on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_domain::Needs;
use countersign_domain::account::{Oid, TeamName};
use countersign_domain::codeowners::{Owner, touched};
use countersign_domain::facts::{CodeownersFile, File, Known, NOT_ASKED};
use moka::future::Cache;

use super::members::NotBefore;
use super::{Pipeline, Result};
use crate::github::{Installation, Look};

/// How many bytes of CODEOWNERS are remembered.
const MOST_BYTES: u64 = 4 << 20;

/// More owners of one change are not looked up: what is not read is unknown.
const MOST_OWNERS: usize = 100;

/// The file at a commit of a repository. It never changes.
pub(super) type Files = Cache<(u64, Oid), Arc<Option<CodeownersFile>>>;

/// The cache for that, empty.
pub(super) fn files() -> Files {
    let weight = |_: &(u64, Oid), file: &Arc<Option<CodeownersFile>>| {
        let bytes = file.as_ref().as_ref().map_or(0, |file| file.text.len());
        u32::try_from(bytes).unwrap_or(u32::MAX).saturating_add(200)
    };
    Cache::builder().weigher(weight).max_capacity(MOST_BYTES).build()
}

/// The file, and those whom it makes owners of what is touched.
pub(super) struct Owners {
    pub(super) file: Known<Option<CodeownersFile>>,
    pub(super) teams: BTreeSet<TeamName>,
    pub(super) logins: BTreeSet<String>,
}

impl Pipeline {
    /// Whom the policies ask as owners of the changed files; nobody where no policy asks owners.
    pub(super) async fn owners(
        &self,
        github: &Installation,
        look: &Look,
        needs: &Needs,
        files: &Known<Vec<File>>,
    ) -> Result<Owners> {
        let nobody = |file| Owners { file, teams: BTreeSet::new(), logins: BTreeSet::new() };
        if !needs.codeowners {
            return Ok(nobody(Known::unknown(NOT_ASKED)));
        }
        let mut owners = nobody(self.codeowners(github, look).await?);
        if let (Known::Known(Some(file)), Known::Known(files)) = (&owners.file, files)
            && let Known::Known(touched) = touched(Some(&file.text), files)
        {
            let all: BTreeSet<Owner> = touched.groups.into_iter().flat_map(|group| group.owners).collect();
            for owner in all.into_iter().take(MOST_OWNERS) {
                match owner {
                    Owner::Team(team) => _ = owners.teams.insert(team),
                    Owner::User(login) => _ = owners.logins.insert(login),
                    // GitHub tells nobody whose an address is.
                    Owner::Email(_) => {}
                }
            }
        }
        Ok(owners)
    }

    async fn codeowners(&self, github: &Installation, look: &Look) -> Result<Known<Option<CodeownersFile>>> {
        let (repository, base) = (&look.repository, &look.change.base.tip);
        let key = (repository.id, base.clone());
        if let Some(file) = self.codeowners.get(&key).await {
            return Ok(Known::Known(file.as_ref().clone()));
        }
        let read = github.codeowners(&repository.owner, &repository.name, base).await?;
        if let Known::Known(file) = &read {
            self.codeowners.insert(key, Arc::new(file.clone())).await;
        }
        Ok(read)
    }

    /// Which of the teams GitHub takes for owners in the repository.
    pub(super) async fn owning_teams(
        &self,
        github: &Installation,
        look: &Look,
        teams: &BTreeSet<TeamName>,
        not_before: NotBefore,
    ) -> Result<BTreeMap<TeamName, Known<bool>>> {
        let here = (look.repository.name.as_str(), look.repository.id);
        let mut owning = BTreeMap::new();
        for team in teams {
            let key = (here.1, team.clone());
            let is_owning = self.owning.of(key, not_before, || github.is_owning(team, here)).await?;
            owning.insert(team.clone(), is_owning);
        }
        Ok(owning)
    }
}
