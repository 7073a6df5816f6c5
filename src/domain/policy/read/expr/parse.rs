//! From words and signs to something that can be computed: names and types are
//! checked as they are read.
//!
//! What is wrong with a name or a type is noted and read over; what is wrong with
//! the form is read over as far as the next `&&` or `||`. So all problems of an
//! expression come out at once. Nothing here goes deeper than [`DEEPEST`], whatever
//! the text: no expression can use up a stack, when it is read or when it is computed.

mod kinds;
mod method;

use std::ops::Range;

use regex::Regex;

use super::Problem;
use super::token::Token;
use crate::policy::expr::{FACTS, Fact, Op, PARTS, Type};
use crate::record::FieldId;

/// The deepest that parts may lie in one another.
const DEEPEST: usize = 40;

/// What an expression may ask of the file around it.
pub(super) struct Around<'a> {
    /// Compiles a pattern, or says why not.
    pub(super) compile: &'a dyn Fn(&str) -> Result<Regex, String>,
    /// The names of the change request's fields.
    pub(super) fields: &'a dyn Fn() -> Vec<String>,
}

/// An expression that is being read.
pub(super) struct Parser<'a> {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    depth: usize,
    /// The names and types of the members that the macros around are at.
    members: Vec<(String, Type)>,
    /// The facts named so far, with their places.
    pub(super) reads: Vec<(Fact, Range<usize>)>,
    /// The logins that the author is compared with.
    pub(super) logins: Vec<String>,
    /// What is wrong with it.
    pub(super) problems: Vec<Problem>,
    around: &'a Around<'a>,
}

/// A part that was read: what to compute, what it comes to, where it stands, and how deep it is.
struct Part {
    op: Op,
    kind: Type,
    span: Range<usize>,
    depth: usize,
}

impl Part {
    /// What stands for a part that was refused.
    fn refused(span: Range<usize>) -> Self {
        Self { op: Op::Flag(false), kind: Type::Refused, span, depth: 1 }
    }
}

/// What was read, or what is wrong with its form.
type Read<T> = Result<T, Problem>;

/// The signs between two parts, the weakest first.
const LEVELS: [&[&str]; 5] =
    [&["||"], &["&&"], &["==", "!=", "<", "<=", ">", ">=", "in"], &["+", "-"], &["*", "/", "%"]];

/// The level at which reading goes on behind something that has no form.
const GOES_ON: usize = 1;

impl<'a> Parser<'a> {
    pub(super) fn new(tokens: Vec<(Token, Range<usize>)>, around: &'a Around<'a>) -> Self {
        let (members, reads, logins, problems) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { tokens, at: 0, depth: 0, members, reads, logins, problems, around }
    }

    /// Reads all of it, which has to be true or not.
    pub(super) fn whole(&mut self) -> Read<Op> {
        let whole = self.part()?;
        if *self.token() != Token::End {
            return Err(self.unexpected());
        }
        if !matches!(whole.kind, Type::Flag | Type::Refused) {
            let message = format!("an expression is true or not; this one is {}", whole.kind);
            let problem = Problem::new(whole.span, message);
            self.report(problem.help(Some("compare it with something, such as `lines > 500`")));
        }
        Ok(whole.op)
    }

    /// Takes what is wrong; of several at one place the first.
    pub(super) fn report(&mut self, problem: Problem) {
        if self.problems.iter().all(|known| known.span != problem.span) {
            self.problems.push(problem);
        }
    }

    /// A part with `?` and `:`.
    fn part(&mut self) -> Read<Part> {
        self.deeper(|parser| {
            let condition = parser.level(0)?;
            if !parser.takes("?") {
                return Ok(condition);
            }
            let one = parser.level(0)?;
            parser.expects(":")?;
            let other = parser.part()?;
            parser.wants(&condition, &Type::Flag, "before `?`");
            let fits = parser.same(&one, &other, "on both sides of `:`");
            let (span, depth) = (condition.span.start..other.span.end, deepest([&condition, &one, &other]));
            let kind = match one.kind {
                _ if !fits => Type::Refused,
                Type::Refused => other.kind,
                kind => kind,
            };
            made(Op::If(Box::new(condition.op), Box::new(one.op), Box::new(other.op)), kind, span, depth)
        })
    }

    /// Parts with signs of that level or a stronger one between them.
    fn level(&mut self, level: usize) -> Read<Part> {
        let Some(signs) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.beside(level)?;
        while let Some(sign) = signs.iter().copied().find(|sign| self.is(sign)) {
            self.at += 1;
            let right = self.beside(level)?;
            let (span, depth) = (left.span.start..right.span.end, deepest([&left, &right]));
            let (op, kind) = self.binary(sign, left, right);
            left = made(op, kind, span, depth)?;
        }
        Ok(left)
    }

    /// What stands beside a sign of that level.
    fn beside(&mut self, level: usize) -> Read<Part> {
        let (from, start) = (self.at, self.span().start);
        match self.level(level + 1) {
            Err(problem) if level == GOES_ON && !problem.ends => {
                self.report(problem);
                self.skip(from);
                Ok(Part::refused(start..self.span().start.max(start)))
            }
            read => read,
        }
    }

    /// Goes behind what has no form, that was begun at the token `from`: to where something else may begin.
    fn skip(&mut self, from: usize) {
        let (mut open, mut at) = (0_usize, from);
        while let Some((token, _)) = self.tokens.get(at) {
            let begins = at >= self.at && open == 0;
            match token {
                Token::End => break,
                Token::Sign(")" | "]" | "}" | "&&" | "||" | "?" | ":" | ",") if begins => break,
                Token::Sign("(" | "[" | "{") => open += 1,
                Token::Sign(")" | "]" | "}") => open = open.saturating_sub(1),
                _ => {}
            }
            at += 1;
        }
        self.at = at;
    }

    /// Goes behind the arguments of something that is not known, and says where they end.
    fn arguments(&mut self) -> Read<usize> {
        let mut open = 1;
        loop {
            match self.token() {
                Token::End => return Err(self.unexpected()),
                Token::Sign("(") => open += 1,
                Token::Sign(")") if open == 1 => return self.expects(")"),
                Token::Sign(")") => open -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn unary(&mut self) -> Read<Part> {
        let start = self.span().start;
        let (not, kind) = match self.token() {
            Token::Sign("!") => (true, Type::Flag),
            Token::Sign("-") => (false, Type::Number),
            _ => return self.suffixed(),
        };
        self.at += 1;
        let inner = self.deeper(Self::unary)?;
        let fits = self.wants(&inner, &kind, if not { "after `!`" } else { "after `-`" });
        let kind = if fits { kind } else { Type::Refused };
        let (span, depth) = (start..inner.span.end, inner.depth);
        let inner = Box::new(inner.op);
        made(if not { Op::Not(inner) } else { Op::Negative(inner) }, kind, span, depth)
    }

    /// A part, and what is asked of it after `.`.
    fn suffixed(&mut self) -> Read<Part> {
        let mut part = self.primary()?;
        while self.takes(".") {
            let (name, span) = self.name()?;
            part = if self.takes("(") { self.method(part, &name, span)? } else { self.part_of(part, &name, span)? };
        }
        if self.is("[") {
            let problem = Problem::new(self.span(), "members of a list are not taken by their number");
            return Err(problem.help(Some("ask of all of them: `files.exists(f, f.path == \"a\")`")));
        }
        Ok(part)
    }

    fn primary(&mut self) -> Read<Part> {
        let span = self.span();
        let (op, kind) = match self.token().clone() {
            Token::Number(number) => (Op::Number(number), Type::Number),
            Token::Text(text) => (Op::Text(text.into()), Type::Text),
            Token::Name(name) => return self.named(&name, span),
            Token::Sign("(") => {
                self.at += 1;
                let inner = self.part()?;
                let end = self.expects(")")?;
                return Ok(Part { span: span.start..end, ..inner });
            }
            Token::Sign("[") => return self.list(),
            Token::Sign("{") => return Err(Problem::new(span, "maps are not known here")),
            Token::Sign(_) | Token::End => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(Part { op, kind, span, depth: 1 })
    }

    fn named(&mut self, name: &str, span: Range<usize>) -> Read<Part> {
        self.at += 1;
        if name == "size" && self.takes("(") {
            let inner = self.part()?;
            let end = self.expects(")")?;
            return self.size(inner, span.start..end);
        }
        let (op, kind) = if let "true" | "false" = name {
            (Op::Flag(name == "true"), Type::Flag)
        } else if let Some(place) = self.members.iter().position(|(member, _)| member == name) {
            (Op::Member(place), self.members[place].1.clone())
        } else if let Some(spec) = FACTS.iter().find(|spec| spec.name == name) {
            self.reads.push((spec.fact, span.clone()));
            (Op::Fact(spec.fact), spec.kind.of())
        } else {
            let facts = FACTS.iter().map(|spec| spec.name.to_owned());
            let known = self.members.iter().map(|(member, _)| member.clone()).chain(facts).collect();
            self.report(Problem::unknown(span.clone(), name, known));
            if self.takes("(") {
                self.arguments()?;
            }
            return Ok(Part::refused(span));
        };
        Ok(Part { op, kind, span, depth: 1 })
    }

    fn list(&mut self) -> Read<Part> {
        let start = self.span().start;
        self.at += 1;
        let mut members: Vec<Part> = Vec::new();
        while !self.is("]") {
            let member = self.part()?;
            if let Some(first) = members.iter().find(|first| first.kind != Type::Refused) {
                self.same(first, &member, "in a list");
            }
            members.push(member);
            if !self.takes(",") {
                break;
            }
        }
        let span = start..self.expects("]")?;
        if members.is_empty() {
            self.report(Problem::new(span.clone(), "a list without members"));
            return Ok(Part::refused(span));
        }
        let kind = members.iter().map(|member| &member.kind).find(|kind| **kind != Type::Refused);
        let kind = kind.cloned().unwrap_or(Type::Refused);
        let depth = deepest(&members);
        let op = Op::List(members.into_iter().map(|member| member.op).collect());
        made(op, Type::List(Box::new(kind)), span, depth)
    }

    /// A part of a file or an answer: `f.path`, `fields.impact`.
    fn part_of(&mut self, of: Part, name: &str, span: Range<usize>) -> Read<Part> {
        let whole = of.span.start..span.end;
        match of.kind {
            Type::File => {
                let Some((_, part, kind)) = PARTS.iter().find(|(known, ..)| *known == name) else {
                    let known = PARTS.iter().map(|(known, ..)| (*known).to_owned()).collect();
                    self.report(Problem::unknown(span, name, known));
                    return Ok(Part::refused(whole));
                };
                made(Op::Part(Box::new(of.op), *part), kind.clone(), whole, of.depth)
            }
            Type::Fields => {
                let known = (self.around.fields)();
                if !known.iter().any(|field| field == name) {
                    self.report(Problem::unknown(span, name, known));
                    return Ok(Part::refused(whole));
                }
                made(Op::Field(FieldId::new(name)), Type::Text, whole, of.depth)
            }
            // Their names are GitHub's, known to the server only.
            Type::Properties => made(Op::Property(name.to_owned()), Type::List(Box::new(Type::Text)), whole, of.depth),
            kind => {
                if kind != Type::Refused {
                    self.report(Problem::new(span, format!("{kind} has no `{name}`")));
                }
                Ok(Part::refused(whole))
            }
        }
    }

    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Read<Part>) -> Read<Part> {
        if self.depth >= DEEPEST {
            return Err(too_deep(self.span()));
        }
        self.depth += 1;
        let part = read(self);
        self.depth -= 1;
        part
    }

    fn token(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn span(&self) -> Range<usize> {
        self.tokens[self.at].1.clone()
    }

    fn is(&self, sign: &str) -> bool {
        match self.token() {
            Token::Sign(found) => *found == sign,
            Token::Name(name) => name == "in" && sign == "in",
            _ => false,
        }
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is = self.is(sign);
        self.at += usize::from(is);
        is
    }

    /// Takes the sign, which has to be here, and says where it ends.
    fn expects(&mut self, sign: &str) -> Read<usize> {
        let end = self.span().end;
        if self.takes(sign) {
            return Ok(end);
        }
        let problem = self.unexpected();
        Err(problem.help(Some(&format!("`{sign}` is expected"))))
    }

    fn name(&mut self) -> Read<(String, Range<usize>)> {
        let span = self.span();
        let Token::Name(name) = self.token().clone() else { return Err(self.unexpected()) };
        self.at += 1;
        Ok((name, span))
    }

    fn unexpected(&self) -> Problem {
        let message = match self.token() {
            Token::End => "the expression ends too early".to_owned(),
            Token::Name(word) => format!("`{word}` has no meaning here"),
            Token::Sign(sign) => format!("`{sign}` has no meaning here"),
            Token::Number(_) | Token::Text(_) => "a value has no meaning here".to_owned(),
        };
        Problem::new(self.span(), message)
    }
}

/// A part over others, of which the deepest lies so deep.
fn made(op: Op, kind: Type, span: Range<usize>, depth: usize) -> Read<Part> {
    if depth >= DEEPEST { Err(too_deep(span)) } else { Ok(Part { op, kind, span, depth: depth + 1 }) }
}

fn too_deep(span: Range<usize>) -> Problem {
    let problem = Problem::new(span, format!("parts lie in one another more than {DEEPEST} deep"));
    // Whatever stands behind it lies as deep.
    Problem { ends: true, ..problem.help(Some("split it: `any` and `all` combine conditions")) }
}

fn deepest<'a>(parts: impl IntoIterator<Item = &'a Part>) -> usize {
    parts.into_iter().map(|part| part.depth).max().unwrap_or_default()
}
