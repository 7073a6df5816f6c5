//! What was read and in force, for people and for the record.

use std::collections::BTreeMap;

use super::layers::InForce;
use crate::decision::{FieldReport, PolicyReport};
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
            line: answer.map(|answer| answer.line),
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

/// The policies in force.
pub(super) fn policies(speaking: &[InForce<'_>]) -> Vec<PolicyReport> {
    let report = |layer: &InForce<'_>| PolicyReport {
        layer: layer.layer(),
        source: layer.0.source.clone(),
        standing: layer.0.standing.clone(),
        mode: layer.mode(),
    };
    speaking.iter().map(report).collect()
}
