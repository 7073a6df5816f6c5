//! Pull requests, their reviews, threads and comments.

use serde_json::{Value, json};

use super::{maybe_stamp, node, people, repository, with};
use crate::state::pull_request::{Comment, PullRequest, Review, Thread};
use crate::state::repository::Repository;
use crate::state::{State, stamp};

pub(crate) fn pull_request_node(pull_request: &PullRequest) -> String {
    node("PR", &[&pull_request.repository, &pull_request.number])
}

pub(crate) fn comment_node(pull_request: &PullRequest, id: u64) -> String {
    node("IC", &[&pull_request.repository, &pull_request.number, &id])
}

pub(crate) fn review_node(pull_request: &PullRequest, id: u64) -> String {
    node("PRR", &[&pull_request.repository, &pull_request.number, &id])
}

pub(crate) fn thread_node(pull_request: &PullRequest, id: u64) -> String {
    node("PRRT", &[&pull_request.repository, &pull_request.number, &id])
}

/// One end of a pull request.
fn end(state: &State, repository: Option<&Repository>, reference: &str, sha: &str) -> Value {
    let owner = repository.map_or(Value::Null, |it| people::user(state, it.owner));
    let login = repository.map_or("unknown", |it| state.login(it.owner));
    json!({
        "label": format!("{login}:{reference}"),
        "ref": reference,
        "sha": sha,
        "user": owner,
        "repo": repository.map(|it| repository::repository(state, it)),
    })
}

/// A pull request as lists show it.
pub(crate) fn pull_request_simple(state: &State, repository: &Repository, it: &PullRequest) -> Value {
    let url = format!("{}/pulls/{}", repository::url(state, repository), it.number);
    let issue = format!("{}/issues/{}", repository::url(state, repository), it.number);
    let page = html_url(state, repository, it);
    let statuses = format!("{}/statuses/{}", repository::url(state, repository), it.head_oid);
    let labels = it.labels.iter().filter_map(|id| repository.labels.get(id));
    let teams = it.requested_teams.iter().filter_map(|id| state.teams.get(id));
    let users =
        |ids: &std::collections::BTreeSet<u64>| ids.iter().map(|id| people::user(state, *id)).collect::<Value>();
    let head_repository = it.head_repository.and_then(|id| state.repositories.get(&id)).map(|it| &**it);
    let link = |href: &str| json!({ "href": href });
    json!({
        "url": url,
        "id": it.id,
        "node_id": pull_request_node(it),
        "html_url": page,
        "diff_url": format!("{page}.diff"),
        "patch_url": format!("{page}.patch"),
        "issue_url": issue,
        "commits_url": format!("{url}/commits"),
        "review_comments_url": format!("{url}/comments"),
        "review_comment_url": format!("{url}/comments/{{number}}"),
        "comments_url": format!("{issue}/comments"),
        "statuses_url": statuses,
        "number": it.number,
        "state": if it.open { "open" } else { "closed" },
        "locked": it.locked,
        "active_lock_reason": null,
        "title": it.title,
        "user": people::user(state, it.author),
        "body": it.body,
        "labels": labels.map(|label| repository::label(state, repository, label)).collect::<Value>(),
        "milestone": null,
        "created_at": stamp(it.created_at),
        "updated_at": stamp(it.updated_at),
        "closed_at": maybe_stamp(it.closed_at),
        "merged_at": maybe_stamp(it.merged.as_ref().map(|merge| merge.at)),
        "merge_commit_sha": it.merged.as_ref().map(|merge| merge.commit.to_string()),
        "assignee": it.assignees.first().map(|id| people::user(state, *id)),
        "assignees": users(&it.assignees),
        "requested_reviewers": users(&it.requested_users),
        "requested_teams": teams.map(|team| people::team(state, team)).collect::<Value>(),
        "head": end(state, head_repository, &it.head, &it.head_oid),
        "base": end(state, Some(repository), &it.base, &it.base_oid),
        "_links": {
            "self": link(&url), "html": link(&page), "issue": link(&issue),
            "comments": link(&format!("{issue}/comments")), "review_comments": link(&format!("{url}/comments")),
            "review_comment": link(&format!("{url}/comments/{{number}}")),
            "commits": link(&format!("{url}/commits")), "statuses": link(&statuses),
        },
        "author_association": state.association(repository, Some(it.author)),
        "auto_merge": it.auto_merge.as_ref().map(|auto| json!({
            "enabled_by": people::user(state, auto.by), "merge_method": "merge",
            "commit_title": it.title, "commit_message": "",
        })),
        "draft": it.draft,
    })
}

/// A pull request as its own page and its events show it.
pub(crate) fn pull_request(state: &State, repository: &Repository, it: &PullRequest) -> Value {
    let files = repository.files(it);
    let review_comments: usize = it.threads.iter().map(|thread| thread.comments.len()).sum();
    with(
        pull_request_simple(state, repository, it),
        json!({
            "merged": it.merged.is_some(),
            "mergeable": if it.open { Some(true) } else { None },
            "rebaseable": null,
            "mergeable_state": if it.open { merge_state(repository, it).to_lowercase() } else { "unknown".to_owned() },
            "merged_by": it.merged.as_ref().map(|merge| people::user(state, merge.by)),
            "comments": it.comments.len(),
            "review_comments": review_comments,
            "maintainer_can_modify": it.cross_repository(),
            "commits": repository.commits(it).len(),
            "additions": files.iter().map(|file| file.additions).sum::<usize>(),
            "deletions": files.iter().map(|file| file.deletions).sum::<usize>(),
            "changed_files": files.len(),
        }),
    )
}

/// Whether the rules let it in, in the words of `MergeStateStatus`.
pub(crate) fn merge_state(repository: &Repository, it: &PullRequest) -> &'static str {
    if it.draft {
        return "DRAFT";
    }
    if !repository.missing_for_merge(it).is_empty() {
        return "BLOCKED";
    }
    match repository.marks(&it.head_oid).and_then(|marks| marks.rollup()) {
        None | Some("SUCCESS") => "CLEAN",
        Some(_) => "UNSTABLE",
    }
}

pub(crate) fn html_url(state: &State, repository: &Repository, it: &PullRequest) -> String {
    format!("{}/pull/{}", repository::html_url(state, repository), it.number)
}

pub(crate) fn comment(state: &State, repository: &Repository, under: &PullRequest, it: &Comment) -> Value {
    let at = repository::url(state, repository);
    json!({
        "url": format!("{at}/issues/comments/{}", it.id),
        "html_url": format!("{}#issuecomment-{}", html_url(state, repository, under), it.id),
        "issue_url": format!("{at}/issues/{}", under.number),
        "id": it.id,
        "node_id": comment_node(under, it.id),
        "user": people::user(state, it.author),
        "created_at": stamp(it.created_at),
        "updated_at": stamp(it.updated_at),
        "author_association": state.association(repository, Some(it.author)),
        "body": it.body,
        "performed_via_github_app": it.app.map(|id| people::app(state, id)),
    })
}

/// The issue that stands behind a pull request, as comments' events show it.
pub(crate) fn issue(state: &State, repository: &Repository, it: &PullRequest) -> Value {
    let url = format!("{}/issues/{}", repository::url(state, repository), it.number);
    let pull = format!("{}/pulls/{}", repository::url(state, repository), it.number);
    let page = html_url(state, repository, it);
    let labels = it.labels.iter().filter_map(|id| repository.labels.get(id));
    json!({
        "url": url,
        "repository_url": repository::url(state, repository),
        "labels_url": format!("{url}/labels{{/name}}"),
        "comments_url": format!("{url}/comments"),
        "events_url": format!("{url}/events"),
        "html_url": page,
        "id": it.id,
        "node_id": pull_request_node(it),
        "number": it.number,
        "title": it.title,
        "user": people::user(state, it.author),
        "labels": labels.map(|label| repository::label(state, repository, label)).collect::<Value>(),
        "state": if it.open { "open" } else { "closed" },
        "locked": it.locked,
        "assignee": it.assignees.first().map(|id| people::user(state, *id)),
        "assignees": it.assignees.iter().map(|id| people::user(state, *id)).collect::<Value>(),
        "milestone": null,
        "comments": it.comments.len(),
        "created_at": stamp(it.created_at),
        "updated_at": stamp(it.updated_at),
        "closed_at": maybe_stamp(it.closed_at),
        "author_association": state.association(repository, Some(it.author)),
        "active_lock_reason": null,
        "draft": it.draft,
        "pull_request": {
            "url": pull, "html_url": page, "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"),
            "merged_at": maybe_stamp(it.merged.as_ref().map(|merge| merge.at)),
        },
        "body": it.body,
        "performed_via_github_app": null,
        "state_reason": null,
    })
}

/// A review. Events write its state small, REST writes it large.
pub(crate) fn review(state: &State, repository: &Repository, under: &PullRequest, it: &Review) -> Value {
    let page = format!("{}#pullrequestreview-{}", html_url(state, repository, under), it.id);
    let pull = format!("{}/pulls/{}", repository::url(state, repository), under.number);
    json!({
        "id": it.id,
        "node_id": review_node(under, it.id),
        "user": people::user(state, it.author),
        "body": it.body,
        "state": it.state.name(),
        "commit_id": &it.commit,
        "submitted_at": stamp(it.submitted_at),
        "html_url": page,
        "pull_request_url": pull,
        "author_association": state.association(repository, Some(it.author)),
        "_links": { "html": { "href": page }, "pull_request": { "href": pull } },
    })
}

pub(crate) fn thread(state: &State, repository: &Repository, under: &PullRequest, it: &Thread) -> Value {
    let pull = format!("{}/pulls/{}", repository::url(state, repository), under.number);
    let comments = it.comments.iter().map(|comment| {
        json!({
            "id": comment.id,
            "node_id": node("PRRC", &[&under.repository, &under.number, &comment.id]),
            "url": format!("{}/pulls/comments/{}", repository::url(state, repository), comment.id),
            "pull_request_review_id": comment.review,
            "path": it.path,
            "html_url": format!("{}#discussion_r{}", html_url(state, repository, under), comment.id),
            "diff_hunk": "",
            "line": it.line,
            "original_line": it.line,
            "start_line": null,
            "original_start_line": null,
            "position": it.line,
            "original_position": it.line,
            "start_side": null,
            "side": "RIGHT",
            "commit_id": &it.commit,
            "original_commit_id": &it.commit,
            "user": people::user(state, comment.author),
            "body": comment.body,
            "created_at": stamp(comment.at),
            "updated_at": stamp(comment.at),
            "pull_request_url": pull,
            "author_association": state.association(repository, Some(comment.author)),
        })
    });
    json!({ "node_id": thread_node(under, it.id), "comments": comments.collect::<Value>() })
}
