//! Check runs, statuses, deployments and their gates.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Outcome, forbidden, invalid, not_found};
use crate::server::{Answer, Call};
use crate::shape::{checks as show, code as show_code, repository as show_repository};
use crate::state::State;
use crate::state::checks::CheckRun;
use crate::turn::{CheckChange, Turn};

/// The longest summary or text that GitHub takes.
const LONGEST: usize = 65_535;
/// The most annotations in one request.
const MOST: usize = 50;

/// What a body says about a check run, or why GitHub would not have it.
fn change(body: &Value) -> Result<CheckChange, Answer> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let instant = |value: &Value| value.as_str().and_then(|it| it.parse::<Timestamp>().ok());
    let output = &body["output"];
    for field in ["summary", "text"] {
        let long = output[field].as_str().map_or(0, |it| it.chars().count());
        if long > LONGEST {
            let message = format!("Only {LONGEST} characters are allowed; {long} were supplied.");
            return Err(invalid(&format!("Invalid request.\n\n{message}"), json!([message])));
        }
    }
    let annotations = output["annotations"].as_array().cloned().unwrap_or_default();
    if annotations.len() > MOST {
        let message = format!("No more than {MOST} items are allowed; {} were supplied.", annotations.len());
        return Err(invalid(&format!("Invalid request.\n\n{message}"), json!([message])));
    }
    if output.is_object() && (text(&output["summary"]).is_none()) {
        return Err(invalid("Invalid request.\n\n\"summary\" wasn't supplied.", json!([])));
    }
    let change = CheckChange {
        name: text(&body["name"]),
        status: text(&body["status"]),
        conclusion: text(&body["conclusion"]),
        external_id: text(&body["external_id"]),
        details_url: text(&body["details_url"]),
        started_at: instant(&body["started_at"]),
        completed_at: instant(&body["completed_at"]),
        title: text(&output["title"]),
        summary: text(&output["summary"]),
        text: text(&output["text"]),
        annotations,
    };
    if change.status.as_deref() == Some("completed") && change.conclusion.is_none() {
        return Err(invalid("Invalid request.\n\nFor 'completed', \"conclusion\" wasn't supplied.", json!([])));
    }
    Ok(change)
}

pub(super) fn create(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    let home = call.writable(turn.state)?;
    let change = change(&call.body)?;
    if change.name.is_none() {
        return Err(invalid("Invalid request.\n\n\"name\" wasn't supplied.", json!([])));
    }
    let sha = call.body["head_sha"].as_str().unwrap_or_default();
    let missing = || invalid(&format!("No commit found for SHA: {sha}"), json!([]));
    let commit = turn.repository(home).objects.commit(sha).ok_or_else(missing)?;
    let app = turn.state.app;
    let id = turn.create_run(home, &commit.oid, app, change);
    answer(turn, home, id, 201)
}

pub(super) fn update(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    let home = call.writable(turn.state)?;
    let id = call.number("check_run_id")?;
    let app = turn.repository(home).check_run(id).ok_or_else(not_found)?.app;
    if app != turn.state.app {
        return Err(forbidden());
    }
    turn.update_run(home, id, change(&call.body)?);
    answer(turn, home, id, 200)
}

fn answer(turn: &Turn<'_>, repository: u64, id: u64, status: u16) -> Outcome {
    let it = turn.repository(repository);
    let run = it.check_run(id).ok_or_else(not_found)?;
    Ok(Answer::new(status, show::check_run(turn.state, &it, run)))
}

pub(super) fn run(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let run = it.check_run(call.number("check_run_id")?).ok_or_else(not_found)?;
    Ok(Answer::new(200, show::check_run(state, it, run)))
}

pub(super) fn annotations(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let run = it.check_run(call.number("check_run_id")?).ok_or_else(not_found)?;
    call.list(&run.annotations, |sent| {
        let url = format!(
            "{}/blob/{}/{}",
            show_repository::html_url(state, it),
            run.commit,
            sent["path"].as_str().unwrap_or_default()
        );
        let defaults = json!({
            "start_column": null, "end_column": null, "title": null, "raw_details": null, "blob_href": url,
        });
        crate::shape::with(defaults, sent.clone())
    })
}

pub(super) fn of_commit(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let commit = it.resolve(call.part("ref")).ok_or_else(not_found)?;
    let Some(marks) = it.marks(&commit.oid) else { return call.counted("check_runs", &[] as &[Value], Value::clone) };
    let all = call.asked("filter") == Some("all");
    let runs: Vec<&Arc<CheckRun>> = if all { marks.runs.iter().collect() } else { marks.latest_runs() };
    let app = call.asked("app_id").and_then(|it| it.parse::<u64>().ok());
    let wanted = runs.into_iter().filter(|run| {
        call.asked("check_name").is_none_or(|name| run.name == name)
            && call.asked("status").is_none_or(|status| run.status == status)
            && app.is_none_or(|app| run.app == app)
    });
    let mut wanted: Vec<_> = wanted.collect();
    wanted.reverse();
    call.counted("check_runs", &wanted, |run| show::check_run(state, it, run))
}

pub(super) fn combined_status(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let commit = it.resolve(call.part("ref")).ok_or_else(not_found)?;
    let latest = it.marks(&commit.oid).map(|marks| marks.latest_statuses()).unwrap_or_default();
    let worst = |state: &str| latest.iter().any(|it| it.state == state);
    let combined = if worst("failure") || worst("error") {
        "failure"
    } else if latest.is_empty() || worst("pending") {
        "pending"
    } else {
        "success"
    };
    let at = show_repository::url(state, it);
    let mut answer = call.counted("statuses", &latest, |status| show_code::status(state, it, &commit.oid, status))?;
    answer.body = crate::shape::with(
        answer.body,
        json!({
            "state": combined,
            "sha": &commit.oid,
            "repository": show_repository::repository(state, it),
            "commit_url": format!("{at}/commits/{}", commit.oid),
            "url": format!("{at}/commits/{}/status", commit.oid),
        }),
    );
    Ok(answer)
}

pub(super) fn deployment_status(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    let home = call.writable(turn.state)?;
    let id = call.number("deployment_id")?;
    turn.repository(home).deployments.get(&id).ok_or_else(not_found)?;
    let text = |field: &str| call.body[field].as_str().unwrap_or_default();
    let bot = turn.state.bot();
    turn.deployment_status(home, id, text("state"), text("description"), bot);
    let it = turn.repository(home);
    let found = it.deployments.get(&id).ok_or_else(not_found)?;
    let status = found.statuses.last().ok_or_else(not_found)?;
    Ok(Answer::new(201, show::deployment_status(turn.state, &it, found, status)))
}

pub(super) fn answer_gate(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    let home = call.writable(turn.state)?;
    let run = call.number("run_id")?;
    let text = |field: &str| call.body[field].as_str().unwrap_or_default().to_owned();
    let (environment, state, comment) = (text("environment_name"), text("state"), text("comment"));
    let gates = &mut turn.repository_mut(home).gates;
    let gate = gates.iter_mut().find(|gate| gate.run == run && gate.environment == environment);
    Arc::make_mut(gate.ok_or_else(not_found)?).answers.push((state, comment));
    Ok(Answer::new(204, Value::Null))
}
