//! Reviews, review threads, comments, and the history of texts.

use std::sync::Arc;

use super::{
    Args, Connection, Cx, Object, Resolved, Val, commit, leaf, maybe_stamp, people, pull_request, stamp, unbuilt,
};
use crate::shape::{node, pull_request as names};
use crate::state::pull_request::{Comment, Edit, PullRequest, Review, Thread, ThreadComment};
use crate::state::repository::Repository;

type Home<'s> = &'s Arc<Repository>;
type Under<'s> = &'s Arc<PullRequest>;

/// The last edit of a text, if there was one.
pub(super) fn last_edit(edits: &[Arc<Edit>]) -> Option<&Arc<Edit>> {
    edits.last().filter(|_| edits.len() > 1)
}

/// The versions of a text, newest first. The first version is among them once there is a second.
pub(super) fn edits<'s>(cx: Cx<'s>, edits: &'s [Arc<Edit>], args: &Args<'_>) -> Resolved<'s> {
    let show = move |it: &&'s Arc<Edit>| {
        let it = *it;
        Object::new(cx, "UserContentEdit", move |field, _| {
            Ok(match field {
                "id" => leaf(node("UCE", &[&it.id])),
                "createdAt" | "editedAt" | "updatedAt" => stamp(it.at),
                "editor" => people::actor(cx, Some(it.by)),
                "deletedAt" | "deletedBy" => Val::NULL,
                "diff" => leaf(it.text.as_str()),
                _ => return unbuilt(),
            })
        })
    };
    Connection::new(cx, "UserContentEditConnection", edits.iter().rev(), show).page(args)
}

fn commit_at<'s>(cx: Cx<'s>, home: Home<'s>, oid: &str) -> Val<'s> {
    Val::maybe(home.objects.commit(oid).map(|found| commit::commit(cx, home, found)))
}

pub(super) fn review<'s>(cx: Cx<'s>, home: Home<'s>, under: Under<'s>, it: &'s Arc<Review>) -> Object<'s> {
    Object::new(cx, "PullRequestReview", move |field, args| {
        Ok(match field {
            "id" => leaf(names::review_node(under, it.id)),
            "databaseId" => leaf(it.id),
            "fullDatabaseId" => leaf(it.id.to_string()),
            "author" => people::actor(cx, Some(it.author)),
            "authorAssociation" => leaf(cx.state.association(home, Some(it.author))),
            "authorCanPushToRepository" => leaf(cx.state.may_push(home, Some(it.author))),
            "body" => leaf(it.body.as_str()),
            "state" => leaf(it.state.name()),
            "commit" => commit_at(cx, home, &it.commit),
            "createdAt" | "submittedAt" => stamp(it.submitted_at),
            "updatedAt" => stamp(it.updated_at),
            "editor" | "lastEditedAt" => Val::NULL,
            "isMinimized" => leaf(false),
            "viewerDidAuthor" => leaf(it.author == cx.state.bot()),
            "pullRequest" => Val::Object(pull_request::pull_request(cx, home, under)),
            "url" => {
                let page = names::html_url(cx.state, home, under);
                leaf(format!("{page}#pullrequestreview-{}", it.id))
            }
            "onBehalfOf" => {
                let teams = it.on_behalf_of.iter().filter_map(|id| cx.state.teams.get(id));
                return Connection::new(cx, "TeamConnection", teams, move |team| people::team(cx, team)).page(args);
            }
            "comments" => {
                let all = under.threads.iter().flat_map(|thread| thread.comments.iter().map(move |it| (thread, it)));
                let own = all.filter(|(_, comment)| comment.review == it.id);
                return thread_comments(cx, home, under, own.collect(), args);
            }
            _ => return unbuilt(),
        })
    })
}

fn thread_comments<'s>(
    cx: Cx<'s>,
    home: Home<'s>,
    under: Under<'s>,
    found: Vec<(&'s Arc<Thread>, &'s Arc<ThreadComment>)>,
    args: &Args<'_>,
) -> Resolved<'s> {
    let show =
        move |(thread, it): &(&'s Arc<Thread>, &'s Arc<ThreadComment>)| thread_comment(cx, home, under, thread, it);
    Connection::new(cx, "PullRequestReviewCommentConnection", found, show).page(args)
}

pub(super) fn thread<'s>(cx: Cx<'s>, home: Home<'s>, under: Under<'s>, it: &'s Arc<Thread>) -> Object<'s> {
    Object::new(cx, "PullRequestReviewThread", move |field, args| {
        Ok(match field {
            "id" => leaf(names::thread_node(under, it.id)),
            "path" => leaf(it.path.as_str()),
            "line" if it.commit != under.head_oid => Val::NULL,
            "line" | "originalLine" => leaf(it.line),
            "startLine" => Val::NULL,
            "diffSide" => leaf("RIGHT"),
            "subjectType" => leaf("LINE"),
            "isCollapsed" | "isResolved" => leaf(it.resolved_by.is_some()),
            "isOutdated" => leaf(it.commit != under.head_oid),
            "resolvedBy" => it.resolved_by.map_or(Val::NULL, |id| people::user(cx, id)),
            "pullRequest" => Val::Object(pull_request::pull_request(cx, home, under)),
            "comments" => {
                args.skip(&["skip"]);
                return thread_comments(cx, home, under, it.comments.iter().map(|found| (it, found)).collect(), args);
            }
            _ => return unbuilt(),
        })
    })
}

fn thread_comment<'s>(
    cx: Cx<'s>,
    home: Home<'s>,
    under: Under<'s>,
    thread: &'s Arc<Thread>,
    it: &'s Arc<ThreadComment>,
) -> Object<'s> {
    Object::new(cx, "PullRequestReviewComment", move |field, _| {
        Ok(match field {
            "id" => leaf(node("PRRC", &[&under.repository, &under.number, &it.id])),
            "databaseId" => leaf(it.id),
            "fullDatabaseId" => leaf(it.id.to_string()),
            "author" => people::actor(cx, Some(it.author)),
            "body" => leaf(it.body.as_str()),
            "path" => leaf(thread.path.as_str()),
            "line" => leaf(thread.line),
            "commit" => commit_at(cx, home, &thread.commit),
            "createdAt" | "updatedAt" => stamp(it.at),
            "lastEditedAt" => Val::NULL,
            "isMinimized" => leaf(false),
            "viewerDidAuthor" => leaf(it.author == cx.state.bot()),
            "pullRequestReview" => Val::maybe(under.review(it.review).map(|found| review(cx, home, under, found))),
            "url" => {
                let page = names::html_url(cx.state, home, under);
                leaf(format!("{page}#discussion_r{}", it.id))
            }
            _ => return unbuilt(),
        })
    })
}

pub(super) fn comment<'s>(cx: Cx<'s>, home: Home<'s>, under: Under<'s>, it: &'s Arc<Comment>) -> Object<'s> {
    Object::new(cx, "IssueComment", move |field, args| {
        let edit = last_edit(&it.edits);
        Ok(match field {
            "id" => leaf(names::comment_node(under, it.id)),
            "databaseId" => leaf(it.id),
            "fullDatabaseId" => leaf(it.id.to_string()),
            "author" => people::actor(cx, Some(it.author)),
            "authorAssociation" => leaf(cx.state.association(home, Some(it.author))),
            "body" | "bodyText" => leaf(it.body.as_str()),
            "createdAt" => stamp(it.created_at),
            "updatedAt" => stamp(it.updated_at),
            "editor" => people::actor(cx, edit.map(|edit| edit.by)),
            "lastEditedAt" => maybe_stamp(edit.map(|edit| edit.at)),
            "includesCreatedEdit" => leaf(edit.is_some()),
            "isMinimized" => leaf(it.minimized.is_some()),
            "minimizedReason" => leaf(it.minimized.clone()),
            "viewerDidAuthor" => leaf(it.author == cx.state.bot()),
            "pullRequest" => Val::Object(pull_request::pull_request(cx, home, under)),
            "url" => leaf(format!("{}#issuecomment-{}", names::html_url(cx.state, home, under), it.id)),
            "userContentEdits" => return edits(cx, &it.edits, args),
            _ => return unbuilt(),
        })
    })
}
