//! A pull request.

use std::sync::Arc;

use super::{
    Args, Connection, Cx, Object, Resolved, Val, checks, commit, leaf, maybe_stamp, people, repository, reviews,
};
use super::{stamp, timeline, unbuilt};
use crate::diff::{FileChange, Kind};
use crate::git::Commit;
use crate::shape::{node, pull_request as names, repository as show_repository};
use crate::state::pull_request::{Comment, PullRequest, Review, ReviewState, Reviewer, Thread};
use crate::state::repository::Repository;

/// The most files of a pull request that GitHub lists, and commits that its REST lists, however many there are. GraphQL
/// lists every commit.
pub(crate) const MOST_FILES: usize = 3_000;
pub(crate) const MOST_COMMITS: usize = 250;

type Home<'s> = &'s Arc<Repository>;

pub(super) fn pull_request<'s>(cx: Cx<'s>, home: Home<'s>, it: &'s Arc<PullRequest>) -> Object<'s> {
    Object::new(cx, "PullRequest", move |field, args| match plain(cx, home, it, field) {
        Some(value) => Ok(value),
        None => listed(cx, home, it, field, args),
    })
}

/// The fields that are one value.
fn plain<'s>(cx: Cx<'s>, home: Home<'s>, it: &'s Arc<PullRequest>, field: &str) -> Option<Val<'s>> {
    let edit = reviews::last_edit(&it.edits);
    let from = it.head_repository.and_then(|id| cx.state.repositories.get(&id));
    let lines = |count: fn(&FileChange) -> usize| leaf(home.files(it).iter().map(count).sum::<usize>());
    let entry = || home.queue.iter().find(|entry| entry.number == it.number);
    let queued = home.queued_branches.iter().find(|branch| **branch == it.base);
    let page = || names::html_url(cx.state, home, it);
    Some(match field {
        "id" => leaf(names::pull_request_node(it)),
        "databaseId" => leaf(it.id),
        "fullDatabaseId" => leaf(it.id.to_string()),
        "number" => leaf(it.number),
        "title" => leaf(it.title.as_str()),
        "body" | "bodyText" => leaf(it.body.as_deref().unwrap_or_default()),
        "url" | "permalink" => leaf(page()),
        "author" => people::actor(cx, Some(it.author)),
        "authorAssociation" => leaf(cx.state.association(home, Some(it.author))),
        "viewerDidAuthor" => leaf(it.author == cx.state.bot()),
        "state" => leaf(it.state_name()),
        "closed" => leaf(!it.open),
        "merged" => leaf(it.merged.is_some()),
        "isDraft" => leaf(it.draft),
        "locked" => leaf(it.locked),
        "createdAt" | "publishedAt" => stamp(it.created_at),
        "updatedAt" => stamp(it.updated_at),
        "closedAt" => maybe_stamp(it.closed_at),
        "mergedAt" => maybe_stamp(it.merged.as_ref().map(|merge| merge.at)),
        "mergedBy" => people::actor(cx, it.merged.as_ref().map(|merge| merge.by)),
        "mergeCommit" => {
            let found = it.merged.as_ref().and_then(|merge| home.objects.commit(&merge.commit));
            Val::maybe(found.map(|found| commit::commit(cx, home, found)))
        }
        "editor" => people::actor(cx, edit.map(|edit| edit.by)),
        "lastEditedAt" => maybe_stamp(edit.map(|edit| edit.at)),
        "includesCreatedEdit" => leaf(edit.is_some()),
        "repository" | "baseRepository" => Val::Object(repository::repository(cx, home)),
        "baseRefName" => leaf(it.base.as_str()),
        "baseRefOid" => leaf(&it.base_oid),
        "baseRef" => Val::maybe(repository::branch(cx, home, &it.base)),
        "headRefName" => leaf(it.head.as_str()),
        "headRefOid" => leaf(&it.head_oid),
        "headRef" => Val::maybe(from.and_then(|from| repository::branch(cx, from, &it.head))),
        "headRepository" => Val::maybe(from.map(|from| repository::repository(cx, from))),
        "headRepositoryOwner" => people::actor(cx, from.map(|from| from.owner)),
        "isCrossRepository" => leaf(it.cross_repository()),
        "maintainerCanModify" => leaf(it.cross_repository()),
        "additions" => lines(|file| file.additions),
        "deletions" => lines(|file| file.deletions),
        "changedFiles" => leaf(home.files(it).len()),
        "totalCommentsCount" => leaf(it.comments.len() + it.threads.iter().map(|it| it.comments.len()).sum::<usize>()),
        "reviewDecision" => decision(home, it),
        "mergeable" => leaf(if it.open { "MERGEABLE" } else { "UNKNOWN" }),
        "mergeStateStatus" => leaf(if it.open { names::merge_state(home, it) } else { "UNKNOWN" }),
        "autoMergeRequest" => Val::maybe(it.auto_merge.as_ref().map(|_| auto_merge(cx, it))),
        "isInMergeQueue" => leaf(entry().is_some()),
        "isMergeQueueEnabled" => leaf(queued.is_some()),
        "mergeQueue" => Val::maybe(queued.map(|branch| repository::merge_queue(cx, home, branch))),
        "mergeQueueEntry" => Val::maybe(entry().map(|entry| repository::queue_entry(cx, home, entry))),
        "milestone" => Val::NULL,
        "statusCheckRollup" => {
            let marks = home.marks(&it.head_oid);
            Val::maybe(marks.and_then(|marks| checks::rollup(cx, home, &it.head_oid, marks)))
        }
        _ => return None,
    })
}

/// The fields that are lists.
fn listed<'s>(cx: Cx<'s>, home: Home<'s>, it: &'s Arc<PullRequest>, field: &str, args: &Args<'_>) -> Resolved<'s> {
    match field {
        "userContentEdits" => reviews::edits(cx, &it.edits, args),
        "labels" => {
            args.skip(&["orderBy"]);
            let labels = it.labels.iter().filter_map(|id| home.labels.get(id));
            Connection::new(cx, "LabelConnection", labels, move |it| repository::label(cx, it)).page(args)
        }
        "assignees" => {
            let people = it.assignees.iter().copied().filter(|id| cx.state.account(*id).is_some());
            let show = move |id: &u64| match people::actor(cx, Some(*id)) {
                Val::Object(object) => object,
                _ => people::viewer(cx),
            };
            Connection::new(cx, "UserConnection", people, show).page(args)
        }
        "closingIssuesReferences" => {
            args.skip(&["orderBy", "userLinkedOnly"]);
            Connection::new(cx, "IssueConnection", [] as [(); 0], move |()| people::viewer(cx)).page(args)
        }
        "files" => {
            let files = home.files(it);
            let show = move |file: &FileChange| changed_file(cx, file);
            let all = Connection::new(cx, "PullRequestChangedFileConnection", files.iter().cloned(), show);
            all.at_most(MOST_FILES).page(args)
        }
        "commits" => {
            let commits = home.commits(it);
            let show = move |commit: &Arc<Commit>| pull_request_commit(cx, home, it, Arc::clone(commit));
            let all = Connection::new(cx, "PullRequestCommitConnection", commits.iter().cloned(), show);
            all.page(args)
        }
        "comments" => {
            let mut comments: Vec<&'s Arc<Comment>> = it.comments.iter().collect();
            comments.sort_by_key(|it| if args.get("orderBy").is_some() { it.updated_at } else { it.created_at });
            if args.descending() {
                comments.reverse();
            }
            let show = move |found: &&'s Arc<Comment>| reviews::comment(cx, home, it, found);
            Connection::new(cx, "IssueCommentConnection", comments, show).page(args)
        }
        "reviews" => {
            let (states, author) = (args.texts("states"), args.text("author"));
            let wanted = it.reviews.iter().filter(|review| {
                states.as_ref().is_none_or(|states| states.contains(&review.state.name()))
                    && author.is_none_or(|login| cx.state.login(review.author) == login)
            });
            review_list(cx, home, it, wanted.collect(), args)
        }
        "latestReviews" => {
            let open = |review: &&&Arc<Review>| !it.requested_users.contains(&review.author);
            review_list(cx, home, it, it.latest().iter().filter(open).copied().collect(), args)
        }
        "latestOpinionatedReviews" => {
            let writers = args.flag("writersOnly").unwrap_or(false);
            let wanted = |review: &&&Arc<Review>| !writers || cx.state.may_push(home, Some(review.author));
            review_list(cx, home, it, it.opinions().iter().filter(wanted).copied().collect(), args)
        }
        "reviewThreads" => {
            let show = move |thread: &&'s Arc<Thread>| reviews::thread(cx, home, it, thread);
            Connection::new(cx, "PullRequestReviewThreadConnection", it.threads.iter(), show).page(args)
        }
        "reviewRequests" => {
            let users = it.requested_users.iter().map(|id| Reviewer::User(*id));
            let requests = users.chain(it.requested_teams.iter().map(|id| Reviewer::Team(*id)));
            let show = move |reviewer: &Reviewer| review_request(cx, it, *reviewer);
            Connection::new(cx, "ReviewRequestConnection", requests, show).page(args)
        }
        "timelineItems" => timeline::items(cx, home, it, args),
        _ => unbuilt(),
    }
}

fn review_list<'s>(
    cx: Cx<'s>,
    home: Home<'s>,
    it: &'s Arc<PullRequest>,
    found: Vec<&'s Arc<Review>>,
    args: &Args<'_>,
) -> Resolved<'s> {
    let show = move |review: &&'s Arc<Review>| reviews::review(cx, home, it, review);
    Connection::new(cx, "PullRequestReviewConnection", found, show).page(args)
}

/// What the reviews say as far as a rule asks for them.
fn decision<'s>(home: &Repository, it: &PullRequest) -> Val<'s> {
    let Some(wanted) = home.required_approvals(&it.base) else { return Val::NULL };
    let opinions = it.opinions();
    let count = |state: ReviewState| opinions.iter().filter(|review| review.state == state).count() as u64;
    leaf(match (count(ReviewState::ChangesRequested), count(ReviewState::Approved)) {
        (1.., _) => "CHANGES_REQUESTED",
        (0, approvals) if approvals >= wanted => "APPROVED",
        _ => "REVIEW_REQUIRED",
    })
}

fn auto_merge<'s>(cx: Cx<'s>, it: &'s Arc<PullRequest>) -> Object<'s> {
    Object::new(cx, "AutoMergeRequest", move |field, _| {
        let request = it.auto_merge.as_ref();
        Ok(match field {
            "commitHeadline" => leaf(it.title.as_str()),
            "enabledAt" => maybe_stamp(request.map(|request| request.at)),
            "enabledBy" => people::actor(cx, request.map(|request| request.by)),
            "mergeMethod" => leaf("MERGE"),
            _ => return unbuilt(),
        })
    })
}

fn changed_file<'s>(cx: Cx<'s>, file: &FileChange) -> Object<'s> {
    let (path, kind, counts) = (file.path.clone(), file.kind, (file.additions, file.deletions));
    Object::new(cx, "PullRequestChangedFile", move |field, _| {
        Ok(match field {
            "path" => leaf(path.as_str()),
            "changeType" => leaf(match kind {
                Kind::Added => "ADDED",
                Kind::Modified => "MODIFIED",
                Kind::Removed => "DELETED",
                Kind::Renamed => "RENAMED",
                Kind::Changed => "CHANGED",
            }),
            "additions" => leaf(counts.0),
            "deletions" => leaf(counts.1),
            _ => return unbuilt(),
        })
    })
}

pub(super) fn pull_request_commit<'s>(
    cx: Cx<'s>,
    home: Home<'s>,
    under: &'s Arc<PullRequest>,
    it: Arc<Commit>,
) -> Object<'s> {
    Object::new(cx, "PullRequestCommit", move |field, _| {
        Ok(match field {
            "id" => leaf(node("PRC", &[&under.repository, &under.number, &it.oid])),
            "commit" => Val::Object(commit::commit(cx, home, Arc::clone(&it))),
            "pullRequest" => Val::Object(pull_request(cx, home, under)),
            "url" => {
                let page = show_repository::html_url(cx.state, home);
                leaf(format!("{page}/pull/{}/commits/{}", under.number, it.oid))
            }
            _ => return unbuilt(),
        })
    })
}

pub(super) fn reviewer<'s>(cx: Cx<'s>, reviewer: Reviewer) -> Val<'s> {
    match reviewer {
        Reviewer::User(id) => people::actor(cx, Some(id)),
        Reviewer::Team(id) => Val::maybe(cx.state.teams.get(&id).map(|team| people::team(cx, team))),
    }
}

fn review_request<'s>(cx: Cx<'s>, under: &'s Arc<PullRequest>, it: Reviewer) -> Object<'s> {
    let id = match it {
        Reviewer::User(id) | Reviewer::Team(id) => id,
    };
    Object::new(cx, "ReviewRequest", move |field, _| {
        Ok(match field {
            "id" => leaf(node("RR", &[&under.repository, &under.number, &id])),
            "databaseId" => leaf(id),
            "asCodeOwner" => leaf(false),
            "requestedReviewer" => reviewer(cx, it),
            _ => return unbuilt(),
        })
    })
}
