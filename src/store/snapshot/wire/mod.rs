//! What parts say, as types of their own: the form on disk, which the domain's types may outgrow.
//!
//! Every conversion names every field of both sides. Nothing here has a default but what
//! `on_demand` leaves out, and what is not known is refused: a part that says less or more
//! than its version is broken.

mod account;
mod change;
mod checks;
mod commits;
mod decision;
mod files;
mod known;
mod names;
mod on_demand;
mod policy;
mod pull_request;
mod reviews;
mod team;
mod texts;

pub(crate) use change::ChangePart;
pub use decision::StoredOutcome;

/// The version of every kind of part that is written, and the only one so far.
pub(crate) const VERSION: u32 = 1;
