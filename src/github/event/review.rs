//! `pull_request_review` and `pull_request_review_thread`: opinions, and threads that somebody may ask for.

use super::payload::{Context, Payload};
use super::pull_request::pull_index;
use crate::signal::{Evidence, Mark, Moved, Signal, Want};

pub(super) fn review(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let pull = payload.at("pull_request");
    let review = payload.at("review");
    let state = match context.action {
        "dismissed" => "dismissed".to_owned(),
        _ => review.text("state").to_ascii_lowercase(),
    };
    let number = pull.number("number");
    let id = review.number("id");
    if state == "commented" && context.action == "submitted" {
        return remarks(pull, context, signal);
    }
    if context.repository == 0
        || number == 0
        || id == 0
        || !matches!(state.as_str(), "approved" | "changes_requested" | "dismissed")
    {
        return;
    }
    let lowers = state != "approved";
    let index = pull_index(pull, context.repository);
    // A review that is never shown is let go in the end; a pull request that is older than the event never is.
    let newer = index.as_ref().map(|index| Want::UpdatedAt(index.updated_at));
    signal.evidence.extend(index.map(Evidence::Pull));
    for want in newer.into_iter().chain([Want::Review { id, state }]) {
        signal.marks.push(Mark::Pull { repository: context.repository, number, want, lowers });
    }
}

/// A review without an opinion: it says nothing by itself, and may have begun a thread.
fn remarks(pull: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let Some(index) = pull_index(pull, context.repository) else { return };
    let (repository, head, want) = (index.repository, index.head.clone(), Want::UpdatedAt(index.updated_at));
    signal.evidence.push(Evidence::Pull(index));
    signal.marks.push(Mark::Asked { repository, head, moved: Moved::Thread, want, lowers: true });
}

/// A thread that was resolved, or opened again.
pub(super) fn thread(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let pull = payload.at("pull_request");
    let node = payload.at("thread").text("node_id");
    let Some(index) = pull_index(pull, context.repository).filter(|_| !node.is_empty()) else { return };
    let resolved = match context.action {
        "resolved" => true,
        "unresolved" => false,
        _ => return,
    };
    let (repository, head) = (index.repository, index.head.clone());
    // GitHub does not document that a thread moves the pull request's own date, so that the date proves nothing of the
    // thread. It is asked for all the same: a look that is older than the event's own pull request is too old.
    let wants = [Want::UpdatedAt(index.updated_at), Want::Thread { node: node.to_owned(), resolved }];
    signal.evidence.push(Evidence::Pull(index));
    for want in wants {
        let (head, moved) = (head.clone(), Moved::Thread);
        signal.marks.push(Mark::Asked { repository, head, moved, want, lowers: !resolved });
    }
}
