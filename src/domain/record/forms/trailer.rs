//! Trailers: the last paragraph, when every line of it is `Key: value` and a key has a hyphen.
//!
//! Absent on purpose: trailers of commits; a record is what the description says.

use crate::record::page::{Kind, Page};

/// The paragraph of the trailers, if the description ends in one.
pub(crate) fn paragraph(page: &Page) -> Option<usize> {
    let mut last = None;
    let mut hyphen = false;
    for block in page.blocks.iter().rev() {
        let Kind::Line(line, place) = &block.kind else { break };
        if *last.get_or_insert(place.paragraph) != place.paragraph || place.depth > 0 {
            break;
        }
        let (key, _) = line.text.split_once(": ")?;
        let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if key.is_empty() || !key.chars().all(word) {
            return None;
        }
        hyphen |= key.contains('-');
    }
    last.filter(|_| hyphen)
}
