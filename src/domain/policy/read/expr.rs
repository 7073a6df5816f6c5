//! `expr`: checked for its size and for the facts it names; compiled by nobody yet.

use super::cursor::Value;
use super::when::Place;
use crate::policy::codes;

/// The longest expression that is taken.
const LONGEST: usize = 2_048;

/// The names under which an expression would read what the author controls.
const AUTHOR_CONTROLLED: [&str; 8] = ["field", "fields", "record", "title", "labels", "head", "draft", "committer_in"];

/// Checks an expression.
pub(super) fn expression(value: &Value<'_>, place: Place) {
    let Some(text) = value.text() else { return };
    if text.value.len() > LONGEST {
        let message = format!("an expression has at most {LONGEST} bytes");
        value.cx.problem(codes::BAD_VALUE, message, text.span.clone());
    }
    if place == Place::Notice {
        return;
    }
    if let Some(name) = words(text.value).find(|word| AUTHOR_CONTROLLED.contains(word)) {
        let message = format!("an expression may not read `{name}`: the author of a change controls it");
        let problem = value.cx.error(codes::AUTHOR_CONTROLLED_RELAXATION, message, text.span);
        value.cx.report(problem.help(format!("use the condition of that name, where it may stand: `{name} = ..`")));
    }
}

/// The identifiers outside string literals.
fn words(expression: &str) -> impl Iterator<Item = &str> {
    let mut quote = None;
    let mut escaped = false;
    let outside = expression.split(move |c: char| match quote {
        Some(mark) => {
            let ends = c == mark && !escaped;
            escaped = c == '\\' && !escaped;
            if ends {
                quote = None;
            }
            true
        }
        None => {
            if matches!(c, '"' | '\'') {
                quote = Some(c);
                escaped = false;
            }
            !(c.is_alphanumeric() || c == '_')
        }
    });
    outside.filter(|word| !word.is_empty())
}
