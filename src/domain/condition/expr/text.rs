//! Texts in expressions: compared, searched and joined, each at the price of its length.

use std::rc::Rc;

use regex::Regex;

use super::{Run, Step, Value, facts};
use crate::policy::Operator;
use crate::policy::expr::{Op, Search};

/// So many bytes are compared in a step.
const COMPARED: usize = 16;

/// What a pattern costs for each byte that it goes through: it may be many patterns in one.
const MATCHED: usize = 4;

impl<'a> Run<'_, 'a> {
    pub(super) fn compare(&self, operator: Operator, left: &Value<'a>, right: &Value<'a>) -> Step<Value<'a>> {
        Ok(Value::Flag(match (left, right) {
            (Value::Unknown(_), _) => return Ok(left.clone()),
            (_, Value::Unknown(_)) => return Ok(right.clone()),
            (Value::Nothing, _) | (_, Value::Nothing) => false,
            (Value::Number(left), Value::Number(right)) => operator.holds(*left, *right),
            (Value::Flag(left), Value::Flag(right)) => operator.holds(*left, *right),
            _ => match (left.text(), right.text()) {
                (Some(left), Some(right)) => {
                    self.pay(left.len().min(right.len()) / COMPARED + 1)?;
                    operator.holds(left, right)
                }
                // Other types were refused when the policy was read.
                _ => return Ok(Value::unknown("an expression compares what cannot be compared")),
            },
        }))
    }

    pub(super) fn join(&mut self, left: &'a Op, right: &'a Op) -> Step<Value<'a>> {
        let (left, right) = (self.value(left)?, self.value(right)?);
        let (Some(one), Some(other)) = (left.text(), right.text()) else {
            return Ok(if left.text().is_none() { left } else { right });
        };
        // Paid for before it is made, so that no text grows beyond what is left.
        self.pay(one.len() + other.len())?;
        Ok(Value::Made(Rc::from([one, other].concat())))
    }

    pub(super) fn search(&self, search: Search, text: Value<'a>, what: Value<'a>) -> Step<Value<'a>> {
        let (Some(inside), Some(part)) = (text.text(), what.text()) else {
            return Ok(found_in(if text.text().is_none() { text } else { what }));
        };
        self.pay((inside.len() + part.len()) / COMPARED + 1)?;
        Ok(Value::Flag(match search {
            Search::Contains => inside.contains(part),
            Search::StartsWith => inside.starts_with(part),
            Search::EndsWith => inside.ends_with(part),
        }))
    }

    /// Members of a list, or characters of a text.
    pub(super) fn size(&self, of: Value<'a>) -> Step<Value<'a>> {
        let size = match (&of, of.text()) {
            (Value::List(members), _) => members.len(),
            (_, Some(text)) => {
                self.pay(text.len() / COMPARED + 1)?;
                text.chars().count()
            }
            _ => return Ok(of),
        };
        Ok(facts::number(size as u64))
    }

    pub(super) fn matches(&self, text: Value<'a>, regex: &Regex) -> Step<Value<'a>> {
        let Some(inside) = text.text() else { return Ok(found_in(text)) };
        self.pay(inside.len() * MATCHED + 1)?;
        Ok(Value::Flag(regex.is_match(inside)))
    }
}

/// Whether something is found in what is no text: nothing is in nothing.
fn found_in(value: Value<'_>) -> Value<'_> {
    if matches!(value, Value::Nothing) { Value::Flag(false) } else { value }
}
