//! The queue's rows that failed, for whoever runs countersign: which, why, and trying them again.

use jiff::Timestamp;

use super::Store;
use super::claim::Subject;
use super::db::{Row, Writes, one, values};
use super::error::Result;
use super::sql::{Sql, statements};

macro_rules! rows {
    ($where:literal) => {
        concat!(
            "SELECT d.key, d.kind, d.installation, d.repository, d.number, d.head, d.base, d.due_at, d.attempts,
                d.last_error, d.dead_at, r.owner, r.name
            FROM due d LEFT JOIN repository r ON r.id = d.repository WHERE ",
            $where
        )
    };
}

statements! {
    TROUBLED = Sql::both(rows!(
        "d.dead_at IS NOT NULL OR d.last_error IS NOT NULL
        ORDER BY CASE WHEN d.dead_at IS NULL THEN 1 ELSE 0 END, d.key LIMIT $1"
    ));
    DEAD = Sql::both(rows!("d.dead_at IS NOT NULL ORDER BY d.key"));
    PLANNED = Sql::both("SELECT COUNT(*) AS n FROM due WHERE lease IS NULL AND dead_at IS NULL AND due_at > $1");
    /// As if it had never failed. What its events want is still wanted.
    REVIVE = Sql::both(
        "UPDATE due SET dead_at = NULL, attempts = 0, tries = 0, parks = 0, not_before = NULL, due_at = $2
        WHERE key = $1 AND dead_at IS NOT NULL AND lease IS NULL"
    );
    NOTIFY = Sql::postgres("SELECT pg_notify('countersign_due', '')");
}

/// A row that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRow {
    /// Its key.
    pub key: String,
    /// What it is about.
    pub subject: Subject,
    /// The repository's owner and name, where they are known.
    pub repository: Option<(String, String)>,
    /// Whether it is given up.
    pub state: RowState,
    /// How often it failed since it last went well.
    pub attempts: u32,
    /// The last error.
    pub error: String,
    /// When it was given up.
    pub dead_at: Option<Timestamp>,
    /// When it is looked at next.
    pub due_at: Option<Timestamp>,
}

/// What becomes of a row that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    /// It waits for the next event, or to be revived.
    Dead,
    /// It is tried again by itself.
    Retrying,
}

impl RowState {
    /// Its name in what is shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dead => "dead",
            Self::Retrying => "retrying",
        }
    }
}

impl QueueRow {
    /// Its subject as people know it, such as `acme/shop#12`.
    pub fn name(&self) -> String {
        let repository = |id: &u64| match &self.repository {
            Some((owner, name)) => format!("{owner}/{name}"),
            None => format!("repository {id}"),
        };
        match &self.subject {
            Subject::Pull { repository: id, number } => format!("{}#{number}", repository(id)),
            Subject::Group { repository: id, base, head } => {
                format!("{} merge group {} into {base}", repository(id), head.short())
            }
            Subject::Gate { repository: id, run, environment } => {
                format!("{} deployment to {environment} (run {run})", repository(id))
            }
            Subject::Push { repository: id, branch, head } => {
                format!("{} push of {} to {branch}", repository(id), head.short())
            }
            Subject::Sweep { installation } => format!("sweep of installation {installation}"),
            Subject::Redelivery => "redelivery of what GitHub could not hand over".to_owned(),
        }
    }

    fn read(row: &Row) -> Result<Self> {
        let dead_at = row.maybe_instant("dead_at")?;
        Ok(Self {
            key: row.text("key")?,
            subject: Subject::read(row)?,
            repository: row.maybe_text("owner")?.zip(row.maybe_text("name")?),
            state: if dead_at.is_some() { RowState::Dead } else { RowState::Retrying },
            attempts: row.count("attempts")?,
            error: row.maybe_text("last_error")?.unwrap_or_default(),
            dead_at,
            due_at: row.maybe_instant("due_at")?,
        })
    }
}

impl Store {
    /// Rows that failed, the dead ones first.
    ///
    /// # Errors
    /// The database's.
    pub async fn troubled(&self, at_most: u32) -> Result<Vec<QueueRow>> {
        self.db.fetch(TROUBLED, values![i64::from(at_most)]).await?.iter().map(QueueRow::read).collect()
    }

    /// Every dead row.
    ///
    /// # Errors
    /// The database's.
    pub async fn dead(&self) -> Result<Vec<QueueRow>> {
        self.db.fetch(DEAD, &[]).await?.iter().map(QueueRow::read).collect()
    }

    /// How many rows are to be looked at later, by time alone.
    ///
    /// # Errors
    /// The database's.
    pub async fn planned(&self) -> Result<u64> {
        let now = self.db.now(&self.clock).await?;
        one(self.db.fetch(PLANNED, values![now]).await?)?.id("n")
    }

    /// Makes a dead row due at once, as if it had never failed; `false` where it is not dead, or somebody works on it.
    ///
    /// # Errors
    /// The database's.
    pub async fn revive(&self, key: &str) -> Result<bool> {
        let mut tx = self.db.begin(Writes::Records).await?;
        let now = tx.now(&self.clock).await?;
        let revived = tx.execute(REVIVE, values![key, now]).await? == 1;
        if revived && tx.is_postgres() {
            tx.execute(NOTIFY, &[]).await?;
        }
        tx.commit().await?;
        self.wake();
        Ok(revived)
    }
}
