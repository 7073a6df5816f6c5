//! Regular expressions, in linear time and of a bounded size.

use regex::{Regex, RegexBuilder};

use super::cursor::Value;
use crate::policy::codes;

/// A compiled pattern may take this many bytes: enough for any that a person wrote.
const SIZE_LIMIT: usize = 256 * 1024;

/// Reads and compiles a pattern.
pub(super) fn pattern(value: &Value<'_>) -> Option<Regex> {
    let text = value.text()?;
    if text.value.contains('\u{8}') {
        let message = "`\\b` in double quotes is a backspace, not a word boundary";
        let problem = value.cx.error(codes::BACKSPACE_IN_PATTERN, message, text.span);
        value.cx.report(problem.help("write patterns in single quotes: `'\\bword\\b'`"));
        return None;
    }
    if !value.cx.may_compile(&text.span) {
        return None;
    }
    match RegexBuilder::new(text.value).size_limit(SIZE_LIMIT).build() {
        Ok(regex) => Some(regex),
        Err(error) => {
            let message = format!("`{}` is no regular expression: {}", text.value, reason(&error));
            let problem = value.cx.error(codes::BAD_PATTERN, message, text.span);
            value.cx.report(match look_around(text.value) {
                true => problem.help("look-around and back-references are not known: patterns run in linear time"),
                false => problem,
            });
            None
        }
    }
}

/// The last line of the library's report says what is wrong; the lines before it draw the place.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        _ => {
            let report = error.to_string();
            let last = report.lines().last().unwrap_or_default();
            last.trim().trim_start_matches("error: ").to_owned()
        }
    }
}

fn look_around(pattern: &str) -> bool {
    ["(?=", "(?!", "(?<=", "(?<!", "\\1"].iter().any(|sign| pattern.contains(sign))
}
