//! Writes cases: expected texts as they read now, and a case of a change that was seen.

use std::ops::Range;

use countersign_domain::decision::{Decision, State};
use serde_json::{Map, Value, json};

use super::VERSION;

/// The file with other texts at these places, which are those of the texts before; all else stays as it is written.
pub fn with_texts(file: &str, texts: &[(Range<usize>, String)]) -> String {
    let mut texts: Vec<_> = texts.iter().collect();
    texts.sort_by_key(|(place, _)| place.start);
    let mut written = file.to_owned();
    // From the end, so that the places before stay true.
    for (place, text) in texts.into_iter().rev() {
        written.replace_range(place.clone(), &literal(text));
    }
    written
}

/// A text in TOML: as it is where that can be, on lines of its own.
fn literal(text: &str) -> String {
    let plain = text.chars().all(|char| char == '\n' || char == '\t' || !char.is_control());
    if plain && !text.contains("'''") && !text.ends_with('\'') {
        return format!("'''\n{text}'''");
    }
    toml::Value::from(text).to_string()
}

/// A change that was seen as a case, to be put at the end of `before`: everything known of it, and what it came to.
///
/// `facts` are those of a facts file. Nothing is filled in when it is read again (`bare`), so that it stays that change.
pub fn saved(before: &str, name: &str, facts: &Map<String, Value>, decision: &Decision) -> String {
    let mut rules = Map::new();
    for rule in &decision.rules {
        for ask in rule.asks.iter().filter(|ask| ask.state != State::NotApplicable) {
            let id = format!("{}/{}.{}", rule.layer.name(), rule.id, ask.key);
            rules.insert(id, ask.state.name().into());
        }
    }
    let mut case = facts.clone();
    case.retain(|key, _| key != "version");
    // What depends on the time is decided for the same instant ever after.
    case.insert("as_of".to_owned(), decision.as_of.to_string().into());
    case.insert("name".to_owned(), name.into());
    case.insert("bare".to_owned(), true.into());
    case.insert("expect".to_owned(), json!({ "outcome": decision.outcome.name(), "rules": rules }));
    let cases =
        toml(&json!({ "case": [case] })).and_then(|case| toml::to_string_pretty(&case).ok()).unwrap_or_default();
    let before = if before.trim().is_empty() { format!("version = {VERSION}\n") } else { before.to_owned() };
    format!("{}\n\n{cases}", before.trim_end())
}

/// A value of JSON as TOML, which knows no `null`.
pub(super) fn toml(value: &Value) -> Option<toml::Value> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64()?.into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(members) => toml::Value::Array(members.iter().filter_map(toml).collect()),
        Value::Object(members) => {
            let members = members.iter().filter_map(|(key, value)| Some((key.clone(), toml(value)?)));
            toml::Value::Table(members.collect())
        }
    })
}
