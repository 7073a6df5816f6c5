//! An App in miniature: it signs, asks, writes, and keeps the webhooks that it gets.

use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use github_stand_in::{GitHub, Settings};
use jiff::Timestamp;
use serde_json::{Value, json};

/// A webhook as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) event: String,
    pub(crate) delivery: String,
    pub(crate) signature: String,
    pub(crate) body: Vec<u8>,
}

impl Arrived {
    pub(crate) fn payload(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// `pull_request opened`
    pub(crate) fn name(&self) -> String {
        let action = self.payload()["action"].as_str().map(|action| format!(" {action}")).unwrap_or_default();
        format!("{}{action}", self.event)
    }
}

/// The App.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) github: GitHub,
    client: reqwest::Client,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    answer: Arc<Mutex<StatusCode>>,
}

/// A GitHub that also judges itself, and an App that listens to it.
pub(crate) async fn start() -> App {
    start_with(Settings::default()).await
}

pub(crate) async fn start_with(settings: Settings) -> App {
    let github = GitHub::start(Settings { judge_answers: true, ..settings }).await;
    let arrived: Arc<Mutex<Vec<Arrived>>> = Arc::default();
    let answer = Arc::new(Mutex::new(StatusCode::ACCEPTED));
    let (inbox, status) = (Arc::clone(&arrived), Arc::clone(&answer));
    let take = move |headers: HeaderMap, body: Bytes| async move {
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        let (event, delivery) = (header("x-github-event"), header("x-github-delivery"));
        inbox.lock().unwrap().push(Arrived {
            event,
            delivery,
            signature: header("x-hub-signature-256"),
            body: body.to_vec(),
        });
        *status.lock().unwrap()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    github.send_webhooks_to(&format!("http://{}/github/webhook", listener.local_addr().unwrap()));
    let router = axum::Router::new().fallback(take);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let client = reqwest::Client::builder().user_agent("an App in miniature").build().unwrap();
    App { github, client, arrived, answer }
}

impl App {
    /// The webhooks so far; each is taken once.
    pub(crate) async fn arrived(&self) -> Vec<Arrived> {
        self.github.settled().await;
        std::mem::take(&mut *self.arrived.lock().unwrap())
    }

    pub(crate) async fn names(&self) -> Vec<String> {
        self.arrived().await.iter().map(Arrived::name).collect()
    }

    /// What it answers webhooks with.
    pub(crate) fn answers(&self, status: u16) {
        *self.answer.lock().unwrap() = StatusCode::from_u16(status).unwrap();
    }

    /// A token for the App's own operations, that ends in so many seconds.
    pub(crate) fn own_token(&self, seconds: i64) -> String {
        let pem: String = self.github.private_key_pem().lines().filter(|line| !line.starts_with('-')).collect();
        let key = RsaKeyPair::from_pkcs8(&STANDARD.decode(pem).unwrap()).unwrap();
        let now = Timestamp::now().as_second();
        let claims = json!({ "iat": now - 60, "exp": now + seconds, "iss": self.github.app_id() });
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(json!({ "alg": "RS256", "typ": "JWT" })), part(claims));
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// An installation's token.
    pub(crate) async fn token(&self, installation: u64) -> String {
        let path = format!("/app/installations/{installation}/access_tokens");
        let (status, body) = self.rest("POST", &path, &self.own_token(540), Value::Null).await;
        assert_eq!(status, 201, "{body}");
        body["token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn rest(&self, method: &str, path: &str, token: &str, body: Value) -> (u16, Value) {
        let response = self.send(method, path, token, body).await;
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub(crate) async fn send(&self, method: &str, path: &str, token: &str, body: Value) -> reqwest::Response {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.github.rest_url()) };
        let request = self.client.request(method.parse().unwrap(), url).bearer_auth(token);
        let request = if body.is_null() { request } else { request.json(&body) };
        request.send().await.unwrap()
    }

    pub(crate) async fn query(&self, token: &str, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let (status, answer) = self.rest("POST", "/graphql", token, body).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }
}
