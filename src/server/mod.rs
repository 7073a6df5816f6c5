//! The door: webhooks in, health and metrics out.
//!
//! It verifies, stores and answers. Deliberately absent: anything that asks GitHub, so
//! that an outage there never takes the door away, and anything that decides.

mod calendar;
mod health;
mod signature;
mod webhook;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use secrecy::SecretString;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;

pub use self::calendar::CalendarToken;
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
    /// Who may read the forward schedule of which organisation; empty: nobody.
    pub calendar_tokens: Vec<CalendarToken>,
    /// The address of GitHub's pages, for links.
    pub pages: String,
}

/// The door's routes.
pub fn routes(door: Door) -> Router {
    Router::new()
        .route("/github/webhook", post(webhook::take))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/calendar.ics", get(calendar::ics))
        .route("/calendar.json", get(calendar::json))
        .with_state(Arc::new(door))
}

/// How many connections may wait to be accepted. The usual 128 are fewer than GitHub opens in a burst, and who finds no
/// room tries again a whole second later. The kernel lowers it to its own limit (`net.core.somaxconn`).
const BACKLOG: u32 = 4096;

/// Opens the port.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // So that a restart does not wait for the last connections of the process before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until told to stop; what was begun is answered first.
pub async fn serve(listener: TcpListener, routes: Router, stop: CancellationToken) -> std::io::Result<()> {
    axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned()).await
}
