//! `POST /github/webhook`: a delivery is verified, read, stored, and only then taken.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tracing::Instrument as _;

use super::{Door, signature};
use crate::failpoint;
use crate::github::event;
use crate::signal::Delivery;
use crate::store::Taken;

/// GitHub caps payloads at 25 MB (its documents, "Webhook events and payloads").
const BODY_LIMIT: usize = 25 * 1024 * 1024;

/// What a delivery is answered.
struct Answer(StatusCode, &'static str);

impl Answer {
    const TAKEN: Self = Self(StatusCode::ACCEPTED, "taken");
    const KNOWN: Self = Self(StatusCode::ACCEPTED, "taken before");
    const NOT_SERVED: Self = Self(StatusCode::ACCEPTED, "this installation is not served here");
    const UNSIGNED: Self = Self(
        StatusCode::UNAUTHORIZED,
        "no good signature\nhelp: the webhook's secret on GitHub and COUNTERSIGN_WEBHOOK_SECRET must be the same",
    );
    const TOO_LARGE: Self = Self(StatusCode::PAYLOAD_TOO_LARGE, "larger than the 25 MB that GitHub sends");
    const FORM: Self = Self(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "the payload is a form\nhelp: set the webhook's content type on GitHub to application/json",
    );
    const NO_JSON: Self = Self(StatusCode::BAD_REQUEST, "the payload is no JSON");
    const NO_HEADING: Self =
        Self(StatusCode::BAD_REQUEST, "X-GitHub-Event and X-GitHub-Delivery must name the delivery");
    const NOT_STORED: Self =
        Self(StatusCode::SERVICE_UNAVAILABLE, "the delivery could not be stored; GitHub keeps it for another try");
}

pub(super) async fn take(State(door): State<Arc<Door>>, headers: HeaderMap, body: Body) -> Response {
    let started = Instant::now();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (delivery, event) = (text("x-github-delivery"), text("x-github-event"));
    let span = tracing::info_span!("delivery", delivery, event);
    let Answer(status, words) = answer(&door, &headers, delivery, event, body).instrument(span).await;
    door.telemetry.delivery(
        if status == StatusCode::UNAUTHORIZED { "unsigned" } else { event },
        status.as_u16(),
        started.elapsed(),
    );
    (status, format!("{words}\n")).into_response()
}

async fn answer(door: &Door, headers: &HeaderMap, delivery: &str, event: &str, body: Body) -> Answer {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else { return Answer::TOO_LARGE };
    if !signature::is_good(&door.secrets, text("x-hub-signature-256"), &body) {
        return Answer::UNSIGNED;
    }
    if text(header::CONTENT_TYPE.as_str()).starts_with("application/x-www-form-urlencoded") {
        return Answer::FORM;
    }
    if delivery.is_empty() || event.is_empty() {
        return Answer::NO_HEADING;
    }
    let received_at = door.clock.now();
    let (heading, signal) = match event::parse(&body) {
        Ok(payload) => event::read(event, &payload, door.app_id, received_at),
        Err(_) => return Answer::NO_JSON,
    };
    if !door.installations.is_empty()
        && heading.installation != 0
        && !door.installations.contains(&heading.installation)
    {
        tracing::info!(installation = heading.installation, "not served");
        return Answer::NOT_SERVED;
    }
    let marks = signal.marks.len();
    let delivery = Delivery {
        id: delivery.to_owned(),
        event: event.to_owned(),
        action: heading.action,
        installation: heading.installation,
        received_at,
        payload: body.into(),
        signal,
    };
    match door.writer.take(delivery).await {
        Ok(Taken::New) => {
            failpoint::reach("delivery-stored");
            tracing::debug!(marks, "taken");
            Answer::TAKEN
        }
        Ok(Taken::Before) => Answer::KNOWN,
        Err(error) => {
            tracing::error!(%error, "a delivery could not be stored");
            Answer::NOT_STORED
        }
    }
}
