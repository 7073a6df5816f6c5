//! Check runs, statuses, deployments and gates.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Turn;
use crate::git::Oid;
use crate::shape::{self, checks as show, code as show_code, repository as show_repository};
use crate::state::checks::{CheckRun, CheckSuite, CommitMarks, Deployment, DeploymentStatus, Gate, Status};
use crate::state::stamp;

/// A run that is not concluded by then is stale (GitHub's documents, "Checks").
const STALE_AFTER: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What is said about a check run. What is not said stays as it was.
#[derive(Clone, Debug, Default)]
pub(crate) struct CheckChange {
    pub name: Option<String>,
    pub status: Option<String>,
    pub conclusion: Option<String>,
    pub external_id: Option<String>,
    pub details_url: Option<String>,
    pub started_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub title: Option<String>,
    pub summary: Option<String>,
    pub text: Option<String>,
    pub annotations: Vec<Value>,
}

/// What is said about a commit the older way.
pub(crate) struct StatusChange<'a> {
    pub context: &'a str,
    pub state: &'a str,
    pub description: Option<&'a str>,
    pub creator: u64,
}

/// A branch as a status names it.
fn branch_line(at: &str, branch: &str, tip: &Oid) -> Value {
    json!({ "name": branch, "commit": { "sha": tip, "url": format!("{at}/commits/{tip}") }, "protected": false })
}

impl Turn<'_> {
    pub(super) fn marks_mut(&mut self, repository: u64, commit: &Oid) -> &mut CommitMarks {
        Arc::make_mut(self.repository_mut(repository).marks.entry(commit.clone()).or_default())
    }

    /// The newest suite that an App has for a commit, made if there is none.
    pub(super) fn suite(&mut self, repository: u64, commit: &Oid, app: u64) -> u64 {
        let it = self.repository(repository);
        if let Some(known) = it.marks(commit).and_then(|marks| marks.suites.iter().rfind(|suite| suite.app == app)) {
            return known.id;
        }
        let branch = it.index.branches_at(commit).next().cloned();
        drop(it);
        self.add_suite(repository, commit, app, branch, None)
    }

    /// Another suite of an App for a commit, as another run of a workflow makes.
    pub(crate) fn another_suite(&mut self, repository: u64, commit: &Oid, app: u64) {
        self.add_suite(repository, commit, app, None, None);
    }

    fn add_suite(
        &mut self,
        repository: u64,
        commit: &Oid,
        app: u64,
        branch: Option<String>,
        before: Option<Oid>,
    ) -> u64 {
        let (id, now) = (self.state.next_id(), self.now);
        let suite = CheckSuite {
            id,
            app,
            commit: commit.clone(),
            branch,
            before,
            created_at: now,
            updated_at: now,
            workflow: None,
        };
        self.marks_mut(repository, commit).suites.push(Arc::new(suite));
        id
    }

    /// A push asks the App under test for checks, as GitHub does by itself.
    pub(super) fn request_suite(&mut self, repository: u64, branch: &str, before: &Oid, commit: &Oid, by: u64) {
        let app = self.state.app;
        let marks = self.repository(repository).marks(commit).cloned();
        let known = marks.is_some_and(|marks| marks.suites.iter().any(|suite| suite.app == app));
        if known || self.state.installation_for(repository).is_none() {
            return;
        }
        let suite = self.add_suite(repository, commit, app, Some(branch.into()), Some(before.clone()));
        self.tell_suite(repository, commit, suite, "requested", by);
    }

    fn tell_suite(&mut self, repository: u64, commit: &Oid, suite: u64, action: &str, sender: u64) {
        if !self.hears(repository) {
            return;
        }
        let it = self.repository(repository);
        let shown = it.marks(commit).and_then(|marks| marks.suite(suite));
        let shown = shown.map(|suite| show::check_suite(self.state, &it, suite));
        self.tell(repository, "check_suite", action, sender, json!({ "check_suite": shown }));
    }

    fn tell_run(&mut self, repository: u64, run: u64, action: &str, sender: u64, more: Value) {
        if !self.hears(repository) {
            return;
        }
        let it = self.repository(repository);
        let shown = it.check_run(run).map(|run| show::check_run_event(self.state, &it, run));
        self.tell(repository, "check_run", action, sender, shape::with(json!({ "check_run": shown }), more));
    }

    /// Creates a check run. Its name is given, all else has GitHub's defaults.
    pub(crate) fn create_run(&mut self, repository: u64, commit: &Oid, app: u64, change: CheckChange) -> u64 {
        let suite = self.suite(repository, commit, app);
        let (id, now) = (self.state.next_id(), self.now);
        let run = CheckRun {
            id,
            suite,
            app,
            commit: commit.clone(),
            name: change.name.clone().unwrap_or_default(),
            status: "queued".into(),
            conclusion: None,
            external_id: None,
            details_url: None,
            started_at: change.started_at.unwrap_or(now),
            completed_at: None,
            title: None,
            summary: None,
            text: None,
            annotations: Vec::new(),
        };
        self.marks_mut(repository, commit).runs.push(Arc::new(run));
        self.repository_mut(repository).check_runs.insert(id, commit.clone());
        let completed = self.write_run(repository, id, change);
        let bot = self.bot_of(app);
        self.tell_run(repository, id, "created", bot, json!({}));
        if completed {
            self.run_completed(repository, id);
        }
        id
    }

    /// Changes a check run.
    pub(crate) fn update_run(&mut self, repository: u64, id: u64, change: CheckChange) {
        if self.write_run(repository, id, change) {
            self.run_completed(repository, id);
        }
    }

    fn run_completed(&mut self, repository: u64, id: u64) {
        let it = self.repository(repository);
        let Some(run) = it.check_run(id) else { return };
        let bot = self.bot_of(run.app);
        self.tell_run(repository, id, "completed", bot, json!({}));
        let done = it.marks(&run.commit).is_some_and(|marks| marks.suite_outcome(run.suite).0 == "completed");
        if done {
            self.tell_suite(repository, &run.commit, run.suite, "completed", bot);
        }
    }

    /// Writes the change and tells whether the run got completed by it.
    fn write_run(&mut self, repository: u64, id: u64, change: CheckChange) -> bool {
        let now = self.now;
        let commit = self.repository(repository).check_runs.get(&id).cloned().expect("a check run that exists");
        let marks = self.marks_mut(repository, &commit);
        let run = marks.runs.iter_mut().find(|run| run.id == id).expect("a check run that exists");
        let run = Arc::make_mut(run);
        let was = run.completed();
        run.name = change.name.unwrap_or_else(|| run.name.clone());
        // INVARIANT: a completed run stays completed. GitHub takes such a status and forgets it.
        if !was {
            run.status = change.status.unwrap_or_else(|| run.status.clone());
        }
        if let Some(conclusion) = change.conclusion {
            run.status = "completed".into();
            run.conclusion = Some(conclusion);
        }
        if run.completed() {
            run.completed_at = change.completed_at.or(run.completed_at).or(Some(now));
        }
        run.started_at = change.started_at.unwrap_or(run.started_at);
        run.external_id = change.external_id.or(run.external_id.take());
        run.details_url = change.details_url.or(run.details_url.take());
        run.title = change.title.or(run.title.take());
        run.summary = change.summary.or(run.summary.take());
        run.text = change.text.or(run.text.take());
        run.annotations.extend(change.annotations);
        let (suite, completed) = (run.suite, !was && run.completed());
        if let Some(suite) = marks.suites.iter_mut().find(|it| it.id == suite) {
            Arc::make_mut(suite).updated_at = now;
        }
        completed
    }

    /// Gives up every run that was not concluded in time. GitHub says so in no event.
    pub(crate) fn make_stale(&mut self) {
        let since = self.now - STALE_AFTER;
        let all = self.state.repositories.values().flat_map(|it| {
            let unfinished = it.marks.values().flat_map(|marks| &marks.runs).filter(|run| !run.completed());
            unfinished.filter(|run| run.started_at <= since).map(|run| (it.id, run.id))
        });
        for (repository, run) in all.collect::<Vec<_>>() {
            let change = CheckChange { conclusion: Some("stale".into()), ..CheckChange::default() };
            self.write_run(repository, run, change);
        }
    }

    /// Somebody presses "Re-run" on a check.
    pub(crate) fn rerequest_run(&mut self, repository: u64, run: u64, by: u64) {
        self.tell_run(repository, run, "rerequested", by, json!({}));
    }

    /// Somebody presses "Re-run all checks" on a commit.
    pub(crate) fn rerequest_suite(&mut self, repository: u64, commit: &Oid, app: u64, by: u64) {
        let suite = self.suite(repository, commit, app);
        self.tell_suite(repository, commit, suite, "rerequested", by);
    }

    /// Somebody presses a button that a check offers.
    pub(crate) fn request_action(&mut self, repository: u64, run: u64, identifier: &str, by: u64) {
        let more = json!({ "requested_action": { "identifier": identifier } });
        self.tell_run(repository, run, "requested_action", by, more);
    }

    pub(crate) fn status(&mut self, repository: u64, commit: &Oid, change: &StatusChange<'_>) {
        let (id, now) = (self.state.next_id(), self.now);
        let status = Status {
            id,
            context: change.context.into(),
            state: change.state.into(),
            description: change.description.map(Into::into),
            target_url: None,
            creator: change.creator,
            at: now,
        };
        self.marks_mut(repository, commit).statuses.push(Arc::new(status));
        let it = self.repository(repository);
        let at = show_repository::url(self.state, &it);
        let branches = it.index.branches_at(commit).map(|branch| branch_line(&at, branch, commit));
        let body = json!({
            "id": id,
            "sha": commit,
            "name": self.state.full_name(&it),
            "context": change.context,
            "state": change.state,
            "description": change.description,
            "target_url": null,
            "commit": it.objects.commit(commit).map(|commit| show_code::commit(self.state, &it, &commit)),
            "branches": branches.collect::<Value>(),
            "created_at": stamp(now),
            "updated_at": stamp(now),
        });
        self.tell(repository, "status", "", change.creator, body);
    }

    pub(crate) fn deploy(&mut self, repository: u64, commit: &Oid, reference: &str, environment: &str, by: u64) -> u64 {
        let (id, now) = (self.state.next_id(), self.now);
        let deployment = Deployment {
            id,
            commit: commit.clone(),
            reference: reference.into(),
            environment: environment.into(),
            creator: by,
            created_at: now,
            updated_at: now,
            statuses: Vec::new(),
        };
        self.repository_mut(repository).deployments.insert(id, Arc::new(deployment));
        let it = self.repository(repository);
        let shown = it.deployments.get(&id).map(|found| show::deployment(self.state, &it, found));
        let body = json!({ "deployment": shown, "workflow": null, "workflow_run": null });
        self.tell(repository, "deployment", "created", by, body);
        id
    }

    pub(crate) fn deployment_status(&mut self, repository: u64, deployment: u64, state: &str, text: &str, by: u64) {
        let (id, now) = (self.state.next_id(), self.now);
        let it = self.repository_mut(repository).deployments.get_mut(&deployment).expect("a deployment that exists");
        let it = Arc::make_mut(it);
        let status = DeploymentStatus { id, state: state.into(), description: text.into(), creator: by, at: now };
        it.statuses.push(Arc::new(status));
        it.updated_at = now;
        let home = self.repository(repository);
        let Some(found) = home.deployments.get(&deployment) else { return };
        let status = found.statuses.last().map(|it| show::deployment_status(self.state, &home, found, it));
        let body = json!({
            "deployment_status": status, "deployment": show::deployment(self.state, &home, found),
            "check_run": null, "workflow": null, "workflow_run": null,
        });
        self.tell(repository, "deployment_status", "created", by, body);
    }

    /// A deployment stops at an environment that the App guards.
    pub(crate) fn gate(&mut self, repository: u64, commit: &Oid, reference: &str, environment: &str, by: u64) -> u64 {
        let run = self.state.next_id();
        let deployment = self.deploy(repository, commit, reference, environment, by);
        let gate = Gate { deployment, run, environment: environment.into(), answers: Vec::new() };
        self.repository_mut(repository).gates.push(Arc::new(gate));
        let it = self.repository(repository);
        let at = show_repository::url(self.state, &it);
        let pulls =
            it.pull_requests_at(commit).map(|found| shape::pull_request::pull_request_simple(self.state, &it, found));
        let body = json!({
            "environment": environment,
            "event": "push",
            "deployment_callback_url": format!("{at}/actions/runs/{run}/deployment_protection_rule"),
            "deployment": it.deployments.get(&deployment).map(|found| show::deployment(self.state, &it, found)),
            "pull_requests": pulls.collect::<Value>(),
        });
        self.tell(repository, "deployment_protection_rule", "requested", by, body);
        run
    }

    pub(super) fn bot_of(&self, app: u64) -> u64 {
        self.state.apps.get(&app).map_or(0, |app| app.bot)
    }
}
