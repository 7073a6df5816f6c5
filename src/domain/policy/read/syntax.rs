//! Where TOML itself is broken: the parser's words, and help for the slips that break it.

use std::ops::Range;

use toml::de::Error;

use super::context::Context;
use crate::policy::codes;

/// Reports one of the parser's errors.
pub(super) fn report(cx: &Context<'_>, error: &Error) {
    let place = place(cx.text, error.span().unwrap_or(0..0));
    let first = error.message().contains("duplicate").then(|| first_of(cx.text, &place)).flatten();
    let mut problem = cx.error(codes::SYNTAX, error.message().to_lowercase(), place);
    if let Some(first) = first {
        problem = problem.saying("used again").label(cx.origin(), first, "used first");
    }
    if error.message().contains("escape") {
        problem = problem.help("in double quotes `\\` begins an escape; write patterns in single quotes: `'\\d+'`");
    }
    cx.report_syntax(problem);
}

/// The parser often points between two characters: then the word that begins or ends there is shown.
fn place(text: &str, span: Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.clamp(start, text.len()));
    if start < end {
        return start..end;
    }
    let after = text[start..].find(char::is_whitespace).unwrap_or(text.len() - start);
    if after > 0 {
        return start..start + after;
    }
    let before = text[..start].trim_end_matches([' ', '\t']);
    let gap = before.char_indices().rev().find(|(_, c)| c.is_whitespace());
    gap.map_or(0, |(at, c)| at + c.len_utf8())..before.len()
}

/// Where a key or a header that stands twice stood first: the same header above, or the same key in the same table.
fn first_of(text: &str, again: &Range<usize>) -> Option<Range<usize>> {
    let line_start = text[..again.start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[line_start..].lines().next()?.trim();
    let is_header = line.starts_with('[');
    let wanted = if is_header { line } else { text.get(again.clone())? };
    let mut first = None;
    let mut start = 0;
    for above in text[..line_start].split_inclusive('\n') {
        let bare = above.trim();
        let indent = above.len() - above.trim_start().len();
        let word = if is_header { bare } else { bare.split('=').next().unwrap_or_default().trim_end() };
        if !is_header && bare.starts_with('[') {
            first = None;
        } else if word == wanted && first.is_none() {
            first = Some(start + indent..start + indent + word.len());
        }
        start += above.len();
    }
    first
}
