//! A pull request template that asks for fields of the change record: a heading for each, over a hint that is a comment
//! and so no answer.
//!
//! Absent: looks, and questions of other kinds than fields; people add what they like around it.

use std::collections::BTreeSet;

use countersign_domain::layer::Layer;
use countersign_domain::policy::{PolicySet, Requirement};
use countersign_domain::record::{FieldId, FieldKind, FieldSet, FieldSpec, parse};
use sha2::{Digest as _, Sha256};

use super::change_block::{hint, place};

/// A field to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The field.
    pub field: FieldId,
    /// The rules that ask for it where they apply; empty where every change has to answer.
    pub rules: BTreeSet<String>,
}

/// What policies ask of descriptions, in the order in which people tell it.
pub fn asked(policies: &PolicySet) -> Vec<Asked> {
    let mut all: Vec<Asked> = Vec::new();
    let mut ask = |field: &FieldId, rule: Option<&str>| {
        let known = all.iter_mut().find(|asked| asked.field == *field);
        match (known, rule) {
            (Some(known), Some(rule)) if !known.rules.is_empty() => _ = known.rules.insert(rule.to_owned()),
            (Some(_), Some(_)) => {}
            // A rule for every change may come after one for some.
            (Some(known), None) => known.rules.clear(),
            (None, rule) => {
                all.push(Asked { field: field.clone(), rules: rule.into_iter().map(str::to_owned).collect() });
            }
        }
    };
    for (_, policy) in policies.policies() {
        policy.required_fields.iter().for_each(|field| ask(field, None));
    }
    for rule in policies.policies().flat_map(|(_, policy)| &policy.rules) {
        // A rule without conditions speaks about every change.
        let name = if rule.when.0.is_empty() { None } else { Some(rule.id.as_str()) };
        for requirement in &rule.asks {
            if let Requirement::Fields(fields) = requirement {
                fields.iter().for_each(|field| ask(field, name));
            }
        }
    }
    all.sort_by_key(|asked| place(&asked.field));
    all
}

/// A block of the template for each field: what is added to a template that is there already.
pub fn block(asked: &[Asked], fields: &FieldSet) -> String {
    let sections: Vec<String> = asked
        .iter()
        .filter_map(|asked| fields.spec(&asked.field).map(|spec| (asked, spec)))
        .map(|(asked, spec)| format!("## {}\n\n<!-- {} -->\n", heading(spec, fields), guidance(asked, spec)))
        .collect();
    sections.join("\n")
}

/// A whole template, with a marker of its version, so that a decision shows which one a description was written in.
pub fn template(asked: &[Asked], fields: &FieldSet) -> String {
    let block = block(asked, fields);
    let version = hex::encode(&Sha256::digest(block.as_bytes())[..4]);
    format!("<!-- countersign-template: {version} -->\n\n{block}")
}

/// Words that lead to the field: its name, else the first of its aliases that does.
fn heading(spec: &FieldSpec, fields: &FieldSet) -> String {
    let words = spec.id.as_str().replace(['_', '-'], " ");
    let names = std::iter::once(words.as_str()).chain(spec.aliases.iter().map(|(alias, _)| alias.as_str()));
    let leads = |name: &&str| {
        let (record, _) = parse(&format!("## {name}\n"), fields, &[]);
        record.answers.len() == 1 && record.field(&spec.id, Layer::Repository).state() == "unfilled"
    };
    let name = names.clone().find(leads).unwrap_or(words.as_str());
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn guidance(asked: &Asked, spec: &FieldSpec) -> String {
    let choices = spec.choices.join(", ");
    let what = match (hint(&spec.id), spec.kind) {
        ("", FieldKind::Choice) => format!("one of: {choices}"),
        ("", FieldKind::ManyOf) if !choices.is_empty() => format!("any of: {choices}"),
        ("", FieldKind::YesNo) => "yes or no".to_owned(),
        ("", FieldKind::Instant) => "date, time and zone, such as 2026-11-24 19:00 Europe/London".to_owned(),
        ("", FieldKind::Window) => {
            "start and end, such as 2026-11-24 19:00 to 2026-11-24 21:00 Europe/London".to_owned()
        }
        ("", FieldKind::Duration) => "how long, such as 30m".to_owned(),
        ("", FieldKind::Link) => "an address".to_owned(),
        ("", FieldKind::Who) => "a person or a team".to_owned(),
        ("", _) => "your answer".to_owned(),
        (hint, _) => hint.to_owned(),
    };
    let rules: Vec<&str> = asked.rules.iter().map(String::as_str).collect();
    let only = if rules.is_empty() { String::new() } else { format!("; only where asked: {}", rules.join(", ")) };
    // What ends a comment would show the rest of it.
    format!("{what}{only}").replace("--", "- -").replace('>', "›")
}
