//! Diagnostics as SARIF 2.1.0, the OASIS format that GitHub's code scanning and editors take.
//!
//! Only what they read is written: the tool with its rules, and per result rule, level, message and places. Columns
//! count characters, as `columnKind` says, and an end column is the one after the last character, as SARIF has it.

use countersign_domain::diagnostic::{Diagnostic, Label, line_column};
use serde_json::{Value, json};

use super::json::severity;
use super::terminal::{SourceText, fix_to_say};

/// The schema that the log follows.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A whole log: `rules` are codes with their meanings, `results` diagnostics with the texts they point into.
pub fn log(rules: &[(&str, &str)], results: &[(&Diagnostic, &[SourceText<'_>])]) -> Value {
    let described: Vec<Value> =
        rules.iter().map(|(code, meaning)| json!({ "id": code, "shortDescription": { "text": meaning } })).collect();
    let results: Vec<Value> = results.iter().map(|(diagnostic, sources)| result(rules, diagnostic, sources)).collect();
    let driver = json!({ "name": "countersign", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": described });
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results }],
    })
}

fn result(rules: &[(&str, &str)], diagnostic: &Diagnostic, sources: &[SourceText<'_>]) -> Value {
    let mut text = diagnostic.message.clone();
    let help = diagnostic.help.iter().map(|help| format!("help: {help}"));
    let fix = fix_to_say(diagnostic).into_iter().map(|fix| format!("write instead: {fix}"));
    help.chain(fix).for_each(|line| text.push_str(&format!("\n{line}")));
    let mut places = diagnostic.labels.iter().filter_map(|label| place(label, sources));
    let mut result = json!({
        "ruleId": diagnostic.code,
        "level": severity(diagnostic.severity),
        "message": { "text": text },
        "locations": places.next().into_iter().collect::<Vec<_>>(),
    });
    if let Some(index) = rules.iter().position(|(code, _)| *code == diagnostic.code) {
        result["ruleIndex"] = json!(index);
    }
    let related: Vec<Value> = places.collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    result
}

fn place(label: &Label, sources: &[SourceText<'_>]) -> Option<Value> {
    let source = sources.iter().find(|source| source.origin == label.origin)?;
    let (start_line, start_column) = line_column(source.text, label.span.start);
    let (end_line, end_column) = line_column(source.text, label.span.end.max(label.span.start));
    let mut place = json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(source.name) },
        "region": {
            "startLine": start_line, "startColumn": start_column, "endLine": end_line, "endColumn": end_column,
        },
    }});
    if !label.text.is_empty() {
        place["message"] = json!({ "text": label.text });
    }
    Some(place)
}

/// A path as a URI reference: relative to the repository's root where it is relative.
fn uri(path: &str) -> String {
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
