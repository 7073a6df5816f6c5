//! `[record]`: the fields that every change request must have, and the fields and
//! aliases that a policy adds.

use std::collections::BTreeMap;

use super::context::{Context, Naming};
use super::cursor::{At, Table, Value};
use super::pattern::pattern;
use super::rule::sound_name;
use super::{redefined, who};
use crate::layer::Layer;
use crate::policy::{codes, fields};
use crate::record::fold::{fold, label_key};
use crate::record::{FieldId, FieldKind, FieldSpec, NoneAnswer};

/// What `[record]` says.
#[derive(Default)]
pub(super) struct Record {
    pub(super) required: Vec<FieldId>,
    pub(super) fields: Vec<FieldSpec>,
    pub(super) aliases: Vec<(FieldId, String)>,
    pub(super) synonyms: Vec<(FieldId, String, String)>,
}

/// Reads `[record]`.
pub(super) fn record(value: &Value<'_>) -> Record {
    let mut record = Record::default();
    let Some(table) = value.table("record") else { return record };
    if let Some(value) = table.value("required") {
        let members = value.list().unwrap_or_default();
        record.required = who::names(&value, &members, Naming::Field).into_iter().map(FieldId::new).collect();
    }
    let words = table.value("fields").and_then(|fields| fields.words()).unwrap_or_default();
    let mut aliases = Aliases::default();
    for (name, value) in words {
        if let Some(table) = value.table("record.fields") {
            record.field(&table, &name, &mut aliases);
        }
    }
    record
}

impl Record {
    fn field(&mut self, table: &Table<'_>, name: &At<&str>, aliases: &mut Aliases) {
        let cx = table.cx;
        let id = FieldId::new(name.value);
        let standard = fields::standard().spec(&id);
        let only = |allowed: &[&str]| table.present().all(|key| allowed.contains(&key.name));
        let extends = cx.knows_above(Naming::Field, name.value)
            && (only(&["aliases"]) || (standard.is_some() && only(&["aliases", "values"])));
        let own_aliases = aliases.of(table, &id);
        if extends {
            self.aliases.extend(own_aliases.into_iter().map(|alias| (id.clone(), alias)));
            let words = standard.map(|spec| synonyms(table, &spec.choices, &spec.synonyms)).unwrap_or_default();
            self.synonyms.extend(words.into_iter().map(|(word, choice)| (id.clone(), word, choice)));
            return;
        }
        let refined = standard.filter(|standard| may_refine(table, standard));
        if refined.is_none() {
            redefined(cx, Naming::Field, name);
        }
        if sound_name(cx, name).is_some() {
            let own_aliases = own_aliases.into_iter().map(|alias| (alias, cx.layer())).collect();
            self.fields.push(definition(table, id, own_aliases, refined));
        }
    }
}

/// Whether a file may say more of a standard field: where no layer above relies on it as it is.
///
/// The choices of `type` and `risk`, and the kinds that countersign itself reads, stay.
fn may_refine(table: &Table<'_>, standard: &FieldSpec) -> bool {
    let free = matches!(standard.kind, FieldKind::Text | FieldKind::ManyOf) && standard.choices.is_empty();
    table.cx.around.upper.is_empty() && (free || !(table.has("kind") || table.has("choices")))
}

/// A field as the file defines it; `refined` is the standard field of which it says more.
fn definition(
    table: &Table<'_>,
    id: FieldId,
    mut aliases: Vec<(String, Layer)>,
    refined: Option<&FieldSpec>,
) -> FieldSpec {
    let written = table.choice("kind").map(|word| kind(word.value));
    let kind = written.or(refined.map(|spec| spec.kind)).unwrap_or(FieldKind::Text);
    let takes_choices = matches!(kind, FieldKind::Choice | FieldKind::ManyOf);
    let texts = |key: &str| table.texts(key).map(|texts| texts.iter().map(|text| text.value.to_owned()).collect());
    let choices: Vec<String> = texts("choices").or(refined.map(|spec| spec.choices.clone())).unwrap_or_default();
    if takes_choices && !table.has("choices") && written.is_some() {
        table.missing("choices");
    }
    for key in ["choices", "values"].into_iter().filter(|_| !takes_choices) {
        says_nothing(table, key, "a field of kind `choice` or `many-of`");
    }
    if !matches!(kind, FieldKind::Text | FieldKind::Ticket | FieldKind::Link) {
        says_nothing(table, "pattern", "a field of kind `text`, `ticket` or `link`");
    }
    let pattern = table.value("pattern").and_then(|value| pattern(&value)).map(|regex| regex.as_str().to_owned());
    let none = table.choice("none").map_or(NoneAnswer::Accept, |word| match word.value {
        "with-reason" => NoneAnswer::WithReason,
        "refuse" => NoneAnswer::Refuse,
        _ => NoneAnswer::Accept,
    });
    let mut synonyms_known = refined.map(|spec| spec.synonyms.clone()).unwrap_or_default();
    if takes_choices {
        let own = synonyms(table, &choices, &synonyms_known);
        synonyms_known.extend(own);
    }
    aliases.extend(refined.into_iter().flat_map(|spec| spec.aliases.iter().cloned()));
    let layer = refined.map_or(table.cx.layer(), |spec| spec.layer);
    FieldSpec { id, kind, choices, synonyms: synonyms_known, aliases, none, pattern, layer }
}

fn says_nothing(table: &Table<'_>, key: &str, where_it_does: &str) {
    if let Some(span) = table.key_span(key) {
        let problem =
            table.cx.error(codes::SAYS_NOTHING, format!("`{key}` says nothing for a field of this kind"), span);
        table.cx.report(problem.help(format!("it belongs to {where_it_does}")));
    }
}

/// Other words for choices; a word that leads elsewhere already is refused, so that no answer changes its meaning.
fn synonyms(table: &Table<'_>, choices: &[String], known: &[(String, String)]) -> Vec<(String, String)> {
    let cx = table.cx;
    let mut taken: BTreeMap<String, String> = choices.iter().map(|choice| (fold(choice), choice.clone())).collect();
    taken.extend(known.iter().map(|(word, to)| (fold(word), to.clone())));
    let mut read = Vec::new();
    for (choice, words) in table.value("values").and_then(|value| value.words()).unwrap_or_default() {
        if taken.get(&fold(choice.value)).is_none_or(|known| known != choice.value) {
            let message = format!("`{}` is no choice of this field", choice.value);
            let problem = cx.error(codes::BAD_VALUE, message, choice.span.clone());
            cx.report(problem.help(format!("one of {}", super::hints::listed(choices))));
        }
        if !words.raw().is_array() {
            words.mistyped_for("lists of words, as in `low = [\"class a\"]`");
            continue;
        }
        for word in words.texts().unwrap_or_default() {
            let to = taken.entry(fold(word.value)).or_insert_with(|| choice.value.to_owned());
            if to != choice.value {
                cx.problem(codes::ALIAS_CLASH, format!("`{}` means `{to}` already", word.value), word.span.clone());
            }
            read.push((word.value.to_owned(), choice.value.to_owned()));
        }
    }
    read
}

/// The aliases of this file so far, to point out one that leads to two fields.
#[derive(Default)]
struct Aliases(BTreeMap<String, FieldId>);

impl Aliases {
    fn of(&mut self, table: &Table<'_>, id: &FieldId) -> Vec<String> {
        let cx = table.cx;
        let mut read = Vec::new();
        for alias in table.texts("aliases").unwrap_or_default() {
            let key = label_key(alias.value);
            if key.is_empty() {
                let message = format!("`{}` leads to no heading", alias.value);
                cx.problem(codes::BAD_VALUE, message, alias.span.clone());
            }
            let own = self.0.get(&key).cloned();
            match own.or_else(|| alias_above(cx, &key)).filter(|field| field != id) {
                Some(field) => {
                    let message = format!("`{}` leads to the field `{field}` already", alias.value);
                    let problem = cx.warning(codes::ALIAS_CLASH, message, alias.span.clone());
                    cx.report(
                        problem.help("an answer under it counts for both; use another heading to keep them apart"),
                    );
                }
                None => _ = self.0.insert(key, id.clone()),
            }
            read.push(alias.value.to_owned());
        }
        read
    }
}

/// The field that an alias leads to by itself or above.
fn alias_above(cx: &Context<'_>, key: &str) -> Option<FieldId> {
    fields::standard_heading(key).or_else(|| cx.heading_above(key)).cloned()
}

fn kind(word: &str) -> FieldKind {
    match word {
        "choice" => FieldKind::Choice,
        "many-of" => FieldKind::ManyOf,
        "yes-no" => FieldKind::YesNo,
        "who" => FieldKind::Who,
        "instant" => FieldKind::Instant,
        "window" => FieldKind::Window,
        "duration" => FieldKind::Duration,
        "link" => FieldKind::Link,
        "ticket" => FieldKind::Ticket,
        _ => FieldKind::Text,
    }
}
