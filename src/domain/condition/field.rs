//! `field`: what the change request says.
//!
//! The author writes it, so it may only raise: a condition on a value holds unless
//! the field is answered. `state` compares literally.

use super::Finding;
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::FieldTest;
use crate::record::{Answer, Content, Field, FieldId, Value};
use crate::text::Phrase;

pub(super) fn field(cx: &Context<'_>, layer: Layer, id: &FieldId, test: &FieldTest) -> Finding {
    let field = cx.records.current.field(id, layer);
    let observed = Phrase::words("the field ").quote(id.as_str()).and(format!(" is {}", field.state()));
    let so = match (test, &field) {
        (FieldTest::State(states), _) => states.iter().any(|state| state == field.state()),
        (FieldTest::Is(wanted), Field::Present(answer) | Field::None(answer)) => is_one_of(answer, wanted),
        (FieldTest::Matches(pattern), Field::Present(answer) | Field::None(answer)) => {
            said(answer).iter().chain([&answer.raw]).any(|text| pattern.is_match(text))
        }
        (FieldTest::Is(_) | FieldTest::Matches(_), _) => true,
    };
    Finding::of(so, observed)
}

fn is_one_of(answer: &Answer, wanted: &[String]) -> bool {
    let said = said(answer);
    wanted.iter().any(|wanted| {
        let wanted = wanted.to_lowercase();
        said.iter().any(|said| said.to_lowercase() == wanted) || answer.raw.trim().to_lowercase() == wanted
    })
}

/// The answer as a policy would spell it.
pub(super) fn said(answer: &Answer) -> Vec<String> {
    let Content::Value(value) = &answer.content else { return vec!["none".to_owned()] };
    match value {
        Value::Text(text) | Value::Choice(text) | Value::Who(text) | Value::Link(text) | Value::Ticket(text) => {
            vec![text.clone()]
        }
        Value::Many(choices) => choices.iter().cloned().collect(),
        Value::YesNo(true) => vec!["yes".to_owned(), "true".to_owned()],
        Value::YesNo(false) => vec!["no".to_owned(), "false".to_owned()],
        Value::Instant(at) => vec![at.to_string()],
        Value::Window { start, end } => vec![format!("{start} to {end}")],
        Value::Duration(seconds) => vec![seconds.to_string()],
    }
}
