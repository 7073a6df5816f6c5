//! Check suites and runs, statuses, rollups, deployments.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Args, Connection, Cx, Object, Resolved, Val, commit, leaf, maybe_stamp, people, repository, stamp, unbuilt,
};
use crate::git::Oid;
use crate::shape::{checks as names, node, repository as show_repository};
use crate::state::app::App;
use crate::state::checks::{CheckRun, CheckSuite, CommitMarks, Deployment, DeploymentStatus, Status, Workflow};
use crate::state::repository::Repository;

type Home<'s> = &'s Arc<Repository>;

/// Whether the rules on a pull request's base demand this check.
fn required<'s>(home: Home<'s>, name: &str, app: Option<u64>, args: &Args<'_>) -> bool {
    let by_number = args.number("pullRequestNumber");
    let by_id = args.text("pullRequestId").and_then(|id| id.rsplit('-').next()?.parse().ok());
    let found = by_number.or(by_id).and_then(|number| home.pull_requests.get(&number));
    found.is_some_and(|it| home.requires(&it.base, name, app))
}

fn commit_of<'s>(cx: Cx<'s>, home: Home<'s>, oid: &str) -> Val<'s> {
    Val::maybe(home.objects.commit(oid).map(|found| commit::commit(cx, home, found)))
}

pub(super) fn check_run<'s>(cx: Cx<'s>, home: Home<'s>, it: &'s Arc<CheckRun>) -> Object<'s> {
    Object::new(cx, "CheckRun", move |field, args| {
        let page = format!("{}/runs/{}", show_repository::html_url(cx.state, home), it.id);
        Ok(match field {
            "id" => leaf(names::check_run_node(home, it.id)),
            "databaseId" => leaf(it.id),
            "name" => leaf(it.name.as_str()),
            "status" => leaf(it.status.to_uppercase()),
            "conclusion" => leaf(it.conclusion.as_ref().map(|it| it.to_uppercase())),
            "externalId" => leaf(it.external_id.clone()),
            "detailsUrl" => leaf(it.details_url.clone().unwrap_or(page)),
            "permalink" | "url" => leaf(page),
            "startedAt" => stamp(it.started_at),
            "completedAt" => maybe_stamp(it.completed_at),
            "title" => leaf(it.title.clone()),
            "summary" => leaf(it.summary.clone()),
            "text" => leaf(it.text.clone()),
            "isRequired" => leaf(required(home, &it.name, Some(it.app), args)),
            "checkSuite" => {
                let marks = home.marks(&it.commit);
                Val::maybe(marks.and_then(|marks| marks.suite(it.suite)).map(|found| suite(cx, home, found)))
            }
            "annotations" => {
                let show = move |sent: &&'s Value| annotation(cx, sent);
                return Connection::new(cx, "CheckAnnotationConnection", it.annotations.iter(), show).page(args);
            }
            _ => return unbuilt(),
        })
    })
}

fn annotation<'s>(cx: Cx<'s>, sent: &'s Value) -> Object<'s> {
    let position = move |line: &'static str, column: &'static str| {
        Val::Object(Object::new(cx, "CheckAnnotationPosition", move |field, _| {
            Ok(match field {
                "line" => leaf(sent[line].clone()),
                "column" => leaf(sent[column].clone()),
                _ => return unbuilt(),
            })
        }))
    };
    Object::new(cx, "CheckAnnotation", move |field, _| {
        Ok(match field {
            "annotationLevel" => leaf(sent["annotation_level"].as_str().map(str::to_uppercase)),
            "databaseId" => Val::NULL,
            "message" => leaf(sent["message"].clone()),
            "path" => leaf(sent["path"].clone()),
            "title" => leaf(sent["title"].clone()),
            "rawDetails" => leaf(sent["raw_details"].clone()),
            "location" => Val::Object(Object::new(cx, "CheckAnnotationSpan", move |field, _| {
                Ok(match field {
                    "start" => position("start_line", "start_column"),
                    "end" => position("end_line", "end_column"),
                    _ => return unbuilt(),
                })
            })),
            _ => return unbuilt(),
        })
    })
}

fn app<'s>(cx: Cx<'s>, it: &'s Arc<App>) -> Object<'s> {
    Object::new(cx, "App", move |field, _| {
        Ok(match field {
            "id" => leaf(node("A", &[&it.id])),
            "databaseId" => leaf(it.id),
            "slug" => leaf(it.slug.as_str()),
            "name" => leaf(it.name.as_str()),
            "url" => leaf(format!("{}/apps/{}", cx.state.url, it.slug)),
            "createdAt" => stamp(it.created_at),
            _ => return unbuilt(),
        })
    })
}

/// The suites of a commit, those of one App if it is asked for.
pub(super) fn suites<'s>(
    cx: Cx<'s>,
    home: Home<'s>,
    marks: Option<&'s Arc<CommitMarks>>,
    args: &Args<'_>,
) -> Resolved<'s> {
    let by = args.inside("filterBy", "appId").and_then(|it| it.as_u64());
    let name = args.inside("filterBy", "checkName").and_then(|it| it.as_str());
    let all = marks.into_iter().flat_map(|marks| marks.suites.iter().map(move |it| (marks, it)));
    let wanted = all.filter(|(marks, it)| {
        by.is_none_or(|app| it.app == app)
            && name.is_none_or(|name| marks.suite_runs(it.id).any(|run| run.name == name))
    });
    let wanted: Vec<_> = wanted.map(|(_, it)| it).collect();
    Connection::new(cx, "CheckSuiteConnection", wanted, move |it| suite(cx, home, it)).page(args)
}

pub(super) fn suite<'s>(cx: Cx<'s>, home: Home<'s>, it: &'s Arc<CheckSuite>) -> Object<'s> {
    let marks = home.marks(&it.commit);
    Object::new(cx, "CheckSuite", move |field, args| {
        let (status, conclusion) = marks.map_or(("queued", None), |marks| marks.suite_outcome(it.id));
        Ok(match field {
            "id" => leaf(node("CS", &[&home.id, &it.commit, &it.id])),
            "databaseId" => leaf(it.id),
            "app" => Val::maybe(cx.state.apps.get(&it.app).map(|found| app(cx, found))),
            "branch" => {
                let found = it.branch.as_deref().and_then(|branch| repository::branch(cx, home, branch));
                Val::maybe(found)
            }
            "commit" => commit_of(cx, home, &it.commit),
            "status" => leaf(status.to_uppercase()),
            "conclusion" => leaf(conclusion.map(str::to_uppercase)),
            "createdAt" => stamp(it.created_at),
            "updatedAt" => stamp(it.updated_at),
            "url" => leaf(format!("{}/suites/{}", show_repository::html_url(cx.state, home), it.id)),
            "workflowRun" => Val::maybe(it.workflow.as_ref().map(|found| workflow_run(cx, home, it, found))),
            "checkRuns" => return check_runs(cx, home, marks, it, args),
            _ => return unbuilt(),
        })
    })
}

fn check_runs<'s>(
    cx: Cx<'s>,
    home: Home<'s>,
    marks: Option<&'s Arc<CommitMarks>>,
    suite: &'s CheckSuite,
    args: &Args<'_>,
) -> Resolved<'s> {
    let text = |field: &str| args.inside("filterBy", field).and_then(|it| it.as_str());
    let texts = |field: &str| {
        let list = args.inside("filterBy", field)?.as_array()?;
        Some(list.iter().filter_map(|it| it.as_str()).map(str::to_lowercase).collect::<Vec<_>>())
    };
    let (name, latest) = (text("checkName"), text("checkType") == Some("LATEST"));
    let app = args.inside("filterBy", "appId").and_then(|it| it.as_u64());
    let status = text("status").map(str::to_lowercase);
    let (statuses, conclusions) = (texts("statuses"), texts("conclusions"));
    let runs: Vec<&'s Arc<CheckRun>> = match marks {
        Some(marks) if latest => marks.latest_runs(),
        Some(marks) => marks.runs.iter().collect(),
        None => Vec::new(),
    };
    let wanted = runs.into_iter().filter(|run| {
        run.suite == suite.id
            && name.is_none_or(|name| run.name == name)
            && app.is_none_or(|app| run.app == app)
            && status.as_ref().is_none_or(|status| run.status == *status)
            && statuses.as_ref().is_none_or(|statuses| statuses.contains(&run.status))
            && conclusions.as_ref().is_none_or(|it| run.conclusion.as_ref().is_some_and(|found| it.contains(found)))
    });
    let wanted: Vec<_> = wanted.collect();
    Connection::new(cx, "CheckRunConnection", wanted, move |it| check_run(cx, home, it)).page(args)
}

fn workflow_run<'s>(cx: Cx<'s>, home: Home<'s>, suite: &'s CheckSuite, it: &'s Workflow) -> Object<'s> {
    Object::new(cx, "WorkflowRun", move |field, _| {
        Ok(match field {
            "id" => leaf(node("WFR", &[&it.run])),
            "databaseId" => leaf(it.run),
            "runNumber" => leaf(1),
            "event" => leaf(it.event.as_str()),
            "url" => leaf(format!("{}/actions/runs/{}", show_repository::html_url(cx.state, home), it.run)),
            "createdAt" => stamp(suite.created_at),
            "updatedAt" => stamp(suite.updated_at),
            "workflow" => Val::Object(Object::new(cx, "Workflow", move |field, _| {
                Ok(match field {
                    "id" => leaf(node("W", &[&it.id])),
                    "databaseId" => leaf(it.id),
                    "name" => leaf(it.name.as_str()),
                    _ => return unbuilt(),
                })
            })),
            _ => return unbuilt(),
        })
    })
}

/// Everything on a commit together; nothing if there is nothing.
pub(super) fn rollup<'s>(cx: Cx<'s>, home: Home<'s>, oid: &Oid, marks: &'s Arc<CommitMarks>) -> Option<Object<'s>> {
    let (state, oid) = (marks.rollup()?, oid.clone());
    Some(Object::new(cx, "StatusCheckRollup", move |field, args| {
        Ok(match field {
            "id" => leaf(node("SCR", &[&home.id, &oid])),
            "state" => leaf(state),
            "commit" => commit_of(cx, home, &oid),
            "contexts" => {
                let (runs, statuses) = (marks.latest_runs(), marks.latest_statuses());
                let counts = (runs.len(), statuses.len());
                // GitHub promises no order; this is the one that a reader who counts on any gets wrong.
                let runs = runs.into_iter().rev().map(Either::Run);
                let contexts = runs.chain(statuses.into_iter().map(Either::Status));
                let at = oid.clone();
                let show = move |it: &Either<'s>| match it {
                    Either::Run(run) => check_run(cx, home, run),
                    Either::Status(status) => status_context(cx, home, &at, status),
                };
                let connection = Connection::new(cx, "StatusCheckRollupContextConnection", contexts, show);
                let counted = move |field: &str, _: &[Either<'s>]| match field {
                    "checkRunCount" => Some(leaf(counts.0)),
                    "statusContextCount" => Some(leaf(counts.1)),
                    _ => None,
                };
                return connection.with_extra(counted).page(args);
            }
            _ => return unbuilt(),
        })
    }))
}

enum Either<'s> {
    Run(&'s Arc<CheckRun>),
    Status(&'s Arc<Status>),
}

/// The statuses of a commit, without its check runs; nothing if there are none.
pub(super) fn status<'s>(cx: Cx<'s>, home: Home<'s>, oid: &Oid, marks: &'s Arc<CommitMarks>) -> Option<Object<'s>> {
    let latest = marks.latest_statuses();
    let oid = oid.clone();
    if latest.is_empty() {
        return None;
    }
    Some(Object::new(cx, "Status", move |field, args| {
        let has = |state: &str| latest.iter().any(|it| it.state == state);
        Ok(match field {
            "id" => leaf(node("ST", &[&home.id, &oid])),
            "commit" => commit_of(cx, home, &oid),
            "state" if has("failure") => leaf("FAILURE"),
            "state" if has("error") => leaf("ERROR"),
            "state" if has("pending") => leaf("PENDING"),
            "state" => leaf("SUCCESS"),
            "context" => {
                let name = args.text("name");
                let found = latest.iter().find(|it| Some(it.context.as_str()) == name);
                Val::maybe(found.map(|it| status_context(cx, home, &oid, it)))
            }
            "contexts" => Val::list(latest.iter().map(|it| status_context(cx, home, &oid, it))),
            _ => return unbuilt(),
        })
    }))
}

fn status_context<'s>(cx: Cx<'s>, home: Home<'s>, oid: &Oid, it: &'s Arc<Status>) -> Object<'s> {
    let oid = oid.clone();
    Object::new(cx, "StatusContext", move |field, args| {
        Ok(match field {
            "id" => leaf(node("SC", &[&home.id, &oid, &it.id])),
            "context" => leaf(it.context.as_str()),
            "state" => leaf(it.state.to_uppercase()),
            "description" => leaf(it.description.clone()),
            "targetUrl" => leaf(it.target_url.clone()),
            "createdAt" => stamp(it.at),
            "creator" => people::actor(cx, Some(it.creator)),
            "commit" => commit_of(cx, home, &oid),
            "isRequired" => leaf(required(home, &it.context, None, args)),
            _ => return unbuilt(),
        })
    })
}

/// The deployments of a repository, or of one of its commits.
pub(super) fn deployments<'s>(cx: Cx<'s>, home: Home<'s>, commit: Option<&Oid>, args: &Args<'_>) -> Resolved<'s> {
    let environments = args.texts("environments").filter(|it| !it.is_empty());
    let wanted = home.deployments.values().filter(|it| {
        commit.is_none_or(|oid| it.commit == *oid)
            && environments.as_ref().is_none_or(|names| names.contains(&it.environment.as_str()))
    });
    let mut wanted: Vec<_> = wanted.collect();
    if args.descending() {
        wanted.reverse();
    }
    Connection::new(cx, "DeploymentConnection", wanted, move |it| deployment(cx, home, it)).page(args)
}

pub(super) fn deployment<'s>(cx: Cx<'s>, home: Home<'s>, it: &'s Arc<Deployment>) -> Object<'s> {
    Object::new(cx, "Deployment", move |field, args| {
        Ok(match field {
            "id" => leaf(node("DE", &[&home.id, &it.id])),
            "databaseId" => leaf(it.id),
            "commit" => commit_of(cx, home, &it.commit),
            "commitOid" => leaf(&it.commit),
            "createdAt" => stamp(it.created_at),
            "updatedAt" => stamp(it.updated_at),
            "creator" => people::actor(cx, Some(it.creator)),
            "description" => Val::NULL,
            "environment" | "latestEnvironment" | "originalEnvironment" => leaf(it.environment.as_str()),
            "ref" => Val::maybe(repository::branch(cx, home, &it.reference)),
            "task" => leaf("deploy"),
            "state" => leaf(match it.statuses.last().map(|last| last.state.as_str()) {
                None => "PENDING".to_owned(),
                Some("success") => "ACTIVE".to_owned(),
                Some(other) => other.to_uppercase(),
            }),
            "latestStatus" => Val::maybe(it.statuses.last().map(|last| deployment_status(cx, home, it, last))),
            "statuses" => {
                let newest_first = it.statuses.iter().rev();
                let show = move |status: &&'s Arc<DeploymentStatus>| deployment_status(cx, home, it, status);
                return Connection::new(cx, "DeploymentStatusConnection", newest_first, show).page(args);
            }
            _ => return unbuilt(),
        })
    })
}

fn deployment_status<'s>(
    cx: Cx<'s>,
    home: Home<'s>,
    of: &'s Arc<Deployment>,
    it: &'s Arc<DeploymentStatus>,
) -> Object<'s> {
    Object::new(cx, "DeploymentStatus", move |field, _| {
        Ok(match field {
            "id" => leaf(node("DES", &[&home.id, &of.id, &it.id])),
            "state" => leaf(it.state.to_uppercase()),
            "description" => leaf(it.description.as_str()),
            "environment" => leaf(of.environment.as_str()),
            "environmentUrl" | "logUrl" => Val::NULL,
            "createdAt" | "updatedAt" => stamp(it.at),
            "creator" => people::actor(cx, Some(it.creator)),
            "deployment" => Val::Object(deployment(cx, home, of)),
            _ => return unbuilt(),
        })
    })
}
