//! A pull request and everything that hangs under it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::git::Oid;

#[derive(Clone, Debug)]
pub(crate) struct PullRequest {
    pub id: u64,
    pub number: u64,
    pub repository: u64,
    pub author: u64,
    pub title: String,
    pub body: Option<String>,
    pub draft: bool,
    pub open: bool,
    pub locked: bool,
    pub merged: Option<Merge>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub base: String,
    /// The base branch when GitHub last compared: pushes to the base do not move it.
    pub base_oid: Oid,
    pub head: String,
    pub head_oid: Oid,
    /// Gone if the fork was deleted.
    pub head_repository: Option<u64>,
    pub labels: BTreeSet<u64>,
    pub assignees: BTreeSet<u64>,
    pub requested_users: BTreeSet<u64>,
    pub requested_teams: BTreeSet<u64>,
    pub edits: Vec<Arc<Edit>>,
    pub comments: Vec<Arc<Comment>>,
    pub reviews: Vec<Arc<Review>>,
    pub threads: Vec<Arc<Thread>>,
    pub timeline: Vec<Arc<Item>>,
    pub auto_merge: Option<AutoMerge>,
}

#[derive(Clone, Debug)]
pub(crate) struct Merge {
    pub at: Timestamp,
    pub by: u64,
    pub commit: Oid,
}

#[derive(Clone, Debug)]
pub(crate) struct AutoMerge {
    pub at: Timestamp,
    pub by: u64,
}

/// One version of a text, as its edit history keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pub id: u64,
    pub at: Timestamp,
    pub by: u64,
    pub text: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub id: u64,
    pub author: u64,
    /// The App it was written through.
    pub app: Option<u64>,
    pub body: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub edits: Vec<Arc<Edit>>,
    pub minimized: Option<String>,
    /// Who reacted, and with what.
    pub reactions: Vec<(u64, String)>,
}

/// What a review says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go ahead.
    Approve,
    /// Not like this.
    RequestChanges,
    /// Just words.
    Comment,
}

/// The state of a review, as GitHub shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReviewState {
    Approved,
    ChangesRequested,
    Commented,
    Dismissed,
}

impl ReviewState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::ChangesRequested => "CHANGES_REQUESTED",
            Self::Commented => "COMMENTED",
            Self::Dismissed => "DISMISSED",
        }
    }
}

impl From<Verdict> for ReviewState {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Approve => Self::Approved,
            Verdict::RequestChanges => Self::ChangesRequested,
            Verdict::Comment => Self::Commented,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub id: u64,
    pub author: u64,
    pub state: ReviewState,
    pub body: String,
    pub commit: Oid,
    pub submitted_at: Timestamp,
    pub updated_at: Timestamp,
    /// Teams whose request for a review this one answered.
    pub on_behalf_of: Vec<u64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub id: u64,
    pub path: String,
    pub line: u64,
    /// The head when it was begun.
    pub commit: Oid,
    pub resolved_by: Option<u64>,
    pub comments: Vec<Arc<ThreadComment>>,
}

#[derive(Clone, Debug)]
pub(crate) struct ThreadComment {
    pub id: u64,
    pub author: u64,
    pub body: String,
    pub at: Timestamp,
    pub review: u64,
}

/// Something that happened to a pull request.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub id: u64,
    pub at: Timestamp,
    pub actor: u64,
    pub what: Happened,
}

#[derive(Clone, Debug)]
pub(crate) enum Happened {
    AddedToMergeQueue,
    AutoMergeDisabled,
    AutoMergeEnabled,
    BaseRefChanged { from: String, to: String },
    Closed,
    ConvertToDraft,
    HeadRefDeleted,
    HeadRefForcePushed { before: Oid, after: Oid },
    Labeled(u64),
    Merged(Oid),
    ReadyForReview,
    RemovedFromMergeQueue(Option<String>),
    RenamedTitle { from: String, to: String },
    Reopened,
    ReviewDismissed { review: u64, before: ReviewState, message: String },
    ReviewRequestRemoved(Reviewer),
    ReviewRequested(Reviewer),
    Unlabeled(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reviewer {
    User(u64),
    Team(u64),
}

impl PullRequest {
    pub(crate) fn state_name(&self) -> &'static str {
        match (&self.merged, self.open) {
            (Some(_), _) => "MERGED",
            (None, true) => "OPEN",
            (None, false) => "CLOSED",
        }
    }

    pub(crate) fn cross_repository(&self) -> bool {
        self.head_repository != Some(self.repository)
    }

    /// Each author's last review that takes a side, dismissed ones included.
    pub(crate) fn opinions(&self) -> Vec<&Arc<Review>> {
        self.last_by_author(|it| it.state != ReviewState::Commented)
    }

    /// Each author's last review.
    pub(crate) fn latest(&self) -> Vec<&Arc<Review>> {
        self.last_by_author(|_| true)
    }

    fn last_by_author(&self, counts: impl Fn(&Review) -> bool) -> Vec<&Arc<Review>> {
        let mut last: BTreeMap<u64, &Arc<Review>> = BTreeMap::new();
        for review in self.reviews.iter().filter(|it| counts(it)) {
            last.insert(review.author, review);
        }
        let mut last: Vec<_> = last.into_values().collect();
        last.sort_by_key(|review| review.id);
        last
    }

    pub(crate) fn review(&self, id: u64) -> Option<&Arc<Review>> {
        self.reviews.iter().find(|it| it.id == id)
    }
}
