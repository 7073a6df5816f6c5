//! Diagnostics and answers for a terminal: the first with their lines underlined,
//! the second as the people on GitHub see them.
//!
//! No escape sequence of anybody else's reaches the terminal.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use countersign_domain::diagnostic::{Diagnostic, Label, Origin, Severity};
use countersign_domain::plan::{AnnotationLevel, Answer, Comment, Run, RunStatus};

use super::escape::visible;
use super::readable::readable;

/// A text that diagnostics point into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText<'a> {
    /// Which one it is.
    pub origin: Origin,
    /// What it is called, such as `.github/countersign.toml`.
    pub name: &'a str,
    /// The text.
    pub text: &'a str,
}

/// A diagnostic with its lines underlined; without them where its text is not among the sources.
pub fn diagnostic(diagnostic: &Diagnostic, sources: &[SourceText<'_>], colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(visible(&diagnostic.message)).id(diagnostic.code));
    for source in in_order(diagnostic, sources) {
        let labels = diagnostic.labels.iter().enumerate().filter(|(_, label)| label.origin == source.origin);
        let marks = labels.map(|(place, label)| mark(place, label, source.text));
        group = group.element(Snippet::source(source.text).path(visible(source.name)).annotations(marks));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    if let Some(fix) = fix_to_say(diagnostic) {
        group = group.element(Level::HELP.message(format!("write `{}`", visible(fix))));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    format!("{}\n", harmless(&renderer.render(&[group])))
}

/// The text to paste, unless the help names it already.
pub(super) fn fix_to_say(diagnostic: &Diagnostic) -> Option<&str> {
    let fix = diagnostic.fix.as_deref()?;
    let said = diagnostic.help.as_ref().is_some_and(|help| help.contains(&format!("`{fix}`")));
    (!said).then_some(fix)
}

/// The renderer replaces most control characters of a source, but not those from U+0080, which terminals obey too.
///
/// The escape character itself is the renderer's own by now: it starts its colours.
fn harmless(rendered: &str) -> String {
    let mut out = String::with_capacity(rendered.len());
    for char in rendered.chars() {
        match char {
            '\n' | '\u{1b}' => out.push(char),
            ' '..='~' => out.push(char),
            _ => out.push_str(&visible(char.encode_utf8(&mut [0; 4]))),
        }
    }
    out
}

/// The sources that the labels point into, the first label's first.
fn in_order<'a, 'b>(diagnostic: &Diagnostic, sources: &'a [SourceText<'b>]) -> Vec<&'a SourceText<'b>> {
    let mut found: Vec<&SourceText<'_>> = Vec::new();
    for label in &diagnostic.labels {
        if let Some(source) = sources.iter().find(|source| source.origin == label.origin)
            && !found.contains(&source)
        {
            found.push(source);
        }
    }
    found
}

fn mark(place: usize, label: &Label, text: &str) -> annotate_snippets::Annotation<'static> {
    let start = text.floor_char_boundary(label.span.start.min(text.len()));
    let end = text.ceil_char_boundary(label.span.end.min(text.len())).max(start);
    let kind = if place == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
    let mark = kind.span(start..end);
    if label.text.is_empty() { mark } else { mark.label(visible(&label.text)) }
}

/// A summary or a comment of ours, or a part of one, as plain text: lines wrapped, tables laid out.
pub fn markdown(text: &str) -> String {
    readable(text)
}

/// What everybody sees of an answer, as plain text.
pub fn answer(answer: &Answer) -> String {
    let run = answer.run.as_ref().map_or_else(|| "no check run\n".to_owned(), run);
    let comment = match &answer.comment {
        Comment::Show(body) => format!("comment\n\n{}", indented(&readable(body))),
        Comment::Fold(body) => format!("comment, only where there is one\n\n{}", indented(&readable(body))),
        Comment::Leave => "no comment\n".to_owned(),
    };
    format!("{run}\n{comment}")
}

fn run(run: &Run) -> String {
    let status = match run.status {
        RunStatus::InProgress => "in progress",
        RunStatus::Success => "success",
        RunStatus::Failure => "failure",
        RunStatus::ActionRequired => "action required",
        RunStatus::Neutral => "neutral",
    };
    let mut text = format!("check {} on {}: {status}\n", visible(&run.name), run.head.short());
    text.push_str(&format!("{}\n\n{}", visible(&run.title), indented(&readable(&run.summary))));
    for remark in &run.annotations {
        let level = match remark.level {
            AnnotationLevel::Notice => "note",
            AnnotationLevel::Warning => "warning",
            AnnotationLevel::Failure => "error",
        };
        let message: Vec<String> = remark.message.lines().map(visible).collect();
        let place = format!("{}:{}", visible(&remark.path), remark.start_line);
        text.push_str(&format!("\n{place}: {level}: {}\n", message.join("\n    ")));
    }
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }).collect()
}
