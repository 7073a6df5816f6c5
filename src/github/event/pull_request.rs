//! `pull_request`: what was opened, pushed, edited, closed, and where its head and base are now.

use countersign_domain::account::Oid;

use super::payload::{Context, Payload};
use crate::signal::{Evidence, Mark, PullIndex, Signal, Want};

/// Actions of `pull_request` after which no decision could differ.
const IDLE_PULL_ACTIONS: [&str; 9] = [
    "auto_merge_disabled",
    "auto_merge_enabled",
    "demilestoned",
    "dequeued",
    "enqueued",
    "locked",
    "milestoned",
    "review_request_removed",
    "review_requested",
];

pub(super) fn pull_request(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let pull = payload.at("pull_request");
    let Some(index) = pull_index(pull, context.repository) else { return };
    let (repository, number, updated_at) = (index.repository, index.number, index.updated_at);
    let head = index.head.as_str().to_owned();
    signal.evidence.push(Evidence::Pull(index));
    let body = || pull.text("body").to_owned();
    let mut want = Want::UpdatedAt(updated_at);
    let mut lowers = false;
    match context.action {
        action if IDLE_PULL_ACTIONS.contains(&action) => return,
        "unlocked" => want = Want::Comment,
        "opened" => {
            let at = pull.instant("created_at").unwrap_or(updated_at);
            signal.evidence.push(Evidence::Body { repository, number, at, editor: pull.account("user"), text: body() });
        }
        "synchronize" => {
            if let Some(sender) = payload.account("sender") {
                let before = payload.text("before").to_owned();
                signal.evidence.push(Evidence::HeadMoved { repository, number, before, after: head.clone(), sender });
            }
            want = Want::Head { head, at: updated_at };
            // The commit may be green already, by another pull request that shares the check.
            lowers = true;
        }
        "edited" => {
            lowers = true;
            if payload.at("changes").at("base").0.is_object() {
                let want = Want::Base { base: pull.at("base").text("ref").to_owned(), at: updated_at };
                signal.marks.push(Mark::Pull { repository, number, want, lowers });
            }
            if payload.at("changes").at("body").0.is_object() {
                let editor = payload.account("sender");
                signal.evidence.push(Evidence::Body { repository, number, at: updated_at, editor, text: body() });
            }
        }
        "closed" if !pull.0["merged"].as_bool().unwrap_or(false) => {
            want = Want::Closed(updated_at);
            lowers = true;
        }
        "converted_to_draft" => lowers = true,
        _ => {}
    }
    signal.marks.push(Mark::Pull { repository, number, want, lowers });
}

pub(super) fn pull_index(pull: Payload<'_>, repository: u64) -> Option<PullIndex> {
    let index = PullIndex {
        repository,
        number: pull.number("number"),
        head: Oid::new(pull.at("head").text("sha")),
        base: pull.at("base").text("ref").to_owned(),
        open: pull.text("state") == "open",
        updated_at: pull.instant("updated_at")?,
    };
    (repository > 0 && index.number > 0 && !index.head.as_str().is_empty()).then_some(index)
}
