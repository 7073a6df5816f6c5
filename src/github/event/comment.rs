//! `issue_comment`: what somebody did to our own comment.

use super::payload::{Context, Payload};
use crate::signal::{Mark, Signal, Want};

/// Only our own comment matters yet: somebody else may have edited or deleted it.
pub(super) fn comment(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let comment = payload.at("comment");
    let ours = comment.at("performed_via_github_app").number("id") == context.app_id;
    let by_us = payload.at("sender").number("id") == comment.at("user").number("id");
    let number = payload.at("issue").number("number");
    if ours && !by_us && number > 0 && context.repository > 0 && matches!(context.action, "edited" | "deleted") {
        let mark = Mark::Pull { repository: context.repository, number, want: Want::Anything, lowers: false };
        signal.marks.push(mark);
    }
}
