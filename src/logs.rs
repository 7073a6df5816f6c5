//! How logs are written: to standard error, for people or as JSON.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use crate::settings::LogFormat;

/// Begins to log. `filter` is as `tracing` writes it, such as `info` or `countersign=debug,warn`.
///
/// # Errors
/// Where the filter cannot be read, or logs are written already.
pub fn begin(format: LogFormat, filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::builder().parse(filter)?;
    let registry = tracing_subscriber::registry().with(filter);
    let begun: Result<(), TryInitError> = match format {
        LogFormat::Human => {
            let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
            // Colours are for terminals; in a file they are noise.
            registry.with(layer.with_ansi(std::io::stderr().is_terminal())).try_init()
        }
        LogFormat::Json => {
            let layer = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false);
            registry.with(layer.with_writer(std::io::stderr)).try_init()
        }
    };
    Ok(begun?)
}
