//! `expr`: an expression of CEL, read whole: words and signs, names, types, and what it may cost.
//!
//! The reader is our own, for what a library for CEL does not do: it goes no deeper
//! than any stack bears, checks names and types, shows places, and leaves something
//! that can be computed in counted steps with facts that may be unknown.

mod parse;
#[cfg(test)]
mod tests;
mod token;

use std::ops::Range;

use super::context::{Context, PATTERN};
use super::cursor::{At, Value};
use super::pattern::linear;
use super::when::Place;
use super::{hints, pattern};
use crate::policy::expr::{Expression, FACTS};
use crate::policy::keys::{self, Control};
use crate::policy::{codes, expr};

/// The longest expression that is taken, in bytes.
const LONGEST: usize = 2_048;

/// What is wrong with an expression, with its place in the expression.
struct Problem {
    span: Range<usize>,
    message: String,
    help: Option<String>,
    /// A name that means nothing, and those that would have meant something.
    unknown: Option<(String, Vec<String>)>,
}

impl Problem {
    fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None, unknown: None }
    }

    fn unknown(span: Range<usize>, name: &str, known: Vec<String>) -> Self {
        let message = format!("an expression knows no `{name}`");
        Self { unknown: Some((name.to_owned(), known)), ..Self::new(span, message) }
    }

    fn help(mut self, help: Option<&str>) -> Self {
        self.help = help.map(str::to_owned);
        self
    }
}

/// Reads an expression.
pub(super) fn expression(value: &Value<'_>, place: Place) -> Option<Expression> {
    let text = value.text()?;
    if text.value.len() > LONGEST {
        let message = format!("an expression has at most {LONGEST} bytes");
        value.cx.problem(codes::BAD_EXPRESSION, message, text.span);
        return None;
    }
    let compile = |written: &str| match value.cx.may_compile(PATTERN, &text.span) {
        true => linear(written).map_err(|error| pattern::reason(&error)),
        false => Err("there are too many patterns in the file".to_owned()),
    };
    match read(text.value, &compile) {
        Ok((root, reads)) => {
            let trusted = place == Place::Notice || trusted(value.cx, &text, &reads);
            let mut reads: Vec<_> = reads.into_iter().map(|(fact, _)| fact).collect();
            reads.sort_unstable();
            reads.dedup();
            trusted.then(|| Expression { written: text.value.to_owned(), root, reads })
        }
        Err(problem) => {
            report(value.cx, &text, problem);
            None
        }
    }
}

type Reads = Vec<(expr::Fact, Range<usize>)>;

fn read(text: &str, compile: &dyn Fn(&str) -> Result<regex::Regex, String>) -> Result<(expr::Op, Reads), Problem> {
    let mut parser = parse::Parser::new(token::tokens(text)?, compile);
    let root = parser.whole()?;
    Ok((root, parser.reads))
}

/// Refuses facts that the author controls: an expression could turn any of them into less that is asked.
fn trusted(cx: &Context<'_>, text: &At<&str>, reads: &Reads) -> bool {
    let authors = |fact| FACTS.iter().find(|spec| spec.fact == fact && spec.control != Control::NotAuthor);
    let Some((spec, span)) = reads.iter().find_map(|(fact, span)| Some((authors(*fact)?, span))) else { return true };
    let name = spec.name;
    let message = format!("an expression may not read `{name}`: the author of a change controls it");
    let problem = cx.error(codes::AUTHOR_CONTROLLED_RELAXATION, message, place_of(cx, text, span));
    cx.report(problem.help(format!("use the condition of that name, where it may stand: `{name} = ..`")));
    false
}

fn report(cx: &Context<'_>, text: &At<&str>, problem: Problem) {
    let span = place_of(cx, text, &problem.span);
    let Some((name, known)) = problem.unknown else {
        let error = cx.error(codes::BAD_EXPRESSION, problem.message, span);
        return cx.report(match problem.help {
            Some(help) => error.help(help),
            None => error,
        });
    };
    let error = cx.error(codes::UNKNOWN_NAME, problem.message, span);
    cx.report(match hints::nearest(&name, &known) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if keys::find("when", &name).is_some() => {
            error.help(format!("use the condition of that name beside it: `{name} = ..`"))
        }
        None => error.help(format!("one of {}", hints::listed(&known))),
    });
}

/// Where a part of an expression stands in the file; the whole of it where the file writes it with escapes.
fn place_of(cx: &Context<'_>, text: &At<&str>, span: &Range<usize>) -> Range<usize> {
    let written = cx.text.get(text.span.clone()).unwrap_or_default();
    match written.find(text.value) {
        Some(start) => text.span.start + start + span.start..text.span.start + start + span.end,
        None => text.span.clone(),
    }
}
