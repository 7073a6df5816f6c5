//! One pull request end to end: look, decide, write, keep. The only caller of the domain.
//!
//! Level-triggered: a claim says which pull request to look at, never what to conclude,
//! so that duplicates, reordering, loss and restarts are all the same case. What cannot
//! be read never turns anything green.

mod facts;
mod fresh;
mod group;
mod members;
mod policies;
mod pull;
mod sweep;
mod write;

use std::time::Duration;

use moka::future::Cache;
use tracing::Instrument as _;

use crate::clock::Clock;
use crate::github::{self, GitHub};
use crate::queue::{Handler, Outcome};
use crate::store::{self, Claim, Store, Subject};
use crate::telemetry::Telemetry;
use countersign_domain::facts::Enforced;
use members::Members;

/// What whoever runs countersign decides about evaluating.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Whether an organisation layer that cannot be seen fails the check.
    pub org_layer_required: bool,
    /// How often the open pull requests are compared with GitHub.
    pub sweep_every: Duration,
    /// GitHub's pages, for links; empty where they are not linked.
    pub pages: String,
    /// How long a lease lasts without a heartbeat.
    pub lease: Duration,
}

/// The handler of the queue's rows.
#[derive(Clone)]
pub struct Pipeline {
    store: Store,
    github: GitHub,
    clock: Clock,
    telemetry: Telemetry,
    rules: Rules,
    members: Members,
    enforced: Cache<(u64, String, String), Enforced>,
}

/// Why a row could not be worked on to its end.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    GitHub(#[from] github::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

type Result<T> = std::result::Result<T, Error>;

impl Pipeline {
    /// A pipeline over that store and that GitHub.
    pub fn new(store: Store, github: GitHub, clock: Clock, telemetry: Telemetry, rules: Rules) -> Self {
        let enforced = Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(600)).build();
        Self { store, github, clock, telemetry, rules, members: Members::new(), enforced }
    }

    async fn work(&self, claim: &Claim) -> Result<Outcome> {
        match &claim.subject {
            Subject::Pull { repository, number } => self.pull(claim, *repository, *number).await,
            Subject::Group { repository, base, head } => self.group(claim, *repository, base, head).await,
            Subject::Sweep { installation } => self.sweep(*installation).await,
            Subject::Redelivery => self.redelivery().await,
        }
    }

    /// What a failure means for the row: limits and outages put it off and are no fault of its own.
    fn outcome_of(&self, claim: &Claim, error: Error) -> Outcome {
        match error {
            Error::GitHub(github::Error::Limited(until)) => Outcome::Parked { until },
            Error::GitHub(error @ github::Error::Outage(_)) => Outcome::PutOff { error: error.to_string() },
            error => {
                tracing::warn!(%error, attempts = claim.attempts + 1, "could not be evaluated");
                Outcome::Failed(error.to_string())
            }
        }
    }
}

impl Handler for Pipeline {
    async fn handle(&self, claim: &Claim) -> Outcome {
        let span = tracing::info_span!(
            "work",
            row = %claim.subject.key(),
            deliveries = ?claim.causes,
            pull = tracing::field::Empty,
            decision = tracing::field::Empty,
        );
        async {
            let worked = match &claim.dead {
                Some(error) => self.give_up(claim, error).await,
                None => self.work(claim).await,
            };
            worked.unwrap_or_else(|error| self.outcome_of(claim, error))
        }
        .instrument(span)
        .await
    }
}
