//! Emergencies: which change each ticket was used for, which changes were in the lane, and the reviews that are owed.
//!
//! A ticket is claimed before anything is written on the strength of it, so that of two changes at the same moment one
//! has it. Absent: whether a declaration holds.

use countersign_domain::account::Account;
use jiff::Timestamp;

use super::Store;
use super::db::{Row, Writes, instant, values};
use super::error::Result;
use super::mark::{Cause, Marks};
use super::sql::{Sql, statements};
use crate::signal::{Mark, Want};

statements! {
    TICKET = Sql::both("SELECT repository, number FROM emergency_ticket WHERE owner_key = $1 AND ticket = $2");
    CLAIM = Sql::both(
        "INSERT INTO emergency_ticket (owner_key, ticket, repository, number, used_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (owner_key, ticket) DO NOTHING"
    );
    IN_LANE = Sql::both(
        "INSERT INTO emergency_change (repository, number, until) VALUES ($1, $2, $3)
        ON CONFLICT (repository, number) DO UPDATE SET until = excluded.until WHERE emergency_change.until <> excluded.until"
    );
    OUT_OF_LANE = Sql::both("DELETE FROM emergency_change WHERE repository = $1 AND number = $2");
    OWE = Sql::both(
        "INSERT INTO emergency_review (repository, number, due) SELECT repository, number, $3 FROM emergency_change
        WHERE repository = $1 AND number = $2 AND until > $4 ON CONFLICT (repository, number) DO NOTHING"
    );
    OWED = Sql::both(
        "SELECT number, due FROM emergency_review WHERE repository = $1 AND number <> $2 AND done_at IS NULL
        ORDER BY due, number LIMIT 100"
    );
    DONE = Sql::both(
        "UPDATE emergency_review SET done_at = $3, done_by = $4
        WHERE repository = $1 AND number = $2 AND done_at IS NULL"
    );
    OF_CHANGE = Sql::both(
        "SELECT CASE WHEN done_at IS NULL THEN due END AS due FROM emergency_review WHERE repository = $1 AND number = $2"
    );
    DUE = Sql::both("SELECT due FROM emergency_review WHERE repository = $1 AND number = $2");
    OPEN = Sql::both("SELECT number FROM pull WHERE repository = $1 AND open = 1 ORDER BY number");
}

impl Store {
    /// The change that a ticket was used for: repository and number.
    ///
    /// # Errors
    /// The database's.
    pub async fn ticket(&self, owner: &str, ticket: &str) -> Result<Option<(u64, u64)>> {
        let rows = self.db.fetch(TICKET, values![&owner.to_lowercase(), ticket]).await?;
        rows.first().map(pull).transpose()
    }

    /// Uses a ticket for a change, for ever. Gives the change whose it is: another's, where that was first.
    ///
    /// # Errors
    /// The database's.
    pub async fn use_ticket(&self, owner: &str, ticket: &str, change: (u64, u64)) -> Result<(u64, u64)> {
        if let Some(known) = self.ticket(owner, ticket).await? {
            return Ok(known);
        }
        let now = self.db.now(&self.clock).await?;
        let owner_key = owner.to_lowercase();
        let values = values![&owner_key, ticket, change.0, change.1, now];
        self.db.execute(Writes::Records, CLAIM, values).await?;
        Ok(self.ticket(owner, ticket).await?.unwrap_or(change))
    }

    /// Remembers until when a change goes in as an emergency; `None`: it does not.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_emergency(&self, change: (u64, u64), until: Option<Timestamp>) -> Result<()> {
        match until {
            Some(until) => {
                let values = values![change.0, change.1, until.as_millisecond()];
                self.db.execute(Writes::Records, IN_LANE, values).await?;
            }
            None => {
                self.db.execute(Writes::Records, OUT_OF_LANE, values![change.0, change.1]).await?;
            }
        }
        Ok(())
    }

    /// Remembers that a change that went in as an emergency is to be reviewed. Where that was not known yet, whatever is
    /// open in its repository is due.
    ///
    /// # Errors
    /// The database's.
    pub async fn owe_review(
        &self,
        installation: u64,
        change: (u64, u64),
        merged_at: Timestamp,
        due: Timestamp,
    ) -> Result<()> {
        let values = values![change.0, change.1, due.as_millisecond(), merged_at.as_millisecond()];
        self.moved(installation, change.0, OWE, values).await
    }

    /// Remembers that the review of a change was done. Where one was owed, whatever is open in its repository is due.
    ///
    /// # Errors
    /// The database's.
    pub async fn review_done(&self, installation: u64, change: (u64, u64), at: Timestamp, by: &Account) -> Result<()> {
        let values = values![change.0, change.1, at.as_millisecond(), by.id];
        self.moved(installation, change.0, DONE, values).await
    }

    /// In one transaction, so that nobody who waits for it is forgotten by a crash.
    async fn moved(&self, installation: u64, repository: u64, sql: Sql, values: &[super::db::Value<'_>]) -> Result<()> {
        let mut tx = self.db.begin(Writes::Records).await?;
        if tx.execute(sql, values).await? > 0 {
            let now = tx.now(&self.clock).await?;
            let received_at = instant(now)?;
            let cause = Cause { delivery: "", installation, received_at, awaited: false, lowered: None };
            let mut due = Marks::default();
            for row in tx.fetch(OPEN, values![repository]).await? {
                let mark = Mark::Pull { repository, number: row.id("number")?, want: Want::Anything, lowers: false };
                due.resolve(&mut tx, &mark, cause).await?;
            }
            due.write(&mut tx, now).await?;
        }
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// The review of a change that went in as an emergency, and when it is due, where it is not done; `None` where none was
    /// ever owed.
    ///
    /// # Errors
    /// The database's.
    pub async fn review_of(&self, change: (u64, u64)) -> Result<Option<Option<Timestamp>>> {
        let rows = self.db.fetch(OF_CHANGE, values![change.0, change.1]).await?;
        rows.first().map(|row| row.maybe_instant("due")).transpose()
    }

    /// Until when a change that went in as an emergency is, or was, to be reviewed; `None` where it did not.
    ///
    /// # Errors
    /// The database's.
    pub async fn emergency_review_due(&self, change: (u64, u64)) -> Result<Option<Timestamp>> {
        let rows = self.db.fetch(DUE, values![change.0, change.1]).await?;
        rows.first().map(|row| row.instant("due")).transpose()
    }

    /// The reviews that are owed of other changes of a repository: number, and when each is due, the earliest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn reviews_owed(&self, repository: u64, besides: u64) -> Result<Vec<(u64, Timestamp)>> {
        let rows = self.db.fetch(OWED, values![repository, besides]).await?;
        rows.iter().map(|row| Ok((row.id("number")?, row.instant("due")?))).collect()
    }
}

fn pull(row: &Row) -> Result<(u64, u64)> {
    Ok((row.id("repository")?, row.id("number")?))
}
