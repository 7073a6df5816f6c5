//! Pieces of snapshots, each stored once per content, compressed, under its hash.
//!
//! What they say is the business of whoever makes them: here they are bytes of a kind.

use super::Store;
use super::db::{Tx, values};
use super::error::Result;
use super::pack;
use super::sql::{Sql, statements};

/// How much older than its last use a part may say it is; it saves a write for most uses.
pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1000;

statements! {
    USED = Sql::both("SELECT used_at FROM part WHERE kind = $1 AND hash = $2 AND bytes IS NOT NULL");
    TOUCH = Sql::both("UPDATE part SET used_at = $3 WHERE kind = $1 AND hash = $2");
    KEEP = Sql::both(
        "INSERT INTO part (kind, hash, size, used_at, bytes) VALUES ($1, $2, $3, $4, $5)
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
pub(super) async fn keep(tx: &mut Tx, parts: &[Part], now: i64) -> Result<Vec<(String, String)>> {
    let names = parts.iter().map(|part| (part.kind.clone(), pack::hash(&part.bytes))).collect::<Vec<_>>();
    let mut order = names.iter().zip(parts).collect::<Vec<_>>();
    order.sort_by_key(|(name, _)| *name); // in one order, so that two transactions cannot wait for each other
    order.dedup_by_key(|(name, _)| *name);
    for ((kind, hash), part) in order {
        let used = tx.fetch(USED, values![kind, hash]).await?;
        match used.first().map(|row| row.int("used_at")).transpose()? {
            Some(used_at) if used_at > now - DAY_MS => {}
            Some(_) => {
                tx.execute(TOUCH, values![kind, hash, now]).await?;
            }
            None => {
                let size = i64::try_from(part.bytes.len()).unwrap_or(i64::MAX);
                tx.execute(KEEP, values![kind, hash, size, now, &pack::pack(&part.bytes)]).await?;
            }
        }
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
