//! A calendar's file of the policy's own repository, by which a freeze or a window goes.

use std::sync::Arc;

use crate::calendar::{Calendar, Problem};

/// The file as it counts: the one that stands with the policy, or the last valid one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFile {
    /// Its text.
    pub text: String,
    /// Why it is not the one that stands with the policy, where it is not.
    pub instead: Option<String>,
    /// What the text says. Reading it takes longer than deciding by it, so that it is read once.
    pub calendar: Arc<Calendar>,
}

impl CalendarFile {
    /// Reads a text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: String, instead: Option<String>) -> Result<Self, Problem> {
        let calendar = Arc::new(Calendar::read(&text)?);
        Ok(Self { text, instead, calendar })
    }
}
