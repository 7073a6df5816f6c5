//! Deployments as events told of them, and where each change was deployed.
//!
//! A deployment of the commit by which a change went in brings that change and all that
//! went into the same branch before it. Whoever may push may say of any deployment that
//! it succeeded: this is a record for people, and nothing is decided by it. Absent:
//! deployments of commits by which no change went in.

use std::collections::BTreeMap;

use countersign_domain::account::Oid;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Store;
use super::db::{Row, Tx, Writes, storable, values};
use super::error::Result;
use super::sql::{Sql, bulk, statements};
use crate::signal::DeploymentMove;

statements! {
    MOVE = bulk!(
        "INSERT INTO deployment (repository, id, environment, environment_key, head, seen_at, started_at, succeeded_at,
            failed_at)
        SELECT j.repository, j.id, j.environment, j.environment_key, j.head, j.at, j.started_at, j.succeeded_at,
            j.failed_at FROM",
        (repository bigint, id bigint, environment text, environment_key text, head text, at bigint, started_at bigint,
            succeeded_at bigint, failed_at bigint),
        "WHERE true ORDER BY j.repository, j.id
        ON CONFLICT (repository, id) DO UPDATE SET
            started_at = COALESCE(deployment.started_at, excluded.started_at),
            succeeded_at = COALESCE(deployment.succeeded_at, excluded.succeeded_at),
            failed_at = COALESCE(deployment.failed_at, excluded.failed_at)"
    );
    MERGED = Sql::both(
        "INSERT INTO merged_change (repository, number, base, head, merged_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (repository, number) DO NOTHING"
    );
    WENT_IN_AS = Sql::both("SELECT number FROM merged_change WHERE repository = $1 AND base = $2 AND head = $3 LIMIT 1");
    REVERTED = Sql::both(
        "SELECT MIN(seen_at) AS at FROM change_failure WHERE repository = $1 AND number = $2"
    );
    OF_CHANGE = Sql::both(
        "SELECT d.id, d.environment, d.environment_key, d.head, d.started_at, d.succeeded_at, d.failed_at,
            CAST(MAX(CASE WHEN other.merged_at >= own.merged_at THEN 1 ELSE 0 END) AS BIGINT) AS brings
        FROM merged_change own
            JOIN merged_change other ON other.repository = own.repository AND other.base = own.base
            JOIN deployment d ON d.repository = own.repository AND d.head = other.head AND d.seen_at >= own.merged_at
        WHERE own.repository = $1 AND own.number = $2
        GROUP BY d.id, d.environment, d.environment_key, d.head, d.started_at, d.succeeded_at, d.failed_at ORDER BY d.id"
    );
}

/// Where a change was deployed, and how that went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeDeployment {
    /// GitHub's number for the deployment that brought it.
    pub deployment: u64,
    /// The environment, as GitHub calls it.
    pub environment: String,
    /// The commit that was deployed.
    pub head: Oid,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it succeeded.
    pub succeeded_at: Option<Timestamp>,
    /// When it failed.
    pub failed_at: Option<Timestamp>,
    /// Since when the change counts as backed out there: a later deployment took it back, or a pull request that went in
    /// reverts it.
    pub backed_out_at: Option<Timestamp>,
}

/// Keeps what events told of deployments. The first that is told of each state stays.
pub(super) async fn moved(tx: &mut Tx, moves: &[&DeploymentMove]) -> Result<()> {
    let mut rows: BTreeMap<(u64, u64), Value> = BTreeMap::new();
    for moved in moves {
        let row = rows.entry((moved.repository, moved.deployment)).or_insert_with(|| {
            json!({
                "repository": moved.repository.cast_signed(),
                "id": moved.deployment.cast_signed(),
                "environment": storable(&moved.environment),
                "environment_key": storable(&moved.environment.to_lowercase()),
                "head": storable(moved.head.as_str()),
                "at": moved.at.as_millisecond(),
                "started_at": null, "succeeded_at": null, "failed_at": null,
            })
        });
        let column = match moved.state.as_str() {
            "in_progress" => "started_at",
            "success" => "succeeded_at",
            "failure" | "error" => "failed_at",
            _ => continue,
        };
        if row[column].is_null() {
            row[column] = moved.at.as_millisecond().into();
        }
    }
    if !rows.is_empty() {
        tx.execute(MOVE, values![&Value::Array(rows.into_values().collect()).to_string()]).await?;
    }
    Ok(())
}

impl Store {
    /// Remembers by which commit a change went into which branch. GitHub tells the second.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_merged(&self, pull: (u64, u64), base: &str, head: &Oid, at: Timestamp) -> Result<()> {
        let base = storable(base);
        let values = values![pull.0, pull.1, &*base, head.as_str(), at.as_millisecond()];
        self.db.execute(Writes::Records, MERGED, values).await?;
        Ok(())
    }

    /// Whether a pull request is known to have gone into that branch as that commit.
    ///
    /// # Errors
    /// The database's.
    pub async fn went_in_as(&self, repository: u64, base: &str, head: &Oid) -> Result<bool> {
        let rows = self.db.fetch(WENT_IN_AS, values![repository, &*storable(base), head.as_str()]).await?;
        Ok(!rows.is_empty())
    }

    /// Whether a pull request that went in reverts the change.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_reverted(&self, repository: u64, number: u64) -> Result<bool> {
        let rows = self.db.fetch(REVERTED, values![repository, number]).await?;
        Ok(rows.first().map_or(Ok(None), |row| row.maybe_instant("at"))?.is_some())
    }

    /// Where a change was deployed and how that went: of each environment the deployments that brought it, up to the first
    /// that succeeded. Where it was taken back, the next ones that brought it again follow.
    ///
    /// # Errors
    /// The database's.
    pub async fn deployments_of(&self, repository: u64, number: u64) -> Result<Vec<ChangeDeployment>> {
        let reverted = self.db.fetch(REVERTED, values![repository, number]).await?;
        let reverted_at = reverted.first().map_or(Ok(None), |row| row.maybe_instant("at"))?;
        let mut found: Vec<(String, ChangeDeployment)> = Vec::new();
        for row in &self.db.fetch(OF_CHANGE, values![repository, number]).await? {
            let (key, brings) = (row.text("environment_key")?, row.int("brings")? == 1);
            let deployment = read(row, reverted_at)?;
            let there = found.iter_mut().rfind(|(of, there)| *of == key && there.succeeded_at.is_some());
            match there {
                Some((_, there)) if !brings => {
                    there.backed_out_at = there.backed_out_at.or(deployment.succeeded_at);
                }
                Some((_, there)) if there.backed_out_at.is_none() || reverted_at.is_some() => {}
                _ if brings => found.push((key, deployment)),
                _ => {}
            }
        }
        Ok(found.into_iter().map(|(_, deployment)| deployment).collect())
    }
}

fn read(row: &Row, reverted_at: Option<Timestamp>) -> Result<ChangeDeployment> {
    Ok(ChangeDeployment {
        deployment: row.id("id")?,
        environment: row.text("environment")?,
        head: Oid::new(row.text("head")?),
        started_at: row.maybe_instant("started_at")?,
        succeeded_at: row.maybe_instant("succeeded_at")?,
        failed_at: row.maybe_instant("failed_at")?,
        backed_out_at: reverted_at,
    })
}
