//! What happened to a pull request, in order.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Args, Connection, Cx, Object, Resolved, Val, commit, leaf, people, pull_request, repository, reviews};
use super::{stamp, unbuilt};
use crate::git::{Commit, Oid};
use crate::shape::node;
use crate::state::pull_request::{Comment, Happened, Item, PullRequest, Review, Thread};
use crate::state::repository::Repository;

type Home<'s> = &'s Arc<Repository>;
type Under<'s> = &'s Arc<PullRequest>;

/// One thing on the timeline: an event, or something that has a page of its own.
enum Entry<'s> {
    Event(&'s Arc<Item>),
    Comment(&'s Arc<Comment>),
    Review(&'s Arc<Review>),
    Thread(&'s Arc<Thread>),
    Commit(Arc<Commit>),
}

impl Entry<'_> {
    fn at(&self) -> Timestamp {
        match self {
            Self::Event(it) => it.at,
            Self::Comment(it) => it.created_at,
            Self::Review(it) => it.submitted_at,
            Self::Thread(it) => it.comments.first().map_or(Timestamp::UNIX_EPOCH, |it| it.at),
            Self::Commit(it) => it.date,
        }
    }

    /// Its kind, as `itemTypes` names it.
    fn kind(&self) -> &'static str {
        match self {
            Self::Event(it) => names(&it.what).1,
            Self::Comment(_) => "ISSUE_COMMENT",
            Self::Review(_) => "PULL_REQUEST_REVIEW",
            Self::Thread(_) => "PULL_REQUEST_REVIEW_THREAD",
            Self::Commit(_) => "PULL_REQUEST_COMMIT",
        }
    }
}

pub(super) fn items<'s>(cx: Cx<'s>, home: Home<'s>, it: Under<'s>, args: &Args<'_>) -> Resolved<'s> {
    let kinds = args.texts("itemTypes");
    let since = args.text("since").and_then(|it| it.parse::<Timestamp>().ok());
    args.skip(&["skip"]);
    let mut all: Vec<Entry<'s>> = it.timeline.iter().map(Entry::Event).collect();
    all.extend(it.comments.iter().map(Entry::Comment));
    all.extend(it.reviews.iter().map(Entry::Review));
    all.extend(it.threads.iter().map(Entry::Thread));
    all.extend(home.commits(it).iter().cloned().map(Entry::Commit));
    all.sort_by_key(Entry::at);
    all.retain(|entry| {
        kinds.as_ref().is_none_or(|kinds| kinds.contains(&entry.kind()))
            && since.is_none_or(|since| entry.at() >= since)
    });
    let show = move |entry: &Entry<'s>| match entry {
        Entry::Event(item) => event(cx, home, it, item),
        Entry::Comment(found) => reviews::comment(cx, home, it, found),
        Entry::Review(found) => reviews::review(cx, home, it, found),
        Entry::Thread(found) => reviews::thread(cx, home, it, found),
        Entry::Commit(found) => pull_request::pull_request_commit(cx, home, it, Arc::clone(found)),
    };
    // GitHub's `totalCount` counts what the page could show; `filteredCount` too, and `pageCount` the page.
    let extra = move |field: &str, found: &[Entry<'s>]| match field {
        "filteredCount" | "pageCount" => Some(leaf(found.len())),
        "updatedAt" => Some(stamp(it.updated_at)),
        _ => None,
    };
    Connection::new(cx, "PullRequestTimelineItemsConnection", all, show).with_extra(extra).page(args)
}

/// What happened, as a type and as an item type.
fn names(what: &Happened) -> (&'static str, &'static str) {
    match what {
        Happened::AddedToMergeQueue => ("AddedToMergeQueueEvent", "ADDED_TO_MERGE_QUEUE_EVENT"),
        Happened::AutoMergeDisabled => ("AutoMergeDisabledEvent", "AUTO_MERGE_DISABLED_EVENT"),
        Happened::AutoMergeEnabled => ("AutoMergeEnabledEvent", "AUTO_MERGE_ENABLED_EVENT"),
        Happened::BaseRefChanged { .. } => ("BaseRefChangedEvent", "BASE_REF_CHANGED_EVENT"),
        Happened::Closed => ("ClosedEvent", "CLOSED_EVENT"),
        Happened::ConvertToDraft => ("ConvertToDraftEvent", "CONVERT_TO_DRAFT_EVENT"),
        Happened::HeadRefDeleted => ("HeadRefDeletedEvent", "HEAD_REF_DELETED_EVENT"),
        Happened::HeadRefForcePushed { .. } => ("HeadRefForcePushedEvent", "HEAD_REF_FORCE_PUSHED_EVENT"),
        Happened::Labeled(_) => ("LabeledEvent", "LABELED_EVENT"),
        Happened::Merged(_) => ("MergedEvent", "MERGED_EVENT"),
        Happened::ReadyForReview => ("ReadyForReviewEvent", "READY_FOR_REVIEW_EVENT"),
        Happened::RemovedFromMergeQueue(_) => ("RemovedFromMergeQueueEvent", "REMOVED_FROM_MERGE_QUEUE_EVENT"),
        Happened::RenamedTitle { .. } => ("RenamedTitleEvent", "RENAMED_TITLE_EVENT"),
        Happened::Reopened => ("ReopenedEvent", "REOPENED_EVENT"),
        Happened::ReviewDismissed { .. } => ("ReviewDismissedEvent", "REVIEW_DISMISSED_EVENT"),
        Happened::ReviewRequestRemoved(_) => ("ReviewRequestRemovedEvent", "REVIEW_REQUEST_REMOVED_EVENT"),
        Happened::ReviewRequested(_) => ("ReviewRequestedEvent", "REVIEW_REQUESTED_EVENT"),
        Happened::Unlabeled(_) => ("UnlabeledEvent", "UNLABELED_EVENT"),
    }
}

fn event<'s>(cx: Cx<'s>, home: Home<'s>, under: Under<'s>, it: &'s Arc<Item>) -> Object<'s> {
    Object::new(cx, names(&it.what).0, move |field, _| {
        Ok(match field {
            "id" => leaf(node("EV", &[&under.repository, &under.number, &it.id])),
            "databaseId" => leaf(it.id),
            "actor" => people::actor(cx, Some(it.actor)),
            "createdAt" => stamp(it.at),
            other => return detail(cx, home, under, it, other),
        })
    })
}

/// What one kind of event says and others do not.
fn detail<'s>(cx: Cx<'s>, home: Home<'s>, under: Under<'s>, it: &'s Arc<Item>, field: &str) -> Resolved<'s> {
    let commit = |oid: &Oid| Val::maybe(home.objects.commit(oid).map(|found| commit::commit(cx, home, found)));
    Ok(match (&it.what, field) {
        (Happened::AddedToMergeQueue | Happened::RemovedFromMergeQueue(_), "enqueuer") => people::user(cx, it.actor),
        (Happened::RemovedFromMergeQueue(_), "beforeCommit") => commit(&under.head_oid),
        (Happened::RemovedFromMergeQueue(reason), "reason") => leaf(reason.clone()),
        (Happened::BaseRefChanged { from, .. }, "previousRefName") => leaf(from.as_str()),
        (Happened::BaseRefChanged { to, .. }, "currentRefName") => leaf(to.as_str()),
        (Happened::HeadRefDeleted, "headRefName") => leaf(under.head.as_str()),
        (Happened::HeadRefForcePushed { before, .. }, "beforeCommit") => commit(before),
        (Happened::HeadRefForcePushed { after, .. }, "afterCommit") => commit(after),
        (Happened::HeadRefForcePushed { .. }, "ref") => {
            let from = under.head_repository.and_then(|id| cx.state.repositories.get(&id));
            Val::maybe(from.and_then(|from| repository::branch(cx, from, &under.head)))
        }
        (Happened::Labeled(id) | Happened::Unlabeled(id), "label") => {
            Val::maybe(home.labels.get(id).map(|label| repository::label(cx, label)))
        }
        (Happened::Merged(oid), "commit") => commit(oid),
        (Happened::Merged(_), "mergeRefName") => leaf(under.base.as_str()),
        (Happened::RenamedTitle { from, .. }, "previousTitle") => leaf(from.as_str()),
        (Happened::RenamedTitle { to, .. }, "currentTitle") => leaf(to.as_str()),
        (Happened::ReviewDismissed { before, .. }, "previousReviewState") => leaf(before.name()),
        (Happened::ReviewDismissed { message, .. }, "dismissalMessage") => leaf(message.as_str()),
        (Happened::ReviewDismissed { .. }, "pullRequestCommit") => Val::NULL,
        (Happened::ReviewDismissed { review, .. }, "review") => {
            Val::maybe(under.review(*review).map(|found| reviews::review(cx, home, under, found)))
        }
        (Happened::ReviewRequested(who) | Happened::ReviewRequestRemoved(who), "requestedReviewer") => {
            pull_request::reviewer(cx, *who)
        }
        _ => return unbuilt(),
    })
}
