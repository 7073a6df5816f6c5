//! A fresh database of each kind for a contract test: SQLite in a temporary file, and
//! PostgreSQL where `COUNTERSIGN_TEST_POSTGRES_URL` names a server to make databases on.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use countersign::clock::Clock;
use countersign::store::Store;
use jiff::SignedDuration;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};

/// A database with a clock that the test moves.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) store: Store,
    offset: Arc<AtomicI64>,
}

impl Database {
    async fn new(url: String) -> Self {
        let offset = Arc::new(AtomicI64::new(0));
        let store = Store::open(&url, Clock::with_offset(Arc::clone(&offset))).await.expect("it opens");
        Self { url, store, offset }
    }

    /// Another store on the same database, as another process would have.
    pub(crate) async fn another(&self) -> Store {
        Store::open(&self.url, Clock::with_offset(Arc::clone(&self.offset))).await.expect("it opens")
    }

    /// Moves the clock of all stores on it.
    pub(crate) fn advance(&self, by: SignedDuration) {
        let ms = i64::try_from(by.as_millis()).expect("a reasonable step");
        self.offset.fetch_add(ms, Ordering::Relaxed);
        self.store.wake();
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    /// Runs a statement past the store.
    pub(crate) async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.is_postgres() {
            PgConnection::connect(&self.url).await.expect("there").execute(sql).await.expect("done");
        } else {
            SqliteConnection::connect(&self.url).await.expect("there").execute(sql).await.expect("done");
        }
    }

    /// Brings the tables to a version and no further.
    async fn migrate_to(&self, version: i64) {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations");
        let migrations = Migrator::new(directory).await.expect("migrations");
        if self.is_postgres() {
            let mut connection = PgConnection::connect(&self.url).await.expect("there");
            migrations.run_to(version, &mut connection).await.expect("migrated");
        } else {
            let mut connection = SqliteConnection::connect(&self.url).await.expect("there");
            migrations.run_to(version, &mut connection).await.expect("migrated");
        }
    }
}

/// An empty database for a story, as an address: SQLite in the directory, or PostgreSQL where
/// `COUNTERSIGN_STORIES_ON=postgres` asks for it.
pub(crate) async fn for_a_story(directory: &tempfile::TempDir) -> String {
    if std::env::var("COUNTERSIGN_STORIES_ON").is_ok_and(|kind| kind == "postgres") {
        return postgres().await.expect("stories on PostgreSQL want COUNTERSIGN_TEST_POSTGRES_URL").0;
    }
    format!("sqlite:{}", directory.path().join("countersign.db").display())
}

/// Runs a test on each kind of database, with the tables of this version.
pub(crate) async fn on_each(test: impl AsyncFn(&Database)) {
    on_each_empty(async |db| {
        db.store.migrate().await.expect("it migrates");
        test(db).await;
    })
    .await;
}

/// Runs a test on each kind of database, with the tables of that version; 0 for none.
pub(crate) async fn on_each_at(version: i64, test: impl AsyncFn(&Database)) {
    on_each_empty(async |db| {
        if version > 0 {
            db.migrate_to(version).await;
        }
        test(db).await;
    })
    .await;
}

async fn on_each_empty(test: impl AsyncFn(&Database)) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    test(&Database::new(format!("sqlite:{}", directory.path().join("store.db").display())).await).await;
    on_postgres(async |url| test(&Database::new(url.to_owned()).await).await).await;
}

/// Runs a test on an empty database of each kind, told by its kind and address.
pub(crate) async fn on_each_address(test: impl AsyncFn(&'static str, &str)) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    test("SQLite", &format!("sqlite:{}", directory.path().join("countersign.db").display())).await;
    on_postgres(async |url| test("PostgreSQL", url).await).await;
}

/// Runs a test on an empty database on PostgreSQL, where there is one, and drops it afterwards.
pub(crate) async fn on_postgres(test: impl AsyncFn(&str)) {
    let Some((url, server, name)) = postgres().await else { return };
    test(&url).await;
    let drop = AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
    PgConnection::connect(&server).await.expect("the server is there").execute(drop).await.expect("it is dropped");
}

#[expect(clippy::print_stdout, reason = "whoever runs the tests should know what was left out")]
async fn postgres() -> Option<(String, String, String)> {
    let Ok(server) = std::env::var("COUNTERSIGN_TEST_POSTGRES_URL") else {
        println!("COUNTERSIGN_TEST_POSTGRES_URL is not set: PostgreSQL is left out");
        return None;
    };
    let name = format!("countersign_{}", uuid::Uuid::now_v7().simple());
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    PgConnection::connect(&server).await.expect("the server is there").execute(create).await.expect("it is made");
    let (base, database) = server.rsplit_once('/').expect("postgres://HOST/DATABASE");
    let query = database.split_once('?').map_or(String::new(), |(_, query)| format!("?{query}"));
    Some((format!("{base}/{name}{query}"), server, name))
}
