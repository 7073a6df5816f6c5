//! What is wrong with something a person wrote, and where.
//!
//! A diagnostic is data: `render` in the shell turns it into terminal text,
//! check-run annotations or Markdown. There is no `Result` here on purpose: a
//! reader reports every problem and still returns what it could read.

use std::ops::Range;

use crate::layer::Layer;

/// One problem, its place and the way out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable name of the problem, such as `unknown-key`; each has its heading in the reference.
    pub code: &'static str,
    /// Whether the text can be used all the same.
    pub severity: Severity,
    /// One line: lower case, no full stop, the user's words in backticks.
    pub message: String,
    /// The places concerned; the first is the one to show when only one can be.
    pub labels: Vec<Label>,
    /// What to do about it, on a line of its own.
    pub help: Option<String>,
    /// A text that can be pasted in place of what the first label marks.
    pub fix: Option<String>,
}

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; changes nothing.
    Note,
    /// Likely a mistake; the text is used as it stands.
    Warning,
    /// The text cannot be used.
    Error,
}

/// A place in a text, with what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Which text.
    pub origin: Origin,
    /// The bytes concerned.
    pub span: Range<usize>,
    /// A few words shown under the marked bytes; may be empty.
    pub text: String,
}

/// The text that a label points into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The pull request's description.
    Description,
    /// The policy file of a layer.
    Policy(Layer),
}

impl Diagnostic {
    /// An error at one place, to be widened with [`Diagnostic::label`] and [`Diagnostic::help`].
    pub fn error(code: &'static str, message: impl Into<String>, origin: Origin, span: Range<usize>) -> Self {
        Self::new(Severity::Error, code, message.into(), origin, span)
    }

    /// A warning at one place.
    pub fn warning(code: &'static str, message: impl Into<String>, origin: Origin, span: Range<usize>) -> Self {
        Self::new(Severity::Warning, code, message.into(), origin, span)
    }

    /// A note at one place.
    pub fn note(code: &'static str, message: impl Into<String>, origin: Origin, span: Range<usize>) -> Self {
        Self::new(Severity::Note, code, message.into(), origin, span)
    }

    fn new(severity: Severity, code: &'static str, message: String, origin: Origin, span: Range<usize>) -> Self {
        let labels = vec![Label { origin, span, text: String::new() }];
        Self { code, severity, message, labels, help: None, fix: None }
    }

    /// The words under the first label.
    #[must_use]
    pub fn saying(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.text = text.into();
        }
        self
    }

    /// One more place.
    #[must_use]
    pub fn label(mut self, origin: Origin, span: Range<usize>, text: impl Into<String>) -> Self {
        self.labels.push(Label { origin, span, text: text.into() });
        self
    }

    /// The way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A text to paste over the first label.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

/// A diagnostic and where its text has it, for whoever no longer has the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The problem.
    pub diagnostic: Diagnostic,
    /// Line and column of its first label in that text, both from 1; `None` where no label points into it.
    pub place: Option<(usize, usize)>,
}

impl Placed {
    /// Finds the diagnostic's place in the text of that origin.
    pub fn in_text(diagnostic: Diagnostic, origin: Origin, text: &str) -> Self {
        let label = diagnostic.labels.iter().find(|label| label.origin == origin);
        let place = label.map(|label| line_column(text, label.span.start));
        Self { diagnostic, place }
    }
}

/// Line and column of a byte, both from 1; the column counts characters.
pub fn line_column(text: &str, byte: usize) -> (usize, usize) {
    let byte = text.floor_char_boundary(byte.min(text.len()));
    let before = &text[..byte];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    (line, column)
}
