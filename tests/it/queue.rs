//! The queue's contract, on each database: one row at a time, nothing lost, nothing for ever.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use countersign::queue::{Handler, Outcome, Settings, Work, run};
use countersign::signal::{Evidence, Mark, Signal, Want};
use countersign::store::{ATTEMPTS, Claim, QueueStats, Store, Subject};
use countersign_domain::Priority;
use countersign_domain::account::Oid;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::databases::{Database, on_each};
use crate::signals::{
    ACME, SHOP, awaited, delivery, delivery_for, lowers, mark, mark_in, marks, opened, proves, pull, repository,
};

const TTL: Duration = Duration::from_secs(30);
/// Nothing that works takes so long.
const TOO_LONG: Duration = Duration::from_secs(20);

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

/// A handler that tells the test what it does, and does what the test says.
#[derive(Clone)]
struct Scripted {
    script: Arc<Mutex<Vec<Outcome>>>,
    looks: mpsc::UnboundedSender<Claim>,
    dead: mpsc::UnboundedSender<String>,
    /// Where it is there, each look needs one permit.
    gate: Option<Arc<Semaphore>>,
}

impl Handler for Scripted {
    async fn handle(&self, work: Work) -> Outcome {
        assert!(work.lease.may_write(), "a fresh lease is long");
        self.looks.send(work.claim).expect("the test listens");
        if let Some(gate) = &self.gate {
            gate.acquire().await.expect("open").forget();
        }
        let outcome = self.script.lock().expect("no panic holds it").pop();
        match outcome {
            Some(Outcome::Failed(text)) if text == "panic" => panic!("as told"),
            Some(outcome) => outcome,
            None => Outcome::Done { next: None },
        }
    }

    async fn dead(&self, _: Work, error: String) -> Outcome {
        self.dead.send(error).expect("the test listens");
        Outcome::Recorded
    }
}

/// Workers on a store, and what they tell.
struct Running {
    looks: mpsc::UnboundedReceiver<Claim>,
    dead: mpsc::UnboundedReceiver<String>,
    stop: CancellationToken,
    ended: JoinHandle<()>,
}

impl Running {
    fn start(store: &Store, script: &[Outcome], gate: Option<Arc<Semaphore>>, settings: Settings) -> Self {
        let (looks_sender, looks) = mpsc::unbounded_channel();
        let (dead_sender, dead) = mpsc::unbounded_channel();
        let script = Arc::new(Mutex::new(script.iter().rev().cloned().collect()));
        let handler = Arc::new(Scripted { script, looks: looks_sender, dead: dead_sender, gate });
        let stop = CancellationToken::new();
        let ended = tokio::spawn(run(store.clone(), settings, handler, stop.clone()));
        Self { looks, dead, stop, ended }
    }

    async fn look(&mut self) -> Claim {
        timeout(TOO_LONG, self.looks.recv()).await.expect("a look in time").expect("it runs")
    }

    /// The next look, with the clock moved to where it is due as often as it takes.
    async fn look_when_due(&mut self, db: &Database) -> Claim {
        let started = Instant::now();
        while started.elapsed() < TOO_LONG {
            if let Ok(look) = timeout(Duration::from_millis(20), self.looks.recv()).await {
                return look.expect("it runs");
            }
            // Only between looks: a lease must not run out under the one that runs.
            if stats(&db.store).await.in_flight == 0 {
                let wait = db.store.until_next().await.expect("read").unwrap_or_default();
                db.advance(SignedDuration::try_from(wait).expect("a wait") + SignedDuration::from_millis(1));
            }
        }
        panic!("no look in time");
    }

    async fn stop(self) {
        self.stop.cancel();
        timeout(TOO_LONG, self.ended).await.expect("it ends in time").expect("it ends well");
    }
}

/// Waits until nobody works on anything.
async fn idle(store: &Store) {
    let started = Instant::now();
    while stats(store).await.in_flight > 0 {
        assert!(started.elapsed() < TOO_LONG, "it does not come to rest");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn outcomes_lead_where_they_say() {
    on_each(async |db| {
        let store = &db.store;
        let until = after(store, seconds(40)).await;
        let script = [
            Outcome::Again,
            Outcome::Again,
            Outcome::Parked { until },
            Outcome::BudgetUsedUp { until: until + seconds(9), refused: Priority::Grant },
            Outcome::Outage("502".into()),
            Outcome::Failed("panic".into()),
            Outcome::Failed("it broke".into()),
            Outcome::Done { next: Some(until + seconds(86_400)) },
        ];
        let mut running = Running::start(store, &script, None, Settings::default());
        take(store, "a", opened(1, "c0ffee")).await;
        let mut looks = Vec::new();
        for _ in 0..script.len() {
            let look = running.look_when_due(db).await;
            looks.push((look.tries, look.parks, look.attempts));
        }
        let expected = [(0, 0, 0), (1, 0, 0), (2, 0, 0), (2, 1, 0), (2, 2, 0), (2, 3, 0), (2, 3, 1), (2, 3, 2)];
        assert_eq!(looks, expected, "tries, parks, attempts");
        idle(store).await;
        let wait = store.until_next().await.expect("read").expect("planned");
        assert!(wait > Duration::from_secs(80_000), "time alone asks, much later: {wait:?}");
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn people_are_told_of_a_dead_row_once() {
    on_each(async |db| {
        let script = vec![Outcome::Failed("it broke".into()); 10];
        let mut running = Running::start(&db.store, &script, None, Settings::default());
        take(&db.store, "a", opened(1, "c0ffee")).await;
        for attempts in 0..ATTEMPTS {
            assert_eq!(running.look_when_due(db).await.attempts, attempts);
        }
        let told = timeout(TOO_LONG, running.dead.recv()).await.expect("told in time");
        assert_eq!(told.as_deref(), Some("it broke"));
        idle(&db.store).await;
        db.advance(seconds(1_000_000));
        assert_eq!(db.store.until_next().await.expect("read"), None);
        assert!(running.dead.try_recv().is_err() && running.looks.try_recv().is_err());
        take(&db.store, "b", opened(1, "c0ffee")).await;
        assert_eq!(running.look().await.attempts, 0, "the next event revives it");
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_stop_waits_for_what_runs_and_gives_the_rest_back() {
    on_each(async |db| {
        let gate = Arc::new(Semaphore::new(0));
        let settings = Settings { grace: Duration::from_millis(300), ..Settings::default() };
        let mut running = Running::start(&db.store, &[], Some(Arc::clone(&gate)), settings);
        take(&db.store, "a", marks(vec![mark(1), mark(2)])).await;
        let (one, two) = (running.look().await, running.look().await);
        running.stop.cancel();
        gate.add_permits(1);
        timeout(TOO_LONG, running.ended).await.expect("it ends in time").expect("it ends well");
        let given_back = claimed(&db.store).await;
        assert!([one.subject, two.subject].contains(&given_back.subject));
        assert_eq!(given_back.attempts, 0, "no attempt is counted");
        assert!(claim(&db.store).await.is_none(), "the other one came to its end");
    })
    .await;
}

#[tokio::test]
async fn work_without_a_lease_is_dropped() {
    struct Endless(mpsc::UnboundedSender<Claim>, Arc<Notify>);
    impl Handler for Endless {
        async fn handle(&self, work: Work) -> Outcome {
            struct OnDrop(Arc<Notify>);
            impl Drop for OnDrop {
                fn drop(&mut self) {
                    self.0.notify_one();
                }
            }
            let _dropped = OnDrop(Arc::clone(&self.1));
            self.0.send(work.claim).expect("the test listens");
            pending().await
        }
        async fn dead(&self, _: Work, _: String) -> Outcome {
            Outcome::Recorded
        }
    }
    on_each(async |db| {
        let (sender, mut looks) = mpsc::unbounded_channel();
        let (dropped, stop) = (Arc::new(Notify::new()), CancellationToken::new());
        let handler = Arc::new(Endless(sender, Arc::clone(&dropped)));
        let settings = Settings { lease: Duration::from_millis(600), workers: 1, ..Settings::default() };
        let ended = tokio::spawn(run(db.store.clone(), settings, handler, stop.clone()));
        take(&db.store, "a", opened(1, "c0ffee")).await;
        looks.recv().await.expect("it runs");
        let other = db.another().await;
        db.advance(seconds(10));
        let taken_over = claimed(&other).await;
        timeout(TOO_LONG, dropped.notified()).await.expect("the heartbeat finds out");
        assert!(other.done(&taken_over, None).await.expect("done"));
        stop.cancel();
        timeout(TOO_LONG, ended).await.expect("it ends in time").expect("it ends well");
    })
    .await;
}

#[tokio::test] // on one thread, so that a look that blocks it stops all else too, as SIGSTOP does
async fn work_that_stood_still_longer_than_its_lease_goes_no_step_further() {
    struct Still(mpsc::UnboundedSender<&'static str>);
    impl Handler for Still {
        async fn handle(&self, work: Work) -> Outcome {
            self.0.send("begun").expect("the test listens");
            std::thread::sleep(work.lease.left() + Duration::from_millis(1));
            tokio::task::yield_now().await;
            self.0.send("late").expect("the test listens");
            Outcome::Done { next: None }
        }
        async fn dead(&self, _: Work, _: String) -> Outcome {
            Outcome::Recorded
        }
    }
    on_each(async |db| {
        let (sender, mut told) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let settings = Settings { lease: Duration::from_millis(300), workers: 1, ..Settings::default() };
        take(&db.store, "a", opened(1, "c0ffee")).await;
        let ended = tokio::spawn(run(db.store.clone(), settings, Arc::new(Still(sender)), stop.clone()));
        for _ in 0..2 {
            assert_eq!(timeout(TOO_LONG, told.recv()).await.expect("a look"), Some("begun"));
            db.advance(seconds(10)); // to where the row is due again
        }
        stop.cancel();
        timeout(TOO_LONG, ended).await.expect("it ends in time").expect("it ends well");
        assert!(std::iter::from_fn(|| told.try_recv().ok()).all(|word| word == "begun"));
    })
    .await;
}

/// When each key was worked on.
#[derive(Default)]
struct Intervals(Mutex<BTreeMap<String, Vec<(Instant, Instant)>>>);

impl Handler for Intervals {
    async fn handle(&self, work: Work) -> Outcome {
        let started = Instant::now();
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..5))).await;
        let interval = (started, Instant::now());
        self.0.lock().expect("no panic holds it").entry(work.claim.subject.key()).or_default().push(interval);
        Outcome::Done { next: None }
    }

    async fn dead(&self, _: Work, error: String) -> Outcome {
        panic!("nothing dies here: {error}")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_never_work_on_one_row_at_once_and_lose_none() {
    on_each(async |db| {
        let handler = Arc::new(Intervals::default());
        let stop = CancellationToken::new();
        let other = db.another().await;
        let start =
            |store: &Store| tokio::spawn(run(store.clone(), Settings::default(), Arc::clone(&handler), stop.clone()));
        let ended = [start(&db.store), start(&other)];
        for n in 0..300 {
            // Another head each time, so that nothing waits its second.
            let store = if n % 2 == 0 { &db.store } else { &other };
            take(store, &format!("d{n}"), opened(n % 5, &format!("{n}"))).await;
        }
        let started = Instant::now();
        while let QueueStats { depth: 1.., .. } | QueueStats { in_flight: 1.., .. } = stats(&db.store).await {
            assert!(started.elapsed() < TOO_LONG, "it does not come to rest");
            db.advance(SignedDuration::from_millis(200));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
        for ended in ended {
            timeout(TOO_LONG, ended).await.expect("it ends in time").expect("it ends well");
        }
        assert_eq!(db.store.until_next().await.expect("read"), None, "nothing is left");
        let intervals = handler.0.lock().expect("no panic holds it");
        assert_eq!(intervals.len(), 5);
        for (key, times) in intervals.iter() {
            let mut times = times.clone();
            times.sort_unstable();
            let overlap = times.windows(2).find(|pair| pair[1].0 < pair[0].1);
            assert_eq!(overlap, None, "{key} was worked on twice at once");
        }
    })
    .await;
}

#[tokio::test]
async fn another_process_is_heard() {
    on_each(async |db| {
        let other = db.another().await;
        let mut running = Running::start(&db.store, &[], None, Settings::default());
        take(&other, "a", opened(1, "c0ffee")).await; // SQLite tells nobody: the poll finds it
        assert_eq!(running.look().await.causes, ["a"]);
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn postgresql_tells_other_processes_at_once() {
    on_each(async |db| {
        if !db.is_postgres() {
            return;
        }
        let other = db.another().await;
        let mut woken = db.store.woken();
        take(&db.store, "until it listens", proves(vec![Evidence::Pull(pull(1, "c0ffee"))])).await;
        for n in 0.. {
            // The listener connects in the background: the first ones may not be heard.
            take(&other, &format!("d{n}"), opened(1, "c0ffee")).await;
            if timeout(Duration::from_millis(500), woken.changed()).await.is_ok() {
                break;
            }
            assert!(n < 20, "nobody told it");
        }
        let mut slowest = Duration::ZERO;
        for n in 0..20 {
            woken.mark_unchanged();
            take(&other, &format!("e{n}"), opened(1, "c0ffee")).await;
            let committed = Instant::now();
            timeout(TOO_LONG, woken.changed()).await.expect("told").expect("the store lives");
            slowest = slowest.max(committed.elapsed());
        }
        assert!(slowest < Duration::from_secs(1), "well before the poll: {slowest:?}");
    })
    .await;
}
