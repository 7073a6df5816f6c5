//! What parts say, as types of their own: the form on disk, which the domain's types may outgrow.
//!
//! Every conversion names every field of both sides. What is not known is refused: a
//! part that says less or more than its version is broken. Nothing has a default but
//! what a later version added, whose absence says that it was not asked for.

mod account;
mod asked;
mod change;
mod checks;
mod commands;
mod commits;
mod decision;
mod diffs;
mod files;
mod history;
mod known;
mod names;
mod on_demand;
mod owners;
mod policy;
mod pull_request;
mod reviews;
mod shown;
mod team;
mod texts;

pub(crate) use change::ChangePart;
pub use decision::StoredOutcome;
pub(crate) use history::History;
pub(crate) use shown::Shown;
