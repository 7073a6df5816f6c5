//! Front matter: YAML between `---` lines or TOML between `+++` lines, at the very start.
//!
//! GitHub shows it as ordinary Markdown, so what is hidden there is hidden from
//! approvers. Absent on purpose: a first section between two rules, which holds
//! no keys and is read as Markdown.

use std::ops::Range;

use super::structured::{self, Parsed};
use crate::record::markdown;
use crate::record::names::Names;

/// Front matter, and where the rest begins.
pub(crate) struct Front {
    pub(crate) parsed: Parsed,
    /// The text between the fences.
    pub(crate) inner: Range<usize>,
    pub(crate) rest: usize,
    /// Whether the page hides something of it.
    pub(crate) concealed: bool,
}

/// Reads front matter, if the text begins with any.
pub(crate) fn read(text: &str, names: &Names<'_>) -> Option<Front> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next()?;
    let fence = first.trim_end();
    if fence != "---" && fence != "+++" {
        return None;
    }
    let start = first.len();
    let mut end = start;
    let mut rest = None;
    for line in lines {
        let bare = line.trim_end();
        if bare == fence || (fence == "---" && bare == "...") {
            rest = Some(end + line.len());
            break;
        }
        end += line.len();
    }
    let rest = rest?;
    let inner = text.get(start..end)?;
    let parsed = if fence == "---" { structured::yaml(inner) } else { structured::toml(inner) };
    let known = |key: &str| !names.find_tight(key).is_empty();
    let asks = parsed.entries.iter().any(|entry| known(&entry.key));
    let clean = parsed.problems.is_empty() && parsed.is_map && !parsed.entries.is_empty();
    if !asks && !clean {
        return None;
    }
    let concealed = inner.contains('<') && {
        let page = markdown::page(inner, 0);
        inner.contains("<!") || inner.contains("<?") || !page.concealed.is_empty()
    };
    Some(Front { parsed, inner: start..end, rest, concealed })
}
