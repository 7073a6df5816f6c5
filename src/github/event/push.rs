//! `push`: who moved a branch, and whether a policy may have moved with it.

use countersign_domain::account::Oid;
use countersign_domain::layer::{ORGANISATION_POLICY, ORGANISATION_REPOSITORY};

use super::DECIDING;
use super::payload::{Context, Payload};
use crate::signal::{Evidence, Mark, Signal};

/// GitHub puts at most this many commits into a push's payload.
const MOST_PUSHED_COMMITS: usize = 2_048;

pub(super) fn push(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let Some(branch) = payload.text("ref").strip_prefix("refs/heads/") else { return };
    let none = |oid: &str| if oid.bytes().all(|byte| byte == b'0') { String::new() } else { oid.to_owned() };
    let (before, after) = (none(payload.text("before")), none(payload.text("after")));
    let branch = branch.to_owned();
    // Of a branch that is new nothing went in, and the queue's own are none that anything goes into.
    let moved = !before.is_empty() && !after.is_empty() && !branch.starts_with("gh-readonly-queue/");
    if moved && context.repository > 0 {
        let head = Oid::new(after.clone());
        signal.marks.push(Mark::Pushed { repository: context.repository, branch: branch.clone(), head });
    }
    if let (Some(sender), true) = (payload.account("sender"), context.repository > 0) {
        let evidence = Evidence::Push {
            repository: context.repository,
            branch: branch.clone(),
            before,
            after: after.clone(),
            sender,
        };
        signal.evidence.push(evidence);
    }
    if context.repository == 0 || after.is_empty() {
        return;
    }
    let decides = |path: &str| DECIDING.contains(&path) || is_calendar(path);
    if touches(payload, decides) {
        signal.marks.push(Mark::Base { repository: context.repository, branch: branch.clone() });
    }
    let owner_policy = signal.repository.as_ref().filter(|repository| {
        repository.name == ORGANISATION_REPOSITORY
            && repository.default_branch == branch
            && touches(payload, |path| path == ORGANISATION_POLICY || is_calendar(path))
    });
    if let Some(repository) = owner_policy {
        signal.marks.push(Mark::Owner { owner: repository.owner.clone() });
    }
}

/// Which calendars policies name is not known here: any of them may be.
fn is_calendar(path: &str) -> bool {
    path.ends_with(".ics")
}

/// Whether a push may have changed such a file: it says so, or it does not list everything it did.
fn touches(push: Payload<'_>, is_such: impl Fn(&str) -> bool) -> bool {
    let commits = push.0["commits"].as_array().map_or(0, Vec::len);
    let forced = push.0["forced"].as_bool().unwrap_or(false);
    if forced || commits == 0 || commits >= MOST_PUSHED_COMMITS {
        return true;
    }
    push.list("commits").any(|commit| {
        ["added", "modified", "removed"]
            .iter()
            .filter_map(|kind| commit.0[*kind].as_array())
            .any(|paths| paths.iter().filter_map(|path| path.as_str()).any(&is_such))
    })
}
