//! The block that an author can paste into a description: the canonical form of
//! RECORD.md, with a line for each field that is asked for and not there.

use countersign_domain::decision::{Decision, FieldReport};

use super::escape::{longest_run, visible};

/// What a standard field wants to know, shown behind its line.
const HINTS: [(&str, &str); 16] = [
    ("summary", "what changes"),
    ("reason", "why it is needed"),
    ("type", "normal, standard or emergency"),
    ("risk", "low, medium, high or critical"),
    ("impact", "who notices, and what"),
    ("security_impact", "what it means for security; None is an answer"),
    ("services", "which services it touches"),
    ("environments", "where it goes, such as staging, production"),
    ("test_plan", "how it was tested, and what came out"),
    ("backout", "how to take it back"),
    ("communication", "who needs to know"),
    ("window", "start and end, such as 2026-11-24 19:00 to 2026-11-24 21:00 Europe/London"),
    ("implementer", "who carries it out"),
    ("monitoring", "what shows that it works"),
    ("ticket", "such as CHG0012345"),
    ("depends_on", "what must be there before"),
];

/// The fenced block for what is missing; `None` where nothing is that a block could add.
///
/// A field that is answered twice or cannot be told is left out: one more answer beside it would only make a conflict.
pub fn missing(decision: &Decision) -> Option<String> {
    let missing: Vec<&FieldReport> =
        decision.record.iter().filter(|field| field.required && matches!(field.state, "absent" | "unfilled")).collect();
    if missing.is_empty() {
        return None;
    }
    let lines: Vec<(String, &str)> = missing.iter().map(|field| line(field.field.as_str())).collect();
    let width = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
    let body: String = lines
        .iter()
        .map(|(line, hint)| match *hint {
            "" => format!("{line}\n"),
            hint => format!("{line:width$}  # {hint}\n"),
        })
        .collect();
    let fence = "`".repeat(longest_run(&body, '`').max(2) + 1);
    Some(format!("{fence}change\n{body}{fence}"))
}

fn line(field: &str) -> (String, &'static str) {
    let hint = HINTS.iter().find(|(name, _)| *name == field).map_or("", |(_, hint)| hint);
    (format!("{} = \"\"", key(field)), hint)
}

/// A TOML key: bare where it may be, else quoted.
fn key(field: &str) -> String {
    let field = visible(field);
    let bare = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    if !field.is_empty() && field.chars().all(bare) {
        return field;
    }
    format!("\"{}\"", field.replace('\\', "\\\\").replace('"', "\\\""))
}
