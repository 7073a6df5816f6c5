//! Deployments that wait at a gate, what we said of them, and what an environment has by them.
//!
//! What an environment has is known for certain only of deployments that our own gate let
//! through: whoever may push may say of any deployment that it succeeded. Absent: what
//! a gate answers, and where changes were deployed.

use std::collections::BTreeMap;

use countersign_domain::account::Oid;
use countersign_domain::decision::Outcome;
use countersign_domain::plan::RunStatus;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Store;
use super::claim::{Claim, Subject};
use super::db::{Row, Tx, Writes, storable, values};
use super::decision::{self, NewDecision};
use super::error::Result;
use super::shown::run_status_name;
use super::sql::{Sql, bulk, statements};
use crate::signal::GateRequest;

statements! {
    /// The same deployment asks once, however often that is told; a run that is begun again asks anew.
    ASK = bulk!(
        "INSERT INTO gate (repository, run, environment, environment_key, deployment, head, asked_at, first_asked_at)
        SELECT j.repository, j.run, j.environment, j.environment_key, j.deployment, j.head, j.at, j.at FROM",
        (repository bigint, run bigint, environment text, environment_key text, deployment bigint, head text, at bigint),
        "WHERE true ORDER BY j.repository, j.run, j.environment
        ON CONFLICT (repository, run, environment) DO UPDATE SET deployment = excluded.deployment,
            head = excluded.head, asked_at = excluded.asked_at, said = NULL, said_times = 0, answer = NULL,
            answered_at = NULL
        WHERE excluded.deployment > gate.deployment AND excluded.asked_at >= gate.asked_at"
    );
    WAITING = Sql::both(
        "SELECT g.repository, g.run, g.environment, r.installation FROM gate g JOIN repository r ON r.id = g.repository
        WHERE g.repository = $1 AND g.answer IS NULL AND g.asked_at >= $2"
    );
    WAITING_OF_OWNER = Sql::both(
        "SELECT g.repository, g.run, g.environment, r.installation FROM repository r JOIN gate g ON g.repository = r.id
        WHERE r.owner_key = $1 AND g.answer IS NULL AND g.asked_at >= $2"
    );
    GATE = Sql::both(
        "SELECT deployment, head, asked_at, said, said_times, answer FROM gate
        WHERE repository = $1 AND run = $2 AND environment = $3"
    );
    LAST_THROUGH = Sql::both(
        "SELECT g.head FROM gate g JOIN deployment d ON d.repository = g.repository AND d.id = g.deployment
        WHERE g.repository = $1 AND g.environment_key = $2 AND g.answer = 'approved' AND d.head = g.head
            AND d.succeeded_at IS NOT NULL AND (d.failed_at IS NULL OR d.failed_at < d.succeeded_at)
        ORDER BY d.succeeded_at DESC, d.id DESC LIMIT 1"
    );
    FIRST_ASKED = Sql::both(
        "SELECT MIN(first_asked_at) AS at FROM gate WHERE repository = $1 AND environment_key = $2"
    );
    LAST_BEFORE = Sql::both(
        "SELECT head FROM deployment WHERE repository = $1 AND environment_key = $2 AND succeeded_at IS NOT NULL
            AND succeeded_at < $3 AND (failed_at IS NULL OR failed_at < succeeded_at)
        ORDER BY succeeded_at DESC, id DESC LIMIT 1"
    );
    /// Those that wait and were given up, an hour ago or longer.
    GIVEN_UP = Sql::both(
        "SELECT g.repository, g.run, g.environment, r.installation FROM due d
            JOIN gate g ON g.repository = d.repository AND g.run = d.number AND g.environment = d.base
            JOIN repository r ON r.id = g.repository
        WHERE d.kind = 'gate' AND d.dead_at <= $2 AND r.installation = $1 AND r.gone_at IS NULL AND g.answer IS NULL
            AND g.asked_at >= $3 ORDER BY g.asked_at LIMIT 100"
    );
    /// Of a pull request that went in nothing is asked any more, which says nothing of its authority.
    AUTHORITY = Sql::both(
        "SELECT d.outcome, d.check_name, CASE WHEN p.run_head = d.head THEN p.run_status END AS shown FROM decision d
            LEFT JOIN pull p ON p.repository = d.repository AND p.number = d.number
        WHERE d.repository = $1 AND d.number = $2 AND d.key = $3 AND d.head = $4 AND d.as_of < $5
            AND d.outcome <> 'silent'
        ORDER BY d.as_of DESC, d.id DESC LIMIT 1"
    );
    SAY = Sql::both(
        "UPDATE gate SET said = $4, said_times = said_times + 1
        WHERE repository = $1 AND run = $2 AND environment = $3 AND deployment = $5"
    );
    /// Of the deployment that was answered: another may ask in its place since.
    ANSWER = Sql::both(
        "UPDATE gate SET answer = $4, answered_at = $5
        WHERE repository = $1 AND run = $2 AND environment = $3 AND deployment = $6"
    );
}

/// How long GitHub lets a deployment wait for an answer: thirty days, in milliseconds (its documents on "Deployments and
/// environments").
const PATIENCE: i64 = 30 * 24 * 3_600_000;

/// A deployment that waits, or waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateRow {
    /// GitHub's number for the deployment; 0 where it did not say.
    pub deployment: u64,
    /// The commit; empty where GitHub did not say.
    pub head: Oid,
    /// When it began to wait.
    pub asked_at: Timestamp,
    /// What we said last while it waited.
    pub said: Option<String>,
    /// How often we said something while it waited.
    pub said_times: u32,
    /// Whether it was answered.
    pub answered: bool,
}

impl GateRow {
    /// Until when GitHub lets it wait.
    pub fn ends_at(&self) -> Timestamp {
        let ends = self.asked_at.as_millisecond().saturating_add(PATIENCE);
        Timestamp::from_millisecond(ends).unwrap_or(Timestamp::MAX)
    }
}

/// Our word on a deployment that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateAnswer {
    /// It goes on.
    Approved,
    /// It is over.
    Rejected,
    /// GitHub does not wait for it any more.
    Gone,
}

impl GateAnswer {
    /// The name under which it is kept, and by which GitHub knows what it takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Gone => "gone",
        }
    }
}

/// What a look at a gate leaves.
#[derive(Debug, Clone, Default)]
pub struct NewGate {
    /// GitHub's number for the deployment that was looked at.
    pub deployment: u64,
    /// The answer, where there is one.
    pub answer: Option<GateAnswer>,
    /// What was said while it waits, where anything was.
    pub said: Option<String>,
    /// What each change in it comes to, by the pull requests' numbers.
    pub decisions: Vec<(u64, NewDecision)>,
    /// When it is looked at again although nothing happens.
    pub next: Option<Timestamp>,
}

/// Keeps what asks at gates, each once.
pub(super) async fn ask(tx: &mut Tx, requests: &[(&GateRequest, Timestamp)]) -> Result<()> {
    let mut rows: BTreeMap<(u64, u64, &str), Value> = BTreeMap::new();
    for (request, at) in requests {
        let row = json!({
            "repository": request.repository.cast_signed(),
            "run": request.run.cast_signed(),
            "environment": storable(&request.environment),
            "environment_key": storable(&request.environment.to_lowercase()),
            "deployment": request.deployment.cast_signed(),
            "head": storable(request.head.as_str()),
            "at": at.as_millisecond(),
        });
        rows.insert((request.repository, request.run, &request.environment), row);
    }
    if !rows.is_empty() {
        tx.execute(ASK, values![&Value::Array(rows.into_values().collect()).to_string()]).await?;
    }
    Ok(())
}

/// The gates of a repository that wait for an answer, each with its installation.
pub(super) async fn waiting(tx: &mut Tx, repository: u64, at: Timestamp) -> Result<Vec<(Subject, u64)>> {
    let since = at.as_millisecond() - PATIENCE;
    tx.fetch(WAITING, values![repository, since]).await?.iter().map(subject).collect()
}

/// The same of all repositories of an owner, by the login in lower case.
pub(super) async fn waiting_of_owner(tx: &mut Tx, owner: &str, at: Timestamp) -> Result<Vec<(Subject, u64)>> {
    let since = at.as_millisecond() - PATIENCE;
    tx.fetch(WAITING_OF_OWNER, values![owner, since]).await?.iter().map(subject).collect()
}

fn subject(row: &Row) -> Result<(Subject, u64)> {
    let (repository, run, environment) = (row.id("repository")?, row.id("run")?, row.text("environment")?);
    Ok((Subject::Gate { repository, run, environment }, row.id("installation")?))
}

impl Store {
    /// A deployment that waits or waited at a gate.
    ///
    /// # Errors
    /// The database's.
    pub async fn gate(&self, repository: u64, run: u64, environment: &str) -> Result<Option<GateRow>> {
        let rows = self.db.fetch(GATE, values![repository, run, &*storable(environment)]).await?;
        let gate = |row: &Row| {
            Ok(GateRow {
                deployment: row.id("deployment")?,
                head: Oid::new(row.text("head")?),
                asked_at: row.instant("asked_at")?,
                said: row.maybe_text("said")?,
                said_times: row.count("said_times")?,
                answered: row.maybe_text("answer")?.is_some(),
            })
        };
        rows.first().map(gate).transpose()
    }

    /// The commit of the last deployment to an environment that our gate let through and that succeeded.
    ///
    /// # Errors
    /// The database's.
    pub async fn last_through_gate(&self, repository: u64, environment: &str) -> Result<Option<Oid>> {
        let key = environment.to_lowercase();
        head(&self.db.fetch(LAST_THROUGH, values![repository, &*storable(&key)]).await?)
    }

    /// When a deployment to an environment first asked at the gate.
    ///
    /// # Errors
    /// The database's.
    pub async fn first_asked(&self, repository: u64, environment: &str) -> Result<Option<Timestamp>> {
        let key = environment.to_lowercase();
        let rows = self.db.fetch(FIRST_ASKED, values![repository, &*storable(&key)]).await?;
        rows.first().map_or(Ok(None), |row| row.maybe_instant("at"))
    }

    /// The commit of the last deployment to an environment that was seen to succeed before that.
    ///
    /// # Errors
    /// The database's.
    pub async fn last_deployed(&self, repository: u64, environment: &str, before: Timestamp) -> Result<Option<Oid>> {
        let (key, before) = (environment.to_lowercase(), before.as_millisecond());
        head(&self.db.fetch(LAST_BEFORE, values![repository, &*storable(&key), before]).await?)
    }

    /// The deployments of an installation that wait at a gate and were given up for at least an hour.
    ///
    /// # Errors
    /// The database's.
    pub async fn given_up_gates(&self, installation: u64) -> Result<Vec<Subject>> {
        let now = self.db.now(&self.clock).await?;
        let rows = self.db.fetch(GIVEN_UP, values![installation, now - 3_600_000, now - PATIENCE]).await?;
        rows.iter().map(|row| subject(row).map(|(gate, _)| gate)).collect()
    }

    /// What the last decision on that head of a pull request came to before it went in; `None` where there is none, and
    /// where it was made for another check: then it went in by a policy that was never asked. GitHub tells the second in which it went in. Green that was taken back without a look waited for one.
    ///
    /// # Errors
    /// The database's.
    pub async fn authority(
        &self,
        (repository, number): (u64, u64),
        (head, check): (&Oid, &str),
        merged_at: Timestamp,
    ) -> Result<Option<Outcome>> {
        let (key, before) = (Subject::Pull { repository, number }.key(), merged_at.as_second() * 1000 + 1000);
        let rows = self.db.fetch(AUTHORITY, values![repository, number, &key, head.as_str(), before]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        if row.text("check_name")? != check {
            return Ok(None);
        }
        let outcome = decision::outcome(&row.text("outcome")?)?;
        let is_green = row.maybe_text("shown")?.as_deref() == Some(run_status_name(RunStatus::Success));
        Ok(Some(if outcome == Outcome::Pass && !is_green { Outcome::Wait } else { outcome }))
    }

    /// Keeps what a look at a gate came to, and ends the row, in one transaction. False where the lease was lost: then
    /// nothing was written.
    ///
    /// # Errors
    /// The database's.
    pub async fn record_gate(&self, claim: &Claim, new: &NewGate) -> Result<bool> {
        let Subject::Gate { repository, run, environment } = &claim.subject else { return Ok(false) };
        let environment = storable(environment);
        let mut tx = self.db.begin(Writes::Records).await?;
        let now = tx.now(&self.clock).await?;
        if let Some(said) = &new.said {
            tx.execute(SAY, values![*repository, *run, &*environment, &*storable(said), new.deployment]).await?;
        }
        for (number, decision) in &new.decisions {
            decision::write(&mut tx, claim, (*repository, *number), Uuid::now_v7(), decision, now).await?;
        }
        if let Some(answer) = new.answer {
            let values = values![*repository, *run, &*environment, answer.name(), now, new.deployment];
            tx.execute(ANSWER, values).await?;
        }
        if !self.finish(&mut tx, claim, new.next, None).await? {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }
}

fn head(rows: &[Row]) -> Result<Option<Oid>> {
    rows.first().map(|row| row.text("head").map(Oid::new)).transpose()
}
