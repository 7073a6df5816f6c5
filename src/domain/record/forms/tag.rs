//! Elements that HTML does not know: `<backoutplan>…</backoutplan>`.
//!
//! The page shows what is inside them and not the tags. Absent on purpose:
//! attributes, which the page does not show either.

use std::collections::BTreeMap;

use crate::record::page::{Kind, Page};

/// For each name the place of its last closing tag; an element without one is none.
pub(crate) fn closings(page: &Page) -> BTreeMap<&str, usize> {
    let mut last = BTreeMap::new();
    for (at, block) in page.blocks.iter().enumerate() {
        if let Kind::Close(name) = &block.kind {
            last.insert(name.as_str(), at);
        }
    }
    last
}
