//! Headings: which fields they ask for, and what they say themselves.
//!
//! Absent on purpose: where a section ends; see `scopes`.

use crate::record::fold;
use crate::record::names::{Hit, Names};
use crate::record::page::Line;

/// What a heading asks for.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) hits: Vec<Hit>,
    pub(crate) options: Vec<String>,
    /// An answer in the heading itself, as in `## Risk: low`.
    pub(crate) answer: Option<Line>,
}

/// Reads a heading.
pub(crate) fn read(line: &Line, names: &Names<'_>) -> Option<Asked> {
    let hits = names.find(&line.text);
    if !hits.is_empty() {
        return Some(Asked { hits, options: fold::bracketed(&line.text), answer: None });
    }
    let (label, rest) = super::label::split(&line.text)?;
    let hits = names.find(label);
    let answer = line.tail(rest);
    (!hits.is_empty() && !answer.text.is_empty()).then(|| Asked {
        hits,
        options: fold::bracketed(label),
        answer: Some(answer),
    })
}
