//! Diagnostics of an edited policy file as annotations on its lines.

use countersign_domain::decision::Decision;
use countersign_domain::diagnostic::{Diagnostic, Label, Origin, Placed, Severity, line_column};
use countersign_domain::layer::Layer;
use countersign_domain::plan::{Annotation, AnnotationLevel};

use super::escape::visible;
use super::limits;

/// The file that a pull request edits: its repository's own.
const FILE: Origin = Origin::Policy(Layer::Repository);

/// The annotations of a decision, errors first. None where the file is deleted: it has no lines.
pub fn annotations(decision: &Decision) -> Vec<Annotation> {
    let Some(edit) = decision.policy_edit.as_ref().filter(|edit| !edit.text.is_empty()) else {
        return Vec::new();
    };
    let mut diagnostics: Vec<&Diagnostic> = edit.diagnostics.iter().collect();
    diagnostics.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity));
    diagnostics
        .iter()
        .take(limits::ANNOTATIONS)
        .map(|diagnostic| annotation(diagnostic, &edit.path, &edit.text))
        .collect()
}

/// One diagnostic as an annotation of the file.
pub fn annotation(diagnostic: &Diagnostic, path: &str, text: &str) -> Annotation {
    let (start_line, end_line) = own_label(diagnostic).map_or((1, 1), |label| lines(label, text));
    let level = match diagnostic.severity {
        Severity::Error => AnnotationLevel::Failure,
        Severity::Warning => AnnotationLevel::Warning,
        Severity::Note => AnnotationLevel::Notice,
    };
    Annotation { path: path.to_owned(), start_line, end_line, level, message: message(diagnostic, text) }
}

/// A diagnostic of the file with its line.
pub(super) fn placed(diagnostic: &Diagnostic, text: &str) -> Placed {
    Placed::in_text(diagnostic.clone(), FILE, text)
}

/// A label may point into another layer's file; the line must be one of this file.
fn own_label(diagnostic: &Diagnostic) -> Option<&Label> {
    diagnostic.labels.iter().find(|label| label.origin == FILE)
}

fn lines(label: &Label, text: &str) -> (usize, usize) {
    let (start, _) = line_column(text, label.span.start);
    let last = label.span.end.saturating_sub(1).max(label.span.start);
    let (end, _) = line_column(text, last);
    (start, end.max(start))
}

/// Annotations are plain text to GitHub; lines of ours are kept, everything else stands on one.
fn message(diagnostic: &Diagnostic, text: &str) -> String {
    let mut message = visible(&diagnostic.message);
    for (place, label) in diagnostic.labels.iter().enumerate() {
        if label.text.is_empty() {
            continue;
        }
        let words = visible(&label.text);
        let at = if place == 0 || label.origin != FILE {
            String::new()
        } else {
            format!("line {}: ", line_column(text, label.span.start).0)
        };
        message.push_str(&format!("\n{at}{words}"));
    }
    if let Some(help) = &diagnostic.help {
        message.push_str(&format!("\nhelp: {}", visible(help)));
    }
    if let Some(fix) = &diagnostic.fix {
        message.push_str(&format!("\nwrite instead: {}", visible(fix)));
    }
    message.push_str(&format!("\n({})", diagnostic.code));
    let end = message.floor_char_boundary(limits::ANNOTATION.min(message.len()));
    message.truncate(end);
    message
}
