//! Workers on the queue: what becomes of their outcomes, leases and stops, and of several processes at once.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use countersign::queue::{Handler, Outcome, Settings, Work, run};
use countersign::signal::Evidence;
use countersign::store::{ATTEMPTS, Claim, QueueStats, Store};
use countersign_domain::Priority;
use jiff::SignedDuration;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{after, claim, claimed, seconds, stats, take};
use crate::databases::{Database, on_each};
use crate::signals::{mark, marks, opened, proves, pull};

/// Nothing that works takes so long.
const TOO_LONG: Duration = Duration::from_secs(20);

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
            // Only between looks: a lease must not run out under the one that runs, so that none is waited for either.
            let wait = db.store.until_next().await.expect("read").unwrap_or_default();
            if stats(&db.store).await.in_flight == 0 {
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
