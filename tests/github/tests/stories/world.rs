//! A small company in which everything has happened once.

use github_stand_in::{
    Changes, Commit, Identity, Installed, MergeGroup, NewPullRequest, Outcome, Permission, PullRequest, Repository,
    Signature, Verdict,
};
use serde_json::json;

use crate::app::{App, start};

/// The company, the App in it, and the App's token.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) installation: u64,
    pub(crate) token: String,
    pub(crate) shop: Repository,
    /// Has been through everything and is still open.
    pub(crate) busy: PullRequest,
    pub(crate) merged: PullRequest,
    pub(crate) forked: PullRequest,
    pub(crate) group: MergeGroup,
    /// The App's own comment under the busy one.
    pub(crate) comment: u64,
    pub(crate) run: u64,
    pub(crate) deployment: u64,
    pub(crate) gate: u64,
}

pub(crate) async fn build() -> World {
    let app = start().await;
    let acme = app.github.organisation("acme");
    acme.owner("root");
    let installation = acme.install(Installed::All);
    let payments = acme.team("payments", &["bob"]);
    payments.child("payments-oncall", &["carol"]);
    payments.maintainer("dora");
    let shop = acme.repository("shop").private();
    shop.grant("alice", Permission::Write);
    shop.grant_team(&payments, Some(Permission::Maintain));
    shop.commit("main", "root", base());
    shop.branch("release/1", "main");
    shop.require_check_of("main", "countersign", app.github.app_id());
    shop.require_check("main", "build");
    shop.require_approvals("main", 2);

    let merged = open(&shop, "alice", "Merged");
    merged.merge("root");
    let queued = [open(&shop, "alice", "First in line"), open(&shop, "bob", "Second in line")];
    let group = shop.merge_group("root", &[&queued[0], &queued[1]]);
    open(&shop, "alice", "Left the queue").enqueue("alice");
    shop.pull_request(4).close("alice");
    let fork = shop.fork(&app.github.user("mallory"));
    let forked = shop.open_pull_request(NewPullRequest {
        author: "mallory",
        title: "From outside",
        fork: Some(&fork),
        ..NewPullRequest::default()
    });
    let gone = open(&shop, "alice", "Its branch goes");
    gone.close("alice");
    gone.reopen("alice");
    shop.delete_branch("change-6", "alice");

    let busy = busy(&shop);
    let head = busy.head();
    let deployment = shop.deploy(&head, "production", "root");
    shop.deployment_status(deployment, "root", "success");
    let gate = shop.gate(&head, "production", "root");
    shop.workflow_run(&head, "ci", "success");
    let token = app.token(installation).await;
    let run = json!({
        "name": "countersign", "head_sha": *head, "status": "completed", "conclusion": "failure", "external_id": "x",
        "details_url": "https://example.com",
        "output": { "title": "t", "summary": "s", "text": "x", "annotations": [{
            "path": "src/pay.rs", "start_line": 1, "end_line": 2, "annotation_level": "warning", "message": "m",
        }] },
    });
    let (_, run) = app.rest("POST", "/repos/acme/shop/check-runs", &token, run).await;
    let path = format!("/repos/acme/shop/issues/{}/comments", busy.number());
    let (_, comment) = app.rest("POST", &path, &token, json!({ "body": "ours" })).await;
    let (run, comment) = (run["id"].as_u64().unwrap(), comment["id"].as_u64().unwrap());
    busy.edit_comment("alice", comment, "ours, and then some");
    World { app, installation, token, shop, busy, merged, forked, group, comment, run, deployment, gate }
}

fn base() -> Changes {
    let long: String = (1..40).map(|n| format!("line {n}\n")).collect();
    Changes::new()
        .write("README.md", "hello\n")
        .write("docs/old.md", &long)
        .write("docs/plain.md", "plain\n")
        .bytes("logo.png", &[137, 80, 78, 71, 0])
        .executable("run.sh", "#!/bin/sh\n")
        .link("latest", "README.md")
}

pub(crate) fn open(shop: &Repository, author: &str, title: &str) -> PullRequest {
    shop.open_pull_request(NewPullRequest {
        author,
        title,
        changes: [(format!("{}.txt", title.to_lowercase().replace(' ', "-")), "text\n")].into(),
        ..NewPullRequest::default()
    })
}

fn busy(shop: &Repository) -> PullRequest {
    let pr = shop.open_pull_request(NewPullRequest {
        author: "alice",
        title: "A working title",
        body: "## Change",
        changes: Changes::new().write("src/pay.rs", "fn pay() {}\n").rename("docs/plain.md", "docs/moved.md"),
        draft: true,
        ..NewPullRequest::default()
    });
    pr.ready("alice");
    pr.draft("alice");
    pr.ready("alice");
    pr.retitle("alice", "Pay once");
    pr.edit_body("bob", "## Change\n\nMore.");
    pr.label("alice", "risky");
    pr.label("alice", "odd");
    pr.unlabel("alice", "odd");
    pr.assign("alice", "bob");
    pr.retarget("alice", "release/1");
    pr.retarget("alice", "main");
    pr.request_review("alice", "dora");
    pr.request_review("alice", "acme/payments-oncall");
    pr.request_review("alice", "erin");
    pr.unrequest_review("alice", "erin");
    pr.force_push("alice", [("src/pay.rs", "fn pay() { once() }\n")]);
    pr.push_commit(Commit {
        by: "alice",
        message: "Together\n\nCo-authored-by: bob <bob@example.com>",
        changes: Changes::new().rename("docs/old.md", "docs/new.md").remove("run.sh").bytes("logo.png", &[0, 1, 2]),
        author: Some(Identity { name: "Somebody".into(), email: "some@where.example".into() }),
        signature: Some(Signature::Valid),
        ..Commit::default()
    });
    pr.auto_merge("alice", true);
    pr.auto_merge("alice", false);
    pr.auto_merge("alice", true);
    pr.review("bob", Verdict::RequestChanges);
    let first = pr.review("bob", Verdict::Approve);
    pr.dismiss("root", first);
    pr.review("carol", Verdict::Approve);
    pr.review_saying("frank", Verdict::Comment, "nice");
    let thread = pr.start_thread("carol", "src/pay.rs", "why?");
    pr.resolve_thread("alice", thread);
    pr.start_thread("carol", "src/pay.rs", "and why not?");
    let comment = pr.comment("alice", "first");
    pr.edit_comment("alice", comment, "first, edited");
    pr.minimize_comment(comment, Some("outdated"));
    pr.status("root", "ci/old", "pending");
    pr.status("root", "ci/old", "success");
    pr.check_run("github-actions", "build", Outcome::InProgress);
    pr.check_run("github-actions", "build", Outcome::Failure);
    pr.check_run("github-actions", "build", Outcome::Success);
    pr.check_run("other", "lint", Outcome::Queued);
    pr
}
