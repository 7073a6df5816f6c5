//! The queue's rows: claim, heartbeat, done, retry, release, and what they add up to.
//!
//! One row per thing to look at. Its key is the serialisation: one lease at a time. Its
//! `seq` is the coalescing: an event adds one, and a look that ends on an older number is
//! followed by another. Leases go by the database's clock where it has one.

use std::time::Duration;

use countersign_domain::Priority;
use jiff::Timestamp;
use uuid::Uuid;

use super::budget::a_write_each;
use super::claim::{Claim, GreenUntil, Subject};
use super::db::{Tx, Writes, instant, one, storable, values};
use super::error::Result;
use super::sql::{Sql, statements};
use super::{Store, lane};

/// After so many failures or crashes a row is dead: it stays, with its error, until the next event.
pub const ATTEMPTS: u32 = 10;

/// When a row that was looked at may be looked at again for an event: at once for another head, else a second later.
macro_rules! next_look {
    ($now:literal) => {
        concat!(
            "CASE WHEN due.looked_head = due.head AND due.looked_at + 1000 > ",
            $now,
            " THEN due.looked_at + 1000 ELSE CAST(",
            $now,
            " AS BIGINT) END"
        )
    };
}

/// When it is a row's turn: rows are begun in this order. What is urgent goes ahead of all that has become due up to so
/// long before it, and no further, so that nothing starves: whatever has waited ten minutes longer than the newest
/// withdrawal goes before it. Ten minutes are what an installation's points last for some 8,000 looks, which is more
/// than a flood makes due; two are what a person waits. Green that time ends is as urgent as a withdrawal of that
/// instant. The index `due_turn` has the same expression.
macro_rules! turn {
    () => {
        "CASE WHEN lowers_seq > done_seq THEN due_at - 600000
    WHEN green_until <= due_at + 300000 THEN green_until - 600000
    WHEN kind IN ('group', 'gate') THEN due_at - 300000 WHEN awaited_seq > done_seq THEN due_at - 120000
    ELSE due_at END"
    };
}

/// Whether an event that came since the claim is more urgent than what the budget refused: `$5` is its [`place`], 2 that
/// of an answer.
macro_rules! overtaken {
    () => {
        "(lowers_seq > claimed_seq AND CAST($5 AS BIGINT) > 0)
            OR (awaited_seq > claimed_seq AND CAST($5 AS BIGINT) > 2)"
    };
}

/// When a row that is to come back at an instant does: no later than time ends its green.
macro_rules! in_time {
    ($now:literal, $at:expr) => {
        concat!(
            "CASE WHEN green_until > ",
            $now,
            " AND green_until < ",
            $at,
            " THEN green_until ELSE CAST(",
            $at,
            " AS BIGINT) END"
        )
    };
}

/// When a row may come back that found the budget used up, `$4` being when something fits again, and one more each `$6`:
/// behind those that wait for it already, unless it has waited before. Were all of them to ask at once, all but one would
/// be refused anew, each time. Of a longer line nobody has to know the end.
macro_rules! in_line {
    () => {
        "CAST($4 AS BIGINT) + CAST($6 AS BIGINT) * CASE WHEN parks > 0 THEN 0 ELSE (SELECT COUNT(*) FROM (SELECT 1 FROM due AS ahead
            WHERE ahead.installation = due.installation AND ahead.lease IS NULL AND ahead.refused = CAST($5 AS BIGINT)
                AND ahead.not_before > $3 AND ahead.last_error = 'the budget is used up' LIMIT 1000) AS ahead) END"
    };
}

macro_rules! expire {
    ($lock:literal) => {
        concat!(
            "UPDATE due SET lease = NULL, lease_until = NULL, attempts = attempts + 1, last_error = $2,
                not_before = $1 + 1000 * attempts * attempts, refused = 0,
                due_at = CASE WHEN dead_at IS NOT NULL AND attempts >= 19 THEN NULL
                    WHEN dead_at IS NULL AND attempts >= 9 THEN CAST($1 AS BIGINT)
                    ELSE ",
            in_time!("$1", "$1 + 1000 * attempts * attempts"),
            " END,
                dead_at = CASE WHEN dead_at IS NULL AND attempts >= 9 THEN CAST($1 AS BIGINT) ELSE dead_at END
            WHERE key IN (SELECT key FROM due WHERE lease IS NOT NULL AND lease_until < CAST($1 AS BIGINT) ",
            $lock,
            ")"
        )
    };
}

macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH ready AS MATERIALIZED (SELECT key FROM due
                WHERE installation = $4 AND lease IS NULL AND due_at IS NOT NULL AND due_at + 0 <= $3
                AND (lowers_seq > done_seq OR green_until <= $3 OR NOT EXISTS (SELECT 1 FROM installation i
                    WHERE i.id = $4 AND i.reads_parked_until > $3))
                ORDER BY ",
            turn!(),
            " LIMIT $5 ",
            $lock,
            ") UPDATE due SET lease = $1, lease_until = $2, looked_at = $3, looked_head = head,
                claimed_seq = CASE WHEN dead_at IS NULL THEN seq ELSE claimed_seq END
            WHERE key IN (SELECT key FROM ready)
            RETURNING key, kind, installation, repository, number, head, base, done_seq, lowers_seq, awaited_seq,
                pending, tries, parks, attempts, last_error, dead_at, looked_at, green_until, green_then, ",
            turn!(),
            " AS turn"
        )
    };
}

statements! {
    /// A lease that ran out was a crash, and counts. The row comes back later each time.
    EXPIRE = Sql::each(expire!(""), expire!("FOR UPDATE SKIP LOCKED"));
    /// Who has something ready, the one served longest ago first.
    INSTALLATIONS = Sql::both(
        "SELECT i.id FROM installation i WHERE (i.parked_until IS NULL OR i.parked_until <= $1)
            AND EXISTS (SELECT 1 FROM due d WHERE d.installation = i.id AND d.lease IS NULL AND d.due_at <= $1
                AND (i.reads_parked_until IS NULL OR i.reads_parked_until <= $1 OR d.lowers_seq > d.done_seq
                    OR d.green_until <= $1))
        ORDER BY i.served, i.id LIMIT $2"
    );
    /// With `due_at + 0` SQLite walks the rows in their order, where it would find and sort all that are due.
    CLAIM = Sql::each(claim!(""), claim!("FOR UPDATE SKIP LOCKED"));
    SERVED = Sql::both("UPDATE installation SET served = $2 WHERE id = $1");
    HEARTBEAT = Sql::both("UPDATE due SET lease_until = $3 WHERE key = $1 AND lease = $2");
    FINISH = Sql::both(concat!(
        "UPDATE due SET lease = NULL, lease_until = NULL, done_seq = claimed_seq, tries = 0, parks = 0, attempts = 0,
            last_error = NULL, not_before = NULL, dead_at = NULL, green_until = $5, green_then = $6,
            due_at = CASE WHEN seq > claimed_seq THEN ", next_look!("$3"), " ELSE CAST($4 AS BIGINT) END
        WHERE key = $1 AND lease = $2"
    ));
    LOOK_AGAIN = Sql::both(concat!(
        "UPDATE due SET lease = NULL, lease_until = NULL,
            tries = CASE WHEN seq > claimed_seq THEN 0 ELSE tries + 1 END,
            due_at = CASE WHEN seq > claimed_seq THEN ", next_look!("$3"), " ELSE ", in_time!("$3", "$4"), " END
        WHERE key = $1 AND lease = $2"
    ));
    RETRY = Sql::both(concat!(
        "UPDATE due SET lease = NULL, lease_until = NULL, last_error = $5, attempts = attempts + $6,
            parks = parks + 1 - $6, not_before = $4, refused = 0,
            due_at = CASE WHEN dead_at IS NOT NULL AND attempts + $6 >= 20 THEN NULL
                WHEN dead_at IS NULL AND attempts + $6 >= 10 THEN CAST($3 AS BIGINT) ELSE ", in_time!("$3", "$4"), " END,
            dead_at = CASE WHEN dead_at IS NULL AND attempts + $6 >= 10 THEN CAST($3 AS BIGINT) ELSE dead_at END
        WHERE key = $1 AND lease = $2"
    ));
    /// Without a wait where something more urgent arrived meanwhile.
    PUT_OFF = Sql::both(concat!(
        "UPDATE due SET lease = NULL, lease_until = NULL, last_error = 'the budget is used up', parks = parks + 1,
            not_before = CASE WHEN ", overtaken!(), " THEN NULL ELSE ", in_line!(), " END, refused = CAST($5 AS BIGINT),
            due_at = CASE WHEN ", overtaken!(), " THEN ", next_look!("$3"), " ELSE ", in_time!("$3", in_line!()), " END
        WHERE key = $1 AND lease = $2"
    ));
    BURY = Sql::both(concat!(
        "UPDATE due SET lease = NULL, lease_until = NULL, not_before = NULL,
            due_at = CASE WHEN seq > claimed_seq THEN ", next_look!("$3"), " END,
            attempts = CASE WHEN seq > claimed_seq THEN 0 ELSE attempts END,
            dead_at = CASE WHEN seq > claimed_seq THEN NULL ELSE dead_at END
        WHERE key = $1 AND lease = $2"
    ));
    ASKED_AGAIN = Sql::both("SELECT key FROM due WHERE key = $1 AND lease = $2 AND seq > claimed_seq");
    LOWERED_SINCE = Sql::both("SELECT key FROM due WHERE key = $1 AND lease = $2 AND lowers_seq > claimed_seq");
    RELEASE = Sql::both("UPDATE due SET lease = NULL, lease_until = NULL WHERE key = $1 AND lease = $2");
    /// The first instant at which there is something to claim. What can only take green away does not wait for reads.
    NEXT = Sql::both(
        "SELECT MIN(at) AS at FROM (
            SELECT CASE WHEN parked_until > first THEN parked_until ELSE first END AS at FROM (
                SELECT CASE WHEN i.reads_parked_until > COALESCE(i.parked_until, 0) THEN i.reads_parked_until
                    ELSE i.parked_until END AS parked_until, (SELECT MIN(d.due_at) FROM due d
                    WHERE d.installation = i.id AND d.lease IS NULL AND d.due_at IS NOT NULL) AS first
                FROM installation i) AS of_installation
            UNION ALL SELECT CASE WHEN parked_until > first THEN parked_until ELSE first END AS at FROM (
                SELECT i.parked_until, (SELECT MIN(d.due_at) FROM due d
                    WHERE d.installation = i.id AND d.lease IS NULL AND d.due_at IS NOT NULL
                        AND d.lowers_seq > d.done_seq) AS first
                FROM installation i WHERE i.reads_parked_until > $1) AS lowering
            UNION ALL SELECT CASE WHEN parked_until > first THEN parked_until ELSE first END AS at FROM (
                SELECT i.parked_until, (SELECT MIN(CASE WHEN d.due_at > d.green_until THEN d.due_at ELSE d.green_until
                    END) FROM due d WHERE d.installation = i.id AND d.lease IS NULL AND d.due_at IS NOT NULL
                        AND d.green_until IS NOT NULL) AS first
                FROM installation i WHERE i.reads_parked_until > $1) AS ending
            UNION ALL SELECT MIN(lease_until) + 1 AS at FROM due WHERE lease IS NOT NULL) AS instants"
    );
    STATS = Sql::both(
        "SELECT COUNT(CASE WHEN lease IS NULL AND due_at <= $1 THEN 1 END) AS depth,
            COUNT(CASE WHEN lease IS NOT NULL THEN 1 END) AS in_flight,
            COUNT(dead_at) AS dead,
            MIN(CASE WHEN lease IS NULL AND due_at <= $1 THEN due_at END) AS oldest
        FROM due WHERE due_at IS NOT NULL OR dead_at IS NOT NULL"
    );
    /// Makes a row that no event asks for, or brings it forward.
    SCHEDULE = Sql::both(
        "INSERT INTO due (key, kind, installation, repository, number, head, base, due_at, seq, claimed_seq, done_seq,
            pending) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 1, 1, '{}')
        ON CONFLICT (key) DO UPDATE SET due_at = CASE
            WHEN due.dead_at IS NOT NULL OR due.due_at < excluded.due_at THEN due.due_at ELSE excluded.due_at END"
    );
    INSTALL = Sql::both("INSERT INTO installation (id) VALUES ($1) ON CONFLICT (id) DO NOTHING");
}

/// How the queue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueStats {
    /// Rows that are due and nobody works on.
    pub depth: u64,
    /// Rows that somebody works on.
    pub in_flight: u64,
    /// Rows that were given up.
    pub dead: u64,
    /// How long the oldest of the due ones has been due.
    pub oldest: Duration,
}

/// The place of a priority in their order, from 0.
fn place(priority: Priority) -> i64 {
    Priority::ALL.iter().take_while(|one| **one < priority).map(|_| 1).sum()
}

/// Milliseconds of a duration.
pub(super) fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

impl Store {
    /// Claims at most `n` rows that are due, going round the installations, the one served longest ago first; of each
    /// the most urgent first ([`Claim::priority`]), and before them what has waited long enough.
    /// Installations that are parked are left out; where only their reads are, what can only take green away is claimed
    /// all the same. A lease that ran out is a crash: it counts as an attempt, and its
    /// row is due again.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim(&self, worker: &str, n: u32, ttl: Duration) -> Result<Vec<Claim>> {
        let mut tx = self.db.begin(Writes::Leases).await?;
        let now = tx.now(&self.clock).await?;
        tx.execute(EXPIRE, values![now, "the worker stopped or lost its lease"]).await?;
        let mut claims = Vec::new();
        let mut served = Vec::new();
        let lease = format!("{worker}/{}", Uuid::now_v7());
        let rows = tx.fetch(INSTALLATIONS, values![now, i64::from(n)]).await?;
        let installations = rows.iter().map(|row| row.int("id")).collect::<Result<Vec<_>>>()?;
        let mut wanted = i64::from(n);
        let mut left = i64::try_from(installations.len()).unwrap_or(1);
        for installation in installations {
            let share = (wanted + left - 1) / left;
            left -= 1;
            let rows = tx.fetch(CLAIM, values![&lease, now + ms(ttl), now, installation, share]).await?;
            // An update gives its rows back in no order.
            let mut rows = rows.into_iter().map(|row| Ok((row.int("turn")?, row))).collect::<Result<Vec<_>>>()?;
            rows.sort_by_key(|(turn, _)| *turn);
            if !rows.is_empty() {
                served.push(installation);
            }
            wanted -= i64::try_from(rows.len()).unwrap_or(0);
            for (_, row) in &rows {
                match Claim::read(row, &lease) {
                    Ok(claim) => claims.push(claim),
                    // A newer version made it. Its lease runs out; it must not keep all others from being claimed.
                    Err(error) => tracing::error!(%error, "a queue row cannot be read"),
                }
            }
        }
        // In one order, whoever claims, so that two replicas cannot wait for each other.
        served.sort_unstable();
        for installation in served {
            tx.execute(SERVED, values![installation, now]).await?;
        }
        tx.commit().await?;
        Ok(claims)
    }

    /// Whether events arrived since the claim: then another look follows this one.
    ///
    /// # Errors
    /// The database's.
    pub async fn asked_again(&self, claim: &Claim) -> Result<bool> {
        let rows = self.db.fetch(ASKED_AGAIN, values![&claim.subject.key(), &claim.lease]).await?;
        Ok(!rows.is_empty())
    }

    /// Whether an event that can only take green away arrived since the claim.
    ///
    /// # Errors
    /// The database's.
    pub async fn lowered_since(&self, claim: &Claim) -> Result<bool> {
        let rows = self.db.fetch(LOWERED_SINCE, values![&claim.subject.key(), &claim.lease]).await?;
        Ok(!rows.is_empty())
    }

    /// Prolongs the lease, and with it the lanes that the row holds; `false` where it was lost.
    ///
    /// # Errors
    /// The database's.
    pub async fn heartbeat(&self, claim: &Claim, ttl: Duration) -> Result<bool> {
        let mut tx = self.db.begin(Writes::Leases).await?;
        let now = tx.now(&self.clock).await?;
        let key = claim.subject.key();
        let held = tx.execute(HEARTBEAT, values![&key, &claim.lease, now + ms(ttl)]).await? == 1;
        if held {
            lane::hold_on(&mut tx, &claim.holder(), now + ms(ttl)).await?;
        }
        tx.commit().await?;
        Ok(held)
    }

    /// Ends a look that went well. Where events arrived meanwhile the row runs again at once (a second after this look
    /// began, for the same head), else at `next`. `false` where the lease was lost: then nothing was changed.
    ///
    /// # Errors
    /// The database's.
    pub async fn done(&self, claim: &Claim, next: Option<Timestamp>) -> Result<bool> {
        self.done_until(claim, next, None).await
    }

    /// The same, of what is green until then and not longer.
    ///
    /// # Errors
    /// The database's.
    pub async fn done_until(&self, claim: &Claim, next: Option<Timestamp>, green: Option<&GreenUntil>) -> Result<bool> {
        let mut tx = self.db.begin(Writes::Leases).await?;
        let held = self.finish(&mut tx, claim, next, green).await?;
        tx.commit().await?;
        Ok(held)
    }

    /// Ends the row, and gives back the lanes it holds.
    pub(super) async fn finish(
        &self,
        tx: &mut Tx,
        claim: &Claim,
        next: Option<Timestamp>,
        green: Option<&GreenUntil>,
    ) -> Result<bool> {
        let now = tx.now(&self.clock).await?;
        let (key, next) = (claim.subject.key(), next.map(Timestamp::as_millisecond));
        let (until, then) = (green.map(|green| green.at.as_millisecond()), green.map(|green| storable(&green.then)));
        let values = values![&key, &claim.lease, now, next, until, then.as_deref()];
        let held = tx.execute(FINISH, values).await? == 1;
        if held {
            lane::let_all_go(tx, &claim.holder()).await?;
        }
        Ok(held)
    }

    /// Ends a look that was not new enough: the wants remain, and the next look is at `at`, or as soon as it may be
    /// where events arrived meanwhile.
    ///
    /// # Errors
    /// The database's.
    pub async fn look_again(&self, claim: &Claim, at: Timestamp) -> Result<bool> {
        self.let_go(LOOK_AGAIN, claim, Some(at)).await
    }

    /// Ends a look that failed, to be tried again at `at` and not before. Only what `counts` (the handler's own
    /// failures, not rate limits and outages) leads to the row's death, at the tenth; then it is due at once, for
    /// people to be told.
    ///
    /// # Errors
    /// The database's.
    pub async fn retry(&self, claim: &Claim, at: Timestamp, error: &str, counts: bool) -> Result<bool> {
        let mut tx = self.db.begin(Writes::Leases).await?;
        let now = tx.now(&self.clock).await?;
        let (key, at) = (claim.subject.key(), at.as_millisecond());
        let held = tx.execute(RETRY, values![&key, &claim.lease, now, at, error, i64::from(counts)]).await? == 1;
        tx.commit().await?;
        Ok(held)
    }

    /// Ends a look that found the budget used up for something of this priority: again at `until`, or later by as many
    /// writes as others wait for since before, and before that for an event that is more urgent, because for that there is
    /// something left. No attempt is counted.
    ///
    /// # Errors
    /// The database's.
    pub async fn put_off(&self, claim: &Claim, until: Timestamp, refused: Priority) -> Result<bool> {
        let mut tx = self.db.begin(Writes::Leases).await?;
        let now = tx.now(&self.clock).await?;
        let (key, until) = (claim.subject.key(), until.as_millisecond());
        let values = values![&key, &claim.lease, now, until, place(refused), a_write_each(refused)];
        let held = tx.execute(PUT_OFF, values).await? == 1;
        tx.commit().await?;
        Ok(held)
    }

    /// Puts a dead row to rest, after people were told: it stays, with its error, until the next event. Where one
    /// arrived meanwhile it lives.
    ///
    /// # Errors
    /// The database's.
    pub async fn bury(&self, claim: &Claim) -> Result<bool> {
        self.let_go(BURY, claim, None).await
    }

    /// Gives a row back as it was, and the lanes it holds, because this process ends: no attempt is counted.
    ///
    /// # Errors
    /// The database's.
    pub async fn release(&self, claim: &Claim) -> Result<bool> {
        let mut tx = self.db.begin(Writes::Leases).await?;
        let held = tx.execute(RELEASE, values![&claim.subject.key(), &claim.lease]).await? == 1;
        lane::let_all_go(&mut tx, &claim.holder()).await?;
        tx.commit().await?;
        self.wake();
        Ok(held)
    }

    async fn let_go(&self, how: Sql, claim: &Claim, at: Option<Timestamp>) -> Result<bool> {
        let mut tx = self.db.begin(Writes::Leases).await?;
        let now = tx.now(&self.clock).await?;
        let (key, at) = (claim.subject.key(), at.map(Timestamp::as_millisecond));
        let held = match at {
            Some(at) => tx.execute(how, values![&key, &claim.lease, now, at]).await?,
            None => tx.execute(how, values![&key, &claim.lease, now]).await?,
        };
        tx.commit().await?;
        Ok(held == 1)
    }

    /// Makes a row for what no event asks for (a sweep, the redeliveries), or brings it forward to `at`.
    ///
    /// # Errors
    /// The database's.
    pub async fn schedule(&self, subject: &Subject, installation: u64, at: Timestamp) -> Result<()> {
        let mut tx = self.db.begin(Writes::Leases).await?;
        let (repository, number, head, base) = subject.columns();
        let (key, kind, at) = (subject.key(), subject.kind(), at.as_millisecond());
        tx.execute(INSTALL, values![installation]).await?;
        tx.execute(SCHEDULE, values![&key, kind, installation, repository, number, head, base, at]).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// How long until there is something to claim; `None` where nothing is planned, zero where it is due.
    ///
    /// # Errors
    /// The database's.
    pub async fn until_next(&self) -> Result<Option<Duration>> {
        let now = self.db.now(&self.clock).await?;
        let Some(at) = one(self.db.fetch(NEXT, values![now]).await?)?.maybe_int("at")? else { return Ok(None) };
        let left = at - now;
        Ok(Some(Duration::from_millis(u64::try_from(left).unwrap_or(0))))
    }

    /// How the queue stands.
    ///
    /// # Errors
    /// The database's.
    pub async fn queue_stats(&self) -> Result<QueueStats> {
        let now = self.db.now(&self.clock).await?;
        let row = one(self.db.fetch(STATS, values![now]).await?)?;
        let oldest = row.maybe_int("oldest")?.map_or(0, |at| now - at);
        Ok(QueueStats {
            depth: row.id("depth")?,
            in_flight: row.id("in_flight")?,
            dead: row.id("dead")?,
            oldest: Duration::from_millis(u64::try_from(oldest).unwrap_or(0)),
        })
    }

    /// Now, by the store's clock: the database's own where it has one, moved as the injected clock is.
    ///
    /// # Errors
    /// The database's.
    pub async fn now(&self) -> Result<Timestamp> {
        instant(self.db.now(&self.clock).await?)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says what is wrong by stopping")]

    use sqlx::{Connection as _, Row as _, SqliteConnection};

    use super::*;
    use crate::clock::Clock;

    #[tokio::test]
    async fn a_claim_does_not_sort_all_that_is_due() {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("store.db").display());
        Store::open(&url, Clock::default()).await.unwrap().migrate().await.unwrap();
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", CLAIM.sqlite));
        let plan = sqlx::query(explain).fetch_all(&mut connection).await.unwrap();
        let steps: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
        assert!(steps.iter().any(|step| step.contains("due_turn")), "{steps:#?}");
        assert!(!steps.iter().any(|step| step.contains("ORDER BY")), "{steps:#?}");
    }

    #[test]
    fn priorities_have_their_places() {
        assert_eq!(Priority::ALL.map(place), [0, 1, 2, 3, 4]);
    }
}
