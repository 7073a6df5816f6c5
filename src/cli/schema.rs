//! `countersign schema`: the policy language as a JSON Schema, for editors.
//!
//! Made from the one table of keys, and never narrower than the reader: what needs names, other keys or a whole file to
//! be judged is left to `countersign check`.

use std::process::ExitCode;

use clap::Args;
use countersign_domain::policy::{Key, Kind, keys};
use serde_json::{Map, Value, json};

use super::output::{Answered, print_json};

/// Where the schema has its tables.
const TABLES: &str = "#/definitions/";

#[derive(Debug, Args)]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run(self) -> Answered {
        print_json(&schema())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The schema of a policy file, as draft 7, which editors' TOML plug-ins read.
fn schema() -> Value {
    let mut names: Vec<&str> = keys().iter().map(|key| key.table).filter(|table| !table.is_empty()).collect();
    names.dedup();
    let definitions: Map<String, Value> = names.into_iter().map(|name| (name.to_owned(), table(name))).collect();
    let mut file = table("");
    file["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    file["title"] = json!("countersign policy, version 1");
    file["definitions"] = Value::Object(definitions);
    file
}

/// A table: its keys and no others.
fn table(name: &str) -> Value {
    let own = || keys().iter().filter(|key| key.table == name);
    let properties: Map<String, Value> = own().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = own().filter(|key| key.is_required()).map(|key| key.name).collect();
    let mut table = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    match name {
        // A table of conditions without conditions is a mistake.
        "when" | "when.field" | "at" => table["minProperties"] = json!(1),
        "approvals" => {
            table["oneOf"] = json!([{ "required": ["from", "count"] }, { "required": ["any"], "maxProperties": 1 }]);
        }
        "rule.checks" => {
            table["oneOf"] = json!([{ "required": ["name"] }, { "required": ["required"], "maxProperties": 1 }]);
        }
        _ => {}
    }
    table
}

/// A key: what it takes, what it is, what it is when left out, and a value that it takes.
fn property(key: &Key) -> Value {
    let mut property = takes(key);
    let Some(about) = key.about() else { return property };
    property["description"] = json!(described(about.meaning, about.default));
    if let Some(default) = default_of(key, about.default) {
        property["default"] = default;
    }
    if let Some(example) = value(about.example) {
        property["examples"] = json!([example]);
    }
    property
}

fn described(meaning: &str, default: &str) -> String {
    match default {
        "" | "required" => meaning.to_owned(),
        default => format!("{meaning}\n\ndefault: {default}"),
    }
}

/// The default as a value, where it is one rather than a sentence.
fn default_of(key: &Key, default: &str) -> Option<Value> {
    let text = default.strip_prefix('`')?.strip_suffix('`').filter(|text| !text.contains('`'))?;
    match key.kind {
        Kind::Choice(words) => words.contains(&text).then(|| json!(text)),
        Kind::Text | Kind::Duration => Some(json!(text)),
        _ => value(text),
    }
}

/// A value as TOML writes it.
fn value(text: &str) -> Option<Value> {
    let table: toml::Table = format!("value = {text}").parse().ok()?;
    serde_json::to_value(table.get("value")?).ok()
}

fn takes(key: &Key) -> Value {
    let opened = key.opens.map(|table| json!({ "$ref": format!("{TABLES}{table}") })).unwrap_or(json!({}));
    match key.kind {
        // Several times of the week are a list.
        Kind::Table if key.name == "at" => list(key, &opened),
        Kind::Table => json!({ "type": "object", "allOf": [opened] }),
        // A model that asks for nobody says so with an empty list.
        Kind::Tables if key.table == "model" => json!({ "type": "array", "items": opened }),
        Kind::Tables => list(key, &opened),
        Kind::Named => json!({ "type": "object", "additionalProperties": opened }),
        Kind::TextsOrTables => list(key, &json!({ "anyOf": [{ "type": "string", "minLength": 1 }, opened] })),
        Kind::Words => words(key, &opened),
        Kind::Choice(words) => json!({ "type": "string", "enum": words }),
        Kind::Choices(words) => list(key, &json!({ "type": "string", "enum": words })),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Number => number(key),
        Kind::Texts | Kind::Globs | Kind::BranchGlobs | Kind::Names | Kind::Logins => list(key, &text(".")),
        Kind::Teams => list(key, &text(r"^[^/\s]+/[^/\s]+$")),
        Kind::Who => text(WHO),
        Kind::WhoList => list(key, &text(WHO)),
        Kind::Duration => text(r"^[0-9]+([mhdw]|\s*business days?)$"),
        Kind::Date => text(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?$"),
        Kind::Days => days(),
        Kind::Hours => text(r"^\s*[0-9]{2}:[0-9]{2}\s*-\s*[0-9]{2}:[0-9]{2}\s*$"),
        Kind::Recurrence => text("FREQ="),
        Kind::Comparison => text(r"^\s*(<=?|>=?|==?|!=)\s*[0-9]+\s*$"),
        Kind::LevelComparison => text(r"^\s*(<=?|>=?|==?|!=)\s*(low|medium|high|critical)\s*$"),
        Kind::Text | Kind::Pattern | Kind::Zone | Kind::Expression => text("."),
    }
}

/// An authority's name, a team or a login.
const WHO: &str = r"^(team:[^/\s]+/[^/\s]+|user:[^\s:]+|[A-Za-z0-9._-]+)$";

fn text(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// `Mon-Fri, Sun`.
fn days() -> Value {
    let range = r"\s*(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s*(-\s*(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s*)?";
    text(&format!("^{range}(,{range})*$"))
}

/// A list; a condition also takes a single member.
fn list(key: &Key, member: &Value) -> Value {
    let list = json!({ "type": "array", "minItems": 1, "items": member });
    let single = matches!(key.table, "when" | "when.field");
    if single && key.kind != Kind::Tables { json!({ "anyOf": [member, list] }) } else { list }
}

/// Tables whose keys are the admin's own words.
fn words(key: &Key, opened: &Value) -> Value {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let value = match (key.table, key.name) {
        ("check", _) => json!({ "type": "string", "minLength": 1 }),
        ("record.fields", _) => texts,
        ("when", "field") => json!({ "anyOf": [{ "type": "string" }, texts, opened] }),
        _ => json!({ "anyOf": [{ "type": "string" }, texts] }),
    };
    json!({ "type": "object", "additionalProperties": value })
}

/// The numbers that a key takes; the widest that the reader takes where it says nothing narrower.
fn number(key: &Key) -> Value {
    let (low, high) = match (key.table, key.name) {
        ("", "version") => (1, 1),
        ("services", "tier") => (0, 1_000),
        ("model", _) => (1, 1_000),
        _ => (1, 100),
    };
    json!({ "type": "integer", "minimum": low, "maximum": high })
}
