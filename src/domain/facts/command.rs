//! A command that somebody gave in a comment: `/countersign waive board the board meets too late`.
//!
//! Kept once and for ever, as its event told it: an edit or a deletion of the comment changes nothing here. Absent: what
//! it asks ([`crate::command`]) and whether it does anything, which the evaluation says.

use jiff::Timestamp;

use super::Seen;
use crate::account::{Account, Oid};

/// A command in a comment on the pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// GitHub's number for the comment.
    pub comment: u64,
    /// Who gave it: the sender of the event, always a person.
    pub by: Account,
    /// When it was received.
    pub at: Timestamp,
    /// The command's line after `/countersign `, at most 1,000 characters.
    pub line: String,
    /// Whether its giver may push to the repository; `None` where that was not read.
    pub can_write: Option<bool>,
    /// What its giver had before them, and what was found of them at the first look after it.
    pub seen: Seen,
    /// The head when it was first seen; `None` where nothing remembers it.
    pub head: Option<Oid>,
}
