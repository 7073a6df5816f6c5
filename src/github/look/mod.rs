//! The look: one read of a pull request, whole or not at all.
//!
//! Deliberately absent: conclusions. A look says what GitHub showed; what was not
//! shown is [`Known::Unknown`], and what moved while it was read is [`Outcome::Torn`].

mod asked;
mod comparison;
mod convert;
mod queue;
mod reading;
mod wire;

use std::collections::BTreeSet;

use countersign_domain::account::{Account, Oid};
use countersign_domain::decision::Reviewer;
use countersign_domain::facts::{Change, Check, Commit, File, Known, Repository};
use countersign_domain::plan::{RunStatus, ShownComment};
use countersign_domain::policy::{Read, Version};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::client::{FieldError, Installation, Partial};
use super::error::{Error, Result};

pub use asked::{Ask, AskedRead, DeploymentRead};
pub use queue::{Queue, QueueEntry};

const QUERY: &str = include_str!("look.graphql");

/// GitHub lists at most this many files of a pull request (its documents on "List pull requests files").
const MOST_FILES: u64 = 3_000;
/// REST lists at most this many commits of a pull request. GraphQL is known to list more, which GitHub does not document:
/// beyond this many the comparison is read.
pub(super) const MOST_COMMITS: u64 = 250;
/// Longer lists than this are not read: the fact is unknown.
const MOST_PAGES: usize = 60;

/// What is to be looked at.
#[derive(Debug, Clone)]
pub struct Target {
    /// The repository's owner.
    pub owner: String,
    /// The repository's name.
    pub name: String,
    /// The pull request's number.
    pub number: u64,
    /// The node id of our comment, where we know it.
    pub comment: Option<String>,
}

/// What a look gave.
#[derive(Debug)]
pub enum Outcome {
    /// All of it.
    Whole(Box<Look>),
    /// The pull request moved while it was read over several requests: look again.
    Torn,
}

/// What GitHub showed of a pull request.
#[derive(Debug, Clone)]
pub struct Look {
    /// The repository.
    pub repository: Repository,
    /// The pull request.
    pub change: Change,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When its description was last edited.
    pub body_edited_at: Option<Timestamp>,
    /// Every text that the description ever had, each with the instant from which it stood, oldest first; empty where
    /// GitHub's history is not whole.
    pub bodies: Vec<(Timestamp, String)>,
    /// Former bases: until when which branch was the base, oldest first.
    pub bases: Vec<(Timestamp, String)>,
    /// The owner of the repository that the head is in; `None` where that repository is gone.
    pub head_owner: Option<Account>,
    /// Whether a merge queue holds it.
    pub in_merge_queue: bool,
    /// When it went in, and the commit by which it did.
    pub merged: Option<(Timestamp, Oid)>,
    /// Who merged it; `None` where it did not go in, or GitHub names nobody.
    pub merged_by: Option<Account>,
    /// Everybody whom GitHub ever asked for a review, or took off again; `None` where that cannot be told.
    pub asked_reviewers: Option<BTreeSet<Reviewer>>,
    /// Accounts that the pull request is assigned to.
    pub assignees: Vec<Account>,
    /// The changed files; old names of renames are unknown here.
    pub files: Known<Vec<File>>,
    /// The commits from base to head.
    pub commits: Known<Vec<Commit>>,
    /// The reviews.
    pub reviews: Known<Vec<ReviewRead>>,
    /// The checks of the head.
    pub checks: Known<Vec<CheckRead>>,
    /// Our own check runs on the head, oldest first.
    pub own_runs: Vec<OwnRun>,
    /// Our own comment.
    pub own_comment: Option<OwnComment>,
    /// The organisation's policy file; [`Read::Unseen`] where GitHub shows no `.github` repository, be there one or not.
    pub organisation_policy: Read,
    /// Where it was read; `None` where GitHub shows no such branch.
    pub organisation_tip: Option<BranchTip>,
    /// Whether the installation covers chosen repositories only.
    pub selected_only: bool,
    /// The repository's policy file at the tip of the base.
    pub repository_policy: Read,
    /// The repository's policy file at the tip of the default branch.
    pub default_policy: Read,
    /// The commit at that tip; `None` where there is no such branch.
    pub default_tip: Option<Oid>,
    /// The repository's policy file at the head.
    pub head_policy: Known<Option<Version>>,
    /// Templates of pull requests, of the repository and of `OWNER/.github`.
    pub templates: Vec<Version>,
    /// What is left of GitHub's GraphQL budget, and until when.
    pub budget: Option<(i64, Timestamp)>,
    /// What only some policies ask for: read beside the look, once the policies are known.
    pub asked: AskedRead,
}

/// The commit at the tip of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchTip {
    /// GitHub's number for the repository.
    pub repository: u64,
    /// The branch's name.
    pub branch: String,
    /// The commit.
    pub tip: Oid,
}

/// A review as GitHub shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRead {
    /// GitHub's number for it.
    pub id: u64,
    /// Who gave it.
    pub author: Option<Account>,
    /// `approved`, `changes_requested` or `dismissed`.
    pub state: String,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// The commit it was given on.
    pub commit: Option<Oid>,
    /// Whether the reviewer may push.
    pub can_write: bool,
    /// Who dismissed it, and whether it had asked for changes, where it was dismissed and GitHub says so.
    pub dismissal: Option<(Option<Account>, bool)>,
}

/// A check as GitHub shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRead {
    /// GitHub's number for a check run; 0 for a status.
    pub id: u64,
    /// When a status was made.
    pub made_at: Option<Timestamp>,
    /// What it says.
    pub check: Check,
}

/// A check run of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRun {
    /// GitHub's number for it.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// How it stands; `None` for a state that we never give, such as stale.
    pub status: Option<RunStatus>,
    /// The fingerprint that was sent with it.
    pub fingerprint: String,
    /// When it was written first; edits leave that as it is.
    pub started_at: Option<Timestamp>,
    /// When it was concluded; it is never edited afterwards. `None` where it is not.
    pub completed_at: Option<Timestamp>,
}

/// Our comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnComment {
    /// Its node id, for the next look.
    pub node: String,
    /// What is shown.
    pub shown: ShownComment,
}

impl Installation {
    /// Looks at a pull request. `Err(NotFound)` where there is none that this installation may see.
    pub async fn look(&self, target: &Target, marker: &str) -> Result<Outcome> {
        let slug = self.github().slug().await?.to_owned();
        let first = self.whole_or_half_page(target, Pages::first()).await?;
        let selected_only = self.selected_only().await?;
        let mut reading = reading::Reading::begin(first, target, &slug, marker, selected_only)?;
        let mut pages = 1;
        while let Some(next) = reading.next_pages() {
            pages += 1;
            if pages > MOST_PAGES {
                break;
            }
            let page = self.whole_or_half_page(target, next).await?;
            if !reading.add(page)? {
                return Ok(Outcome::Torn);
            }
        }
        let compared = reading.wants_comparison();
        if compared {
            let commits = self.compared_commits(target, reading.base(), reading.head()).await?;
            reading.set_commits(commits);
        }
        if (pages > 1 || compared) && !self.still_at(target, &reading).await? {
            return Ok(Outcome::Torn);
        }
        Ok(reading.finish().map_or(Outcome::Torn, |look| Outcome::Whole(Box::new(look))))
    }

    /// What GitHub could not finish in its time is asked for again with half the page.
    async fn whole_or_half_page(&self, target: &Target, pages: Pages) -> Result<Partial<wire::Data>> {
        match self.page(target, pages.clone(), 100).await {
            Err(Error::Outage(_)) => self.page(target, pages, 50).await,
            outcome => outcome,
        }
    }

    async fn page(&self, target: &Target, pages: Pages, size: u32) -> Result<Partial<wire::Data>> {
        self.graphql(QUERY, "Look", pages.variables(target, self.github().app_id(), size)).await
    }

    /// Whether base, head and `updatedAt` at the end of a long read are what they were at its start.
    async fn still_at(&self, target: &Target, reading: &reading::Reading) -> Result<bool> {
        let last = self.page(target, Pages::default(), 1).await?;
        Ok(reading.is_still(&last.data))
    }
}

/// The pages that a request asks for: `None` leaves a list out.
#[derive(Debug, Default, Clone)]
struct Pages {
    first: bool,
    files: Option<Cursor>,
    commits: Option<Cursor>,
    reviews: Option<Cursor>,
    checks: Option<Cursor>,
    comments: Option<Cursor>,
}

/// Where a page begins: `None` at the start.
type Cursor = Option<String>;

impl Pages {
    fn first() -> Self {
        let start = Some(None);
        Self {
            first: true,
            files: start.clone(),
            commits: start.clone(),
            reviews: start.clone(),
            checks: start.clone(),
            comments: start,
        }
    }

    fn variables(self, target: &Target, app_id: u64, size: u32) -> Value {
        json!({
            "owner": target.owner,
            "name": target.name,
            "number": target.number,
            "app": app_id,
            // Without an id the field is left out; GraphQL wants a value all the same.
            "comment": target.comment.as_deref().unwrap_or(""),
            "knowsComment": self.first && target.comment.is_some(),
            "page": size,
            "first": self.first,
            "files": self.files.is_some(),
            "filesAfter": self.files.flatten(),
            "commits": self.commits.is_some(),
            "commitsAfter": self.commits.flatten(),
            "reviews": self.reviews.is_some(),
            "reviewsAfter": self.reviews.flatten(),
            "checks": self.checks.is_some(),
            "checksAfter": self.checks.flatten(),
            "comments": self.comments.is_some() && target.comment.is_none(),
            "commentsAfter": self.comments.flatten(),
        })
    }
}

/// What reading a policy file of the first page came to.
fn file(entry: Option<&wire::TreeEntry>, path: &str) -> Read {
    let Some(entry) = entry else { return Read::Absent };
    match &entry.object {
        Some(wire::Blob { text: Some(text), is_truncated: false }) => {
            Read::Text(Version { blob: entry.oid.clone(), text: text.clone() })
        }
        _ => Read::Unreachable(format!("`{path}` is no text, or longer than GitHub gives out")),
    }
}

/// A commit with those behind it, as the fragment `CommitBits` asks for it.
pub(super) fn commit(node: &Value) -> Option<Commit> {
    let commit: wire::Commit = serde_json::from_value(node.clone()).ok()?;
    Some(convert::commit(commit))
}

/// Whether an error means that GitHub has nothing there for this installation.
fn is_not_found(error: &FieldError) -> bool {
    error.kind == "NOT_FOUND"
}
