//! `waive`: who may let one change through a rule, freeze or window by command, and for how long.

use super::length::Length;
use super::model::Who;

/// Who may waive, how many of them it takes, and how long it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waive {
    /// Whose word it takes: any of these.
    pub from: Vec<Who>,
    /// How many of them.
    pub count: u32,
    /// How long it lasts once so many have waived.
    pub length: Length,
}
