//! What the stand-in promises, told as an App would find it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod app;
mod contract;
mod first;
