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

use self::parse::Around;
use super::context::{Context, Naming, PATTERN};
use super::cursor::{At, Value};
use super::pattern::linear;
use super::when::Place;
use super::{hints, pattern, when};
use crate::policy::expr::{Expression, FACTS, Fact};
use crate::policy::keys::{self, Control};
use crate::policy::{codes, expr};

/// The longest expression that is taken, in bytes.
const LONGEST: usize = 2_048;

/// What is wrong with an expression, with its place in the expression.
#[derive(Debug)]
struct Problem {
    span: Range<usize>,
    message: String,
    help: Option<String>,
    /// A name that means nothing, and those that would have meant something.
    unknown: Option<(String, Vec<String>)>,
    /// Whether nothing behind it can be read.
    ends: bool,
}

impl Problem {
    fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None, unknown: None, ends: false }
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
    let fields = || value.cx.names(Naming::Field);
    match read(text.value, &Around { compile: &compile, fields: &fields }) {
        Ok(written) => whole(value, &text, written, place),
        Err(problems) => {
            problems.into_iter().for_each(|problem| report(value.cx, &text, problem));
            None
        }
    }
}

/// An expression as it was read.
struct Written {
    root: expr::Op,
    /// The facts that it names, with their places.
    reads: Vec<(Fact, Range<usize>)>,
    logins: Vec<String>,
}

/// Reads all of an expression, or finds every problem of it, in its order.
fn read(text: &str, around: &Around<'_>) -> Result<Written, Vec<Problem>> {
    let (tokens, mut problems) = token::tokens(text);
    let mut parser = parse::Parser::new(tokens, around);
    let root = parser.whole();
    let root = root.map_err(|problem| parser.report(problem)).ok();
    problems.append(&mut parser.problems);
    match root {
        Some(root) if problems.is_empty() => Ok(Written { root, reads: parser.reads, logins: parser.logins }),
        _ => {
            problems.sort_by_key(|problem| problem.span.start);
            Err(problems)
        }
    }
}

/// An expression that can be computed, where it may stand in that place.
fn whole(value: &Value<'_>, text: &At<&str>, written: Written, place: Place) -> Option<Expression> {
    let cx = value.cx;
    let Written { root, reads, logins } = written;
    let of = |wanted: Fact| reads.iter().find(|(fact, _)| *fact == wanted).map(|(_, span)| place_of(cx, text, span));
    if let Some(span) = of(Fact::Risk).filter(|_| place == Place::Factor) {
        when::refuse_risk(cx, span);
    }
    if let Some(span) = of(Fact::Tier) {
        cx.reads_tier.borrow_mut().get_or_insert(span);
    }
    let agents = of(Fact::Agent).and_then(|_| when::agents(value));
    if place != Place::Notice && !trusted(cx, text, &reads) {
        return None;
    }
    let mut reads: Vec<Fact> = reads.into_iter().map(|(fact, _)| fact).collect();
    reads.sort_unstable();
    reads.dedup();
    Some(Expression { written: text.value.to_owned(), root, reads, logins, agents })
}

/// Refuses facts that the author controls: an expression could turn any of them into less that is asked.
fn trusted(cx: &Context<'_>, text: &At<&str>, reads: &[(Fact, Range<usize>)]) -> bool {
    let mut refused: Vec<Fact> = Vec::new();
    for (fact, span) in reads {
        let authors = FACTS.iter().find(|spec| spec.fact == *fact && spec.control != Control::NotAuthor);
        let Some(spec) = authors.filter(|_| !refused.contains(fact)) else { continue };
        refused.push(*fact);
        // The condition on answers is called by the singular.
        let name = if *fact == Fact::Fields { "field" } else { spec.name };
        let message = format!("an expression may not read `{}`: the author of a change controls it", spec.name);
        let problem = cx.error(codes::AUTHOR_CONTROLLED_RELAXATION, message, place_of(cx, text, span));
        cx.report(problem.help(format!("use the condition of that name, where it may stand: `{name} = ..`")));
    }
    refused.is_empty()
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
    if cx.is_crowded() {
        return cx.report(error);
    }
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
