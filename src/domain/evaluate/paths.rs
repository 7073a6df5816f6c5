//! The changed files, ready to be matched by many globs.
//!
//! A rename counts under both names; one whose old name was not fetched may match
//! anything.

use globset::Candidate;

use crate::condition::{Finding, Truth};
use crate::facts::{File, Known};
use crate::policy::Globs;
use crate::text::Phrase;

/// A changed file and its paths.
pub(crate) struct ChangedFile<'a> {
    pub(crate) file: &'a File,
    new: (&'a str, Candidate<'a>),
    old: Option<(&'a str, Candidate<'a>)>,
}

impl<'a> ChangedFile<'a> {
    pub(crate) fn new(file: &'a File) -> Self {
        let old = file.old_path.known().and_then(Option::as_deref);
        Self { file, new: (&file.path, Candidate::new(&file.path)), old: old.map(|path| (path, Candidate::new(path))) }
    }

    /// The first of its paths that matches.
    pub(crate) fn matching(&self, globs: &Globs) -> Option<&'a str> {
        self.paths().find(|(_, candidate)| is_match(globs, candidate)).map(|(path, _)| *path)
    }

    /// The first of its paths that does not match.
    pub(crate) fn not_matching(&self, globs: &Globs) -> Option<&'a str> {
        self.paths().find(|(_, candidate)| !is_match(globs, candidate)).map(|(path, _)| *path)
    }

    /// Whether any of its paths matches.
    pub(crate) fn matches(&self, globs: &Globs) -> Truth {
        match (self.matching(globs), self.old_name_unknown()) {
            (Some(_), _) => Truth::Holds,
            (None, true) => Truth::Unknown,
            (None, false) => Truth::DoesNot,
        }
    }

    /// Whether it was renamed from a name that was not read.
    pub(crate) fn old_name_unknown(&self) -> bool {
        matches!(self.file.old_path, Known::Unknown(_))
    }

    /// What is to be said where that matters.
    pub(crate) fn unknown_old_name(&self) -> Finding {
        Finding::unknown(Phrase::words("the old name of the renamed file ").quote(&self.file.path).and(" was not read"))
    }

    fn paths(&self) -> impl Iterator<Item = &(&'a str, Candidate<'a>)> {
        std::iter::once(&self.new).chain(&self.old)
    }
}

fn is_match(globs: &Globs, candidate: &Candidate<'_>) -> bool {
    globs.include.is_match_candidate(candidate) && !globs.exclude.is_match_candidate(candidate)
}
