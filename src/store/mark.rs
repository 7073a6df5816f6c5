//! From where an event says to look to rows that are due.
//!
//! The indexes of open pull requests by head, base, owner and team answer for events
//! that name no pull request. A check that no rule cares about makes nothing due.

use std::collections::BTreeMap;

use countersign_domain::CHECK_NAME;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::claim::Subject;
use super::db::{Row, Tx, storable, values};
use super::decision::Cares;
use super::error::{Error, Result};
use super::sql::{Sql, bulk, statements};
use super::waiting;
use crate::signal::{Lowered, Mark, Moved, MovedCheck, Want};

/// How many wants and how many deliveries a row keeps; beyond that the newest stay.
const KEPT: usize = 64;

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
    OF_INSTALLATION = Sql::both(
        "SELECT p.repository, p.number, r.installation FROM repository r JOIN pull p ON p.repository = r.id
        WHERE r.installation = $1 AND p.open = 1"
    );
}

/// What a row waits for, each with the number of the event that asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Pending {
    pub(super) wants: Vec<(i64, Want)>,
    pub(super) causes: Vec<(i64, String)>,
    /// What took away from that which green stands on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) lowered: Vec<(i64, Lowered)>,
}

impl Pending {
    /// What cannot be read (a newer version wrote it) is not waited for: no delivery may be refused for it.
    pub(super) fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_else(|error| {
            tracing::warn!(%error, "what a queue row waits for cannot be read");
            Self::default()
        })
    }

    fn write(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::Unreadable(error.to_string()))
    }

    /// What is left once everything up to that number was seen.
    pub(super) fn after(mut self, done: i64) -> Self {
        self.wants.retain(|(seq, _)| *seq > done);
        self.causes.retain(|(seq, _)| *seq > done);
        self.lowered.retain(|(seq, _)| *seq > done);
        self
    }

    /// Adds the wants and causes of one event, or of several that were taken together.
    fn add(&mut self, seq: i64, more: &Marked) {
        for want in &more.wants {
            self.want(seq, want.clone());
        }
        // What waited for its head may be told of more than once.
        self.causes.retain(|(_, cause)| !more.causes.contains(cause));
        self.causes.extend(more.causes.iter().map(|cause| (seq, cause.clone())));
        let surplus = self.causes.len().saturating_sub(KEPT);
        self.causes.drain(..surplus);
        // The first that is left is what took green away.
        self.lowered.extend(more.lowered.iter().map(|what| (seq, what.clone())));
        self.lowered.truncate(KEPT);
    }

    fn want(&mut self, seq: i64, want: Want) {
        let want = match want {
            Want::Anything => return, // every look is after the event: it is claimed after its commit
            Want::UpdatedAt(at) => Want::UpdatedAt(
                self.take_matching(|old| if let Want::UpdatedAt(old) = old { Some(*old) } else { None }, at),
            ),
            Want::Members(at) => Want::Members(
                self.take_matching(|old| if let Want::Members(old) = old { Some(*old) } else { None }, at),
            ),
            other => {
                // Of several that were told of one thing only the last is what will be seen.
                if self.wants.iter().any(|(_, old)| supersedes(old, &other) && !supersedes(&other, old)) {
                    return;
                }
                self.wants.retain(|(_, old)| *old != other && !supersedes(&other, old));
                other
            }
        };
        self.wants.push((seq, want));
        let surplus = self.wants.len().saturating_sub(KEPT);
        self.wants.drain(..surplus);
    }

    /// Takes the wants out of which `instant` makes one, and gives the latest of them and `at`.
    fn take_matching(&mut self, instant: impl Fn(&Want) -> Option<Timestamp>, at: Timestamp) -> Timestamp {
        let latest = self.wants.iter().filter_map(|(_, want)| instant(want)).fold(at, Timestamp::max);
        self.wants.retain(|(_, want)| instant(want).is_none());
        latest
    }
}

/// Whether a want that arrives after another takes its place: it tells how the same thing stands, and is no older.
fn supersedes(later: &Want, want: &Want) -> bool {
    match (later, want) {
        // A thread may be resolved and opened again.
        (Want::Thread { node, .. }, Want::Thread { node: of, .. }) => node == of,
        (Want::Base { at, .. }, Want::Base { at: before, .. }) => at >= before,
        (Want::Status { head, context, at, .. }, Want::Status { head: of, context: named, at: before, .. }) => {
            head == of && context == named && at >= before
        }
        (Want::Deployment { node, status, .. }, Want::Deployment { node: of, status: before, .. }) => {
            let instant = |status: &Option<(Timestamp, String)>| status.as_ref().map(|(at, _)| *at);
            node == of && instant(status) >= instant(before)
        }
        _ => false,
    }
}

/// What one group of deliveries asks of one row.
#[derive(Debug, Default)]
struct Marked {
    installation: u64,
    wants: Vec<Want>,
    causes: Vec<String>,
    lowered: Vec<Lowered>,
    lowers: bool,
    awaited: bool,
}

/// What a group of deliveries makes due.
#[derive(Debug, Default)]
pub(super) struct Marks {
    rows: BTreeMap<String, (Subject, Marked)>,
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
                let subject = Subject::Group { repository: *repository, base: base.clone(), head: head.clone() };
                self.add(subject, cause.installation, &any, false, cause);
            }
            Mark::Head { check: Some(check), .. } if check.ours => {}
            Mark::Head { repository, head, .. } | Mark::Asked { repository, head, .. } => {
                let rows = tx.fetch(AT_HEAD, values![*repository, head.as_str()]).await?;
                if rows.is_empty() {
                    self.waiting.extend(waiting::row(mark, cause)?);
                }
                rows.iter().try_for_each(|row| self.found(row, mark, cause))?;
            }
            Mark::Base { repository, branch, want } => {
                self.add_pulls(&tx.fetch(INTO_BASE, values![*repository, branch]).await?, want, cause)?;
                let beside = match want {
                    Want::Tip(tip) => Want::DefaultTip(tip.clone()),
                    other => other.clone(),
                };
                self.add_pulls(&tx.fetch(BESIDE_DEFAULT, values![*repository, branch]).await?, &beside, cause)?;
            }
            Mark::Owner { owner } => {
                self.add_pulls(&tx.fetch(OF_OWNER, values![&owner.to_lowercase()]).await?, &any, cause)?;
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

    fn add_pulls(&mut self, rows: &[Row], want: &Want, cause: Cause<'_>) -> Result<()> {
        rows.iter().try_for_each(|row| self.add_pull(row, want, false, cause))
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
        row.awaited |= cause.awaited || matches!(want, Want::Rerun(_));
        row.wants.push(want.clone());
        if !cause.delivery.is_empty() && row.causes.last().is_none_or(|last| last != cause.delivery) {
            row.causes.push(cause.delivery.to_owned());
        }
    }

    /// Writes the rows, in the order of their keys, and counts them.
    pub(super) async fn write(self, tx: &mut Tx, now: i64) -> Result<usize> {
        waiting::keep(tx, self.waiting).await?;
        if self.rows.is_empty() {
            return Ok(0);
        }
        let rows = self.rows.iter().map(|(key, (subject, marked))| {
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
        let rows = serde_json::Value::Array(rows.collect::<Result<Vec<_>>>()?).to_string();
        let mut merged = Vec::new();
        for row in tx.fetch(MARK, values![&rows, now]).await? {
            let (key, seq) = (row.text("key")?, row.int("seq")?);
            let Some((_, marked)) = self.rows.get(&key).filter(|_| seq > 1) else { continue };
            let before = Pending::read(&row.text("pending")?);
            let mut pending = before.clone().after(row.int("done_seq")?);
            pending.add(seq, marked);
            if pending != before {
                merged.push(serde_json::json!({ "key": key, "pending": pending.write()? }));
            }
        }
        if !merged.is_empty() {
            tx.execute(PENDING, values![&serde_json::Value::Array(merged).to_string()]).await?;
        }
        Ok(self.rows.len())
    }
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
    if ours || name.starts_with(CHECK_NAME) {
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    fn status(second: i64, state: &str) -> Want {
        let at = Timestamp::from_second(second).unwrap();
        Want::Status { head: "h".into(), context: "ci".into(), at, state: state.into() }
    }

    fn thread(resolved: bool) -> Want {
        Want::Thread { node: "T1".into(), resolved }
    }

    fn deployment(status: Option<(i64, &str)>) -> Want {
        let status = status.map(|(second, state)| (Timestamp::from_second(second).unwrap(), state.to_owned()));
        Want::Deployment { head: "h".into(), node: "D1".into(), environment: "staging".into(), status }
    }

    #[test]
    fn of_several_that_were_told_of_one_thing_the_last_is_waited_for() {
        let check = |told: &[Want], left: &[Want]| {
            let mut pending = Pending::default();
            told.iter().for_each(|want| pending.want(1, want.clone()));
            let wants: Vec<Want> = pending.wants.into_iter().map(|(_, want)| want).collect();
            assert_eq!(wants, left, "of {told:?}");
        };
        check(&[status(1, "pending"), status(2, "success")], &[status(2, "success")]);
        check(&[status(2, "success"), status(1, "pending")], &[status(2, "success")]);
        check(&[status(1, "pending"), status(1, "success")], &[status(1, "success")]);
        check(&[thread(true), thread(false)], &[thread(false)]);
        check(&[deployment(Some((1, "success"))), deployment(None)], &[deployment(Some((1, "success")))]);
        check(&[deployment(None), deployment(Some((1, "queued")))], &[deployment(Some((1, "queued")))]);
        check(&[status(1, "success"), thread(true)], &[status(1, "success"), thread(true)]);
    }
}
