//! Check runs and suites, deployments.

use serde_json::{Value, json};

use super::{code, maybe_stamp, node, people, repository};
use crate::state::checks::{CheckRun, CheckSuite, Deployment, DeploymentStatus};
use crate::state::repository::Repository;
use crate::state::{State, stamp};

pub(crate) fn check_run_node(repository: &Repository, id: u64) -> String {
    node("CR", &[&repository.id, &id])
}

/// The pull requests at a commit, as checks list them: none of a fork's.
fn pull_requests(state: &State, repository: &Repository, oid: &str) -> Value {
    let stub = |reference: &str, sha: &str| json!({ "ref": reference, "sha": sha, "repo": repository::repository_stub(state, repository) });
    let found = repository.pull_requests_at(oid).map(|it| {
        json!({
            "id": it.id,
            "number": it.number,
            "url": format!("{}/pulls/{}", repository::url(state, repository), it.number),
            "head": stub(&it.head, &it.head_oid),
            "base": stub(&it.base, &it.base_oid),
        })
    });
    found.collect()
}

pub(crate) fn check_run(state: &State, repository: &Repository, run: &CheckRun) -> Value {
    let url = format!("{}/check-runs/{}", repository::url(state, repository), run.id);
    let page = format!("{}/runs/{}", repository::html_url(state, repository), run.id);
    json!({
        "id": run.id,
        "node_id": check_run_node(repository, run.id),
        "name": run.name,
        "head_sha": &run.commit,
        "external_id": run.external_id.as_deref().unwrap_or_default(),
        "url": url,
        "html_url": page,
        "details_url": run.details_url.as_deref().unwrap_or(&page),
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": stamp(run.started_at),
        "completed_at": maybe_stamp(run.completed_at),
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "annotations_count": run.annotations.len(),
            "annotations_url": format!("{url}/annotations"),
        },
        "check_suite": { "id": run.suite },
        "app": people::app(state, run.app),
        "pull_requests": pull_requests(state, repository, &run.commit),
    })
}

/// A check run as webhooks tell of it: with its suite.
pub(crate) fn check_run_event(state: &State, repository: &Repository, run: &CheckRun) -> Value {
    let suite = repository.marks(&run.commit).and_then(|marks| marks.suite(run.suite));
    let suite = suite.map_or(Value::Null, |suite| check_suite(state, repository, suite));
    super::with(check_run(state, repository, run), json!({ "check_suite": suite }))
}

pub(crate) fn check_suite(state: &State, repository: &Repository, suite: &CheckSuite) -> Value {
    let url = format!("{}/check-suites/{}", repository::url(state, repository), suite.id);
    let marks = repository.marks(&suite.commit);
    let (status, conclusion) = marks.map_or(("queued", None), |marks| marks.suite_outcome(suite.id));
    let commit = repository.objects.commit(&suite.commit);
    json!({
        "id": suite.id,
        "node_id": node("CS", &[&repository.id, &suite.commit, &suite.id]),
        "head_branch": suite.branch,
        "head_sha": &suite.commit,
        "status": status,
        "conclusion": conclusion,
        "url": url,
        "before": suite.before.as_deref(),
        "after": &suite.commit,
        "pull_requests": pull_requests(state, repository, &suite.commit),
        "app": people::app(state, suite.app),
        "created_at": stamp(suite.created_at),
        "updated_at": stamp(suite.updated_at),
        "rerequestable": true,
        "runs_rerequestable": true,
        "latest_check_runs_count": marks.map_or(0, |marks| marks.suite_runs(suite.id).count()),
        "check_runs_url": format!("{url}/check-runs"),
        "head_commit": commit.map(|it| code::head_commit(&it)),
    })
}

pub(crate) fn deployment(state: &State, repository: &Repository, deployment: &Deployment) -> Value {
    let url = format!("{}/deployments/{}", repository::url(state, repository), deployment.id);
    json!({
        "url": url,
        "id": deployment.id,
        "node_id": node("DE", &[&repository.id, &deployment.id]),
        "task": "deploy",
        "original_environment": deployment.environment,
        "environment": deployment.environment,
        "description": null,
        "created_at": stamp(deployment.created_at),
        "updated_at": stamp(deployment.updated_at),
        "statuses_url": format!("{url}/statuses"),
        "repository_url": repository::url(state, repository),
        "creator": people::user(state, deployment.creator),
        "sha": &deployment.commit,
        "ref": deployment.reference,
        "payload": {},
        "transient_environment": false,
        "production_environment": deployment.environment == "production",
        "performed_via_github_app": null,
    })
}

pub(crate) fn deployment_status(
    state: &State,
    repository: &Repository,
    deployment: &Deployment,
    status: &DeploymentStatus,
) -> Value {
    let url = format!("{}/deployments/{}", repository::url(state, repository), deployment.id);
    json!({
        "url": format!("{url}/statuses/{}", status.id),
        "id": status.id,
        "node_id": node("DES", &[&repository.id, &deployment.id, &status.id]),
        "state": status.state,
        "creator": people::user(state, status.creator),
        "description": status.description,
        "environment": deployment.environment,
        "target_url": "",
        "log_url": "",
        "environment_url": "",
        "created_at": stamp(status.at),
        "updated_at": stamp(status.at),
        "deployment_url": url,
        "repository_url": repository::url(state, repository),
        "performed_via_github_app": null,
    })
}
