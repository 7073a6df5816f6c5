//! Two processes on one PostgreSQL under load, one of them cut off half-way: nobody looks at a pull request while
//! somebody else does, and nothing is lost or shown twice.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use github_stand_in::{Log, PullRequest, Verdict};

use crate::databases;
use crate::process::{Process, Scene, ours};

/// Enough that half of them are still under way when one process is cut off.
const PULLS: usize = 60;
/// Enough that none of them spends so much that words have to wait a minute for the budget.
const ORGANISATIONS: usize = 10;
const SETTINGS: [(&str, &str); 1] = [("COUNTERSIGN_LEASE", "5s")];
const LATENCY: Duration = Duration::from_millis(50);

/// How long a process that stands still may hold the other up: its leases, the locks of its transactions, the work.
const AT_MOST: Duration = Duration::from_secs(20);

/// Two processes at work on one database.
struct Replicas {
    scene: Scene,
    /// The one to be cut off.
    first: Process,
    /// What the first one asks GitHub with.
    tokens: BTreeSet<String>,
    _second: Process,
    pulls: Vec<PullRequest>,
}

impl Replicas {
    /// Both are under load: every pull request was opened, retitled and labelled, and some have a verdict by each.
    async fn under_load(url: &str) -> Self {
        let scene = Scene::new(ORGANISATIONS, url).await;
        let first = scene.serve(&SETTINGS).await;
        let tokens = || tokens(&scene.github.log());
        scene.until("the first sweep", || tokens().len() == ORGANISATIONS).await;
        scene.at_rest(&scene.store().await).await;
        let tokens = tokens();
        let second = scene.serve(&SETTINGS).await;
        scene.github.faults().latency(LATENCY);
        let pulls = scene.open(PULLS);
        for pull in &pulls {
            pull.retitle("alice", "One of very many");
            pull.label("carol", "load");
        }
        let of_first = || scene.github.log().writes().filter(|it| is_of(it.token.as_ref(), &tokens)).count();
        let of_second = || scene.github.log().writes().filter(|it| !is_of(it.token.as_ref(), &tokens)).count();
        scene.until("writes by both", || of_first() >= 5 && of_second() >= 5).await;
        Self { scene, first, tokens, _second: second, pulls }
    }

    /// Everything has its verdict; then more events come, and every look is judged.
    async fn judged(&self, what: &str) {
        let Self { scene, pulls, .. } = self;
        let store = scene.store().await;
        let all = || pulls.iter().all(|pull| !ours(pull).is_empty());
        scene.until("a verdict on each", all).await;
        scene.at_rest(&store).await;
        scene.assert_whole(&store, pulls, "in_progress").await;
        for pull in pulls {
            pull.review("bob", Verdict::Approve);
            pull.unlabel("carol", "load");
        }
        let green = || pulls.iter().all(|pull| ours(pull).last().is_some_and(|run| run.is_green()));
        scene.until("all green", green).await;
        scene.at_rest(&store).await;
        scene.assert_whole(&store, pulls, "success").await;

        let log = scene.github.log();
        let (mut by_first, mut by_others) = (0, 0);
        for ((repository, number), looks) in log.looks() {
            for pair in looks.windows(2) {
                assert!(pair[0].end <= pair[1].start, "{repository}#{number} was looked at twice at once: {pair:#?}");
            }
            let first = looks.iter().filter(|look| self.tokens.contains(&look.token)).count();
            by_first += first;
            by_others += looks.len() - first;
        }
        assert_eq!(log.overlapping(), []);
        assert!(by_first > 0 && by_others > 0, "{by_first} and {by_others} looks");
        println!(
            "two processes, one {what}: {} pull requests, {by_first} looks by it and {by_others} by the other, none overlaps",
            pulls.len()
        );
    }
}

fn is_of(token: Option<&String>, tokens: &BTreeSet<String>) -> bool {
    token.is_some_and(|token| tokens.contains(token))
}

fn tokens(log: &Log) -> BTreeSet<String> {
    log.calls().filter_map(|entry| entry.token.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_killed_under_load_is_made_up_for() {
    databases::on_postgres(async |url| {
        let mut replicas = Replicas::under_load(url).await;
        replicas.first.kill();
        replicas.judged("killed").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_stood_still_longer_than_its_lease_does_nothing_late() {
    databases::on_postgres(async |url| {
        let replicas = Replicas::under_load(url).await;
        let Replicas { scene, first, pulls, tokens, .. } = &replicas;
        first.signal("STOP");
        let stopped = Instant::now();
        scene.until("a verdict on each by the other", || pulls.iter().all(|pull| !ours(pull).is_empty())).await;
        scene.at_rest(&scene.store().await).await;
        let woken = Instant::now();
        assert!(woken - stopped < AT_MOST, "what it locked kept the other waiting\n{}", scene.logs());
        first.signal("CONT");
        replicas.judged("stood still").await;
        let looks = scene.github.log().looks();
        let late = looks.values().flatten().filter(|look| tokens.contains(&look.token));
        let late: Vec<_> = late.filter(|look| look.start < stopped && look.end > woken).collect();
        assert!(late.is_empty(), "{late:#?}");
        let dropped = first.log().matches("the lease ").count();
        println!("stood still for {:.1} s: {dropped} looks dropped", (woken - stopped).as_secs_f64());
        assert!(dropped > 0, "it was stopped while it looked\n{}", scene.logs());
    })
    .await;
}
