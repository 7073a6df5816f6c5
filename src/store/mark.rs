//! From where an event says to look to rows that are due.
//!
//! The indexes of open pull requests by head, base, owner and team answer for events
//! that name no pull request. A check that no rule cares about makes nothing due. Absent:
//! what a row waits for (`pending`).

use std::collections::BTreeMap;

use countersign_domain::is_our_name;
use jiff::Timestamp;
use serde::Serialize;

use super::claim::Subject;
use super::db::{Row, Tx, storable, values};
use super::decision::Cares;
use super::error::{Error, Result};
use super::pending::{Marked, Pending};
use super::sql::{Sql, bulk, statements};
use super::waiting;
use super::{gates, groups, reviews};
use crate::signal::{Lowered, Mark, Moved, MovedCheck, Want};

/// How long ago a change went in of which it is asked whether a deployment that failed brought it: thirty days, in ms.
const LATELY: i64 = 30 * 24 * 3_600_000;

/// Whether the event is more urgent than what the row found the budget used up for: for it there is something left. 2 is
/// the place of an answer in the order of priorities.
macro_rules! overtakes {
    () => {
        "(excluded.lowers_seq = 1 AND due.refused > 0) OR (excluded.awaited_seq = 1 AND due.refused > 2)"
    };
}

/// When an event that arrives now is to be looked at: not before a back-off ends, a second after the last look of the
/// same head, else at once.
macro_rules! event_at {
    () => {
        concat!(
            "CASE WHEN due.dead_at IS NULL AND due.not_before > $2 AND NOT (",
            overtakes!(),
            ") THEN due.not_before
            WHEN due.looked_head = excluded.head AND due.looked_at + 1000 > $2 THEN due.looked_at + 1000
            ELSE excluded.due_at END"
        )
    };
}

statements! {
    MARK = bulk!(
        "INSERT INTO due (key, kind, installation, repository, number, head, base, due_at, seq, lowers_seq,
            awaited_seq, pending)
        SELECT j.key, j.kind, CASE WHEN j.installation <> 0 THEN j.installation ELSE COALESCE(r.installation, 0) END,
            j.repository, j.number, COALESCE(p.head, j.head), j.base,
            CAST($2 AS BIGINT), 1, j.lowers, j.awaited, j.pending
        FROM",
        (key text, kind text, installation bigint, repository bigint, number bigint, head text, base text,
            lowers bigint, awaited bigint, pending text),
        concat!(
            "LEFT JOIN repository r ON r.id = j.repository
            LEFT JOIN pull p ON p.repository = j.repository AND p.number = j.number
            WHERE true ORDER BY j.key
            ON CONFLICT (key) DO UPDATE SET
                installation = CASE WHEN excluded.installation <> 0 THEN excluded.installation
                    ELSE due.installation END,
                head = excluded.head, base = excluded.base, seq = due.seq + 1, tries = 0,
                lowers_seq = CASE WHEN excluded.lowers_seq = 1 THEN due.seq + 1 ELSE due.lowers_seq END,
                awaited_seq = CASE WHEN excluded.awaited_seq = 1 THEN due.seq + 1 ELSE due.awaited_seq END,
                attempts = CASE WHEN due.dead_at IS NULL THEN due.attempts ELSE 0 END,
                due_at = CASE WHEN due.dead_at IS NULL AND due.due_at < ", event_at!(), " THEN due.due_at ELSE ",
                event_at!(), " END,
                not_before = CASE WHEN due.dead_at IS NULL AND NOT (", overtakes!(), ") THEN due.not_before END,
                dead_at = NULL
            RETURNING key, seq, done_seq, pending"
        )
    );
    PENDING = bulk!(
        "UPDATE due SET pending = j.pending FROM",
        (key text, pending text),
        "WHERE due.key = j.key"
    );
    AT_HEAD = Sql::both(
        "SELECT p.repository, p.number, r.installation, p.cares, p.check_name, p.decision, d.lease FROM pull p
            LEFT JOIN repository r ON r.id = p.repository
            LEFT JOIN due d ON d.key = 'pull:' || p.repository || '#' || p.number
        WHERE p.repository = $1 AND p.head = $2 AND p.open = 1"
    );
    INTO_BASE = Sql::both(
        "SELECT p.repository, p.number, r.installation FROM pull p LEFT JOIN repository r ON r.id = p.repository
        WHERE p.repository = $1 AND p.base = $2 AND p.open = 1"
    );
    // The default branch's policy may govern families of other bases.
    BESIDE_DEFAULT = Sql::both(
        "SELECT p.repository, p.number, r.installation FROM pull p JOIN repository r ON r.id = p.repository
        WHERE p.repository = $1 AND r.default_branch = $2 AND p.base <> $2 AND p.open = 1"
    );
    OF_OWNER = Sql::both(
        "SELECT p.repository, p.number, r.installation FROM repository r JOIN pull p ON p.repository = r.id
        WHERE r.owner_key = $1 AND p.open = 1"
    );
    OF_TEAM = Sql::both(
        "SELECT DISTINCT p.repository, p.number, r.installation FROM pull_team t
            JOIN pull p ON p.repository = t.repository AND p.number = t.number
            LEFT JOIN repository r ON r.id = p.repository
        WHERE t.organisation = $1 AND ($2 = '' OR t.slug = $2) AND p.open = 1"
    );
    /// A deployment brings what went in lately; what is known to have failed already fails no more.
    SHIPPED = Sql::both(
        "SELECT p.repository, p.number, r.installation FROM pull p LEFT JOIN repository r ON r.id = p.repository
        WHERE p.repository = $1 AND p.open = 0 AND p.updated_at > $2
            AND EXISTS (SELECT 1 FROM model_change m WHERE m.repository = p.repository AND m.number = p.number)
            AND NOT EXISTS (SELECT 1 FROM change_failure f WHERE f.repository = p.repository AND f.number = p.number)
            AND NOT EXISTS (SELECT 1 FROM deployment_failure f WHERE f.repository = p.repository AND f.number = p.number)
        ORDER BY p.updated_at DESC LIMIT 20"
    );
    /// What went in lately and that a deployment of this commit brings, or takes back. What is closed well can only be taken
    /// back any more.
    BROUGHT = Sql::both(
        "SELECT own.repository, own.number, r.installation FROM merged_change other
            JOIN merged_change own ON own.repository = other.repository AND own.base = other.base
            JOIN transition t ON t.repository = own.repository AND t.number = own.number
            LEFT JOIN repository r ON r.id = own.repository
        WHERE other.repository = $1 AND other.head = $2 AND own.merged_at > $3
            AND (own.merged_at > other.merged_at OR t.to_state NOT IN ('closed:successful', 'closed:with-issues'))
            AND t.sequence = (SELECT MAX(newest.sequence) FROM transition newest
                WHERE newest.repository = own.repository AND newest.number = own.number)
        ORDER BY own.number"
    );
    OF_INSTALLATION = Sql::both(
        "SELECT p.repository, p.number, r.installation FROM repository r JOIN pull p ON p.repository = r.id
        WHERE r.installation = $1 AND p.open = 1"
    );
}

/// Rows by their keys.
type Rows = BTreeMap<String, (Subject, Marked)>;

/// What a group of deliveries makes due.
#[derive(Debug, Default)]
pub(super) struct Marks {
    rows: Rows,
    /// Of commits that are no head yet.
    waiting: Vec<serde_json::Value>,
}

/// The delivery that a mark came with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cause<'a> {
    pub(super) delivery: &'a str,
    pub(super) installation: u64,
    pub(super) received_at: Timestamp,
    /// Whether a person waits for what comes of it.
    pub(super) awaited: bool,
    /// What it takes away, where it can only take green away.
    pub(super) lowered: Option<&'a Lowered>,
}

impl Marks {
    /// Finds what a mark means by the indexes as they are now.
    pub(super) async fn resolve(&mut self, tx: &mut Tx, mark: &Mark, cause: Cause<'_>) -> Result<()> {
        let any = Want::Anything;
        match mark {
            Mark::Pull { repository, number, want, lowers } => {
                let subject = Subject::Pull { repository: *repository, number: *number };
                self.add(subject, cause.installation, want, *lowers, cause);
            }
            Mark::Group { repository, base, head } => {
                groups::back(tx, *repository, head, cause.received_at).await?;
                let subject = Subject::Group { repository: *repository, base: base.clone(), head: head.clone() };
                self.add(subject, cause.installation, &any, false, cause);
            }
            Mark::Gate { repository, run, environment } => {
                let (repository, run, environment) = (*repository, *run, storable(environment).into_owned());
                self.add(Subject::Gate { repository, run, environment }, cause.installation, &any, false, cause);
            }
            Mark::Pushed { repository, branch, head } => {
                let branch = storable(branch);
                if reviews::governs(tx, *repository, &branch).await? {
                    let subject =
                        Subject::Push { repository: *repository, branch: branch.into_owned(), head: head.clone() };
                    self.add(subject, cause.installation, &any, false, cause);
                }
            }
            Mark::Issue { repository, number } => {
                if let Some(subject) = reviews::of_issue(tx, *repository, *number).await? {
                    self.add(subject, cause.installation, &any, false, cause);
                }
            }
            Mark::Head { check: Some(check), .. } if check.ours => {}
            Mark::Head { repository, head, .. } | Mark::Asked { repository, head, .. } => {
                let rows = tx.fetch(AT_HEAD, values![*repository, head.as_str()]).await?;
                if rows.is_empty() {
                    self.waiting.extend(waiting::row(mark, cause)?);
                    self.asked_of_group(tx, mark, cause).await?;
                }
                rows.iter().try_for_each(|row| self.found(row, mark, cause))?;
            }
            Mark::Base { repository, branch } => {
                for pulls in [INTO_BASE, BESIDE_DEFAULT] {
                    self.add_pulls(&tx.fetch(pulls, values![*repository, branch]).await?, &any, cause)?;
                }
                self.add_gates(gates::waiting(tx, *repository, cause.received_at).await?, cause);
            }
            Mark::Owner { owner } => {
                let owner = owner.to_lowercase();
                self.add_pulls(&tx.fetch(OF_OWNER, values![&owner]).await?, &any, cause)?;
                self.add_gates(gates::waiting_of_owner(tx, &owner, cause.received_at).await?, cause);
            }
            Mark::Team { organisation, slug, lowers } => {
                let (organisation, slug) = (organisation.to_lowercase(), slug.to_lowercase());
                let rows = tx.fetch(OF_TEAM, values![&organisation, &slug]).await?;
                let want = Want::Members(cause.received_at);
                rows.iter().try_for_each(|row| self.add_pull(row, &want, *lowers, cause))?;
            }
            Mark::Deployed { repository } => {
                let since = cause.received_at.as_millisecond() - LATELY;
                self.add_pulls(&tx.fetch(SHIPPED, values![*repository, since]).await?, &any, cause)?;
            }
            Mark::Shipped { repository, head } => {
                let since = cause.received_at.as_millisecond() - LATELY;
                self.add_pulls(&tx.fetch(BROUGHT, values![*repository, head.as_str(), since]).await?, &any, cause)?;
            }
            Mark::Installation { installation } => {
                self.add(Subject::Sweep { installation: *installation }, *installation, &any, false, cause);
                // Permissions may have changed, and with them what GitHub takes.
                let words = Want::Comment;
                self.add_pulls(&tx.fetch(OF_INSTALLATION, values![*installation]).await?, &words, cause)?;
            }
        }
        Ok(())
    }

    /// Adds a pull request whose head a mark is by, if what moved can matter to it.
    pub(super) fn found(&mut self, row: &Row, mark: &Mark, cause: Cause<'_>) -> Result<()> {
        let (matters, want, lowers) = match mark {
            Mark::Head { check, want, lowers, .. } => {
                (check.as_ref().is_none_or(|check| matters(row, check).unwrap_or(true)), want, *lowers)
            }
            Mark::Asked { moved, want, lowers, .. } => (is_asked_for(row, moved).unwrap_or(true), want, *lowers),
            _ => return Ok(()),
        };
        if matters { self.add_pull(row, want, lowers, cause) } else { Ok(()) }
    }

    /// Somebody asks again for the check of a merge group: its commit is no pull request's head.
    async fn asked_of_group(&mut self, tx: &mut Tx, mark: &Mark, cause: Cause<'_>) -> Result<()> {
        if let Mark::Head { repository, head, want: want @ (Want::Rerun(_) | Want::Explain), .. } = mark
            && let Some(group) = groups::at(tx, *repository, head).await?
        {
            self.add(group, cause.installation, want, false, cause);
        }
        Ok(())
    }

    fn add_pulls(&mut self, rows: &[Row], want: &Want, cause: Cause<'_>) -> Result<()> {
        rows.iter().try_for_each(|row| self.add_pull(row, want, false, cause))
    }

    fn add_gates(&mut self, gates: Vec<(Subject, u64)>, cause: Cause<'_>) {
        for (gate, installation) in gates {
            self.add(gate, installation, &Want::Anything, false, cause);
        }
    }

    fn add_pull(&mut self, row: &Row, want: &Want, lowers: bool, cause: Cause<'_>) -> Result<()> {
        let subject = Subject::Pull { repository: row.id("repository")?, number: row.id("number")? };
        let installation = row.maybe_id("installation")?.unwrap_or(cause.installation);
        self.add(subject, installation, want, lowers, cause);
        Ok(())
    }

    fn add(&mut self, subject: Subject, installation: u64, want: &Want, lowers: bool, cause: Cause<'_>) {
        let (_, row) = self.rows.entry(subject.key()).or_insert_with(|| (subject, Marked::default()));
        if installation != 0 {
            row.installation = installation;
        }
        row.lowers |= lowers;
        let lowered = cause.lowered.filter(|what| lowers && row.lowered.last() != Some(*what));
        row.lowered.extend(lowered.cloned());
        row.awaited |= cause.awaited || matches!(want, Want::Rerun(_) | Want::Explain);
        row.wants.push(want.clone());
        row.told_at = row.told_at.max(cause.received_at);
        if !cause.delivery.is_empty() && row.causes.last().is_none_or(|last| last != cause.delivery) {
            row.causes.push(cause.delivery.to_owned());
        }
    }

    /// Writes the rows, in the order of their keys, and counts them. Merge groups come last, those of the pull requests
    /// among them: whoever keeps who is in a group holds the rows of its members.
    pub(super) async fn write(self, tx: &mut Tx, now: i64) -> Result<usize> {
        waiting::keep(tx, self.waiting).await?;
        let is_group = |subject: &Subject| matches!(subject, Subject::Group { .. });
        let (mut groups, others): (Rows, Rows) = self.rows.into_iter().partition(|(_, (subject, _))| is_group(subject));
        write(tx, &others, now).await?;
        join_groups(tx, &others, &mut groups).await?;
        write(tx, &groups, now).await?;
        Ok(others.len() + groups.len())
    }
}

/// What is told of a pull request is told of every group that it is in. How new a look at it must be stays with its own
/// row, where the group finds it.
async fn join_groups(tx: &mut Tx, told: &Rows, groups: &mut Rows) -> Result<()> {
    let pull = |(subject, _): &(Subject, Marked)| match subject {
        Subject::Pull { repository, number } => Some((*repository, *number)),
        _ => None,
    };
    for (group, number) in groups::with(tx, told.values().filter_map(pull)).await? {
        let (repository, ..) = group.columns();
        let Some((_, of_member)) = told.get(&Subject::Pull { repository, number }.key()) else { continue };
        let (_, row) = groups.entry(group.key()).or_insert_with(|| (group, Marked::default()));
        row.installation = of_member.installation;
        row.lowers |= of_member.lowers;
        row.causes
            .extend(of_member.causes.iter().filter(|cause| !row.causes.contains(cause)).cloned().collect::<Vec<_>>());
    }
    Ok(())
}

async fn write(tx: &mut Tx, rows: &Rows, now: i64) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let json = rows.iter().map(|(key, (subject, marked))| {
        let mut pending = Pending::default();
        pending.add(1, marked);
        let (repository, number, head, base) = subject.columns();
        DueRow {
            key: &storable(key),
            kind: subject.kind(),
            installation: marked.installation.cast_signed(),
            repository: repository.cast_signed(),
            number: number.cast_signed(),
            head: &storable(head),
            base: &storable(base),
            lowers: i64::from(marked.lowers),
            awaited: i64::from(marked.awaited),
            pending: pending.write()?,
        }
        .json()
    });
    let json = serde_json::Value::Array(json.collect::<Result<Vec<_>>>()?).to_string();
    let mut merged = Vec::new();
    for row in tx.fetch(MARK, values![&json, now]).await? {
        let (key, seq) = (row.text("key")?, row.int("seq")?);
        let Some((_, marked)) = rows.get(&key).filter(|_| seq > 1) else { continue };
        let before = Pending::read(&row.text("pending")?);
        let mut pending = before.clone().without_seen(row.int("done_seq")?);
        pending.add(seq, marked);
        if pending != before {
            merged.push(serde_json::json!({ "key": key, "pending": pending.write()? }));
        }
    }
    if !merged.is_empty() {
        tx.execute(PENDING, values![&serde_json::Value::Array(merged).to_string()]).await?;
    }
    Ok(())
}

/// A row as [`MARK`] takes it.
#[derive(Serialize)]
struct DueRow<'a> {
    key: &'a str,
    kind: &'a str,
    installation: i64,
    repository: i64,
    number: i64,
    head: &'a str,
    base: &'a str,
    lowers: i64,
    awaited: i64,
    pending: String,
}

impl DueRow<'_> {
    fn json(&self) -> Result<serde_json::Value> {
        serde_json::to_value(self).map_err(|error| Error::Unreadable(error.to_string()))
    }
}

/// Whether a check that moved can change what the pull request of this row comes to. It can where the last decision
/// cared, where [`is_undecided`], and where somebody uses our name.
fn matters(row: &Row, check: &MovedCheck) -> Result<bool> {
    if is_undecided(row)? {
        return Ok(true);
    }
    let name = check.name.to_lowercase();
    let ours = row.maybe_text("check_name")?.is_some_and(|ours| ours.to_lowercase() == name);
    if ours || is_our_name(&name) {
        return Ok(true);
    }
    Ok(cares(row)?.is_none_or(|cares| cares.checks.matters(check)))
}

/// Whether something beside the checks that moved can change what the pull request of this row comes to.
fn is_asked_for(row: &Row, moved: &Moved) -> Result<bool> {
    Ok(is_undecided(row)? || cares(row)?.is_none_or(|cares| cares.matter_to(moved)))
}

/// Whether there is no decision yet, or one is being made, which may come to care.
fn is_undecided(row: &Row) -> Result<bool> {
    Ok(row.maybe_text("decision")?.is_none() || row.maybe_text("lease")?.is_some())
}

/// What the last decision cared for.
fn cares(row: &Row) -> Result<Option<Cares>> {
    row.maybe_text("cares")?.map(|json| Cares::read(&json)).transpose()
}
