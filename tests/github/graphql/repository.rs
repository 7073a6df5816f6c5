//! Repositories, branches, comparisons, merge queues, labels.

use std::sync::Arc;

use apollo_compiler::response::JsonValue;

use super::{
    Args, Connection, Cx, Object, Resolved, Val, commit, failure, leaf, people, pull_request, query, stamp, unbuilt,
};
use crate::git::{Commit, Object as GitObject};
use crate::shape::{node, repository as names};
use crate::state::pull_request::PullRequest;
use crate::state::repository::{Label, QueueEntry, Repository, Visibility};

pub(super) fn repository<'s>(cx: Cx<'s>, it: &'s Arc<Repository>) -> Object<'s> {
    Object::new(cx, "Repository", move |field, args| {
        Ok(match field {
            "id" => leaf(names::repository_node(it.id)),
            "databaseId" => leaf(it.id),
            "name" => leaf(it.name.as_str()),
            "nameWithOwner" => leaf(cx.state.full_name(it)),
            "url" => leaf(names::html_url(cx.state, it)),
            "owner" => people::actor(cx, Some(it.owner)),
            "visibility" => leaf(it.visibility.name().to_uppercase()),
            "isPrivate" => leaf(it.visibility != Visibility::Public),
            "isArchived" => leaf(it.archived),
            "isDisabled" => leaf(false),
            "isEmpty" => leaf(it.branches.is_empty()),
            "isFork" => leaf(it.fork_of.is_some()),
            "isInOrganization" => leaf(cx.state.account(it.owner).is_some_and(|it| it.organisation().is_some())),
            "createdAt" => stamp(it.created_at),
            "updatedAt" => stamp(it.updated_at),
            "pushedAt" => super::maybe_stamp(it.pushed_at),
            "viewerPermission" => leaf("WRITE"),
            "parent" => {
                let parent =
                    it.fork_of.and_then(|id| cx.state.repositories.get(&id)).filter(|it| query::visible(cx, it));
                Val::maybe(parent.map(|it| repository(cx, it)))
            }
            "defaultBranchRef" => Val::maybe(branch(cx, it, &it.default_branch)),
            "ref" => {
                let name = args.text("qualifiedName").unwrap_or("");
                Val::maybe(branch(cx, it, name.trim_start_matches("refs/").trim_start_matches("heads/")))
            }
            "refs" => return refs(cx, it, args),
            "object" => return object(cx, it, args),
            "collaborators" => return people::collaborators(cx, it, args),
            "deployments" => return super::checks::deployments(cx, it, None, args),
            "pullRequest" => {
                let number = args.number("number").unwrap_or_default();
                let found = it.pull_requests.get(&number).filter(|found| seen(cx, found));
                let missing = || {
                    let text = format!("Could not resolve to a PullRequest with the number of {number}.");
                    failure("NOT_FOUND", &text)
                };
                Val::Object(pull_request::pull_request(cx, it, found.ok_or_else(missing)?))
            }
            "pullRequests" => return pull_requests(cx, it, it.pull_requests.values().collect(), args),
            "mergeQueue" => {
                let name = args.text("branch").unwrap_or(&it.default_branch);
                let known = it.queued_branches.iter().find(|branch| *branch == name);
                Val::maybe(known.map(|branch| merge_queue(cx, it, branch)))
            }
            _ => return unbuilt(),
        })
    })
}

/// Whether a fault still hides a new pull request.
pub(super) fn seen(cx: Cx<'_>, it: &PullRequest) -> bool {
    cx.unseen_for.is_none_or(|behind| it.created_at + behind <= cx.now)
}

pub(super) fn branch<'s>(cx: Cx<'s>, it: &'s Arc<Repository>, name: &str) -> Option<Object<'s>> {
    let (name, tip) = it.branches.get_key_value(name)?;
    Some(Object::new(cx, "Ref", move |field, args| {
        Ok(match field {
            "id" => leaf(node("REF", &[&it.id, name])),
            "name" => leaf(name.as_str()),
            "prefix" => leaf("refs/heads/"),
            "repository" => Val::Object(repository(cx, it)),
            "target" => Val::maybe(it.objects.commit(tip).map(|found| commit::commit(cx, it, found))),
            "associatedPullRequests" => {
                let from = |found: &&Arc<PullRequest>| found.head == *name && found.head_repository == Some(it.id);
                return pull_requests(cx, it, it.pull_requests.values().filter(from).collect(), args);
            }
            "compare" => {
                let head = it.resolve(args.text("headRef").unwrap_or(""));
                let ends = it.objects.commit(tip).zip(head);
                Val::maybe(ends.map(|(base, head)| comparison(cx, it, base, head)))
            }
            _ => return unbuilt(),
        })
    }))
}

fn comparison<'s>(cx: Cx<'s>, it: &'s Arc<Repository>, base: Arc<Commit>, head: Arc<Commit>) -> Object<'s> {
    let ahead = it.objects.range(&base.oid, &head.oid);
    let behind = it.objects.range(&head.oid, &base.oid);
    Object::new(cx, "Comparison", move |field, args| {
        Ok(match field {
            "id" => leaf(node("CMP", &[&it.id, &base.oid, &head.oid])),
            "aheadBy" => leaf(ahead.len()),
            "behindBy" => leaf(behind.len()),
            "status" => leaf(match (ahead.len(), behind.len()) {
                (0, 0) => "IDENTICAL",
                (_, 0) => "AHEAD",
                (0, _) => "BEHIND",
                _ => "DIVERGED",
            }),
            "baseTarget" => Val::Object(commit::commit(cx, it, Arc::clone(&base))),
            "headTarget" => Val::Object(commit::commit(cx, it, Arc::clone(&head))),
            "commits" => {
                let show = move |found: &Arc<Commit>| commit::commit(cx, it, Arc::clone(found));
                let commits = Connection::new(cx, "ComparisonCommitConnection", ahead.iter().cloned(), show);
                let authors = |field: &str, commits: &[Arc<Commit>]| {
                    let emails: std::collections::BTreeSet<_> = commits.iter().map(|it| &it.author.email).collect();
                    (field == "authorCount").then(|| leaf(emails.len()))
                };
                return commits.with_extra(authors).page(args);
            }
            _ => return unbuilt(),
        })
    })
}

fn refs<'s>(cx: Cx<'s>, it: &'s Arc<Repository>, args: &Args<'_>) -> Resolved<'s> {
    let heads = matches!(args.text("refPrefix"), Some("refs/heads/" | "refs/heads" | "refs/"));
    let text = args.text("query").unwrap_or("");
    args.skip(&["orderBy", "direction"]);
    let names = it.branches.keys().filter(|name| heads && name.contains(text));
    let found: Vec<&String> = names.collect();
    let show = move |name: &&'s String| branch(cx, it, name).expect("a branch of this snapshot");
    Connection::new(cx, "RefConnection", found, show).page(args)
}

fn object<'s>(cx: Cx<'s>, it: &'s Arc<Repository>, args: &Args<'_>) -> Resolved<'s> {
    let found = match (args.text("oid"), args.text("expression")) {
        (Some(oid), _) => it.objects.find(oid).map(|found| (oid.into(), found)),
        (None, Some(expression)) => it.object(expression),
        (None, None) => None,
    };
    Ok(Val::maybe(found.map(|(oid, found)| git_object(cx, it, &oid, found))))
}

pub(super) fn git_object<'s>(cx: Cx<'s>, it: &'s Arc<Repository>, oid: &str, found: GitObject) -> Object<'s> {
    match found {
        GitObject::Commit(found) => commit::commit(cx, it, found),
        GitObject::Tree(found) => commit::tree(cx, it, oid, found),
        GitObject::Blob(found) => commit::blob(cx, it, oid, found),
    }
}

/// Some of the pull requests of a repository, as the usual arguments choose and order them.
pub(super) fn pull_requests<'s>(
    cx: Cx<'s>,
    it: &'s Arc<Repository>,
    mut found: Vec<&'s Arc<PullRequest>>,
    args: &Args<'_>,
) -> Resolved<'s> {
    let (states, labels) = (args.texts("states"), args.texts("labels"));
    let (base, head) = (args.text("baseRefName"), args.text("headRefName"));
    found.retain(|found| {
        let has =
            |name: &&str| found.labels.iter().any(|id| it.labels.get(id).is_some_and(|label| label.name == **name));
        seen(cx, found)
            && states.as_ref().is_none_or(|states| states.contains(&found.state_name()))
            && labels.as_ref().is_none_or(|labels| labels.iter().any(has))
            && base.is_none_or(|base| found.base == base)
            && head.is_none_or(|head| found.head == head)
    });
    let by = args.inside("orderBy", "field").and_then(JsonValue::as_str).unwrap_or("CREATED_AT");
    found.sort_by_key(|found| match by {
        "UPDATED_AT" => (found.updated_at.as_millisecond(), found.number),
        "COMMENTS" => (i64::try_from(found.comments.len()).unwrap_or(i64::MAX), found.number),
        _ => (found.created_at.as_millisecond(), found.number),
    });
    if args.descending() {
        found.reverse();
    }
    let show = move |found: &&'s Arc<PullRequest>| pull_request::pull_request(cx, it, found);
    Connection::new(cx, "PullRequestConnection", found, show).page(args)
}

pub(super) fn merge_queue<'s>(cx: Cx<'s>, it: &'s Arc<Repository>, branch: &'s str) -> Object<'s> {
    Object::new(cx, "MergeQueue", move |field, args| {
        Ok(match field {
            "id" => leaf(node("MQ", &[&it.id, &branch])),
            "url" => leaf(format!("{}/queue/{branch}", names::html_url(cx.state, it))),
            "entries" => {
                let entries = it.queue.iter().filter(|entry| entry.branch == branch);
                let show = move |entry: &&'s Arc<QueueEntry>| queue_entry(cx, it, entry);
                return Connection::new(cx, "MergeQueueEntryConnection", entries, show).page(args);
            }
            _ => return unbuilt(),
        })
    })
}

pub(super) fn queue_entry<'s>(cx: Cx<'s>, it: &'s Arc<Repository>, entry: &'s Arc<QueueEntry>) -> Object<'s> {
    Object::new(cx, "MergeQueueEntry", move |field, _| {
        let group = entry.group.as_ref();
        let commit = |oid: Option<&crate::git::Oid>| {
            Val::maybe(oid.and_then(|oid| it.objects.commit(oid)).map(|found| commit::commit(cx, it, found)))
        };
        let before = |other: &&Arc<QueueEntry>| other.branch == entry.branch && other.id < entry.id;
        Ok(match field {
            "id" => leaf(node("MQE", &[&it.id, &entry.id])),
            "position" => leaf(it.queue.iter().filter(before).count() + 1),
            "state" => leaf(match group.and_then(|group| it.marks(&group.head)).and_then(|marks| marks.rollup()) {
                Some("SUCCESS") => "MERGEABLE",
                Some("FAILURE" | "ERROR") => "UNMERGEABLE",
                _ if group.is_some() => "AWAITING_CHECKS",
                _ => "QUEUED",
            }),
            "enqueuedAt" => stamp(entry.at),
            "enqueuer" => people::actor(cx, Some(entry.by)),
            "estimatedTimeToMerge" => Val::NULL,
            "jump" | "solo" => leaf(false),
            "baseCommit" => commit(group.map(|group| &group.base)),
            "headCommit" => commit(group.map(|group| &group.head)),
            "mergeQueue" => Val::Object(merge_queue(cx, it, &entry.branch)),
            "pullRequest" => {
                Val::maybe(it.pull_requests.get(&entry.number).map(|found| pull_request::pull_request(cx, it, found)))
            }
            _ => return unbuilt(),
        })
    })
}

pub(super) fn label<'s>(cx: Cx<'s>, it: &'s Arc<Label>) -> Object<'s> {
    Object::new(cx, "Label", move |field, _| {
        Ok(match field {
            "id" => leaf(node("LA", &[&it.id])),
            "name" => leaf(it.name.as_str()),
            "color" => leaf(it.color.as_str()),
            _ => return unbuilt(),
        })
    })
}
