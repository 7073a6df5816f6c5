//! Diagnostics for programs: JSON whose keys stay what they are. What is added later has a key of its own.

use countersign_domain::diagnostic::{Diagnostic, Label, Severity, line_column};
use serde_json::{Value, json};

use super::terminal::SourceText;

/// A diagnostic with each of its places; the first place is the one to show.
///
/// Lines and columns count from 1, columns in characters; an end is the place after the last character. A place in a
/// text that is not among the sources is left out.
pub fn diagnostic(diagnostic: &Diagnostic, sources: &[SourceText<'_>]) -> Value {
    let places: Vec<Value> = diagnostic.labels.iter().filter_map(|label| place(label, sources)).collect();
    json!({
        "code": diagnostic.code,
        "severity": severity(diagnostic.severity),
        "message": diagnostic.message,
        "help": diagnostic.help,
        "fix": diagnostic.fix,
        "places": places,
    })
}

/// A severity's name.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn place(label: &Label, sources: &[SourceText<'_>]) -> Option<Value> {
    let source = sources.iter().find(|source| source.origin == label.origin)?;
    let point = |byte: usize| {
        let (line, column) = line_column(source.text, byte);
        json!({ "line": line, "column": column, "byte": byte })
    };
    Some(json!({
        "file": source.name,
        "start": point(label.span.start),
        "end": point(label.span.end.max(label.span.start)),
        "text": label.text,
    }))
}
