//! The fields that a description is read for, as the layers of policy make them.

use crate::layer::Layer;
use crate::record::{FieldId, FieldKind, FieldSet, FieldSpec, NoneAnswer};

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
