//! The way of one pull request: opened, looked at, answered.

use github_stand_in::{Installed, NewPullRequest, Verdict, sign};
use serde_json::json;

use crate::app::start;

const LOOK: &str = include_str!("queries/look.graphql");

#[tokio::test]
async fn a_pull_request_is_looked_at_and_answered() {
    let app = start().await;
    let github = &app.github;
    let acme = github.organisation("acme");
    let installation = acme.install(Installed::All);
    let repo = acme.repository("shop").private();
    repo.commit("main", "root", [("README.md", "hello\n"), (".github/countersign.toml", "policy = 1\n")]);
    acme.team("payments", &["bob", "carol"]);
    app.arrived().await;

    let pr = repo.open_pull_request(NewPullRequest {
        author: "alice",
        title: "Pay twice",
        body: "## Change",
        changes: [("src/pay.rs", "fn pay() {}\n")].into(),
        ..NewPullRequest::default()
    });
    let arrived = app.arrived().await;
    let names: Vec<String> = arrived.iter().map(|it| it.name()).collect();
    assert_eq!(names, ["push", "check_suite requested", "pull_request opened"]);
    let opened = &arrived[2];
    assert_eq!(opened.signature, sign(github.webhook_secret(), &opened.body));
    assert_eq!(opened.payload()["installation"]["id"], installation);
    assert_eq!(opened.payload()["pull_request"]["head"]["sha"], *pr.head());

    let token = app.token(installation).await;
    pr.review("bob", Verdict::Approve);
    let variables = json!({ "owner": "acme", "name": "shop", "number": pr.number(), "app": github.app_id(), "comment": "IC_none", "policies": ".github" });
    let look = app.query(&token, LOOK, variables.clone()).await;
    let found = &look["data"]["repository"]["pullRequest"];
    assert_eq!(found["title"], "Pay twice");
    assert_eq!(found["reviews"]["nodes"][0]["state"], "APPROVED");
    assert_eq!(
        found["files"]["nodes"][0],
        json!({ "path": "src/pay.rs", "changeType": "ADDED", "additions": 1, "deletions": 0 })
    );
    assert_eq!(look["errors"][0]["type"], "NOT_FOUND", "{look:#}");

    let run = json!({ "name": "countersign", "head_sha": *pr.head(), "status": "in_progress", "output": { "title": "t", "summary": "s" } });
    let (status, run) = app.rest("POST", "/repos/acme/shop/check-runs", &token, run).await;
    assert_eq!(status, 201, "{run}");
    let path = format!("/repos/acme/shop/check-runs/{}", run["id"]);
    let (status, run) =
        app.rest("PATCH", &path, &token, json!({ "status": "completed", "conclusion": "success" })).await;
    assert_eq!((status, &run["conclusion"]), (200, &json!("success")));
    let (_, run) = app.rest("PATCH", &path, &token, json!({ "status": "in_progress" })).await;
    assert_eq!(run["status"], "completed", "a completed run stays completed");
    let path = format!("/repos/acme/shop/issues/{}/comments", pr.number());
    let (status, comment) = app.rest("POST", &path, &token, json!({ "body": "hello" })).await;
    assert_eq!(status, 201, "{comment}");
    let path = format!("/repos/acme/shop/issues/comments/{}", comment["id"]);
    let (status, _) = app.rest("PATCH", &path, &token, json!({ "body": "hello again" })).await;
    assert_eq!(status, 200);
    assert_eq!(pr.check("countersign").unwrap().conclusion.as_deref(), Some("success"));
    assert_eq!(pr.comments()[0].body, "hello again");
    assert_eq!(
        app.names().await,
        [
            "pull_request_review submitted",
            "check_run created",
            "check_run completed",
            "check_suite completed",
            "issue_comment created",
            "issue_comment edited"
        ]
    );
    let mut variables = variables;
    variables["comment"] = comment["node_id"].clone();
    let look = app.query(&token, LOOK, variables).await;
    assert_eq!(look["data"]["mine"]["body"], "hello again");
    assert_eq!(look["data"]["mine"]["author"]["login"], "countersign");
    github.assert_clean();
}
