//! Stored changes copied into a store of their own: what a backtest reads, and nothing else.
//!
//! It also takes changes that were read after they went in. Of each change the last decision while it was open goes along, with its parts as they are kept and the name of its
//! repository. Deliveries, budgets and everything else stay behind.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::changes::{Changes, DecidedChange};
use super::db::{Row, Tx, Writes, values};
use super::decision::NewDecision;
use super::error::Result;
use super::sql::{Sql, bulk, statements};
use super::{Store, decision};
use crate::signal::RepositoryName;

/// The key of decisions that answer no row of the queue.
const HISTORY: &str = "history";

/// How many changes are copied in one transaction.
const PAGE: usize = 250;

statements! {
    TAKE = bulk!(
        "SELECT d.id AS id, d.key AS key, d.repository AS repository, d.number AS number, d.head AS head,
            d.check_name AS check_name, d.as_of AS as_of, d.outcome AS outcome, d.own_outcome AS own_outcome,
            d.semantics AS semantics, d.engine AS engine, d.policies AS policies, d.parts AS parts, d.texts AS texts,
            c.author AS author, c.opened_at AS opened_at, c.merged_at AS merged_at, c.files AS files, c.lines AS lines,
            c.risk_level AS risk_level, c.risk_score AS risk_score
        FROM",
        (id text),
        "JOIN decision d ON d.id = j.id
        JOIN change_row c ON c.repository = d.repository AND c.number = d.number AND c.decision = d.id"
    );
    OF_SERVER = Sql::both("SELECT id FROM repository WHERE installation <> 0 LIMIT 1");
    PUT_REPOSITORY = Sql::both(
        "INSERT INTO repository (id, installation, owner, owner_key, name, default_branch) VALUES ($1, 0, $2, $3, $4, $5)
        ON CONFLICT (id) DO NOTHING"
    );
    PUT_DECISION = Sql::both(
        "INSERT INTO decision (id, key, repository, number, head, check_name, as_of, outcome, own_outcome, semantics,
            engine, policies, parts, texts, causes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '[]')"
    );
    PUT_CHANGE = Sql::both(
        "INSERT INTO change_row (repository, number, author, opened_at, merged_at, files, lines, risk_level,
            risk_score, outcome, decision, as_of)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    );
    /// How large it is unpacked is asked by nobody here.
    PUT_PART = Sql::both(
        "INSERT INTO part (kind, hash, size, used_at, bytes) VALUES ($1, $2, 0, $3, $4) ON CONFLICT (kind, hash) DO NOTHING"
    );
}

impl Store {
    /// Copies the changes that were decided into another store, but for those that are there already, and says how many.
    ///
    /// # Errors
    /// Those of both databases.
    pub async fn export_changes(&self, to: &Self, which: &Changes) -> Result<usize> {
        let (mut wanted, _) = self.decided_changes(which).await?;
        let (known, _) = to.decided_changes(&Changes { since: Timestamp::MIN, ..which.clone() }).await?;
        let known: BTreeSet<_> = known.iter().map(|change| (change.repository, change.number)).collect();
        wanted.retain(|change| !known.contains(&(change.repository, change.number)));
        let now = to.clock.now().as_millisecond();
        let (mut repositories, mut there) = (BTreeSet::new(), BTreeSet::new());
        let mut copied = 0;
        for page in wanted.chunks(PAGE) {
            let rows = self.db.fetch(TAKE, values![&ids(page)]).await?;
            let mut parts: BTreeSet<(String, String)> = BTreeSet::new();
            let mut tx = to.db.begin(Writes::Records).await?;
            for row in &rows {
                let repository = row.id("repository")?;
                if repositories.insert(repository) {
                    self.copy_repository(&mut tx, repository).await?;
                }
                put(&mut tx, row).await?;
                let names: Vec<(String, String)> = decision::from_json(&row.text("parts")?)?;
                parts.extend(names.into_iter().filter(|name| !there.contains(name)));
                copied += 1;
            }
            let names: Vec<_> = parts.iter().cloned().collect();
            for ((kind, hash), bytes) in self.packed_parts(&names).await? {
                tx.execute(PUT_PART, values![&kind, &hash, now, &bytes]).await?;
            }
            there.extend(parts);
            tx.commit().await?;
        }
        Ok(copied)
    }

    /// Whether this may be a store of stored changes alone: a server's has repositories of installations.
    ///
    /// # Errors
    /// The database's.
    pub async fn may_be_export(&self) -> Result<bool> {
        Ok(self.db.fetch(OF_SERVER, values![]).await?.is_empty())
    }

    /// Keeps a change that was read after it went in.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep_past_change(&self, repository: &RepositoryName, past: &NewDecision) -> Result<()> {
        let Some(change) = &past.change else { return Ok(()) };
        let id = Uuid::now_v7();
        let mut tx = self.db.begin(Writes::Records).await?;
        let now = tx.now(&self.clock).await?;
        let parts = super::part::keep(&mut tx, &past.parts, now).await?;
        let RepositoryName { id: number, owner, name, default_branch } = repository;
        tx.execute(PUT_REPOSITORY, values![*number, owner, &owner.to_lowercase(), name, default_branch]).await?;
        tx.execute(
            PUT_DECISION,
            values![
                &id.to_string(),
                HISTORY,
                change.repository,
                change.number,
                past.head.as_str(),
                &past.check_name,
                past.as_of.as_millisecond(),
                past.outcome.name(),
                past.own_outcome.name(),
                i64::from(past.semantics),
                &past.engine,
                &decision::to_json(&past.policies)?,
                &decision::to_json(&parts)?,
                &past.texts,
            ],
        )
        .await?;
        decision::keep_change(&mut tx, change, id, past.as_of).await?;
        tx.commit().await
    }

    async fn copy_repository(&self, tx: &mut Tx, id: u64) -> Result<()> {
        if let Some(row) = self.repository(id).await? {
            let name = &row.name;
            let key = name.owner.to_lowercase();
            tx.execute(PUT_REPOSITORY, values![id, &name.owner, &key, &name.name, &name.default_branch]).await?;
        }
        Ok(())
    }
}

fn ids(page: &[DecidedChange]) -> String {
    Value::Array(page.iter().map(|change| json!({ "id": change.decision.to_string() })).collect()).to_string()
}

/// A decision, and the row of its change.
async fn put(tx: &mut Tx, row: &Row) -> Result<()> {
    let (repository, number, as_of) = (row.int("repository")?, row.int("number")?, row.int("as_of")?);
    let (id, outcome) = (row.text("id")?, row.text("outcome")?);
    tx.execute(
        PUT_DECISION,
        values![
            &id,
            &row.text("key")?,
            repository,
            number,
            &row.text("head")?,
            &row.text("check_name")?,
            as_of,
            &outcome,
            &row.text("own_outcome")?,
            row.int("semantics")?,
            &row.text("engine")?,
            &row.text("policies")?,
            &row.text("parts")?,
            &row.text("texts")?,
        ],
    )
    .await?;
    tx.execute(
        PUT_CHANGE,
        values![
            repository,
            number,
            row.maybe_int("author")?,
            row.maybe_int("opened_at")?,
            row.maybe_int("merged_at")?,
            row.maybe_int("files")?,
            row.maybe_int("lines")?,
            &row.text("risk_level")?,
            row.int("risk_score")?,
            &outcome,
            &id,
            as_of,
        ],
    )
    .await?;
    Ok(())
}
