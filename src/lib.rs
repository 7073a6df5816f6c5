//! countersign: the shell around the pure core.

pub mod clock;
pub mod render;
pub mod signal;
