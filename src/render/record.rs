//! A change record field by field, for terminals and for programs.

use countersign_domain::diagnostic::Diagnostic;
use countersign_domain::layer::Layer;
use countersign_domain::policy::PolicySet;
use countersign_domain::record::{Answer, ChangeRecord, Content, Field, FieldId, FieldSet, Form, Value};
use serde_json::json;

use super::escape::{shorten, visible};
use super::json;
use super::terminal::SourceText;

/// The longest value that a terminal shows, in characters.
const VALUE_WIDTH: usize = 72;

/// A field as the lowest layer sees it.
#[derive(Debug)]
pub struct Row<'a> {
    field: &'a FieldId,
    state: &'static str,
    /// The places that say it; several where they conflict.
    answers: Vec<&'a Answer>,
    /// Whether a policy wants it of every change.
    required: bool,
}

/// Every field that is read for, in the order of the field set.
pub fn rows<'a>(record: &'a ChangeRecord, fields: &'a FieldSet, policies: &PolicySet) -> Vec<Row<'a>> {
    let required = |id: &FieldId| policies.policies().any(|(_, policy)| policy.required_fields.contains(id));
    let row = |field: &'a FieldId| {
        let found = record.field(field, Layer::Repository);
        let state = found.state();
        let answers = match found {
            Field::Present(answer) | Field::None(answer) | Field::Unfilled(answer) | Field::Ambiguous(answer) => {
                vec![answer]
            }
            Field::Conflicting(answers) => answers,
            Field::Absent => Vec::new(),
        };
        Row { field, state, answers, required: required(field) }
    };
    fields.iter().map(|spec| row(&spec.id)).collect()
}

/// A table of the fields about which the description says something, and the names of the others.
pub fn terminal(rows: &[Row<'_>]) -> String {
    let (silent, said): (Vec<&Row<'_>>, Vec<&Row<'_>>) = rows.iter().partition(|row| row.answers.is_empty());
    let cells = said.iter().map(|row| {
        let lines: Vec<String> = row.answers.iter().map(|answer| answer.line.to_string()).collect();
        let values: Vec<String> = row.answers.iter().map(|answer| shown(answer)).collect();
        [name(row), row.state.to_owned(), lines.join(", "), values.join(" / ")]
    });
    let cells: Vec<[String; 4]> =
        std::iter::once(["field", "state", "line", "value"].map(str::to_owned)).chain(cells).collect();
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let mut out = String::new();
    if cells.len() > 1 {
        for [field, state, line, value] in &cells {
            let [one, two, three] = widths;
            let row = format!("{field:one$}  {state:two$}  {line:>three$}  {value}");
            out.push_str(row.trim_end());
            out.push('\n');
        }
    }
    if !silent.is_empty() {
        let names: Vec<String> = silent.iter().map(|row| name(row)).collect();
        let gap = if out.is_empty() { "" } else { "\n" };
        out.push_str(&format!("{gap}absent: {}\n", names.join(", ")));
    }
    if rows.iter().any(|row| row.required) {
        out.push_str("* the policy asks for it\n");
    }
    out
}

/// The field's name, with a star where it is required.
fn name(row: &Row<'_>) -> String {
    format!("{}{}", visible(row.field.as_str()), if row.required { "*" } else { "" })
}

fn shown(answer: &Answer) -> String {
    let text = match &answer.content {
        Content::Value(value) => value.to_string(),
        Content::None { reason } => reason.clone().unwrap_or_default(),
        Content::Ambiguous(_) | Content::Conflicting => answer.raw.clone(),
        Content::Unfilled => String::new(),
    };
    let text = match &answer.rationale {
        Some(rationale) => format!("{text} ({rationale})"),
        None => text,
    };
    shorten(&visible(text.trim()), VALUE_WIDTH)
}

/// The record for programs.
pub fn json(
    record: &ChangeRecord,
    rows: &[Row<'_>],
    diagnostics: &[Diagnostic],
    sources: &[SourceText<'_>],
) -> serde_json::Value {
    let fields: Vec<_> = rows.iter().map(field).collect();
    let diagnostics: Vec<_> = diagnostics.iter().map(|diagnostic| json::diagnostic(diagnostic, sources)).collect();
    json!({
        "version": 1,
        "template_version": record.template_version,
        "fields": fields,
        "diagnostics": diagnostics,
    })
}

fn field(row: &Row<'_>) -> serde_json::Value {
    let agreed = if row.state == "conflicting" { None } else { row.answers.first() };
    let places: Vec<_> = row
        .answers
        .iter()
        .map(|answer| {
            json!({
                "line": answer.line,
                "start_byte": answer.span.start,
                "end_byte": answer.span.end,
                "form": form(answer.form),
                "raw": answer.raw,
            })
        })
        .collect();
    json!({
        "field": row.field.as_str(),
        "state": row.state,
        "value": agreed.and_then(|answer| value(&answer.content)),
        "rationale": agreed.and_then(|answer| answer.rationale.as_deref()),
        "line": agreed.map(|answer| answer.line),
        "required": row.required,
        "places": places,
    })
}

/// The value by its kind: several choices are a list, yes and no are true and false, a window is a start and an end.
fn value(content: &Content) -> Option<serde_json::Value> {
    match content {
        Content::Value(Value::Many(words)) => Some(json!(words)),
        Content::Value(Value::YesNo(yes)) => Some(json!(yes)),
        Content::Value(Value::Window { start, end }) => {
            Some(json!({ "start": start.to_string(), "end": end.to_string() }))
        }
        Content::Value(value) => Some(json!(value.to_string())),
        Content::None { reason } => reason.as_ref().map(|reason| json!(reason)),
        Content::Unfilled | Content::Ambiguous(_) | Content::Conflicting => None,
    }
}

fn form(form: Form) -> &'static str {
    match form {
        Form::Block => "block",
        Form::FrontMatter => "front-matter",
        Form::Tag => "tag",
        Form::Table => "table",
        Form::Heading => "heading",
        Form::Label => "label",
        Form::Trailer => "trailer",
    }
}
