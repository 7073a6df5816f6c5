//! Statements as values: each is a named const, written once for both databases or
//! once for each, and listed so that a test can prepare them all.
//!
//! No statement is put together at run time.

/// A statement in the two dialects; empty where a database has no use for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sql {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

impl Sql {
    /// One text that both databases take.
    pub(super) const fn both(text: &'static str) -> Self {
        Self { sqlite: text, postgres: text }
    }

    /// A statement for SQLite alone.
    pub(super) const fn sqlite(text: &'static str) -> Self {
        Self { sqlite: text, postgres: "" }
    }

    /// A statement for PostgreSQL alone.
    pub(super) const fn postgres(text: &'static str) -> Self {
        Self { sqlite: "", postgres: text }
    }

    /// One text for SQLite, one for PostgreSQL.
    pub(super) const fn each(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres }
    }
}

/// Declares a file's statements, and `STATEMENTS`, the list of them.
macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$meta])* const $name: $crate::store::sql::Sql = $sql;)+

        /// Every statement of this file, for the test that prepares them.
        #[cfg(test)]
        pub(super) const STATEMENTS: &[(&str, $crate::store::sql::Sql)] = &[$((stringify!($name), $name)),+];
    };
}

/// A statement over the rows of a JSON array bound as `$1`, named `j`: `bulk!("INSERT … SELECT … FROM", (id bigint,
/// name text), "WHERE …")`. This is the one way in which many rows go in at once on both databases.
///
/// With `piece` before `"FROM"` the last column is bytes: of the one value `$2` each row takes the `length` bytes from
/// `start`, counted from 1.
macro_rules! bulk {
    ($before:expr, piece, $from:expr, $columns:tt, $after:expr) => {
        $crate::store::sql::Sql::each(
            $crate::store::sql::bulk!(concat!($before, " substr($2, j.start, j.length) ", $from), $columns, $after)
                .sqlite,
            $crate::store::sql::bulk!(
                concat!(
                    $before,
                    " substr(CAST($2 AS bytea), CAST(j.start AS integer), CAST(j.length AS integer)) ",
                    $from
                ),
                $columns,
                $after
            )
            .postgres,
        )
    };
    ($before:expr, ($first:ident $first_type:ident $(, $column:ident $type:ident)*), $after:expr) => {
        $crate::store::sql::Sql::each(
            concat!(
                $before,
                " (SELECT json_extract(value, '$.", stringify!($first), "') AS ", stringify!($first),
                $(", json_extract(value, '$.", stringify!($column), "') AS ", stringify!($column),)*
                " FROM json_each($1)) AS j ",
                $after
            ),
            concat!(
                $before,
                " json_to_recordset(CAST($1 AS json)) AS j(", stringify!($first), " ", stringify!($first_type),
                $(", ", stringify!($column), " ", stringify!($type),)*
                ") ",
                $after
            ),
        )
    };
}

pub(super) use {bulk, statements};

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test says what is wrong by stopping")]

    use sqlx::{Connection as _, Executor as _, PgConnection, SqlSafeStr as _, SqliteConnection};

    use super::super::{
        Store, asked, budget, calendars, changes, commands, db, decision, deployments, due, emergency, evidence,
        export, failures, forward, gates, groups, lane, mark, members, missed, open, outbox, part, past, people, plans,
        policy, pushes, retention, reviews, schema, shown, sqlite, standing, take, transitions, troubled, waiting,
    };
    use super::Sql;
    use crate::clock::Clock;

    const FILES: &[(&str, &[(&str, Sql)])] = &[
        ("asked", asked::STATEMENTS),
        ("budget", budget::STATEMENTS),
        ("calendars", calendars::STATEMENTS),
        ("changes", changes::STATEMENTS),
        ("commands", commands::STATEMENTS),
        ("db", db::STATEMENTS),
        ("decision", decision::STATEMENTS),
        ("deployments", deployments::STATEMENTS),
        ("due", due::STATEMENTS),
        ("evidence", evidence::STATEMENTS),
        ("export", export::STATEMENTS),
        ("emergency", emergency::STATEMENTS),
        ("failures", failures::STATEMENTS),
        ("forward", forward::STATEMENTS),
        ("gates", gates::STATEMENTS),
        ("groups", groups::STATEMENTS),
        ("lane", lane::STATEMENTS),
        ("mark", mark::STATEMENTS),
        ("members", members::STATEMENTS),
        ("missed", missed::STATEMENTS),
        ("open", open::STATEMENTS),
        ("outbox", outbox::STATEMENTS),
        ("part", part::STATEMENTS),
        ("past", past::STATEMENTS),
        ("people", people::STATEMENTS),
        ("plans", plans::STATEMENTS),
        ("policy", policy::STATEMENTS),
        ("pushes", pushes::STATEMENTS),
        ("retention", retention::STATEMENTS),
        ("reviews", reviews::STATEMENTS),
        ("schema", schema::STATEMENTS),
        ("shown", shown::STATEMENTS),
        ("sqlite", sqlite::STATEMENTS),
        ("standing", standing::STATEMENTS),
        ("take", take::STATEMENTS),
        ("transitions", transitions::STATEMENTS),
        ("troubled", troubled::STATEMENTS),
        ("waiting", waiting::STATEMENTS),
    ];

    #[test]
    fn every_file_with_statements_is_walked() {
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store")).unwrap();
        for file in files.map(|file| file.unwrap().path()).filter(|file| file.is_file()) {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            if std::fs::read_to_string(&file).unwrap().contains("\nstatements! {") {
                assert!(
                    FILES.iter().any(|(walked, _)| *walked == name),
                    "{name}.rs has statements that no test prepares"
                );
            }
        }
    }

    #[tokio::test]
    async fn every_statement_is_one_on_sqlite() {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("store.db").display());
        Store::open(&url, Clock::default()).await.unwrap().migrate().await.unwrap();
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        for (file, name, sql) in each(|sql| sql.sqlite) {
            let prepared = (&mut connection).prepare(sql.into_sql_str()).await;
            assert!(prepared.is_ok(), "{file}::{name}: {:?}", prepared.err());
        }
    }

    #[tokio::test]
    async fn every_statement_is_one_on_postgresql() {
        let Ok(server) = std::env::var("COUNTERSIGN_TEST_POSTGRES_URL") else {
            println!("COUNTERSIGN_TEST_POSTGRES_URL is not set: PostgreSQL is left out");
            return;
        };
        let mut connection = PgConnection::connect(&server).await.unwrap();
        let schema = format!("prepare_{}", uuid::Uuid::now_v7().simple());
        let create = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
        connection.execute(create).await.unwrap();
        let separator = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{separator}options=-csearch_path%3D{schema}");
        Store::open(&url, Clock::default()).await.unwrap().migrate().await.unwrap();
        let mut there = PgConnection::connect(&url).await.unwrap();
        for (file, name, sql) in each(|sql| sql.postgres) {
            let prepared = (&mut there).prepare(sql.into_sql_str()).await;
            assert!(prepared.is_ok(), "{file}::{name}: {:?}", prepared.err());
        }
        let drop = sqlx::AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE"));
        connection.execute(drop).await.unwrap();
    }

    fn each(dialect: fn(&Sql) -> &'static str) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        let all = FILES.iter().flat_map(|(file, statements)| statements.iter().map(|(name, sql)| (*file, *name, sql)));
        all.map(move |(file, name, sql)| (file, name, dialect(sql))).filter(|(_, _, sql)| !sql.is_empty())
    }
}
