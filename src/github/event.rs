//! From a webhook's payload to a signal. GitHub's documents: "Webhook events and payloads".
//!
//! Payloads are read field by field and nothing is required of them: an unknown event,
//! an unknown action or an odd payload tells nothing, and is no error. Deliberately
//! absent: conclusions. An event says where to look again and what it proves.

mod checks;
mod comment;
mod deployment;
mod installation;
mod json;
mod lowered;
mod members;
mod merge_group;
mod payload;
mod pull_request;
mod push;
mod review;
#[cfg(test)]
mod tests;
mod workflow_run;

use countersign_domain::account::AccountKind;
use countersign_domain::codeowners::PATHS as CODEOWNERS;
use countersign_domain::layer::REPOSITORY_POLICY;
use jiff::Timestamp;
use serde_json::Value;

pub use json::parse;
pub(super) use payload::Repository;
use payload::{Context, Payload};

use crate::signal::{Mark, Signal};

/// The files of a base that decisions about its pull requests may rest on.
const DECIDING: [&str; 4] = [REPOSITORY_POLICY, CODEOWNERS[0], CODEOWNERS[1], CODEOWNERS[2]];

/// What a payload says of itself: its action and the installation it came for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The action; empty where there is none.
    pub action: String,
    /// The installation; 0 where there is none.
    pub installation: u64,
}

/// What an event tells: `app_id` is our own, to know our own check runs and comments.
pub fn read(event: &str, payload: &Value, app_id: u64, received_at: Timestamp) -> (Heading, Signal) {
    let payload = Payload(payload);
    let heading =
        Heading { action: payload.text("action").to_owned(), installation: payload.at("installation").number("id") };
    let repository = payload.repository();
    let awaited = is_awaited(event, &heading.action, payload);
    let sender = payload.account("sender");
    let mut signal = Signal { repository, sender, awaited, ..Signal::default() };
    let context =
        Context { action: &heading.action, app_id, repository: payload.at("repository").number("id"), received_at };
    match event {
        "pull_request" => pull_request::pull_request(payload, &context, &mut signal),
        "pull_request_review" => review::review(payload, &context, &mut signal),
        "pull_request_review_thread" => review::thread(payload, &context, &mut signal),
        "issue_comment" => comment::comment(payload, &context, &mut signal),
        "check_run" => checks::check_run(payload, &context, &mut signal),
        "check_suite" => checks::check_suite(payload, &context, &mut signal),
        "status" => checks::status(payload, &context, &mut signal),
        "deployment" | "deployment_status" => deployment::deployment(payload, &context, &mut signal),
        "deployment_protection_rule" => deployment::gate(payload, &context, &mut signal),
        "push" => push::push(payload, &context, &mut signal),
        "workflow_run" => workflow_run::workflow_run(payload, &context, &mut signal),
        "merge_group" => merge_group::merge_group(payload, &context, &mut signal),
        "membership" | "team" | "organization" => members::members(event, payload, &context, &mut signal),
        "installation" | "installation_repositories" => {
            installation::installation(event, payload, &heading, &mut signal);
        }
        "repository" => installation::repository_event(payload, &context, &mut signal),
        // Stored like every delivery; no rule of this version reads them.
        _ => {}
    }
    if signal.marks.iter().any(Mark::lowers) {
        signal.lowered = lowered::lowered(event, payload, context.action);
    }
    (heading, signal)
}

/// Whether a person has just asked for a look at what they made, and waits for what comes of it. Who asks for a run
/// again is known by [`Want::Rerun`](crate::signal::Want::Rerun).
fn is_awaited(event: &str, action: &str, payload: Payload<'_>) -> bool {
    let by_person = || payload.account("sender").is_some_and(|sender| sender.kind == AccountKind::User);
    event == "pull_request" && matches!(action, "opened" | "reopened" | "ready_for_review") && by_person()
}
