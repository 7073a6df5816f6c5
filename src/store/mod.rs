//! What countersign keeps: deliveries and what they prove, the queue's rows, decisions
//! and their snapshots, last valid policies, budgets. In SQLite or PostgreSQL.
//!
//! This is the only place that names sqlx and rusqlite. It knows nothing of GitHub's API
//! and draws no conclusions: it holds what was taken and what was decided. Each operation
//! is one transaction, and none spans a network call to anybody but the database.

mod arrivals;
mod asked;
mod budget;
mod calendars;
mod changes;
mod claim;
mod commands;
mod db;
mod decision;
mod deployments;
mod due;
mod emergency;
mod error;
mod evidence;
mod export;
mod failures;
mod forward;
mod gates;
mod groups;
mod lane;
mod mark;
mod members;
mod missed;
mod open;
mod outbox;
mod pack;
mod part;
mod past;
mod pending;
mod people;
mod plans;
mod policy;
mod pushes;
mod retention;
mod reviews;
mod schema;
mod shown;
pub mod snapshot;
mod sql;
mod sqlite;
mod standing;
mod take;
mod transitions;
mod troubled;
mod waiting;
mod writer;

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

pub use self::budget::{Cost, POINTS_A_MINUTE, Spent, Used, WRITES_A_MINUTE, WRITES_AN_HOUR};
pub use self::changes::{Changes, DecidedChange, SnapshotRef, unpacked};
pub use self::claim::{Claim, GreenUntil, Subject};
pub use self::commands::CommandRow;
pub use self::decision::{CaredCheck, CaredChecks, Cares, ChangeRow, NewDecision, PolicyRef, Recorded};
pub use self::deployments::ChangeDeployment;
pub use self::due::{ATTEMPTS, QueueStats};
pub use self::error::{Error, Result};
pub use self::evidence::{BodyVersion, HeadPlace, OpenPull, RepositoryRow, SeenMove, SeenRow, SiblingRow};
pub use self::failures::{FailedDeployment, ModelName};
pub use self::forward::{GoodPolicy, OpenChange};
pub use self::gates::{GateAnswer, GateRow, NewGate};
pub use self::groups::{GroupRow, MemberTold};
pub use self::members::MembersAsOf;
pub use self::missed::{DeliveryWalk, MissedDelivery};
pub use self::outbox::{MessageRow, NewMessage, NewTold, OutboxStats, Told, WaitingMessage};
pub use self::part::Part;
pub use self::past::Past;
pub use self::people::{DispatchRow, First, FirstSeen};
pub use self::plans::{MOST_PLANS, PlanRow, Planning};
pub use self::policy::{PolicyPlace, PolicyVersion, TemplateVersion};
pub use self::pushes::{BranchName, Pushed};
pub use self::retention::{Retention, Swept};
pub use self::reviews::{PushRow, ReviewRow, Reviewed, Unauthorised};
pub use self::schema::Schema;
pub use self::shown::{Refused, RefusedComment, ShownIds, ShownRunIds};
pub use self::standing::{Shows, Standing};
pub use self::take::Taken;
pub use self::transitions::{Stands, Transition};
pub use self::troubled::{QueueRow, RowState};
pub use self::writer::Writer;
use crate::clock::Clock;

/// The store; a clone is another handle of the same.
#[derive(Clone)]
pub struct Store {
    db: Arc<db::Db>,
    clock: Clock,
    /// Counts up whenever something may have become due.
    wake: watch::Sender<u64>,
    /// What the door is taking now.
    arrivals: arrivals::Arrivals,
    /// Ends with the last handle.
    _listener: Option<Arc<AbortOnDropHandle<()>>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self.db {
            db::Db::Sqlite(_) => "Store(SQLite)",
            db::Db::Postgres(_) => "Store(PostgreSQL)",
        })
    }
}

impl Store {
    /// Opens `sqlite:PATH` (the file is made where there is none) or `postgres://…`. See [`Store::migrate`].
    ///
    /// # Errors
    /// [`Error::Address`], [`Error::Unreachable`] or [`Error::Refused`].
    pub async fn open(url: &str, clock: Clock) -> Result<Self> {
        Ok(Self::over(open::connect(url).await?, clock))
    }

    /// The same for a database that must be there already: no file is made.
    ///
    /// # Errors
    /// [`Error::Absent`], and those of [`Store::open`].
    pub async fn open_existing(url: &str, clock: Clock) -> Result<Self> {
        if open::is_absent(url) {
            return Err(Error::Absent);
        }
        Self::open(url, clock).await
    }

    fn over(db: db::Db, clock: Clock) -> Self {
        let wake = watch::Sender::new(0);
        let listener = match &db {
            db::Db::Postgres(pool) => {
                Some(Arc::new(AbortOnDropHandle::new(tokio::spawn(open::listen(pool.clone(), wake.clone())))))
            }
            db::Db::Sqlite(_) => None,
        };
        let arrivals = arrivals::Arrivals::new();
        Self { db: Arc::new(db), clock, wake, arrivals, _listener: listener }
    }

    /// Tells this process' workers that something may be due: after the clock was moved, for one.
    pub fn wake(&self) {
        self.wake.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Changes whenever something may have become due; what is due by time alone is not told.
    pub fn woken(&self) -> watch::Receiver<u64> {
        self.wake.subscribe()
    }

    /// The clock it goes by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}
