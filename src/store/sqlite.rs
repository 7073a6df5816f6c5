//! A SQLite file: one connection that writes, and some that read.
//!
//! Statements run on the thread that asks for them: most take a hundredth of a millisecond, a way to another thread and
//! back takes many times that, and a look asks dozens. What waits does so elsewhere: for the disk, at a commit that is
//! to be on it, and for another process that writes. Absent: scans of whole tables, which would keep a thread from its
//! other work.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags, Statement};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::spawn_blocking;

use super::db::{Value, Writes};
use super::error::{self, Result};
use super::sql::{Sql, statements};

/// How long another process that writes is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// So many connections that read are kept while nobody reads.
const IDLE: usize = 4;

/// More statements than there are: each is prepared once for a connection.
const PREPARED: usize = 256;

statements! {
    WRITE_AHEAD = Sql::sqlite("PRAGMA journal_mode = WAL");
    SHRINK = Sql::sqlite("PRAGMA journal_size_limit = 67108864");
    SYNC_FULL = Sql::sqlite("PRAGMA synchronous = FULL");
    SYNC_NORMAL = Sql::sqlite("PRAGMA synchronous = NORMAL");
    /// A checkpoint waits for the disk, and so belongs to the commits that do.
    CHECKPOINTS = Sql::sqlite("PRAGMA wal_autocheckpoint = 1000");
    NO_CHECKPOINTS = Sql::sqlite("PRAGMA wal_autocheckpoint = 0");
    BEGIN = Sql::sqlite("BEGIN IMMEDIATE");
    COMMIT = Sql::sqlite("COMMIT");
    ROLLBACK = Sql::sqlite("ROLLBACK");
}

/// The connections to a SQLite file.
#[derive(Debug)]
pub(super) struct SqliteDb {
    file: PathBuf,
    idle: std::sync::Mutex<Vec<Connection>>,
    /// Held by whoever writes.
    turn: Arc<Mutex<Writer>>,
    /// Whoever brings no deliveries waits here first, so that at most one of them stands before a delivery.
    others: Mutex<()>,
}

impl SqliteDb {
    /// Opens the file, and makes it where there is none.
    pub(super) fn open(file: PathBuf) -> Result<Self> {
        let connection = connect(&file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        for pragma in [WRITE_AHEAD, SHRINK, SYNC_FULL, CHECKPOINTS] {
            run(&connection, pragma.sqlite, &[])?;
        }
        connection.busy_timeout(Duration::ZERO)?;
        let turn = Arc::new(Mutex::new(Writer { connection, full: true }));
        Ok(Self { file, idle: std::sync::Mutex::default(), turn, others: Mutex::default() })
    }

    /// The file.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Reads outside of a transaction.
    pub(super) fn fetch(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<SqliteRow>> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let connection = match kept {
            Some(connection) => connection,
            None => connect(&self.file, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        let rows = run(&connection, sql, values);
        let mut idle = idle();
        if idle.len() < IDLE {
            idle.push(connection);
        }
        Ok(rows?)
    }

    pub(super) async fn begin(&self, writes: Writes) -> Result<SqliteTx> {
        let other = if writes == Writes::Deliveries { None } else { Some(self.others.lock().await) };
        let mut writer = Arc::clone(&self.turn).lock_owned().await;
        drop(other);
        let full = writes != Writes::Leases;
        match writer.begin(full, Duration::ZERO) {
            Ok(()) => Ok(SqliteTx(Some(writer))),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                // Where the caller does not wait any more, the transaction ends with what is given back here.
                let wait = move || writer.begin(full, PATIENCE).map(|()| SqliteTx(Some(writer)));
                Ok(spawn_blocking(wait).await.map_err(|_| error::Error::Stopped)??)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn connect(file: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(connection)
}

/// The connection that writes.
#[derive(Debug)]
struct Writer {
    connection: Connection,
    /// Whether it waits for the disk at each commit now.
    full: bool,
}

impl Writer {
    fn run(&self, sql: Sql, values: &[Value<'_>]) -> rusqlite::Result<Vec<SqliteRow>> {
        run(&self.connection, sql.sqlite, values)
    }

    /// Begins a transaction that is kept as is asked.
    fn begin(&mut self, full: bool, patience: Duration) -> rusqlite::Result<()> {
        // Whoever had the turn before may have ended in the middle.
        self.roll_back();
        if self.full != full {
            // SQLite takes this only outside of a transaction; nobody gets between, we have the turn.
            let pragmas = if full { [SYNC_FULL, CHECKPOINTS] } else { [SYNC_NORMAL, NO_CHECKPOINTS] };
            for pragma in pragmas {
                self.run(pragma, &[])?;
            }
            self.full = full;
        }
        if patience.is_zero() {
            return self.run(BEGIN, &[]).map(drop);
        }
        self.connection.busy_timeout(patience)?;
        let begun = self.run(BEGIN, &[]);
        self.connection.busy_timeout(Duration::ZERO)?;
        begun.map(drop)
    }

    fn commit(&self) -> rusqlite::Result<()> {
        let committed = self.run(COMMIT, &[]);
        self.roll_back();
        committed.map(drop)
    }

    /// Ends a transaction that is still open, and with it all that it did.
    fn roll_back(&self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.run(ROLLBACK, &[])
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}

/// A transaction; dropped without [`SqliteTx::commit`] it leaves nothing behind.
pub(super) struct SqliteTx(Option<OwnedMutexGuard<Writer>>);

impl SqliteTx {
    pub(super) fn fetch(&self, sql: Sql, values: &[Value<'_>]) -> Result<Vec<SqliteRow>> {
        let writer = self.0.as_ref().ok_or(error::Error::Stopped)?;
        Ok(writer.run(sql, values)?)
    }

    /// Runs a statement and counts the rows it touched.
    pub(super) fn execute(&self, sql: Sql, values: &[Value<'_>]) -> Result<u64> {
        let writer = self.0.as_ref().ok_or(error::Error::Stopped)?;
        writer.run(sql, values)?;
        Ok(writer.connection.changes())
    }

    /// Where it is to be on the disk it is once this returns; it is committed even where the caller does not wait.
    pub(super) async fn commit(mut self) -> Result<()> {
        let Some(writer) = self.0.take() else { return Ok(()) };
        let committed = if writer.full {
            spawn_blocking(move || writer.commit()).await.map_err(|_| error::Error::Stopped)?
        } else {
            writer.commit()
        };
        Ok(committed?)
    }
}

impl Drop for SqliteTx {
    fn drop(&mut self) {
        if let Some(writer) = &self.0 {
            writer.roll_back();
        }
    }
}

/// A row of an answer.
#[derive(Debug)]
pub(super) struct SqliteRow {
    columns: Arc<[String]>,
    cells: Vec<Cell>,
}

impl SqliteRow {
    /// What stands in a column.
    pub(super) fn cell(&self, name: &str) -> Result<&Cell> {
        let place = self.columns.iter().position(|column| column == name);
        let cell = place.and_then(|place| self.cells.get(place));
        cell.ok_or_else(|| error::Error::Unreadable(format!("it has no column `{name}`")))
    }
}

/// Runs one statement to its end.
fn run(connection: &Connection, sql: &str, values: &[Value<'_>]) -> rusqlite::Result<Vec<SqliteRow>> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, values)?;
    let columns: Arc<[String]> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = statement.raw_query();
    let mut answer = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = (0..columns.len()).map(|place| row.get(place)).collect::<rusqlite::Result<_>>()?;
        answer.push(SqliteRow { columns: Arc::clone(&columns), cells });
    }
    Ok(answer)
}

/// Binds `$1` to the first value, and so on: SQLite itself counts such names in the order in which they occur.
fn bind(statement: &mut Statement<'_>, values: &[Value<'_>]) -> rusqlite::Result<()> {
    for place in 1..=statement.parameter_count() {
        let name = statement.parameter_name(place).and_then(|name| name.strip_prefix('$'));
        let number = name.and_then(|name| name.parse::<usize>().ok()).unwrap_or(0);
        match number.checked_sub(1).and_then(|index| values.get(index)) {
            Some(Value::Int(int)) => statement.raw_bind_parameter(place, int)?,
            Some(Value::Text(text)) => statement.raw_bind_parameter(place, text.as_deref())?,
            Some(Value::Bytes(bytes)) => statement.raw_bind_parameter(place, bytes)?,
            None => return Err(Error::InvalidParameterCount(values.len(), number)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says what is wrong by stopping")]

    use super::*;
    use crate::store::db::values;

    const MAKE: Sql = Sql::sqlite("CREATE TABLE t (n BIGINT, text TEXT)");
    const ADD: Sql = Sql::sqlite("INSERT INTO t (text, n) VALUES ($2, $1)");
    const ALL: &str = "SELECT n, text FROM t WHERE n >= $1 ORDER BY n";

    fn file(directory: &tempfile::TempDir) -> PathBuf {
        directory.path().join("store.db")
    }

    #[tokio::test]
    async fn what_is_not_committed_is_seen_by_nobody_and_keeps_nobody_waiting() {
        let directory = tempfile::tempdir().unwrap();
        let db = SqliteDb::open(file(&directory)).unwrap();
        let tx = db.begin(Writes::Records).await.unwrap();
        tx.execute(MAKE, &[]).unwrap();
        tx.commit().await.unwrap();
        for (number, commit) in [(1_i64, true), (2, false), (3, true)] {
            let tx = db.begin(Writes::Leases).await.unwrap();
            assert_eq!(tx.execute(ADD, values![number, "said"]).unwrap(), 1);
            if commit {
                tx.commit().await.unwrap();
            }
        }
        let rows = db.fetch(ALL, values![0_i64]).unwrap();
        let numbers: Vec<_> = rows.iter().map(|row| row.cell("n").unwrap().clone()).collect();
        assert_eq!(numbers, [Cell::Integer(1), Cell::Integer(3)]);
        assert_eq!(rows[0].cell("text").unwrap(), &Cell::Text("said".to_owned()));
        assert!(rows[0].cell("none").is_err());
    }

    #[tokio::test]
    async fn a_value_that_is_not_given_is_an_error_and_not_null() {
        let directory = tempfile::tempdir().unwrap();
        let db = SqliteDb::open(file(&directory)).unwrap();
        let tx = db.begin(Writes::Leases).await.unwrap();
        tx.execute(MAKE, &[]).unwrap();
        assert!(tx.execute(ADD, values![1_i64]).is_err());
    }

    #[tokio::test]
    async fn another_process_that_writes_is_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let [ours, theirs] = [0; 2].map(|_| SqliteDb::open(file(&directory)).unwrap());
        let tx = theirs.begin(Writes::Records).await.unwrap();
        tx.execute(MAKE, &[]).unwrap();
        let waiting =
            tokio::spawn(async move { ours.begin(Writes::Leases).await.unwrap().execute(ADD, values![1_i64, "x"]) });
        tokio::task::yield_now().await;
        tx.commit().await.unwrap();
        assert_eq!(waiting.await.unwrap().unwrap(), 1);
    }
}
