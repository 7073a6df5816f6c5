//! A deployment that waits for an answer, as far as one change in it is concerned.
//!
//! Absent: which changes a deployment brings, and what becomes of it.

use super::Known;
use crate::decision::Outcome;

/// A deployment that waits, and what is known of one change in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The environment, as GitHub calls it.
    pub environment: String,
    /// What the last decision on the commit that went in came to, before it did. Inside `None` where there was none.
    pub authority: Known<Option<Outcome>>,
}
