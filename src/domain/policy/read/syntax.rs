//! Where TOML itself is broken: the parser's words, and help for the slips that break it.

use toml::de::Error;

use super::context::Context;
use crate::policy::codes;

/// Reports one of the parser's errors.
pub(super) fn report(cx: &Context<'_>, error: &Error) {
    let length = cx.text.len();
    let span = error.span().unwrap_or(0..0);
    let start = cx.text.floor_char_boundary(span.start.min(length));
    let end = cx.text.ceil_char_boundary(span.end.clamp(start, length));
    let mut problem = cx.error(codes::SYNTAX, error.message().to_lowercase(), start..end);
    if error.message().contains("escape") {
        problem = problem.help("in double quotes `\\` begins an escape; write patterns in single quotes: `'\\d+'`");
    }
    // A place of no width is not lost here: it is where the parser stood.
    cx.report_syntax(problem);
}
