//! Events that come before the one that moves a pull request's head to their commit.
//!
//! What moved at a commit that is no open pull request's head is kept for a day, by that
//! commit, and joined once a pull request is found to be there: by its own event, by a
//! sweep or by a look. A row is smaller than the delivery it came with. Absent: whether
//! it matters, which `mark` says as for every other event.

use countersign_domain::account::Oid;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::db::{Row, Tx, storable, values};
use super::decision::{from_json, to_json};
use super::error::Result;
use super::mark::{Cause, Marks};
use super::sql::{Sql, bulk, statements};
use crate::signal::{Lowered, Mark, Moved, MovedCheck, PullIndex, Want};

statements! {
    /// Whoever keeps a mark by a commit and whoever moves a head to it must see one another. Taken in one order.
    HOLD = Sql::postgres(
        "SELECT pg_advisory_xact_lock(held.key) FROM (
            SELECT DISTINCT hashtextextended(CAST(j.repository AS TEXT) || ':' || j.head, 0) AS key
            FROM json_to_recordset(CAST($1 AS json)) AS j(repository bigint, head text) ORDER BY 1) AS held"
    );
    KEEP = bulk!(
        "INSERT INTO waiting_mark (repository, head, delivery, installation, mark, received_at)
        SELECT j.repository, j.head, j.delivery, j.installation, j.mark, j.received_at FROM",
        (repository bigint, head text, delivery text, installation bigint, mark text, received_at bigint),
        "WHERE true ORDER BY j.repository, j.head, j.delivery ON CONFLICT (repository, head, delivery) DO NOTHING"
    );
    /// A pull request that was decided at its head has heard of everything since.
    JOIN = bulk!(
        "SELECT w.mark, w.delivery, w.installation AS told_by, w.received_at, p.repository, p.number, p.head,
            r.installation, p.cares, p.check_name, p.decision, d.lease FROM",
        (repository bigint, number bigint),
        "JOIN pull p ON p.repository = j.repository AND p.number = j.number AND p.open = 1
            AND (p.decided_head IS NULL OR p.decided_head <> p.head)
        JOIN waiting_mark w ON w.repository = p.repository AND w.head = p.head
        LEFT JOIN repository r ON r.id = p.repository
        LEFT JOIN due d ON d.key = 'pull:' || p.repository || '#' || p.number
        ORDER BY w.received_at, w.delivery"
    );
}

/// For a statement that writes a row of `pull`: its key, and whether a mark waits for the head that it has now.
macro_rules! awaited {
    () => {
        " RETURNING repository, number, CAST(CASE WHEN open = 1 AND (decided_head IS NULL OR decided_head <> head)
            AND EXISTS (SELECT 1 FROM waiting_mark w WHERE w.repository = pull.repository AND w.head = pull.head)
            THEN 1 ELSE 0 END AS BIGINT) AS awaited"
    };
}
pub(super) use awaited;

/// A mark by a commit as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    what: What,
    want: Want,
    lowers: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lowered: Option<Lowered>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Anything,
    Check { name: String, app: Option<String> },
    Deployment { environment: String },
    Thread,
}

/// Holds the commits that marks or heads are about, on a database where others write at the same time.
pub(super) async fn hold<'a>(tx: &mut Tx, heads: impl Iterator<Item = (u64, &'a Oid)>) -> Result<()> {
    if !tx.is_postgres() {
        return Ok(());
    }
    let row = |(repository, head): (u64, &Oid)| json!({ "repository": repository.cast_signed(), "head": storable(head.as_str()) });
    let rows: Vec<Value> = heads.map(row).collect();
    if !rows.is_empty() {
        tx.execute(HOLD, values![&Value::Array(rows).to_string()]).await?;
    }
    Ok(())
}

/// The commit that a mark is by.
pub(super) fn commit(mark: &Mark) -> Option<(u64, &Oid)> {
    match mark {
        Mark::Head { repository, head, .. } | Mark::Asked { repository, head, .. } => Some((*repository, head)),
        _ => None,
    }
}

/// A row for [`keep`]; nothing for what no delivery brought, which a look found by itself.
pub(super) fn row(mark: &Mark, cause: Cause<'_>) -> Result<Option<Value>> {
    let lowered = cause.lowered.filter(|_| mark.lowers()).cloned();
    let (kept, repository, head) = match mark.clone() {
        Mark::Head { repository, head, check, want, lowers } => {
            let what = check.map_or(What::Anything, |check| What::Check { name: check.name, app: check.app });
            (Kept { what, want, lowers, lowered }, repository, head)
        }
        Mark::Asked { repository, head, moved, want, lowers } => {
            let what = match moved {
                Moved::Deployment { environment } => What::Deployment { environment },
                Moved::Thread => What::Thread,
            };
            (Kept { what, want, lowers, lowered }, repository, head)
        }
        _ => return Ok(None),
    };
    if cause.delivery.is_empty() {
        return Ok(None);
    }
    Ok(Some(json!({
        "repository": repository.cast_signed(),
        "head": storable(head.as_str()),
        "delivery": cause.delivery,
        "installation": cause.installation.cast_signed(),
        "mark": storable(&to_json(&kept)?),
        "received_at": cause.received_at.as_millisecond(),
    })))
}

/// Keeps marks for whoever comes to have their commits as head.
pub(super) async fn keep(tx: &mut Tx, rows: Vec<Value>) -> Result<()> {
    if !rows.is_empty() {
        tx.execute(KEEP, values![&Value::Array(rows).to_string()]).await?;
    }
    Ok(())
}

/// Makes due what waited for the heads of these pull requests, as `awaited!` gave them; but for deliveries that were
/// `heard` already.
pub(super) async fn join(tx: &mut Tx, written: &[Row], heard: &[String], marks: &mut Marks) -> Result<()> {
    let mut awaited = Vec::new();
    for row in written {
        if row.int("awaited")? != 0 {
            awaited.push(json!({ "repository": row.int("repository")?, "number": row.int("number")? }));
        }
    }
    if awaited.is_empty() {
        return Ok(());
    }
    for row in tx.fetch(JOIN, values![&Value::Array(awaited).to_string()]).await? {
        let delivery = row.text("delivery")?;
        if heard.contains(&delivery) {
            continue;
        }
        // What a newer version kept in another form is looked for by any look.
        let any = Kept { what: What::Anything, want: Want::Anything, lowers: false, lowered: None };
        let mut kept = from_json(&row.text("mark")?).unwrap_or(any);
        let lowered = kept.lowered.take();
        let cause = Cause {
            delivery: &delivery,
            installation: row.id("told_by")?,
            received_at: row.instant("received_at")?,
            awaited: false,
            lowered: lowered.as_ref(),
        };
        marks.found(&row, &mark(&row, kept)?, cause)?;
    }
    Ok(())
}

fn mark(row: &Row, Kept { what, want, lowers, .. }: Kept) -> Result<Mark> {
    let (repository, head) = (row.id("repository")?, Oid::new(row.text("head")?));
    let asked = |moved, head, want| Mark::Asked { repository, head, moved, want, lowers };
    Ok(match what {
        What::Anything => Mark::Head { repository, head, check: None, want, lowers },
        What::Check { name, app } => {
            let check = Some(MovedCheck { name, app, ours: false });
            Mark::Head { repository, head, check, want, lowers }
        }
        What::Deployment { environment } => asked(Moved::Deployment { environment }, head, want),
        What::Thread => asked(Moved::Thread, head, want),
    })
}

/// Heads of pull requests, for [`hold`].
pub(super) fn heads<'a>(pulls: impl Iterator<Item = &'a PullIndex>) -> impl Iterator<Item = (u64, &'a Oid)> {
    pulls.map(|pull| (pull.repository, &pull.head))
}
