//! Tests of the reader, as data: a description and what its fields come to.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use super::{ChangeRecord, Content, Field, FieldId, FieldSet, Template, Value, parse};
use crate::diagnostic::Diagnostic;
use crate::layer::Layer;

mod differences;
mod forms;
mod kinds;
mod languages;
mod layers;
mod never_panics;
mod prompts;
mod round_trip;
mod seen_and_read;
mod timing;
mod vectors;

/// Reads with the standard fields and no template.
fn read(text: &str) -> (ChangeRecord, Vec<Diagnostic>) {
    parse(text, &FieldSet::standard(), &[])
}

fn templates(texts: &[&str]) -> Vec<Template> {
    texts.iter().map(|text| Template { text: (*text).to_owned() }).collect()
}

/// A field as one line: its state, its value, and in brackets the remark.
fn told(record: &ChangeRecord, id: &str) -> String {
    let id = FieldId::new(id);
    let field = record.field(&id, Layer::Repository);
    let state = field.state();
    let value = match &field {
        Field::Present(answer) => match &answer.content {
            Content::Value(value) => value.to_string(),
            _ => String::new(),
        },
        Field::None(answer) => match &answer.content {
            Content::None { reason } => reason.clone().unwrap_or_default(),
            _ => String::new(),
        },
        _ => String::new(),
    };
    let remark = match &field {
        Field::Present(answer) => answer.rationale.clone(),
        _ => None,
    };
    let remark = remark.map_or(String::new(), |remark| format!(" [{remark}]"));
    if value.is_empty() { state.to_owned() } else { format!("{state}: {value}{remark}") }
}

/// What each description says, as `field state: value`; fields joined by ` & `.
#[track_caller]
fn check_with(fields: &FieldSet, templates: &[Template], text: &str, expected: &str) {
    let (record, diagnostics) = parse(text, fields, templates);
    for diagnostic in &diagnostics {
        for label in &diagnostic.labels {
            assert!(text.get(label.span.clone()).is_some(), "{diagnostic:?} points outside of {text:?}");
        }
        assert!(
            super::CODES.iter().any(|(code, _)| *code == diagnostic.code),
            "{diagnostic:?} has no entry in the list"
        );
        assert!(!diagnostic.message.ends_with('.'), "{diagnostic:?} ends in a full stop");
    }
    for answer in record.answers.values().flatten() {
        assert!(text.get(answer.span.clone()).is_some(), "{answer:?} stands outside of {text:?}");
    }
    for wanted in expected.split(" & ") {
        let (id, state) = wanted.split_once(' ').unwrap();
        let is = told(&record, id);
        assert!(
            is == state || is.split(':').next() == Some(state) && !state.contains(':') && state != "none",
            "{text}\n--- `{id}` is `{is}`, not `{state}`\n{record:#?}\n{diagnostics:#?}"
        );
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    check_with(&FieldSet::standard(), &[], text, expected);
}

/// The codes of the diagnostics that a description gives.
fn codes(text: &str) -> Vec<&'static str> {
    read(text).1.iter().map(|diagnostic| diagnostic.code).collect()
}

#[track_caller]
fn reports(text: &str, code: &str) {
    let codes = codes(text);
    assert!(codes.contains(&code), "{text:?} gives {codes:?}, not `{code}`");
}

#[test]
fn every_code_has_its_own_name_and_a_meaning() {
    let mut names: Vec<&str> = super::CODES.iter().map(|(code, _)| *code).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), super::CODES.len());
    assert!(super::CODES.iter().all(|(code, meaning)| !meaning.is_empty() && !code.contains([' ', '_'])));
}

#[test]
fn a_value_is_shown_as_it_can_be_written() {
    assert_eq!(Value::Duration(5400).to_string(), "90 min");
    assert_eq!(Value::Who("acme/payments".to_owned()).to_string(), "@acme/payments");
}
