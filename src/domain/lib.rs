//! The pure core of countersign: what a change request says, what policy asks of
//! it, and what that comes to.
//!
//! Absent on purpose: I/O, clocks, randomness, environment, serialisation. Time
//! is an input (`Facts::as_of`). Cargo keeps this package from knowing the shell,
//! and `clippy.toml` beside it keeps it from reaching outside.

pub mod account;
pub mod calendar;
pub mod codeowners;
pub mod command;
pub mod condition;
pub mod decision;
pub mod diagnostic;
pub mod evaluate;
pub mod facts;
pub mod help;
pub mod layer;
pub mod needs;
pub mod net_diff;
pub mod patch;
pub mod plan;
pub mod policy;
pub mod priority;
pub mod record;
pub mod records;
mod requirement;
pub mod risk;
mod scheduled;
pub mod text;

pub use evaluate::{AUTHORISED, CHECK_NAME, check_name, evaluate, evaluate_each, family_name, is_our_name, planned};
pub use needs::{Needs, needs, wants_modes};
pub use priority::Priority;
pub use records::Records;
