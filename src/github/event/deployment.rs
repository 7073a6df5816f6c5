//! `deployment` and `deployment_status`: where a commit went, and how that went.

use countersign_domain::account::Oid;

use super::payload::{Context, Payload};
use crate::signal::{Evidence, Mark, Moved, Signal, Want};

/// A deployment, or a new status of one: anything but a success can only take green away.
pub(super) fn deployment(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let (deployment, status) = (payload.at("deployment"), payload.at("deployment_status"));
    let (head, node) = (deployment.text("sha"), deployment.text("node_id"));
    // A status may say that it is another environment than the deployment was begun for.
    let said = [status, deployment].map(|part| part.text("environment"));
    let environment = said.into_iter().find(|name| !name.is_empty()).unwrap_or_default().to_owned();
    if context.repository == 0 || head.is_empty() || node.is_empty() || environment.is_empty() {
        return;
    }
    let failed = match status.text("state") {
        "success" => Some(false),
        "failure" | "error" => Some(true),
        _ => None,
    };
    if let Some(failed) = failed {
        signal.evidence.push(Evidence::Deployed {
            repository: context.repository,
            head: Oid::new(head),
            environment: environment.clone(),
            creator: deployment.at("creator").number("id"),
            failed,
            at: status.instant("created_at").unwrap_or(context.received_at),
        });
        signal.marks.extend(failed.then_some(Mark::Deployed { repository: context.repository }));
    }
    let want = Want::Deployment {
        head: head.to_owned(),
        node: node.to_owned(),
        environment: environment.clone(),
        status: status.instant("created_at").map(|at| (at, status.text("state").to_ascii_lowercase())),
    };
    signal.marks.push(Mark::Asked {
        repository: context.repository,
        head: Oid::new(head),
        moved: Moved::Deployment { environment },
        want,
        lowers: status.text("state") != "success",
    });
}
