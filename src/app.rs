//! The composition root: the only place that builds the store, GitHub, the pipeline and the door, and joins them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::github::GitHub;
use crate::notify::{self, Channels, Outbox};
use crate::pipeline::{Pipeline, Rules};
use crate::queue;
use crate::server::{self, Door};
use crate::settings::{Access, AppKey, Settings};
use crate::store::{Retention, Store, Subject, Writer};
use crate::telemetry::Telemetry;

/// How long what runs may go on after the word to stop.
const STOP_WITHIN: Duration = Duration::from_secs(8);

/// countersign, ready to serve.
pub struct App {
    settings: Settings,
    clock: Clock,
    store: Store,
    github: GitHub,
    telemetry: Telemetry,
}

impl App {
    /// Opens the store and brings its tables up to date; asks nothing of GitHub.
    pub async fn open(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        let telemetry = Telemetry::new();
        let store = Store::open(settings.database_url.expose_secret(), clock.clone()).await.context(
            "the database of COUNTERSIGN_DATABASE_URL cannot be opened (for SQLite, its folder must be there)",
        )?;
        store.migrate().await.context("the database cannot be brought up to date")?;
        let github = GitHub::new(
            settings.github.clone(),
            settings.app_id,
            &settings.private_key,
            clock.clone(),
            telemetry.clone(),
        )?;
        Ok(Self { settings, clock, store, github, telemetry })
    }

    /// What is kept.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What is counted.
    pub fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    /// Serves until told to stop: then no new work is begun, and what runs ends or is given back.
    pub async fn run(self, listener: TcpListener, stop: CancellationToken) -> anyhow::Result<()> {
        let Self { settings, clock, store, github, telemetry } = self;
        let writer = Writer::start(store.clone());
        let door = Door {
            secrets: settings.webhook_secrets.clone(),
            app_id: settings.app_id,
            installations: settings.installations.clone(),
            writer,
            store: store.clone(),
            telemetry: telemetry.clone(),
            clock,
            calendar_tokens: settings.calendar_tokens.clone(),
            pages: settings.github.pages(),
        };
        let channels = Channels::new(&settings.channels)?;
        let rules = Rules {
            org_layer_required: settings.org_layer_required,
            sweep_every: settings.sweep_every,
            pages: settings.github.pages(),
            lease: settings.lease,
            channels: channels.owners(),
        };
        let outbox = Outbox { store: store.clone(), channels, telemetry: telemetry.clone() };
        let pipeline = Pipeline::new(store.clone(), github.clone(), telemetry, rules);
        let workers = queue::Settings {
            workers: settings.workers,
            lease: settings.lease,
            grace: STOP_WITHIN,
            ..queue::Settings::default()
        };
        let webhook = format!("{}/github/webhook", settings.public_url);
        tracing::info!(address = %listener.local_addr()?, %webhook, "serving");
        let beginning = begin(store.clone(), github, stop.clone());
        let door = until_over(server::serve(listener, server::routes(door), stop.clone()), stop.clone());
        let queue = queue::run(store.clone(), workers, Arc::new(pipeline), stop.clone());
        let telling = Box::pin(until_over(notify::run(outbox, stop.clone()), stop.clone()));
        let tidying = tidy(store, retention(settings.payload_retention), stop);
        let (served, ..) = tokio::join!(door, queue, beginning, tidying, telling);
        tracing::info!("stopped");
        served.unwrap_or(Ok(())).context("the door broke")
    }
}

/// GitHub for a command that reads of it: as the App, or as whoever has that token.
///
/// # Errors
/// Where the key is none, or nothing can be asked over HTTPS here.
pub fn reader(access: Access, token: Option<SecretString>) -> anyhow::Result<GitHub> {
    let (clock, telemetry) = (Clock::default(), Telemetry::new());
    match (token, access.app) {
        (Some(token), _) => GitHub::with_token(access.github, token, clock, telemetry),
        (None, Some(AppKey { id, key })) => GitHub::new(access.github, id, &key, clock, telemetry),
        (None, None) => anyhow::bail!("nobody is named to ask GitHub"),
    }
}

/// Goes on until it ends, but no longer than what runs may after the word to stop: a client that never finishes its
/// request must not keep the process.
async fn until_over<T>(work: impl Future<Output = T>, stop: CancellationToken) -> Option<T> {
    tokio::select! {
        ended = work => Some(ended),
        () = async { stop.cancelled().await; tokio::time::sleep(STOP_WITHIN).await } => None,
    }
}

/// What was lost while nobody listened is looked for at once: the first sweep of every installation, and the
/// deliveries that did not arrive.
async fn begin(store: Store, github: GitHub, stop: CancellationToken) {
    let mut wait = Duration::from_secs(1);
    loop {
        let scheduled = tokio::select! {
            scheduled = schedule_sweeps(&store, &github) => scheduled,
            () = stop.cancelled() => return,
        };
        match scheduled {
            Ok(installations) => {
                tracing::info!(installations, "first sweep begun");
                return;
            }
            Err(error) => tracing::warn!(error = format!("{error:#}"), "the installations cannot be listed yet"),
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(Duration::from_secs(60)),
            () = stop.cancelled() => return,
        }
    }
}

async fn schedule_sweeps(store: &Store, github: &GitHub) -> anyhow::Result<usize> {
    let now = store.now().await?;
    store.schedule(&Subject::Redelivery, 0, now).await?;
    let installations = github.installations().await?;
    for installation in &installations {
        store.schedule(&Subject::Sweep { installation: *installation }, *installation, now).await?;
    }
    Ok(installations.len())
}

/// Payloads and parts whose retention is over are trimmed, hourly.
async fn tidy(store: Store, retention: Retention, stop: CancellationToken) {
    loop {
        let retained = tokio::select! {
            retained = store.retain(&retention) => retained,
            () = stop.cancelled() => return,
        };
        if let Err(error) = retained {
            tracing::warn!(%error, "what is no longer to be kept could not be let go");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(3600)) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Payloads go after the set time. What a decision rests on stays as long as auditors may ask for it: ten years.
fn retention(payloads: Duration) -> Retention {
    let ten_years = SignedDuration::from_hours(10 * 366 * 24);
    Retention {
        payloads: SignedDuration::try_from(payloads).unwrap_or(SignedDuration::MAX),
        parts_of: BTreeMap::new(),
        parts: ten_years,
        evidence: ten_years,
    }
}
