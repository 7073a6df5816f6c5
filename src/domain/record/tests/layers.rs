//! A lower layer's alias never answers a higher layer's field.

use super::read;
use crate::layer::Layer;
use crate::record::{Field, FieldId, FieldKind, FieldSet, FieldSpec, NoneAnswer, parse};

fn with(alias: &str, layer: Layer) -> FieldSet {
    let mut fields = FieldSet::standard();
    if let Some(spec) = fields.spec_mut(&FieldId::new("backout")) {
        spec.aliases.push((alias.to_owned(), layer));
    }
    fields
}

#[test]
fn an_alias_is_seen_from_its_layer_down() {
    let fields = with("Escape hatch", Layer::Repository);
    let (record, _) = parse("## Escape hatch\nrevert\n", &fields, &[]);
    let backout = FieldId::new("backout");
    assert_eq!(record.field(&backout, Layer::Organisation), Field::Absent);
    assert_eq!(record.field(&backout, Layer::BuiltIn), Field::Absent);
    assert_eq!(record.field(&backout, Layer::Repository).state(), "present");
}

#[test]
fn an_alias_of_two_layers_is_known_to_the_higher() {
    let fields = with("Rollback plan", Layer::Repository);
    let (record, _) = parse("## Rollback plan\nrevert\n", &fields, &[]);
    assert_eq!(record.field(&FieldId::new("backout"), Layer::BuiltIn).state(), "present");
}

#[test]
fn a_place_inside_one_that_only_the_lower_layer_knows_answers_the_higher() {
    let fields = with("Escape hatch", Layer::Repository);
    let (record, _) = parse("## Escape hatch\n### Rollback plan\nrevert\n", &fields, &[]);
    assert_eq!(record.field(&FieldId::new("backout"), Layer::Organisation).state(), "present");
}

#[test]
fn a_heading_that_two_fields_claim_answers_both() {
    let spec = FieldSpec {
        id: FieldId::new("exit"),
        kind: FieldKind::Text,
        choices: Vec::new(),
        synonyms: Vec::new(),
        aliases: vec![("Rollback plan".to_owned(), Layer::Repository)],
        none: NoneAnswer::Accept,
        pattern: None,
        layer: Layer::Repository,
    };
    let fields = FieldSet::new(FieldSet::standard().iter().cloned().chain([spec]));
    let (record, _) = parse("## Rollback plan\nrevert\n", &fields, &[]);
    assert_eq!(record.field(&FieldId::new("backout"), Layer::BuiltIn).state(), "present");
    assert_eq!(record.field(&FieldId::new("exit"), Layer::Repository).state(), "present");
}

#[test]
fn without_policy_no_one_knows_the_heading() {
    assert!(read("## Escape hatch\nrevert\n").0.answers.is_empty());
}
