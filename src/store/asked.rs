//! Whom we asked for a review, so that nobody is asked twice while GitHub's reads lag behind our own writes.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Store;
use super::db::{Writes, values};
use super::error::Result;
use super::sql::{Sql, statements};

statements! {
    ASKED = Sql::both("SELECT reviewer FROM review_request WHERE repository = $1 AND number = $2");
    ASK = Sql::both(
        "INSERT INTO review_request (repository, number, reviewer, asked_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (repository, number, reviewer) DO NOTHING"
    );
}

impl Store {
    /// Whom we asked for a review of a pull request, by the names that the caller gave them.
    ///
    /// # Errors
    /// The database's.
    pub async fn asked_reviewers(&self, pull: (u64, u64)) -> Result<BTreeSet<String>> {
        self.db.fetch(ASKED, values![pull.0, pull.1]).await?.iter().map(|row| row.text("reviewer")).collect()
    }

    /// Remembers whom we asked.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_asked(&self, pull: (u64, u64), reviewers: &BTreeSet<String>, at: Timestamp) -> Result<()> {
        let mut tx = self.db.begin(Writes::Records).await?;
        for reviewer in reviewers {
            tx.execute(ASK, values![pull.0, pull.1, reviewer, at.as_millisecond()]).await?;
        }
        tx.commit().await
    }
}
