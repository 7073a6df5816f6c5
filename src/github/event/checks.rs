//! `check_run`, `check_suite`, `status`: what a commit came to, and who asks us to look again.

use super::payload::{Context, Payload};
use crate::github::apply::{EXPLAIN, RECHECK};
use crate::signal::{MovedCheck, Signal, Want};

pub(super) fn check_run(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let run = payload.at("check_run");
    let app = run.at("app");
    let ours = app.number("id") == context.app_id;
    let (head, name) = (run.text("head_sha"), run.text("name").to_owned());
    let mark = match (ours, context.action) {
        // Somebody pressed "Re-run" on ours: a new run is created whatever it says.
        (true, "rerequested") => context.head(head, None, Want::Rerun(run.number("id")), false),
        (true, "requested_action") => match payload.at("requested_action").text("identifier") {
            RECHECK => context.head(head, None, Want::Rerun(run.number("id")), false),
            EXPLAIN => context.head(head, None, Want::Explain, false),
            _ => None,
        },
        (true, _) => None,
        (false, _) => {
            let concluded = run.text("status") == "completed";
            let (id, slug) = (run.number("id"), app.text("slug").to_owned());
            let want = Want::Check { head: head.to_owned(), id, name: name.clone(), app: slug.clone(), concluded };
            let lowers = concluded && run.text("conclusion") != "success";
            let check = MovedCheck { name, app: Some(slug), ours: false };
            context.head(head, Some(check), want, lowers)
        }
    };
    signal.marks.extend(mark);
}

pub(super) fn check_suite(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let suite = payload.at("check_suite");
    if context.action == "rerequested" && suite.at("app").number("id") == context.app_id {
        signal.marks.extend(context.head(suite.text("head_sha"), None, Want::Rerun(0), false));
    }
}

pub(super) fn status(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let name = payload.text("context").to_owned();
    let at = payload.instant("updated_at").or_else(|| payload.instant("created_at")).unwrap_or(context.received_at);
    let state = payload.text("state").to_ascii_lowercase();
    let want = Want::Status { head: payload.text("sha").to_owned(), context: name.clone(), at, state };
    let lowers = matches!(payload.text("state"), "failure" | "error");
    let check = MovedCheck { name, app: None, ours: false };
    signal.marks.extend(context.head(payload.text("sha"), Some(check), want, lowers));
}
