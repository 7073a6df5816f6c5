//! The change that a case starts from: one file, by `author`, approved by `reviewer`, with every question answered.
//!
//! It is as good as a change can be, so that a case shows by what it says alone why something is asked. Answers that
//! could matter to when a change may go in, such as a planned window, are not given.

use serde_json::{Map, Value, json};

/// What a case says in the words of a facts file, unless it says otherwise.
pub(super) fn facts() -> Map<String, Value> {
    let facts = json!({
        "author": "author",
        "files": ["src/main.rs"],
        "reviews": ["reviewer"],
        "checks": [{ "name": "build", "required": true }],
    });
    match facts {
        Value::Object(facts) => facts,
        _ => Map::new(),
    }
}

/// What its description answers, unless the case answers otherwise.
const ANSWERS: [(&str, &str); 11] = [
    ("summary", "Retry a payment once when the bank does not answer"),
    ("reason", "Customers see errors that a second attempt would not give"),
    ("risk", "low"),
    ("impact", "Nobody notices but those whose payment would have failed"),
    ("security_impact", "Nothing that is kept or shown changes"),
    ("test_plan", "A test with a bank that answers the second time only"),
    ("backout", "Revert the commit and deploy; takes ten minutes"),
    ("communication", "The payments channel is told"),
    ("monitoring", "The rate of failed payments, for an hour"),
    ("implementer", "@author"),
    ("ticket", "CHG-1"),
];

/// The description: the answers that a case gives over those of the plain change; an empty text leaves one out.
pub(super) fn description(record: &Map<String, Value>) -> String {
    let mut answers: toml::Table =
        ANSWERS.iter().map(|(field, answer)| ((*field).to_owned(), (*answer).into())).collect();
    for (field, answer) in record {
        match super::write::toml(answer) {
            Some(toml::Value::String(text)) if text.is_empty() => drop(answers.remove(field)),
            Some(answer) => drop(answers.insert(field.clone(), answer)),
            None => {}
        }
    }
    let block = toml::to_string(&answers).unwrap_or_default();
    // An answer may hold a fence of its own; the block's has to be longer.
    let longest = block.split(|char| char != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}change\n{block}{fence}\n")
}
