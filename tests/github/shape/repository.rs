//! Repositories, their labels, rules and pushes.

use serde_json::{Value, json};

use super::{add_urls, fields, maybe_stamp, node, people};
use crate::state::repository::{Demand, Label, Push, Repository, Rule, Visibility};
use crate::state::{State, stamp};

/// Addresses under a repository that nothing here serves and every payload names.
const URLS: [&str; 38] = [
    "archive",
    "assignees",
    "blobs",
    "branches",
    "collaborators",
    "comments",
    "commits",
    "compare",
    "contents",
    "contributors",
    "deployments",
    "downloads",
    "events",
    "forks",
    "git_commits",
    "git_refs",
    "git_tags",
    "hooks",
    "issue_comment",
    "issue_events",
    "issues",
    "keys",
    "labels",
    "languages",
    "merges",
    "milestones",
    "notifications",
    "pulls",
    "releases",
    "stargazers",
    "statuses",
    "subscribers",
    "subscription",
    "tags",
    "teams",
    "trees",
    "clone",
    "svn",
];

pub(crate) fn repository_node(id: u64) -> String {
    node("R", &[&id])
}

/// Where REST serves it.
pub(crate) fn url(state: &State, repository: &Repository) -> String {
    format!("{}/repos/{}", state.url, state.full_name(repository))
}

/// Where people see it.
pub(crate) fn html_url(state: &State, repository: &Repository) -> String {
    format!("{}/{}", state.url, state.full_name(repository))
}

pub(crate) fn repository(state: &State, repository: &Repository) -> Value {
    let url = url(state, repository);
    let open = repository.index.open.len();
    let forks = state.repositories.values().filter(|it| it.fork_of == Some(repository.id)).count();
    let mut it = fields(json!({
        "id": repository.id,
        "node_id": repository_node(repository.id),
        "name": repository.name,
        "full_name": state.full_name(repository),
        "private": repository.visibility != Visibility::Public,
        "visibility": repository.visibility.name(),
        "owner": people::user(state, repository.owner),
        "html_url": html_url(state, repository),
        "url": url,
        "description": null,
        "fork": repository.fork_of.is_some(),
        "created_at": stamp(repository.created_at),
        "updated_at": stamp(repository.updated_at),
        "pushed_at": maybe_stamp(repository.pushed_at),
        "homepage": null,
        "language": null,
        "license": null,
        "mirror_url": null,
        "size": 0,
        "stargazers_count": 0,
        "watchers_count": 0,
        "watchers": 0,
        "forks_count": forks,
        "forks": forks,
        "open_issues_count": open,
        "open_issues": open,
        "has_issues": true,
        "has_projects": true,
        "has_downloads": true,
        "has_wiki": true,
        "has_pages": false,
        "has_discussions": false,
        "archived": repository.archived,
        "disabled": false,
        "allow_forking": true,
        "is_template": false,
        "web_commit_signoff_required": false,
        "topics": [],
        "default_branch": repository.default_branch,
        "git_url": format!("{url}.git"),
        "ssh_url": format!("{url}.git"),
    }));
    add_urls(&mut it, &url, &URLS);
    it.into()
}

/// The little that a check run's pull requests say of a repository.
pub(crate) fn repository_stub(state: &State, repository: &Repository) -> Value {
    json!({ "id": repository.id, "url": url(state, repository), "name": repository.name })
}

/// What an installation's events say of its repositories.
pub(crate) fn repository_line(state: &State, repository: &Repository) -> Value {
    json!({
        "id": repository.id,
        "node_id": repository_node(repository.id),
        "name": repository.name,
        "full_name": state.full_name(repository),
        "private": repository.visibility != Visibility::Public,
    })
}

pub(crate) fn label(state: &State, repository: &Repository, label: &Label) -> Value {
    json!({
        "id": label.id,
        "node_id": node("LA", &[&label.id]),
        "url": format!("{}/labels/{}", url(state, repository), label.name),
        "name": label.name,
        "color": label.color,
        "default": false,
        "description": "",
    })
}

/// One line of the activity list.
pub(crate) fn activity(state: &State, push: &Push) -> Value {
    json!({
        "id": push.id,
        "node_id": node("PSH", &[&push.id]),
        "before": &push.before,
        "after": &push.after,
        "ref": format!("refs/heads/{}", push.branch),
        "timestamp": stamp(push.at),
        "activity_type": push.kind.name(),
        "actor": people::user(state, push.by),
    })
}

/// What a branch's own protection demands, as the branch shows it.
pub(crate) fn protection(repository: &Repository, branch: &str) -> Value {
    let here = repository.rules.iter().filter(|rule| rule.branch == branch);
    let contexts: Vec<&String> = here
        .filter_map(|rule| match &rule.demand {
            Demand::Protected { context } => Some(context),
            _ => None,
        })
        .collect();
    if contexts.is_empty() {
        return json!({ "enabled": false });
    }
    let checks: Vec<Value> = contexts.iter().map(|context| json!({ "context": context, "app_id": null })).collect();
    json!({
        "enabled": true,
        "required_status_checks": { "enforcement_level": "non_admins", "contexts": contexts, "checks": checks },
    })
}

/// One rule, as `rules/branches` shows it; nothing for the branch's own protection.
pub(crate) fn rule(state: &State, repository: &Repository, rule: &Rule) -> Option<Value> {
    let (kind, parameters) = match &rule.demand {
        Demand::Check { context, app } => {
            let mut check = fields(json!({ "context": context }));
            check.extend(app.map(|app| ("integration_id".to_owned(), app.into())));
            let parameters = json!({
                "required_status_checks": [check],
                "strict_required_status_checks_policy": false,
                "do_not_enforce_on_create": false,
            });
            ("required_status_checks", parameters)
        }
        Demand::Approvals(count) => {
            let parameters = json!({
                "required_approving_review_count": count,
                "dismiss_stale_reviews_on_push": false,
                "require_code_owner_review": false,
                "require_last_push_approval": false,
                "required_review_thread_resolution": false,
            });
            ("pull_request", parameters)
        }
        Demand::Protected { .. } => return None,
    };
    Some(json!({
        "type": kind,
        "parameters": parameters,
        "ruleset_source_type": "Repository",
        "ruleset_source": state.full_name(repository),
        "ruleset_id": rule.id,
    }))
}
