//! The workers: they claim what is due, hand it to the handler, keep its lease alive,
//! and settle how it ended.
//!
//! At least once: a row is worked on again after a crash. One row is never worked on
//! twice at the same time by anybody who keeps to his lease. What the work is, is not
//! known here: the handler is passed in.

mod backoff;
mod lease;
mod run;

use std::future::Future;
use std::time::Duration;

use countersign_domain::Priority;
use jiff::Timestamp;

pub use self::backoff::FRESHNESS;
pub use self::lease::Lease;
pub use self::run::run;
use crate::store::Claim;

/// How the workers run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name of this process among the replicas, for people.
    pub worker: String,
    /// How many rows are worked on at once.
    pub workers: usize,
    /// How long a lease lasts without a heartbeat; one comes every third of it.
    pub lease: Duration,
    /// How long a stop waits for what runs.
    pub grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let (lease, grace) = (Duration::from_secs(30), Duration::from_secs(10));
        Self { worker: format!("process {}", std::process::id()), workers: 16, lease, grace }
    }
}

/// A row to work on, and the right to do so.
#[derive(Debug, Clone)]
pub struct Work {
    /// The row.
    pub claim: Claim,
    /// How long the right still lasts.
    pub lease: Lease,
}

/// How a piece of work ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Well; time alone asks for another look at `next`.
    Done {
        /// The instant, where there is one.
        next: Option<Timestamp>,
    },
    /// Well, and the row was ended together with what was recorded.
    Recorded,
    /// What was read was not new enough for the wants: again after the next time of [`FRESHNESS`].
    Again,
    /// Somebody asks to be left alone until then. No attempt is counted.
    Parked {
        /// The instant.
        until: Timestamp,
    },
    /// The budget has nothing left for something of this priority until then; what is more urgent need not wait for it.
    /// No attempt is counted.
    BudgetUsedUp {
        /// The instant.
        until: Timestamp,
        /// What was refused.
        refused: Priority,
    },
    /// Something outside does not work: again after a while, longer each time. No attempt is counted.
    Outage(String),
    /// It failed: again after a while, longer each time; the tenth time is the last.
    Failed(String),
}

/// Does the work.
pub trait Handler: Send + Sync + 'static {
    /// Works on a row. A panic counts as a failure. It is dropped at an await where the lease is lost or the process
    /// must end.
    fn handle(&self, work: Work) -> impl Future<Output = Outcome> + Send;

    /// Tells people that a row was given up after that error. [`Outcome::Done`] and [`Outcome::Recorded`] put it to
    /// rest; all else is tried again, ten times at the most.
    fn dead(&self, work: Work, error: String) -> impl Future<Output = Outcome> + Send;
}
