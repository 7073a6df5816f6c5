//! `[pir]`, as it is valid: which changes are reviewed after they went in, and until when.

use std::ops::Range;

use super::condition::Conditions;
use super::length::Length;

/// Post-implementation review.
#[derive(Debug, Clone)]
pub struct Pir {
    /// Which changes; all where it is empty.
    pub when: Conditions,
    /// How long after it went in a change is to be reviewed.
    pub within: Length,
    /// Where it stands in the file.
    pub span: Range<usize>,
}
