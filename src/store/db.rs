//! The two databases behind one face: a statement with its values goes in, rows come
//! out. Everything else of the store is written once against this.
//!
//! SQLite has one connection that writes and several that read. Deliveries are never
//! kept waiting by more than one other writer.

use std::borrow::Cow;

use rusqlite::types::Value as Cell;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, Row as _, Transaction};

use super::error::{Error, Result};
use super::sql::{Sql, statements};
use super::sqlite::{SqliteDb, SqliteRow, SqliteTx};
use crate::clock::Clock;

statements! {
    DATABASE_CLOCK = Sql::postgres("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now");
}

/// A statement with its values, for PostgreSQL.
macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        let mut query = sqlx::query($sql);
        for value in $values {
            query = match value {
                Value::Int(int) => query.bind(*int),
                Value::Text(text) => query.bind(text.as_deref()),
                Value::Bytes(bytes) => query.bind(*bytes),
            };
        }
        query
    }};
}

/// A database, opened.
#[derive(Debug)]
pub(super) enum Db {
    /// A file.
    Sqlite(SqliteDb),
    /// A server.
    Postgres(PgPool),
}

/// What a transaction writes, and so how it is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writes {
    /// Deliveries: on the disk before the commit returns, and served first.
    Deliveries,
    /// What cannot be had again, such as decisions: on the disk before the commit returns.
    Records,
    /// Leases and budgets, and nothing large: a power cut may take the newest of them back, in order, and they are made
    /// again.
    Leases,
}

impl Db {
    pub(super) async fn begin(&self, writes: Writes) -> Result<Tx> {
        match self {
            Self::Postgres(pool) => Ok(Tx::Postgres(pool.begin().await?)),
            Self::Sqlite(db) => Ok(Tx::Sqlite(db.begin(writes).await?)),
        }
    }

    /// Runs one statement as a transaction of its own and counts the rows it touched: on PostgreSQL one way there and back
    /// where [`Db::begin`], [`Tx::execute`] and [`Tx::commit`] take three.
    pub(super) async fn execute(&self, writes: Writes, sql: Sql, values: &[Value<'_>]) -> Result<u64> {
        Ok(match self {
            Self::Postgres(pool) => bound!(sql.postgres, values).execute(pool).await?.rows_affected(),
            Self::Sqlite(db) => {
                let tx = db.begin(writes).await?;
                let touched = tx.execute(sql, values)?;
                tx.commit().await?;
                touched
            }
        })
    }

    /// The same for a statement that gives rows back.
    pub(super) async fn execute_returning(&self, writes: Writes, sql: Sql, values: &[Value<'_>]) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Postgres(pool) => Row::postgres(bound!(sql.postgres, values).fetch_all(pool).await?),
            Self::Sqlite(db) => {
                let tx = db.begin(writes).await?;
                let rows = tx.fetch(sql, values)?;
                tx.commit().await?;
                Row::sqlite(rows)
            }
        })
    }

    /// Reads outside of a transaction.
    pub(super) async fn fetch(&self, sql: Sql, values: &[Value<'_>]) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Sqlite(db) => Row::sqlite(db.fetch(sql.sqlite, values)?),
            Self::Postgres(pool) => Row::postgres(bound!(sql.postgres, values).fetch_all(pool).await?),
        })
    }

    /// Milliseconds since 1970 by the database's own clock, where it has one, moved as the injected clock is.
    pub(super) async fn now(&self, clock: &Clock) -> Result<i64> {
        match self {
            Self::Sqlite(_) => Ok(clock.now().as_millisecond()),
            Self::Postgres(_) => Ok(one(self.fetch(DATABASE_CLOCK, &[]).await?)?.int("now")? + clock.offset_ms()),
        }
    }
}

/// A transaction; dropped without [`Tx::commit`] it leaves nothing behind.
pub(super) enum Tx {
    Sqlite(SqliteTx),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Runs a statement and counts the rows it touched.
    pub(super) async fn execute(&mut self, sql: Sql, values: &[Value<'_>]) -> Result<u64> {
        Ok(match self {
            Self::Sqlite(tx) => tx.execute(sql, values)?,
            Self::Postgres(tx) => bound!(sql.postgres, values).execute(&mut **tx).await?.rows_affected(),
        })
    }

    pub(super) async fn fetch(&mut self, sql: Sql, values: &[Value<'_>]) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Sqlite(tx) => Row::sqlite(tx.fetch(sql, values)?),
            Self::Postgres(tx) => Row::postgres(bound!(sql.postgres, values).fetch_all(&mut **tx).await?),
        })
    }

    /// See [`Db::now`].
    pub(super) async fn now(&mut self, clock: &Clock) -> Result<i64> {
        match self {
            Self::Sqlite(_) => Ok(clock.now().as_millisecond()),
            Self::Postgres(_) => Ok(one(self.fetch(DATABASE_CLOCK, &[]).await?)?.int("now")? + clock.offset_ms()),
        }
    }

    pub(super) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => Ok(tx.commit().await?),
        }
    }

    pub(super) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// The first row of an answer that always has one.
pub(super) fn one(rows: Vec<Row>) -> Result<Row> {
    rows.into_iter().next().ok_or_else(|| Error::Unreadable("an answer has no row".into()))
}

/// A value bound to a statement.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Int(Option<i64>),
    Text(Option<Cow<'a, str>>),
    Bytes(Option<&'a [u8]>),
}

impl From<i64> for Value<'_> {
    fn from(int: i64) -> Self {
        Self::Int(Some(int))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(int: Option<i64>) -> Self {
        Self::Int(int)
    }
}

impl From<u64> for Value<'_> {
    /// GitHub's numbers; the way back is [`Row::id`].
    fn from(id: u64) -> Self {
        Self::Int(Some(id.cast_signed()))
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Int(Some(i64::from(flag)))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(storable(text)))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::from(text.as_str())
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Self::Text(text.map(storable))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(Some(bytes))
    }
}

/// PostgreSQL takes no NUL in a text, and a delivery is never refused for what it says: it becomes U+FFFD on both.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// The values of a statement, in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::db::Value::from($value)),*] };
}

pub(super) use values;

/// A row of an answer.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    fn sqlite(rows: Vec<SqliteRow>) -> Vec<Self> {
        rows.into_iter().map(Self::Sqlite).collect()
    }

    fn postgres(rows: Vec<PgRow>) -> Vec<Self> {
        rows.into_iter().map(Self::Postgres).collect()
    }

    pub(super) fn int(&self, name: &str) -> Result<i64> {
        present(self.maybe_int(name)?, name)
    }

    pub(super) fn maybe_int(&self, name: &str) -> Result<Option<i64>> {
        match self {
            Self::Postgres(row) => Ok(row.try_get(name)?),
            Self::Sqlite(row) => match row.cell(name)? {
                Cell::Null => Ok(None),
                Cell::Integer(int) => Ok(Some(*int)),
                other => Err(unlike(name, other)),
            },
        }
    }

    /// One of GitHub's numbers.
    pub(super) fn id(&self, name: &str) -> Result<u64> {
        Ok(self.int(name)?.cast_unsigned())
    }

    pub(super) fn maybe_id(&self, name: &str) -> Result<Option<u64>> {
        Ok(self.maybe_int(name)?.map(i64::cast_unsigned))
    }

    /// A small count; what does not fit is the largest.
    pub(super) fn count(&self, name: &str) -> Result<u32> {
        Ok(u32::try_from(self.int(name)?).unwrap_or(u32::MAX))
    }

    pub(super) fn text(&self, name: &str) -> Result<String> {
        present(self.maybe_text(name)?, name)
    }

    pub(super) fn maybe_text(&self, name: &str) -> Result<Option<String>> {
        match self {
            Self::Postgres(row) => Ok(row.try_get(name)?),
            Self::Sqlite(row) => match row.cell(name)? {
                Cell::Null => Ok(None),
                Cell::Text(text) => Ok(Some(text.clone())),
                other => Err(unlike(name, other)),
            },
        }
    }

    pub(super) fn bytes(&self, name: &str) -> Result<Vec<u8>> {
        present(self.maybe_bytes(name)?, name)
    }

    pub(super) fn maybe_bytes(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Postgres(row) => Ok(row.try_get(name)?),
            Self::Sqlite(row) => match row.cell(name)? {
                Cell::Null => Ok(None),
                Cell::Blob(bytes) => Ok(Some(bytes.clone())),
                other => Err(unlike(name, other)),
            },
        }
    }

    pub(super) fn instant(&self, name: &str) -> Result<jiff::Timestamp> {
        instant(self.int(name)?)
    }

    pub(super) fn maybe_instant(&self, name: &str) -> Result<Option<jiff::Timestamp>> {
        self.maybe_int(name)?.map(instant).transpose()
    }
}

fn present<T>(value: Option<T>, name: &str) -> Result<T> {
    value.ok_or_else(|| Error::Unreadable(format!("`{name}` is empty")))
}

fn unlike(name: &str, cell: &Cell) -> Error {
    Error::Unreadable(format!("`{name}` is of another kind: {}", cell.data_type()))
}

/// An instant from milliseconds since 1970.
pub(super) fn instant(ms: i64) -> Result<jiff::Timestamp> {
    jiff::Timestamp::from_millisecond(ms).map_err(|error| Error::Unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says what is wrong by stopping")]

    use super::*;
    use crate::store::open;

    const IS_SYNC: Sql = Sql::sqlite("SELECT synchronous AS now FROM pragma_synchronous");

    #[tokio::test]
    async fn sqlite_waits_for_the_disk_where_nothing_may_be_lost() {
        let directory = tempfile::tempdir().unwrap();
        let db = open::connect(&format!("sqlite:{}", directory.path().join("store.db").display())).await.unwrap();
        for (writes, full) in [
            (Writes::Deliveries, 2),
            (Writes::Leases, 1),
            (Writes::Leases, 1),
            (Writes::Records, 2),
            (Writes::Deliveries, 2),
        ] {
            let mut tx = db.begin(writes).await.unwrap();
            assert_eq!(one(tx.fetch(IS_SYNC, &[]).await.unwrap()).unwrap().int("now").unwrap(), full, "{writes:?}");
        }
    }

    #[tokio::test]
    async fn a_transaction_that_is_dropped_leaves_nothing_and_blocks_nobody() {
        let directory = tempfile::tempdir().unwrap();
        let db = open::connect(&format!("sqlite:{}", directory.path().join("store.db").display())).await.unwrap();
        let make = Sql::sqlite("CREATE TABLE t (n BIGINT)");
        for _ in 0..2 {
            db.begin(Writes::Leases).await.unwrap().execute(make, &[]).await.unwrap();
        }
    }
}
