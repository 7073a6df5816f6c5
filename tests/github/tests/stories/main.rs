//! What the stand-in promises, told as an App would find it.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod app;
mod contract;
mod every_field;
mod every_operation;
mod first;
mod looks;
mod payloads;
mod semantics;
mod world;
mod wrong;
