//! `issue_comment`: commands that people give, and what somebody did to our own comment.
//!
//! A command is what a comment said when it was made: no edit makes one, and none undoes one.

use countersign_domain::account::AccountKind;
use countersign_domain::command::{self, Asks};

use super::payload::{Context, Payload};
use crate::signal::{Evidence, GivenCommand, Mark, Signal, Want};

pub(super) fn comment(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    match context.action {
        "created" => {
            let Some(given) = given(payload, context) else { return };
            if !payload.at("issue").at("pull_request").0.is_object() {
                let (repository, number) = (given.repository, given.number);
                signal.evidence.push(Evidence::Command(given));
                signal.marks.push(Mark::Issue { repository, number });
                signal.awaited = true;
                return;
            }
            // The look has to show the pull request as whoever gave it had it before them.
            let at = payload.at("issue").instant("updated_at").unwrap_or(given.written_at);
            let (repository, number, want) = (given.repository, given.number, Want::UpdatedAt(at));
            // Whether its giver may hold the change says the look; until then nothing goes in.
            let lowers = matches!(command::read(&given.line), Ok(Asks::Hold { .. }));
            signal.evidence.push(Evidence::Command(given));
            signal.marks.push(Mark::Pull { repository, number, want, lowers });
            signal.awaited = true;
        }
        "edited" | "deleted" => ours(payload, context, signal),
        _ => {}
    }
}

/// The command of a comment under a pull request, or under an issue of ours, by a person who wrote it themselves.
fn given(payload: Payload<'_>, context: &Context<'_>) -> Option<GivenCommand> {
    let (issue, comment) = (payload.at("issue"), payload.at("comment"));
    let by = payload.account("sender").filter(|by| by.kind == AccountKind::User)?;
    // What an App writes in somebody's name is the App's word.
    let wrote = comment.account("user").as_ref() == Some(&by) && comment.at("performed_via_github_app").0.is_null();
    let (number, id) = (issue.number("number"), comment.number("id"));
    let known = context.repository > 0 && number > 0 && id > 0;
    let line = command::of_comment(comment.text("body")).filter(|_| wrote && known)?;
    // On an issue of ours what became of a change is said, and nothing else.
    let ours = issue.at("performed_via_github_app").number("id") == context.app_id;
    let is_outcome = || matches!(command::read(&line), Ok(Asks::Outcome { .. }));
    if !(issue.at("pull_request").0.is_object() || ours && is_outcome()) {
        return None;
    }
    let written_at = comment.instant("created_at")?;
    Some(GivenCommand { repository: context.repository, number, comment: id, by, line, written_at })
}

/// Somebody else may have edited or deleted our comment.
fn ours(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let comment = payload.at("comment");
    let ours = comment.at("performed_via_github_app").number("id") == context.app_id;
    let by_us = payload.at("sender").number("id") == comment.at("user").number("id");
    let number = payload.at("issue").number("number");
    if ours && !by_us && number > 0 && context.repository > 0 {
        let mark = Mark::Pull { repository: context.repository, number, want: Want::Anything, lowers: false };
        signal.marks.push(mark);
    }
}
