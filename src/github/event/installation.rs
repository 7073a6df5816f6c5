//! `installation`, `installation_repositories`, `repository`: what we may see at all.

use super::Heading;
use super::payload::{Context, Payload};
use crate::signal::{Evidence, Mark, Signal};

pub(super) fn installation(event: &str, payload: Payload<'_>, heading: &Heading, signal: &mut Signal) {
    let installation = heading.installation;
    if installation == 0 {
        return;
    }
    match (event, heading.action.as_str()) {
        ("installation", "deleted" | "suspend") => signal.evidence.push(Evidence::InstallationGone { installation }),
        ("installation_repositories", "removed") => {
            let removed =
                payload.list("repositories_removed").map(|repository| repository.number("id")).filter(|id| *id > 0);
            signal.evidence.extend(removed.map(|repository| Evidence::RepositoryGone { repository }));
        }
        _ => signal.marks.push(Mark::Installation { installation }),
    }
}

pub(super) fn repository_event(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    if context.repository == 0 {
        return;
    }
    if context.action == "deleted" {
        signal.evidence.push(Evidence::RepositoryGone { repository: context.repository });
        return;
    }
    // The default branch's check has a name of its own: both branches are looked at again.
    let former = payload.at("changes").at("default_branch").text("from");
    let current = payload.at("repository").text("default_branch");
    if !former.is_empty() {
        signal.marks.extend(
            [former, current].map(|branch| Mark::Base { repository: context.repository, branch: branch.to_owned() }),
        );
    }
}
