//! What is told: plain text in parts, with nothing in it that any channel would take for its own syntax before it has
//! escaped it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A message to people, as it is kept until it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The event's name, as policies have it.
    pub event: String,
    /// When it happened.
    pub at: Timestamp,
    /// The repository's address; its name where there is none.
    pub source: String,
    /// The change, as `acme/shop#12`.
    pub subject: String,
    /// One line: what happened to which change.
    pub title: String,
    /// What that means for whoever reads it, in a sentence or two.
    pub lead: String,
    /// What there is to know of the change, in the order of its weight.
    pub facts: Vec<Fact>,
    /// The pull request's address; empty where there is none.
    pub link: String,
}

/// Something to know of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is, as `back-out plan`.
    pub label: String,
    /// What it says, on one line.
    pub text: String,
}

impl Message {
    /// The facts as lines, `label: text`.
    pub(super) fn lines(&self) -> String {
        self.facts.iter().map(|fact| format!("{}: {}\n", fact.label, fact.text)).collect()
    }
}

/// The first `most` characters: receivers refuse what is longer.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}
