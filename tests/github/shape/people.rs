//! Accounts, organisations, teams, Apps and installations.

use serde_json::{Value, json};

use super::{add_urls, fields, maybe_stamp, node, with};
use crate::state::account::{Account, AccountKind, Team};
use crate::state::app::{App, Installation};
use crate::state::{State, stamp};

pub(crate) fn account_node(account: &Account) -> String {
    let prefix = match account.kind {
        AccountKind::User => "U",
        AccountKind::Bot => "BOT",
        AccountKind::Organisation(_) => "O",
    };
    node(prefix, &[&account.id])
}

/// An account in short; nothing if it was deleted.
pub(crate) fn user(state: &State, id: u64) -> Value {
    state.account(id).map_or(Value::Null, |account| simple_user(state, account))
}

fn simple_user(state: &State, account: &Account) -> Value {
    let url = format!("{}/users/{}", state.url, account.login);
    let mut it = fields(json!({
        "login": account.login,
        "id": account.id,
        "node_id": account_node(account),
        "avatar_url": format!("{}/avatars/{}", state.url, account.id),
        "gravatar_id": "",
        "url": url,
        "html_url": format!("{}/{}", state.url, account.plain_login()),
        "type": account.kind_name(),
        "user_view_type": "public",
        "site_admin": false,
    }));
    let urls = ["followers", "following", "gists", "starred", "subscriptions"];
    add_urls(&mut it, &url, &urls);
    add_urls(&mut it, &url, &["organizations", "repos", "events", "received_events"]);
    it.into()
}

/// An organisation, as webhooks show it.
pub(crate) fn organisation(state: &State, account: &Account) -> Value {
    let url = format!("{}/orgs/{}", state.url, account.login);
    let mut it = fields(json!({
        "login": account.login,
        "id": account.id,
        "node_id": account_node(account),
        "url": url,
        "avatar_url": format!("{}/avatars/{}", state.url, account.id),
        "description": null,
    }));
    add_urls(&mut it, &url, &["repos", "events", "hooks", "issues", "members", "public_members"]);
    it.into()
}

pub(crate) fn team_node(team: &Team) -> String {
    node("T", &[&team.id])
}

fn team_simple(state: &State, team: &Team) -> Value {
    let url = format!("{}/organizations/{}/team/{}", state.url, team.organisation, team.id);
    json!({
        "id": team.id,
        "node_id": team_node(team),
        "name": team.name,
        "slug": team.slug,
        "description": null,
        "privacy": if team.secret { "secret" } else { "closed" },
        "notification_setting": "notifications_enabled",
        "permission": "pull",
        "type": "organization",
        "organization_id": team.organisation,
        "url": url,
        "html_url": format!("{}/orgs/{}/teams/{}", state.url, state.login(team.organisation), team.slug),
        "members_url": format!("{url}/members"),
        "repositories_url": format!("{url}/repos"),
    })
}

pub(crate) fn team(state: &State, team: &Team) -> Value {
    let parent = team.parent.and_then(|id| state.teams.get(&id));
    let parent = parent.map_or(Value::Null, |it| team_simple(state, it));
    with(team_simple(state, team), json!({ "parent": parent }))
}

/// A team with the counts that only its own page shows.
pub(crate) fn team_full(state: &State, team: &Team) -> Value {
    let granted = state.repositories.values().filter(|it| it.teams.contains_key(&team.id)).count();
    let Some(owner) = state.account(team.organisation) else { return Value::Null };
    let login = &owner.login;
    let owner = with(
        organisation(state, owner),
        json!({
            "name": login, "type": "Organization", "html_url": format!("{}/{}", state.url, owner.login),
            "created_at": stamp(owner.created_at), "updated_at": stamp(owner.created_at), "archived_at": null,
            "has_organization_projects": true, "has_repository_projects": true, "public_repos": 0,
            "public_gists": 0, "followers": 0, "following": 0,
        }),
    );
    with(
        self::team(state, team),
        json!({
            "members_count": state.members(team).len(),
            "repos_count": granted,
            "created_at": stamp(team.created_at),
            "updated_at": stamp(team.created_at),
            "organization": owner,
        }),
    )
}

/// What the App under test may do, as its manifest asks for it.
pub(crate) fn permissions() -> Value {
    json!({
        "actions": "read", "checks": "write", "contents": "read", "deployments": "write", "issues": "write",
        "members": "read", "merge_queues": "read", "metadata": "read", "pull_requests": "write", "statuses": "read",
    })
}

/// The events that the App under test listens to.
pub(crate) fn events() -> Value {
    json!([
        "check_run",
        "check_suite",
        "deployment",
        "deployment_protection_rule",
        "deployment_status",
        "issue_comment",
        "label",
        "membership",
        "merge_group",
        "organization",
        "pull_request",
        "pull_request_review",
        "pull_request_review_thread",
        "push",
        "repository",
        "status",
        "team",
        "workflow_run",
    ])
}

pub(crate) fn app(state: &State, id: u64) -> Value {
    let Some(app) = state.apps.get(&id) else { return Value::Null };
    let App { slug, name, bot, created_at, .. } = &**app;
    json!({
        "id": id,
        "client_id": format!("Iv23li{id:014}"),
        "slug": slug,
        "node_id": node("A", &[&id]),
        "owner": user(state, *bot),
        "name": name,
        "description": "",
        "external_url": state.url,
        "html_url": format!("{}/apps/{slug}", state.url),
        "created_at": stamp(*created_at),
        "updated_at": stamp(*created_at),
        "permissions": permissions(),
        "events": events(),
    })
}

pub(crate) fn installation(state: &State, installation: &Installation) -> Value {
    let url = format!("{}/app/installations/{}", state.url, installation.id);
    let kind = state.account(installation.account).map_or("User", |it| it.kind_name());
    json!({
        "id": installation.id,
        "node_id": node("IN", &[&installation.id]),
        "account": user(state, installation.account),
        "repository_selection": if installation.selected.is_some() { "selected" } else { "all" },
        "access_tokens_url": format!("{url}/access_tokens"),
        "repositories_url": format!("{}/installation/repositories", state.url),
        "html_url": format!("{}/settings/installations/{}", state.url, installation.id),
        "app_id": state.app,
        "client_id": format!("Iv23li{:014}", state.app),
        "app_slug": state.apps.get(&state.app).map(|it| it.slug.clone()),
        "target_id": installation.account,
        "target_type": kind,
        "permissions": permissions(),
        "events": events(),
        "created_at": stamp(installation.created_at),
        "updated_at": stamp(installation.updated_at),
        "single_file_name": null,
        "has_multiple_single_files": false,
        "single_file_paths": [],
        "suspended_by": null,
        "suspended_at": maybe_stamp(installation.suspended_at),
    })
}
