//! A command that somebody gave in a comment: `/countersign waive board the board meets too late`.
//!
//! Kept once and for ever, as its event told it: an edit or a deletion of the comment changes nothing here. Absent: what
//! it asks ([`crate::command`]) and whether it does anything, which the evaluation says.

use jiff::Timestamp;

use super::{Review, ReviewVerdict, Seen};
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

/// Sets the numbers of commands apart from those of reviews: GitHub counts both from 1, each for itself.
const OF_COMMANDS: u64 = 1 << 63;

impl Command {
    /// The number by which what is remembered of the command is kept beside what is remembered of reviews.
    pub fn key(&self) -> u64 {
        self.comment | OF_COMMANDS
    }

    /// The approval that would be given by the same person, at the same time, of the same: whoever gives a command that
    /// takes a right counts as an approver does. It is never one of the reviews.
    pub fn as_review(&self) -> Review {
        Review {
            id: self.key(),
            author: Some(self.by.clone()),
            verdict: ReviewVerdict::Approved,
            submitted_at: self.at,
            commit: self.head.clone(),
            can_write: self.can_write.unwrap_or_default(),
            seen: self.seen.clone(),
        }
    }

    /// Whether its giver could push to the repository when it was first seen, as far as that is known.
    pub fn could_write(&self) -> Option<bool> {
        self.seen.could_write.or(self.can_write)
    }
}

impl Review {
    /// Whether it stands for a command ([`Command::as_review`]).
    pub fn is_command(&self) -> bool {
        self.id & OF_COMMANDS != 0
    }

    /// What people call it.
    pub(crate) fn word(&self) -> &'static str {
        if self.is_command() { "command" } else { "approval" }
    }
}
