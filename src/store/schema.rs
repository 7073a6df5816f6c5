//! Which version the tables have, and which one they want. Nothing is changed here.

use super::Store;
use super::db::one;
use super::error::Result;
use super::open::MIGRATIONS;
use super::sql::{Sql, statements};

statements! {
    HAS_TABLE = Sql::each(
        "SELECT COUNT(*) AS n FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'",
        "SELECT CAST(COUNT(to_regclass('_sqlx_migrations')) AS BIGINT) AS n"
    );
    APPLIED = Sql::both("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version");
}

/// The tables' version beside ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The newest migration that was applied; `None` in an empty database.
    pub found: Option<i64>,
    /// The newest migration of this version of countersign.
    pub ours: i64,
    /// What is to be applied, with its description.
    pub pending: Vec<(i64, String)>,
}

impl Schema {
    /// That of a database which does not exist yet.
    pub fn none() -> Self {
        Self::of(&[])
    }

    fn of(applied: &[i64]) -> Self {
        let ours = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
        let pending = MIGRATIONS.iter().filter(|migration| !applied.contains(&migration.version));
        let pending = pending.map(|migration| (migration.version, migration.description.to_string())).collect();
        Self { found: applied.iter().copied().max(), ours, pending }
    }

    /// Whether nothing is pending and nothing is newer than ours.
    pub fn is_current(&self) -> bool {
        self.pending.is_empty() && self.found == Some(self.ours)
    }
}

impl Store {
    /// The tables' version beside ours.
    ///
    /// # Errors
    /// The database's.
    pub async fn schema(&self) -> Result<Schema> {
        if one(self.db.fetch(HAS_TABLE, &[]).await?)?.int("n")? == 0 {
            return Ok(Schema::none());
        }
        let rows = self.db.fetch(APPLIED, &[]).await?;
        let applied = rows.iter().map(|row| row.int("version")).collect::<Result<Vec<_>>>()?;
        Ok(Schema::of(&applied))
    }
}
