//! What GitHub shows of us on a pull request, by our own knowledge: for looks that lag
//! behind our own writes, and for taking green back where nothing can be read.

use countersign_domain::account::Oid;
use countersign_domain::plan::RunStatus;
use serde::{Deserialize, Serialize};

use super::Store;
use super::db::{Row, Tx, Writes, one, values};
use super::decision::{from_json, to_json};
use super::error::{Error, Result};
use super::sql::{Sql, statements};

statements! {
    SHOW = Sql::both(
        "UPDATE pull SET run_id = $3, run_status = $4, run_fingerprint = $5, run_head = $6, run_name = $7,
            comment_id = $8, comment_node = $9, refused = $10, explained_head = $11
        WHERE repository = $1 AND number = $2"
    );
    NEWEST_GREEN = Sql::both(
        "SELECT run_id, run_status, run_fingerprint, run_head, run_name FROM pull
        WHERE repository = $1 AND head = $2 AND open = 1 AND run_head = $2 AND run_name = $3 AND run_status = 'success'
        ORDER BY run_id DESC LIMIT 1"
    );
    GREENS = Sql::both(
        "SELECT COUNT(*) AS greens FROM pull p JOIN repository r ON r.id = p.repository
        WHERE r.installation = $1 AND p.open = 1 AND p.run_status = 'success'"
    );
    FORGET_OUTCOME = Sql::both(
        "UPDATE pull SET own_outcome = NULL WHERE repository = $1 AND number = $2 AND own_outcome IS NOT NULL"
    );
    SHOWN = Sql::both(
        "SELECT run_id, run_status, run_fingerprint, run_head, run_name, comment_id, comment_node, refused,
            explained_head FROM pull
        WHERE repository = $1 AND number = $2"
    );
}

/// What GitHub shows of us on a pull request, by our own knowledge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShownIds {
    /// Our newest check run.
    pub run: Option<ShownRunIds>,
    /// GitHub's number for our comment.
    pub comment: Option<u64>,
    /// The comment's node id, by which a look asks for it.
    pub comment_node: Option<String>,
    /// What GitHub would not take.
    pub refused: Refused,
    /// The head for which somebody asked for the whole explanation by the check's button.
    pub explained: Option<Oid>,
}

/// What GitHub would not take beside the check run: it is not sent again as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Refused {
    /// The comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<RefusedComment>,
    /// Why it does not ask for reviews.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<String>,
}

/// A comment that GitHub would not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedComment {
    /// The hash of its text.
    pub hash: String,
    /// Why.
    pub why: String,
}

/// A check run of ours, by our own knowledge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRunIds {
    /// GitHub's number for it.
    pub id: u64,
    /// How it stands.
    pub status: RunStatus,
    /// The fingerprint sent with it.
    pub fingerprint: String,
    /// The commit it hangs on.
    pub head: Oid,
    /// Its name.
    pub name: String,
}

/// Keeps what is shown, as part of a larger transaction.
pub(super) async fn show(tx: &mut Tx, pull: (u64, u64), shown: &ShownIds) -> Result<()> {
    let run = shown.run.as_ref();
    let is_refused = shown.refused != Refused::default();
    let refused = is_refused.then(|| to_json(&shown.refused)).transpose()?;
    tx.execute(
        SHOW,
        values![
            pull.0,
            pull.1,
            run.map(|run| run.id.cast_signed()),
            run.map(|run| run_status_name(run.status)),
            run.map(|run| run.fingerprint.as_str()),
            run.map(|run| run.head.as_str()),
            run.map(|run| run.name.as_str()),
            shown.comment.map(u64::cast_signed),
            shown.comment_node.as_deref(),
            refused.as_deref(),
            shown.explained.as_ref().map(Oid::as_str),
        ],
    )
    .await?;
    Ok(())
}

impl Store {
    /// What GitHub shows of us, as of our last write.
    ///
    /// # Errors
    /// The database's.
    pub async fn shown(&self, repository: u64, number: u64) -> Result<ShownIds> {
        let rows = self.db.fetch(SHOWN, values![repository, number]).await?;
        let Some(row) = rows.first() else { return Ok(ShownIds::default()) };
        Ok(ShownIds {
            run: run(row)?,
            comment: row.maybe_id("comment_id")?,
            comment_node: row.maybe_text("comment_node")?,
            // What a newer version kept in another form is tried once more.
            refused: row.maybe_text("refused")?.and_then(|json| from_json(&json).ok()).unwrap_or_default(),
            explained: row.maybe_text("explained_head")?.map(Oid::new),
        })
    }

    /// The newest green run of that name on that commit that was written for any open pull request with that head.
    ///
    /// # Errors
    /// The database's.
    pub async fn newest_green(&self, repository: u64, head: &Oid, name: &str) -> Result<Option<ShownRunIds>> {
        self.db.fetch(NEWEST_GREEN, values![repository, head.as_str(), name]).await?.first().map_or(Ok(None), run)
    }

    /// How many open pull requests of an installation are green.
    ///
    /// # Errors
    /// The database's.
    pub async fn greens(&self, installation: u64) -> Result<u64> {
        one(self.db.fetch(GREENS, values![installation]).await?)?.id("greens")
    }

    /// What was last decided no longer holds: whoever shares the check waits for the next decision.
    /// What was last decided no longer holds: whoever shares the check waits for the next decision. Whether it held until
    /// now; else it was forgotten before, or never known.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget_outcome(&self, repository: u64, number: u64) -> Result<bool> {
        let mut tx = self.db.begin(Writes::Records).await?;
        let held = tx.execute(FORGET_OUTCOME, values![repository, number]).await? == 1;
        tx.commit().await?;
        Ok(held)
    }

    /// Keeps what was written without a decision.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_shown(&self, repository: u64, number: u64, shown: &ShownIds) -> Result<()> {
        let mut tx = self.db.begin(Writes::Records).await?;
        show(&mut tx, (repository, number), shown).await?;
        tx.commit().await
    }
}

pub(super) fn run(row: &Row) -> Result<Option<ShownRunIds>> {
    let (Some(id), Some(status)) = (row.maybe_id("run_id")?, row.maybe_text("run_status")?) else { return Ok(None) };
    Ok(Some(ShownRunIds {
        id,
        status: run_status(&status)?,
        fingerprint: row.maybe_text("run_fingerprint")?.unwrap_or_default(),
        head: Oid::new(row.maybe_text("run_head")?.unwrap_or_default()),
        name: row.maybe_text("run_name")?.unwrap_or_default(),
    }))
}

/// The name under which a run's status is stored; it never changes.
pub(super) fn run_status_name(status: RunStatus) -> &'static str {
    match status {
        RunStatus::InProgress => "in_progress",
        RunStatus::Success => "success",
        RunStatus::Failure => "failure",
        RunStatus::ActionRequired => "action_required",
        RunStatus::Neutral => "neutral",
    }
}

fn run_status(name: &str) -> Result<RunStatus> {
    use RunStatus::{ActionRequired, Failure, InProgress, Neutral, Success};
    [InProgress, Success, Failure, ActionRequired, Neutral]
        .into_iter()
        .find(|status| run_status_name(*status) == name)
        .ok_or_else(|| Error::Unreadable(format!("no such run status: `{name}`")))
}
