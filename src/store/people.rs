//! What was found of people when it was first looked for, and whom events showed setting bots to work.
//!
//! Absent: what either means for an approval.

use std::collections::BTreeMap;

use countersign_domain::account::{Account, Oid, TeamName};
use countersign_domain::policy::Permission;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Store;
use super::db::{Row, Writes, storable, values};
use super::error::Result;
use super::sql::{Sql, bulk, statements};
use super::take;

statements! {
    FIRST = Sql::both(
        "SELECT review, organisation, slug, was_member, seen_at FROM first_membership
        WHERE repository = $1 AND number = $2"
    );
    /// What was found stays; what could not be told may still come to be.
    REMEMBER_FIRST = bulk!(
        "INSERT INTO first_membership (review, organisation, slug, repository, number, was_member, seen_at)
        SELECT j.review, j.organisation, j.slug, j.repository, j.number, j.was_member, j.seen_at FROM",
        (review bigint, organisation text, slug text, repository bigint, number bigint, was_member bigint,
            seen_at bigint),
        "WHERE true ORDER BY j.review, j.organisation, j.slug ON CONFLICT (review, organisation, slug)
        DO UPDATE SET was_member = excluded.was_member WHERE first_membership.was_member = -1"
    );
    DISPATCHES = Sql::both(
        "SELECT actor, actor_login, actor_kind, head, branch, started_at, ended_at FROM dispatch
        WHERE repository = $1 AND (branch = $2 OR head = $3
            OR (started_at <= $5 AND started_at >= $6 AND (ended_at IS NULL OR ended_at >= $4)))
        ORDER BY started_at, run, attempt, actor"
    );
}

/// What was found of a reviewer at the first look after the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct First<T> {
    /// What; `None` where it could not be told.
    pub found: Option<T>,
    /// When that look was.
    pub at: Timestamp,
}

/// What was found of the reviewers of a pull request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FirstSeen {
    /// By review and team: whether its giver was in it.
    pub teams: BTreeMap<(u64, TeamName), First<bool>>,
    /// By review: what its giver might do in the repository, and nothing inside where they could not even read it.
    pub permissions: BTreeMap<u64, First<Option<Permission>>>,
}

/// How it is kept that something could not be told.
const UNTOLD: i64 = -1;

/// A run that somebody set to work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DispatchRow {
    /// Who.
    pub actor: Account,
    /// The branch it ran on.
    pub branch: String,
    /// The commit it ran on.
    pub head: Oid,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was over; `None` where no event said so.
    pub ended_at: Option<Timestamp>,
}

impl Store {
    /// What is remembered of the reviews of a pull request.
    ///
    /// # Errors
    /// The database's.
    pub async fn first_seen(&self, pull: (u64, u64)) -> Result<FirstSeen> {
        let mut seen = FirstSeen::default();
        for row in self.db.fetch(FIRST, values![pull.0, pull.1]).await? {
            let (review, at, was) = (row.id("review")?, row.instant("seen_at")?, row.int("was_member")?);
            let told = Some(was).filter(|was| *was != UNTOLD);
            let team = TeamName { organisation: row.text("organisation")?, slug: row.text("slug")? };
            // No organisation is called nothing: that row is the permission.
            if team.organisation.is_empty() {
                seen.permissions.insert(review, First { found: told.map(permission), at });
            } else {
                seen.teams.insert((review, team), First { found: told.map(|was| was != 0), at });
            }
        }
        Ok(seen)
    }

    /// Remembers what a look found first. An answer that is there already stays.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_first_seen(&self, pull: (u64, u64), seen: &FirstSeen) -> Result<()> {
        let row = |review: u64, team: (&str, &str), was: Option<i64>, at: Timestamp| {
            json!({
                "review": review.cast_signed(),
                "organisation": storable(team.0),
                "slug": storable(team.1),
                "repository": pull.0.cast_signed(),
                "number": pull.1.cast_signed(),
                "was_member": was.unwrap_or(UNTOLD),
                "seen_at": at.as_millisecond(),
            })
        };
        let teams = seen.teams.iter().map(|((review, team), first)| {
            row(*review, (&team.organisation, &team.slug), first.found.map(i64::from), first.at)
        });
        let permissions =
            seen.permissions.iter().map(|(review, first)| row(*review, ("", ""), first.found.map(level), first.at));
        let rows = Value::Array(teams.chain(permissions).collect()).to_string();
        self.db.execute(Writes::Records, REMEMBER_FIRST, values![&rows]).await?;
        Ok(())
    }

    /// The dispatched runs of a repository on that branch or that commit, and those that were at work between these
    /// instants. A run of which no event told the end is taken to have gone on for `longest`.
    ///
    /// # Errors
    /// The database's.
    pub async fn dispatches(
        &self,
        repository: u64,
        (branch, head): (&str, &Oid),
        during: Option<(Timestamp, Timestamp)>,
        longest: SignedDuration,
    ) -> Result<Vec<DispatchRow>> {
        // Between no instants nothing was at work.
        let (from, to) = during.map_or((0, -1), |(from, to)| (from.as_millisecond(), to.as_millisecond()));
        let longest = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX);
        let values = values![repository, branch, head.as_str(), from, to, from.saturating_sub(longest)];
        let row = |row: &Row| {
            let kind = take::kind(&row.text("actor_kind")?);
            Ok(DispatchRow {
                actor: Account { id: row.id("actor")?, login: row.text("actor_login")?, kind },
                branch: row.text("branch")?,
                head: Oid::new(row.text("head")?),
                started_at: row.instant("started_at")?,
                ended_at: row.maybe_instant("ended_at")?,
            })
        };
        self.db.fetch(DISPATCHES, values).await?.iter().map(row).collect()
    }
}

/// A permission as it is kept: 0 for none, then the levels from the least.
fn level(held: Option<Permission>) -> i64 {
    Permission::ALL.iter().take_while(|least| held >= Some(**least)).map(|_| 1).sum()
}

fn permission(level: i64) -> Option<Permission> {
    let above_none = usize::try_from(level).ok()?.checked_sub(1)?;
    Permission::ALL.get(above_none).copied()
}
