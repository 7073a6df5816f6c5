//! `merge_group`: a group of the merge queue that waits for an answer, or is gone.

use countersign_domain::account::Oid;

use super::payload::{Context, Payload};
use crate::signal::{Evidence, Mark, Signal};

pub(super) fn merge_group(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let group = payload.at("merge_group");
    let base = group.text("base_ref");
    let base = base.strip_prefix("refs/heads/").unwrap_or(base).to_owned();
    let head = group.text("head_sha");
    let repository = context.repository;
    if repository == 0 || head.is_empty() || base.is_empty() {
        return;
    }
    let head = Oid::new(head);
    match context.action {
        "checks_requested" => signal.marks.push(Mark::Group { repository, base, head }),
        "destroyed" => signal.evidence.push(Evidence::GroupGone { repository, base, head }),
        _ => {}
    }
}
