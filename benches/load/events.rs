//! One event after the other: how often GitHub is asked, how long the verdict takes, what it costs.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use github_stand_in::{Log, PullRequest, Verdict};

use crate::Options;
use crate::figures::{Figures, percentile};
use crate::scene::Scene;

/// Pull requests of one installation: its 80 writes a minute suffice for what is done to so many.
const OF_EACH: usize = 5;

/// Milliseconds from the event to the verdict over an API that takes 50 ms to answer.
const VERDICT_MS: f64 = 130.0;

/// Something that people do to a pull request.
struct Event {
    name: &'static str,
    act: fn(&Scene, &PullRequest),
    /// Whether the check is to change.
    answered: bool,
    calls: f64,
}

const EVENTS: [Event; 4] = [
    Event {
        name: "review",
        act: |_, pull| {
            pull.review("bob", Verdict::Approve);
        },
        answered: true,
        calls: 2.0,
    },
    Event {
        name: "last review",
        act: |_, pull| {
            pull.review("carol", Verdict::Approve);
        },
        answered: true,
        calls: 3.0,
    },
    Event {
        name: "push",
        act: |_, pull| drop(pull.push("alice", [("src/more.rs", "fn more() {}\n")])),
        answered: true,
        calls: 5.0,
    },
    Event { name: "label", act: |_, pull| pull.label("alice", "backend"), answered: false, calls: 1.0 },
];

/// What one kind of event came to.
#[derive(Default)]
struct Played {
    calls: Vec<f64>,
    arrives_ms: Vec<f64>,
    shown_ms: Vec<f64>,
    cpu_ms: f64,
    deliveries: f64,
}

pub(crate) async fn play(options: &Options, figures: &mut Figures) -> anyhow::Result<()> {
    let scene = Scene::begin(options, options.events.div_ceil(OF_EACH).max(1)).await?;
    // Tokens, teams and whether the check is required are known from here on.
    for number in 0..scene.shops.len() {
        scene.open(100_000 + number);
    }
    scene.at_rest().await?;
    scene.github.faults().latency(Duration::from_millis(options.latency));
    let mut pulls = Vec::new();
    let mut cpu_ms = 0.0;
    let mut opened = Played::default();
    let counted = Counted::now(&scene).await?;
    for number in 0..options.events {
        let before = Begun::now(&scene);
        let pull = scene.open(number);
        before.ended(&scene, true, &mut opened).await?;
        pulls.push(pull);
    }
    counted.until_now(&scene, &mut opened).await?;
    add(figures, "opened", &opened, 3.0, options);
    cpu_ms += opened.cpu_ms;
    for event in EVENTS {
        let mut played = Played::default();
        let counted = Counted::now(&scene).await?;
        for pull in &pulls {
            let before = Begun::now(&scene);
            (event.act)(&scene, pull);
            before.ended(&scene, event.answered, &mut played).await?;
        }
        counted.until_now(&scene, &mut played).await?;
        add(figures, event.name, &played, event.calls, options);
        cpu_ms += played.cpu_ms;
    }
    let events = (options.events * (EVENTS.len() + 1)) as f64;
    figures.add("CPU per event, all kinds", cpu_ms / events, "ms", Some(1.0));
    scene.github.assert_clean();
    Ok(())
}

fn add(figures: &mut Figures, name: &str, played: &Played, calls: f64, options: &Options) {
    let events = played.calls.len() as f64;
    let most = played.calls.iter().copied().fold(0.0, f64::max);
    figures.add(format!("{name}: GitHub calls, most"), most, "calls", Some(calls));
    if !played.arrives_ms.is_empty() {
        let latency = options.latency;
        let goal = (latency == 50).then_some(VERDICT_MS);
        for (what, times) in [("check-run write arrives", &played.arrives_ms), ("verdict shown", &played.shown_ms)] {
            figures.add(format!("{name}: {what}, {latency} ms API, median"), percentile(times, 50), "ms", goal);
            figures.add(
                format!("{name}: {what}, {latency} ms API, 95th percentile"),
                percentile(times, 95),
                "ms",
                None,
            );
        }
    }
    figures.add(format!("{name}: deliveries per event"), played.deliveries / events, "deliveries", None);
    figures.add(format!("{name}: CPU per event"), played.cpu_ms / events, "ms", Some(1.0));
}

/// What the bot had done before some events.
struct Counted {
    cpu_ms: f64,
    deliveries: f64,
}

impl Counted {
    async fn now(scene: &Scene) -> anyhow::Result<Self> {
        let deliveries = scene.bot.metric("countersign_deliveries_total").await?;
        Ok(Self { cpu_ms: scene.bot.cpu_ms()?, deliveries })
    }

    async fn until_now(self, scene: &Scene, played: &mut Played) -> anyhow::Result<()> {
        played.cpu_ms = scene.bot.cpu_ms()? - self.cpu_ms;
        played.deliveries = scene.bot.metric("countersign_deliveries_total").await? - self.deliveries;
        Ok(())
    }
}

/// An event that is about to happen.
struct Begun(Instant);

impl Begun {
    fn now(scene: &Scene) -> Self {
        drop(scene.github.take_log());
        Self(Instant::now())
    }

    /// Waits until it is answered and all is at rest, and counts.
    async fn ended(self, scene: &Scene, answered: bool, played: &mut Played) -> anyhow::Result<()> {
        if answered {
            scene.until("an answer", || verdict(&scene.github.log()).is_some()).await?;
        } else {
            scene.until("a look", || scene.github.log().count() > 0).await?;
        }
        scene.at_rest().await?;
        let log = scene.github.log();
        played.calls.push(log.count() as f64);
        if answered {
            let (arrives, shown) = verdict(&log).context("the verdict was there")?;
            let ms = |at: Instant| at.saturating_duration_since(self.0).as_secs_f64() * 1000.0;
            played.arrives_ms.push(ms(arrives));
            played.shown_ms.push(ms(shown));
        }
        Ok(())
    }
}

/// When the first write of a check run arrived, and when it was answered.
fn verdict(log: &Log) -> Option<(Instant, Instant)> {
    log.writes().find(|entry| entry.operation.contains("check-runs")).map(|entry| (entry.start, entry.end))
}
