//! What is asked of a part after `.NAME(`: macros over lists, searches in texts, sizes.

use std::ops::Range;

use super::super::token::Token;
use super::{Parser, Part, Problem, Read, deepest, made};
use crate::policy::expr::{FACTS, Macro, Op, Search, Type};

/// The most macros that may lie in one another: one, and one within it.
const MACROS: usize = 2;

const METHODS: [&str; 10] =
    ["all", "exists", "exists_one", "filter", "map", "contains", "startsWith", "endsWith", "matches", "size"];

impl Parser<'_> {
    pub(super) fn method(&mut self, of: Part, name: &str, span: Range<usize>) -> Read<Part> {
        match name {
            "all" => self.each(Macro::All, of, name, span),
            "exists" => self.each(Macro::Exists, of, name, span),
            "exists_one" => self.each(Macro::ExistsOne, of, name, span),
            "filter" => self.each(Macro::Filter, of, name, span),
            "map" => self.each(Macro::Map, of, name, span),
            "contains" => self.search(Search::Contains, of, name),
            "startsWith" => self.search(Search::StartsWith, of, name),
            "endsWith" => self.search(Search::EndsWith, of, name),
            "matches" => self.matches(of),
            "size" => {
                let end = self.expects(")")?;
                let whole = of.span.start..end;
                self.size(of, whole)
            }
            _ => {
                self.report(Problem::unknown(span, name, METHODS.map(str::to_owned).into()));
                let end = self.arguments()?;
                Ok(Part::refused(of.span.start..end))
            }
        }
    }

    fn search(&mut self, search: Search, of: Part, name: &str) -> Read<Part> {
        let what = self.part()?;
        let end = self.expects(")")?;
        self.wants(&of, &Type::Text, &format!("before `.{name}`"));
        self.wants(&what, &Type::Text, &format!("in `{name}`"));
        let (whole, depth) = (of.span.start..end, deepest([&of, &what]));
        made(Op::Search(search, Box::new(of.op), Box::new(what.op)), Type::Flag, whole, depth)
    }

    /// A pattern stands in the expression itself, so that it is compiled once and known to be linear.
    fn matches(&mut self, of: Part) -> Read<Part> {
        let (token, span) = self.tokens[self.at].clone();
        let regex = match token {
            Token::Text(pattern) => {
                self.at += 1;
                let compiled = (self.around.compile)(&pattern);
                let refused = |why| Problem::new(span, format!("`{pattern}` is no regular expression: {why}"));
                compiled.map_err(refused)
            }
            _ => {
                let other = self.part()?;
                Err(Problem::new(other.span, "`matches` takes a regular expression in quotes"))
            }
        };
        let end = self.expects(")")?;
        self.wants(&of, &Type::Text, "before `.matches`");
        let (whole, depth) = (of.span.start..end, of.depth);
        let op = match regex {
            Ok(regex) => Op::Matches(Box::new(of.op), regex),
            Err(problem) => {
                self.report(problem);
                Op::Flag(false)
            }
        };
        made(op, Type::Flag, whole, depth)
    }

    pub(super) fn size(&mut self, of: Part, whole: Range<usize>) -> Read<Part> {
        if !matches!(of.kind, Type::Text | Type::List(_) | Type::Refused) {
            self.report(Problem::new(of.span, format!("{} has no size", of.kind)));
        }
        let depth = of.depth;
        made(Op::Size(Box::new(of.op)), Type::Number, whole, depth)
    }

    fn each(&mut self, each: Macro, of: Part, name: &str, span: Range<usize>) -> Read<Part> {
        let member = match of.kind.clone() {
            Type::List(member) => *member,
            kind => {
                if kind != Type::Refused {
                    let message = format!("`{name}` is asked of a list, and this is {kind}");
                    self.report(Problem::new(span.clone(), message));
                }
                Type::Refused
            }
        };
        if self.members.len() >= MACROS {
            let problem = Problem::new(span, "at most one macro within another");
            self.report(problem.help(Some("what it costs grows with every one: write two expressions instead")));
        }
        let (variable, place) = self.name()?;
        let taken = self.members.iter().any(|(known, _)| *known == variable)
            || FACTS.iter().any(|spec| spec.name == variable)
            || matches!(variable.as_str(), "true" | "false" | "in" | "size");
        if taken {
            let problem = Problem::new(place, format!("`{variable}` means something else already"));
            self.report(problem.help(Some("another name for the member, such as `f`")));
        }
        self.expects(",")?;
        self.members.push((variable, member));
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
            self.wants(&body, &Type::Flag, &format!("in `{name}`"));
        }
        let (whole, depth) = (of.span.start..end, deepest([&of, &body]));
        made(Op::Each(each, Box::new(of.op), Box::new(body.op)), kind, whole, depth)
    }
}
