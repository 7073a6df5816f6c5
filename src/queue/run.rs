//! The loop of the workers.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use super::backoff::{after_failure, freshness};
use super::{Handler, Lease, Outcome, Settings, Work};
use crate::store::{Claim, Result, Store};

/// At least so often the store is asked, whoever may have forgotten to tell.
const POLL: Duration = Duration::from_secs(2);
/// How long to wait where something is due and nothing could be claimed: another replica has it.
const BREATH: Duration = Duration::from_millis(50);
/// How long work waits at the most for deliveries that arrive in a flood.
const DELIVERIES_FIRST: Duration = Duration::from_millis(250);
/// How long to wait where the store does not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Works until `stop`; then takes nothing new, waits for what runs within the grace, and gives the rest back.
pub async fn run<H: Handler>(store: Store, settings: Settings, handler: Arc<H>, stop: CancellationToken) {
    let give_up = CancellationToken::new();
    let runner = Arc::new(Runner { store, settings, handler, give_up: give_up.clone() });
    let mut jobs = JoinSet::new();
    let mut woken = runner.store.woken();
    while !stop.is_cancelled() {
        woken.mark_unchanged();
        let free = runner.settings.workers.saturating_sub(jobs.len());
        let wait = if free > 0 { runner.claim(free, &mut jobs).await } else { POLL };
        tokio::select! {
            () = stop.cancelled() => {}
            Some(ended) = jobs.join_next() => report(ended),
            _ = woken.changed(), if free > 0 => {}
            () = sleep(wait), if free > 0 => {}
        }
    }
    let ending = async {
        while let Some(ended) = jobs.join_next().await {
            report(ended);
        }
    };
    if timeout(runner.settings.grace, ending).await.is_err() {
        give_up.cancel();
        while let Some(ended) = jobs.join_next().await {
            report(ended);
        }
    }
}

struct Runner<H> {
    store: Store,
    settings: Settings,
    handler: Arc<H>,
    /// Cancelled when the grace is over: what still runs is dropped and its row given back.
    give_up: CancellationToken,
}

impl<H: Handler> Runner<H> {
    /// Starts what can be claimed, and says how long there is nothing more to do.
    async fn claim(self: &Arc<Self>, free: usize, jobs: &mut JoinSet<()>) -> Duration {
        match self.try_claim(free, jobs).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the store cannot be asked for work");
                PAUSE
            }
        }
    }

    async fn try_claim(self: &Arc<Self>, free: usize, jobs: &mut JoinSet<()>) -> Result<Duration> {
        match self.store.until_next().await? {
            None => return Ok(POLL),
            Some(left) if !left.is_zero() => return Ok(left.min(POLL)),
            Some(_) => {}
        }
        self.store.deliveries_first(DELIVERIES_FIRST).await;
        let asked = Instant::now();
        let n = u32::try_from(free).unwrap_or(u32::MAX);
        let claims = self.store.claim(&self.settings.worker, n, self.settings.lease).await?;
        let wait = if claims.is_empty() { BREATH } else { Duration::ZERO };
        for claim in claims {
            let lease = Lease::new(self.settings.lease, asked);
            let span = tracing::info_span!("look", key = %claim.subject.key(), attempts = claim.attempts);
            jobs.spawn(Arc::clone(self).work(Work { claim, lease }).instrument(span));
        }
        Ok(wait)
    }

    async fn work(self: Arc<Self>, work: Work) {
        let Work { claim, lease } = work.clone();
        let handler = Arc::clone(&self.handler);
        let dead = claim.dead.clone();
        let job = async move {
            match dead {
                Some(error) => handler.dead(work, error).await,
                None => handler.handle(work).await,
            }
        };
        let fence = lease.clone();
        let job = async move { fence.fence(job).await };
        let mut job = AbortOnDropHandle::new(tokio::spawn(job.in_current_span()));
        let mut beat = interval(self.settings.lease / 3);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat.reset();
        let outcome = loop {
            tokio::select! {
                ended = &mut job => break ended,
                () = self.give_up.cancelled() => {
                    job.abort();
                    drop(job.await);
                    self.settle(&claim, Ending::Released).await;
                    return;
                }
                _ = beat.tick() => if !self.keeps(&claim, &lease).await {
                    tracing::warn!("the lease was lost, the work is dropped");
                    return;
                }
            }
        };
        match outcome {
            Ok(Some(outcome)) => self.settle(&claim, Ending::Of(outcome)).await,
            Ok(None) => tracing::warn!("the lease ran out, the work is dropped"),
            Err(error) => self.settle(&claim, Ending::Of(Outcome::Failed(crash(error)))).await,
        }
    }

    /// Prolongs the lease. A store that does not answer does not end it before its time.
    async fn keeps(&self, claim: &Claim, lease: &Lease) -> bool {
        let asked = Instant::now();
        match timeout(self.settings.lease / 3, self.store.heartbeat(claim, self.settings.lease)).await {
            Ok(Ok(true)) => {
                lease.prolong(asked);
                true
            }
            Ok(Ok(false)) => false,
            Ok(Err(_)) | Err(_) => !lease.left().is_zero(),
        }
    }

    /// Writes how it ended. Where the store cannot be told the lease runs out, which counts as a crash.
    async fn settle(&self, claim: &Claim, ending: Ending) {
        for _ in 0..3 {
            match self.try_settle(claim, &ending).await {
                Ok(true) => return,
                Ok(false) => {
                    tracing::warn!("the lease was lost before the end could be written");
                    return;
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "how the work ended cannot be written");
                    sleep(PAUSE).await;
                }
            }
        }
    }

    async fn try_settle(&self, claim: &Claim, ending: &Ending) -> Result<bool> {
        let store = &self.store;
        let outcome = match ending {
            Ending::Released => return store.release(claim).await,
            Ending::Of(outcome) => outcome,
        };
        match outcome {
            Outcome::Recorded if claim.dead.is_none() => Ok(true),
            Outcome::Done { .. } | Outcome::Recorded if claim.dead.is_some() => store.bury(claim).await,
            Outcome::Done { next } => store.done(claim, *next).await,
            Outcome::Recorded => Ok(true),
            Outcome::Again => store.look_again(claim, self.after(freshness(claim.tries)).await?).await,
            Outcome::Parked { until } => store.retry(claim, *until, "put off", false).await,
            Outcome::BudgetUsedUp { until, refused } => store.put_off(claim, *until, *refused).await,
            Outcome::Outage(error) => {
                let at = self.after(after_failure(claim.parks.min(6), fastrand::f64())).await?;
                store.retry(claim, at, error, false).await
            }
            Outcome::Failed(error) => {
                tracing::error!(error, attempts = claim.attempts + 1, "the look failed");
                let at = self.after(after_failure(claim.attempts, fastrand::f64())).await?;
                store.retry(claim, at, error, true).await
            }
        }
    }

    async fn after(&self, wait: Duration) -> Result<Timestamp> {
        let now = self.store.now().await?;
        Ok(now.checked_add(wait).unwrap_or(now))
    }
}

/// How a piece of work came to its end.
enum Ending {
    Of(Outcome),
    /// The process ends, and the work with it.
    Released,
}

/// What to say of a handler that did not come to its end.
fn crash(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => format!("it panicked: {}", message(&*panic)),
        Err(error) => error.to_string(),
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

fn report(ended: std::result::Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a worker ended in the middle of its work");
    }
}
