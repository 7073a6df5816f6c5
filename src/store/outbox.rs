//! Messages to people: written in the transaction of the decision that they tell of, sent after it, kept with their
//! receipts.
//!
//! A message is one change, one event, one sequence, one channel: a decision that is made again writes it no second
//! time. Who sends it holds a lease; one that ran out is somebody's who died, and another sends it again. Absent: what
//! stands in a message, and how it is sent.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::Store;
use super::db::{Row, Tx, Writes, one, values};
use super::decision::{from_json, to_json};
use super::due::ms;
use super::error::Result;
use super::sql::{Sql, statements};

macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "UPDATE message SET lease = $1, lease_until = $2 WHERE id IN (SELECT id FROM message
                WHERE due_at <= $3 AND (lease IS NULL OR lease_until < $3) ORDER BY due_at, id LIMIT $4 ",
            $lock,
            ") RETURNING id, channel, body, made_at, attempts"
        )
    };
}

statements! {
    TOLD = Sql::both("SELECT holding, sequence, known FROM told_change WHERE repository = $1 AND number = $2");
    REMEMBER = Sql::both(
        "INSERT INTO told_change (repository, number, holding, sequence, known) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (repository, number) DO UPDATE SET holding = excluded.holding, sequence = excluded.sequence,
            known = excluded.known"
    );
    WRITE = Sql::both(
        "INSERT INTO message (id, repository, number, event, sequence, channel, body, made_at, due_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
        ON CONFLICT (repository, number, event, sequence, channel) DO NOTHING"
    );
    CLAIM = Sql::each(claim!(""), claim!("FOR UPDATE SKIP LOCKED"));
    SENT = Sql::both(
        "UPDATE message SET sent_at = $2, status = $3, receipt = $4, attempts = attempts + 1, due_at = NULL, lease = NULL,
            lease_until = NULL, last_error = NULL, dead_at = NULL
        WHERE id = $1"
    );
    /// Only by whoever has it still: another may have sent it since.
    FAILED = Sql::both(
        "UPDATE message SET attempts = attempts + 1, last_error = $4, due_at = $5, lease = NULL, lease_until = NULL,
            dead_at = CASE WHEN CAST($5 AS BIGINT) IS NULL THEN CAST($3 AS BIGINT) END
        WHERE id = $1 AND lease = $2"
    );
    /// What somebody is sending is theirs.
    PARK = Sql::both(
        "UPDATE message SET due_at = $2
        WHERE channel = $1 AND due_at < $2 AND lease IS NULL AND sent_at IS NULL AND dead_at IS NULL"
    );
    NEXT = Sql::both(
        "SELECT MIN(CASE WHEN lease IS NULL THEN due_at WHEN lease_until >= due_at THEN lease_until + 1 ELSE due_at END) AS at
        FROM message WHERE due_at IS NOT NULL"
    );
    STATS = Sql::both("SELECT COUNT(due_at) AS waiting, COUNT(dead_at) AS dead FROM message WHERE sent_at IS NULL");
    OF_CHANGE = Sql::both(
        "SELECT id, repository, number, event, sequence, channel, made_at, attempts, last_error, sent_at, status, receipt,
            dead_at FROM message
        WHERE repository = $1 AND number = $2 ORDER BY made_at, sequence, channel"
    );
    DEAD = Sql::both(
        "SELECT id, repository, number, event, sequence, channel, made_at, attempts, last_error, sent_at, status, receipt,
            dead_at FROM message
        WHERE dead_at IS NOT NULL ORDER BY dead_at, id LIMIT $1"
    );
    RETRY = Sql::both(
        "UPDATE message SET dead_at = NULL, due_at = $1, made_at = $1, attempts = 0 WHERE dead_at IS NOT NULL
            AND body IS NOT NULL"
    );
}

/// What people were told of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The events that hold, by their names.
    pub holding: BTreeSet<String>,
    /// How many events there were.
    pub sequence: u32,
    /// What was known of the change last, for what is told once it is open no more.
    pub known: String,
}

/// A message to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The event's name.
    pub event: String,
    /// The how manieth event of the change it is.
    pub sequence: u32,
    /// The channel, `KIND:NAME`.
    pub channel: String,
    /// What is said.
    pub body: String,
}

/// What a decision leaves for people to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTold {
    /// What holds from now on.
    pub told: Told,
    /// What is sent of it.
    pub messages: Vec<NewMessage>,
}

/// A message that is claimed, to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingMessage {
    /// Its id, the same for each try.
    pub id: String,
    /// The channel, `KIND:NAME`.
    pub channel: String,
    /// What is said.
    pub body: String,
    /// When it was written.
    pub made_at: Timestamp,
    /// How often it was tried before.
    pub attempts: u32,
    lease: String,
}

/// A message, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Its id.
    pub id: String,
    /// The repository of the change.
    pub repository: u64,
    /// The pull request's number.
    pub number: u64,
    /// The event's name.
    pub event: String,
    /// The how manieth event of the change it is.
    pub sequence: u32,
    /// The channel, `KIND:NAME`.
    pub channel: String,
    /// When it was written.
    pub made_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was not taken the last time.
    pub last_error: Option<String>,
    /// When the receiver took it, with what it answered and the message's id there.
    pub receipt: Option<(Timestamp, String, String)>,
    /// When it was given up.
    pub dead_at: Option<Timestamp>,
}

/// How the outbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxStats {
    /// Messages that are not sent yet.
    pub waiting: u64,
    /// Messages that were given up.
    pub dead: u64,
}

/// Writes what a decision leaves for people to be told, as part of its transaction.
pub(super) async fn tell(tx: &mut Tx, change: (u64, u64), new: &NewTold, now: i64) -> Result<()> {
    let Told { holding, sequence, known } = &new.told;
    let holding = to_json(holding)?;
    tx.execute(REMEMBER, values![change.0, change.1, &holding, i64::from(*sequence), known]).await?;
    for message in &new.messages {
        let NewMessage { event, sequence, channel, body } = message;
        let id = Uuid::now_v7().to_string();
        let sequence = i64::from(*sequence);
        tx.execute(WRITE, values![&id, change.0, change.1, event, sequence, channel, body, now]).await?;
    }
    Ok(())
}

impl Store {
    /// What people were told of a change; `None` where nobody ever was to be told anything.
    ///
    /// # Errors
    /// The database's.
    pub async fn told(&self, (repository, number): (u64, u64)) -> Result<Option<Told>> {
        let rows = self.db.fetch(TOLD, values![repository, number]).await?;
        let told = |row: &Row| {
            let holding = from_json(&row.text("holding")?)?;
            Ok(Told { holding, sequence: row.count("sequence")?, known: row.text("known")? })
        };
        rows.first().map(told).transpose()
    }

    /// Claims at most `n` messages that are due, the one that has waited longest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim_messages(&self, n: u32, ttl: Duration) -> Result<Vec<WaitingMessage>> {
        let now = self.db.now(&self.clock).await?;
        let lease = Uuid::now_v7().to_string();
        let values = values![&lease, now + ms(ttl), now, i64::from(n)];
        let rows = self.db.execute_returning(Writes::Leases, CLAIM, values).await?;
        let claimed = |row: &Row| {
            Ok(WaitingMessage {
                id: row.text("id")?,
                channel: row.text("channel")?,
                body: row.maybe_text("body")?.unwrap_or_default(),
                made_at: row.instant("made_at")?,
                attempts: row.count("attempts")?,
                lease: lease.clone(),
            })
        };
        rows.iter().map(claimed).collect()
    }

    /// Keeps the receipt of a message.
    ///
    /// # Errors
    /// The database's.
    pub async fn message_sent(&self, message: &WaitingMessage, status: &str, receipt: &str) -> Result<()> {
        let now = self.db.now(&self.clock).await?;
        let values = values![&message.id, now, status, receipt];
        self.db.execute(Writes::Records, SENT, values).await?;
        Ok(())
    }

    /// Keeps that a message was not taken, to be sent again then; `None`: it is given up.
    ///
    /// # Errors
    /// The database's.
    pub async fn message_failed(&self, message: &WaitingMessage, why: &str, again: Option<Timestamp>) -> Result<()> {
        let now = self.db.now(&self.clock).await?;
        let again = again.map(Timestamp::as_millisecond);
        let values = values![&message.id, &message.lease, now, why, again];
        self.db.execute(Writes::Records, FAILED, values).await?;
        Ok(())
    }

    /// Lets whatever waits for a channel wait until then: its receiver takes nothing, and what goes elsewhere is not held
    /// up by trying.
    ///
    /// # Errors
    /// The database's.
    pub async fn park_channel(&self, channel: &str, until: Timestamp) -> Result<()> {
        self.db.execute(Writes::Records, PARK, values![channel, until.as_millisecond()]).await?;
        Ok(())
    }

    /// How long until a message is due; `None` where none waits.
    ///
    /// # Errors
    /// The database's.
    pub async fn until_next_message(&self) -> Result<Option<Duration>> {
        let Some(at) = one(self.db.fetch(NEXT, &[]).await?)?.maybe_int("at")? else { return Ok(None) };
        let now = self.db.now(&self.clock).await?;
        Ok(Some(Duration::from_millis(u64::try_from(at - now).unwrap_or(0))))
    }

    /// How the outbox stands.
    ///
    /// # Errors
    /// The database's.
    pub async fn outbox_stats(&self) -> Result<OutboxStats> {
        let row = one(self.db.fetch(STATS, &[]).await?)?;
        Ok(OutboxStats { waiting: row.id("waiting")?, dead: row.id("dead")? })
    }

    /// What people were told of a change, oldest first, and what became of it.
    ///
    /// # Errors
    /// The database's.
    pub async fn messages_of(&self, (repository, number): (u64, u64)) -> Result<Vec<MessageRow>> {
        self.db.fetch(OF_CHANGE, values![repository, number]).await?.iter().map(message).collect()
    }

    /// Messages that were given up, the longest dead first.
    ///
    /// # Errors
    /// The database's.
    pub async fn dead_messages(&self, at_most: u32) -> Result<Vec<MessageRow>> {
        self.db.fetch(DEAD, values![i64::from(at_most)]).await?.iter().map(message).collect()
    }

    /// Sends whatever was given up again, at once and as if it had never failed. How many.
    ///
    /// # Errors
    /// The database's.
    pub async fn retry_messages(&self) -> Result<u64> {
        let now = self.db.now(&self.clock).await?;
        let again = self.db.execute(Writes::Records, RETRY, values![now]).await?;
        self.wake();
        Ok(again)
    }
}

fn message(row: &Row) -> Result<MessageRow> {
    let sent = (row.maybe_instant("sent_at")?, row.maybe_text("status")?, row.maybe_text("receipt")?);
    Ok(MessageRow {
        id: row.text("id")?,
        repository: row.id("repository")?,
        number: row.id("number")?,
        event: row.text("event")?,
        sequence: row.count("sequence")?,
        channel: row.text("channel")?,
        made_at: row.instant("made_at")?,
        attempts: row.count("attempts")?,
        last_error: row.maybe_text("last_error")?,
        receipt: match sent {
            (Some(at), Some(status), Some(id)) => Some((at, status, id)),
            _ => None,
        },
        dead_at: row.maybe_instant("dead_at")?,
    })
}
