//! The door over real HTTP: what is taken, what is refused and how, and that it never breaks.

use countersign::github::event;
use github_stand_in::sign;
use reqwest::{Client, StatusCode};
use serde_json::json;

use crate::world::{PEER, World};

const TYPE: &str = "application/json";

struct Post<'a> {
    body: Vec<u8>,
    signature: Option<String>,
    content_type: &'a str,
    delivery: &'a str,
}

impl World {
    fn post(&self, body: &[u8]) -> Post<'static> {
        let signature = Some(sign(self.github.webhook_secret(), body));
        Post { body: body.to_vec(), signature, content_type: TYPE, delivery: "0b5c1a66-0000-4000-8000-000000000001" }
    }

    async fn answers(&self, post: Post<'_>) -> (StatusCode, String) {
        let mut request = Client::new()
            .post(self.address("/github/webhook"))
            .header("content-type", post.content_type)
            .header("x-github-event", "ping")
            .header("x-github-delivery", post.delivery);
        if let Some(signature) = post.signature {
            request = request.header("x-hub-signature-256", signature);
        }
        let answer = request.body(post.body).send().await.expect("the door answers");
        (answer.status(), answer.text().await.expect("text"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_says_what_is_wrong() {
    let world = World::with_policy(PEER).await;
    let check = async |post: Post<'_>, status: u16, words: &str| {
        let (found, said) = world.answers(post).await;
        assert!(found == status && said.contains(words), "{found} {said:?}, wanted {status} {words:?}");
    };
    let good = || world.post(b"{\"zen\": \"keep it\"}");
    check(good(), 202, "taken").await;
    check(good(), 202, "taken before").await;
    check(Post { signature: None, ..good() }, 401, "COUNTERSIGN_WEBHOOK_SECRET").await;
    check(Post { signature: Some(sign("wrong", b"{}")), ..good() }, 401, "no good signature").await;
    check(Post { body: b"{}".to_vec(), ..good() }, 401, "no good signature").await;
    check(world.post(b"no json"), 400, "no JSON").await;
    check(Post { delivery: "", ..good() }, 400, "X-GitHub-Delivery").await;
    let form = Post { content_type: "application/x-www-form-urlencoded", ..world.post(b"payload=%7B%7D") };
    check(form, 415, "application/json").await;
    check(world.post(&vec![b' '; 25 * 1024 * 1024 + 1]), 413, "25 MB").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_rotated_without_losing_an_event() {
    let mut world = World::without_bot(PEER).await;
    let both = format!("the next one, {}", world.github.webhook_secret());
    world.start(&[("webhook_secret", &both)]).await;
    let body = b"{}";
    let old = world.post(body);
    let new = Post { signature: Some(sign("the next one", body)), delivery: "2", ..world.post(body) };
    assert_eq!(world.answers(old).await.0, 202);
    assert_eq!(world.answers(new).await.0, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_needs_nothing_of_github() {
    let world = World::with_policy(PEER).await;
    world.github.faults().down(github_stand_in::On::Everything);
    let get = async |path: &str| {
        let answer = Client::new().get(world.address(path)).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    };
    assert_eq!(get("/healthz").await, (200, "alive\n".to_owned()));
    assert_eq!(get("/readyz").await, (200, "ready\n".to_owned()));
    let (status, metrics) = get("/metrics").await;
    assert_eq!(status, 200);
    for name in ["countersign_queue_rows", "countersign_queue_oldest_due_seconds", "countersign_github_calls_total"] {
        assert!(metrics.contains(name), "no {name} in\n{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_is_not_listed_is_not_served() {
    let mut world = World::without_bot(PEER).await;
    world.start(&[("installations", "99999")]).await;
    let body = serde_json::to_vec(&json!({ "installation": { "id": 7 } })).expect("JSON");
    let (status, said) = world.answers(world.post(&body)).await;
    assert_eq!((status.as_u16(), said.as_str()), (202, "this installation is not served here\n"));
}

/// All of GitHub's own example payloads, as npm's `@octokit/webhooks-examples` has them.
#[tokio::test(flavor = "multi_thread")]
async fn every_example_payload_of_githubs_is_taken() {
    let file =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/node_modules/@octokit/webhooks-examples/api.github.com/index.json");
    let Ok(text) = std::fs::read_to_string(file) else {
        println!("the npm package @octokit/webhooks-examples is not installed: its payloads are left out");
        return;
    };
    let events: Vec<serde_json::Value> = serde_json::from_str(&text).expect("the examples are JSON");
    let world = World::with_policy(PEER).await;
    let mut sent = 0;
    for event in &events {
        for example in event["examples"].as_array().expect("examples") {
            sent += 1;
            let body = serde_json::to_vec(example).expect("JSON");
            let name = event["name"].as_str().expect("a name");
            let tells = |payload| format!("{:?}", event::read(name, payload, 42, jiff::Timestamp::UNIX_EPOCH));
            assert_eq!(tells(&event::parse(&body).expect("JSON")), tells(example), "what is left out tells something");
            let answer = Client::new()
                .post(world.address("/github/webhook"))
                .header("content-type", TYPE)
                .header("x-github-event", name)
                .header("x-github-delivery", format!("example-{sent}"))
                .header("x-hub-signature-256", sign(world.github.webhook_secret(), &body))
                .body(body)
                .send()
                .await
                .expect("an answer");
            assert_eq!(answer.status(), 202, "{} {sent}", event["name"]);
        }
    }
    assert!(sent > 300, "only {sent} examples");
    // The bot lives on: it still answers a pull request.
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "1");
}
