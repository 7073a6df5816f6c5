//! Deliveries that GitHub could not hand over, and how far its list of them was read.
//!
//! One row per delivery, by its newest attempt. Absent: reading the list, and asking.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Store;
use super::db::{Row, Writes, instant, storable, values};
use super::error::Result;
use super::sql::{Sql, bulk, statements};

statements! {
    WALK = Sql::both("SELECT seen_until, top, cursor FROM delivery_walk WHERE id = 1");
    REMEMBER_WALK = Sql::both(
        "INSERT INTO delivery_walk (id, seen_until, top, cursor) VALUES (1, $1, $2, $3)
        ON CONFLICT (id) DO UPDATE SET seen_until = excluded.seen_until, top = excluded.top, cursor = excluded.cursor"
    );
    REMEMBER = bulk!(
        "INSERT INTO missed_delivery (guid, attempt, failed, at) SELECT j.guid, j.attempt, j.failed, j.at FROM",
        (guid text, attempt bigint, failed bigint, at bigint),
        "WHERE true ORDER BY j.guid
        ON CONFLICT (guid) DO UPDATE SET attempt = excluded.attempt, failed = excluded.failed, at = excluded.at
        WHERE excluded.attempt > missed_delivery.attempt"
    );
    /// What fails again and again is asked for ever more rarely: twenty times in three days.
    TO_ASK = Sql::both(
        "SELECT m.guid, m.attempt FROM missed_delivery m
        WHERE m.failed = 1 AND m.asked < m.attempt AND m.at >= $1 AND m.at + 600000 * m.times * m.times <= $2
            AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.id = m.guid)
        ORDER BY m.at, m.guid LIMIT $3"
    );
    ASKED = Sql::both("UPDATE missed_delivery SET asked = $2, times = times + 1 WHERE guid = $1");
    FORGET = Sql::both("DELETE FROM missed_delivery WHERE at < $1");
}

/// How far GitHub's list of attempts was read. It shows the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryWalk {
    /// All that was tried before was read.
    pub seen_until: Timestamp,
    /// The newest attempt of the walk that is under way.
    pub top: Timestamp,
    /// Where that walk goes on; empty where none is under way.
    pub cursor: String,
}

/// The newest attempt of a delivery of which one attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedDelivery {
    /// The delivery's id.
    pub guid: String,
    /// GitHub's number for the attempt.
    pub attempt: u64,
    /// Whether that attempt failed too.
    pub failed: bool,
    /// When it was.
    pub at: Timestamp,
}

impl Store {
    /// How far the list was read.
    ///
    /// # Errors
    /// The database's.
    pub async fn delivery_walk(&self) -> Result<DeliveryWalk> {
        let walk = |row: &Row| {
            let (seen_until, top) = (row.instant("seen_until")?, row.instant("top")?);
            Ok(DeliveryWalk { seen_until, top, cursor: row.text("cursor")? })
        };
        let never =
            || DeliveryWalk { seen_until: Timestamp::UNIX_EPOCH, top: Timestamp::UNIX_EPOCH, cursor: String::new() };
        self.db.fetch(WALK, &[]).await?.first().map_or_else(|| Ok(never()), walk)
    }

    /// Remembers what a page of the list told, and how far the list is read with it: both, or neither.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_missed(&self, missed: &[MissedDelivery], walk: &DeliveryWalk) -> Result<()> {
        let mut tx = self.db.begin(Writes::Records).await?;
        let row = |missed: &MissedDelivery| {
            json!({
                "guid": storable(&missed.guid),
                "attempt": missed.attempt.cast_signed(),
                "failed": i64::from(missed.failed),
                "at": missed.at.as_millisecond(),
            })
        };
        if !missed.is_empty() {
            let rows = Value::Array(missed.iter().map(row).collect()).to_string();
            tx.execute(REMEMBER, values![&rows]).await?;
        }
        let (seen_until, top) = (walk.seen_until.as_millisecond(), walk.top.as_millisecond());
        tx.execute(REMEMBER_WALK, values![seen_until, top, &*storable(&walk.cursor)]).await?;
        tx.commit().await
    }

    /// Deliveries that were tried since and never arrived, oldest first, each with its newest attempt: those that are
    /// to be asked for now.
    ///
    /// # Errors
    /// The database's.
    pub async fn missed_deliveries(&self, since: Timestamp, at_most: u32) -> Result<Vec<(String, u64)>> {
        let now = self.db.now(&self.clock).await?;
        let rows = self.db.fetch(TO_ASK, values![since.as_millisecond(), now, i64::from(at_most)]).await?;
        rows.iter().map(|row| Ok((row.text("guid")?, row.id("attempt")?))).collect()
    }

    /// That attempt was asked for again.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_asked_again(&self, guid: &str, attempt: u64) -> Result<()> {
        self.db.execute(Writes::Records, ASKED, values![guid, attempt]).await?;
        Ok(())
    }

    /// Forgets what GitHub can no longer hand over.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget_missed(&self, kept: SignedDuration) -> Result<Timestamp> {
        let now = instant(self.db.now(&self.clock).await?)?;
        let since = now.saturating_sub(kept).unwrap_or(Timestamp::UNIX_EPOCH);
        self.db.execute(Writes::Records, FORGET, values![since.as_millisecond()]).await?;
        Ok(since)
    }
}
