//! Regular expressions, in linear time and of a bounded size.

use regex::{Regex, RegexBuilder};

use super::context::PATTERN;
use super::cursor::Value;
use crate::policy::codes;

/// A compiled pattern may take this many bytes: enough for any that a person wrote.
const SIZE_LIMIT: usize = 1 << 20;

/// The longest pattern.
const LONGEST: usize = 1_024;

/// Reads and compiles a pattern.
pub(super) fn pattern(value: &Value<'_>) -> Option<Regex> {
    let text = value.text()?;
    if text.value.contains('\u{8}') {
        let message = "`\\b` in double quotes is a backspace, not a word boundary";
        let problem = value.cx.error(codes::BACKSPACE_IN_PATTERN, message, text.span);
        value.cx.report(problem.help("write patterns in single quotes: `'\\bword\\b'`"));
        return None;
    }
    if text.value.len() > LONGEST {
        value.cx.problem(codes::BAD_PATTERN, format!("a pattern has at most {LONGEST} bytes"), text.span);
        return None;
    }
    if !value.cx.may_compile(PATTERN, &text.span) {
        return None;
    }
    match linear(text.value) {
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

/// Compiles a pattern: the library knows only what runs in linear time.
pub(super) fn linear(written: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(written).size_limit(SIZE_LIMIT).build()
}

/// The last line of the library's report says what is wrong; the lines before it draw the place.
pub(super) fn reason(error: &regex::Error) -> String {
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
