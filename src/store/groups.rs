//! Merge groups: who is in them, what their members were told of, and what GitHub shows of us on their heads.
//!
//! What concerns a pull request concerns every group that it is in. Who is in a group is kept
//! before its members are looked at, so that nothing which arrives meanwhile is missed. Absent:
//! what a group comes to.

use countersign_domain::account::Oid;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Store;
use super::claim::Subject;
use super::db::{Row, Tx, Writes, storable, values};
use super::error::Result;
use super::pending::Pending;
use super::shown::{self, ShownRunIds, run_status_name};
use super::sql::{Sql, bulk, statements};
use crate::signal::{Lowered, Want};

statements! {
    WITH = bulk!(
        "SELECT g.repository, g.head, g.base, m.number FROM",
        (repository bigint, number bigint),
        "JOIN group_member m ON m.repository = j.repository AND m.number = j.number
        JOIN merge_group g ON g.repository = m.repository AND g.head = m.head AND g.gone_at IS NULL
        ORDER BY g.repository, g.head, m.number"
    );
    AT = Sql::both("SELECT base FROM merge_group WHERE repository = $1 AND head = $2 AND gone_at IS NULL");
    GROUP = Sql::both(
        "SELECT gone_at, run_id, run_status, run_fingerprint, head AS run_head, run_name FROM merge_group
        WHERE repository = $1 AND head = $2"
    );
    SEEN = Sql::both(
        "INSERT INTO merge_group (repository, head, base, seen_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (repository, head) DO UPDATE SET seen_at = excluded.seen_at"
    );
    MEMBERS = bulk!(
        "INSERT INTO group_member (repository, number, head)
        SELECT CAST($2 AS BIGINT), j.number, CAST($3 AS TEXT) FROM",
        (number bigint),
        "WHERE true ORDER BY j.number ON CONFLICT (repository, number, head) DO NOTHING"
    );
    /// Whoever marks a member has its row until it has looked for the groups; so a row that is not there is made.
    HOLD = Sql::postgres(
        "INSERT INTO due (key, kind, installation, repository, number, head, base, seq, claimed_seq, done_seq, looked_at,
            pending)
        SELECT 'pull:' || m.repository || '#' || m.number AS key, 'pull', COALESCE(r.installation, 0), m.repository,
            m.number, COALESCE(p.head, ''), COALESCE(p.base, ''), 1, 1, 1, CAST($3 AS BIGINT), '{}'
        FROM group_member m LEFT JOIN repository r ON r.id = m.repository
            LEFT JOIN pull p ON p.repository = m.repository AND p.number = m.number
        WHERE m.repository = $1 AND m.head = $2 ORDER BY key ON CONFLICT (key) DO UPDATE SET seq = due.seq"
    );
    TOLD = Sql::both(
        "SELECT m.number, p.open, p.updated_at, d.pending, d.done_seq, d.lowers_seq FROM group_member m
            LEFT JOIN pull p ON p.repository = m.repository AND p.number = m.number
            LEFT JOIN due d ON d.key = 'pull:' || m.repository || '#' || m.number
        WHERE m.repository = $1 AND m.head = $2 ORDER BY m.number"
    );
    SHOW = Sql::both(
        "INSERT INTO merge_group (repository, head, base, seen_at, run_id, run_status, run_fingerprint, run_name)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (repository, head) DO UPDATE SET run_id = excluded.run_id, run_status = excluded.run_status,
            run_fingerprint = excluded.run_fingerprint, run_name = excluded.run_name"
    );
    GONE = bulk!(
        "INSERT INTO merge_group (repository, head, base, seen_at, gone_at)
        SELECT j.repository, j.head, j.base, j.at, j.at FROM",
        (repository bigint, head text, base text, at bigint),
        "WHERE true ORDER BY j.repository, j.head
        ON CONFLICT (repository, head) DO UPDATE SET gone_at = excluded.gone_at"
    );
    /// GitHub may build the same commit anew, and tells of it in no order.
    BACK = Sql::both("UPDATE merge_group SET gone_at = NULL WHERE repository = $1 AND head = $2 AND gone_at < $3");
}

/// A merge group, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupRow {
    /// Whether GitHub said that it has given the group up, or that it went in.
    pub gone: bool,
    /// Our newest check run on its head.
    pub run: Option<ShownRunIds>,
}

/// What the row of a group's member was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberTold {
    /// The pull request's number.
    pub number: u64,
    /// Whether it is open, by the indexes; so is what they do not know.
    pub open: bool,
    /// How new a look at it must be: what its own row still waits for, and what it has seen since that stays true.
    pub wants: Vec<Want>,
    /// The deliveries that told it.
    pub causes: Vec<String>,
    /// What the newest of them took away that took something, where it says so.
    pub lowered: Option<Lowered>,
    /// Whether it waits for a look that an event asked for which can only take green away.
    pub lowers: bool,
}

/// The groups that pull requests are in, each with the number of one that is.
pub(super) async fn with(tx: &mut Tx, pulls: impl Iterator<Item = (u64, u64)>) -> Result<Vec<(Subject, u64)>> {
    let pull = |(repository, number): (u64, u64)| json!({ "repository": repository.cast_signed(), "number": number.cast_signed() });
    let pulls: Vec<Value> = pulls.map(pull).collect();
    if pulls.is_empty() {
        return Ok(Vec::new());
    }
    let found = |row: &Row| {
        let (repository, base, head) = (row.id("repository")?, row.text("base")?, Oid::new(row.text("head")?));
        Ok((Subject::Group { repository, base, head }, row.id("number")?))
    };
    tx.fetch(WITH, values![&Value::Array(pulls).to_string()]).await?.iter().map(found).collect()
}

/// The group with that head; nothing where none is known, or it is gone.
pub(super) async fn at(tx: &mut Tx, repository: u64, head: &Oid) -> Result<Option<Subject>> {
    let rows = tx.fetch(AT, values![repository, head.as_str()]).await?;
    let group = |row: &Row| Ok(Subject::Group { repository, base: row.text("base")?, head: head.clone() });
    rows.first().map(group).transpose()
}

/// A row for [`GONE`].
pub(super) fn gone_row(repository: u64, base: &str, head: &Oid, at: Timestamp) -> Value {
    json!({
        "repository": repository.cast_signed(),
        "head": storable(head.as_str()),
        "base": storable(base),
        "at": at.as_millisecond(),
    })
}

/// Keeps which groups are gone.
pub(super) async fn gone(tx: &mut Tx, rows: Vec<Value>) -> Result<()> {
    if !rows.is_empty() {
        tx.execute(GONE, values![&Value::Array(rows).to_string()]).await?;
    }
    Ok(())
}

/// An answer is asked for: a group that was gone before is there again.
pub(super) async fn back(tx: &mut Tx, repository: u64, head: &Oid, at: Timestamp) -> Result<()> {
    tx.execute(BACK, values![repository, head.as_str(), at.as_millisecond()]).await?;
    Ok(())
}

impl Store {
    /// A merge group; what is not known is neither gone nor shown.
    ///
    /// # Errors
    /// The database's.
    pub async fn group(&self, repository: u64, head: &Oid) -> Result<GroupRow> {
        let rows = self.db.fetch(GROUP, values![repository, head.as_str()]).await?;
        let Some(row) = rows.first() else { return Ok(GroupRow::default()) };
        Ok(GroupRow { gone: row.maybe_int("gone_at")?.is_some(), run: shown::run(row)? })
    }

    /// Keeps who is in a group. Whoever was in it once stays: its commit contains what they change. From when this
    /// returns, whatever makes a member due makes the group due, and [`Store::told_of_members`] has all from before.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_members(&self, repository: u64, base: &str, head: &Oid, numbers: &[u64]) -> Result<()> {
        let mut tx = self.db.begin(Writes::Records).await?;
        let now = tx.now(&self.clock).await?;
        let rows = numbers.iter().map(|number| json!({ "number": number.cast_signed() })).collect();
        tx.execute(SEEN, values![repository, head.as_str(), base, now]).await?;
        tx.execute(MEMBERS, values![&Value::Array(rows).to_string(), repository, head.as_str()]).await?;
        if tx.is_postgres() {
            tx.execute(HOLD, values![repository, head.as_str(), now]).await?;
        }
        tx.commit().await
    }

    /// What the members of a group were told of, in the order of their numbers.
    ///
    /// # Errors
    /// The database's.
    pub async fn told_of_members(&self, repository: u64, head: &Oid) -> Result<Vec<MemberTold>> {
        self.db.fetch(TOLD, values![repository, head.as_str()]).await?.iter().map(told).collect()
    }

    /// Keeps what is shown of us on a group's head.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_group_run(&self, repository: u64, base: &str, run: &ShownRunIds) -> Result<()> {
        let now = self.db.now(&self.clock).await?;
        let (status, fingerprint) = (run_status_name(run.status), run.fingerprint.as_str());
        let values = values![repository, run.head.as_str(), base, now, run.id, status, fingerprint, run.name.as_str()];
        self.db.execute(Writes::Records, SHOW, values).await?;
        Ok(())
    }
}

fn told(row: &Row) -> Result<MemberTold> {
    let done = row.maybe_int("done_seq")?.unwrap_or_default();
    let pending = row.maybe_text("pending")?.map(|json| Pending::read(&json)).unwrap_or_default();
    let updated_at = row.maybe_instant("updated_at")?.map(Want::UpdatedAt);
    // Time alone ends what was not kept apart; all else that was seen once is seen ever after.
    let lasts = |want: &Want| !matches!(want, Want::Uncounted(_));
    let wants = pending.wants.into_iter().filter(|(seq, want)| *seq > done || lasts(want)).map(|(_, want)| want);
    Ok(MemberTold {
        number: row.id("number")?,
        open: row.maybe_int("open")? != Some(0),
        wants: updated_at.into_iter().chain(wants).collect(),
        lowered: pending.lowered.into_iter().next_back().map(|(_, what)| what),
        causes: pending.causes.into_iter().map(|(_, cause)| cause).collect(),
        lowers: row.maybe_int("lowers_seq")?.is_some_and(|seq| seq > done),
    })
}
