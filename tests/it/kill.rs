//! The real binary killed at any time and at each named place: nothing is lost, nothing is shown twice.

use std::time::{Duration, Instant};

use countersign::clock::Clock;
use countersign::failpoint;
use countersign::store::Reviewed;
use countersign_domain::plan::RunStatus;
use github_stand_in::{Changes, On, PullRequest, Verdict};
use jiff::{SignedDuration, Timestamp};
use tokio::task::LocalSet;

use crate::databases;
use crate::process::{Scene, ours};
use crate::receivers::HttpReceiver;
use crate::world::PEER;

const LATENCY: Duration = Duration::from_millis(100);

/// As short as a lease may be: what a dead process held is free again after it.
const SHORT_LEASE: (&str, &str) = ("COUNTERSIGN_LEASE", "5s");

/// How long a restarted bot may take until every pull request has its verdict.
const WITHIN: Duration = Duration::from_secs(60);

fn decided(pulls: &[PullRequest]) -> usize {
    pulls.iter().filter(|pull| !ours(pull).is_empty()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_pull_requests_survive_a_kill() {
    databases::on_each_address(async |kind, url| {
        let scene = Scene::new(4, url).await;
        let mut bot = scene.serve(&[]).await;
        scene.github.faults().latency(LATENCY);
        let pulls = scene.open(100);
        let answered = || {
            let opened = scene.github.deliveries().into_iter().filter(|it| it.action.as_deref() == Some("opened"));
            opened.filter(|it| it.status == Some(202)).count()
        };
        scene.until("the last 202", || answered() == pulls.len()).await;
        bot.kill();
        let before = decided(&pulls);
        assert!(before < pulls.len(), "the bot was killed in the middle");
        let started = Instant::now();
        let _bot = scene.serve(&[]).await;
        scene.until("a verdict on each", || decided(&pulls) == pulls.len()).await;
        let all = started.elapsed();
        let store = scene.store().await;
        scene.at_rest(&store).await;
        let rest = started.elapsed();
        scene.assert_whole(&store, &pulls, "in_progress").await;
        println!(
            "kill -9 on {kind}: {before} of {} had a verdict; after the restart all had one in {:.1} s, and at rest in {:.1} s",
            pulls.len(),
            all.as_secs_f64(),
            rest.as_secs_f64()
        );
        assert!(rest < WITHIN, "{rest:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_shown_twice_at_any_failpoint() {
    if !cfg!(feature = "failpoints") {
        println!("the feature `failpoints` is off: stopping dead at each of them is left out");
        return;
    }
    // All places at once: what takes time is waiting for the leases of the dead.
    let together = LocalSet::new();
    let stops = failpoint::PLACES.map(|place| {
        together.spawn_local(databases::on_each_address(async move |kind, url| {
            let started = Instant::now();
            stop_at(place, url).await;
            println!("stopped at `{place}` on {kind}: whole again after {:.1} s", started.elapsed().as_secs_f64());
        }))
    });
    let all = async {
        for stop in stops {
            stop.await.expect("the place was survived");
        }
    };
    together.run_until(all).await;
}

async fn stop_at(place: &str, url: &str) {
    let scene = Scene::new(1, url).await;
    match place {
        "said" => return stop_said(&scene).await,
        "withdrawn" => return stop_withdrawn(&scene).await,
        "gate-answered" => return stop_at_gate(&scene).await,
        "review-begun" | "review-opened" => return stop_reviewing(&scene, place).await,
        "message-sent" => return stop_sending(&scene).await,
        _ => {}
    }
    let mut bot = scene.serve(&[SHORT_LEASE, (failpoint::VARIABLE, place)]).await;
    let pulls = scene.open(1);
    bot.aborted(place).await;
    let _bot = scene.serve(&[SHORT_LEASE]).await;
    scene.until("a verdict", || decided(&pulls) == 1).await;
    let store = scene.store().await;
    scene.at_rest(&store).await;
    scene.assert_whole(&store, &pulls, "in_progress").await;
    pulls[0].review("bob", Verdict::Approve);
    scene.until("green", || ours(&pulls[0]).iter().any(|run| run.is_green())).await;
    scene.at_rest(&store).await;
    scene.assert_whole(&store, &pulls, "success").await;
}

/// Green, then a dismissal that cannot be looked at: green goes, the bot dies, and comes back.
async fn stop_withdrawn(scene: &Scene) {
    let mut bot = scene.serve(&[SHORT_LEASE, (failpoint::VARIABLE, "withdrawn")]).await;
    let pulls = scene.open(1);
    let store = scene.store().await;
    let review = pulls[0].review("bob", Verdict::Approve);
    scene.until("green", || ours(&pulls[0]).iter().any(|run| run.is_green())).await;
    scene.at_rest(&store).await;
    scene.github.faults().down(On::Reads);
    pulls[0].dismiss("carol", review);
    bot.aborted("withdrawn").await;
    let newest = ours(&pulls[0]).pop().expect("a verdict");
    assert!(!newest.is_green(), "green is gone before the bot dies");
    let _bot = scene.serve(&[SHORT_LEASE]).await;
    scene.github.faults().up();
    let waiting = || ours(&pulls[0]).pop().is_some_and(|run| run.external_id != newest.external_id);
    scene.until("the verdict after a look", waiting).await;
    scene.at_rest(&store).await;
    scene.assert_whole(&store, &pulls, "in_progress").await;
}

/// A deployment goes on, and the bot dies before it has kept that. The answer stays the same, and is kept then.
async fn stop_at_gate(scene: &Scene) {
    let mut bot = scene.serve(&[SHORT_LEASE, (failpoint::VARIABLE, "gate-answered")]).await;
    let (shop, store) = (&scene.shops[0], scene.store().await);
    let there = shop.deploy(&shop.tip("main"), "production", "carol");
    shop.deployment_status(there, "carol", "success");
    let pulls = scene.open(1);
    pulls[0].review("bob", Verdict::Approve);
    scene.until("green", || ours(&pulls[0]).iter().any(|run| run.is_green())).await;
    scene.at_rest(&store).await;
    let run = shop.gate(&pulls[0].merge("bob"), "production", "carol");
    bot.aborted("gate-answered").await;
    assert_eq!(shop.gate_answers(run).len(), 1);
    let _bot = scene.serve(&[SHORT_LEASE]).await;
    let started = Instant::now();
    // What told of the deployment may have come to the door of the dead: it is asked for again.
    loop {
        let gate = store.gate(shop.id(), run, "production").await.expect("read");
        let brought = store.deployments_of(shop.id(), pulls[0].number()).await.expect("read");
        if gate.is_some_and(|gate| gate.answered) && brought.len() == 1 {
            break;
        }
        assert!(started.elapsed() < WITHIN, "the restarted bot keeps what was answered: {brought:?}\n{}", scene.logs());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let answers = shop.gate_answers(run);
    assert!(answers.len() <= 2 && answers.iter().all(|(state, _)| state == "approved"), "{answers:?}");
}

/// A change that owes a review goes in, and the bot dies around the opening of its issue. In the end there is one.
async fn stop_reviewing(scene: &Scene, place: &str) {
    let policy = format!("{PEER}[pir]\nwithin = \"2d\"\n");
    let (shop, store) = (&scene.shops[0], scene.store().await);
    shop.commit("main", "carol", Changes::new().write(".github/countersign.toml", &policy));
    let mut bot = scene.serve(&[SHORT_LEASE, (failpoint::VARIABLE, place)]).await;
    let pulls = scene.open(1);
    pulls[0].review("bob", Verdict::Approve);
    scene.until("green", || ours(&pulls[0]).iter().any(|run| run.is_green())).await;
    scene.at_rest(&store).await;
    pulls[0].merge("bob");
    bot.aborted(place).await;
    let _bot = scene.serve(&[SHORT_LEASE]).await;
    let what = Reviewed::Pull { number: pulls[0].number() };
    // GitHub's list is given a minute to show what was opened.
    let (started, within) = (Instant::now(), WITHIN * 3);
    while store.review(shop.id(), &what).await.expect("read").is_none_or(|review| review.issue.is_none()) {
        assert!(started.elapsed() < within, "the restarted bot opens it, or finds it\n{}", scene.logs());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(shop.issues().len(), 1);
}

/// Green, then a dismissal that cannot be looked at: green goes, and the bot dies before it has kept that it went. It is
/// not taken back a second time.
async fn stop_said(scene: &Scene) {
    let mut bot = scene.serve(&[SHORT_LEASE, (failpoint::VARIABLE, "said")]).await;
    let pulls = scene.open(1);
    let store = scene.store().await;
    let review = pulls[0].review("bob", Verdict::Approve);
    scene.until("green", || ours(&pulls[0]).iter().any(|run| run.is_green())).await;
    scene.at_rest(&store).await;
    scene.github.faults().down(On::GraphQl);
    pulls[0].dismiss("carol", review);
    bot.aborted("said").await;
    let said = ours(&pulls[0]).len();
    let (repository, number) = (scene.shops[0].id(), pulls[0].number());
    let _bot = scene.serve(&[SHORT_LEASE]).await;
    // Before the dead one's lease ends another event lowers: what took green away is still the first.
    pulls[0].edit_body("alice", "Other words.");
    let started = Instant::now();
    while store.shown(repository, number).await.expect("read").run.is_none_or(|run| run.status == RunStatus::Success) {
        assert!(started.elapsed() < WITHIN, "the restarted bot keeps that green went");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(ours(&pulls[0]).len(), said, "green is taken back once");
    scene.github.faults().up();
    scene.at_rest(&store).await;
    scene.assert_whole(&store, &pulls, "in_progress").await;
}

/// The bot dies after a message was taken and before that is kept: it is sent again with the same id, and then no more.
async fn stop_sending(scene: &Scene) {
    let receiver = HttpReceiver::start().await;
    let (key, file) = (scene.directory().join("key"), scene.directory().join("settings.toml"));
    std::fs::write(&key, "hush").expect("a secret");
    let channel = format!(
        "[channels.cloudevents.itsm]\nurl = '{}'\nsecret = {{ file = '{}' }}\n",
        receiver.url("/"),
        key.display()
    );
    std::fs::write(&file, channel).expect("settings");
    let file = file.display().to_string();
    let policy = format!("{PEER}[[notify]]\non = [\"submitted\"]\nto = [\"cloudevents:itsm\"]\n");
    scene.shops[0].commit("main", "carol", Changes::new().write(".github/countersign.toml", &policy));
    let settings = ("COUNTERSIGN_SETTINGS", file.as_str());
    let mut bot = scene.serve(&[SHORT_LEASE, settings, (failpoint::VARIABLE, "message-sent")]).await;
    let pulls = scene.open(1);
    bot.aborted("message-sent").await;
    let (store, change) = (scene.store().await, (scene.shops[0].id(), pulls[0].number()));
    assert_eq!(store.messages_of(change).await.expect("read").len(), 1);
    let _bot = scene.serve(&[SHORT_LEASE, settings]).await;
    // Whoever died has the message for as long as a send may take.
    let (started, within) = (Instant::now(), WITHIN * 3);
    while store.messages_of(change).await.expect("read").iter().any(|message| message.receipt.is_none()) {
        assert!(started.elapsed() < within, "the restarted bot sends it again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let ids: Vec<String> = receiver.posted().iter().map(|posted| posted.header("webhook-id").to_owned()).collect();
    assert_eq!(ids, [ids[0].clone(), ids[0].clone()], "at least once, and by its id once");
    scene.at_rest(&store).await;
}

/// Nobody is asked, so that every pull request is green until a freeze begins.
fn frozen_from(begins: Timestamp) -> String {
    let until = begins + SignedDuration::from_hours(1);
    let freeze = format!("[[freeze]]\nid = \"year-end\"\nwhy = \"peak\"\nfrom = {begins}\nuntil = {until}\n");
    format!("version = 1\n[[rule]]\nid = \"all\"\nallow = \"nobody is asked here\"\n{freeze}")
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_the_instant_at_which_green_goes_for_a_freeze_none_is_green_when_it_begins() {
    databases::on_each_address(async |kind, url| {
        let scene = Scene::new(3, url).await;
        let mut bot = scene.serve(&[SHORT_LEASE]).await;
        let now = || Clock::default().now();
        // Green goes a minute before it begins: until then everything has to be green.
        let begins = Timestamp::from_second(now().as_second() + 90).expect("an instant");
        for shop in &scene.shops {
            shop.commit("main", "carol", Changes::new().write(".github/countersign.toml", &frozen_from(begins)));
        }
        let pulls = scene.open(24);
        let newest_is_green = |pull: &PullRequest| ours(pull).last().is_some_and(|run| run.is_green());
        let green = || pulls.iter().filter(|pull| newest_is_green(pull)).count();
        scene.until("all are green", || green() == pulls.len()).await;
        scene.github.faults().latency(LATENCY);
        scene.until("the first one goes", || green() < pulls.len()).await;
        bot.kill();
        let left = green();
        assert!(left > 0, "the bot was killed in the middle");
        let _bot = scene.serve(&[SHORT_LEASE]).await;
        scene.until("none is green", || green() == 0).await;
        let spare = begins.duration_since(now());
        println!("kill -9 on {kind}: {left} of {} were green yet; none was {spare:#} before the freeze", pulls.len());
        assert!(spare.is_positive(), "{spare:#}");
        for pull in &pulls {
            let runs = ours(pull);
            let newest = runs.last().expect("a verdict");
            assert!(newest.title.contains("year-end"), "#{} says {}", pull.number(), newest.title);
            let again = runs[..runs.len() - 1].iter().any(|run| run.external_id == newest.external_id);
            assert!(!again, "#{} shows `{}` twice", pull.number(), newest.title);
        }
        scene.github.assert_clean();
    })
    .await;
}
