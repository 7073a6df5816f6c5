//! The queue's contract for green that time alone ends, on each database: its row is begun at that instant, whatever else
//! it waits for.

use std::time::Duration;

use countersign::store::{Claim, GreenUntil, NewDecision, Store};
use countersign_domain::Priority;
use jiff::{SignedDuration, Timestamp};

use crate::databases::{Database, on_each};
use crate::signals::{ACME, awaited, mark, marks, opened};
use crate::store::{decision, take};

const TTL: Duration = Duration::from_secs(30);

async fn claim(store: &Store) -> Option<Claim> {
    store.claim("test", 1, TTL).await.expect("claims").pop()
}

async fn claimed(store: &Store) -> Claim {
    claim(store).await.expect("it is due")
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

async fn after(store: &Store, wait: SignedDuration) -> Timestamp {
    store.now().await.expect("now") + wait
}

/// A green check of which time ends what it stands on, so many seconds from now; what asked for it is done.
async fn green_for(db: &Database, number: u64, left: i64) -> GreenUntil {
    let store = &db.store;
    take(store, &format!("green-{number}"), opened(number, "c0ffee")).await;
    let at = after(store, seconds(left)).await;
    let green = GreenUntil { at, then: "plan a new window".into() };
    let new = NewDecision { next_due: Some(at), green_until: Some(green.clone()), ..decision(number, "c0ffee") };
    let claim = claimed(store).await;
    assert!(store.record_decision(&claim, &new).await.expect("answered").is_some());
    green
}

#[tokio::test]
async fn where_only_reads_are_parked_what_time_ends_is_claimed_at_its_instant() {
    on_each(async |db| {
        let store = &db.store;
        let green = green_for(db, 1, 30).await;
        green_for(db, 2, 300).await;
        store.park_reads(ACME, after(store, seconds(600)).await).await.expect("parked");
        // What an event asks for meanwhile waits for the reads, and green does not wait for that.
        take(store, "labelled", marks(vec![mark(1)])).await;
        assert!(claim(store).await.is_none());
        let wait = store.until_next().await.expect("read").expect("planned");
        assert!(wait > Duration::from_secs(20) && wait <= Duration::from_secs(30), "{wait:?}");
        db.advance(seconds(31));
        let ended = claimed(store).await;
        assert_eq!((ended.subject.key(), ended.lowers, ended.ended.clone()), ("pull:7#1".into(), true, Some(green)));
        assert_eq!(ended.priority(), Priority::Withdrawal);
        assert!(claim(store).await.is_none(), "the other is green still");
        assert!(store.put_off(&ended, after(store, seconds(569)).await, Priority::Withdrawal).await.expect("put off"));
        assert!(claim(store).await.is_none(), "once");
    })
    .await;
}

#[tokio::test]
async fn whatever_a_row_waits_for_it_is_begun_when_time_ends_its_green() {
    on_each(async |db| {
        let store = &db.store;
        for (number, how) in (1..).zip(["an outage", "the budget", "a failure"]) {
            green_for(db, number, 60).await;
            take(store, how, marks(vec![mark(number)])).await;
            db.advance(seconds(2));
            let looked = claimed(store).await;
            assert!(looked.ended.is_none(), "{how}: it is not over");
            let at = after(store, seconds(3_600)).await;
            let held = match how {
                "the budget" => store.put_off(&looked, at, Priority::Grant).await,
                _ => store.retry(&looked, at, how, how == "a failure").await,
            };
            assert!(held.expect("settled"), "{how}");
            db.advance(seconds(50));
            assert!(claim(store).await.is_none(), "{how}");
            db.advance(seconds(10));
            let ended = claimed(store).await;
            assert!(ended.lowers && ended.ended.is_some(), "{how}");
            // Once it has begun it waits as everything does.
            assert!(store.retry(&ended, after(store, seconds(30)).await, how, false).await.expect("settled"));
            assert!(claim(store).await.is_none(), "{how}");
            db.advance(seconds(31));
            let again = claimed(store).await;
            assert!(store.done(&again, None).await.expect("done"));
            assert_eq!(store.until_next().await.expect("read"), None, "{how}: nothing is green any more");
        }
    })
    .await;
}

#[tokio::test]
async fn a_row_whose_worker_died_again_and_again_is_begun_when_time_ends_its_green() {
    on_each(async |db| {
        let store = &db.store;
        green_for(db, 1, 60).await;
        take(store, "labelled", marks(vec![mark(1)])).await;
        db.execute("UPDATE due SET attempts = 8").await;
        db.advance(seconds(2));
        claimed(store).await;
        db.advance(seconds(31));
        assert!(claim(store).await.is_none(), "after the ninth crash it waits for a minute");
        db.advance(seconds(28));
        assert!(claimed(store).await.ended.is_some());
    })
    .await;
}

#[tokio::test]
async fn what_time_ends_goes_before_what_an_event_asks_for() {
    on_each(async |db| {
        let store = &db.store;
        green_for(db, 1, 60).await;
        take(store, "waits", awaited(mark(2))).await;
        db.advance(seconds(61));
        take(store, "new", awaited(mark(3))).await;
        let claims = store.claim("test", 9, TTL).await.expect("claims");
        let begun: Vec<_> = claims.iter().map(|claim| claim.subject.key()).collect();
        assert_eq!(begun, ["pull:7#1", "pull:7#2", "pull:7#3"]);
    })
    .await;
}
