//! What is true of a change, as GitHub and our own log of events tell it.
//!
//! Facts are values: fetched by the shell, stored with the decision, and given to
//! [`crate::evaluate()`] again on replay. What could not be had is [`Known::Unknown`]
//! with its reason, never an empty list.

mod afterwards;
mod asked;
mod calendar;
mod command;
mod emergency;
mod gate;
mod plans;
mod received;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::account::{Account, Oid, TeamName};
use crate::decision::Outcome;
use crate::layer::Layer;
use crate::net_diff::Diffs;
use crate::policy::Permission;

pub use afterwards::{Afterwards, OverdueReview, RecordOf, TrackRecord};
pub use asked::{Asked, CodeownersFile, Deployment, NOT_ASKED, Thread, ThreadState};
pub use calendar::CalendarFile;
pub use command::Command;
pub use emergency::{OwedReview, TicketUse, ticket_key};
pub use gate::Gate;
pub use plans::{OtherChange, OtherPlan, Plan, PlannedService, Shared};
pub use received::{Description, Received};

/// A fact, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known<T> {
    /// It was read.
    Known(T),
    /// It could not be read; the text says why, for people.
    Unknown(String),
}

impl<T> Known<T> {
    /// A fact that could not be had.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown(why.into())
    }

    /// The fact, where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// The same of what the fact is worth.
    pub fn map<U>(self, worth: impl FnOnce(T) -> U) -> Known<U> {
        match self {
            Self::Known(value) => Known::Known(worth(value)),
            Self::Unknown(why) => Known::Unknown(why),
        }
    }

    /// The same with a borrowed content.
    pub fn as_ref(&self) -> Known<&T> {
        match self {
            Self::Known(value) => Known::Known(value),
            Self::Unknown(why) => Known::Unknown(why.clone()),
        }
    }
}

/// Everything that an evaluation may know of one pull request.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// "Now" for this evaluation.
    pub as_of: Timestamp,
    /// The repository the pull request is in.
    pub repository: Repository,
    /// The pull request itself.
    pub change: Change,
    /// The changed files. Unknown where there are more than GitHub lists (3,000).
    pub files: Known<Vec<File>>,
    /// The commits from base to head, second parents included. Unknown where there are more than can be listed.
    pub commits: Known<Vec<Commit>>,
    /// All opinionated reviews, oldest first.
    pub reviews: Known<Vec<Review>>,
    /// The commands that people gave in comments, oldest first.
    pub commands: Known<Vec<Command>>,
    /// Check runs and statuses of the head commit; the newest of a name and its maker comes last.
    pub checks: Known<Vec<Check>>,
    /// Who was seen moving the head.
    pub pushers: Known<BTreeSet<Account>>,
    /// Who is seen to operate the bot that made the change: who dispatched it, its assignees. Empty where no bot opened it or moved its head.
    pub operators: BTreeSet<Account>,
    /// The members of the teams that the policies name, child teams included.
    pub teams: BTreeMap<TeamName, Known<BTreeSet<Account>>>,
    /// The account that each login written in a policy first named.
    pub accounts: BTreeMap<String, Known<Account>>,
    /// Whether GitHub requires our check on the base and takes it from us alone.
    pub enforced: Enforced,
    /// The policy file of the repository as the head has it, where the pull request touches it.
    pub policy_edit: Option<Known<EditedPolicy>>,
    /// Deployments, review threads and the author's past, where a policy asks for them.
    pub asked: Asked,
    /// Other open pull requests with the same head and the same name of the check.
    pub siblings: Vec<Sibling>,
    /// The number by which GitHub knows this App, to tell our own check runs from forged ones.
    pub app_id: u64,
    /// What only some policies ask for.
    pub on_demand: OnDemand,
    /// What heads change against their base, and patches, as far as anything asked for them.
    pub diffs: Diffs,
}

/// Facts that only some policies ask for, each `None` or empty where none did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnDemand {
    /// The changed paths that are no regular file before or after (links, submodules), or whose mode changes.
    pub special_files: Option<Known<BTreeSet<String>>>,
    /// The name that the default branch's policy gives the check of this base's family.
    pub check_name: Option<String>,
    /// How many changes are known to have failed that went in by a model: its layer and id, and the number.
    pub failures: Vec<ModelFailures>,
    /// What people may do in the repository beyond what a look tells of a reviewer; `None` for somebody who may not even
    /// read it.
    pub permissions: BTreeMap<Account, Known<Option<Permission>>>,
    /// How early what time ends is taken back, where so much is green that a minute will not do for all of it.
    pub lead: Option<SignedDuration>,
    /// The checks that GitHub requires on the base, reported or not.
    pub required_checks: Option<Known<BTreeSet<RequiredCheck>>>,
    /// The repository's custom properties on GitHub.
    pub properties: Option<Known<Properties>>,
    /// The deployment that waits for this decision; `None` where the merge does.
    pub gate: Option<Gate>,
    /// Since when the change stands as it does.
    pub received: Option<Received>,
    /// What others plan that have something in common with this change; `None` where it plans nothing.
    pub collisions: Option<Known<Vec<OtherPlan>>>,
    /// By [`ticket_key`], what each ticket of an emergency that was declared here is used for beside this change.
    pub tickets: BTreeMap<String, Known<TicketUse>>,
    /// The reviews that are owed of other changes of the repository; `None` where no policy has an emergency lane.
    pub reviews_owed: Option<Known<Vec<OwedReview>>>,
    /// When the pull request went in; `None` while it has not.
    pub merged_at: Option<Timestamp>,
    /// Who merged it, where GitHub says so.
    pub merged_by: Option<Account>,
    /// What is known of changes that went in before; `None` where nothing is.
    pub afterwards: Option<Afterwards>,
    /// The calendars that freezes and windows go by, each by the layer that names it and its path.
    pub calendars: BTreeMap<(Layer, String), Known<CalendarFile>>,
}

/// A check that GitHub holds merges for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequiredCheck {
    /// The name of the check run, or the context of the commit status.
    pub name: String,
    /// GitHub's number for the App that it is taken from; `None` for anybody's.
    pub app: Option<u64>,
}

/// Custom properties of a repository: those that are set, each with its values.
pub type Properties = BTreeMap<String, BTreeSet<String>>;

/// The failures of the changes that went in by a model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModelFailures {
    /// The layer of the model.
    pub layer: Layer,
    /// Its id within the layer.
    pub model: String,
    /// How many changes failed.
    pub changes: u32,
}

/// The repository's policy file at the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedPolicy {
    /// Its text; `None` where the pull request deletes it.
    pub text: Option<String>,
}

/// An open pull request that shares head and check with this one, and what it came to when it was last decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sibling {
    /// Its number.
    pub number: u64,
    /// What it came to; `None` where it has not been decided for this head yet.
    pub outcome: Option<Outcome>,
}

/// The repository of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// GitHub's number for it.
    pub id: u64,
    /// Its owner's login.
    pub owner: String,
    /// Its name, without the owner.
    pub name: String,
    /// Whether anybody may read it.
    pub public: bool,
    /// The name of its default branch.
    pub default_branch: String,
}

/// The pull request itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its number in the repository.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its description as it stands now.
    pub body: String,
    /// Who opened it; `None` for a deleted account.
    pub author: Option<Account>,
    /// Open, closed or merged.
    pub state: ChangeState,
    /// Whether it is marked as not ready for review.
    pub draft: bool,
    /// The branch it is to go into.
    pub base: Branch,
    /// The commit that is to go in, and the branch it is on.
    pub head: Branch,
    /// The owner of the repository that the head is in; `None` where that repository is gone.
    pub head_owner: Option<String>,
    /// Whether the head is in another repository.
    pub fork: bool,
    /// Names of the labels.
    pub labels: Vec<String>,
    /// GitHub's own instant of its last change.
    pub updated_at: Timestamp,
}

/// Whether a pull request can still go in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeState {
    /// It waits.
    Open,
    /// It was given up.
    Closed,
    /// It went in.
    Merged,
}

/// A branch and the commit at its tip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The branch's name, without `refs/heads/`.
    pub name: String,
    /// The commit at its tip when the facts were read.
    pub tip: Oid,
}

/// A changed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path; after a rename the new one.
    pub path: String,
    /// The path before a rename. Unknown where a rename's old name was not fetched.
    pub old_path: Known<Option<String>>,
    /// What happened to it.
    pub status: FileStatus,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
}

/// What a change does to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileStatus {
    /// It is new.
    Added,
    /// Its content differs.
    Modified,
    /// It is gone.
    Removed,
    /// It has another path.
    Renamed,
    /// It was copied from another path.
    Copied,
    /// Its mode or type differs.
    Changed,
}

/// A commit of the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub oid: Oid,
    /// Who wrote it.
    pub author: Attribution,
    /// Who put it in.
    pub committer: Attribution,
    /// Who is named in `Co-authored-by` trailers and known to GitHub.
    pub co_authors: Vec<Account>,
    /// Whether GitHub verified its signature.
    pub verified: bool,
}

/// Whom GitHub holds to be behind a commit's name and e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribution {
    /// That account.
    Account(Account),
    /// GitHub itself, which commits what is done on its pages.
    GitHub,
    /// Nobody: the e-mail address is no account's.
    Nobody {
        /// The name in the commit, for people to recognise it.
        name: String,
    },
}

/// A review that approves, asks for changes, or was dismissed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// GitHub's number for it.
    pub id: u64,
    /// Who gave it; `None` for a deleted account.
    pub author: Option<Account>,
    /// What it says now.
    pub verdict: ReviewVerdict,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// The commit it was given on; `None` where that commit is gone.
    pub commit: Option<Oid>,
    /// Whether the reviewer may push to the repository.
    pub can_write: bool,
    /// What the reviewer had before them.
    pub seen: Seen,
}

/// What a review says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewVerdict {
    /// It approves.
    Approved,
    /// It asks for changes.
    ChangesRequested,
    /// It was taken back.
    Dismissed {
        /// By whom; unknown where GitHub does not say.
        by: Option<Account>,
        /// Whether it had asked for changes; unknown where GitHub does not say.
        asked_for_changes: Option<bool>,
    },
}

/// What a reviewer had before them when they submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The name of the base branch.
    pub base: Known<String>,
    /// The commits from base to head, as one hash: the same head over the same commits is the same net diff.
    pub commits: Known<String>,
    /// The description as it stood.
    pub body: Known<String>,
    /// Whether the reviewer was in a team at the first look after the review. Unknown where the team could not be read
    /// until too long afterwards. What is not here was not asked for then, and counts as it is now.
    pub member_of: BTreeMap<TeamName, Known<bool>>,
    /// Whether the reviewer could push to the repository at that look. `None` where nothing remembers it: as it is now.
    pub could_write: Option<bool>,
    /// What the reviewer might do in the repository at that look, and inside `None` for somebody who could not even read
    /// it. Unknown as in [`Seen::member_of`]; `None` where it was not asked for then: as it is now.
    pub held: Option<Known<Option<Permission>>>,
}

/// A check run or a commit status of the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name, or a status' context.
    pub name: String,
    /// What made it.
    pub maker: CheckMaker,
    /// How it stands.
    pub state: CheckState,
    /// Whether GitHub requires it on the base.
    pub required: bool,
}

/// What made a check.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckMaker {
    /// A GitHub App's check run, by the App's slug; `github-actions` for workflows.
    App {
        /// GitHub's number for the App.
        id: u64,
        /// The App's slug.
        slug: String,
    },
    /// A commit status by that account; `None` for a deleted one.
    Creator(Option<Account>),
}

/// How a check stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckState {
    /// Queued, waiting, running, or a pending status.
    Running,
    /// Done, with GitHub's conclusion in lower case (`success`, `failure`, `skipped`, `timed_out`, …); a status' state likewise.
    Concluded(String),
}

/// Whether GitHub holds a merge for our check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enforced {
    /// Required on the base, and only from this App.
    Yes,
    /// Not; the text says why, as in `main does not require the check`.
    No(String),
    /// It could not be read.
    Unknown(String),
}

/// One hash over the commits of a change, whatever their order.
///
/// What [`Seen::commits`] holds for a review is this hash over the commits at that time: the same head over the same
/// commits is the same net diff.
pub fn commits_hash(commits: &[Commit]) -> String {
    oids_hash(commits.iter().map(|commit| &commit.oid))
}

/// The same over the commits' ids.
pub fn oids_hash<'a>(commits: impl Iterator<Item = &'a Oid>) -> String {
    let mut ids: Vec<&str> = commits.map(Oid::as_str).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut hash = Sha256::new();
    for id in ids {
        hash.update(id.as_bytes());
        hash.update(b"\n");
    }
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    hash.finalize().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
