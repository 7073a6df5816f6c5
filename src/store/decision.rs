//! Decisions, and what they leave for the next look: what GitHub shows of us, which
//! checks matter, which teams are named.
//!
//! A decision is references and a kilobyte or two; its snapshot is parts, see
//! [`super::part`]. It is written together with the end of its queue row, so that what
//! was decided is never looked at twice for the same events, and never lost.

use std::collections::BTreeSet;

use countersign_domain::account::{Oid, TeamName};
use countersign_domain::decision::Outcome;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Store;
use super::claim::{Claim, GreenUntil};
use super::db::{Row, Tx, Writes, values};
use super::error::{Error, Result};
use super::mark::Marks;
use super::outbox::{self, NewTold};
use super::part::Part;
use super::shown::{self, ShownIds};
use super::sql::{Sql, bulk, statements};
use super::standing::Shows;
use super::transitions::{self, Stands};
use super::waiting::{self, awaited};
use crate::signal::{Moved, MovedCheck, PullIndex};

statements! {
    INDEX_PULL = Sql::both(concat!(
        "INSERT INTO pull (repository, number, head, base, open, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (repository, number) DO UPDATE SET head = excluded.head, base = excluded.base,
            open = excluded.open, updated_at = excluded.updated_at
        WHERE excluded.updated_at >= pull.updated_at",
        awaited!()
    ));
    DECIDED = Sql::both(
        "UPDATE pull SET decision = $3, decided_head = $4, check_name = $5, outcome = $6, own_outcome = $7, cares = $8,
            head_at = CASE WHEN seen_head = $4 THEN head_at ELSE $9 END, seen_head = $4,
            body_at = CASE WHEN body_hash = $10 THEN body_at ELSE $9 END, body_hash = $10,
            ready_at = CASE WHEN ready_base = $11 THEN ready_at ELSE $9 END, ready_base = $11
        WHERE repository = $1 AND number = $2"
    );
    TEAMS = Sql::both("SELECT organisation, slug FROM pull_team WHERE repository = $1 AND number = $2");
    FORGET_TEAMS = Sql::both("DELETE FROM pull_team WHERE repository = $1 AND number = $2");
    NAME_TEAMS = bulk!(
        "INSERT INTO pull_team (repository, number, organisation, slug)
        SELECT CAST($2 AS BIGINT), CAST($3 AS BIGINT), j.organisation, j.slug FROM",
        (organisation text, slug text),
        "WHERE true"
    );
    DECISION = Sql::both(
        "INSERT INTO decision (id, key, repository, number, head, check_name, as_of, outcome, own_outcome, semantics,
            engine, policies, parts, texts, causes, next_due)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
    );
    CHANGE = Sql::both(
        "INSERT INTO change_row (repository, number, author, opened_at, merged_at, files, lines, risk_level,
            risk_score, outcome, decision, as_of)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (repository, number) DO UPDATE SET author = excluded.author,
            opened_at = COALESCE(excluded.opened_at, change_row.opened_at),
            merged_at = COALESCE(excluded.merged_at, change_row.merged_at),
            files = excluded.files, lines = excluded.lines, risk_level = excluded.risk_level,
            risk_score = excluded.risk_score, outcome = excluded.outcome, decision = excluded.decision,
            as_of = excluded.as_of"
    );
    LAST = Sql::both(
        "SELECT id, key, repository, number, head, check_name, as_of, outcome, own_outcome, semantics, engine,
            policies, parts, texts, causes, next_due FROM decision
        WHERE repository = $1 AND number = $2 ORDER BY as_of DESC, id DESC LIMIT $3"
    );
    BY_ID = Sql::both(
        "SELECT id, key, repository, number, head, check_name, as_of, outcome, own_outcome, semantics, engine,
            policies, parts, texts, causes, next_due FROM decision WHERE id = $1"
    );
    CHANGES = Sql::both(
        "SELECT repository, number, author, opened_at, merged_at, files, lines, risk_level, risk_score, outcome
        FROM change_row WHERE repository = $1 AND as_of >= $2 ORDER BY number"
    );
}

/// What of all that moves can matter to a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredCares")]
pub struct Cares {
    /// Which checks of others.
    pub checks: CaredChecks,
    /// Deployments of the head to these environments, as GitHub calls them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub environments: BTreeSet<String>,
    /// Review threads.
    pub threads: bool,
}

/// The forms in which [`Cares`] were stored.
#[derive(Deserialize)]
#[serde(untagged)]
enum StoredCares {
    Now {
        checks: CaredChecks,
        #[serde(default)]
        environments: BTreeSet<String>,
        #[serde(default)]
        threads: bool,
    },
    ChecksAlone(CaredChecks),
}

impl From<StoredCares> for Cares {
    fn from(stored: StoredCares) -> Self {
        match stored {
            StoredCares::Now { checks, environments, threads } => Self { checks, environments, threads },
            StoredCares::ChecksAlone(checks) => checks.into(),
        }
    }
}

impl From<CaredChecks> for Cares {
    /// These checks, and nothing else.
    fn from(checks: CaredChecks) -> Self {
        Self { checks, environments: BTreeSet::new(), threads: false }
    }
}

/// Which moved checks can matter to a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaredChecks {
    /// Any: what GitHub requires is asked for, for one.
    All,
    /// These, and whatever uses our own name.
    Only(Vec<CaredCheck>),
}

/// A check run or commit status that a policy in force asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaredCheck {
    /// The run's name or the status' context.
    pub name: String,
    /// The App's slug; `None` for a commit status.
    pub app: Option<String>,
}

impl Cares {
    pub(super) fn read(json: &str) -> Result<Self> {
        from_json(json)
    }

    /// Whether it can matter that this moved.
    pub fn matter_to(&self, moved: &Moved) -> bool {
        match moved {
            Moved::Deployment { environment } => self.environments.contains(environment),
            Moved::Thread => self.threads,
        }
    }
}

impl CaredChecks {
    /// Whether that check can matter.
    pub fn matters(&self, check: &MovedCheck) -> bool {
        match self {
            Self::All => true,
            Self::Only(checks) => checks.iter().any(|cared| {
                let same_app = match (&cared.app, &check.app) {
                    (Some(cared), Some(moved)) => cared.eq_ignore_ascii_case(moved),
                    (None, None) => true,
                    _ => false,
                };
                same_app && cared.name == check.name
            }),
        }
    }
}

/// A policy that a decision went by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRef {
    /// The layer's name.
    pub layer: String,
    /// Repository and path.
    pub path: String,
    /// The blob id of the version in force; empty where there is none.
    pub blob: String,
    /// How it came to be in force.
    pub standing: String,
}

/// One row per change, for the backtest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its repository.
    pub repository: u64,
    /// Its number.
    pub number: u64,
    /// The author's number; `None` for a deleted account.
    pub author: Option<u64>,
    /// When it was opened, where that is known.
    pub opened_at: Option<Timestamp>,
    /// When it went in, where it did and that is known.
    pub merged_at: Option<Timestamp>,
    /// How many files it touches; `None` where they could not be listed.
    pub files: Option<u64>,
    /// How many lines it adds and removes.
    pub lines: Option<u64>,
    /// The risk level's name.
    pub risk_level: String,
    /// The risk score.
    pub risk_score: u32,
    /// What it came to.
    pub outcome: Outcome,
}

/// A decision as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its id, in the order of time.
    pub id: Uuid,
    /// The key of the queue row it answers.
    pub key: String,
    /// The repository.
    pub repository: u64,
    /// The pull request's number; 0 for a merge group.
    pub number: u64,
    /// The commit it speaks about.
    pub head: Oid,
    /// The name of the check that carries it.
    pub check_name: String,
    /// The instant it holds for.
    pub as_of: Timestamp,
    /// What it comes to.
    pub outcome: Outcome,
    /// What it comes to for this pull request alone.
    pub own_outcome: Outcome,
    /// The rules of reading and deciding by which it was made.
    pub semantics: u32,
    /// The version of countersign that made it.
    pub engine: String,
    /// The policies in force.
    pub policies: Vec<PolicyRef>,
    /// Kind and hash of each part of its snapshot.
    pub parts: Vec<(String, String)>,
    /// The hash of the texts that were posted.
    pub texts: String,
    /// The deliveries that asked for it.
    pub causes: Vec<String>,
    /// When time alone could change it.
    pub next_due: Option<Timestamp>,
}

/// A decision to be recorded, with all that it leaves.
#[derive(Debug, Clone)]
pub struct NewDecision {
    /// The commit it speaks about.
    pub head: Oid,
    /// The name of the check that carries it.
    pub check_name: String,
    /// The instant it holds for.
    pub as_of: Timestamp,
    /// What it comes to.
    pub outcome: Outcome,
    /// What it comes to for this pull request alone.
    pub own_outcome: Outcome,
    /// The rules of reading and deciding by which it was made.
    pub semantics: u32,
    /// The version of countersign that made it.
    pub engine: String,
    /// The policies in force.
    pub policies: Vec<PolicyRef>,
    /// Its snapshot.
    pub parts: Vec<Part>,
    /// The hash of the texts that were posted.
    pub texts: String,
    /// When the row is to be looked at again although nothing happens.
    pub next_due: Option<Timestamp>,
    /// Until when time alone leaves a green check as it is; at that instant it is taken back, be there a look or not.
    pub green_until: Option<GreenUntil>,
    /// Which moved checks can matter from now on.
    pub cares: Cares,
    /// The teams whose membership it rests on, those below the named ones included.
    pub teams: Vec<TeamName>,
    /// What GitHub shows after its writes.
    pub shown: ShownIds,
    /// The pull request as it was read, for the indexes; `None` for a merge group.
    pub pull: Option<PullIndex>,
    /// What the look showed of it that is counted from; `None` for a merge group.
    pub shows: Option<Shows>,
    /// Its row for the backtest.
    pub change: Option<ChangeRow>,
    /// What people are told with it.
    pub told: Option<NewTold>,
    /// Where the change stands by it; `None` where that is not told by it.
    pub stands: Option<Stands>,
}

impl Store {
    /// Writes a decision, its snapshot and what it leaves, and ends the queue row, in one transaction. `None` where the
    /// lease was lost: then nothing was written.
    ///
    /// # Errors
    /// The database's.
    pub async fn record_decision(&self, claim: &Claim, decision: &NewDecision) -> Result<Option<Uuid>> {
        let (repository, number, ..) = claim.subject.columns();
        let id = Uuid::now_v7();
        let mut tx = self.db.begin(Writes::Records).await?;
        let now = tx.now(&self.clock).await?;
        if let Some(pull) = &decision.pull {
            let mut early = Marks::default();
            index_pulls(&mut tx, std::slice::from_ref(pull), &claim.causes, &mut early).await?;
            early.write(&mut tx, now).await?;
            decided(&mut tx, (repository, number), id, decision).await?;
            name_teams(&mut tx, (repository, number), &decision.teams).await?;
        }
        write(&mut tx, claim, (repository, number), id, decision, now).await?;
        if let Some(change) = &decision.change {
            keep_change(&mut tx, change, id, decision.as_of).await?;
        }
        if let Some(told) = &decision.told {
            outbox::tell(&mut tx, (repository, number), told, now).await?;
        }
        if let Some(stands) = &decision.stands {
            transitions::note(&mut tx, claim, (repository, number), (id, decision.as_of), stands).await?;
        }
        if !self.finish(&mut tx, claim, decision.next_due, decision.green_until.as_ref()).await? {
            return Ok(None);
        }
        tx.commit().await?;
        if decision.told.as_ref().is_some_and(|told| !told.messages.is_empty()) {
            self.wake();
        }
        Ok(Some(id))
    }

    /// The newest decisions on a pull request, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn decisions(&self, repository: u64, number: u64, at_most: u32) -> Result<Vec<Recorded>> {
        let rows = self.db.fetch(LAST, values![repository, number, i64::from(at_most)]).await?;
        rows.iter().map(read).collect()
    }

    /// One decision.
    ///
    /// # Errors
    /// The database's.
    pub async fn decision(&self, id: Uuid) -> Result<Option<Recorded>> {
        self.db.fetch(BY_ID, values![&id.to_string()]).await?.first().map(read).transpose()
    }

    /// Every change of a repository that was decided since then, for the backtest.
    ///
    /// # Errors
    /// The database's.
    pub async fn changes(&self, repository: u64, since: Timestamp) -> Result<Vec<ChangeRow>> {
        let rows = self.db.fetch(CHANGES, values![repository, since.as_millisecond()]).await?;
        let change = |row: &Row| {
            Ok(ChangeRow {
                repository: row.id("repository")?,
                number: row.id("number")?,
                author: row.maybe_id("author")?,
                opened_at: row.maybe_instant("opened_at")?,
                merged_at: row.maybe_instant("merged_at")?,
                files: row.maybe_id("files")?,
                lines: row.maybe_id("lines")?,
                risk_level: row.text("risk_level")?,
                risk_score: row.count("risk_score")?,
                outcome: outcome(&row.text("outcome")?)?,
            })
        };
        rows.iter().map(change).collect()
    }
}

/// Puts what was read of pull requests into the indexes, and marks what waited for them to be there, but for deliveries
/// that were `heard` already.
pub(super) async fn index_pulls(tx: &mut Tx, pulls: &[PullIndex], heard: &[String], marks: &mut Marks) -> Result<()> {
    waiting::hold(tx, waiting::heads(pulls.iter())).await?;
    for pull in pulls {
        let (head, base, at) = (pull.head.as_str(), &pull.base, pull.updated_at.as_millisecond());
        let values = values![pull.repository, pull.number, head, base, pull.open, at];
        let written = tx.fetch(INDEX_PULL, values).await?;
        waiting::join(tx, &written, heard, marks).await?;
    }
    Ok(())
}

/// Writes a decision and the parts of its snapshot.
pub(super) async fn write(
    tx: &mut Tx,
    claim: &Claim,
    (repository, number): (u64, u64),
    id: Uuid,
    decision: &NewDecision,
    now: i64,
) -> Result<()> {
    let parts = super::part::keep(tx, &decision.parts, now).await?;
    tx.execute(
        DECISION,
        values![
            &id.to_string(),
            &claim.subject.key(),
            repository,
            number,
            decision.head.as_str(),
            &decision.check_name,
            decision.as_of.as_millisecond(),
            decision.outcome.name(),
            decision.own_outcome.name(),
            i64::from(decision.semantics),
            &decision.engine,
            &to_json(&decision.policies)?,
            &to_json(&parts)?,
            &decision.texts,
            &to_json(&claim.causes)?,
            decision.next_due.map(Timestamp::as_millisecond),
        ],
    )
    .await?;
    Ok(())
}

async fn decided(tx: &mut Tx, pull: (u64, u64), id: Uuid, decision: &NewDecision) -> Result<()> {
    let shows = decision.shows.as_ref();
    tx.execute(
        DECIDED,
        values![
            pull.0,
            pull.1,
            &id.to_string(),
            decision.head.as_str(),
            &decision.check_name,
            decision.outcome.name(),
            decision.own_outcome.name(),
            &to_json(&decision.cares)?,
            decision.as_of.as_millisecond(),
            shows.map(|shows| shows.body.as_str()),
            shows.and_then(|shows| shows.ready_for.as_deref()),
        ],
    )
    .await?;
    shown::show(tx, pull, &decision.shown).await
}

async fn name_teams(tx: &mut Tx, pull: (u64, u64), teams: &[TeamName]) -> Result<()> {
    let pair = |row: &Row| Ok((row.text("organisation")?, row.text("slug")?));
    let named = tx.fetch(TEAMS, values![pull.0, pull.1]).await?.iter().map(pair).collect::<Result<BTreeSet<_>>>()?;
    let wanted = teams.iter().map(|team| (team.organisation.clone(), team.slug.clone())).collect::<BTreeSet<_>>();
    if named == wanted {
        return Ok(());
    }
    tx.execute(FORGET_TEAMS, values![pull.0, pull.1]).await?;
    let rows =
        wanted.iter().map(|(organisation, slug)| serde_json::json!({"organisation": organisation, "slug": slug}));
    let rows = serde_json::Value::Array(rows.collect()).to_string();
    tx.execute(NAME_TEAMS, values![&rows, pull.0, pull.1]).await?;
    Ok(())
}

pub(super) async fn keep_change(tx: &mut Tx, change: &ChangeRow, id: Uuid, as_of: Timestamp) -> Result<()> {
    tx.execute(
        CHANGE,
        values![
            change.repository,
            change.number,
            change.author.map(u64::cast_signed),
            change.opened_at.map(Timestamp::as_millisecond),
            change.merged_at.map(Timestamp::as_millisecond),
            change.files.map(u64::cast_signed),
            change.lines.map(u64::cast_signed),
            &change.risk_level,
            i64::from(change.risk_score),
            change.outcome.name(),
            &id.to_string(),
            as_of.as_millisecond(),
        ],
    )
    .await?;
    Ok(())
}

pub(super) fn read(row: &Row) -> Result<Recorded> {
    Ok(Recorded {
        id: row.text("id")?.parse().map_err(|_| Error::Unreadable("a decision's id is none".into()))?,
        key: row.text("key")?,
        repository: row.id("repository")?,
        number: row.id("number")?,
        head: Oid::new(row.text("head")?),
        check_name: row.text("check_name")?,
        as_of: row.instant("as_of")?,
        outcome: outcome(&row.text("outcome")?)?,
        own_outcome: outcome(&row.text("own_outcome")?)?,
        semantics: row.count("semantics")?,
        engine: row.text("engine")?,
        policies: from_json(&row.text("policies")?)?,
        parts: from_json(&row.text("parts")?)?,
        texts: row.text("texts")?,
        causes: from_json(&row.text("causes")?)?,
        next_due: row.maybe_instant("next_due")?,
    })
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Unreadable(error.to_string()))
}

pub(super) fn from_json<T: for<'de> Deserialize<'de>>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::Unreadable(error.to_string()))
}

/// The outcome of that name.
pub(super) fn outcome(name: &str) -> Result<Outcome> {
    Outcome::ALL
        .into_iter()
        .find(|outcome| outcome.name() == name)
        .ok_or_else(|| Error::Unreadable(format!("no such outcome: `{name}`")))
}
