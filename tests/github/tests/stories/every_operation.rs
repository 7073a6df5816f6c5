//! Every REST operation of the contract is built, and keeps the contract: the stand-in judges itself.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::world::{World, build};

/// Operation, path, body, and the status to expect.
type Asked = (&'static str, String, Value, u16);

#[tokio::test]
async fn every_operation_is_built() {
    let world = build().await;
    let asked = operations(&world);
    for (method, path, body, wanted) in &asked {
        let own = path.starts_with("/app") || path.ends_with("/installation");
        let token = if own { world.app.own_token(540) } else { world.token.clone() };
        let (status, answer) = world.app.rest(method, path, &token, body.clone()).await;
        assert_eq!(status, *wanted, "{method} {path}: {answer:#}");
    }
    let own = world.app.own_token(540);
    let (_, deliveries) = world.app.rest("GET", "/app/hook/deliveries", &own, Value::Null).await;
    let delivery = format!("/app/hook/deliveries/{}", deliveries[0]["id"]);
    assert_eq!(world.app.rest("GET", &delivery, &own, Value::Null).await.0, 200);
    assert_eq!(world.app.rest("POST", &format!("{delivery}/attempts"), &own, Value::Null).await.0, 202);
    let issues = "/repos/acme/shop/issues";
    let ours = json!({ "title": "a review", "body": "what became of it" });
    let (status, issue) = world.app.rest("POST", issues, &world.token, ours).await;
    assert_eq!(status, 201, "{issue:#}");
    let one = format!("{issues}/{}", issue["number"]);
    assert_eq!(world.app.rest("GET", &format!("{issues}?state=all"), &world.token, Value::Null).await.0, 200);
    assert_eq!(world.app.rest("GET", &one, &world.token, Value::Null).await.0, 200);
    assert_eq!(world.app.rest("PATCH", &one, &world.token, json!({ "state": "closed" })).await.0, 200);
    world.app.github.assert_clean();

    let listed =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("contract/operations.txt")).unwrap();
    let listed: BTreeSet<&str> =
        listed.lines().filter(|line| line.contains(" /")).filter(|line| !line.starts_with('#')).collect();
    let log = world.app.github.log();
    let used: BTreeSet<&str> = log.entries.iter().map(|entry| entry.operation.as_str()).collect();
    let missing: Vec<_> = listed.difference(&used).collect();
    assert!(missing.is_empty(), "never asked: {missing:?}");
}

fn operations(world: &World) -> Vec<Asked> {
    let (number, head) = (world.busy.number(), world.busy.head());
    let (comment, run) = (world.comment, world.run);
    let tree = format!("/repos/acme/shop/git/trees/{head}");
    let at = |path: &str| format!("/repos/acme/shop{path}");
    let get = |path: String| ("GET", path, Value::Null, 200);
    vec![
        get("/app".into()),
        get("/app/hook/deliveries?per_page=5".into()),
        get("/app/installations".into()),
        get(format!("/app/installations/{}", world.installation)),
        get("/installation/repositories?per_page=1".into()),
        get("/orgs/acme/installation".into()),
        get(at("/installation")),
        get("/rate_limit".into()),
        get("/orgs/acme/teams/payments".into()),
        get("/orgs/acme/teams/payments/members?per_page=1".into()),
        get("/orgs/acme/teams/payments/memberships/carol".into()),
        get(at("/collaborators/alice/permission")),
        get("/users/carol".into()),
        get(at("")),
        get(at("/activity?per_page=2")),
        get(at("/branches/release/1")),
        get(at("/rules/branches/main")),
        get(at(&format!("/commits/{head}"))),
        get(at(&format!("/commits/{head}/check-runs?filter=all"))),
        get(at(&format!("/commits/{head}/status"))),
        get(at(&format!("/commits/{head}/pulls"))),
        get(at("/compare/main...change-7")),
        get(at("/contents/docs/new.md?ref=change-7")),
        get(at("/contents/docs?ref=change-7")),
        get(tree.clone()),
        get(format!("{tree}?recursive=1")),
        get(at("/git/blobs/ce013625030ba8dba906f756967f9e9ca394464a")),
        get(at("/pulls?state=all&per_page=2")),
        get(at(&format!("/pulls/{number}"))),
        get(at(&format!("/pulls/{}", world.merged.number()))),
        get(at(&format!("/pulls/{}", world.forked.number()))),
        get(at(&format!("/pulls/{number}/commits"))),
        get(at(&format!("/pulls/{number}/files?per_page=100"))),
        get(at(&format!("/pulls/{number}/reviews"))),
        get(at(&format!("/pulls/{number}/requested_reviewers"))),
        (
            "POST",
            at(&format!("/pulls/{number}/requested_reviewers")),
            json!({ "reviewers": ["erin"], "team_reviewers": ["payments"] }),
            201,
        ),
        ("DELETE", at(&format!("/pulls/{number}/requested_reviewers")), json!({ "reviewers": ["erin"] }), 200),
        get(at(&format!("/check-runs/{run}"))),
        get(at(&format!("/check-runs/{run}/annotations"))),
        ("PATCH", at(&format!("/check-runs/{run}")), json!({ "output": { "title": "t", "summary": "s" } }), 200),
        get(at(&format!("/issues/{number}/comments"))),
        get(at(&format!("/issues/comments/{comment}"))),
        ("PATCH", at(&format!("/issues/comments/{comment}")), json!({ "body": "ours again" }), 200),
        ("POST", at(&format!("/issues/comments/{comment}/reactions")), json!({ "content": "+1" }), 201),
        ("DELETE", at(&format!("/issues/comments/{comment}")), Value::Null, 204),
        ("POST", at(&format!("/deployments/{}/statuses", world.deployment)), json!({ "state": "inactive" }), 201),
        (
            "POST",
            at(&format!("/actions/runs/{}/deployment_protection_rule", world.gate)),
            json!({ "environment_name": "production", "state": "approved", "comment": "go" }),
            204,
        ),
    ]
}

#[tokio::test]
async fn a_failed_delivery_is_found_and_asked_for_again() {
    let world = build().await;
    let app = &world.app;
    app.arrived().await;
    app.github.faults().forget_webhooks_of("issue_comment", 1);
    world.busy.comment("alice", "unheard");
    assert!(app.names().await.is_empty());
    let token = app.own_token(540);
    let (_, failed) = app.rest("GET", "/app/hook/deliveries?status=failure", &token, Value::Null).await;
    let path = format!("/app/hook/deliveries/{}", failed[0]["id"]);
    let (_, full) = app.rest("GET", &path, &token, Value::Null).await;
    assert_eq!(full["request"]["payload"]["comment"]["body"], "unheard");
    let (status, _) = app.rest("POST", &format!("{path}/attempts"), &token, Value::Null).await;
    assert_eq!(status, 202);
    let arrived = app.arrived().await;
    assert_eq!(arrived[0].name(), "issue_comment created");
    assert_eq!(arrived[0].delivery, failed[0]["guid"].as_str().unwrap());
    app.github.assert_clean();
}

#[tokio::test]
async fn pages_lead_to_each_other_at_both_roots() {
    let world = build().await;
    for root in [world.app.github.rest_url(), world.app.github.enterprise_url()] {
        let mut url = Some(format!("{root}/repos/acme/shop/pulls?state=all&per_page=3&sort=created&direction=asc"));
        let mut numbers = Vec::new();
        while let Some(next) = url {
            let response = world.app.send("GET", &next, &world.token, Value::Null).await;
            let link = response.headers().get("link").and_then(|it| it.to_str().ok()).unwrap_or("").to_owned();
            url = link
                .split(", ")
                .find(|it| it.ends_with("rel=\"next\""))
                .map(|it| it[1..it.find('>').unwrap()].to_owned());
            assert!(url.as_ref().is_none_or(|it| it.starts_with(&root)), "{url:?}");
            let page: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
            numbers.extend(page.as_array().unwrap().iter().map(|it| it["number"].as_u64().unwrap()));
        }
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
    }
    world.app.github.assert_clean();
}
