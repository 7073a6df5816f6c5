//! One request to a receiver: no redirects, no longer than it may take, and no more of the answer than is wanted.
//!
//! Addresses are secrets (whoever knows that of a webhook may write to it) and are in no error.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};

use super::Failure;

/// How long a receiver may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// So much of an answer is read.
const MOST: usize = 64 * 1024;

/// So much of an answer is told where it is a refusal, in characters.
const TOLD: usize = 200;

#[derive(Clone)]
pub(super) struct Http(Client);

/// A receiver that took what was posted.
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) body: String,
}

impl Http {
    pub(super) fn new() -> anyhow::Result<Self> {
        let client = Client::builder()
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .timeout(TIMEOUT)
            .connect_timeout(Duration::from_secs(5))
            .redirect(Policy::none())
            .build()?;
        Ok(Self(client))
    }

    /// Posts a body. Only a status of 200 to 299 is a receipt.
    pub(super) async fn post(
        &self,
        url: &SecretString,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<Answered, Failure> {
        let mut request = self.0.post(url.expose_secret()).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.send().await.map_err(|error| failure(&error.without_url()))?;
        let status = response.status();
        let wait = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut read: Vec<u8> = Vec::new();
        while read.len() < MOST {
            match response.chunk().await {
                Ok(Some(chunk)) => read.extend_from_slice(&chunk[..chunk.len().min(MOST - read.len())]),
                // What it took it took, though its answer be cut short.
                Ok(None) | Err(_) => break,
            }
        }
        let body = String::from_utf8_lossy(&read).into_owned();
        match status.is_success() {
            true => Ok(Answered { status: status.as_u16(), body }),
            false => Err(Failure {
                why: refusal(status, &body),
                after: wait.map(Duration::from_secs),
                is_down: status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error(),
            }),
        }
    }
}

fn refusal(status: StatusCode, body: &str) -> String {
    let said: String = body.chars().filter(|char| !char.is_control()).take(TOLD).collect();
    match said.trim() {
        "" => format!("it answered {}", status.as_u16()),
        said => format!("it answered {}: {said}", status.as_u16()),
    }
}

/// The innermost reason, which is what helps.
fn failure(error: &reqwest::Error) -> Failure {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Failure::down(format!("it could not be reached: {cause}"))
}
