//! Issues and their comments, as REST and events show them.

use serde_json::{Value, json};

use super::{node, people, repository};
use crate::state::State;
use crate::state::issue::Issue;
use crate::state::pull_request::Comment;
use crate::state::repository::Repository;
use crate::state::stamp;

fn html_url(state: &State, home: &Repository, it: &Issue) -> String {
    format!("{}/{}/issues/{}", state.url, state.full_name(home), it.number)
}

pub(crate) fn issue(state: &State, home: &Repository, it: &Issue) -> Value {
    let url = format!("{}/issues/{}", repository::url(state, home), it.number);
    json!({
        "url": url,
        "repository_url": repository::url(state, home),
        "labels_url": format!("{url}/labels{{/name}}"),
        "comments_url": format!("{url}/comments"),
        "events_url": format!("{url}/events"),
        "html_url": html_url(state, home, it),
        "id": it.id,
        "node_id": node("I", &[&home.id, &it.number]),
        "number": it.number,
        "title": it.title,
        "user": people::user(state, it.author),
        "labels": [],
        "state": if it.open { "open" } else { "closed" },
        "locked": false,
        "assignee": null,
        "assignees": [],
        "milestone": null,
        "comments": it.comments.len(),
        "created_at": stamp(it.created_at),
        "updated_at": stamp(it.updated_at),
        "closed_at": it.closed_at.map(stamp),
        "author_association": state.association(home, Some(it.author)),
        "active_lock_reason": null,
        "body": it.body,
        "performed_via_github_app": it.app.map(|id| people::app(state, id)),
        "state_reason": if it.open { Value::Null } else { "completed".into() },
    })
}

pub(crate) fn comment(state: &State, home: &Repository, under: &Issue, it: &Comment) -> Value {
    let at = repository::url(state, home);
    json!({
        "url": format!("{at}/issues/comments/{}", it.id),
        "html_url": format!("{}#issuecomment-{}", html_url(state, home, under), it.id),
        "issue_url": format!("{at}/issues/{}", under.number),
        "id": it.id,
        "node_id": node("IC", &[&home.id, &under.number, &it.id]),
        "user": people::user(state, it.author),
        "created_at": stamp(it.created_at),
        "updated_at": stamp(it.updated_at),
        "author_association": state.association(home, Some(it.author)),
        "body": it.body,
        "performed_via_github_app": it.app.map(|id| people::app(state, id)),
    })
}
