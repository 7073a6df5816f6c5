//! Pull requests, their files, commits, reviews, and who is asked for one.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Outcome;
use crate::graphql::pull_request::{MOST_COMMITS, MOST_FILES};
use crate::server::{Answer, Call};
use crate::shape::{code as show_code, people as show_people, pull_request as show};
use crate::state::State;
use crate::state::pull_request::{PullRequest, Reviewer};
use crate::turn::Turn;

pub(super) fn list(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let wanted = call.asked("state").unwrap_or("open");
    let label = |it: &PullRequest| {
        let owner = it.head_repository.and_then(|id| state.repositories.get(&id)).map(|it| state.login(it.owner));
        format!("{}:{}", owner.unwrap_or("unknown"), it.head)
    };
    let found = it.pull_requests.values().filter(|it| {
        (wanted == "all" || (wanted == "open") == it.open)
            && call.asked("base").is_none_or(|base| it.base == base)
            && call.asked("head").is_none_or(|head| label(it) == head)
    });
    let mut found: Vec<&Arc<PullRequest>> = found.collect();
    let sort = call.asked("sort").unwrap_or("created");
    found.sort_by_key(|it| (if sort == "updated" { it.updated_at } else { it.created_at }, it.number));
    let descending = call.asked("direction").map_or(call.asked("sort").is_none(), |it| it == "desc");
    if descending {
        found.reverse();
    }
    call.list(&found, |pull_request| show::pull_request_simple(state, it, pull_request))
}

pub(super) fn pull(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    Ok(Answer::new(200, show::pull_request(state, it, call.pull(it, "pull_number")?)))
}

pub(super) fn of_commit(state: &State, call: &Call) -> Outcome {
    let (it, oid) = (call.repository(state)?, call.part("commit_sha"));
    let holds = |pull_request: &&Arc<PullRequest>| {
        let merged = pull_request.merged.as_ref().is_some_and(|merge| &*merge.commit == oid);
        merged || it.commits(pull_request).iter().any(|commit| &*commit.oid == oid)
    };
    let found: Vec<_> = it.pull_requests.values().filter(holds).collect();
    call.list(&found, |pull_request| show::pull_request_simple(state, it, pull_request))
}

pub(super) fn commits(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let commits = it.commits(call.pull(it, "pull_number")?);
    let listed = &commits[..commits.len().min(MOST_COMMITS)];
    call.list(listed, |commit| show_code::commit(state, it, commit))
}

pub(super) fn files(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let pull_request = call.pull(it, "pull_number")?;
    let files = it.files(pull_request);
    let listed = &files[..files.len().min(MOST_FILES)];
    call.list(listed, |file| show_code::changed_file(state, it, &pull_request.head_oid, file))
}

pub(super) fn reviews(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let pull_request = call.pull(it, "pull_number")?;
    call.list(&pull_request.reviews, |review| show::review(state, it, pull_request, review))
}

pub(super) fn requested(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let pull_request = call.pull(it, "pull_number")?;
    let users = pull_request.requested_users.iter().map(|id| show_people::user(state, *id));
    let teams = pull_request.requested_teams.iter().filter_map(|id| state.teams.get(id));
    let teams = teams.map(|team| show_people::team(state, team));
    Ok(Answer::new(200, json!({ "users": users.collect::<Value>(), "teams": teams.collect::<Value>() })))
}

pub(super) fn request(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    change_requests(turn, call, true)
}

pub(super) fn unrequest(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    change_requests(turn, call, false)
}

fn change_requests(turn: &mut Turn<'_>, call: &Call, on: bool) -> Outcome {
    let home = call.writable(turn.state)?;
    let it = turn.repository(home);
    let (owner, asked) = (it.owner, Arc::clone(call.pull(&it, "pull_number")?));
    drop(it);
    let named = |field: &str| call.body[field].as_array().into_iter().flatten().filter_map(Value::as_str);
    let owner = turn.state.login(owner);
    let users = named("reviewers").map(|login| turn.state.by_login(login).map(|it| Reviewer::User(it.id)));
    let teams = named("team_reviewers").map(|slug| turn.state.team(owner, slug).map(|it| Reviewer::Team(it.id)));
    let reviewers: Option<Vec<Reviewer>> = users.chain(teams).collect();
    let refused = || super::invalid("Reviews may only be requested from collaborators.", json!([]));
    let reviewers = reviewers.ok_or_else(refused)?;
    if on && reviewers.contains(&Reviewer::User(asked.author)) {
        return Err(super::invalid("Review cannot be requested from pull request author.", json!([])));
    }
    let bot = turn.state.bot();
    reviewers.into_iter().for_each(|reviewer| turn.request(home, asked.number, bot, reviewer, on));
    let (it, pull_request) = (turn.repository(home), turn.pull(home, asked.number));
    let status = if on { 201 } else { 200 };
    Ok(Answer::new(status, show::pull_request_simple(turn.state, &it, &pull_request)))
}
