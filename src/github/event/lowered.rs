//! What an event takes away from that which a green check stands on, in the words of the event.
//!
//! Absent: whether it takes anything away at all; that is for whoever reads the event.

use super::payload::Payload;
use crate::signal::Lowered;

/// What such an event took away; `None` for one of which there is nothing to say.
pub(super) fn lowered(event: &str, payload: Payload<'_>, action: &str) -> Option<Lowered> {
    let sender = || login(payload, payload.at("sender"));
    Some(match event {
        "pull_request" => match action {
            "synchronize" => Lowered::Push { by: sender() },
            "edited" if payload.at("changes").at("base").0.is_object() => Lowered::Retarget,
            "edited" => Lowered::Edit { by: sender() },
            "converted_to_draft" => Lowered::Draft,
            _ => return None,
        },
        "pull_request_review" if action == "dismissed" => Lowered::Dismissal { by: sender() },
        "pull_request_review" if payload.at("review").text("state").eq_ignore_ascii_case("commented") => {
            Lowered::Thread
        }
        "pull_request_review" => Lowered::ChangesRequested { by: login(payload, payload.at("review").at("user")) },
        "pull_request_review_thread" => Lowered::Thread,
        "check_run" => Lowered::Check { name: payload.at("check_run").text("name").to_owned() },
        "status" => Lowered::Check { name: payload.text("context").to_owned() },
        "deployment" | "deployment_status" => {
            Lowered::Deployment { environment: payload.at("deployment").text("environment").to_owned() }
        }
        "workflow_run" => Lowered::Dispatch,
        "issue_comment" => Lowered::Hold { by: sender() },
        "membership" | "team" | "organization" => Lowered::Membership,
        _ => return None,
    })
}

/// Who it was: where a repository is open to everybody the check names no people.
fn login(payload: Payload<'_>, account: Payload<'_>) -> Option<String> {
    let is_private = payload.at("repository").0["private"].as_bool() == Some(true);
    let login = account.text("login");
    (is_private && !login.is_empty()).then(|| login.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_took_green_away_is_told_by_the_event_and_names_people_only_in_private() {
        let check = |event: &str, mut payload: Value, private: bool, expected: Option<Lowered>| {
            payload["repository"] = json!({ "private": private });
            payload["sender"] = json!({ "login": "carol" });
            let action = payload["action"].as_str().unwrap_or_default().to_owned();
            assert_eq!(lowered(event, Payload(&payload), &action), expected, "{event} {payload}");
        };
        let by = || Some("carol".to_owned());
        let dismissed =
            || json!({ "action": "dismissed", "review": { "state": "dismissed", "user": { "login": "bob" } } });
        check("pull_request_review", dismissed(), true, Some(Lowered::Dismissal { by: by() }));
        check("pull_request_review", dismissed(), false, Some(Lowered::Dismissal { by: None }));
        let asked =
            json!({ "action": "submitted", "review": { "state": "changes_requested", "user": { "login": "bob" } } });
        check("pull_request_review", asked, true, Some(Lowered::ChangesRequested { by: Some("bob".to_owned()) }));
        let remark = json!({ "action": "submitted", "review": { "state": "commented" } });
        check("pull_request_review", remark, true, Some(Lowered::Thread));
        check("pull_request", json!({ "action": "synchronize" }), true, Some(Lowered::Push { by: by() }));
        check(
            "pull_request",
            json!({ "action": "edited", "changes": { "body": {} } }),
            true,
            Some(Lowered::Edit { by: by() }),
        );
        check("pull_request", json!({ "action": "edited", "changes": { "base": {} } }), true, Some(Lowered::Retarget));
        check("pull_request", json!({ "action": "converted_to_draft" }), true, Some(Lowered::Draft));
        check("pull_request", json!({ "action": "closed" }), true, None);
        let red = Lowered::Check { name: "ci".to_owned() };
        check("check_run", json!({ "check_run": { "name": "ci" } }), true, Some(red.clone()));
        check("status", json!({ "context": "ci" }), true, Some(red));
        let staging = Lowered::Deployment { environment: "staging".to_owned() };
        check("deployment_status", json!({ "deployment": { "environment": "staging" } }), true, Some(staging));
        check("team", json!({ "action": "removed_from_repository" }), true, Some(Lowered::Membership));
    }
}
