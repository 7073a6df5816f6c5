//! countersign: the shell around the pure core.

pub mod clock;
pub mod settings;
pub mod signal;
