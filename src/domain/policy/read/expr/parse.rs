//! From words and signs to something that can be computed: names and types are
//! checked as they are read.
//!
//! Nothing here goes deeper than [`DEEPEST`], whatever the text: so no expression
//! can use up a stack, when it is read or when it is computed.

use std::ops::Range;

use regex::Regex;

use super::Problem;
use super::token::Token;
use crate::policy::condition::Operator;
use crate::policy::expr::{Arithmetic, FACTS, Fact, Macro, Op, PARTS, Search, Type};

/// The deepest that parts may lie in one another.
const DEEPEST: usize = 40;

/// The most macros that may lie in one another: one, and one within it.
const MACROS: usize = 2;

/// An expression that is being read.
pub(super) struct Parser<'a> {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    depth: usize,
    /// The names and types of the members that the macros around are at.
    members: Vec<(String, Type)>,
    /// The facts named so far, with their places.
    pub(super) reads: Vec<(Fact, Range<usize>)>,
    compile: &'a dyn Fn(&str) -> Result<Regex, String>,
}

/// A part that was read: what to compute, what it comes to, where it stands, and how deep it is.
pub(super) struct Part {
    pub(super) op: Op,
    pub(super) kind: Type,
    pub(super) span: Range<usize>,
    depth: usize,
}

type Read<T> = Result<T, Problem>;

/// The signs between two parts, the weakest first.
const LEVELS: [&[&str]; 5] =
    [&["||"], &["&&"], &["==", "!=", "<", "<=", ">", ">=", "in"], &["+", "-"], &["*", "/", "%"]];

impl<'a> Parser<'a> {
    pub(super) fn new(tokens: Vec<(Token, Range<usize>)>, compile: &'a dyn Fn(&str) -> Result<Regex, String>) -> Self {
        Self { tokens, at: 0, depth: 0, members: Vec::new(), reads: Vec::new(), compile }
    }

    /// Reads all of it, which has to be true or not.
    pub(super) fn whole(&mut self) -> Read<Op> {
        let whole = self.part()?;
        if *self.token() != Token::End {
            return Err(self.unexpected());
        }
        if whole.kind != Type::Flag {
            let message = format!("an expression is true or not; this one is {}", whole.kind);
            return Err(
                Problem::new(whole.span, message).help(Some("compare it with something, such as `lines > 500`"))
            );
        }
        Ok(whole.op)
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
            wants(&condition, &Type::Flag, "before `?`")?;
            same(&one, &other, "on both sides of `:`")?;
            let (span, depth) = (condition.span.start..other.span.end, deepest([&condition, &one, &other]));
            let op = Op::If(Box::new(condition.op), Box::new(one.op), Box::new(other.op));
            parser.made(op, one.kind, span, depth)
        })
    }

    /// Parts with signs of that level or a stronger one between them.
    fn level(&mut self, level: usize) -> Read<Part> {
        let Some(signs) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.level(level + 1)?;
        while let Some(sign) = signs.iter().copied().find(|sign| self.is(sign)) {
            self.at += 1;
            let right = self.level(level + 1)?;
            let (span, depth) = (left.span.start..right.span.end, deepest([&left, &right]));
            let (op, kind) = binary(sign, left, right)?;
            left = self.made(op, kind, span, depth)?;
        }
        Ok(left)
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
        wants(&inner, &kind, if not { "after `!`" } else { "after `-`" })?;
        let (span, depth) = (start..inner.span.end, inner.depth);
        let inner = Box::new(inner.op);
        self.made(if not { Op::Not(inner) } else { Op::Negative(inner) }, kind, span, depth)
    }

    /// A part, and what is asked of it after `.`.
    fn suffixed(&mut self) -> Read<Part> {
        let mut part = self.primary()?;
        while self.takes(".") {
            let (name, span) = self.name()?;
            part = if self.takes("(") { self.method(part, &name, span)? } else { self.file_part(part, &name, span)? };
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
            return Err(Problem::unknown(span, name, known));
        };
        Ok(Part { op, kind, span, depth: 1 })
    }

    fn list(&mut self) -> Read<Part> {
        let start = self.span().start;
        self.at += 1;
        let mut members: Vec<Part> = Vec::new();
        while !self.is("]") {
            let member = self.part()?;
            if let Some(first) = members.first() {
                same(first, &member, "in a list")?;
            }
            members.push(member);
            if !self.takes(",") {
                break;
            }
        }
        let span = start..self.expects("]")?;
        let Some(kind) = members.first().map(|first| first.kind.clone()) else {
            return Err(Problem::new(span, "a list without members"));
        };
        let depth = deepest(&members);
        let op = Op::List(members.into_iter().map(|member| member.op).collect());
        self.made(op, Type::List(Box::new(kind)), span, depth)
    }

    /// A part of a file: `f.path`.
    fn file_part(&mut self, of: Part, name: &str, span: Range<usize>) -> Read<Part> {
        if of.kind != Type::File {
            return Err(Problem::new(span, format!("{} has no `{name}`", of.kind)));
        }
        let Some((_, part, kind)) = PARTS.iter().find(|(known, ..)| *known == name) else {
            return Err(Problem::unknown(span, name, PARTS.iter().map(|(known, ..)| (*known).to_owned()).collect()));
        };
        let (whole, depth) = (of.span.start..span.end, of.depth);
        self.made(Op::Part(Box::new(of.op), *part), kind.clone(), whole, depth)
    }

    /// What is asked of a part after `.NAME(`.
    fn method(&mut self, of: Part, name: &str, span: Range<usize>) -> Read<Part> {
        const METHODS: [&str; 10] =
            ["all", "exists", "exists_one", "filter", "map", "contains", "startsWith", "endsWith", "matches", "size"];
        let each = match name {
            "all" => Some(Macro::All),
            "exists" => Some(Macro::Exists),
            "exists_one" => Some(Macro::ExistsOne),
            "filter" => Some(Macro::Filter),
            "map" => Some(Macro::Map),
            _ => None,
        };
        let search = match name {
            "contains" => Some(Search::Contains),
            "startsWith" => Some(Search::StartsWith),
            "endsWith" => Some(Search::EndsWith),
            _ => None,
        };
        if let Some(each) = each {
            return self.each(each, of, name, span);
        }
        if let Some(search) = search {
            let what = self.part()?;
            let end = self.expects(")")?;
            wants(&of, &Type::Text, &format!("before `.{name}`"))?;
            wants(&what, &Type::Text, &format!("in `{name}`"))?;
            let (whole, depth) = (of.span.start..end, deepest([&of, &what]));
            return self.made(Op::Search(search, Box::new(of.op), Box::new(what.op)), Type::Flag, whole, depth);
        }
        match name {
            "matches" => self.matches(of),
            "size" => {
                let end = self.expects(")")?;
                let whole = of.span.start..end;
                self.size(of, whole)
            }
            _ => Err(Problem::unknown(span, name, METHODS.map(str::to_owned).into())),
        }
    }

    /// A pattern stands in the expression itself, so that it is compiled once and known to be linear.
    fn matches(&mut self, of: Part) -> Read<Part> {
        let (token, span) = self.tokens[self.at].clone();
        let Token::Text(pattern) = token else {
            return Err(Problem::new(span, "`matches` takes a regular expression in quotes"));
        };
        self.at += 1;
        let end = self.expects(")")?;
        wants(&of, &Type::Text, "before `.matches`")?;
        let regex = (self.compile)(&pattern)
            .map_err(|why| Problem::new(span, format!("`{pattern}` is no regular expression: {why}")))?;
        let (whole, depth) = (of.span.start..end, of.depth);
        self.made(Op::Matches(Box::new(of.op), regex), Type::Flag, whole, depth)
    }

    fn size(&mut self, of: Part, whole: Range<usize>) -> Read<Part> {
        if !matches!(of.kind, Type::Text | Type::List(_)) {
            return Err(Problem::new(of.span, format!("{} has no size", of.kind)));
        }
        let depth = of.depth;
        self.made(Op::Size(Box::new(of.op)), Type::Number, whole, depth)
    }

    fn each(&mut self, each: Macro, of: Part, name: &str, span: Range<usize>) -> Read<Part> {
        let Type::List(member) = of.kind.clone() else {
            return Err(Problem::new(span, format!("`{name}` is asked of a list, and this is {}", of.kind)));
        };
        if self.members.len() == MACROS {
            let problem = Problem::new(span, "at most one macro within another");
            return Err(problem.help(Some("what it costs grows with every one: write two expressions instead")));
        }
        let (variable, place) = self.name()?;
        let taken = self.members.iter().any(|(known, _)| *known == variable)
            || FACTS.iter().any(|spec| spec.name == variable)
            || matches!(variable.as_str(), "true" | "false" | "in" | "size");
        if taken {
            let problem = Problem::new(place, format!("`{variable}` means something else already"));
            return Err(problem.help(Some("another name for the member, such as `f`")));
        }
        self.expects(",")?;
        self.members.push((variable, *member));
        let body = self.part();
        self.members.pop();
        let body = body?;
        let end = self.expects(")")?;
        let kind = match each {
            Macro::Map => Type::List(Box::new(body.kind.clone())),
            Macro::Filter => of.kind.clone(),
            Macro::All | Macro::Exists | Macro::ExistsOne => Type::Flag,
        };
        if each != Macro::Map {
            wants(&body, &Type::Flag, &format!("in `{name}`"))?;
        }
        let (whole, depth) = (of.span.start..end, deepest([&of, &body]));
        self.made(Op::Each(each, Box::new(of.op), Box::new(body.op)), kind, whole, depth)
    }

    /// A part over others, of which the deepest lies so deep.
    fn made(&self, op: Op, kind: Type, span: Range<usize>, depth: usize) -> Read<Part> {
        if depth >= DEEPEST { Err(too_deep(span)) } else { Ok(Part { op, kind, span, depth: depth + 1 }) }
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

fn too_deep(span: Range<usize>) -> Problem {
    Problem::new(span, format!("parts lie in one another more than {DEEPEST} deep"))
        .help(Some("split it: `any` and `all` combine conditions"))
}

fn deepest<'a>(parts: impl IntoIterator<Item = &'a Part>) -> usize {
    parts.into_iter().map(|part| part.depth).max().unwrap_or_default()
}

fn wants(part: &Part, kind: &Type, place: &str) -> Read<()> {
    if part.kind == *kind {
        return Ok(());
    }
    Err(Problem::new(part.span.clone(), format!("{place} stands {kind}, and this is {}", part.kind)))
}

fn same(one: &Part, other: &Part, place: &str) -> Read<()> {
    if one.kind == other.kind {
        return Ok(());
    }
    let message = format!("{place} stands the same, and these are {} and {}", one.kind, other.kind);
    Err(Problem::new(one.span.start.min(other.span.start)..other.span.end, message))
}

/// What a sign between two parts comes to.
fn binary(sign: &str, left: Part, right: Part) -> Read<(Op, Type)> {
    let boxed = |left: Part, right: Part| (Box::new(left.op), Box::new(right.op));
    let around = format!("around `{sign}`");
    let compare = |operator: Operator| (Some(operator), None);
    let (operator, arithmetic) = match sign {
        "==" => compare(Operator::Equal),
        "!=" => compare(Operator::NotEqual),
        "<" => compare(Operator::Less),
        "<=" => compare(Operator::AtMost),
        ">" => compare(Operator::More),
        ">=" => compare(Operator::AtLeast),
        "+" => (None, Some(Arithmetic::Plus)),
        "-" => (None, Some(Arithmetic::Minus)),
        "*" => (None, Some(Arithmetic::Times)),
        "/" => (None, Some(Arithmetic::Over)),
        "%" => (None, Some(Arithmetic::Modulo)),
        _ => (None, None),
    };
    if let Some(operator) = operator {
        same(&left, &right, &around)?;
        let whole = left.span.start..right.span.end;
        let ordered = !matches!(operator, Operator::Equal | Operator::NotEqual);
        match left.kind {
            Type::Number | Type::Text => {}
            Type::Flag if !ordered => {}
            kind => return Err(Problem::new(whole, format!("{around} stand numbers or texts, and this is {kind}"))),
        }
        let (left, right) = boxed(left, right);
        return Ok((Op::Compare(operator, left, right), Type::Flag));
    }
    if let Some(arithmetic) = arithmetic {
        if arithmetic == Arithmetic::Plus && left.kind == Type::Text {
            same(&left, &right, &around)?;
            let (left, right) = boxed(left, right);
            return Ok((Op::Join(left, right), Type::Text));
        }
        wants(&left, &Type::Number, &around)?;
        wants(&right, &Type::Number, &around)?;
        let (left, right) = boxed(left, right);
        return Ok((Op::Compute(arithmetic, left, right), Type::Number));
    }
    if sign == "in" {
        if !matches!(left.kind, Type::Number | Type::Text) {
            return Err(Problem::new(
                left.span,
                format!("before `in` stands a number or text, and this is {}", left.kind),
            ));
        }
        wants(&right, &Type::List(Box::new(left.kind.clone())), "after `in`")
            .map_err(|problem| problem.help(Some("a list of the same: `base in [\"main\", \"next\"]`")))?;
        let (left, right) = boxed(left, right);
        return Ok((Op::In(left, right), Type::Flag));
    }
    wants(&left, &Type::Flag, &around)?;
    wants(&right, &Type::Flag, &around)?;
    let (left, right) = boxed(left, right);
    Ok((if sign == "&&" { Op::And(left, right) } else { Op::Or(left, right) }, Type::Flag))
}
