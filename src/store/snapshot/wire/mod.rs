//! What parts say, as types of their own: the form on disk, which the domain's types may outgrow.
//!
//! Every conversion names every field of both sides. Nothing here has a default, and
//! what is not known is refused: a part that says less or more than its version is broken.

mod account;
mod change;
mod checks;
mod commits;
mod decision;
mod diffs;
mod files;
mod known;
mod names;
mod policy;
mod pull_request;
mod reviews;
mod team;
mod texts;

pub(crate) use change::ChangePart;
pub use decision::StoredOutcome;

/// The version of the parts of which no other has come yet: see `Content::VERSION`.
pub(crate) const VERSION: u64 = 1;
