//! What parts say, as types of their own: the form on disk, which the domain's types may outgrow.
//!
//! Every conversion names every field of both sides. What is not known is refused: a
//! part that says less or more than its version is broken. Nothing has a default but
//! what a later version added, whose absence says that it was not asked for.

mod account;
mod afterwards;
mod asked;
mod calendars;
mod change;
mod checks;
mod collisions;
mod commands;
mod commits;
mod decision;
mod diffs;
mod files;
mod gate;
mod history;
mod known;
mod names;
mod on_demand;
mod owners;
mod policy;
mod pull_request;
mod received;
mod reviews;
mod shown;
mod team;
mod texts;

pub(crate) use afterwards::Afterwards;
pub(crate) use calendars::Calendars;
pub(crate) use change::ChangePart;
pub(crate) use collisions::{Collisions, Plan};
pub use decision::StoredOutcome;
pub(crate) use gate::Gate;
pub(crate) use history::History;
pub(crate) use received::Received;
pub(crate) use shown::Shown;
