//! One pull request end to end: look, decide, write, keep. The only caller of the domain.
//!
//! Level-triggered: a claim says which pull request to look at, never what to conclude,
//! so that duplicates, reordering, loss and restarts are all the same case. What cannot
//! be read never turns anything green.

mod budget;
mod calendars;
mod collisions;
mod commands;
mod deployed;
mod diffs;
mod effect;
mod emergency;
mod ending;
mod facts;
mod first_seen;
mod fresh;
mod gate;
mod group;
mod history;
mod lane;
mod lead;
mod loaded;
mod members;
mod notify;
mod on_demand;
mod operators;
mod owners;
mod patience;
mod permissions;
mod policies;
mod pull;
mod pushed;
mod pushers;
mod read;
mod received;
mod redelivery;
mod refused;
mod requests;
mod reverts;
mod review;
mod said;
mod sweep;
mod tips;
mod told;
mod transitions;
mod unfinished;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use countersign_domain::Priority;
use countersign_domain::account::{Account, TeamName};
use countersign_domain::facts::{Enforced, Properties};
use jiff::{SignedDuration, Timestamp};
use moka::future::Cache;
use tracing::Instrument as _;

use crate::github::{self, GitHub};
use crate::queue::{Handler, Outcome, Work};
use crate::store::{self, Store, Subject};
use crate::telemetry::Telemetry;
pub use history::{PastChange, PastRead};
use loaded::LoadedPolicies;
use members::Recent;
pub use pull::{decision_of, decision_with, decisions_with};

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
    /// The channels on which people can be told, as policies name them, each with the owners, in lower case, whose
    /// repositories may write to it; `None`: all.
    pub channels: BTreeMap<String, Option<BTreeSet<String>>>,
}

/// The handler of the queue's rows.
#[derive(Clone)]
pub struct Pipeline {
    store: Store,
    github: GitHub,
    telemetry: Telemetry,
    rules: Rules,
    members: Recent<(u64, TeamName), BTreeSet<Account>>,
    owning: Recent<(u64, TeamName), bool>,
    codeowners: owners::Files,
    calendars: calendars::Calendars,
    loaded: LoadedPolicies,
    enforced: Cache<(u64, String, String), Enforced>,
    required_checks: on_demand::RequiredChecks,
    merged_before: Cache<(u64, Account), ()>,
    special_files: on_demand::SpecialFiles,
    permissions: permissions::Permissions,
    opened: pushers::Opened,
    /// The custom properties of repositories.
    properties: Recent<u64, Properties>,
    kept: diffs::Kept,
    brought: deployed::Brought,
    effects: effect::Effects,
    greens: lead::Greens,
}

/// Why a row could not be worked on to its end.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    GitHub(#[from] github::Error),
    /// What we allow ourselves is used up: not before then.
    #[error("the budget of the installation is used up until {until}")]
    OwnBudget {
        until: Timestamp,
        /// What it was asked for.
        refused: Priority,
    },
    /// What was read beside the look is of another head.
    #[error("the pull request moved while it was read")]
    Moved,
    /// Somebody else who shares the check writes to it: a little later.
    #[error("the check is held by another pull request")]
    Held,
    /// Green is not given, because an event that takes it away arrived meanwhile: another look follows.
    #[error("an event that can only take green away arrived meanwhile")]
    Overtaken,
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    /// Whoever waits for the budget looks again by this instant, at which time alone changes the decision: what is green
    /// may have to go.
    fn no_later_than(self, instant: Option<Timestamp>) -> Self {
        match (self, instant) {
            (Self::OwnBudget { until, refused }, Some(instant)) => {
                Self::OwnBudget { until: until.min(instant), refused }
            }
            (error, _) => error,
        }
    }
}

/// How long a row that found the installation's budget used up waits at least: the less urgent the longer, so that what
/// becomes free goes to whoever is more urgent.
fn breath(refused: Priority) -> SignedDuration {
    SignedDuration::from_secs(match refused {
        Priority::Withdrawal => 0,
        Priority::Gate => 1,
        Priority::Answer => 2,
        Priority::Grant | Priority::Wording => 5,
    })
}

type Result<T> = std::result::Result<T, Error>;

impl Pipeline {
    /// A pipeline over that store and that GitHub.
    pub fn new(store: Store, github: GitHub, telemetry: Telemetry, rules: Rules) -> Self {
        let enforced = Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(600)).build();
        Self {
            store,
            github,
            telemetry,
            rules,
            members: Recent::new(),
            owning: Recent::new(),
            codeowners: owners::files(),
            calendars: calendars::calendars(),
            loaded: LoadedPolicies::new(),
            enforced,
            required_checks: on_demand::required_checks(),
            merged_before: Cache::builder().max_capacity(100_000).build(),
            special_files: on_demand::special_files(),
            permissions: Recent::new(),
            opened: pushers::opened(),
            properties: Recent::new(),
            kept: diffs::Kept::new(),
            brought: deployed::brought(),
            effects: effect::effects(),
            greens: lead::greens(),
        }
    }

    /// One that only reads what went in, for which nothing of how the bot is run matters.
    pub fn of_history(store: Store, github: GitHub, telemetry: Telemetry) -> Self {
        let lease = Duration::from_secs(30);
        let rules = Rules {
            org_layer_required: false,
            sweep_every: lease,
            pages: String::new(),
            lease,
            channels: BTreeMap::new(),
        };
        Self::new(store, github, telemetry, rules)
    }

    async fn work(&self, work: &Work) -> Result<Outcome> {
        let worked = match &work.claim.subject {
            // What a look holds on its way is large: it goes on the heap at once, and not through every caller.
            Subject::Pull { repository, number } => Box::pin(self.pull(work, *repository, *number)).await,
            Subject::Group { repository, base, head } => Box::pin(self.group(work, *repository, base, head)).await,
            Subject::Gate { repository, run, environment } => {
                Box::pin(self.gate(work, *repository, *run, environment)).await
            }
            Subject::Push { repository, branch, head } => Box::pin(self.pushed(work, *repository, branch, head)).await,
            Subject::Sweep { installation } => self.sweep(*installation).await,
            // The App asks for itself: what events without an installation may spend pays.
            Subject::Redelivery => return self.redelivery().await,
        };
        self.charge(work.claim.installation).await;
        worked
    }

    /// How long the first of the events that asked has been waiting.
    async fn since_asked(&self, work: &Work) -> Result<Option<Duration>> {
        self.since(work.claim.causes.first()).await
    }

    /// How long ago a delivery was received; `None` where there is none, or it is kept no longer.
    async fn since(&self, delivery: Option<&String>) -> Result<Option<Duration>> {
        let Some(delivery) = delivery else { return Ok(None) };
        let now = self.store.now().await?;
        let received = self.store.received_at(delivery).await?;
        Ok(received.and_then(|at| Duration::try_from(now.duration_since(at)).ok()))
    }

    /// Not before there is room for a look and what it writes: whoever looks again for every point that comes back
    /// never has enough of them to write.
    async fn with_a_breath(&self, until: Timestamp, refused: Priority) -> Timestamp {
        let soonest = self.store.now().await.ok().and_then(|now| now.checked_add(breath(refused)).ok());
        soonest.map_or(until, |soonest| until.max(soonest))
    }

    async fn settled(&self, work: &Work, worked: Result<Outcome>) -> Outcome {
        let error = match worked {
            Ok(outcome) => return outcome,
            Err(error) => error,
        };
        match error {
            // A limit is the installation's: nothing of it is begun before the instant.
            Error::GitHub(github::Error::Limited(until)) => {
                self.park(work.claim.installation, until).await;
                Outcome::Parked { until }
            }
            // What takes green away needs no read, and does not wait.
            Error::GitHub(github::Error::ReadsLimited(until)) => {
                self.park_reads(work.claim.installation, until).await;
                Outcome::BudgetUsedUp { until, refused: work.claim.priority() }
            }
            Error::Held => match self.store.now().await {
                Ok(now) => Outcome::Parked { until: now + lane::LANE_WAIT },
                Err(error) => Outcome::Outage(error.to_string()),
            },
            Error::OwnBudget { until, refused } => {
                Outcome::BudgetUsedUp { until: self.with_a_breath(until, refused).await, refused }
            }
            Error::GitHub(github::Error::Outage(why)) => Outcome::Outage(why),
            Error::Overtaken => Outcome::Again,
            error @ Error::Moved => Outcome::Outage(error.to_string()),
            Error::Store(error @ (store::Error::Contended(_) | store::Error::Unreachable(_))) => {
                Outcome::Outage(error.to_string())
            }
            error => Outcome::Failed(error.to_string()),
        }
    }
}

impl Handler for Pipeline {
    async fn handle(&self, work: Work) -> Outcome {
        let span = tracing::info_span!(
            "work",
            deliveries = ?work.claim.causes,
            pull = tracing::field::Empty,
            decision = tracing::field::Empty,
        );
        async { self.settled(&work, self.work(&work).await).await }.instrument(span).await
    }

    async fn dead(&self, work: Work, error: String) -> Outcome {
        let given_up = self.give_up(&work, &error).await;
        self.settled(&work, given_up.map(|()| Outcome::Done { next: None })).await
    }
}
