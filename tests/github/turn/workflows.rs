//! Runs of GitHub Actions' workflows.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Turn;
use crate::git::Oid;
use crate::shape::{self, code as show_code, people as show, repository as show_repository};
use crate::state::checks::Workflow;
use crate::state::stamp;

/// A run of a workflow.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub id: u64,
    pub workflow: u64,
    pub suite: u64,
    pub name: String,
    /// What began it, such as `workflow_dispatch`.
    pub event: String,
    pub commit: Oid,
    pub branch: Option<String>,
    pub actor: u64,
    pub began: Timestamp,
}

impl Turn<'_> {
    /// A workflow of GitHub Actions ran on a commit.
    pub(crate) fn workflow_run(&mut self, repository: u64, commit: &Oid, app: u64, name: &str, conclusion: &str) {
        let branch = self.repository(repository).index.branches_at(commit).next().cloned();
        let actor = self.bot_of(app);
        let run = self.begin(repository, (commit, branch), app, (name, "pull_request"), actor);
        self.tell_workflow_run(repository, &run, "completed", Some(conclusion));
    }

    /// Somebody sets a workflow to work on a branch.
    pub(crate) fn dispatch(&mut self, repository: u64, branch: &str, app: u64, name: &str, by: u64) -> Run {
        let commit = self.repository(repository).branches.get(branch).cloned().expect("a branch that exists");
        let run = self.begin(repository, (&commit, Some(branch.into())), app, (name, "workflow_dispatch"), by);
        self.tell_workflow_run(repository, &run, "requested", None);
        run
    }

    /// A run that was set to work is over.
    pub(crate) fn end_run(&mut self, repository: u64, run: &Run, conclusion: &str) {
        self.tell_workflow_run(repository, run, "completed", Some(conclusion));
    }

    fn begin(
        &mut self,
        repository: u64,
        (commit, branch): (&Oid, Option<String>),
        app: u64,
        (name, event): (&str, &str),
        actor: u64,
    ) -> Run {
        let suite = self.suite(repository, commit, app);
        let (id, workflow) = (self.state.next_id(), self.state.next_id());
        let marks = self.marks_mut(repository, commit);
        if let Some(suite) = marks.suites.iter_mut().find(|it| it.id == suite) {
            let workflow = Workflow { run: id, id: workflow, name: name.into(), event: event.into() };
            Arc::make_mut(suite).workflow = Some(workflow);
        }
        let (commit, began) = (commit.clone(), self.now);
        Run { id, workflow, suite, name: name.into(), event: event.into(), commit, branch, actor, began }
    }

    fn tell_workflow_run(&mut self, repository: u64, run: &Run, action: &str, conclusion: Option<&str>) {
        let it = self.repository(repository);
        let at = show_repository::url(self.state, &it);
        let (id, name, workflow, suite) = (run.id, &run.name, run.workflow, run.suite);
        let (began, now) = (stamp(run.began), stamp(self.now));
        let page = format!("{}/actions/runs/{id}", show_repository::html_url(self.state, &it));
        let actor = show::user(self.state, run.actor);
        let mut shown = shape::fields(json!({
            "id": id, "node_id": shape::node("WFR", &[&id]), "name": name, "workflow_id": workflow,
            "run_number": 1, "run_attempt": 1, "event": run.event,
            "status": if conclusion.is_some() { "completed" } else { "queued" }, "conclusion": conclusion,
            "head_sha": run.commit, "head_branch": run.branch, "actor": actor, "triggering_actor": actor,
            "check_suite_id": suite, "check_suite_node_id": shape::node("CS", &[&repository, &run.commit, &suite]),
            "url": format!("{at}/actions/runs/{id}"), "html_url": page, "created_at": began, "updated_at": now,
            "run_started_at": began, "pull_requests": [], "previous_attempt_url": null,
            "workflow_url": format!("{at}/actions/workflows/{workflow}"),
            "check_suite_url": format!("{at}/check-suites/{suite}"),
            "head_commit": it.objects.commit(&run.commit).map(|commit| show_code::head_commit(&commit)),
            "repository": show_repository::repository(self.state, &it),
            "head_repository": show_repository::repository(self.state, &it),
        }));
        let links = ["jobs", "logs", "artifacts", "cancel", "rerun"];
        shape::add_urls(&mut shown, &format!("{at}/actions/runs/{id}"), &links);
        let body: Value = json!({
            "workflow": {
                "id": workflow, "node_id": shape::node("W", &[&workflow]), "name": name, "state": "active",
                "path": format!(".github/workflows/{name}.yml"), "created_at": began, "updated_at": now,
                "url": format!("{at}/actions/workflows/{workflow}"),
                "html_url": format!("{page}/workflow"), "badge_url": format!("{page}/badge.svg"),
            },
            "workflow_run": shown,
        });
        self.tell(repository, "workflow_run", action, run.actor, body);
    }
}
