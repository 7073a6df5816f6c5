//! Types: what may stand beside what, and what comes of it.
//!
//! A text in quotes beside the author is a login, beside a level of risk a level:
//! both are known when the expression is read, and what they can not be is refused.

use super::{Parser, Part};
use crate::policy::condition::Operator;
use crate::policy::expr::{Arithmetic, Choice, Op, Type};
use crate::policy::read::expr::Problem;
use crate::policy::read::who::is_login;

impl Parser<'_> {
    pub(super) fn wants(&mut self, part: &Part, kind: &Type, place: &str) -> bool {
        let fits = fits(&part.kind, kind);
        if !fits {
            self.report(Problem::new(part.span.clone(), format!("{place} stands {kind}, and this is {}", part.kind)));
        }
        fits
    }

    pub(super) fn same(&mut self, one: &Part, other: &Part, place: &str) -> bool {
        let fits = fits(&one.kind, &other.kind);
        if !fits {
            let message = format!("{place} stands the same, and these are {} and {}", one.kind, other.kind);
            self.report(Problem::new(one.span.start.min(other.span.start)..one.span.end.max(other.span.end), message));
        }
        fits
    }

    /// What a sign between two parts comes to.
    pub(super) fn binary(&mut self, sign: &str, left: Part, right: Part) -> (Op, Type) {
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
        match (operator, arithmetic) {
            (Some(operator), _) => (self.compared(operator, sign, left, right), Type::Flag),
            (_, Some(arithmetic)) => self.computed(arithmetic, sign, left, right),
            _ if sign == "in" => (self.lies_in(left, right), Type::Flag),
            _ => {
                self.wants(&left, &Type::Flag, &format!("around `{sign}`"));
                self.wants(&right, &Type::Flag, &format!("around `{sign}`"));
                let (left, right) = (Box::new(left.op), Box::new(right.op));
                (if sign == "&&" { Op::And(left, right) } else { Op::Or(left, right) }, Type::Flag)
            }
        }
    }

    fn compared(&mut self, operator: Operator, sign: &str, left: Part, right: Part) -> Op {
        let around = format!("around `{sign}`");
        let is_ordered = !matches!(operator, Operator::Equal | Operator::NotEqual);
        let whole = left.span.start..right.span.end;
        let (left, right) = if right.kind == Type::Account && !is_ordered { (right, left) } else { (left, right) };
        if let (Type::Account, Op::Text(login), false) = (&left.kind, &right.op, is_ordered) {
            let is = self.author_is(vec![login.to_string()], &right);
            return if operator == Operator::NotEqual { Op::Not(Box::new(is)) } else { is };
        }
        let left = self.as_word(left, &right.kind);
        let right = self.as_word(right, &left.kind);
        self.same(&left, &right, &around);
        match &left.kind {
            Type::Number | Type::Text | Type::Refused | Type::Choice(Choice::Risk) => {}
            Type::Flag | Type::Choice(Choice::Type) if !is_ordered => {}
            Type::Account => {
                let problem = Problem::new(whole, "an account is compared with a login in quotes");
                self.report(
                    problem.help(Some("`author == \"octocat\"` or `author in [\"octocat\", \"renovate[bot]\"]`")),
                );
            }
            kind => {
                let message = format!("{around} stand numbers or texts, and this is {kind}");
                self.report(Problem::new(whole, message));
            }
        }
        Op::Compare(operator, Box::new(left.op), Box::new(right.op))
    }

    fn computed(&mut self, arithmetic: Arithmetic, sign: &str, left: Part, right: Part) -> (Op, Type) {
        let around = format!("around `{sign}`");
        if arithmetic == Arithmetic::Plus && left.kind == Type::Text {
            let kind = if self.same(&left, &right, &around) { Type::Text } else { Type::Refused };
            return (Op::Join(Box::new(left.op), Box::new(right.op)), kind);
        }
        if arithmetic == Arithmetic::Plus && left.kind == Type::Refused {
            // Nobody can tell whether numbers or texts were meant.
            return (Op::Flag(false), Type::Refused);
        }
        let are_numbers = [&left, &right].map(|part| self.wants(part, &Type::Number, &around));
        let kind = if are_numbers == [true; 2] { Type::Number } else { Type::Refused };
        (Op::Compute(arithmetic, Box::new(left.op), Box::new(right.op)), kind)
    }

    fn lies_in(&mut self, left: Part, right: Part) -> Op {
        if let (Type::Account, Op::List(members)) = (&left.kind, &right.op) {
            let logins = members.iter().map(|member| match member {
                Op::Text(login) => Some(login.to_string()),
                _ => None,
            });
            if let Some(logins) = logins.collect::<Option<Vec<String>>>() {
                return self.author_is(logins, &right);
            }
        }
        let right = self.as_words(right, &left.kind);
        let member = match left.kind {
            Type::Number | Type::Text | Type::Choice(_) | Type::Refused => left.kind.clone(),
            Type::Account => {
                let problem = Problem::new(right.span.clone(), "an account is compared with logins in quotes");
                self.report(problem.help(Some("a list of them: `author in [\"octocat\", \"renovate[bot]\"]`")));
                Type::Refused
            }
            ref kind => {
                let message = format!("before `in` stands a number or text, and this is {kind}");
                self.report(Problem::new(left.span.clone(), message));
                Type::Refused
            }
        };
        let list = Type::List(Box::new(member));
        if !fits(&right.kind, &list) {
            let message = format!("after `in` stands {list}, and this is {}", right.kind);
            let problem = Problem::new(right.span.clone(), message);
            self.report(problem.help(Some("a list of the same: `base in [\"main\", \"next\"]`")));
        }
        Op::In(Box::new(left.op), Box::new(right.op))
    }

    /// Whether the author has one of these logins: accounts are told apart as everywhere, not by their letters.
    fn author_is(&mut self, logins: Vec<String>, place: &Part) -> Op {
        for login in logins.iter().filter(|login| !is_login(login)) {
            let problem = Problem::new(place.span.clone(), format!("`{login}` is no login"));
            self.report(problem.help(Some("write the login as GitHub shows it, a bot's as `NAME[bot]`")));
        }
        self.logins.extend(logins.iter().cloned());
        Op::AuthorIs(logins)
    }

    /// A text in quotes as the word that it is beside something that is one of a few words.
    fn as_word(&mut self, part: Part, beside: &Type) -> Part {
        let (Type::Choice(choice), Op::Text(text)) = (beside, &part.op) else { return part };
        let op = self.word(*choice, text, &part);
        Part { op, kind: beside.clone(), ..part }
    }

    /// The same of each member of a list.
    fn as_words(&mut self, list: Part, beside: &Type) -> Part {
        let (Type::Choice(choice), Op::List(members)) = (beside, &list.op) else { return list };
        let texts = members.iter().map(|member| match member {
            Op::Text(text) => Some(text.clone()),
            _ => None,
        });
        let Some(texts) = texts.collect::<Option<Vec<_>>>() else { return list };
        let op = Op::List(texts.iter().map(|text| self.word(*choice, text, &list)).collect());
        Part { op, kind: Type::List(Box::new(beside.clone())), ..list }
    }

    /// A word by its place in the order of the words.
    fn word(&mut self, choice: Choice, text: &str, place: &Part) -> Op {
        let words = choice.words();
        let found = words.iter().position(|word| *word == text).and_then(|found| i64::try_from(found).ok());
        found.map_or_else(
            || {
                let known = words.iter().map(|word| (*word).to_owned()).collect();
                let message = format!("no {} is called `{text}`", choice.name());
                let unknown = Some((text.to_owned(), known));
                self.report(Problem { unknown, ..Problem::new(place.span.clone(), message) });
                Op::Flag(false)
            },
            Op::Number,
        )
    }
}

/// Whether the one may stand for the other; what was refused goes with everything.
fn fits(one: &Type, other: &Type) -> bool {
    match (one, other) {
        (Type::Refused, _) | (_, Type::Refused) => true,
        (Type::List(one), Type::List(other)) => fits(one, other),
        (one, other) => one == other,
    }
}
