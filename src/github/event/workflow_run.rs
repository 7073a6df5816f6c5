//! `workflow_run`: who set a workflow to work, that may have set a bot to work in turn.
//!
//! Runs that something else than a person's dispatch began tell nothing here.

use countersign_domain::account::{Account, AccountKind, Oid};

use super::payload::{Context, Payload};
use crate::signal::{Dispatch, Evidence, Signal, Want};

/// What begins a run at somebody's word: on GitHub's pages or by a call.
const DISPATCHED: [&str; 2] = ["workflow_dispatch", "repository_dispatch"];

pub(super) fn workflow_run(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let run = payload.at("workflow_run");
    let (number, head) = (run.number("id"), run.text("head_sha"));
    if context.repository == 0 || number == 0 || !DISPATCHED.contains(&run.text("event")) {
        return;
    }
    let mut actors: Vec<Account> =
        ["actor", "triggering_actor"].into_iter().filter_map(|key| run.account(key)).collect();
    actors.retain(|actor| actor.kind == AccountKind::User);
    actors.dedup();
    if actors.is_empty() {
        return;
    }
    let started_at = ["run_started_at", "created_at"].into_iter().find_map(|key| run.instant(key));
    let ended = context.action == "completed";
    signal.evidence.push(Evidence::Dispatched(Dispatch {
        repository: context.repository,
        run: number,
        attempt: run.number("run_attempt").max(1),
        actors,
        branch: run.text("head_branch").to_owned(),
        head: Oid::new(head),
        started_at: started_at.unwrap_or(context.received_at),
        ended_at: ended.then(|| run.instant("updated_at").unwrap_or(context.received_at)),
    }));
    // Whoever is behind a bot's change cannot approve it: that only ever takes green away.
    signal.marks.extend(context.head(head, None, Want::Anything, true));
}
