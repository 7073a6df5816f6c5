//! `expr`: an expression over the facts, computed in counted steps.
//!
//! Unknown is a value: it goes through everything but `&&`, `||`, `?`, `all` and
//! `exists`, which are decided where what is known decides. The steps of one
//! evaluation are bounded, whatever the expressions and the facts; what would take
//! more is unknown. No clock is asked, so that the same is unknown for ever.

mod facts;
mod text;

use std::rc::Rc;

use super::{Finding, Place, Standpoint, author};
use crate::decision::{Act, Actor};
use crate::evaluate::Context;
use crate::facts::File;
use crate::policy::expr::{Arithmetic, Expression, Fact, Macro, OF_THE_AUTHOR, Op, Part};
use crate::text::Phrase;

/// What each new member of a list costs: it stays in memory.
const MEMBER: usize = 8;

/// Looks at a whole expression in the eyes of a layer.
pub(super) fn expr(cx: &Context<'_>, from: Standpoint, expression: &Expression) -> Finding {
    let found = computed(cx, from, expression, false);
    // What asks more where it is true asks less where `!` makes it false for somebody's sake who was not proved.
    if !from.place.wants_proof() && found.is_not() && expression.is_eased_by_the_author() {
        let proof = author::proof(cx);
        let hangs_on_them = || !computed(cx, from, expression, true).is_not();
        return match (proof.is_so(), proof.is_not()) {
            (true, _) => found,
            _ if !hangs_on_them() => found,
            (_, true) => Finding::holds(proof.observed),
            _ => Finding::unknown(proof.observed),
        };
    }
    if !from.place.wants_proof() || !OF_THE_AUTHOR.iter().any(|fact| expression.reads(*fact)) {
        return found;
    }
    let proof = author::proof(cx);
    match from.place {
        // Nobody can tell what the expression would make of another author.
        Place::Proved if !proof.is_so() => Finding::unknown(proof.observed),
        // What is false lowers nothing.
        _ if found.is_not() => found,
        _ => Finding::all([found, proof]),
    }
}

/// `doubted`: with nothing said of the author.
fn computed(cx: &Context<'_>, from: Standpoint, expression: &Expression, doubted: bool) -> Finding {
    if from.place.wants_proof() && (expression.reads(Fact::Files) || expression.reads(Fact::Diff)) {
        let proof = facts::regular(cx);
        if !proof.is_so() {
            // Not `does_not`: nobody can tell what the expression makes of it.
            return Finding::unknown(proof.observed);
        }
    }
    let mut run = Run { cx, from, expression, doubted, members: Vec::new(), known: Vec::new() };
    match run.value(&expression.root) {
        Ok(Value::Flag(so)) => {
            let words = if so { " is true" } else { " is false" };
            Finding::of(so, Phrase::default().quote(&expression.written).and(words))
        }
        Ok(Value::Unknown(why)) => Finding::unknown(why.as_ref().clone()),
        // Another type was refused when the policy was read.
        Ok(_) => Finding::unknown(Phrase::default().quote(&expression.written).and(" is neither true nor false")),
        Err(Spent) => {
            let said = " takes more steps than one evaluation has";
            let what = Phrase::words("make ").quote(&expression.written).and(" cheaper: ask a list of files once");
            let why = Phrase::default().quote(&expression.written).and(said);
            Finding::unknown(why).act(Act { by: Actor::PolicyAdmin, what })
        }
    }
}

/// The steps of the evaluation are used up.
struct Spent;

/// What a part comes to.
#[derive(Debug, Clone)]
enum Value<'a> {
    Flag(bool),
    Number(i64),
    Text(&'a str),
    /// A text that was put together.
    Made(Rc<str>),
    /// A changed file under one of its names; none where that name was not read.
    File(&'a File, Option<&'a str>),
    List(Rc<[Value<'a>]>),
    /// There is none of it, and that is known: no comparison with it holds.
    Nothing,
    Unknown(Rc<Phrase>),
}

impl Value<'_> {
    fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown(Rc::new(Phrase::words(why)))
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Made(text) => Some(text),
            _ => None,
        }
    }
}

type Step<T> = Result<T, Spent>;

/// One expression being computed.
struct Run<'c, 'a> {
    cx: &'c Context<'a>,
    from: Standpoint,
    expression: &'a Expression,
    /// Whether nothing is said of the author.
    doubted: bool,
    /// What the macros around are at.
    members: Vec<Value<'a>>,
    /// Facts that were asked for, each made once.
    known: Vec<(Fact, Value<'a>)>,
}

impl<'a> Run<'_, 'a> {
    fn pay(&self, steps: usize) -> Step<()> {
        if self.cx.may_step(steps) { Ok(()) } else { Err(Spent) }
    }

    fn value(&mut self, op: &'a Op) -> Step<Value<'a>> {
        self.pay(1)?;
        Ok(match op {
            Op::Flag(flag) => Value::Flag(*flag),
            Op::Number(number) => Value::Number(*number),
            Op::Text(text) => Value::Text(text),
            Op::List(members) => {
                self.pay(members.len() * MEMBER)?;
                let members: Step<Vec<_>> = members.iter().map(|member| self.value(member)).collect();
                Value::List(members?.into())
            }
            Op::Fact(fact) => self.fact(*fact)?,
            Op::Property(name) => self.property(name)?,
            Op::Field(field) => self.field(field)?,
            Op::AuthorIs(logins) => self.author_is(logins)?,
            Op::Member(place) => self.members[*place].clone(),
            Op::Part(of, part) => part_of(self.value(of)?, *part),
            Op::Not(inner) => match self.value(inner)? {
                Value::Flag(flag) => Value::Flag(!flag),
                other => other,
            },
            Op::Negative(inner) => match self.value(inner)? {
                Value::Number(number) => whole(number.checked_neg()),
                other => other,
            },
            Op::And(left, right) => self.decided(false, left, right)?,
            Op::Or(left, right) => self.decided(true, left, right)?,
            Op::If(condition, one, other) => match self.value(condition)? {
                Value::Flag(true) => self.value(one)?,
                Value::Flag(false) => self.value(other)?,
                unknown => unknown,
            },
            Op::Compute(arithmetic, left, right) => compute(*arithmetic, self.value(left)?, self.value(right)?),
            Op::Join(left, right) => self.join(left, right)?,
            Op::Compare(operator, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                self.compare(*operator, &left, &right)?
            }
            Op::In(what, list) => {
                let (what, list) = (self.value(what)?, self.value(list)?);
                self.lies_in(&what, list)?
            }
            Op::Size(of) => {
                let of = self.value(of)?;
                self.size(of)?
            }
            Op::Search(search, text, what) => {
                let (text, what) = (self.value(text)?, self.value(what)?);
                self.search(*search, text, what)?
            }
            Op::Matches(text, regex) => {
                let text = self.value(text)?;
                self.matches(text, regex)?
            }
            Op::Each(each, list, body) => match self.value(list)? {
                Value::List(members) => self.each(*each, &members, body)?,
                unknown => unknown,
            },
        })
    }

    /// `&&` and `||`: decided by either side that is `decisive`, whatever the other may be.
    fn decided(&mut self, decisive: bool, left: &'a Op, right: &'a Op) -> Step<Value<'a>> {
        let left = self.value(left)?;
        if matches!(left, Value::Flag(flag) if flag == decisive) {
            return Ok(left);
        }
        let right = self.value(right)?;
        Ok(match (&left, &right) {
            (_, Value::Flag(flag)) if *flag == decisive => right,
            (Value::Unknown(_), _) => left,
            _ => right,
        })
    }

    fn each(&mut self, each: Macro, members: &[Value<'a>], body: &'a Op) -> Step<Value<'a>> {
        let (mut unknown, mut count, mut made) = (None, 0, Vec::new());
        for member in members {
            self.members.push(member.clone());
            let value = self.value(body);
            self.members.pop();
            match (each, value?) {
                (Macro::Map, value) => {
                    self.pay(MEMBER)?;
                    made.push(value);
                }
                (Macro::All, Value::Flag(false)) => return Ok(Value::Flag(false)),
                (Macro::Exists, Value::Flag(true)) => return Ok(Value::Flag(true)),
                (Macro::ExistsOne, Value::Flag(true)) => count += 1,
                (Macro::Filter, Value::Flag(true)) => {
                    self.pay(MEMBER)?;
                    made.push(member.clone());
                }
                (_, Value::Unknown(why)) => unknown = unknown.or(Some(Value::Unknown(why))),
                _ => {}
            }
        }
        Ok(match (each, unknown) {
            (_, Some(unknown)) => unknown,
            (Macro::Map | Macro::Filter, None) => Value::List(made.into()),
            (Macro::All, None) => Value::Flag(true),
            (Macro::Exists, None) => Value::Flag(false),
            (Macro::ExistsOne, None) => Value::Flag(count == 1),
        })
    }

    fn lies_in(&mut self, what: &Value<'a>, list: Value<'a>) -> Step<Value<'a>> {
        let members = match (what, list) {
            (Value::Unknown(_), _) => return Ok(what.clone()),
            (_, Value::List(members)) => members,
            (_, unknown) => return Ok(unknown),
        };
        let mut unknown = None;
        for member in members.iter() {
            self.pay(1)?;
            match self.compare(crate::policy::Operator::Equal, what, member)? {
                Value::Flag(true) => return Ok(Value::Flag(true)),
                Value::Unknown(why) => unknown = unknown.or(Some(Value::Unknown(why))),
                _ => {}
            }
        }
        Ok(unknown.unwrap_or(Value::Flag(false)))
    }
}

fn part_of(file: Value<'_>, part: Part) -> Value<'_> {
    let (file, name) = match file {
        Value::File(file, name) => (file, name),
        other => return other,
    };
    match part {
        Part::Path => name.map_or_else(
            || {
                let said = Phrase::words("the old name of the renamed file ").quote(&file.path).and(" was not read");
                Value::Unknown(Rc::new(said))
            },
            Value::Text,
        ),
        Part::Status => Value::Text(facts::status(file)),
        Part::Added => facts::number(file.added),
        Part::Removed => facts::number(file.removed),
    }
}

/// A number, where there is one.
fn whole(number: Option<i64>) -> Value<'static> {
    number.map_or_else(|| Value::unknown("a number of an expression is too large, or divided by zero"), Value::Number)
}

fn compute<'a>(arithmetic: Arithmetic, left: Value<'a>, right: Value<'a>) -> Value<'a> {
    let (left, right) = match (left, right) {
        (Value::Number(left), Value::Number(right)) => (left, right),
        (other @ (Value::Unknown(_) | Value::Nothing), _) | (_, other) => return other,
    };
    whole(match arithmetic {
        Arithmetic::Plus => left.checked_add(right),
        Arithmetic::Minus => left.checked_sub(right),
        Arithmetic::Times => left.checked_mul(right),
        Arithmetic::Over => left.checked_div(right),
        Arithmetic::Modulo => left.checked_rem(right),
    })
}
