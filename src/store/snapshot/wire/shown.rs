//! The part `shown`: what GitHub showed of us before a decision, as far as its texts depend on that.

use serde::{Deserialize, Serialize};

use super::super::shelf::Content;
use super::names::Effect;

/// What the check run on the head did to the merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    pub(crate) effect: Effect,
}

impl Content for Shown {
    const KIND: &'static str = "shown";
}
