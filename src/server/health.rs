//! `GET /healthz`, `GET /readyz`, `GET /metrics`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

use super::Door;

/// The process answers.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// Deliveries can be stored. GitHub is not asked: its outage must not take the door away.
pub(super) async fn ready(State(door): State<Arc<Door>>) -> impl IntoResponse {
    match door.store.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(error) => {
            tracing::error!(%error, "the store is not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store cannot be written; the log says why\n".to_owned())
        }
    }
}

/// What was counted, in Prometheus' text format.
pub(super) async fn metrics(State(door): State<Arc<Door>>) -> impl IntoResponse {
    match door.store.queue_stats().await {
        Ok(stats) => door.telemetry.queue(stats.depth, stats.in_flight, stats.dead, stats.oldest),
        Err(error) => tracing::warn!(%error, "the queue could not be counted"),
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], door.telemetry.text())
}
