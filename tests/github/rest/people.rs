//! Teams, memberships, permissions.

use serde_json::json;

use super::{Outcome, not_found};
use crate::server::{Answer, Call, Caller};
use crate::shape::people as show;
use crate::state::State;
use crate::state::account::Team;
use crate::state::repository::Permission;

/// The team of the path. Only those of the installation's own organisation can be read.
fn find<'a>(state: &'a State, call: &Call) -> Result<&'a Team, Answer> {
    let Caller::Installation { id, .. } = &call.caller else { return Err(not_found()) };
    let found = state.team(call.part("org"), call.part("team_slug")).ok_or_else(not_found)?;
    let account = state.installations.get(id).map(|it| it.account);
    if account == Some(found.organisation) { Ok(found) } else { Err(not_found()) }
}

pub(super) fn user(state: &State, call: &Call) -> Outcome {
    let found = state.by_login(call.part("username")).ok_or_else(not_found)?;
    let (none, created) = (serde_json::Value::Null, crate::state::stamp(found.created_at));
    let more = json!({
        "name": found.name, "company": none, "blog": "", "location": none, "email": none, "hireable": none,
        "bio": none, "public_repos": 0, "public_gists": 0, "followers": 0, "following": 0,
        "created_at": created, "updated_at": created,
    });
    Ok(Answer::new(200, crate::shape::with(show::user(state, found.id), more)))
}

pub(super) fn team(state: &State, call: &Call) -> Outcome {
    Ok(Answer::new(200, show::team_full(state, find(state, call)?)))
}

pub(super) fn members(state: &State, call: &Call) -> Outcome {
    let team = find(state, call)?;
    let role = call.asked("role").unwrap_or("all");
    let members = state.members(team).into_iter();
    let wanted = members.filter(|(_, maintainer)| role == "all" || (role == "maintainer") == *maintainer);
    let wanted: Vec<u64> = wanted.map(|(id, _)| id).collect();
    call.list(&wanted, |id| show::user(state, *id))
}

pub(super) fn membership(state: &State, call: &Call) -> Outcome {
    let team = find(state, call)?;
    let user = state.by_login(call.part("username")).ok_or_else(not_found)?;
    let members = state.members(team);
    let maintainer = members.get(&user.id).ok_or_else(not_found)?;
    let url = format!("{}/organizations/{}/team/{}/memberships/{}", state.url, team.organisation, team.id, user.login);
    let role = if *maintainer { "maintainer" } else { "member" };
    Ok(Answer::new(200, json!({ "url": url, "role": role, "state": "active" })))
}

pub(super) fn permission(state: &State, call: &Call) -> Outcome {
    let repository = call.repository(state)?;
    let user = state.by_login(call.part("username")).ok_or_else(not_found)?;
    let permission = state.permission(repository, user.id);
    let at_least = |wanted: Permission| permission.is_some_and(|it| it >= wanted);
    let role = permission.map_or("none", Permission::name);
    let shown = crate::shape::with(
        show::user(state, user.id),
        json!({
            "role_name": role,
            "permissions": {
                "pull": at_least(Permission::Read), "triage": at_least(Permission::Triage),
                "push": at_least(Permission::Write), "maintain": at_least(Permission::Maintain),
                "admin": at_least(Permission::Admin),
            },
        }),
    );
    let coarse = permission.map_or("none", Permission::coarse);
    Ok(Answer::new(200, json!({ "permission": coarse, "role_name": role, "user": shown })))
}
