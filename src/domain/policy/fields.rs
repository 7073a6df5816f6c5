//! The fields that a description is read for, as the layers of policy make them.

use super::model::PolicySet;
use crate::layer::Layer;
use crate::record::{FieldId, FieldKind, FieldSet, FieldSpec, NoneAnswer};

/// The fields that a description is read for: the standard ones, and what the layers add.
///
/// Each alias keeps the layer that added it, so that a lower layer's alias never
/// answers a higher layer's question. Where two layers define one field, the
/// higher one's definition stands.
pub fn field_set(set: &PolicySet) -> FieldSet {
    let mut specs: Vec<FieldSpec> = standard().iter().cloned().collect();
    for (_, policy) in set.policies() {
        for field in &policy.fields {
            match specs.iter_mut().find(|known| known.id == field.id) {
                Some(known) => known.aliases.extend(field.aliases.iter().cloned()),
                None => specs.push(field.clone()),
            }
        }
    }
    for (layer, policy) in set.policies() {
        for (id, alias) in &policy.aliases {
            if let Some(known) = specs.iter_mut().find(|known| known.id == *id) {
                known.aliases.push((alias.clone(), layer));
            }
        }
        for (id, word, choice) in &policy.synonyms {
            if let Some(known) = specs.iter_mut().find(|known| known.id == *id) {
                known.synonyms.push((word.clone(), choice.clone()));
            }
        }
    }
    FieldSet::new(specs)
}

/// The standard fields of RECORD.md.
pub(super) fn standard() -> FieldSet {
    let names = [
        "summary",
        "reason",
        "type",
        "risk",
        "impact",
        "security_impact",
        "services",
        "environments",
        "test_plan",
        "backout",
        "communication",
        "window",
        "implementer",
        "monitoring",
        "ticket",
        "depends_on",
    ];
    FieldSet::new(names.into_iter().map(|name| FieldSpec {
        id: FieldId::new(name),
        kind: FieldKind::Text,
        choices: Vec::new(),
        synonyms: Vec::new(),
        aliases: Vec::new(),
        none: NoneAnswer::Accept,
        pattern: None,
        layer: Layer::BuiltIn,
    }))
}
