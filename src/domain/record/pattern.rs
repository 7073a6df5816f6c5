//! A field's pattern: compiled once for a set of fields, not at every place that asks for one.
//!
//! Absent on purpose: reporting a wrong pattern, which loading a policy does.

use regex::{Regex, RegexBuilder};

/// The largest program that a pattern may come to, in bytes.
const LARGEST: usize = 1 << 20;

/// A pattern that texts and tickets must match.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// As the policy writes it.
    pub(crate) written: String,
    compiled: Option<Regex>,
}

impl Pattern {
    pub(crate) fn new(written: &str) -> Self {
        let compiled = RegexBuilder::new(written).size_limit(LARGEST).build().ok();
        Self { written: written.to_owned(), compiled }
    }

    /// Whether a text matches; a pattern that cannot be read matches nothing.
    pub(crate) fn fits(&self, text: &str) -> bool {
        self.compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}
