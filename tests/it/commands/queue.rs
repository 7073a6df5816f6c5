//! `countersign queue`.

use std::time::Duration;

use countersign::clock::Clock;
use countersign::store::{ATTEMPTS, Store};

use super::{folder, run, run_with};
use crate::databases::on_each_address;
use crate::signals::{delivery, opened};

const LEASE: Duration = Duration::from_secs(30);

/// Pull requests 1 and 2 of `Acme/shop` are dead, 3 failed once, 4 is due.
async fn failed(url: &str) -> Store {
    let store = Store::open(url, Clock::default()).await.unwrap();
    store.migrate().await.unwrap();
    for number in 1..=4 {
        store.take(&[delivery(&format!("d{number}"), opened(number, &format!("head-{number}")))]).await.unwrap();
    }
    let later = "2100-01-01T00:00:00Z".parse().unwrap();
    for attempt in 0..ATTEMPTS {
        let now = store.now().await.unwrap();
        for claim in store.claim("test", 10, LEASE).await.unwrap() {
            let again = match claim.subject.key().as_str() {
                "pull:7#1" | "pull:7#2" => now,
                "pull:7#3" if attempt == 0 => later,
                _ => {
                    store.release(&claim).await.unwrap();
                    continue;
                }
            };
            store.retry(&claim, again, "GitHub said \u{1b}[31mno", true).await.unwrap();
        }
    }
    for claim in store.claim("test", 10, LEASE).await.unwrap() {
        if claim.dead.is_some() {
            store.bury(&claim).await.unwrap()
        } else {
            store.release(&claim).await.unwrap()
        };
    }
    assert_eq!(store.queue_stats().await.unwrap().dead, 2);
    store
}

#[tokio::test]
async fn it_tells_how_the_queue_stands_and_what_was_given_up_and_why() {
    on_each_address(async |_, url| {
        let _store = failed(url).await;
        let folder = folder(&[]);
        let ran = run_with(folder.path(), &["queue"], "", &[("COUNTERSIGN_DATABASE_URL", url)]);
        ran.ended(0, "due        1, the oldest for ").ended(0, "in flight  0\nplanned    1\ndead       2\n");
        ran.ended(0, "\ndead:\n  Acme/shop#1 (pull:7#1): 10 failures, dead since 20");
        ran.ended(0, "\n    GitHub said ⟨U+001B⟩[31mno\n");
        ran.ended(0, "tried again:\n  Acme/shop#3 (pull:7#3): 1 failure, again at 2100-01-01T00:00:00Z\n");
        let json = run(folder.path(), &["queue", "--database-url", url, "--format", "json"]).ended(0, "").json();
        assert_eq!((&json["version"], &json["due"], &json["dead"]), (&1.into(), &1.into(), &2.into()));
        let row = &json["rows"][0];
        assert_eq!((&row["key"], &row["subject"]), (&"pull:7#1".into(), &"Acme/shop#1".into()));
        assert_eq!((&row["state"], &row["attempts"]), (&"dead".into(), &10.into()));
    })
    .await;
}

#[tokio::test]
async fn a_dead_row_that_is_retried_is_due_at_once_and_wants_what_it_wanted() {
    on_each_address(async |_, url| {
        let store = failed(url).await;
        let folder = folder(&[]);
        let retry =
            |arguments: &[&str]| run(folder.path(), &[&["queue", "retry", "--database-url", url], arguments].concat());
        retry(&["acme/shop#1", "acme/shop#9"]).refused("no dead row is called `acme/shop#9`\n  help: ");
        assert_eq!(store.queue_stats().await.unwrap().dead, 2, "all or none");
        retry(&["acme/shop#1"]).ended(0, "Acme/shop#1\n1 row to be tried again\n");
        let claims = store.claim("test", 10, LEASE).await.unwrap();
        let revived = claims.iter().find(|claim| claim.subject.key() == "pull:7#1").expect("it is due");
        assert_eq!(
            (revived.attempts, revived.dead.as_deref(), revived.causes.as_slice()),
            (0, None, &["d1".to_owned()][..])
        );
        retry(&["pull:7#3"]).refused("no dead row is called `pull:7#3`");
        retry(&["--all"]).ended(0, "Acme/shop#2\n1 row to be tried again\n");
        assert_eq!(store.queue_stats().await.unwrap().dead, 0);
        retry(&["--all"]).ended(0, "0 rows to be tried again\n");
        retry(&[]).refused("required");
    })
    .await;
}

#[tokio::test]
async fn it_reads_the_servers_settings_file() {
    let folder = folder(&[]);
    let url = format!("sqlite:{}", folder.path().join("kept.db").display());
    let _store = failed(&url).await;
    let settings = format!("listen = \"127.0.0.1:1\"\ndatabase_url = \"{url}\"\n");
    std::fs::write(folder.path().join("countersign.settings"), settings).unwrap();
    run(folder.path(), &["queue", "--settings", "countersign.settings"]).ended(0, "dead       2");
}

#[tokio::test]
async fn a_database_that_is_not_there_or_of_another_version_ends_with_2() {
    let folder = folder(&[]);
    run(folder.path(), &["queue"]).refused("there is no database at that address\n  help: ");
    assert!(!folder.path().join("countersign.db").exists(), "looking makes no database");
    run(folder.path(), &["queue", "--database-url", "mysql://user:secret@host/db"]).refused("COUNTERSIGN_DATABASE_URL");
    let empty = format!("sqlite:{}", folder.path().join("empty.db").display());
    let _store = Store::open(&empty, Clock::default()).await.unwrap();
    let ran = run(folder.path(), &["queue", "--database-url", &empty]);
    ran.refused("the database's tables are not of version").refused("`countersign migrate`");
}
