//! Deliveries all at once, at the door of the real binary.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use github_stand_in::sign;
use reqwest::header::CONTENT_TYPE;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::databases;
use crate::process::{Scene, ours};

const DELIVERIES: usize = 400;

/// What 99 answers of 100 may take at the most, however slow the machine. Without optimisation, hashing and packing
/// alone cost several seconds of it.
const SLOWEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 1 });

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_400_deliveries_is_taken_and_decided() {
    databases::on_each_address(async |kind, url| {
        let scene = Scene::new(20, url).await;
        let store = scene.store().await;
        let bot = scene.serve(&[]).await;
        scene.at_rest(&store).await;
        scene.github.faults().forget_all_webhooks();
        let pulls = scene.open(DELIVERIES);
        scene.until("the payloads", || scene.github.is_settled()).await;
        scene.github.faults().remember_webhooks();
        let sync = sync_time(scene.directory());
        let started = Instant::now();
        let times = burst(&scene, &bot.url("/github/webhook")).await;
        scene.until("a verdict on each", || pulls.iter().all(|pull| !ours(pull).is_empty())).await;
        scene.at_rest(&store).await;
        let all = started.elapsed();
        scene.assert_whole(&store, &pulls, "in_progress").await;
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let (median, p99, max) = (times[times.len() / 2], times[times.len() * 99 / 100], times[times.len() - 1]);
        println!(
            "burst of {DELIVERIES} on {kind}: all 202, median {:.0} ms, p99 {:.0} ms, max {:.0} ms (a sync takes {:.2} ms); \
             all decided after {:.1} s",
            ms(median),
            ms(p99),
            ms(max),
            ms(sync),
            all.as_secs_f64()
        );
        assert!(p99 < SLOWEST, "{p99:?}");
    })
    .await;
}

/// Sends what GitHub would have told of each opened pull request, all at once, and gives how long the answers took,
/// the fastest first.
async fn burst(scene: &Scene, url: &str) -> Vec<Duration> {
    let client = reqwest::Client::new();
    let opened = scene.github.deliveries().into_iter().filter(|it| it.action.as_deref() == Some("opened"));
    // What the bot has asked for again meanwhile has the same id.
    let opened: BTreeMap<_, _> = opened.map(|delivery| (delivery.guid.clone(), delivery)).collect();
    assert_eq!(opened.len(), DELIVERIES);
    let together = Arc::new(Barrier::new(DELIVERIES));
    let mut sending = JoinSet::new();
    for delivery in opened.into_values() {
        let body = delivery.payload.to_string();
        let request = client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("X-GitHub-Delivery", &delivery.guid)
            .header("X-GitHub-Event", &delivery.event)
            .header("X-Hub-Signature-256", sign(scene.github.webhook_secret(), body.as_bytes()))
            .body(body);
        let together = Arc::clone(&together);
        sending.spawn(async move {
            together.wait().await;
            let started = Instant::now();
            let answer = request.send().await.expect("the door answers");
            assert_eq!(answer.status(), 202);
            started.elapsed()
        });
    }
    let mut times = sending.join_all().await;
    times.sort();
    times
}

/// How long the machine takes to put 4 KiB on the disk: the median of 50.
fn sync_time(directory: &Path) -> Duration {
    let file = OpenOptions::new().create(true).append(true).open(directory.join("sync"));
    let mut file = file.expect("a file");
    let once = |_| {
        let started = Instant::now();
        file.write_all(&[0; 4096]).and_then(|()| file.sync_all()).expect("it is written");
        started.elapsed()
    };
    let mut times: Vec<_> = (0..50).map(once).collect();
    times.sort();
    times[times.len() / 2]
}
