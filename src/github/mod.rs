//! GitHub: the only room that knows its addresses, its payloads and its limits.
//!
//! Absent on purpose: decisions, storage, retries. A request is sent once; what a
//! failure means is the caller's, by [`Error`]'s variants.

mod app;
mod apply;
mod client;
mod codeowners;
mod diffs;
mod error;
pub mod event;
mod gate;
mod issues;
mod look;
mod merged;
mod meter;
mod modes;
pub mod payload;
mod permission;
mod properties;
mod reads;
mod required;
mod starter;

pub use app::Attempt;
pub use apply::{Place, Written, requests};
pub use client::{GitHub, Installation};
pub use diffs::{Comparison, Found, ListedFile, Lookup, git_blob};
pub use error::{Error, Result};
pub use gate::Between;
pub use look::{
    Ask, AskedRead, BranchTip, CheckRead, DeploymentRead, Look, Outcome, OwnComment, OwnRun, Queue, QueueEntry,
    ReviewRead, Target,
};
pub use merged::MergedPull;
pub use meter::Metered;
pub use reads::{Activity, OpenPull, SaidRun};
pub use starter::StarterFiles;
