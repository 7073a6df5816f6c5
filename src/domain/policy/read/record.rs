//! `[record]`: the fields that every change request must have, and the fields and
//! aliases that a policy adds.

use super::context::{Context, Naming};
use super::cursor::{At, Table, Value};
use super::pattern::pattern;
use super::rule::sound_name;
use super::{redefined, who};
use crate::diagnostic::Severity;
use crate::policy::codes;
use crate::policy::fields;
use crate::policy::keys::{self, FIELD_KINDS};
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
        let only = |allowed: &[&str]| table.present().all(|key| allowed.contains(&key.name));
        let standard = cx.is_standard(name.value);
        let extends = cx.knows_above(Naming::Field, name.value)
            && (only(&["aliases"]) || (standard && only(&["aliases", "values"])));
        let own_aliases = aliases.of(table, &id);
        if extends {
            self.aliases.extend(own_aliases.into_iter().map(|alias| (id.clone(), alias)));
            let known = fields::standard().spec(&id).cloned();
            let words = known.map(|spec| synonyms(table, &spec.choices, &spec.synonyms)).unwrap_or_default();
            self.synonyms.extend(words.into_iter().map(|(word, choice)| (id.clone(), word, choice)));
            return;
        }
        redefined(cx, Naming::Field, name);
        if sound_name(cx, name).is_some() {
            let aliases = own_aliases.into_iter().map(|alias| (alias, cx.layer())).collect();
            self.fields.push(definition(table, id, aliases));
        }
    }
}

fn definition(table: &Table<'_>, id: FieldId, aliases: Vec<(String, crate::layer::Layer)>) -> FieldSpec {
    let kind = table.choice("kind").map_or(FieldKind::Text, |word| kind(word.value));
    let takes_choices = matches!(kind, FieldKind::Choice | FieldKind::ManyOf);
    let choices: Vec<String> =
        table.texts("choices").unwrap_or_default().into_iter().map(|c| c.value.to_owned()).collect();
    if takes_choices && !table.has("choices") {
        table.missing("choices");
    }
    for key in ["choices", "values"].into_iter().filter(|_| !takes_choices) {
        says_nothing(table, key, "a field of kind `choice` or `many-of`");
    }
    let takes_pattern = matches!(kind, FieldKind::Text | FieldKind::Ticket | FieldKind::Link);
    if !takes_pattern {
        says_nothing(table, "pattern", "a field of kind `text`, `ticket` or `link`");
    }
    let pattern = table.value("pattern").and_then(|value| pattern(&value)).map(|regex| regex.as_str().to_owned());
    let none = table.choice("none").map_or(NoneAnswer::Accept, |word| match word.value {
        "with-reason" => NoneAnswer::WithReason,
        "refuse" => NoneAnswer::Refuse,
        _ => NoneAnswer::Accept,
    });
    let synonyms = if takes_choices { synonyms(table, &choices, &[]) } else { Vec::new() };
    FieldSpec { id, kind, choices, synonyms, aliases, none, pattern, layer: table.cx.layer() }
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
    let mut read: Vec<(String, String)> = Vec::new();
    for (choice, words) in table.value("values").and_then(|value| value.words()).unwrap_or_default() {
        if !choices.iter().any(|known| known == choice.value) {
            let message = format!("`{}` is no choice of this field", choice.value);
            let problem = cx.error(codes::BAD_VALUE, message, choice.span.clone());
            cx.report(problem.help(format!("one of {}", super::hints::listed(choices))));
        }
        if !words.raw().is_array() {
            words.mistyped_for("lists of words, as in `low = [\"class a\"]`");
            continue;
        }
        for word in words.texts().unwrap_or_default() {
            let folded = fold(word.value);
            let taken = choices.iter().map(|known| (known, known)).chain(known.iter().map(|(word, to)| (word, to)));
            let mut taken = taken.chain(read.iter().map(|(word, to)| (word, to)));
            match taken.find(|(taken, to)| fold(taken) == folded && *to != choice.value) {
                Some((_, to)) => {
                    let message = format!("`{}` means `{to}` already", word.value);
                    cx.problem(codes::ALIAS_CLASH, message, word.span.clone());
                }
                None => read.push((word.value.to_owned(), choice.value.to_owned())),
            }
        }
    }
    read
}

/// The aliases of this file so far, to refuse one that leads to two fields.
#[derive(Default)]
struct Aliases(Vec<(String, FieldId)>);

impl Aliases {
    fn of(&mut self, table: &Table<'_>, id: &FieldId) -> Vec<String> {
        let cx = table.cx;
        let mut read = Vec::new();
        for alias in table.texts("aliases").unwrap_or_default() {
            let folded = fold(alias.value);
            let own = self.0.iter().find(|(known, _)| *known == folded).map(|(_, field)| field.clone());
            match own.or_else(|| alias_above(cx, &folded)).filter(|field| field != id) {
                Some(field) => clash(cx, &alias, &field),
                None => self.0.push((folded, id.clone())),
            }
            read.push(alias.value.to_owned());
        }
        read
    }
}

fn clash(cx: &Context<'_>, alias: &At<&str>, field: &FieldId) {
    let message = format!("`{}` leads to the field `{field}` already", alias.value);
    let mut problem = cx.error(codes::ALIAS_CLASH, message, alias.span.clone());
    if cx.around.was_valid {
        problem.severity = Severity::Warning;
    }
    cx.report(problem.help("an answer under it could be either; use another heading"));
}

/// The field that an alias means by itself or above.
fn alias_above(cx: &Context<'_>, folded: &str) -> Option<FieldId> {
    let standard = fields::standard();
    let specs = standard.iter().chain(cx.around.upper.iter().flat_map(|upper| upper.policy.fields.iter()));
    let mut specs = specs.filter(|spec| {
        let mut words = spec.aliases.iter().map(|(alias, _)| alias.as_str()).chain([spec.id.as_str()]);
        words.any(|word| fold(word) == folded)
    });
    let added = || {
        let mut aliases = cx.around.upper.iter().flat_map(|upper| upper.policy.aliases.iter());
        aliases.find(|(_, alias)| fold(alias) == folded).map(|(id, _)| id.clone())
    };
    specs.next().map(|spec| spec.id.clone()).or_else(added)
}

/// Case and the width of a gap do not tell two headings apart.
fn fold(text: &str) -> String {
    text.replace('_', " ").split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn kind(word: &str) -> FieldKind {
    debug_assert!(FIELD_KINDS.contains(&word) && keys::find("record.fields", "kind").is_some());
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
