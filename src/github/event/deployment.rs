//! `deployment` and `deployment_status`: where a commit went, and how that went; `deployment_protection_rule`: where it
//! waits for our word.

use countersign_domain::account::Oid;

use super::payload::{Context, Payload};
use crate::signal::{DeploymentMove, Evidence, GateRequest, Mark, Moved, Signal, Want};

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
    let number = deployment.number("id");
    if number > 0 {
        signal.evidence.push(Evidence::Deployment(DeploymentMove {
            repository: context.repository,
            deployment: number,
            environment: environment.clone(),
            head: Oid::new(head),
            state: status.text("state").to_ascii_lowercase(),
            at: status.instant("created_at").unwrap_or(context.received_at),
        }));
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
        signal.marks.push(Mark::Shipped { repository: context.repository, head: Oid::new(head) });
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

/// A deployment that waits for our word. Without the run there is nobody to answer.
pub(super) fn gate(payload: Payload<'_>, context: &Context<'_>, signal: &mut Signal) {
    let environment = payload.text("environment").to_owned();
    let run = run_of(payload.text("deployment_callback_url"));
    let (Some(run), "requested") = (run, context.action) else { return };
    if context.repository == 0 || environment.is_empty() {
        return;
    }
    let (deployment, repository) = (payload.at("deployment"), context.repository);
    let heads = [deployment.text("sha"), payload.text("sha")];
    let head = Oid::new(heads.into_iter().find(|head| !head.is_empty()).unwrap_or_default());
    let asked =
        GateRequest { repository, run, environment: environment.clone(), deployment: deployment.number("id"), head };
    signal.evidence.push(Evidence::GateAsked(asked));
    signal.marks.push(Mark::Gate { repository, run, environment });
}

/// GitHub's number for the run, from the address that is to be answered at.
fn run_of(callback: &str) -> Option<u64> {
    let (_, rest) = callback.rsplit_once("/actions/runs/")?;
    rest.split('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_run_stands_in_the_address_to_answer_at() {
        let check = |url: &str, run: Option<u64>| assert_eq!(run_of(url), run, "{url}");
        check("https://api.github.com/repos/acme/shop/actions/runs/17/deployment_protection_rule", Some(17));
        check("https://ghe.example/api/v3/repos/a/actions/runs/9/actions/runs/8/deployment_protection_rule", Some(8));
        check("https://api.github.com/repos/acme/shop/actions/runs/", None);
        check("", None);
    }
}
