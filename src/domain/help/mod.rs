//! Help while writing: what each key and each code means, with examples.
//!
//! One table of keys ([`Key`](crate::policy::Key) with its [`About`]) and one of codes ([`CodeHelp`]). The reference,
//! the schema for editors and `countersign explain` say what stands here, and tests read every example. Absent: how
//! any of it is shown.

mod about;
mod examples;
mod policy_codes;
mod record_codes;
#[cfg(test)]
mod tests;

pub use about::About;
pub use examples::{completed, example};

/// What a code is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A policy file.
    Policy,
    /// A pull request's description.
    Description,
}

/// What to do about a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeHelp {
    /// The code.
    pub code: &'static str,
    /// The way out, in Markdown, without a full stop.
    pub fix: &'static str,
    /// The smallest text that gets the code; empty where none is small.
    pub wrong: &'static str,
    /// The same without the fault.
    pub right: &'static str,
    /// The part of a policy under which both stand: of the organisation's for a policy file; empty where none matters.
    pub under: &'static str,
}

const fn code(code: &'static str, fix: &'static str, wrong: &'static str, right: &'static str) -> CodeHelp {
    CodeHelp { code, fix, wrong, right, under: "" }
}

impl CodeHelp {
    const fn under(mut self, policy: &'static str) -> Self {
        self.under = policy;
        self
    }
}

/// What to do about each code that a reader gives.
pub fn codes(subject: Subject) -> &'static [CodeHelp] {
    match subject {
        Subject::Policy => policy_codes::CODES,
        Subject::Description => record_codes::CODES,
    }
}
