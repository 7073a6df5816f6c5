//! SIGTERM to the real binary: it ends in time, and gives back what it could not end.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use countersign_domain::plan::RunStatus;
use github_stand_in::{On, Verdict};

use crate::databases;
use crate::process::{PATIENCE, Scene, ours};

/// A look asks several times, so that none ends while a stop waits.
const LATENCY: Duration = Duration::from_secs(2);

/// How soon a process must end.
const WITHIN: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_in_time_and_gives_the_rows_back() {
    databases::on_each_address(async |kind, url| {
        let scene = Scene::new(2, url).await;
        let store = scene.store().await;
        let mut bot = scene.serve(&[]).await;
        scene.at_rest(&store).await;
        scene.github.faults().latency(LATENCY);
        let pulls = scene.open(12);
        scene.until("the webhooks", || scene.github.is_settled()).await;
        let started = Instant::now();
        while store.queue_stats().await.expect("the queue can be counted").in_flight < 8 {
            assert!(started.elapsed() < WITHIN, "looks begin\n{}", scene.logs());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Somebody who never ends what he says must not keep the process either.
        let mut client = TcpStream::connect(bot.address()).expect("the door is open");
        client
            .write_all(b"POST /github/webhook HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\nhalf")
            .expect("sent");
        let asked = Instant::now();
        bot.signal("TERM");
        let status = bot.ended(WITHIN).await;
        let took = asked.elapsed();
        assert!(status.success(), "{status}\n{}", bot.log());
        let stats = store.queue_stats().await.expect("the queue can be counted");
        assert_eq!(stats.in_flight, 0, "every lease went back");
        let ended = pulls.iter().filter(|pull| !ours(pull).is_empty()).count();

        scene.github.faults().latency(Duration::ZERO);
        let again = Instant::now();
        let _bot = scene.serve(&[]).await;
        scene.until("a verdict on each", || pulls.iter().all(|pull| !ours(pull).is_empty())).await;
        scene.at_rest(&store).await;
        let back = again.elapsed();
        scene.assert_whole(&store, &pulls, "in_progress").await;
        println!(
            "SIGTERM on {kind}: ended in {:.1} s, {ended} of {} looks ended before; the rest {:.1} s after the restart",
            took.as_secs_f64(),
            pulls.len(),
            back.as_secs_f64()
        );
        assert!(back < WITHIN, "nothing waits for a lease to run out: {back:?}");
    })
    .await;
}

/// Green is being taken back without a look when the process is stopped: GitHub has carried it out, and its answer was
/// never heard. It is not taken back a second time.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_the_middle_of_a_withdrawal_does_not_say_it_twice() {
    databases::on_each_address(async |_, url| {
        let scene = Scene::new(1, url).await;
        let mut bot = scene.serve(&[]).await;
        let pulls = scene.open(1);
        let store = scene.store().await;
        let review = pulls[0].review("bob", Verdict::Approve);
        scene.until("green", || ours(&pulls[0]).iter().any(|run| run.is_green())).await;
        scene.at_rest(&store).await;
        let faults = scene.github.faults();
        faults.down(On::GraphQl);
        faults.hang_answers(On::Operation("POST /repos/{owner}/{repo}/check-runs"), 1);
        pulls[0].dismiss("carol", review);
        scene.until("green is taken back", || ours(&pulls[0]).last().is_some_and(|run| !run.is_green())).await;
        let said = ours(&pulls[0]).len();
        bot.signal("TERM");
        let status = bot.ended(WITHIN).await;
        assert!(status.success(), "{status}\n{}", bot.log());
        let _bot = scene.serve(&[]).await;
        let kept = async || {
            let shown = store.shown(scene.shops[0].id(), pulls[0].number()).await.expect("read");
            shown.run.is_some_and(|run| run.status != RunStatus::Success)
        };
        let started = Instant::now();
        while !kept().await {
            assert!(started.elapsed() < PATIENCE, "the restarted bot keeps that green went\n{}", scene.logs());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(ours(&pulls[0]).len(), said, "green is taken back once\n{}", scene.logs());
        faults.up();
        faults.answer();
        scene.at_rest(&store).await;
        scene.assert_whole(&store, &pulls, "in_progress").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_a_github_that_does_not_answer() {
    databases::on_each_address(async |_, url| {
        let scene = Scene::new(1, url).await;
        scene.github.faults().latency(Duration::from_secs(60));
        let mut bot = scene.serve(&[]).await;
        bot.signal("TERM");
        let status = bot.ended(WITHIN).await;
        assert!(status.success(), "{status}\n{}", bot.log());
    })
    .await;
}
