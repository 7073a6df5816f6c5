//! What was found of people when it was first looked for, and whom events showed setting bots to work.
//!
//! Absent: what either means for an approval.

use std::collections::BTreeMap;

use countersign_domain::account::{Account, Oid, TeamName};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Store;
use super::db::{Row, Writes, storable, values};
use super::error::Result;
use super::sql::{Sql, bulk, statements};
use super::take;

statements! {
    FIRST = Sql::both(
        "SELECT review, organisation, slug, was_member FROM first_membership WHERE repository = $1 AND number = $2"
    );
    REMEMBER_FIRST = bulk!(
        "INSERT INTO first_membership (review, organisation, slug, repository, number, was_member, seen_at)
        SELECT j.review, j.organisation, j.slug, j.repository, j.number, j.was_member, j.seen_at FROM",
        (review bigint, organisation text, slug text, repository bigint, number bigint, was_member bigint,
            seen_at bigint),
        "WHERE true ORDER BY j.review, j.organisation, j.slug ON CONFLICT (review, organisation, slug) DO NOTHING"
    );
    DISPATCHES = Sql::both(
        "SELECT actor, actor_login, actor_kind, head, branch, started_at, ended_at FROM dispatch
        WHERE repository = $1 AND (branch = $2 OR head = $3
            OR (started_at <= $5 AND started_at >= $6 AND (ended_at IS NULL OR ended_at >= $4)))
        ORDER BY started_at, run, attempt, actor"
    );
}

/// By review and team: whether its giver was in it at the first look that could tell.
pub type FirstMemberships = BTreeMap<(u64, TeamName), bool>;

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
    pub async fn first_memberships(&self, pull: (u64, u64)) -> Result<FirstMemberships> {
        let found = |row: &Row| {
            let team = TeamName { organisation: row.text("organisation")?, slug: row.text("slug")? };
            Ok(((row.id("review")?, team), row.int("was_member")? != 0))
        };
        self.db.fetch(FIRST, values![pull.0, pull.1]).await?.iter().map(found).collect()
    }

    /// Remembers what a look found first. An answer that is there already stays.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_first_memberships(
        &self,
        pull: (u64, u64),
        found: &FirstMemberships,
        at: Timestamp,
    ) -> Result<()> {
        let row = |((review, team), was): (&(u64, TeamName), &bool)| {
            json!({
                "review": review.cast_signed(),
                "organisation": storable(&team.organisation),
                "slug": storable(&team.slug),
                "repository": pull.0.cast_signed(),
                "number": pull.1.cast_signed(),
                "was_member": i64::from(*was),
                "seen_at": at.as_millisecond(),
            })
        };
        let rows = Value::Array(found.iter().map(row).collect()).to_string();
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
