//! Pieces of snapshots, each stored once per content, compressed, under its hash.
//!
//! What they say is the business of whoever makes them: here they are bytes of a kind.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Store;
use super::db::{Tx, values};
use super::error::Result;
use super::pack::{self, Pieces};
use super::sql::{Sql, bulk, statements};

/// How much older than its last use a part may say it is; it saves a write for most uses.
pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1000;

statements! {
    USED = bulk!(
        "SELECT p.kind AS kind, p.hash AS hash, p.used_at AS used_at FROM",
        (kind text, hash text),
        "CROSS JOIN part p WHERE p.kind = j.kind AND p.hash = j.hash AND p.bytes IS NOT NULL"
    );
    KEEP = bulk!(
        "INSERT INTO part (kind, hash, size, used_at, bytes) SELECT j.kind, j.hash, j.size, CAST($3 AS BIGINT),",
        piece,
        "FROM",
        (kind text, hash text, size bigint, start bigint, length bigint),
        "WHERE true ORDER BY j.kind, j.hash
        ON CONFLICT (kind, hash) DO UPDATE SET used_at = excluded.used_at,
            bytes = COALESCE(part.bytes, excluded.bytes)"
    );
    BYTES = Sql::both("SELECT bytes FROM part WHERE kind = $1 AND hash = $2");
}

/// A piece of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is: `files`, `commits`, `body`, … ; its retention goes by it.
    pub kind: String,
    /// What it says.
    pub bytes: Vec<u8>,
}

/// Keeps what is not there yet and gives kind and hash of each, in the order given.
///
/// What was not used for a day is written like what is new, and so says when it was used; its bytes stay. However many
/// there are, it takes two statements: on SQLite each statement costs a way to another
/// thread and back, on PostgreSQL one to the server.
pub(super) async fn keep(tx: &mut Tx, parts: &[Part], now: i64) -> Result<Vec<(String, String)>> {
    let names = parts.iter().map(|part| (part.kind.clone(), pack::hash(&part.bytes))).collect::<Vec<_>>();
    // In one order, so that two transactions cannot wait for each other.
    let wanted = names.iter().zip(parts).collect::<BTreeMap<_, _>>();
    let named = |name: &(String, String)| json!({ "kind": name.0, "hash": name.1 });
    let rows = Value::Array(wanted.keys().map(|name| named(name)).collect()).to_string();
    let mut used = BTreeMap::new();
    for row in tx.fetch(USED, values![&rows]).await? {
        used.insert((row.text("kind")?, row.text("hash")?), row.int("used_at")?);
    }
    let fresh = |name: &(String, String)| used.get(name).is_some_and(|used_at| *used_at > now - DAY_MS);
    let mut pieces = Pieces::default();
    let rows = wanted.iter().filter(|(name, _)| !fresh(name)).map(|((kind, hash), part)| {
        let (start, length) = pieces.add(&pack::pack(&part.bytes));
        json!({ "kind": kind, "hash": hash, "size": part.bytes.len(), "start": start, "length": length })
    });
    let rows = rows.collect::<Vec<_>>();
    if !rows.is_empty() {
        tx.execute(KEEP, values![&Value::Array(rows).to_string(), pieces.bytes(), now]).await?;
    }
    Ok(names)
}

impl Store {
    /// A part's bytes; `None` where it was never kept, or its retention is over.
    ///
    /// # Errors
    /// The database's.
    pub async fn part(&self, kind: &str, hash: &str) -> Result<Option<Vec<u8>>> {
        let rows = self.db.fetch(BYTES, values![kind, hash]).await?;
        let bytes = rows.first().map(|row| row.maybe_bytes("bytes")).transpose()?.flatten();
        bytes.map(|bytes| pack::unpack(&bytes)).transpose()
    }
}
