//! A stand-in for GitHub that keeps its state.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod trim;
