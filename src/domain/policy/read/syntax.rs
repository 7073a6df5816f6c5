//! Where TOML itself is broken: the parser's words, and help for the slips that break it.

use std::ops::Range;

use toml::de::Error;

use super::context::Context;
use crate::policy::codes;

/// Reports one of the parser's errors.
pub(super) fn report(cx: &Context<'_>, error: &Error) {
    let place = place(cx.text, error.span().unwrap_or(0..0));
    let mut problem = cx.error(codes::SYNTAX, error.message().to_lowercase(), place);
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
