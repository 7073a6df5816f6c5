//! countersign: the shell around the pure core.
//!
//! `docs/architecture.md` walks an event through these rooms.

pub mod app;
pub mod backtest;
pub mod cases;
pub mod cli;
pub mod clock;
pub mod facts_file;
pub mod failpoint;
pub mod forward;
pub mod github;
pub mod history;
pub mod logs;
pub mod notify;
pub mod pipeline;
pub mod queue;
pub mod render;
pub mod server;
pub mod settings;
pub mod signal;
pub mod store;
pub mod telemetry;
