//! What a row of the queue is about, and the right to work on it.
//!
//! Absent: how a row comes to be due, is claimed and ended; see [`super::due`].

use countersign_domain::Priority;
use countersign_domain::account::Oid;
use jiff::Timestamp;

use super::db::Row;
use super::error::{Error, Result};
use super::pending::Pending;
use crate::signal::{Lowered, Want};

/// What a row of the queue is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A pull request.
    Pull {
        /// Its repository.
        repository: u64,
        /// Its number.
        number: u64,
    },
    /// A merge group.
    Group {
        /// Its repository.
        repository: u64,
        /// The branch it is to go into.
        base: String,
        /// Its head commit.
        head: Oid,
    },
    /// A deployment that waits at an environment.
    Gate {
        /// Its repository.
        repository: u64,
        /// GitHub's number for the workflow run.
        run: u64,
        /// The environment, as GitHub calls it.
        environment: String,
    },
    /// A push to a branch around all pull requests, or what may be one.
    Push {
        /// Its repository.
        repository: u64,
        /// The branch.
        branch: String,
        /// The commit that it left there.
        head: Oid,
    },
    /// All open pull requests of an installation, compared with what is known.
    Sweep {
        /// The installation.
        installation: u64,
    },
    /// The deliveries that GitHub could not hand over.
    Redelivery,
}

impl Subject {
    /// The row's key: `pull:REPOSITORY#NUMBER`, `group:REPOSITORY:HEAD`, `gate:REPOSITORY/RUN/ENVIRONMENT`,
    /// `push:REPOSITORY:HEAD/BRANCH`, `sweep:INSTALLATION`, `redelivery`.
    pub fn key(&self) -> String {
        match self {
            Self::Pull { repository, number } => format!("pull:{repository}#{number}"),
            Self::Group { repository, head, .. } => format!("group:{repository}:{head}"),
            Self::Gate { repository, run, environment } => format!("gate:{repository}/{run}/{environment}"),
            Self::Push { repository, branch, head } => format!("push:{repository}:{head}/{branch}"),
            Self::Sweep { installation } => format!("sweep:{installation}"),
            Self::Redelivery => "redelivery".into(),
        }
    }

    /// The first word of the key, for metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Pull { .. } => "pull",
            Self::Group { .. } => "group",
            Self::Gate { .. } => "gate",
            Self::Push { .. } => "push",
            Self::Sweep { .. } => "sweep",
            Self::Redelivery => "redelivery",
        }
    }

    /// The columns repository, number, head, base.
    pub(super) fn columns(&self) -> (u64, u64, &str, &str) {
        match self {
            Self::Pull { repository, number } => (*repository, *number, "", ""),
            Self::Group { repository, base, head } => (*repository, 0, head.as_str(), base),
            // The column of the base holds the environment.
            Self::Gate { repository, run, environment } => (*repository, *run, "", environment),
            Self::Push { repository, branch, head } => (*repository, 0, head.as_str(), branch),
            Self::Sweep { .. } | Self::Redelivery => (0, 0, "", ""),
        }
    }

    pub(super) fn read(row: &Row) -> Result<Self> {
        let repository = row.id("repository")?;
        Ok(match row.text("kind")?.as_str() {
            "pull" => Self::Pull { repository, number: row.id("number")? },
            "group" => Self::Group { repository, base: row.text("base")?, head: Oid::new(row.text("head")?) },
            "gate" => Self::Gate { repository, run: row.id("number")?, environment: row.text("base")? },
            "push" => Self::Push { repository, branch: row.text("base")?, head: Oid::new(row.text("head")?) },
            "sweep" => Self::Sweep { installation: row.id("installation")? },
            "redelivery" => Self::Redelivery,
            other => return Err(Error::Unreadable(format!("no such kind of queue row: `{other}`"))),
        })
    }
}

/// Until when time alone leaves a green check as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GreenUntil {
    /// The instant.
    pub at: Timestamp,
    /// What the check says from then on, by what was known when it was decided.
    pub then: String,
}

impl GreenUntil {
    fn read(row: &Row) -> Result<Option<Self>> {
        let Some(at) = row.maybe_instant("green_until")? else { return Ok(None) };
        Ok(Some(Self { at, then: row.maybe_text("green_then")?.unwrap_or_default() }))
    }
}

/// A row that this worker alone may work on, until its lease ends.
#[derive(Debug, Clone)]
pub struct Claim {
    /// What it is about.
    pub subject: Subject,
    /// The installation to look through; 0 where it is not known.
    pub installation: u64,
    /// How new the look must be; empty where time alone asked.
    pub wants: Vec<Want>,
    /// The deliveries that asked for it, the newest 64.
    pub causes: Vec<String>,
    /// Whether an event asked that can only take green away, or time ended what green stood on.
    pub lowers: bool,
    /// What the first of these events took away, where it says so.
    pub lowered: Option<Lowered>,
    /// What time ended, where no event asked.
    pub ended: Option<GreenUntil>,
    /// Whether a person waits for the answer.
    pub awaited: bool,
    /// How many looks in a row were not new enough.
    pub tries: u32,
    /// How many times in a row it was put off: rate limits, outages.
    pub parks: u32,
    /// How many failures and crashes there were since it last went well.
    pub attempts: u32,
    /// The head by the indexes; empty where they do not know the pull request.
    pub head: String,
    /// The last error of a dead row: it is not to be looked at, but people are to be told.
    pub dead: Option<String>,
    /// When it was claimed, by the store's clock.
    pub claimed_at: Timestamp,
    pub(super) lease: String,
}

impl Claim {
    /// The token of the lease: whoever holds it, and nobody else.
    pub fn lease(&self) -> &str {
        &self.lease
    }

    /// How urgent the row is, by what asked for it.
    pub fn priority(&self) -> Priority {
        match &self.subject {
            _ if self.lowers => Priority::Withdrawal,
            Subject::Group { .. } | Subject::Gate { .. } => Priority::Gate,
            _ if self.awaited => Priority::Answer,
            _ => Priority::Grant,
        }
    }

    /// The name under which this row holds lanes. Rows that were claimed together share a lease, and hold lanes against
    /// each other all the same.
    pub fn holder(&self) -> String {
        format!("{} {}", self.lease, self.subject.key())
    }

    pub(super) fn read(row: &Row, lease: &str) -> Result<Self> {
        let done = row.int("done_seq")?;
        let pending = Pending::read(&row.text("pending")?).after(done);
        let dead = row.maybe_int("dead_at")?.is_some();
        let claimed_at = row.instant("looked_at")?;
        let lowers = row.int("lowers_seq")? > done;
        let ended = GreenUntil::read(row)?.filter(|green| !lowers && green.at <= claimed_at);
        Ok(Self {
            subject: Subject::read(row)?,
            installation: row.id("installation")?,
            wants: pending.wants.into_iter().map(|(_, want)| want).collect(),
            causes: pending.causes.into_iter().map(|(_, cause)| cause).collect(),
            lowers: lowers || ended.is_some(),
            lowered: pending.lowered.into_iter().map(|(_, what)| what).next(),
            ended,
            awaited: row.int("awaited_seq")? > done,
            tries: row.count("tries")?,
            parks: row.count("parks")?,
            attempts: row.count("attempts")?,
            head: row.text("head")?,
            dead: dead.then(|| row.maybe_text("last_error")).transpose()?.map(Option::unwrap_or_default),
            claimed_at,
            lease: lease.to_owned(),
        })
    }
}
