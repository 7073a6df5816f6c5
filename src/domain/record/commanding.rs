//! Lines of a comment that may be commands: seen as they are by whoever reads the page, and at the very start of a line.
//!
//! Absent: what a command is; see [`crate::command`].

use super::markdown;
use super::page::{Kind, Line};

/// The lines of a comment, as the page shows them, that begin with `lead` there and in the text behind it. Quotes, code,
/// and what is hidden are none.
pub(crate) fn commanding_lines(text: &str, lead: &str) -> Vec<String> {
    let page = markdown::page(text, 0);
    let lines = page.blocks.into_iter().filter_map(|block| match block.kind {
        Kind::Line(line, place) if !place.caption => Some(line),
        _ => None,
    });
    lines.filter(|line| begins(text, line, lead)).map(|line| line.text).collect()
}

/// Whether the line begins so where it was written: not within code, a mark or a tag that the page does not show.
fn begins(text: &str, line: &Line, lead: &str) -> bool {
    let start = line.span.start.min(text.len());
    let (Some(before), Some(behind)) = (text.get(..start), text.get(start..)) else { return false };
    let of_line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
    let written = behind.trim_start().get(..lead.len());
    of_line.trim().is_empty()
        && written.is_some_and(|written| written.eq_ignore_ascii_case(lead))
        && line.text.get(..lead.len()).is_some_and(|shown| shown.eq_ignore_ascii_case(lead))
}
