//! countersign: the shell around the pure core.

pub mod clock;
pub mod github;
pub mod render;
pub mod settings;
pub mod signal;
pub mod store;
pub mod telemetry;
