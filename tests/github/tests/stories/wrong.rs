//! What can go wrong goes wrong as it was told to.

use std::time::{Duration, Instant};

use github_stand_in::{Limits, On};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{World, build, open};

const TITLE: &str = "query Title($number: Int!) { repository(owner: \"acme\", name: \"shop\") { pullRequest(number: $number) { title reviewThreads(first: 5) { totalCount } } } }";

async fn pull(world: &World, number: u64) -> u16 {
    world.app.rest("GET", &format!("/repos/acme/shop/pulls/{number}"), &world.token, Value::Null).await.0
}

async fn title(world: &World) -> Value {
    let answer = world.app.query(&world.token, TITLE, json!({ "number": world.busy.number() })).await;
    answer["data"]["repository"]["pullRequest"]["title"].clone()
}

async fn post_comment(world: &World, body: &str) -> reqwest::Response {
    let path = format!("/repos/acme/shop/issues/{}/comments", world.busy.number());
    world.app.send("POST", &path, &world.token, json!({ "body": body })).await
}

#[tokio::test]
async fn it_is_down_for_a_while_or_until_told() {
    let world = build().await;
    let faults = world.app.github.faults();
    faults.fail(On::Reads, 2);
    assert_eq!([pull(&world, 1).await, pull(&world, 1).await, pull(&world, 1).await], [502, 502, 200]);
    faults.down(On::Writes);
    assert_eq!((pull(&world, 1).await, post_comment(&world, "a").await.status().as_u16()), (200, 502));
    faults.up();
    faults.down(On::GraphQl);
    let (status, _) =
        world.app.rest("POST", "/graphql", &world.token, json!({ "query": "{ viewer { login } }" })).await;
    assert_eq!((status, pull(&world, 1).await), (502, 200));
    faults.clear();
    assert_eq!(title(&world).await, "Pay once");
}

#[tokio::test]
async fn an_answer_gets_lost_and_the_write_does_not() {
    let world = build().await;
    world.app.github.faults().lose_answers(On::Operation("comments"), 1);
    let before = world.busy.comments().len();
    assert_eq!(post_comment(&world, "once").await.status(), 502);
    assert_eq!(world.busy.comments().len(), before + 1);
}

#[tokio::test]
async fn reads_lag_behind() {
    let world = build().await;
    let faults = world.app.github.faults();
    faults.freeze_reads();
    world.busy.retitle("alice", "Pay never");
    assert_eq!(title(&world).await, "Pay once");
    faults.fresh();
    assert_eq!(title(&world).await, "Pay never");

    faults.lag(SignedDuration::from_secs(5));
    world.busy.retitle("alice", "Pay later");
    assert_eq!(title(&world).await, "Pay never");
    world.app.github.clock().advance(SignedDuration::from_secs(6));
    assert_eq!(title(&world).await, "Pay later");
    faults.fresh();

    faults.hide_new_pull_requests(SignedDuration::from_secs(3));
    let fresh = open(&world.shop, "alice", "Just opened").number();
    let answer = world.app.query(&world.token, TITLE, json!({ "number": fresh })).await;
    assert_eq!((answer["errors"][0]["type"].as_str(), pull(&world, fresh).await), (Some("NOT_FOUND"), 404));
    world.app.github.clock().advance(SignedDuration::from_secs(3));
    assert_eq!(pull(&world, fresh).await, 200);
}

#[tokio::test]
async fn webhooks_are_lost_doubled_and_turned_round() {
    let world = build().await;
    let (app, faults) = (&world.app, world.app.github.faults());
    app.arrived().await;
    faults.forget_webhooks_of("issue_comment", 1);
    faults.duplicate_webhooks(1);
    world.busy.comment("alice", "lost");
    world.busy.label("alice", "doubled");
    let arrived = app.arrived().await;
    assert_eq!(arrived.iter().map(|it| it.name()).collect::<Vec<_>>(), ["pull_request labeled"; 2]);
    assert_eq!(arrived[0].delivery, arrived[1].delivery);
    faults.reverse_webhooks(3);
    for label in ["a", "b", "c"] {
        world.busy.label("alice", label);
    }
    let labels: Vec<Value> = app.arrived().await.iter().map(|it| it.payload()["label"]["name"].clone()).collect();
    assert_eq!(labels, ["c", "b", "a"]);
    faults.forget_all_webhooks();
    world.busy.comment("alice", "lost too");
    faults.remember_webhooks();
    app.answers(500);
    world.busy.comment("alice", "refused");
    assert_eq!(app.names().await, ["issue_comment created"], "GitHub does not try again by itself");
    let failed: Vec<_> =
        app.github.deliveries().into_iter().filter(|it| !matches!(it.status, Some(200..300))).collect();
    assert_eq!(failed.iter().map(|it| it.status).collect::<Vec<_>>(), [Some(0), Some(0), Some(500)]);
    app.answers(202);
    app.github.redeliver(&failed[2].guid);
    assert_eq!(app.arrived().await[0].delivery, failed[2].guid);
}

#[tokio::test]
async fn limits_hold() {
    let world = build().await;
    let faults = world.app.github.faults();
    faults.limits(Limits { content_a_minute: 4, ..Limits::default() });
    // Building the company took two of them.
    assert_eq!(post_comment(&world, "three").await.status(), 201);
    assert_eq!(post_comment(&world, "four").await.status(), 201);
    let refused = post_comment(&world, "five").await;
    assert_eq!(refused.status(), 403);
    let wait: i64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    world.app.github.clock().advance(SignedDuration::from_secs(61));
    assert_eq!(post_comment(&world, "five").await.status(), 201);

    faults.leave_points(1);
    assert_eq!((pull(&world, 1).await, pull(&world, 1).await), (200, 403));
    assert_eq!(title(&world).await, "Pay once");
    let answer = world.app.query(&world.token, TITLE, json!({ "number": 1 })).await;
    assert_eq!(answer["errors"][0]["type"], "RATE_LIMITED");
    world.app.github.clock().advance(SignedDuration::from_mins(30));
    assert_eq!(pull(&world, 1).await, 403, "the hour is not over");
}

#[tokio::test]
async fn answers_are_partial_and_doors_are_closed() {
    let world = build().await;
    let faults = world.app.github.faults();
    faults.fail_field("Commit.statusCheckRollup");
    let text = "{ repository(owner: \"acme\", name: \"shop\") { name defaultBranchRef { target { ... on Commit { statusCheckRollup { state } oid } } } } }";
    let answer = world.app.query(&world.token, text, json!({})).await;
    assert_eq!(answer["data"]["repository"]["name"], "shop");
    assert_eq!(answer["data"]["repository"]["defaultBranchRef"]["target"]["statusCheckRollup"], Value::Null);
    assert!(answer["errors"][0]["path"].is_array());
    faults.heal_fields();
    faults.deny("acme");
    let text = "{ organization(login: \"acme\") { team(slug: \"payments\") { slug } } }";
    let answer = world.app.query(&world.token, text, json!({})).await;
    assert_eq!(answer["errors"][0]["type"], "FORBIDDEN");
    assert_eq!(pull(&world, 1).await, 404);
    faults.allow_all();
    faults.deny_members("acme");
    let answer = world.app.query(&world.token, text, json!({})).await;
    assert_eq!(
        (&answer["errors"][0]["type"], &answer["data"]["organization"]["team"]),
        (&json!("FORBIDDEN"), &Value::Null)
    );
    let members = "/orgs/acme/teams/payments/members";
    assert_eq!(world.app.rest("GET", members, &world.token, Value::Null).await.0, 403);
    assert_eq!(pull(&world, 1).await, 200);
    faults.allow_all();
    faults.most_nodes(50);
    let text = "{ repository(owner: \"acme\", name: \"shop\") { pullRequests(first: 51) { totalCount } } }";
    let (status, _) = world.app.rest("POST", "/api/graphql", &world.token, json!({ "query": text })).await;
    assert_eq!(status, 502);
    world.app.github.assert_clean();
}

#[tokio::test]
async fn the_log_knows_who_was_asked_about_and_when() {
    let world = build().await;
    world.app.github.take_log();
    world.app.github.faults().latency(Duration::from_millis(30));
    let begun = Instant::now();
    tokio::join!(title(&world), title(&world), pull(&world, 1));
    assert!(begun.elapsed() >= Duration::from_millis(30));
    let log = world.app.github.log();
    let shop = "acme/shop".to_owned();
    assert_eq!(log.overlapping(), [(shop.clone(), world.busy.number())]);
    assert_eq!((log.count(), log.of("query Title").count(), log.about(&shop, 1).count()), (3, 2, 1));
    world.app.github.faults().clear();
    let run = json!({ "name": "n", "head_sha": *world.busy.head() });
    world.app.rest("POST", "/repos/acme/shop/check-runs", &world.token, run).await;
    let log = world.app.github.take_log();
    let write = log.writes().next().unwrap();
    assert_eq!((write.pull_request, write.status), (Some(world.busy.number()), 201), "by its head");
}
