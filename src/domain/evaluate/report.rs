//! What was read and in force, for people and for the record.

use std::collections::BTreeMap;

use super::layers::InForce;
use crate::decision::{FieldReport, PolicyReport};
use crate::diagnostic::{Diagnostic, Label, Origin, Placed};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::record::{Field, FieldId};

/// The longest value that is shown, in characters.
const VALUE: usize = 200;

/// The fields that are asked for, each with the highest layer that asks.
#[derive(Debug, Default)]
pub(super) struct Asked(BTreeMap<FieldId, Layer>);

impl Asked {
    pub(super) fn fields(&mut self, layer: Layer, fields: &[FieldId]) {
        for field in fields {
            let asks = self.0.entry(field.clone()).or_insert(layer);
            *asks = layer.min(*asks);
        }
    }
}

/// The fields that anybody asks for or that say something.
pub(super) fn record(cx: &Context<'_>, asked: &Asked) -> Vec<FieldReport> {
    let current = &cx.records.current;
    let mut ids: Vec<&FieldId> = asked.0.keys().chain(current.answers.keys()).collect();
    ids.sort();
    ids.dedup();
    let report = |id: &FieldId| {
        let required = asked.0.get(id);
        let field = current.field(id, required.copied().unwrap_or(Layer::Repository));
        let answer = match &field {
            Field::Present(answer) | Field::None(answer) | Field::Unfilled(answer) | Field::Ambiguous(answer) => {
                Some(*answer)
            }
            Field::Conflicting(answers) => answers.first().copied(),
            Field::Absent => None,
        };
        let says = !matches!(field, Field::Unfilled(_) | Field::Absent);
        (required.is_some() || says).then(|| FieldReport {
            field: id.clone(),
            state: field.state(),
            value: answer.filter(|_| says).map(|answer| one_line(&answer.raw)).unwrap_or_default(),
            line: answer.map(|answer| answer.line).filter(|line| *line > 0),
            required: required.is_some(),
        })
    };
    ids.into_iter().filter_map(report).collect()
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// What there is to say of the description's text, each with its line.
pub(super) fn remarks(cx: &Context<'_>) -> Vec<Placed> {
    let placed = |remark: &Diagnostic| Placed::in_text(remark.clone(), Origin::Description, &cx.facts.change.body);
    cx.records.diagnostics.iter().map(placed).collect()
}

/// The policies in force.
pub(super) fn policies(cx: &Context<'_>, speaking: &[InForce<'_>]) -> Vec<PolicyReport> {
    let report = |layer: &InForce<'_>| PolicyReport {
        layer: layer.layer(),
        source: layer.0.source.clone(),
        standing: layer.0.standing.clone(),
        mode: layer.mode(),
        errors: errors(cx, layer),
    };
    speaking.iter().map(report).collect()
}

/// What is wrong with a layer's file. Where anybody may read the pull request, the organisation's file may not be
/// theirs to read: then only the places are told.
fn errors(cx: &Context<'_>, layer: &InForce<'_>) -> Vec<Placed> {
    let errors = layer.0.errors.iter().cloned();
    if layer.layer() != Layer::Organisation || !cx.facts.repository.public {
        return errors.collect();
    }
    let told = |error: Placed| {
        let labels = error.diagnostic.labels.into_iter().map(|label| Label { text: String::new(), ..label }).collect();
        let message = "an error that is shown where the file can be read".to_owned();
        Placed { diagnostic: Diagnostic { message, labels, help: None, fix: None, ..error.diagnostic }, ..error }
    };
    errors.map(told).collect()
}
