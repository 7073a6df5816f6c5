//! A repository: branches, permissions, rules, pushes, and the marks on its commits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::checks::{CheckRun, CommitMarks, Deployment, Gate};
use super::index::Index;
use super::issue::Issue;
use super::pull_request::{PullRequest, ReviewState};
use crate::diff::{self, FileChange};
use crate::git::{Commit, Object, Objects, Oid};

/// Who can see a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Those who were let in.
    Private,
    /// Everybody in the enterprise.
    Internal,
}

impl Visibility {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Internal => "internal",
        }
    }
}

/// What an account may do in a repository; more is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Look.
    Read,
    /// Manage issues and pull requests.
    Triage,
    /// Push.
    Write,
    /// Manage the repository, but nothing that destroys.
    Maintain,
    /// Everything.
    Admin,
}

impl Permission {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Triage => "triage",
            Self::Write => "write",
            Self::Maintain => "maintain",
            Self::Admin => "admin",
        }
    }

    /// The coarse name that older parts of REST use.
    pub(crate) fn coarse(self) -> &'static str {
        match self {
            Self::Read | Self::Triage => "read",
            Self::Write | Self::Maintain => "write",
            Self::Admin => "admin",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pub id: u64,
    pub owner: u64,
    pub name: String,
    pub visibility: Visibility,
    pub archived: bool,
    pub default_branch: String,
    pub fork_of: Option<u64>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub pushed_at: Option<Timestamp>,
    pub collaborators: BTreeMap<u64, Permission>,
    /// Custom properties that are set; an organisation's repository has some or none.
    pub properties: BTreeMap<String, serde_json::Value>,
    pub teams: BTreeMap<u64, Permission>,
    /// Shared with all forks.
    pub objects: Arc<Objects>,
    pub branches: BTreeMap<String, Oid>,
    pub index: Index,
    /// Those whose pull requests were merged.
    pub contributors: BTreeSet<u64>,
    pub labels: BTreeMap<u64, Arc<Label>>,
    pub pull_requests: BTreeMap<u64, Arc<PullRequest>>,
    pub last_number: u64,
    /// Those that are no pull requests.
    pub issues: BTreeMap<u64, Arc<Issue>>,
    /// Whether the App may not write issues.
    pub issues_refused: bool,
    /// Comment to the number of its pull request or issue.
    pub comments: BTreeMap<u64, u64>,
    pub marks: BTreeMap<Oid, Arc<CommitMarks>>,
    /// Check run to its commit.
    pub check_runs: BTreeMap<u64, Oid>,
    pub deployments: BTreeMap<u64, Arc<Deployment>>,
    pub gates: Vec<Arc<Gate>>,
    pub rules: Vec<Arc<Rule>>,
    pub pushes: Vec<Arc<Push>>,
    pub queue: Vec<Arc<QueueEntry>>,
    /// Branches that merge through a queue.
    pub queued_branches: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub id: u64,
    pub name: String,
    pub color: String,
}

/// One rule of a ruleset, on the branches that bear this name.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub id: u64,
    pub branch: String,
    pub demand: Demand,
}

#[derive(Clone, Debug)]
pub(crate) enum Demand {
    /// A check of this name, by this App or by anybody.
    Check { context: String, app: Option<u64> },
    /// The same by the branch's own protection, which no list of rules shows.
    Protected { context: String },
    /// This many approvals.
    Approvals(u64),
}

#[derive(Clone, Debug)]
pub(crate) struct Push {
    pub id: u64,
    pub branch: String,
    pub before: Oid,
    pub after: Oid,
    pub by: u64,
    pub at: Timestamp,
    pub kind: PushKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PushKind {
    Push,
    ForcePush,
    BranchCreation,
    BranchDeletion,
    PrMerge,
    MergeQueueMerge,
}

impl PushKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::ForcePush => "force_push",
            Self::BranchCreation => "branch_creation",
            Self::BranchDeletion => "branch_deletion",
            Self::PrMerge => "pr_merge",
            Self::MergeQueueMerge => "merge_queue_merge",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct QueueEntry {
    pub id: u64,
    pub number: u64,
    pub branch: String,
    pub by: u64,
    pub at: Timestamp,
    /// The group's branch, base and head, once its checks are asked for.
    pub group: Option<Group>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub branch: String,
    pub base: Oid,
    pub head: Oid,
}

impl Repository {
    pub(crate) fn marks(&self, oid: &str) -> Option<&Arc<CommitMarks>> {
        self.marks.get(&Oid::from(oid))
    }

    pub(crate) fn check_run(&self, id: u64) -> Option<&Arc<CheckRun>> {
        let commit = self.check_runs.get(&id)?;
        self.marks.get(commit)?.runs.iter().find(|run| run.id == id)
    }

    /// Moves a branch, or removes it.
    pub(crate) fn set_branch(&mut self, branch: &str, tip: Option<Oid>) {
        self.index.move_tip(branch, self.branches.get(branch), tip.as_ref());
        match tip {
            Some(tip) => drop(self.branches.insert(branch.to_owned(), tip)),
            None => drop(self.branches.remove(branch)),
        }
    }

    pub(crate) fn tip(&self, branch: &str) -> Option<&Oid> {
        self.branches.get(branch)
    }

    /// A branch, a full ref, a commit id or a short one, resolved to a commit.
    pub(crate) fn resolve(&self, reference: &str) -> Option<Arc<Commit>> {
        if reference == "HEAD" {
            return self.resolve(&self.default_branch);
        }
        let branch = reference.strip_prefix("refs/heads/").or(reference.strip_prefix("heads/")).unwrap_or(reference);
        if let Some(tip) = self.tip(branch) {
            return self.objects.commit(tip);
        }
        if let Some(rest) = reference.strip_prefix("refs/pull/").or(reference.strip_prefix("pull/")) {
            let (number, what) = rest.split_once('/')?;
            let pull_request = self.pull_requests.get(&number.parse().ok()?)?;
            return if what == "head" { self.objects.commit(&pull_request.head_oid) } else { None };
        }
        self.objects.commit(reference)
    }

    /// What an expression like `main:docs/a.md` names.
    pub(crate) fn object(&self, expression: &str) -> Option<(Oid, Object)> {
        let oid = match expression.split_once(':') {
            Some((reference, path)) => {
                let tree = self.resolve(reference).map(|it| it.tree.clone());
                let tree = tree.or_else(|| self.objects.tree(reference).map(|_| Oid::from(reference)))?;
                self.objects.at(&tree, path)?.oid
            }
            None => match self.resolve(expression) {
                Some(commit) => commit.oid.clone(),
                None => Oid::from(expression),
            },
        };
        self.objects.find(&oid).map(|object| (oid, object))
    }

    /// The files of `head` that differ from where it left `base`.
    pub(crate) fn files_between(&self, base: &str, head: &str) -> Arc<Vec<FileChange>> {
        let from = self.objects.merge_base(base, head).and_then(|oid| self.objects.commit(&oid));
        let (Some(from), Some(to)) = (from, self.objects.commit(head)) else { return Arc::default() };
        diff::files(&self.objects, &from.tree, &to.tree)
    }

    pub(crate) fn files(&self, pull_request: &PullRequest) -> Arc<Vec<FileChange>> {
        self.files_between(&pull_request.base_oid, &pull_request.head_oid)
    }

    pub(crate) fn commits(&self, pull_request: &PullRequest) -> Arc<Vec<Arc<Commit>>> {
        self.objects.range(&pull_request.base_oid, &pull_request.head_oid)
    }

    /// Whether the rules on `branch` demand a check of this name by this App.
    pub(crate) fn requires(&self, branch: &str, name: &str, by: Option<u64>) -> bool {
        self.rules.iter().any(|rule| match &rule.demand {
            Demand::Check { context, app } => rule.branch == branch && context == name && (app.is_none() || *app == by),
            Demand::Protected { context } => rule.branch == branch && context == name,
            Demand::Approvals(_) => false,
        })
    }

    pub(crate) fn required_approvals(&self, branch: &str) -> Option<u64> {
        let demands = self.rules.iter().filter(|rule| rule.branch == branch);
        demands.filter_map(|rule| if let Demand::Approvals(n) = rule.demand { Some(n) } else { None }).max()
    }

    /// Open pull requests of this repository whose head is this commit of this repository.
    pub(crate) fn pull_requests_at(&self, oid: &str) -> impl Iterator<Item = &Arc<PullRequest>> {
        let found = self.index.at_head(oid).filter_map(|number| self.pull_requests.get(&number));
        found.filter(|it| it.head_repository == Some(self.id))
    }
}

impl Repository {
    /// What the rules on its base branch still want of a pull request.
    pub(crate) fn missing_for_merge(&self, it: &PullRequest) -> Vec<String> {
        let mut missing = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.branch == it.base) {
            match &rule.demand {
                Demand::Check { context, app } if !self.has_passed(&it.head_oid, context, *app) => {
                    missing.push(format!("the required check `{context}` has not succeeded"));
                }
                Demand::Approvals(count) => {
                    let approvals = it.opinions().iter().filter(|it| it.state == ReviewState::Approved).count();
                    if (approvals as u64) < *count {
                        missing.push(format!("{approvals} of {count} approvals"));
                    }
                }
                Demand::Protected { context } if !self.has_passed(&it.head_oid, context, None) => {
                    missing.push(format!("the required check `{context}` has not succeeded"));
                }
                Demand::Check { .. } | Demand::Protected { .. } => {}
            }
        }
        missing
    }

    /// Whether the newest check or status of this name, by this App or anybody, lets a commit in.
    pub(crate) fn has_passed(&self, commit: &str, name: &str, app: Option<u64>) -> bool {
        let Some(marks) = self.marks(commit) else { return false };
        let runs = marks.latest_runs();
        let mut runs = runs.iter().filter(|run| run.name == name && app.is_none_or(|app| run.app == app)).peekable();
        let green =
            |run: &&&Arc<CheckRun>| matches!(run.conclusion.as_deref(), Some("success" | "neutral" | "skipped"));
        let status = marks.latest_statuses().into_iter().find(|it| it.context == name && app.is_none());
        match (runs.peek().is_some(), status) {
            (true, status) => runs.all(|run| green(&run)) && status.is_none_or(|it| it.state == "success"),
            (false, Some(status)) => status.state == "success",
            (false, None) => false,
        }
    }
}
