//! `GET /calendar.ics`, `GET /calendar.json`: the forward schedule of change, behind a token of each organisation.
//!
//! Calendars cannot send headers, so that the token may stand in the address too. It says whose schedule is meant: nobody
//! reads another's. Without any token in the settings there is nothing here.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::Door;
use crate::forward::Forward;

/// One schedule is made at a time: it reads much, and calendars can wait.
static ONE: Semaphore = Semaphore::const_new(1);

/// Whoever knows the token may read the organisation's schedule.
#[derive(Debug, Clone)]
pub struct CalendarToken {
    /// The organisation or account.
    pub organisation: String,
    /// The token.
    pub token: SecretString,
}

/// What may be asked.
#[derive(Deserialize)]
pub(super) struct Asked {
    token: Option<String>,
    organisation: Option<String>,
    service: Option<String>,
}

pub(super) async fn ics(door: State<Arc<Door>>, headers: HeaderMap, asked: Query<Asked>) -> Response {
    match schedule(&door, &headers, asked.0).await {
        Ok(forward) => ([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], forward.ics()).into_response(),
        Err(refused) => refused,
    }
}

pub(super) async fn json(door: State<Arc<Door>>, headers: HeaderMap, asked: Query<Asked>) -> Response {
    match schedule(&door, &headers, asked.0).await {
        Ok(forward) => axum::Json(forward.json()).into_response(),
        Err(refused) => refused,
    }
}

async fn schedule(door: &Door, headers: &HeaderMap, asked: Asked) -> Result<Forward, Response> {
    let refused = |status: StatusCode, words: &'static str| (status, words).into_response();
    if door.calendar_tokens.is_empty() {
        return Err(refused(StatusCode::NOT_FOUND, "no calendar is served\nhelp: COUNTERSIGN_CALENDAR_TOKENS\n"));
    }
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let given = bearer.map(str::to_owned).or(asked.token).unwrap_or_default();
    let is_of = |organisation: &str| asked.organisation.as_ref().is_none_or(|of| of.eq_ignore_ascii_case(organisation));
    let known = holder(&door.calendar_tokens, &given).filter(|organisation| is_of(organisation));
    let Some(organisation) = known else {
        let words = "no good token\nhelp: `?token=` or `Authorization: Bearer`, with the organisation's token of \
            COUNTERSIGN_CALENDAR_TOKENS\n";
        return Err(refused(StatusCode::UNAUTHORIZED, words));
    };
    let _one = ONE.acquire().await;
    match Forward::of(&door.store, organisation, &door.pages, door.clock.now()).await {
        Ok(forward) => Ok(match &asked.service {
            Some(service) => forward.of_service(service),
            None => forward,
        }),
        Err(error) => {
            tracing::error!(%error, "the forward schedule could not be read");
            Err(refused(StatusCode::SERVICE_UNAVAILABLE, "the schedule could not be read; the log says why\n"))
        }
    }
}

/// Whose token it is. All are compared, by their hashes, so that the time taken tells nothing about them.
fn holder<'t>(tokens: &'t [CalendarToken], given: &str) -> Option<&'t str> {
    let given = Sha256::digest(given.as_bytes());
    tokens.iter().fold(None, |known, token| {
        let own = Sha256::digest(token.token.expose_secret().as_bytes());
        let differs = own.iter().zip(given.iter()).fold(0, |all, (one, other)| all | (one ^ other));
        if differs == 0 { Some(token.organisation.as_str()) } else { known }
    })
}
