//! Which standard changes went in by which model, and which of them failed.
//!
//! A model is suspended by what is counted here. Absent: what a failure is, and how
//! many are too many.

use std::collections::BTreeSet;

use countersign_domain::account::Oid;
use countersign_domain::layer::Layer;
use jiff::Timestamp;

use super::Store;
use super::db::{Row, Value, Writes, values};
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
    FAIL_DEPLOYED = Sql::both(
        "INSERT INTO deployment_failure (repository, number, head, environment, seen_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (repository, number) DO NOTHING"
    );
    FAILED_DEPLOYMENTS = Sql::both(
        "SELECT environment, creator, head, at FROM deployed
        WHERE repository = $1 AND failed = 1 AND at >= $2 ORDER BY at DESC, delivery LIMIT 20"
    );
    GOOD_BEFORE = Sql::both(
        "SELECT head FROM deployed WHERE repository = $1 AND environment = $2 AND creator = $3 AND failed = 0
            AND head <> $4 AND at <= $5 ORDER BY at DESC, delivery LIMIT 1"
    );
    FAILURES = Sql::both(
        "SELECT COUNT(*) AS changes FROM (SELECT DISTINCT m.repository, m.number FROM model_change m
            JOIN (SELECT repository, number FROM change_failure
                UNION SELECT repository, number FROM deployment_failure
                UNION SELECT repository, number FROM change_outcome WHERE failed_at IS NOT NULL) f
                ON f.repository = m.repository AND f.number = m.number
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

/// A deployment that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedDeployment {
    /// The environment, as GitHub calls it.
    pub environment: String,
    /// GitHub's number for the account that made it; 0 where no event said so.
    pub creator: u64,
    /// The commit.
    pub head: Oid,
    /// When that was said.
    pub at: Timestamp,
}

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
        self.fail(pull, FAIL, values![pull.0, pull.1, by, at.as_millisecond()]).await
    }

    /// Remembers that a change failed, because a deployment that brought it did. Gives the open pull requests that would
    /// go in by the same models.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_failed_deployment(
        &self,
        pull: (u64, u64),
        failed: &FailedDeployment,
    ) -> Result<Vec<(u64, u64)>> {
        let (head, at) = (failed.head.as_str(), failed.at.as_millisecond());
        self.fail(pull, FAIL_DEPLOYED, values![pull.0, pull.1, head, &failed.environment, at]).await
    }

    /// The open pull requests that would go in by the models of a change.
    ///
    /// # Errors
    /// The database's.
    pub async fn alike(&self, pull: (u64, u64)) -> Result<Vec<(u64, u64)>> {
        let alike = self.db.fetch(ALIKE, values![pull.0, pull.1]).await?;
        alike.iter().map(|row| Ok((row.id("repository")?, row.id("number")?))).collect()
    }

    async fn fail(&self, pull: (u64, u64), sql: Sql, values: &[Value<'_>]) -> Result<Vec<(u64, u64)>> {
        let mut tx = self.db.begin(Writes::Records).await?;
        tx.execute(sql, values).await?;
        let alike = tx.fetch(ALIKE, values![pull.0, pull.1]).await?;
        tx.commit().await?;
        alike.iter().map(|row| Ok((row.id("repository")?, row.id("number")?))).collect()
    }

    /// Whether a pull request would go in, or went in, by a model.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_of_a_model(&self, pull: (u64, u64)) -> Result<bool> {
        Ok(!self.db.fetch(MODELS, values![pull.0, pull.1]).await?.is_empty())
    }

    /// The newest deployments of a repository that failed since, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn failed_deployments(&self, repository: u64, since: Timestamp) -> Result<Vec<FailedDeployment>> {
        let failed = |row: &Row| {
            Ok(FailedDeployment {
                environment: row.text("environment")?,
                creator: row.id("creator")?,
                head: Oid::new(row.text("head")?),
                at: row.instant("at")?,
            })
        };
        let rows = self.db.fetch(FAILED_DEPLOYMENTS, values![repository, since.as_millisecond()]).await?;
        rows.iter().map(failed).collect()
    }

    /// The commit that the same account had last brought to that environment with success, before one that failed.
    ///
    /// # Errors
    /// The database's.
    pub async fn good_before(&self, repository: u64, failed: &FailedDeployment) -> Result<Option<Oid>> {
        let FailedDeployment { environment, creator, head, at } = failed;
        let values = values![repository, environment, *creator, head.as_str(), at.as_millisecond()];
        let rows = self.db.fetch(GOOD_BEFORE, values).await?;
        rows.first().map(|row| row.text("head").map(Oid::new)).transpose()
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
