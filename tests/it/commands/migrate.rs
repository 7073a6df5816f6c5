//! `countersign migrate`.

use countersign::clock::Clock;
use countersign::store::Store;

use super::{Ran, folder, run};
use crate::databases::{on_each_address, on_each_at};

fn migrate(url: &str, arguments: &[&str]) -> Ran {
    let folder = folder(&[]);
    run(folder.path(), &[&["migrate", "--database-url", url], arguments].concat())
}

fn ours() -> i64 {
    countersign::store::Schema::none().ours
}

#[tokio::test]
async fn an_empty_database_gets_every_table_and_a_second_time_nothing() {
    on_each_address(async |kind, url| {
        migrate(url, &["--check"]).ended(1, "1: first\n").ended(1, "pending, from an empty database to version ");
        if kind == "SQLite" {
            let path = url.trim_start_matches("sqlite:");
            assert!(!std::path::Path::new(path).exists(), "asking makes no file");
        }
        migrate(url, &[]).ended(0, &format!("applied, from an empty database to version {}\n", ours()));
        Store::open(url, Clock::default()).await.unwrap().ready().await.expect("ready");
        migrate(url, &["--check"]).ended(0, &format!("the tables are of version {}, nothing is pending\n", ours()));
        migrate(url, &[]).ended(0, &format!("the tables are of version {} already\n", ours()));
    })
    .await;
}

#[tokio::test]
async fn tables_of_a_newer_version_are_left_alone() {
    on_each_at(1, async |db| {
        db.execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            VALUES (9999, 'of a later version', true, 'x', 0)",
        )
        .await;
        for arguments in [&["--check"][..], &[]] {
            migrate(&db.url, arguments).refused("the tables are of version 9999").refused("help: run the version");
        }
    })
    .await;
}

#[test]
fn a_database_that_cannot_be_reached_ends_with_2() {
    migrate("sqlite:/nowhere/at/all.db", &[]).refused("error: the database");
    migrate("sqlite:/nowhere/at/all.db", &["--check"]).ended(1, "pending");
    migrate("postgres://nobody@127.0.0.1:1/none", &["--check"]).refused("error: the database");
}
