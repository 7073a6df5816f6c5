//! Commands that people gave in comments, kept once and for ever, and which of them were answered.
//!
//! Absent: taking them, which is part of taking a delivery (`take`), and what comes of them.

use std::collections::BTreeMap;

use countersign_domain::account::{Account, Oid};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Store;
use super::db::{Row, Tx, Writes, storable, values};
use super::error::Result;
use super::sql::{Sql, bulk, statements};
use super::take;
use crate::signal::GivenCommand;

statements! {
    /// The head is where the events before this delivery left it; not known where it was moved since the comment was
    /// written, and that came sooner.
    TAKE = bulk!(
        "INSERT INTO command (comment, repository, number, account, account_login, account_kind, line, head, written_at, at)
        SELECT j.comment, j.repository, j.number, j.account, j.login, j.kind, j.line,
            (SELECT p.head FROM pull p WHERE p.repository = j.repository AND p.number = j.number AND NOT EXISTS (
                SELECT 1 FROM head_move m WHERE m.repository = p.repository AND m.number = p.number
                    AND m.at >= j.written_at + 1000)), j.written_at, j.at FROM",
        (comment bigint, repository bigint, number bigint, account bigint, login text, kind text, line text,
            written_at bigint, at bigint),
        "WHERE true ORDER BY j.comment ON CONFLICT (comment) DO NOTHING"
    );
    /// Of a pull request that went in also what was said of it on the issue of its review, where its head is what it was.
    OF_PULL = Sql::both(
        "SELECT c.comment, c.account, c.account_login, c.account_kind, c.line,
            CASE WHEN c.number = $2 THEN c.head ELSE (SELECT p.head FROM pull p WHERE p.repository = $1 AND p.number = $2)
            END AS head, c.written_at, c.at FROM command c
        WHERE c.repository = $1 AND (c.number = $2 OR (LOWER(c.line) LIKE 'outcome%' AND c.number IN (SELECT r.issue
            FROM review r WHERE r.repository = $1 AND r.subject = 'pull:' || $2)))
        ORDER BY c.written_at, c.comment"
    );
    UNANSWERED = Sql::both(
        "SELECT comment, at FROM command WHERE repository = $1 AND answered_at IS NULL AND (number = $2
            OR (LOWER(line) LIKE 'outcome%' AND number IN (SELECT r.issue FROM review r
                WHERE r.repository = $1 AND r.subject = 'pull:' || $2)))"
    );
    ANSWERED = Sql::both("UPDATE command SET answered_at = $2 WHERE comment = $1 AND answered_at IS NULL");
}

/// A command as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRow {
    /// GitHub's number for the comment.
    pub comment: u64,
    /// Who gave it.
    pub by: Account,
    /// What follows `/countersign`.
    pub line: String,
    /// Where events had the head when it was received; `None` where none had told.
    pub head: Option<Oid>,
    /// When it was written, to the second, by GitHub's clock.
    pub written_at: Timestamp,
    /// When it was received.
    pub at: Timestamp,
}

/// A command for [`take`].
pub(super) fn row(given: &GivenCommand, received_at: Timestamp) -> (u64, Value) {
    let row = json!({
        "comment": given.comment.cast_signed(),
        "repository": given.repository.cast_signed(),
        "number": given.number.cast_signed(),
        "account": given.by.id.cast_signed(),
        "login": storable(&given.by.login),
        "kind": take::kind_name(given.by.kind),
        "line": storable(&given.line),
        "written_at": given.written_at.as_millisecond(),
        "at": received_at.as_millisecond(),
    });
    (given.comment, row)
}

/// Keeps commands; one that is there already stays as it is.
pub(super) async fn keep(tx: &mut Tx, rows: Vec<Value>) -> Result<()> {
    if !rows.is_empty() {
        tx.execute(TAKE, values![&Value::Array(rows).to_string()]).await?;
    }
    Ok(())
}

impl Store {
    /// The commands of a pull request, in the order in which they were written.
    ///
    /// # Errors
    /// The database's.
    pub async fn commands(&self, pull: (u64, u64)) -> Result<Vec<CommandRow>> {
        let command = |row: &Row| {
            let kind = take::kind(&row.text("account_kind")?);
            Ok(CommandRow {
                comment: row.id("comment")?,
                by: Account { id: row.id("account")?, login: row.text("account_login")?, kind },
                line: row.text("line")?,
                head: row.maybe_text("head")?.map(Oid::new),
                written_at: row.instant("written_at")?,
                at: row.instant("at")?,
            })
        };
        self.db.fetch(OF_PULL, values![pull.0, pull.1]).await?.iter().map(command).collect()
    }

    /// The comments of those commands of a pull request that nobody has answered, with when each was received.
    ///
    /// # Errors
    /// The database's.
    pub async fn unanswered_commands(&self, pull: (u64, u64)) -> Result<BTreeMap<u64, Timestamp>> {
        let command = |row: &Row| Ok((row.id("comment")?, row.instant("at")?));
        self.db.fetch(UNANSWERED, values![pull.0, pull.1]).await?.iter().map(command).collect()
    }

    /// Remembers that a command was answered.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_answered(&self, comment: u64, at: Timestamp) -> Result<()> {
        self.db.execute(Writes::Records, ANSWERED, values![comment, at.as_millisecond()]).await?;
        Ok(())
    }
}
