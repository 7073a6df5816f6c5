//! The App itself: its installations, their tokens and repositories, its deliveries.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Outcome, not_found};
use crate::auth;
use crate::limits::{Resource, Shown};
use crate::server::{Answer, Call, Caller};
use crate::shape::{people as show, repository as show_repository};
use crate::state::app::{Delivery, Installation, Token};
use crate::state::{State, stamp};
use crate::turn::{Event, Turn};
use crate::world::World;

pub(super) fn app(state: &State, _: &Call) -> Outcome {
    let mut app = show::app(state, state.app);
    app["installations_count"] = state.installations.len().into();
    Ok(Answer::new(200, app))
}

pub(super) fn installations(state: &State, call: &Call) -> Outcome {
    let all: Vec<_> = state.installations.values().collect();
    call.list(&all, |it| show::installation(state, it))
}

pub(super) fn installation(state: &State, call: &Call) -> Outcome {
    let found = state.installations.get(&call.number("installation_id")?).ok_or_else(not_found)?;
    Ok(Answer::new(200, show::installation(state, found)))
}

pub(super) fn organisation_installation(state: &State, call: &Call) -> Outcome {
    let account = state.by_login(call.part("org")).ok_or_else(not_found)?;
    let found = state.installation_of(account.id).ok_or_else(not_found)?;
    Ok(Answer::new(200, show::installation(state, found)))
}

pub(super) fn repository_installation(state: &State, call: &Call) -> Outcome {
    let repository = state.repository(call.part("owner"), call.part("repo")).ok_or_else(not_found)?;
    let found = state.installation_for(repository.id).ok_or_else(not_found)?;
    Ok(Answer::new(200, show::installation(state, found)))
}

pub(super) fn token(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    let id = call.number("installation_id")?;
    let installation = turn.state.installations.get(&id).cloned().ok_or_else(not_found)?;
    if installation.suspended_at.is_some() {
        return Err(Answer::error(403, "This installation has been suspended"));
    }
    let repositories = wanted_repositories(turn.state, &installation, &call.body)?;
    let (text, expires_at) = (auth::new_token(), turn.now + SignedDuration::from_hours(1));
    let token = Token { installation: id, expires_at, repositories: repositories.clone() };
    turn.state.tokens.insert(text.clone(), Arc::new(token));
    let mut body = json!({
        "token": text,
        "expires_at": stamp(expires_at),
        "permissions": show::permissions(),
        "repository_selection": if installation.selected.is_some() { "selected" } else { "all" },
    });
    if let Some(wanted) = repositories {
        let found = wanted.iter().filter_map(|id| turn.state.repositories.get(id));
        body["repositories"] = found.map(|it| show_repository::repository(turn.state, it)).collect();
    }
    Ok(Answer::new(201, body))
}

/// The repositories that a token is to be limited to, if it is.
fn wanted_repositories(
    state: &State,
    installation: &Installation,
    body: &Value,
) -> Result<Option<BTreeSet<u64>>, Answer> {
    let account = state.login(installation.account);
    let by_name = body["repositories"].as_array().map(|names| {
        let names = names.iter().filter_map(Value::as_str);
        names.map(|name| state.repository(account, name).map(|it| it.id)).collect::<Option<BTreeSet<_>>>()
    });
    let by_id = body["repository_ids"].as_array().map(|ids| ids.iter().map(Value::as_u64).collect());
    match by_name.or(by_id) {
        None => Ok(None),
        Some(Some(wanted)) if wanted.iter().all(|id| installation.covers(*id)) => Ok(Some(wanted)),
        Some(_) => Err(Answer::error(
            422,
            "There is at least one repository that does not exist or is not accessible to the parent installation.",
        )),
    }
}

pub(super) fn repositories(state: &State, call: &Call) -> Outcome {
    let Caller::Installation { id, .. } = &call.caller else { return Err(not_found()) };
    let all: Vec<_> = state.repositories.values().filter(|it| call.caller.reaches(state, it.id)).collect();
    let selection = state.installations.get(id).is_some_and(|it| it.selected.is_some());
    let mut answer = call.counted("repositories", &all, |it| show_repository::repository(state, it))?;
    answer.body["repository_selection"] = if selection { "selected" } else { "all" }.into();
    Ok(answer)
}

pub(crate) fn rate_limit(world: &World, call: &Call) -> Answer {
    let Caller::Installation { id, .. } = &call.caller else { return not_found() };
    let now = world.clock.now();
    let show = |it: Shown| json!({ "limit": it.limit, "used": it.used, "remaining": it.remaining(), "reset": it.reset.as_second() });
    let mut inside = world.lock();
    let core = show(inside.limits.shown(*id, Resource::Core, now));
    let graphql = show(inside.limits.shown(*id, Resource::GraphQl, now));
    Answer::new(200, json!({ "resources": { "core": core, "search": core, "graphql": graphql }, "rate": core }))
}

fn delivery_line(it: &Delivery) -> Value {
    json!({
        "id": it.id,
        "guid": it.guid,
        "delivered_at": it.at.to_string(),
        "redelivery": it.redelivery,
        "duration": it.seconds,
        "status": it.outcome(),
        "status_code": it.status.unwrap_or_default(),
        "event": it.event,
        "action": it.action,
        "installation_id": it.installation,
        "repository_id": it.repository,
        "throttled_at": null,
    })
}

/// Newest first, paged by a cursor.
pub(super) fn deliveries(state: &State, call: &Call) -> Outcome {
    let size = call.asked("per_page").and_then(|it| it.parse().ok()).unwrap_or(30).clamp(1, 100);
    let below = match call.asked("cursor") {
        None => u64::MAX,
        Some(cursor) => cursor
            .strip_prefix("v1_")
            .and_then(|it| it.parse::<u64>().ok())
            .ok_or_else(|| Answer::error(422, "Invalid cursor"))?,
    };
    let wanted = call.asked("status");
    let mut found = state
        .deliveries
        .values()
        .rev()
        .filter(|it| it.id < below && it.status.is_some())
        .filter(|it| wanted.is_none_or(|wanted| (wanted == "failure") == it.failed()));
    let shown: Vec<_> = found.by_ref().take(size).collect();
    let mut answer = Answer::new(200, shown.iter().map(|it| delivery_line(it)).collect());
    if let (Some(last), Some(_)) = (shown.last(), found.next()) {
        let status = wanted.map(|it| format!("&status={it}")).unwrap_or_default();
        let link = format!("<{}?per_page={size}&cursor=v1_{}{status}>; rel=\"next\"", call.address, last.id);
        answer.headers.push(("link", link));
    }
    Ok(answer)
}

pub(super) fn delivery(state: &State, call: &Call) -> Outcome {
    let it = state.deliveries.get(&call.number("delivery_id")?).ok_or_else(not_found)?;
    let payload: Value = serde_json::from_str(&it.payload).unwrap_or_default();
    let more = json!({
        "url": "",
        "request": { "headers": it.request_headers, "payload": payload },
        "response": { "headers": {}, "payload": it.response },
    });
    Ok(Answer::new(200, crate::shape::with(delivery_line(it), more)))
}

pub(super) fn redeliver(turn: &mut Turn<'_>, call: &Call) -> Outcome {
    let it = turn.state.deliveries.get(&call.number("delivery_id")?).cloned().ok_or_else(not_found)?;
    turn.events.push(Event {
        name: it.event.clone(),
        installation: it.installation,
        repository: it.repository,
        payload: serde_json::from_str(&it.payload).unwrap_or_default(),
        again: Some(it.guid.clone()),
    });
    Ok(Answer::new(202, Value::Null))
}
