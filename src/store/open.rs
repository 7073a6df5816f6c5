//! Opening, migrating and asking whether the store can be written.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgPool};
use tokio::sync::watch;

use super::Store;
use super::db::{Db, Writes, values};
use super::error::{Error, Result};
use super::sql::{Sql, statements};
use super::sqlite::{self, SqliteDb};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");

/// The channel on which PostgreSQL tells all replicas that something is due.
pub(super) const CHANNEL: &str = "countersign_due";

/// How long a caller waits for a connection to PostgreSQL.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often, and after how long, migrating a file is tried again that another process is migrating.
const MIGRATION_TRIES: u32 = 10;
const BREATH: Duration = Duration::from_millis(50);

statements! {
    VERSION = Sql::both("SELECT MAX(version) AS version FROM _sqlx_migrations WHERE success");
    /// A replica that stands still in a transaction would keep all others waiting for its locks. The server ends it;
    /// what else of that replica queues for the same locks gives up before its turn comes.
    NO_IDLING = Sql::postgres("SET idle_in_transaction_session_timeout = '2s'");
    NO_QUEUEING = Sql::postgres("SET lock_timeout = '3s'");
    PROBE = Sql::both("INSERT INTO lane (name, holder, until) VALUES ($1, '', 0)");
}

/// Whether the address names a SQLite file that is not there.
pub(super) fn is_absent(url: &str) -> bool {
    file(url).is_some_and(|file| !file.exists())
}

/// The SQLite file that the address names. What is in memory alone is none: it keeps nothing.
fn file(url: &str) -> Option<PathBuf> {
    if !url.starts_with("sqlite:") || url.contains(":memory:") || url.contains("mode=memory") {
        return None;
    }
    Some(SqliteConnectOptions::from_str(url).ok()?.get_filename().to_owned())
}

pub(super) async fn connect(url: &str) -> Result<Db> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let options = PgConnectOptions::from_str(url).map_err(|_| Error::Address)?;
        let options = options.application_name("countersign").disable_statement_logging();
        let pool = PgPoolOptions::new().max_connections(10).acquire_timeout(PATIENCE);
        let pool = pool.after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::query(NO_IDLING.postgres).execute(&mut *connection).await?;
                sqlx::query(NO_QUEUEING.postgres).execute(&mut *connection).await.map(drop)
            })
        });
        return Ok(Db::Postgres(pool.connect_with(options).await?));
    }
    Ok(Db::Sqlite(SqliteDb::open(file(url).ok_or(Error::Address)?)?))
}

impl Store {
    /// Brings the tables to this version. Several replicas may do so at once.
    ///
    /// # Errors
    /// [`Error::Migration`], also where the tables are those of a newer version.
    pub async fn migrate(&self) -> Result<()> {
        let failed = |error: MigrateError| Error::Migration(error.into());
        match &*self.db {
            Db::Postgres(pool) => MIGRATIONS.run(pool).await.map_err(failed),
            Db::Sqlite(db) => migrate_file(db.file()).await?.map_err(failed),
        }
    }

    /// Whether the tables are those of this version and can be written.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn ready(&self) -> Result<()> {
        let stored = self.db.fetch(VERSION, &[]).await?;
        let stored = stored.first().map(|row| row.maybe_int("version")).transpose()?.flatten();
        let ours = MIGRATIONS.iter().map(|migration| migration.version).max();
        if stored != ours {
            return Err(Error::Migration(format!("version {stored:?} is there, {ours:?} is wanted").into()));
        }
        let mut tx = self.db.begin(Writes::Leases).await?;
        let name = format!("probe {}", fastrand::u64(..));
        tx.execute(PROBE, values![&name]).await?;
        Ok(()) // and dropped: nothing is left behind
    }
}

/// SQLite has no lock for it: of several processes that start at once the others find it done in the end.
async fn migrate_file(file: &Path) -> Result<std::result::Result<(), MigrateError>> {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(sqlite::PATIENCE);
    let mut connection = options.disable_statement_logging().connect().await?;
    let mut tries = 0;
    let migrated = loop {
        match MIGRATIONS.run(&mut connection).await {
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) if tries < MIGRATION_TRIES => {
                tries += 1;
                tokio::time::sleep(BREATH).await;
            }
            ended => break ended,
        }
    };
    connection.close().await?;
    Ok(migrated)
}

/// Passes PostgreSQL's notifications on to whoever waits in this process. The poll covers what it misses.
pub(super) async fn listen(pool: PgPool, wake: watch::Sender<u64>) {
    loop {
        if let Err(error) = listen_once(&pool, &wake).await {
            tracing::debug!(%error, "not listening for what other replicas take, polling");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn listen_once(pool: &PgPool, wake: &watch::Sender<u64>) -> std::result::Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // Also when it has just begun to listen: what was said before was not heard.
        wake.send_modify(|count| *count = count.wrapping_add(1));
        listener.recv().await?;
    }
}
