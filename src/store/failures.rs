//! Which standard changes went in by which model, and which of them failed.
//!
//! A model is suspended by what is counted here. Absent: what a failure is, and how
//! many are too many.

use std::collections::BTreeSet;

use countersign_domain::layer::Layer;
use jiff::Timestamp;

use super::Store;
use super::db::{Row, Writes, values};
use super::error::Result;
use super::sql::{Sql, statements};

statements! {
    MODELS = Sql::both("SELECT layer, model FROM model_change WHERE repository = $1 AND number = $2");
    FORGET_MODELS = Sql::both("DELETE FROM model_change WHERE repository = $1 AND number = $2");
    COVER = Sql::both(
        "INSERT INTO model_change (repository, number, owner_key, layer, model) VALUES ($1, $2, $3, $4, $5)"
    );
    FAIL = Sql::both(
        "INSERT INTO change_failure (repository, number, reverted_by, seen_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (repository, number, reverted_by) DO NOTHING"
    );
    FAILURES = Sql::both(
        "SELECT COUNT(*) AS changes FROM (SELECT DISTINCT m.repository, m.number FROM model_change m
            JOIN change_failure f ON f.repository = m.repository AND f.number = m.number
            WHERE m.owner_key = $1 AND m.layer = $2 AND m.model = $3 AND (m.layer = 'organisation' OR m.repository = $4)
        ) AS failed"
    );
    ALIKE = Sql::both(
        "SELECT DISTINCT p.repository, p.number FROM model_change failed
            JOIN model_change m ON m.owner_key = failed.owner_key AND m.layer = failed.layer AND m.model = failed.model
            JOIN pull p ON p.repository = m.repository AND p.number = m.number
        WHERE failed.repository = $1 AND failed.number = $2 AND p.open = 1"
    );
}

/// A model of a layer.
pub type ModelName = (Layer, String);

impl Store {
    /// Remembers by which models a pull request would go in. What is the same already is not written again.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_models(&self, pull: (u64, u64), owner: &str, models: &BTreeSet<ModelName>) -> Result<()> {
        let pair = |row: &Row| Ok((row.text("layer")?, row.text("model")?));
        let rows = self.db.fetch(MODELS, values![pull.0, pull.1]).await?;
        let known = rows.iter().map(pair).collect::<Result<BTreeSet<_>>>()?;
        let wanted: BTreeSet<_> =
            models.iter().map(|(layer, model)| (layer.name().to_owned(), model.clone())).collect();
        if known == wanted {
            return Ok(());
        }
        let mut tx = self.db.begin(Writes::Records).await?;
        tx.execute(FORGET_MODELS, values![pull.0, pull.1]).await?;
        for (layer, model) in &wanted {
            tx.execute(COVER, values![pull.0, pull.1, &owner.to_lowercase(), layer, model]).await?;
        }
        tx.commit().await
    }

    /// Remembers that a change failed, because another pull request that went in reverts it. Gives the open pull requests
    /// that would go in by the same models.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_revert(&self, pull: (u64, u64), by: u64, at: Timestamp) -> Result<Vec<(u64, u64)>> {
        let mut tx = self.db.begin(Writes::Records).await?;
        tx.execute(FAIL, values![pull.0, pull.1, by, at.as_millisecond()]).await?;
        let alike = tx.fetch(ALIKE, values![pull.0, pull.1]).await?;
        tx.commit().await?;
        alike.iter().map(|row| Ok((row.id("repository")?, row.id("number")?))).collect()
    }

    /// How many changes that went in by a model are known to have failed: of the repository, or for a model of the
    /// organisation of all its repositories.
    ///
    /// # Errors
    /// The database's.
    pub async fn failures_of(&self, repository: u64, owner: &str, (layer, model): &ModelName) -> Result<u32> {
        let rows = self.db.fetch(FAILURES, values![&owner.to_lowercase(), layer.name(), model, repository]).await?;
        rows.first().map_or(Ok(0), |row| row.count("changes"))
    }
}
