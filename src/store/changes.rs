//! The last decision of each change while it was open, with the parts that it rests on, for the backtest.
//!
//! Which decisions those are is one scan of one row per change; the rest is fetched page by page, and parts come as they
//! are kept, compressed, so that whoever works on many of them at once unpacks them there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::db::{Row, values};
use super::error::{Error, Result};
use super::sql::{Sql, bulk, statements};
use super::{Store, decision, pack};

statements! {
    SCAN = Sql::both(
        "SELECT c.decision AS decision, c.repository AS repository, c.number AS number FROM change_row c
        WHERE c.as_of >= $1 AND (CAST($2 AS BIGINT) IS NULL OR c.repository = $2)
            AND ($3 = '' OR c.repository IN (SELECT id FROM repository WHERE owner_key = $3))
        ORDER BY c.as_of DESC, c.repository, c.number LIMIT $4"
    );
    COUNT = Sql::both(
        "SELECT COUNT(*) AS n FROM change_row WHERE as_of >= $1 AND (CAST($2 AS BIGINT) IS NULL OR repository = $2)
            AND ($3 = '' OR repository IN (SELECT id FROM repository WHERE owner_key = $3))"
    );
    SNAPSHOTS = bulk!(
        "SELECT d.id AS id, d.semantics AS semantics, d.parts AS parts FROM",
        (id text),
        "JOIN decision d ON d.id = j.id"
    );
    PACKED = bulk!(
        "SELECT p.kind, p.hash, p.bytes FROM",
        (kind text, hash text),
        "JOIN part p ON p.kind = j.kind AND p.hash = j.hash WHERE p.bytes IS NOT NULL"
    );
}

/// Which changes.
#[derive(Debug, Clone)]
pub struct Changes {
    /// Those whose last decision holds for this instant or a later one.
    pub since: Timestamp,
    /// Those of this repository.
    pub repository: Option<u64>,
    /// Those of this owner's repositories, by the login.
    pub owner: Option<String>,
    /// At most so many, those decided last.
    pub at_most: u32,
}

/// A change and the decision that it was last given while it was open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecidedChange {
    /// Its repository.
    pub repository: u64,
    /// Its number.
    pub number: u64,
    /// The decision.
    pub decision: Uuid,
}

/// What a decision rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRef {
    /// The rules of reading and deciding by which it was made.
    pub semantics: u32,
    /// Kind and hash of each part.
    pub parts: Vec<(String, String)>,
}

impl Store {
    /// The changes that were decided, the last first, and how many there are beside them.
    ///
    /// # Errors
    /// The database's.
    pub async fn decided_changes(&self, which: &Changes) -> Result<(Vec<DecidedChange>, u64)> {
        let (since, repository) = (which.since.as_millisecond(), which.repository.map(u64::cast_signed));
        let owner = which.owner.as_deref().unwrap_or_default().to_lowercase();
        let rows = self.db.fetch(SCAN, values![since, repository, &owner, i64::from(which.at_most)]).await?;
        let change = |row: &Row| {
            let decision = row.text("decision")?.parse();
            let decision = decision.map_err(|_| Error::Unreadable("a decision's id is none".into()))?;
            Ok(DecidedChange { repository: row.id("repository")?, number: row.id("number")?, decision })
        };
        let found = rows.iter().map(change).collect::<Result<Vec<_>>>()?;
        if found.len() < which.at_most as usize {
            return Ok((found, 0));
        }
        let all = super::db::one(self.db.fetch(COUNT, values![since, repository, &owner]).await?)?.id("n")?;
        let beside = all.saturating_sub(found.len() as u64);
        Ok((found, beside))
    }

    /// What decisions rest on, those that are kept.
    ///
    /// # Errors
    /// The database's.
    pub async fn snapshots(&self, decisions: &[Uuid]) -> Result<BTreeMap<Uuid, SnapshotRef>> {
        let ids = decisions.iter().map(|id| serde_json::json!({ "id": id.to_string() }));
        let ids = serde_json::Value::Array(ids.collect()).to_string();
        let rows = self.db.fetch(SNAPSHOTS, values![&ids]).await?;
        let snapshot = |row: &Row| {
            let id = row.text("id")?.parse().map_err(|_| Error::Unreadable("a decision's id is none".into()))?;
            let parts = decision::from_json(&row.text("parts")?)?;
            Ok((id, SnapshotRef { semantics: row.count("semantics")?, parts }))
        };
        rows.iter().map(snapshot).collect()
    }

    /// The bytes of each part that is still kept, by kind and hash, as they are kept: see [`unpacked`].
    ///
    /// # Errors
    /// The database's.
    pub async fn packed_parts(&self, names: &[(String, String)]) -> Result<Vec<((String, String), Vec<u8>)>> {
        let wanted = names.iter().map(|(kind, hash)| serde_json::json!({ "kind": kind, "hash": hash }));
        let wanted = serde_json::Value::Array(wanted.collect()).to_string();
        let rows = self.db.fetch(PACKED, values![&wanted]).await?;
        rows.iter().map(|row| Ok(((row.text("kind")?, row.text("hash")?), row.bytes("bytes")?))).collect()
    }
}

/// What a part that is kept says; `None` where it is not what has that hash.
pub fn unpacked(packed: &[u8], hash: &str) -> Option<Vec<u8>> {
    pack::unpack(packed).ok().filter(|bytes| pack::hash(bytes) == hash)
}
