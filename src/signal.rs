//! What an event of GitHub's tells us: where to look again, how new that look must
//! be, and what the event itself proves.
//!
//! `github::event` makes signals, `store` keeps them, `pipeline` acts on them. An
//! event never says what to conclude: there is no verdict in here.

use countersign_domain::account::{Account, Oid};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One delivery of a webhook, as the door took it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// GitHub's id for it (`X-GitHub-Delivery`); handled once.
    pub id: String,
    /// The event's name (`X-GitHub-Event`).
    pub event: String,
    /// The payload's `action`; empty where it has none.
    pub action: String,
    /// The installation it came for; 0 where it names none.
    pub installation: u64,
    /// When the door had read it.
    pub received_at: Timestamp,
    /// The raw body.
    pub payload: Vec<u8>,
    /// What it tells.
    pub signal: Signal,
}

/// What a delivery tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signal {
    /// The repository it is about, as it is called now.
    pub repository: Option<RepositoryName>,
    /// Whose deed it tells of, where it says so.
    pub sender: Option<Account>,
    /// Where to look again.
    pub marks: Vec<Mark>,
    /// What it proves.
    pub evidence: Vec<Evidence>,
    /// Whether a person waits for what comes of it.
    pub awaited: bool,
    /// What its marks that can only take green away do so for.
    pub lowered: Option<Lowered>,
}

/// What took away from that which a green check stands on, for the words that take the check back. Logins are there
/// where whoever may see the check may see them anyway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lowered {
    /// A review was dismissed.
    Dismissal {
        /// Who dismissed it.
        by: Option<String>,
    },
    /// A review asks for changes.
    ChangesRequested {
        /// Whose.
        by: Option<String>,
    },
    /// A check run or status is not green any more.
    Check {
        /// Its name.
        name: String,
    },
    /// A deployment is no longer in the state that was asked for.
    Deployment {
        /// The environment.
        environment: String,
    },
    /// A review thread was begun, or opened again.
    Thread,
    /// The head moved.
    Push {
        /// Who moved it.
        by: Option<String>,
    },
    /// The title or the description was edited.
    Edit {
        /// Who edited it.
        by: Option<String>,
    },
    /// The pull request goes into another branch.
    Retarget,
    /// The pull request is a draft again.
    Draft,
    /// The members of a team, or who may do what, have changed.
    Membership,
    /// Somebody set a workflow to work that may have made the change.
    Dispatch,
    /// Somebody holds the change by command.
    Hold {
        /// Who.
        by: Option<String>,
    },
}

/// A repository, its number and what it is called now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryName {
    /// GitHub's number for it.
    pub id: u64,
    /// Its owner's login.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// Its default branch; empty where the event does not say.
    pub default_branch: String,
}

/// Where to look again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// One pull request.
    Pull {
        /// Its repository.
        repository: u64,
        /// Its number.
        number: u64,
        /// How new the look must be.
        want: Want,
        /// Whether the event can only take green away: it does so even where nothing can be read.
        lowers: bool,
    },
    /// Every open pull request with this head.
    Head {
        /// Its repository.
        repository: u64,
        /// The commit.
        head: Oid,
        /// The check or status that moved; `None` where any look is wanted.
        check: Option<MovedCheck>,
        /// How new the look must be.
        want: Want,
        /// Whether the event can only take green away.
        lowers: bool,
    },
    /// Every open pull request with this head whose policies ask for what moved.
    Asked {
        /// Its repository.
        repository: u64,
        /// The commit.
        head: Oid,
        /// What moved.
        moved: Moved,
        /// How new the look must be.
        want: Want,
        /// Whether the event can only take green away.
        lowers: bool,
    },
    /// Every open pull request into this branch: its policy, or the branch itself, moved. Every look is held to the pushes
    /// that were seen, so that this asks for nothing more.
    Base {
        /// Its repository.
        repository: u64,
        /// The branch.
        branch: String,
    },
    /// Every open pull request of the owner's repositories: the organisation's policy moved.
    Owner {
        /// The owner's login.
        owner: String,
    },
    /// Every open pull request whose policies name this team, or one below it.
    Team {
        /// The organisation's login.
        organisation: String,
        /// The team's slug; empty for every team of the organisation.
        slug: String,
        /// Whether it can only take green away: somebody or something is gone from it.
        lowers: bool,
    },
    /// Every pull request of the repository that went in by a model lately: a deployment failed.
    Deployed {
        /// Its repository.
        repository: u64,
    },
    /// Every pull request that went in lately and that a deployment of this commit may bring, or take back.
    Shipped {
        /// Its repository.
        repository: u64,
        /// The commit.
        head: Oid,
    },
    /// A merge group to be answered.
    Group {
        /// Its repository.
        repository: u64,
        /// The branch it is to go into.
        base: String,
        /// The group's head commit.
        head: Oid,
    },
    /// A deployment that waits for an answer.
    Gate {
        /// Its repository.
        repository: u64,
        /// GitHub's number for the workflow run.
        run: u64,
        /// The environment, as GitHub calls it.
        environment: String,
    },
    /// A push to a branch, which came by a pull request or did not.
    Pushed {
        /// Its repository.
        repository: u64,
        /// The branch.
        branch: String,
        /// The commit that it left there.
        head: Oid,
    },
    /// What the review on this issue is of: somebody answered there.
    Issue {
        /// Its repository.
        repository: u64,
        /// The issue's number.
        number: u64,
    },
    /// Everything open in an installation's repositories: it was made, or repositories were added.
    Installation {
        /// The installation.
        installation: u64,
    },
}

impl Mark {
    /// Whether it is of an event that can only take green away.
    pub fn lowers(&self) -> bool {
        match self {
            Self::Pull { lowers, .. }
            | Self::Head { lowers, .. }
            | Self::Asked { lowers, .. }
            | Self::Team { lowers, .. } => *lowers,
            Self::Base { .. }
            | Self::Owner { .. }
            | Self::Deployed { .. }
            | Self::Shipped { .. }
            | Self::Group { .. }
            | Self::Gate { .. }
            | Self::Pushed { .. }
            | Self::Issue { .. }
            | Self::Installation { .. } => false,
        }
    }
}

/// A check run or commit status that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedCheck {
    /// Its name, or the status' context.
    pub name: String,
    /// The App's slug; `None` for a commit status.
    pub app: Option<String>,
    /// Whether it is a check run of our own App.
    pub ours: bool,
}

/// Something beside the checks that moved, and that only some policies ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// A deployment to this environment, as GitHub calls it.
    Deployment {
        /// The environment.
        environment: String,
    },
    /// A review thread.
    Thread,
}

/// How new a look must be to count for the event that asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    /// Any look after the event.
    Anything,
    /// The pull request's `updatedAt` is at least this.
    UpdatedAt(Timestamp),
    /// The pull request is shown as closed without having gone in, or is newer than the event.
    Closed(Timestamp),
    /// The review is there in that state (`approved`, `changes_requested`, `dismissed`), or the pull request is newer.
    Review {
        /// GitHub's number for it.
        id: u64,
        /// Its state in lower case.
        state: String,
    },
    /// The check run is there at that status, or a newer one of its name and App is.
    Check {
        /// The commit it is on; a look at another head has nothing to wait for.
        head: String,
        /// GitHub's number for it.
        id: u64,
        /// Its name.
        name: String,
        /// The App's slug; empty where a former version asked: then of any App.
        #[serde(default)]
        app: String,
        /// Whether it was concluded.
        concluded: bool,
    },
    /// The status of that context is there in that state, or a newer one is.
    Status {
        /// The commit it is on.
        head: String,
        /// Its context.
        context: String,
        /// When it was made, to the second: two may share it.
        at: Timestamp,
        /// Its state in lower case; empty where a former version asked.
        #[serde(default)]
        state: String,
    },
    /// The deployment is there, with that status or a newer one.
    Deployment {
        /// The commit it is of; a look at another head has nothing to wait for.
        head: String,
        /// Its node id.
        node: String,
        /// The environment it is to; a look that was not asked for it has nothing to wait for.
        environment: String,
        /// When the status was made, to the second (two may share it), and its state in lower case; `None` for a new
        /// deployment.
        status: Option<(Timestamp, String)>,
    },
    /// The review thread is there, resolved or not.
    Thread {
        /// Its node id.
        node: String,
        /// Whether it was resolved.
        resolved: bool,
    },
    /// The head is this commit, or the pull request is newer than the event.
    Head {
        /// The commit.
        head: String,
        /// The event's own instant.
        at: Timestamp,
    },
    /// The base is this branch, or the pull request is newer than the event.
    Base {
        /// The branch.
        base: String,
        /// The event's own instant.
        at: Timestamp,
    },
    /// Teams are read again after this instant.
    Members(Timestamp),
    /// Any look after the event; and a comment that GitHub would not take is tried again, because now it may.
    Comment,
    /// A new check run is wanted even where nothing differs: somebody pressed "Re-run" on this one, or on all (0).
    Rerun(u64),
    /// Any look after the event; and the whole explanation in the comment: somebody pressed the button.
    Explain,
    /// So much moved at once, the last of it received at this instant, that not all of it is kept apart. No look shows all
    /// of it for certain.
    Uncounted(Timestamp),
}

/// What an event proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// Somebody moved a branch.
    Push {
        /// The repository whose branch it is.
        repository: u64,
        /// The branch, without `refs/heads/`.
        branch: String,
        /// The commit before; empty for a new branch.
        before: String,
        /// The commit after; empty for a deleted branch.
        after: String,
        /// Who.
        sender: Account,
    },
    /// Somebody moved the head of a pull request.
    HeadMoved {
        /// Its repository.
        repository: u64,
        /// Its number.
        number: u64,
        /// The commit before; empty where the event does not say.
        before: String,
        /// The commit after.
        after: String,
        /// Who.
        sender: Account,
    },
    /// A description as it stood at an instant.
    Body {
        /// Its repository.
        repository: u64,
        /// Its number.
        number: u64,
        /// From when it stood so.
        at: Timestamp,
        /// Who wrote it; `None` where the event does not say.
        editor: Option<Account>,
        /// The text.
        text: String,
    },
    /// Somebody gave a command in a comment.
    Command(GivenCommand),
    /// Somebody joined a team or left it.
    Member(MemberMove),
    /// Somebody set a workflow run to work.
    Dispatched(Dispatch),
    /// A deployment succeeded or failed.
    Deployed {
        /// Its repository.
        repository: u64,
        /// The commit.
        head: Oid,
        /// The environment, as GitHub calls it.
        environment: String,
        /// GitHub's number for the account that made it; 0 where the event does not say.
        creator: u64,
        /// Whether it failed.
        failed: bool,
        /// When that was said.
        at: Timestamp,
    },
    /// A deployment was made, or said how it stands.
    Deployment(DeploymentMove),
    /// A deployment waits at an environment for our word.
    GateAsked(GateRequest),
    /// A pull request's head, base and state, for the indexes.
    Pull(PullIndex),
    /// A merge group went in, or was given up.
    GroupGone {
        /// Its repository.
        repository: u64,
        /// The branch it was to go into.
        base: String,
        /// The group's head commit.
        head: Oid,
    },
    /// A repository left the installation, or is gone.
    RepositoryGone {
        /// GitHub's number for it.
        repository: u64,
    },
    /// An installation ended or was suspended.
    InstallationGone {
        /// Its number.
        installation: u64,
    },
}

/// A command in a comment, as the event of the comment's making tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenCommand {
    /// The repository of its pull request.
    pub repository: u64,
    /// The pull request's number.
    pub number: u64,
    /// GitHub's number for the comment.
    pub comment: u64,
    /// Who gave it.
    pub by: Account,
    /// The command's line after `/countersign`.
    pub line: String,
    /// When it was written, to the second, by GitHub's clock.
    pub written_at: Timestamp,
}

/// A deployment, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentMove {
    /// Its repository.
    pub repository: u64,
    /// GitHub's number for it.
    pub deployment: u64,
    /// The environment, as GitHub calls it.
    pub environment: String,
    /// The commit.
    pub head: Oid,
    /// Its state in lower case; empty for a new deployment.
    pub state: String,
    /// When that was said.
    pub at: Timestamp,
}

/// A deployment that waits at an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateRequest {
    /// Its repository.
    pub repository: u64,
    /// GitHub's number for the workflow run.
    pub run: u64,
    /// The environment, as GitHub calls it.
    pub environment: String,
    /// GitHub's number for the deployment; 0 where the event does not say.
    pub deployment: u64,
    /// The commit; empty where the event does not say.
    pub head: Oid,
}

/// Somebody joined a team or left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberMove {
    /// The organisation's login.
    pub organisation: String,
    /// The team's slug; empty for every team of the organisation.
    pub slug: String,
    /// Who.
    pub account: Account,
    /// Whether they joined; else they left.
    pub joined: bool,
}

/// A workflow run that was set to work by hand or by a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    /// Its repository.
    pub repository: u64,
    /// GitHub's number for the run.
    pub run: u64,
    /// Which attempt of the run, from 1.
    pub attempt: u64,
    /// The people who did: whoever began the run, and whoever began this attempt.
    pub actors: Vec<Account>,
    /// The branch it ran on.
    pub branch: String,
    /// The commit it ran on.
    pub head: Oid,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was over, where the event says so.
    pub ended_at: Option<Timestamp>,
}

/// What the indexes know of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullIndex {
    /// Its repository.
    pub repository: u64,
    /// Its number.
    pub number: u64,
    /// The head commit.
    pub head: Oid,
    /// The base branch.
    pub base: String,
    /// Whether it is open.
    pub open: bool,
    /// GitHub's instant of the state; an older one never overwrites a newer one.
    pub updated_at: Timestamp,
}
