//! An issue that is no pull request.

use std::sync::Arc;

use jiff::Timestamp;

use super::pull_request::Comment;

/// An issue.
#[derive(Clone, Debug)]
pub(crate) struct Issue {
    pub id: u64,
    pub number: u64,
    pub author: u64,
    /// The App it was opened through.
    pub app: Option<u64>,
    pub title: String,
    pub body: String,
    pub open: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub comments: Vec<Arc<Comment>>,
}
