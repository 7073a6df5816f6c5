//! `">= 500"` and `">= high"`: comparisons as text.

use super::cursor::Value;
use super::hints;
use crate::policy::codes;
use crate::policy::condition::{Comparison, LevelComparison, Operator};
use crate::policy::keys::LEVELS;
use crate::risk::Level;

/// A comparison with a number.
pub(super) fn comparison(value: &Value<'_>) -> Option<Comparison> {
    let text = value.text()?;
    let parsed = split(text.value).and_then(|(operator, rest)| Some((operator, rest.parse::<u64>().ok()?)));
    let Some((operator, number)) = parsed else {
        let problem = format!("`{}` is no comparison with a number", text.value);
        let problem = value.cx.error(codes::BAD_COMPARISON, problem, text.span);
        value.cx.report(
            problem.help("one of `<`, `<=`, `=`, `!=`, `>=`, `>`, then a whole number; a range is `all = [..]`"),
        );
        return None;
    };
    Some(Comparison { operator, number })
}

/// A comparison with a level of risk.
pub(super) fn level_comparison(value: &Value<'_>) -> Option<LevelComparison> {
    let text = value.text()?;
    if let Some((operator, rest)) = split(text.value) {
        if let Some(level) = Level::parse(rest) {
            return Some(LevelComparison { operator, level });
        }
        let problem = value.cx.error(codes::BAD_COMPARISON, format!("no level of risk is called `{rest}`"), text.span);
        let help = match hints::nearest(rest, LEVELS) {
            Some(level) => format!("did you mean `{level}`?"),
            None => format!("one of {}", hints::listed(LEVELS)),
        };
        value.cx.report(problem.help(help));
        return None;
    }
    let problem = format!("`{}` is no comparison with a level", text.value);
    let problem = value.cx.error(codes::BAD_COMPARISON, problem, text.span);
    let word = text.value.trim();
    let help = match Level::parse(word) {
        Some(_) => format!("say how to compare: `\">= {word}\"`, or `\"= {word}\"`"),
        None => format!("one of `<`, `<=`, `=`, `!=`, `>=`, `>`, then one of {}", hints::listed(LEVELS)),
    };
    value.cx.report(problem.help(help));
    None
}

/// The operator, and what follows it.
fn split(text: &str) -> Option<(Operator, &str)> {
    let text = text.trim();
    let operators = [
        ("<=", Operator::AtMost),
        (">=", Operator::AtLeast),
        ("!=", Operator::NotEqual),
        ("==", Operator::Equal),
        ("<", Operator::Less),
        (">", Operator::More),
        ("=", Operator::Equal),
    ];
    operators.into_iter().find_map(|(sign, operator)| Some((operator, text.strip_prefix(sign)?.trim())))
}
