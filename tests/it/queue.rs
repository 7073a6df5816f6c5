//! The queue's rows, on each database: one at a time, nothing lost, nothing for ever.
//!
//! Absent: who works on them (`workers`).

mod workers;

use std::time::Duration;

use countersign::signal::{Mark, Signal, Want};
use countersign::store::{ATTEMPTS, Claim, QueueStats, Store, Subject};
use countersign_domain::Priority;
use countersign_domain::account::Oid;
use jiff::{SignedDuration, Timestamp};

use crate::databases::{Database, on_each};
use crate::signals::{ACME, SHOP, awaited, delivery, delivery_for, lowers, mark, mark_in, marks, opened, repository};

const TTL: Duration = Duration::from_secs(30);

async fn take(store: &Store, id: &str, signal: Signal) {
    store.take(&[delivery(id, signal)]).await.expect("taken");
}

async fn claim(store: &Store) -> Option<Claim> {
    store.claim("test", 1, TTL).await.expect("claims").pop()
}

async fn claimed(store: &Store) -> Claim {
    claim(store).await.expect("it is due")
}

/// Moves the clock to whatever comes next, and claims it.
async fn next_claim(db: &Database) -> Claim {
    for _ in 0..5 {
        let wait = db.store.until_next().await.expect("read").expect("something is planned");
        db.advance(SignedDuration::try_from(wait).expect("a wait") + SignedDuration::from_millis(1));
        if let Some(claim) = claim(&db.store).await {
            return claim;
        }
    }
    panic!("nothing came");
}

async fn stats(store: &Store) -> QueueStats {
    store.queue_stats().await.expect("stats")
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

async fn after(store: &Store, wait: SignedDuration) -> Timestamp {
    store.now().await.expect("now") + wait
}

#[tokio::test]
async fn the_first_event_runs_at_once_and_the_next_look_of_the_same_head_a_second_later() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "a", opened(1, "c0ffee")).await;
        let first = claimed(store).await;
        assert!(store.done(&first, None).await.expect("done"));
        take(store, "b", opened(1, "c0ffee")).await;
        take(store, "c", opened(1, "c0ffee")).await;
        let wait = store.until_next().await.expect("read").expect("planned");
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
        assert!(claim(store).await.is_none());
        db.advance(seconds(1));
        let second = claimed(store).await;
        assert_eq!(second.causes, ["b", "c"], "one look for both");
        assert!(store.done(&second, None).await.expect("done"));
        take(store, "d", opened(1, "beef")).await;
        assert_eq!(claimed(store).await.head, "beef", "another head does not wait");
    })
    .await;
}

#[tokio::test]
async fn fifty_events_during_a_look_cost_one_more() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "a", opened(1, "c0ffee")).await;
        let first = claimed(store).await;
        for n in 0..50 {
            take(store, &format!("b{n}"), opened(1, "c0ffee")).await;
        }
        assert!(claim(store).await.is_none(), "somebody works on it");
        assert!(store.done(&first, Some(after(store, seconds(3600)).await)).await.expect("done"));
        db.advance(seconds(1));
        let second = claimed(store).await;
        assert_eq!(second.causes.len(), 50);
        assert!(store.done(&second, Some(after(store, seconds(3600)).await)).await.expect("done"));
        db.advance(seconds(3599));
        assert!(claim(store).await.is_none());
        db.advance(seconds(2));
        let timed = claimed(store).await;
        assert!(timed.wants.is_empty() && timed.causes.is_empty(), "time alone asked");
    })
    .await;
}

#[tokio::test]
async fn claims_go_round_the_installations() {
    on_each(async |db| {
        let store = &db.store;
        for (installation, rows) in [(1, 20), (2, 2), (3, 1)] {
            for number in 1..=rows {
                let signal = Signal {
                    repository: Some(repository(installation * 10, "Acme")),
                    ..marks(vec![mark_in(installation * 10, number)])
                };
                store
                    .take(&[delivery_for(installation, &format!("{installation}.{number}"), signal)])
                    .await
                    .expect("taken");
            }
        }
        let mut served = Vec::new();
        for _ in 0..6 {
            db.advance(SignedDuration::from_millis(1));
            served.push(claimed(store).await.installation);
        }
        assert_eq!(served, [1, 2, 3, 1, 2, 1], "one flood starves nobody");
        let four = store.claim("test", 4, TTL).await.expect("claims");
        assert_eq!(four.iter().map(|claim| claim.installation).collect::<Vec<_>>(), [1; 4]);
    })
    .await;
}

#[tokio::test]
async fn a_parked_installation_is_left_alone() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "a", opened(1, "c0ffee")).await;
        store.park(ACME, after(store, seconds(60)).await).await.expect("parked");
        assert!(claim(store).await.is_none());
        let wait = store.until_next().await.expect("read").expect("planned");
        assert!(wait > Duration::from_secs(50) && wait <= Duration::from_secs(60), "{wait:?}");
        db.advance(seconds(61));
        assert_eq!(claimed(store).await.attempts, 0);
    })
    .await;
}

#[tokio::test]
async fn where_only_reads_are_parked_what_takes_green_away_is_claimed() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "a", opened(1, "c0ffee")).await;
        store.park_reads(ACME, after(store, seconds(60)).await).await.expect("parked");
        assert!(claim(store).await.is_none());
        let wait = store.until_next().await.expect("read").expect("planned");
        assert!(wait > Duration::from_secs(50) && wait <= Duration::from_secs(60), "{wait:?}");
        take(store, "b", lowers(2)).await;
        assert_eq!(store.until_next().await.expect("read"), Some(Duration::ZERO));
        assert_eq!(claimed(store).await.subject.key(), "pull:7#2");
        assert!(claim(store).await.is_none());
        store.park(ACME, after(store, seconds(30)).await).await.expect("parked");
        take(store, "c", lowers(3)).await;
        assert!(claim(store).await.is_none(), "nothing at all may be sent");
        db.advance(seconds(31));
        assert_eq!(claimed(store).await.subject.key(), "pull:7#3");
        db.advance(seconds(31));
        assert!(
            store.claim("test", 9, TTL).await.expect("claims").iter().any(|claim| claim.subject.key() == "pull:7#1")
        );
    })
    .await;
}

#[tokio::test]
async fn the_most_urgent_row_is_begun_first() {
    on_each(async |db| {
        let store = &db.store;
        let group = Mark::Group { repository: SHOP, base: "main".into(), head: Oid::new("beef") };
        let rerun = Mark::Pull { repository: SHOP, number: 3, want: Want::Rerun(0), lowers: false };
        let told = [marks(vec![mark(1)]), awaited(mark(2)), marks(vec![rerun]), marks(vec![group]), lowers(4)];
        for (n, signal) in told.into_iter().enumerate() {
            take(store, &format!("d{n}"), signal).await;
            db.advance(SignedDuration::from_millis(1));
        }
        let claims = store.claim("test", 9, TTL).await.expect("claims");
        let begun: Vec<_> = claims.iter().map(|claim| (claim.subject.key(), claim.priority())).collect();
        let expected = [
            ("pull:7#4", Priority::Withdrawal),
            ("group:7:beef", Priority::Gate),
            ("pull:7#2", Priority::Answer),
            ("pull:7#3", Priority::Answer),
            ("pull:7#1", Priority::Grant),
        ];
        assert_eq!(begun, expected.map(|(key, priority)| (key.to_owned(), priority)));
        for claim in &claims {
            assert!(store.done(claim, Some(after(store, seconds(60)).await)).await.expect("done"));
        }
        db.advance(seconds(61));
        let timed = store.claim("test", 9, TTL).await.expect("claims");
        let urgent = timed.iter().filter(|claim| claim.priority() < Priority::Grant);
        let keys: Vec<_> = urgent.map(|claim| claim.subject.key()).collect();
        assert_eq!(keys, ["group:7:beef"], "what was urgent has been seen to");
    })
    .await;
}

#[tokio::test]
async fn what_has_waited_ten_minutes_longer_goes_before_a_withdrawal() {
    on_each(async |db| {
        for (minutes, first) in [(9, 2), (11, 1)] {
            let id = |what: &str| format!("{what} {minutes}");
            take(&db.store, &id("waits"), marks(vec![mark(1)])).await;
            db.advance(SignedDuration::from_mins(minutes));
            take(&db.store, &id("withdraws"), lowers(2)).await;
            for number in [first, 3 - first] {
                let claim = claimed(&db.store).await;
                assert_eq!(claim.subject, Subject::Pull { repository: SHOP, number }, "after {minutes} minutes");
                assert!(db.store.done(&claim, None).await.expect("done"));
            }
            db.advance(seconds(1));
        }
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_the_budget_is_begun_for_something_more_urgent() {
    on_each(async |db| {
        let store = &db.store;
        let check = async |id: &str, refused: Priority, told: Signal, during: bool, at_once: bool| {
            take(store, &format!("{id}, before"), marks(vec![mark(1)])).await;
            let look = next_claim(db).await;
            if during {
                take(store, id, told.clone()).await;
            }
            let until = after(store, seconds(50)).await;
            assert!(store.put_off(&look, until, refused).await.expect("put off"));
            if !during {
                take(store, id, told).await;
            }
            let wait = store.until_next().await.expect("read").expect("planned");
            let expected = if at_once { 0..=1 } else { 40..=50 };
            assert!(expected.contains(&wait.as_secs()), "{id}: {wait:?}");
            let again = next_claim(db).await;
            assert_eq!((again.attempts, again.causes.len()), (0, 2), "{id}");
            assert!(store.done(&again, None).await.expect("done"));
            db.advance(seconds(1));
        };
        for during in [false, true] {
            let id = |what: &str| format!("{what}, during: {during}");
            check(&id("an event like it"), Priority::Grant, marks(vec![mark(1)]), during, false).await;
            check(&id("a person"), Priority::Grant, awaited(mark(1)), during, true).await;
            check(&id("a person too"), Priority::Answer, awaited(mark(1)), during, false).await;
            check(&id("a withdrawal"), Priority::Grant, lowers(1), during, true).await;
            check(&id("a withdrawal instead of an answer"), Priority::Answer, lowers(1), during, true).await;
            check(&id("one more withdrawal"), Priority::Withdrawal, lowers(1), during, false).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_the_budget_waits_in_line_and_goes_to_its_end_once() {
    on_each(async |db| {
        let store = &db.store;
        let until = after(store, seconds(60)).await;
        for number in 1..=5 {
            take(store, &format!("opened-{number}"), opened(number, "c0ffee")).await;
            let look = claimed(store).await;
            let refused = if number == 3 { Priority::Wording } else { Priority::Gate };
            assert!(store.put_off(&look, until, refused).await.expect("put off"));
        }
        // Whoever backs off for another reason stands in no line.
        take(store, "broken", opened(6, "c0ffee")).await;
        assert!(store.retry(&claimed(store).await, until + seconds(60), "it broke", true).await.expect("failed"));
        take(store, "opened-7", opened(7, "c0ffee")).await;
        let withdrawal = claimed(store).await;
        assert!(store.put_off(&withdrawal, until - seconds(30), Priority::Withdrawal).await.expect("put off"));
        let wait = store.until_next().await.expect("read").expect("planned");
        assert!(wait <= Duration::from_secs(30), "{wait:?}");
        let withdrawal = next_claim(db).await;
        assert!(store.done(&withdrawal, None).await.expect("done"));
        // 72 of 80 writes a minute are for what is planned: one each 833 ms. Wording has a line of its own.
        let mut looks = vec![next_claim(db).await];
        looks.extend(claim(store).await);
        looks.sort_by_key(|look| look.subject.key());
        assert_eq!(looks.iter().map(|look| look.subject.key()).collect::<Vec<_>>(), ["pull:7#1", "pull:7#3"]);
        // Whoever is refused once more is the next.
        let soon = until + SignedDuration::from_millis(400);
        assert!(store.put_off(&looks[0], soon, Priority::Gate).await.expect("put off"));
        for (key, after) in [("pull:7#1", 400), ("pull:7#2", 833), ("pull:7#4", 1_666), ("pull:7#5", 2_500)] {
            assert_eq!(next_claim(db).await.subject.key(), key);
            let late = store.now().await.expect("now").duration_since(until).as_millis() - after;
            assert!((0..300).contains(&late), "{key}: {late} ms");
        }
    })
    .await;
}

#[tokio::test]
async fn a_withdrawal_does_not_cut_a_back_off_short() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "a", opened(1, "c0ffee")).await;
        let look = claimed(store).await;
        assert!(store.put_off(&look, after(store, seconds(2)).await, Priority::Grant).await.expect("put off"));
        let look = next_claim(db).await;
        assert!(store.retry(&look, after(store, seconds(60)).await, "it broke", true).await.expect("failed"));
        take(store, "b", lowers(1)).await;
        let wait = store.until_next().await.expect("read").expect("planned");
        assert!(wait > Duration::from_secs(50), "{wait:?}");
    })
    .await;
}

#[tokio::test]
async fn the_tenth_crash_kills_a_row_and_the_next_event_revives_it() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "a", opened(1, "c0ffee")).await;
        for crashes in 0..ATTEMPTS {
            let look = next_claim(db).await; // and nobody ends it: its lease runs out
            assert_eq!((look.attempts, look.dead), (crashes, None));
        }
        let funeral = next_claim(db).await;
        assert_eq!(funeral.dead.as_deref(), Some("the worker stopped or lost its lease"));
        assert!(store.bury(&funeral).await.expect("buried"));
        db.advance(seconds(1_000_000));
        assert!(claim(store).await.is_none());
        assert_eq!(stats(store).await, QueueStats { dead: 1, ..QueueStats::default() }, "it stays, for people to see");
        take(store, "b", opened(1, "c0ffee")).await;
        let revived = claimed(store).await;
        assert_eq!((revived.attempts, revived.dead), (0, None));
        assert_eq!(stats(store).await.dead, 0);
    })
    .await;
}

#[tokio::test]
async fn only_failures_of_the_handler_count() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "a", opened(1, "c0ffee")).await;
        for parks in 0..30 {
            let look = next_claim(db).await;
            assert_eq!((look.attempts, look.parks), (0, parks));
            assert!(store.retry(&look, after(store, seconds(60)).await, "rate limit", false).await.expect("put off"));
        }
        for failures in 0..ATTEMPTS {
            let look = next_claim(db).await;
            assert_eq!((look.attempts, look.dead.as_deref()), (failures, None));
            assert!(store.retry(&look, after(store, seconds(60)).await, "it broke", true).await.expect("failed"));
        }
        assert_eq!(claimed(store).await.dead.as_deref(), Some("it broke"), "people are told at once");
    })
    .await;
}

#[tokio::test]
async fn an_event_does_not_cut_a_back_off_short_and_success_forgets_failures() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "a", opened(1, "c0ffee")).await;
        let look = claimed(store).await;
        assert!(store.retry(&look, after(store, seconds(60)).await, "it broke", true).await.expect("failed"));
        take(store, "b", opened(1, "beef")).await;
        db.advance(seconds(58));
        assert!(claim(store).await.is_none());
        db.advance(seconds(3));
        let look = claimed(store).await;
        assert_eq!((look.attempts, look.causes.len()), (1, 2), "what the failed look should have seen is still wanted");
        assert!(store.done(&look, None).await.expect("done"));
        take(store, "c", opened(1, "c0de")).await;
        assert_eq!(claimed(store).await.attempts, 0);
    })
    .await;
}

#[tokio::test]
async fn an_event_during_the_funeral_revives() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "a", opened(1, "c0ffee")).await;
        for _ in 0..ATTEMPTS {
            let look = next_claim(db).await;
            assert!(store.retry(&look, after(store, seconds(1)).await, "it broke", true).await.expect("failed"));
        }
        let funeral = next_claim(db).await;
        take(store, "b", opened(1, "c0ffee")).await;
        assert!(store.bury(&funeral).await.expect("buried"));
        let revived = next_claim(db).await;
        assert_eq!((revived.attempts, revived.dead), (0, None));
    })
    .await;
}

#[tokio::test]
async fn who_lost_the_lease_can_change_nothing() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "a", opened(1, "c0ffee")).await;
        let late = claimed(store).await;
        db.advance(seconds(20));
        assert!(store.heartbeat(&late, TTL).await.expect("answered"), "it still has it");
        db.advance(seconds(29));
        assert!(claim(store).await.is_none(), "the heartbeat counts");
        db.advance(seconds(2));
        let now = claimed(store).await;
        let at = after(store, seconds(1)).await;
        assert!(!store.heartbeat(&late, TTL).await.expect("answered"));
        assert!(!store.done(&late, None).await.expect("answered"));
        assert!(!store.look_again(&late, at).await.expect("answered"));
        assert!(!store.retry(&late, at, "late", true).await.expect("answered"));
        assert!(!store.bury(&late).await.expect("answered"));
        assert!(!store.release(&late).await.expect("answered"));
        assert!(store.done(&now, None).await.expect("answered"));
    })
    .await;
}

#[tokio::test]
async fn a_released_row_is_as_it_was() {
    on_each(async |db| {
        let store = &db.store;
        take(store, "a", opened(1, "c0ffee")).await;
        let look = claimed(store).await;
        assert!(store.release(&look).await.expect("released"));
        let again = claimed(store).await;
        assert_eq!((again.attempts, again.causes), (0, look.causes));
    })
    .await;
}

#[tokio::test]
async fn a_stale_look_keeps_its_wants_and_an_event_starts_its_tries_again() {
    on_each(async |db| {
        let store = &db.store;
        let want = Want::Thread { node: "T1".into(), resolved: false };
        let wants = || marks(vec![Mark::Pull { repository: SHOP, number: 1, want: want.clone(), lowers: false }]);
        take(store, "a", wants()).await;
        for tries in 0..3 {
            let look = next_claim(db).await;
            assert_eq!((look.tries, look.wants.as_slice()), (tries, [want.clone()].as_slice()));
            assert!(store.look_again(&look, after(store, seconds(4)).await).await.expect("again"));
        }
        take(store, "b", wants()).await;
        db.advance(seconds(1));
        let look = claimed(store).await;
        assert_eq!((look.tries, look.wants), (0, vec![want.clone()]), "and the event does not wait for the table");
    })
    .await;
}

#[tokio::test]
async fn what_no_event_asks_for_is_scheduled_once_and_only_brought_forward() {
    on_each(async |db| {
        let store = &db.store;
        let sweep = Subject::Sweep { installation: ACME };
        for wait in [60, 600, 30, 90] {
            store.schedule(&sweep, ACME, after(store, seconds(wait)).await).await.expect("scheduled");
        }
        let wait = store.until_next().await.expect("read").expect("planned");
        assert!(wait > Duration::from_secs(25) && wait <= Duration::from_secs(30), "{wait:?}");
        let look = next_claim(db).await;
        assert_eq!(look.subject, sweep);
        assert!(store.done(&look, Some(after(store, seconds(600)).await)).await.expect("done"));
        assert_eq!(next_claim(db).await.subject, sweep);
    })
    .await;
}

#[tokio::test]
async fn a_lane_has_one_holder() {
    on_each(async |db| {
        let (store, other) = (&db.store, db.another().await);
        let lane = "7:c0ffee:countersign";
        assert!(store.hold(lane, "one", TTL).await.expect("asked"));
        assert!(!other.hold(lane, "two", TTL).await.expect("asked"));
        assert!(store.hold(lane, "one", TTL).await.expect("asked"), "its holder prolongs it");
        store.release_lane(lane, "two").await.expect("asked");
        assert!(!other.hold(lane, "two", TTL).await.expect("asked"), "only its holder gives it back");
        store.release_lane(lane, "one").await.expect("given back");
        assert!(other.hold(lane, "two", TTL).await.expect("asked"));
        db.advance(seconds(31));
        assert!(store.hold(lane, "one", TTL).await.expect("asked"), "it runs out");
    })
    .await;
}

#[tokio::test]
async fn rows_that_are_claimed_together_hold_lanes_against_each_other() {
    on_each(async |db| {
        let store = &db.store;
        for number in [1, 2] {
            let subject = Subject::Pull { repository: 7, number };
            store.schedule(&subject, ACME, store.now().await.expect("read")).await.expect("scheduled");
        }
        let claims = store.claim("worker", 8, TTL).await.expect("asked");
        let [one, two] = &claims[..] else { panic!("two rows are due: {claims:?}") };
        let lane = "7:c0ffee:countersign";
        assert!(store.hold(lane, &one.holder(), TTL).await.expect("asked"));
        assert!(!store.hold(lane, &two.holder(), TTL).await.expect("asked"));
        db.advance(seconds(20));
        assert!(store.heartbeat(one, TTL).await.expect("asked"));
        db.advance(seconds(20));
        assert!(!store.hold(lane, &two.holder(), TTL).await.expect("asked"), "it lasts as long as the lease");
        assert!(store.release(one).await.expect("given back"));
        assert!(store.hold(lane, &two.holder(), TTL).await.expect("asked"), "it goes with the row");
        assert!(store.done(two, None).await.expect("ended"));
        assert!(store.hold(lane, "three", TTL).await.expect("asked"), "and with a row that ended");
    })
    .await;
}
