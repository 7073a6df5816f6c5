//! Tests of a record's fields and of a repository's properties: tables whose keys are the admin's words.

use std::collections::BTreeMap;

use super::context::Naming;
use super::cursor::Value;
use super::pattern::pattern;
use super::{hints, who};
use crate::policy::codes;
use crate::policy::condition::{Condition, FieldTest};
use crate::record::fold::fold;
use crate::record::{FIELD_STATES, FieldId};

/// `field = { impact = "high", ticket = { matches = '^CHG' } }`: each must hold.
pub(super) fn fields(value: &Value<'_>) -> Vec<Condition> {
    let words = value.words().unwrap_or_default();
    if words.is_empty() && value.raw().is_table() {
        value.cx.problem(codes::EMPTY_WHEN, "`field` names no field", value.span.clone());
    }
    let mut conditions = Vec::new();
    for (name, test) in words {
        if !value.cx.knows(Naming::Field, name.value) {
            who::unknown_name(value.cx, Naming::Field, &name);
        }
        let test = match test.raw().is_table() {
            true => table_test(&test),
            false => value_test(&test, &value.cx.choices_of(name.value)),
        };
        conditions.extend(test.map(|test| Condition::Field(FieldId::new(name.value), test)));
    }
    conditions
}

fn value_test(value: &Value<'_>, choices: &[String]) -> Option<FieldTest> {
    if !value.raw().is_array() && !value.raw().is_str() {
        value.mistyped_for("a value in quotes, a list of them, `{ matches = '..' }` or `{ state = \"..\" }`");
        return None;
    }
    let members = value.one_or_more()?;
    let texts: Vec<_> = members.iter().filter_map(Value::text).collect();
    for text in &texts {
        if !choices.is_empty() && !choices.iter().any(|choice| fold(choice) == fold(text.value)) {
            let problem =
                value.cx.error(codes::BAD_VALUE, format!("the field knows no `{}`", text.value), text.span.clone());
            value.cx.report(problem.help(format!("one of {}", hints::listed(choices))));
        }
    }
    Some(FieldTest::Is(texts.into_iter().map(|text| text.value.to_owned()).collect()))
}

fn table_test(value: &Value<'_>) -> Option<FieldTest> {
    let table = value.table("when.field")?;
    table.exclusive("matches", "state", "name the field in two tables of `all`");
    if let Some(matches) = table.value("matches") {
        return pattern(&matches).map(FieldTest::Matches);
    }
    let Some(state) = table.value("state") else {
        table.missing("matches");
        return None;
    };
    let members = state.one_or_more()?;
    let mut states = Vec::new();
    for text in members.iter().filter_map(Value::text) {
        if !FIELD_STATES.contains(&text.value) {
            hints::bad_choice(value.cx, state.key, &text, &FIELD_STATES);
        }
        states.push(text.value.to_owned());
    }
    Some(FieldTest::State(states))
}

/// `properties = { tier = "1", team = ["a", "b"] }`: names and values are GitHub's, known to the server only.
pub(super) fn properties(value: &Value<'_>) -> Option<BTreeMap<String, Vec<String>>> {
    let words = value.words()?;
    if words.is_empty() {
        value.cx.problem(codes::EMPTY_WHEN, "`properties` names no property", value.span.clone());
        return None;
    }
    let mut properties = BTreeMap::new();
    for (name, wanted) in words {
        if wanted.raw().is_array() || wanted.raw().is_str() {
            let members = wanted.one_or_more().unwrap_or_default();
            let values = members.iter().filter_map(|member| Some(member.text()?.value.to_owned())).collect();
            properties.insert(name.value.to_owned(), values);
        } else {
            wanted.mistyped_for("values in quotes, or lists of them");
        }
    }
    Some(properties)
}
