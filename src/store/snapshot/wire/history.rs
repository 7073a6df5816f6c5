//! The part `history`: that nobody decided then, and what GitHub's history does not tell.

use serde::{Deserialize, Serialize};

use super::super::shelf::Content;

/// Left out of what was decided while it was open.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct History {
    /// What is not known of it beside what no policy asked for, for people.
    pub(crate) unknown: Vec<String>,
}

impl Content for History {
    const KIND: &'static str = "history";
}
