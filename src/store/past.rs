//! Stored decisions in the order of time, with the parts that they rest on, for whoever makes them again.

use jiff::Timestamp;
use uuid::Uuid;

use super::Store;
use super::db::values;
use super::decision::{self, Recorded};
use super::error::Result;
use super::pack;
use super::sql::{Sql, statements};

statements! {
    PAST = Sql::both(
        "SELECT id, key, repository, number, head, check_name, as_of, outcome, own_outcome, semantics, engine,
            policies, parts, texts, causes, next_due FROM decision
        WHERE id < $1 AND as_of >= $2 AND (CAST($3 AS BIGINT) IS NULL OR repository = $3) ORDER BY id DESC LIMIT $4"
    );
    CALLED = Sql::both("SELECT id FROM repository WHERE owner_key = $1 AND LOWER(name) = $2 ORDER BY id DESC LIMIT 1");
}

/// Beyond every id, whatever the database's order of letters.
const BEYOND: &str = "zzzzzzzz";

/// Which decisions.
#[derive(Debug, Clone, Copy, Default)]
pub struct Past {
    /// Those that hold for this instant or a later one.
    pub since: Option<Timestamp>,
    /// Those on this repository.
    pub repository: Option<u64>,
    /// Those made before this one.
    pub before: Option<Uuid>,
}

impl Store {
    /// Decisions, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn past(&self, which: &Past, at_most: u32) -> Result<Vec<Recorded>> {
        let before = which.before.map_or_else(|| BEYOND.to_owned(), |id| id.to_string());
        let since = which.since.map_or(i64::MIN, Timestamp::as_millisecond);
        let repository = which.repository.map(u64::cast_signed);
        let rows = self.db.fetch(PAST, values![&before, since, repository, i64::from(at_most)]).await?;
        rows.iter().map(decision::read).collect()
    }

    /// The bytes of each part that is still kept, by kind and hash.
    ///
    /// # Errors
    /// The database's.
    pub async fn parts(&self, names: &[(String, String)]) -> Result<Vec<((String, String), Vec<u8>)>> {
        let packed = self.packed_parts(names).await?;
        packed.into_iter().map(|(name, bytes)| Ok((name, pack::unpack(&bytes)?))).collect()
    }

    /// The repository that is called so now.
    ///
    /// # Errors
    /// The database's.
    pub async fn repository_called(&self, owner: &str, name: &str) -> Result<Option<u64>> {
        let (owner, name) = (owner.to_lowercase(), name.to_lowercase());
        let rows = self.db.fetch(CALLED, values![&owner, &name]).await?;
        rows.first().map(|row| row.id("id")).transpose()
    }
}
