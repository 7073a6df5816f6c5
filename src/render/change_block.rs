//! The block that an author can paste into a description: the canonical form of
//! RECORD.md, with a line for each field that is asked for and not there.

use std::iter::{once, repeat};

use countersign_domain::decision::Decision;
use countersign_domain::record::{Content, FieldId, change_block};

use super::escape::visible;
use super::limits::Section;

/// What a standard field wants to know, shown behind its line.
pub(super) const HINTS: [(&str, &str); 17] = [
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
    ("reversible", "yes or no"),
    ("communication", "who needs to know"),
    ("window", "start and end, such as 2026-11-24 19:00 to 2026-11-24 21:00 Europe/London"),
    ("implementer", "who carries it out"),
    ("monitoring", "what shows that it works"),
    ("ticket", "such as CHG0012345"),
    ("depends_on", "what must be there before"),
];

/// What the author can paste, after these words; empty where nothing is missing that a block could add.
pub(super) fn section(decision: &Decision, first: &str) -> Section {
    let Some(block) = missing(decision) else { return Section::default() };
    let words =
        format!("{first} Paste this into the description and fill it in, or answer under headings of your own:");
    Section::block("block to paste", [words.trim_start().to_owned(), String::new(), shown(&block)])
}

/// The fenced block for what is missing; `None` where nothing is that a block could add.
///
/// A field that is answered twice or cannot be told is left out: one more answer beside it would only make a conflict.
pub fn missing(decision: &Decision) -> Option<String> {
    let mut missing: Vec<(FieldId, Content)> = decision
        .record
        .iter()
        .filter(|field| field.required && matches!(field.state, "absent" | "unfilled"))
        .map(|field| (field.field.clone(), Content::Unfilled))
        .collect();
    if missing.is_empty() {
        return None;
    }
    missing.sort_by_key(|(field, _)| place(field));
    let block = change_block(&missing);
    let lines: Vec<String> = block.lines().map(visible).collect();
    let width = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    // The first line is the fence; then each field has a line.
    let hints = once("").chain(missing.iter().map(|(field, _)| hint(field))).chain(repeat(""));
    let lines = lines.iter().zip(hints).map(|(line, hint)| match hint {
        "" => line.clone(),
        hint => format!("{line:width$}  # {hint}"),
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// The block as Markdown that shows it with its fences: without them it would be no answer, and whoever copies what a
/// code block shows copies them too.
pub fn shown(block: &str) -> String {
    let ticks = block.len() - block.trim_start_matches('`').len();
    let fence = "`".repeat(ticks + 1);
    format!("{fence}text\n{block}\n{fence}")
}

/// Where a field stands among the others: in the order in which people tell it, the policy's own fields last.
pub(super) fn place(field: &FieldId) -> usize {
    HINTS.iter().position(|(name, _)| *name == field.as_str()).unwrap_or(HINTS.len())
}

pub(super) fn hint(field: &FieldId) -> &'static str {
    HINTS.iter().find(|(name, _)| *name == field.as_str()).map_or("", |(_, hint)| hint)
}
