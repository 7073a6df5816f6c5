//! When what a change is made of reached us, by our own evidence: what `soak` and `notice` count from.
//!
//! Absent: GitHub's own instants, which say when something was done and not since when anybody here could know of it.

use jiff::Timestamp;

use super::Known;

/// Since when the change stands as it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Since when the commit at the head is the head.
    pub head: Known<Timestamp>,
    /// Since when the pull request is open, ready for review, and into this base. Not asked of a draft.
    pub ready: Known<Timestamp>,
    /// The descriptions, oldest first, each with the instant from which it stood; the last one stands now. Those before the
    /// first of them are left out.
    pub descriptions: Known<Vec<Description>>,
}

/// A description, and since when it stood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Description {
    /// When we received it.
    pub at: Timestamp,
    /// Its text.
    pub text: String,
}
