//! Cases of policies: changes written down, each with what is expected of it, for `countersign test`.
//!
//! The form is documented in `docs/commands.md`. A case says only what differs from an unremarkable change (`change.rs`),
//! in the words of a facts file; from there on it is decided as every pull request is. Absent: finding files, loading
//! policies and printing, which the command line does.

mod change;
mod coverage;
mod expect;
mod file;
#[cfg(test)]
mod tests;
mod write;

use std::ops::Range;

pub use self::coverage::{Coverage, Unreached};
pub use self::expect::{Came, Expected, Miss};
pub use self::file::{Case, CaseFile, read};
pub use self::write::{saved, with_texts};

/// The version of the form that this countersign reads.
pub const VERSION: u32 = 1;

/// Something wrong with a case file, at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Lower case, no full stop.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// Where, in bytes of the text.
    pub place: Range<usize>,
}

impl Wrong {
    fn new(message: impl Into<String>, place: Range<usize>) -> Self {
        Self { message: message.into(), help: None, place }
    }

    #[must_use]
    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
