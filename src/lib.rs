//! countersign: the shell around the pure core.

pub mod clock;
pub mod queue;
pub mod signal;
pub mod store;
