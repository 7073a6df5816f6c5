//! A repository.

use std::sync::Arc;

use serde_json::json;

use super::{Changes, Check, Commit, Issue, NewPullRequest, Outcome, Owner, PullRequest, Team};
use crate::git::Oid;
use crate::state::repository::{Demand, Group, Permission, PushKind, Repository as State, Rule, Visibility};
use crate::turn::{CheckChange, CommitPlan, Opening, Run, StatusChange, Turn};
use crate::world::World;

/// A repository.
#[derive(Clone)]
pub struct Repository {
    pub(crate) world: Arc<World>,
    pub(crate) id: u64,
}

impl Repository {
    fn state(&self) -> Arc<State> {
        Arc::clone(self.world.live().repositories.get(&self.id).expect("a repository that was not deleted"))
    }

    /// `owner/name`.
    pub fn full_name(&self) -> String {
        self.world.live().full_name(&self.state())
    }

    /// Its number.
    pub fn id(&self) -> u64 {
        self.id
    }

    fn change(self, change: impl FnOnce(&mut State)) -> Self {
        self.world.turn(|turn| change(turn.repository_mut(self.id)));
        self
    }

    /// Lets in only those who were let in.
    pub fn private(self) -> Self {
        self.change(|it| it.visibility = Visibility::Private)
    }

    /// Lets in everybody of the enterprise.
    pub fn internal(self) -> Self {
        self.change(|it| it.visibility = Visibility::Internal)
    }

    /// Sets a custom property to a text or a list of texts, or takes its value away by a null.
    pub fn property(&self, name: &str, value: impl Into<serde_json::Value>) {
        self.world.turn(|turn| turn.repository_mut(self.id).properties.insert(name.to_owned(), value.into()));
    }

    /// Gives somebody a permission.
    pub fn grant(&self, login: &str, permission: Permission) {
        self.world.turn(|turn| {
            let user = turn.user(login);
            turn.repository_mut(self.id).collaborators.insert(user, permission);
        });
    }

    /// Takes somebody's own permission away.
    pub fn revoke(&self, login: &str) {
        self.world.turn(|turn| {
            let user = turn.user(login);
            turn.repository_mut(self.id).collaborators.remove(&user);
        });
    }

    /// Gives a team a permission, or takes it away.
    pub fn grant_team(&self, team: &Team, permission: Option<Permission>) {
        self.world.turn(|turn| turn.grant_team(self.id, team.id, permission));
    }

    /// A fork of it that belongs to somebody else.
    pub fn fork(&self, owner: &Owner) -> Self {
        let name = self.state().name.clone();
        let id = self.world.turn(|turn| turn.make_repository(owner.id, &name, Some(self.id)));
        Self { world: Arc::clone(&self.world), id }
    }

    /// Commits to a branch and pushes. A branch that is not there starts at the default branch.
    pub fn commit(&self, branch: &str, by: &str, changes: impl Into<Changes>) -> Oid {
        self.push(branch, Commit { by, changes: changes.into(), ..Commit::default() })
    }

    /// Commits to a branch and pushes, saying everything that can be said about a commit.
    pub fn push(&self, branch: &str, commit: Commit<'_>) -> Oid {
        self.world.turn(|turn| push(turn, self.id, branch, None, commit))
    }

    /// Makes a branch at the tip of another, without pushing anything new.
    pub fn branch(&self, name: &str, from: &str) -> Oid {
        let tip = self.tip(from);
        self.world.turn(|turn| {
            let by = turn.repository(self.id).owner;
            turn.push(self.id, name, by, Some(tip.clone()), PushKind::BranchCreation);
        });
        tip
    }

    /// Moves a branch to any commit.
    pub fn reset(&self, branch: &str, by: &str, to: &Oid) {
        self.world.turn(|turn| {
            let by = turn.user(by);
            turn.push(self.id, branch, by, Some(to.clone()), PushKind::ForcePush);
        });
    }

    /// Removes a branch; pull requests from it are closed.
    pub fn delete_branch(&self, branch: &str, by: &str) {
        self.world.turn(|turn| {
            let by = turn.user(by);
            turn.push(self.id, branch, by, None, PushKind::BranchDeletion);
        });
    }

    /// Removes a file from a branch.
    pub fn delete_file(&self, branch: &str, by: &str, path: &str) -> Oid {
        self.commit(branch, by, Changes::new().remove(path))
    }

    /// The commit at a branch's tip.
    ///
    /// # Panics
    /// If there is no such branch.
    pub fn tip(&self, branch: &str) -> Oid {
        self.state().tip(branch).unwrap_or_else(|| panic!("no branch `{branch}`")).clone()
    }

    /// Makes a check of this name required on a branch, by whoever.
    pub fn require_check(&self, branch: &str, name: &str) {
        self.rule(branch, Demand::Check { context: name.into(), app: None });
    }

    /// Makes a check of this name required on a branch, by this App.
    pub fn require_check_of(&self, branch: &str, name: &str, app: u64) {
        self.rule(branch, Demand::Check { context: name.into(), app: Some(app) });
    }

    /// Makes a check of this name required on a branch by the branch's own protection, by whoever.
    pub fn protect_with_check(&self, branch: &str, name: &str) {
        self.rule(branch, Demand::Protected { context: name.into() });
    }

    /// Makes approvals required on a branch.
    pub fn require_approvals(&self, branch: &str, count: u64) {
        self.rule(branch, Demand::Approvals(count));
    }

    fn rule(&self, branch: &str, demand: Demand) {
        self.world.turn(|turn| {
            let id = turn.state.next_id();
            turn.repository_mut(self.id).rules.push(Arc::new(Rule { id, branch: branch.into(), demand }));
        });
    }

    /// Takes all rules off a branch.
    pub fn drop_rules(&self, branch: &str) {
        self.world.turn(|turn| turn.repository_mut(self.id).rules.retain(|rule| rule.branch != branch));
    }

    /// Its issues that are no pull requests, oldest first.
    pub fn issues(&self) -> Vec<Issue> {
        let issue = |number: &u64| Issue { repository: self.clone(), number: *number };
        self.state().issues.keys().map(issue).collect()
    }

    /// Whether the App may write issues here.
    pub fn allow_issues(&self, allowed: bool) {
        self.world.turn(|turn| turn.repository_mut(self.id).issues_refused = !allowed);
    }

    /// Opens a pull request. Its branch is pushed first, unless nothing is to change.
    pub fn open_pull_request(&self, new: NewPullRequest<'_>) -> PullRequest {
        let from = new.fork.map_or(self.id, |fork| fork.id);
        let number = self.world.turn(|turn| {
            let author = turn.user(new.author);
            let here = turn.repository(self.id);
            let base = if new.base.is_empty() { here.default_branch.clone() } else { new.base.to_owned() };
            let named = format!("change-{}", here.last_number + 1);
            let head = if new.head.is_empty() { named.as_str() } else { new.head };
            let start = here.tip(&base).unwrap_or_else(|| panic!("no branch `{base}` in `{}`", here.name)).clone();
            drop(here);
            if !new.changes.is_empty() || turn.repository(from).tip(head).is_none() {
                let message = if new.message.is_empty() { new.title } else { new.message };
                let changes = if new.changes.is_empty() {
                    Changes::new().write("change.txt", &format!("{head}\n"))
                } else {
                    new.changes.clone()
                };
                let commit = Commit { by: new.author, message, changes, ..Commit::default() };
                push(turn, from, head, Some(&start), commit);
            }
            let opening = Opening {
                author,
                base: &base,
                head,
                head_repository: from,
                title: new.title,
                body: (!new.body.is_empty()).then_some(new.body),
                draft: new.draft,
            };
            turn.open(self.id, &opening)
        });
        self.pull_request(number)
    }

    /// The pull request of this number.
    pub fn pull_request(&self, number: u64) -> PullRequest {
        PullRequest { world: Arc::clone(&self.world), repository: self.id, number }
    }

    /// Writes a check run on a commit, for an App: a new one, or the newest of that name while it is not completed.
    pub fn check_run(&self, commit: &Oid, app: &str, name: &str, outcome: Outcome) -> u64 {
        self.world.turn(|turn| {
            let app = turn.make_app(app, None);
            let (status, conclusion) = outcome.names();
            let change = CheckChange {
                name: Some(name.into()),
                status: Some(status.into()),
                conclusion: conclusion.map(Into::into),
                ..CheckChange::default()
            };
            let here = turn.repository(self.id);
            let newest = here
                .marks(commit)
                .and_then(|marks| marks.runs.iter().rev().find(|run| run.app == app && run.name == name).cloned());
            drop(here);
            match newest.filter(|run| !run.completed()) {
                Some(run) => {
                    turn.update_run(self.id, run.id, change);
                    run.id
                }
                None => turn.create_run(self.id, commit, app, change),
            }
        })
    }

    /// Writes a status on a commit: `success`, `failure`, `error` or `pending`.
    pub fn status(&self, commit: &Oid, by: &str, context: &str, state: &str) {
        self.world.turn(|turn| {
            let creator = turn.user(by);
            turn.status(self.id, commit, &StatusChange { context, state, description: None, creator });
        });
    }

    /// All check runs on a commit, oldest first.
    pub fn checks(&self, commit: &Oid) -> Vec<Check> {
        let (live, state) = (self.world.live(), self.state());
        let runs = state.marks(commit).map(|marks| marks.runs.clone()).unwrap_or_default();
        runs.iter().map(|run| Check::of(&live, run)).collect()
    }

    /// Deploys a commit, and returns the deployment's number.
    pub fn deploy(&self, commit: &Oid, environment: &str, by: &str) -> u64 {
        self.world.turn(|turn| {
            let by = turn.user(by);
            let reference = turn.repository(self.id).default_branch.clone();
            turn.deploy(self.id, commit, &reference, environment, by)
        })
    }

    /// Says how a deployment went: `in_progress`, `success`, `failure` and so on.
    pub fn deployment_status(&self, deployment: u64, by: &str, state: &str) {
        self.world.turn(|turn| {
            let by = turn.user(by);
            turn.deployment_status(self.id, deployment, state, "", by);
        });
    }

    /// A deployment stops at an environment that the App guards. Returns the run to answer for.
    pub fn gate(&self, commit: &Oid, environment: &str, by: &str) -> u64 {
        self.world.turn(|turn| {
            let by = turn.user(by);
            let reference = turn.repository(self.id).default_branch.clone();
            turn.gate(self.id, commit, &reference, environment, by)
        })
    }

    /// The deployment of a run that waits, or waited.
    pub fn gated_deployment(&self, run: u64) -> u64 {
        let state = self.state();
        state.gates.iter().find(|gate| gate.run == run).map(|gate| gate.deployment).unwrap_or_default()
    }

    /// What the App answered for a run that waits: state and comment, in order.
    pub fn gate_answers(&self, run: u64) -> Vec<(String, String)> {
        let state = self.state();
        state.gates.iter().find(|gate| gate.run == run).map(|gate| gate.answers.clone()).unwrap_or_default()
    }

    /// What an App says next of a commit goes into another suite, as what another run of a workflow says does.
    pub fn another_suite(&self, commit: &Oid, app: &str) {
        self.world.turn(|turn| {
            let app = turn.make_app(app, None);
            turn.another_suite(self.id, commit, app);
        });
    }

    /// A workflow of GitHub Actions ran on a commit.
    pub fn workflow_run(&self, commit: &Oid, name: &str, conclusion: &str) {
        self.world.turn(|turn| {
            let app = turn.make_app("github-actions", None);
            turn.workflow_run(self.id, commit, app, name, conclusion);
        });
    }

    /// Somebody sets a workflow of GitHub Actions to work on a branch; the run goes on until [`Dispatched::end`].
    pub fn dispatch(&self, by: &str, branch: &str, name: &str) -> Dispatched {
        let run = self.world.turn(|turn| {
            let (app, by) = (turn.make_app("github-actions", None), turn.user(by));
            turn.dispatch(self.id, branch, app, name, by)
        });
        Dispatched { repository: self.clone(), run }
    }

    /// The merge queue builds a group of these pull requests, in order, and asks for its checks.
    ///
    /// # Panics
    /// If none is given.
    pub fn merge_group(&self, by: &str, pull_requests: &[&PullRequest]) -> MergeGroup {
        let numbers: Vec<u64> = pull_requests.iter().map(|it| it.number).collect();
        let group = self.world.turn(|turn| {
            let by = turn.user(by);
            turn.merge_group(self.id, &numbers, by)
        });
        MergeGroup { repository: self.clone(), group }
    }

    /// Re-runs all checks of an App on a commit.
    pub fn rerequest_suite(&self, commit: &Oid, app: u64, by: &str) {
        self.world.turn(|turn| {
            let by = turn.user(by);
            turn.rerequest_suite(self.id, commit, app, by);
        });
    }

    /// Renames it.
    pub fn rename(&self, by: &str, name: &str) {
        self.tell("renamed", by, |it| {
            let from = std::mem::replace(&mut it.name, name.into());
            json!({ "changes": { "repository": { "name": { "from": from } } } })
        });
    }

    /// Makes another branch the default one.
    pub fn default_branch(&self, by: &str, branch: &str) {
        self.tell("edited", by, |it| {
            let from = std::mem::replace(&mut it.default_branch, branch.into());
            json!({ "changes": { "default_branch": { "from": from } } })
        });
    }

    /// Archives it.
    pub fn archive(&self, by: &str) {
        self.tell("archived", by, |it| {
            it.archived = true;
            json!({})
        });
    }

    fn tell(&self, action: &str, by: &str, change: impl FnOnce(&mut State) -> serde_json::Value) {
        self.world.turn(|turn| {
            let by = turn.user(by);
            let changes = change(turn.repository_mut(self.id));
            turn.change_repository(self.id, action, by, changes);
        });
    }

    /// Deletes it. Pull requests that come from it stay, from nowhere.
    pub fn delete(&self) {
        self.world.turn(|turn| turn.delete_repository(self.id));
    }

    /// Renames a label.
    pub fn rename_label(&self, by: &str, from: &str, to: &str) {
        self.world.turn(|turn| {
            let by = turn.user(by);
            turn.rename_label(self.id, by, from, to);
        });
    }

    /// The numbers of its open pull requests.
    pub fn open_numbers(&self) -> Vec<u64> {
        self.state().index.open.iter().copied().collect()
    }
}

/// Commits on top of a branch and pushes. A branch that is not there begins at `start`, or at the default branch.
pub(super) fn push(turn: &mut Turn<'_>, repository: u64, branch: &str, start: Option<&Oid>, commit: Commit<'_>) -> Oid {
    let by = turn.user(commit.by);
    let here = turn.repository(repository);
    let known = here.tip(branch).is_some();
    let tip = here.tip(branch).or(start).or_else(|| here.tip(&here.default_branch)).cloned();
    drop(here);
    let oid = make(turn, repository, tip.into_iter().collect(), commit);
    let kind = if known { PushKind::Push } else { PushKind::BranchCreation };
    turn.push(repository, branch, by, Some(oid.clone()), kind);
    oid
}

/// Makes a commit on these parents.
pub(super) fn make(turn: &mut Turn<'_>, repository: u64, mut parents: Vec<Oid>, commit: Commit<'_>) -> Oid {
    let by = turn.user(commit.by);
    let author = commit.author.unwrap_or_else(|| turn.identity(by));
    let said = |changes: &Changes| {
        let paths: Vec<&str> = changes.files.keys().map(String::as_str).take(3).collect();
        format!("Change {}", paths.join(", "))
    };
    let message = if commit.message.is_empty() { said(&commit.changes) } else { commit.message.to_owned() };
    parents.extend(commit.merges);
    let plan = CommitPlan {
        parents,
        changes: commit.changes.files,
        moves: commit.changes.moves,
        message,
        committer: commit.committer.unwrap_or_else(|| author.clone()),
        author,
        signature: commit.signature,
    };
    turn.commit(repository, plan)
}

/// A group in the merge queue.
#[derive(Clone)]
pub struct MergeGroup {
    repository: Repository,
    group: Group,
}

impl MergeGroup {
    /// The commit that would become the branch.
    pub fn head(&self) -> Oid {
        self.group.head.clone()
    }

    /// All check runs on it, oldest first.
    pub fn checks(&self) -> Vec<Check> {
        self.repository.checks(&self.group.head)
    }

    /// The newest check of this name on it.
    pub fn check(&self, name: &str) -> Option<Check> {
        self.checks().into_iter().rev().find(|check| check.name == name)
    }

    /// It goes in, and its pull requests are merged.
    pub fn land(&self) {
        let Repository { world, id } = &self.repository;
        world.turn(|turn| {
            let by = turn.user("github-merge-queue[bot]");
            turn.land_group(*id, &self.group, by);
        });
    }

    /// It is given up: `invalidated` or `dequeued`.
    pub fn give_up(&self, reason: &str) {
        let Repository { world, id } = &self.repository;
        world.turn(|turn| {
            let by = turn.user("github-merge-queue[bot]");
            turn.drop_group(*id, &self.group, by, reason);
        });
    }
}

/// A run of a workflow that somebody set to work.
pub struct Dispatched {
    repository: Repository,
    run: Run,
}

impl Dispatched {
    /// The run is over.
    pub fn end(&self, conclusion: &str) {
        let (world, id) = (&self.repository.world, self.repository.id);
        world.turn(|turn| turn.end_run(id, &self.run, conclusion));
    }
}
