//! The door: webhooks in, health and metrics out.
//!
//! It verifies, stores and answers. Deliberately absent: anything that asks GitHub, so
//! that an outage there never takes the door away, and anything that decides.

mod health;
mod signature;
mod webhook;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::store::{Store, Writer};
use crate::telemetry::Telemetry;

/// What the door needs.
pub struct Door {
    /// Any of these may have signed.
    pub secrets: Vec<SecretString>,
    /// Our number as an App, to know our own writes when they come back.
    pub app_id: u64,
    /// The installations that are served; empty for all.
    pub installations: BTreeSet<u64>,
    /// Takes deliveries, those that arrive together in one transaction.
    pub writer: Writer,
    /// For readiness and the queue's figures.
    pub store: Store,
    /// What is counted.
    pub telemetry: Telemetry,
    /// The one clock.
    pub clock: Clock,
}

/// The door's routes.
pub fn routes(door: Door) -> Router {
    Router::new()
        .route("/github/webhook", post(webhook::take))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .with_state(Arc::new(door))
}

/// Serves until told to stop; what was begun is answered first.
pub async fn serve(listener: TcpListener, routes: Router, stop: CancellationToken) -> std::io::Result<()> {
    axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned()).await
}
