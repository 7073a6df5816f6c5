//! Tables of every version: what an older one held is read by this one, and a newer one
//! is refused.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign::clock::Clock;
use countersign::signal::{Mark, Want};
use countersign::store::{Error, Store};
use countersign_domain::decision::Outcome;
use countersign_domain::layer::Layer;
use countersign_domain::plan::RunStatus;

use crate::databases::{Database, on_each, on_each_at};
use crate::signals::{SHOP, check_moved, delivery, delivery_for, mark, marks};

const TTL: Duration = Duration::from_secs(30);

fn names(directory: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(directory).expect("a directory").map(|file| file.expect("a file").path());
    let number = |file: PathBuf| file.file_name().expect("a name").to_string_lossy().chars().take(4).collect();
    files.map(number).collect()
}

#[test]
fn every_migration_has_rows_to_migrate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(names(&root.join("tests/it/seeds")), names(&root.join("src/store/migrations")));
}

/// Two pull requests, one of them due, as the first version wrote them.
#[tokio::test]
async fn a_database_of_the_first_version_goes_on() {
    on_each_at(1, async |db| {
        seed(db, include_str!("seeds/0001.sql")).await;
        let store = &db.store;
        store.migrate().await.expect("migrates");
        store.ready().await.expect("ready");
        let look = store.claim("test", 2, TTL).await.expect("claims").pop().expect("one is due");
        assert_eq!(look.wants, [Want::Review { id: 5, state: "approved".into() }]);
        assert_eq!((look.causes.as_slice(), look.lowers), (["d-1".to_owned()].as_slice(), true));
        let recorded = store.decisions(SHOP, 1, 1).await.expect("read").remove(0);
        assert_eq!((recorded.outcome, recorded.policies.len(), recorded.parts.len()), (Outcome::Act, 1, 1));
        let run = store.shown(SHOP, 1).await.expect("read").run.expect("a run");
        assert_eq!((run.id, run.status), (11, RunStatus::ActionRequired));
        let moved = marks(vec![check_moved("beef", "spelling", None), mark(9)]);
        store.take(&[delivery("spelling", moved)]).await.expect("taken");
        let claims = store.claim("test", 9, TTL).await.expect("claims");
        let due = claims.iter().map(|claim| claim.subject.key()).collect::<Vec<_>>();
        assert_eq!(due, ["pull:7#9"], "the second one does not care for spelling");
    })
    .await;
}

/// A change that went in by a model and was reverted, as the seventh version wrote it.
#[tokio::test]
async fn failures_of_the_seventh_version_are_counted() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0007.sql")).await;
        let (store, bumps) = (&db.store, (Layer::Repository, "bumps".to_owned()));
        assert_eq!(store.failures_of(SHOP, "ACME", &bumps).await.expect("read"), 1);
        assert_eq!(store.failures_of(8, "acme", &bumps).await.expect("read"), 0, "of another repository");
        let asked = store.asked_reviewers((SHOP, 1)).await.expect("read");
        assert_eq!(asked.into_iter().collect::<Vec<_>>(), ["team:acme/cab"]);
        let of_all = (Layer::Organisation, "bumps".to_owned());
        assert_eq!(store.failures_of(SHOP, "acme", &of_all).await.expect("read"), 0, "of another layer");
        store.remember_models((8, 3), "acme", &[of_all.clone()].into()).await.expect("kept");
        let at = "2026-01-30T12:00:00Z".parse().expect("an instant");
        for by in [4, 5] {
            assert_eq!(store.remember_revert((8, 3), by, at).await.expect("kept"), []);
        }
        assert_eq!(store.failures_of(SHOP, "acme", &of_all).await.expect("read"), 1, "a change fails once");
        store.remember_models((8, 3), "acme", &[].into()).await.expect("kept");
        assert_eq!(store.failures_of(SHOP, "acme", &of_all).await.expect("read"), 0, "no model let it in");
    })
    .await;
}

/// A row that found the budget used up until the year 2099, as the thirteenth version wrote it.
#[tokio::test]
async fn a_row_that_the_thirteenth_version_put_off_is_begun_for_something_more_urgent() {
    on_each(async |db| {
        seed(db, include_str!("seeds/0013.sql")).await;
        assert_eq!(db.store.claim("test", 9, TTL).await.expect("claims").len(), 0);
        let lowers = Mark::Pull { repository: 8, number: 3, want: Want::Anything, lowers: true };
        db.store.take(&[delivery_for(2, "dismissed", marks(vec![lowers]))]).await.expect("taken");
        let claims = db.store.claim("test", 9, TTL).await.expect("claims");
        assert_eq!(claims.iter().map(|claim| (claim.lowers, claim.awaited)).collect::<Vec<_>>(), [(true, true)]);
    })
    .await;
}

async fn seed(db: &Database, sql: &str) {
    for statement in sql.split(";\n").filter(|text| !text.trim().is_empty()) {
        db.execute(statement).await;
    }
}

#[tokio::test]
async fn a_store_is_ready_once_its_tables_are_those_of_this_version() {
    on_each(async |db| {
        db.store.ready().await.expect("ready");
        db.execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            VALUES (9999, 'of a later version', true, 'x', 0)",
        )
        .await;
        assert!(matches!(db.store.ready().await, Err(Error::Migration(_))));
        assert!(matches!(db.store.migrate().await, Err(Error::Migration(_))));
    })
    .await;
}

#[tokio::test]
async fn two_processes_may_migrate_at_once() {
    on_each_at(0, async |db| {
        let other = db.another().await;
        assert!(db.store.ready().await.is_err(), "not before it is migrated");
        let (one, two) = tokio::join!(db.store.migrate(), other.migrate());
        one.and(two).expect("migrated");
        db.store.ready().await.expect("ready");
    })
    .await;
}

#[tokio::test]
async fn an_address_is_not_shown() {
    for wrong in ["mysql://user:secret@host/db", "postgres://user:secret@host:port/db", "secret"] {
        let error = Store::open(wrong, Clock::default()).await.expect_err("no such database");
        assert!(matches!(error, Error::Address) && !format!("{error:?} {error}").contains("secret"), "{wrong}");
    }
}
