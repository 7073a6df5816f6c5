//! What became of changes that went in before, and the reviews of them that nobody gave in time.

use jiff::Timestamp;

use crate::layer::Layer;

/// What is known of changes that went in before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Afterwards {
    /// How changes turned out, by what they touched and whose that is.
    pub track_record: Vec<TrackRecord>,
    /// The reviews of other changes of the repository that are overdue, emergencies' apart.
    pub overdue: Vec<OverdueReview>,
}

/// How the changes turned out of which somebody said it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrackRecord {
    /// The changes of what.
    pub of: RecordOf,
    /// How many were said to be successful, without issues.
    pub successful: u32,
    /// Of how many anything was said.
    pub outcomes: u32,
}

/// What changes are counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordOf {
    /// A service that they touched.
    Service {
        /// The layer that defines it.
        layer: Layer,
        /// Its name there.
        name: String,
    },
    /// Whose services they touched, as policies write it.
    Team(String),
}

/// A review that is overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OverdueReview {
    /// When it was due.
    pub due: Timestamp,
    /// The pull request; 0 where it is of a push around all of them.
    pub number: u64,
    /// The issue that asks for it, where there is one.
    pub issue: Option<u64>,
}
