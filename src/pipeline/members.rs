//! The members of teams: asked of GitHub, kept for at most 15 minutes, read again after a membership event.

use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_domain::account::{Account, TeamName};
use countersign_domain::facts::Known;
use jiff::{SignedDuration, Timestamp};
use moka::future::Cache;

use crate::github::{Error, Installation};

/// The oldest that a membership may be when it is decided by.
pub(super) const MOST_AGE: SignedDuration = SignedDuration::from_mins(15);

/// What is known of teams, shared by all workers of a process.
#[derive(Clone)]
pub(super) struct Members {
    teams: Cache<(u64, TeamName), Arc<Team>>,
}

struct Team {
    members: Known<BTreeSet<Account>>,
    read_at: Timestamp,
}

impl Members {
    pub(super) fn new() -> Self {
        Self { teams: Cache::builder().max_capacity(10_000).build() }
    }

    /// The team's members, read after `since` and at most 15 minutes ago. One request however many ask.
    pub(super) async fn of(
        &self,
        github: &Installation,
        team: &TeamName,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Known<BTreeSet<Account>>, Error> {
        let key = (github.id(), team.clone());
        let oldest = since.map_or(now - MOST_AGE, |since| since.max(now - MOST_AGE));
        if self.teams.get(&key).await.is_some_and(|team| team.read_at < oldest || team.members.known().is_none()) {
            self.teams.invalidate(&key).await;
        }
        let read = async {
            let members = github.team_members(team).await?;
            Ok::<_, Error>(Arc::new(Team { members, read_at: now }))
        };
        let team = self.teams.try_get_with(key, read).await.map_err(|error: Arc<Error>| (*error).clone())?;
        Ok(team.members.clone())
    }
}
