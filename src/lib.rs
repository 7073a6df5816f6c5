//! countersign: the shell around the pure core.

pub mod clock;
pub mod github;
pub mod settings;
pub mod signal;
#[path = "store/snapshot/mod.rs"]
pub mod snapshot;
pub mod telemetry;
