//! The changed files, ready to be matched by many globs.
//!
//! A rename counts under both names; one whose old name was not fetched may match
//! anything. What a list of globs says of the files is worked out once, however many
//! rules ask it. Absent: what to make of the answer; see `condition`.

use std::rc::Rc;

use globset::Candidate;

use super::memo::Memo;
use super::narrow::Ends;
use crate::condition::{Finding, Truth};
use crate::facts::{File, Known};
use crate::policy::Globs;
use crate::text::Phrase;

/// All changed files, in the order of the facts.
pub(crate) struct ChangedFiles<'a> {
    files: Vec<ChangedFile<'a>>,
    /// What each list of globs that was asked says of each file, by the list as it is written.
    matched: Memo<Vec<String>, Rc<[Matched]>>,
}

/// A changed file and its paths.
pub(crate) struct ChangedFile<'a> {
    pub(crate) file: &'a File,
    new: &'a str,
    old: Option<&'a str>,
}

/// Which paths of a file some globs match.
#[derive(Debug, Clone, Copy)]
struct Matched {
    new: bool,
    /// Never where there is no old path, or none that is known.
    old: bool,
}

impl<'a> ChangedFiles<'a> {
    pub(crate) fn new(files: &'a [File]) -> Self {
        Self { files: files.iter().map(ChangedFile::new).collect(), matched: Memo::default() }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &ChangedFile<'a>> {
        self.files.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The first path that matches.
    pub(crate) fn matching(&self, globs: &Globs) -> Option<&'a str> {
        self.each_matching(globs).find_map(|path| path)
    }

    /// Of each file the first of its paths that matches.
    pub(crate) fn each_matching(&self, globs: &Globs) -> impl Iterator<Item = Option<&'a str>> {
        self.matched(globs).map(|(file, matched)| match matched {
            Matched { new: true, .. } => Some(file.new),
            Matched { old: true, .. } => file.old,
            Matched { .. } => None,
        })
    }

    /// The first path that does not match.
    pub(crate) fn not_matching(&self, globs: &Globs) -> Option<&'a str> {
        self.matched(globs).find_map(|(file, matched)| match matched {
            Matched { new: false, .. } => Some(file.new),
            Matched { old: false, .. } => file.old,
            Matched { .. } => None,
        })
    }

    /// Each file, with whether any of its paths matches; without globs all do.
    pub(crate) fn truths(&self, globs: Option<&Globs>) -> impl Iterator<Item = (&ChangedFile<'a>, Truth)> {
        let matched = globs.map(|globs| self.known(globs));
        let truth = move |place: usize, file: &ChangedFile<'_>| match &matched {
            Some(matched) => file.truth(matched[place]),
            None => Truth::Holds,
        };
        self.files.iter().enumerate().map(move |(place, file)| (file, truth(place, file)))
    }

    /// Whether any of the files matches, and what to say where that is unknown.
    pub(crate) fn touch(&self, globs: &Globs) -> (Truth, Finding) {
        let mut doubt = Finding::does_not(Phrase::default());
        for (file, truth) in self.truths(Some(globs)) {
            match truth {
                Truth::Holds => return (Truth::Holds, doubt),
                Truth::Unknown => doubt = file.unknown_old_name(),
                Truth::DoesNot => {}
            }
        }
        (doubt.truth, doubt)
    }

    fn matched(&self, globs: &Globs) -> impl Iterator<Item = (&ChangedFile<'a>, Matched)> {
        let matched = self.known(globs);
        self.files.iter().enumerate().map(move |(place, file)| (file, matched[place]))
    }

    /// What the globs say of each file.
    fn known(&self, globs: &Globs) -> Rc<[Matched]> {
        self.matched.answer(globs.written.as_slice(), || {
            let ends = Ends::of(globs);
            let is_match = |path: &str| ends.allow(path) && is_match(globs, path);
            let of_file =
                |file: &ChangedFile<'_>| Matched { new: is_match(file.new), old: file.old.is_some_and(is_match) };
            self.files.iter().map(of_file).collect()
        })
    }
}

impl<'a> ChangedFile<'a> {
    fn new(file: &'a File) -> Self {
        Self { file, new: &file.path, old: file.old_path.known().and_then(Option::as_deref) }
    }

    fn truth(&self, matched: Matched) -> Truth {
        match (matched.new || matched.old, self.old_name_unknown()) {
            (true, _) => Truth::Holds,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::DoesNot,
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
}

fn is_match(globs: &Globs, path: &str) -> bool {
    let candidate = Candidate::new(path);
    globs.include.is_match_candidate(&candidate) && !globs.exclude.is_match_candidate(&candidate)
}

#[cfg(test)]
mod tests {
    use globset::GlobSet;

    use super::*;

    #[test]
    fn what_a_list_of_globs_says_is_worked_out_once() {
        let list = |written: &str| Globs {
            written: vec![written.to_owned()],
            include: GlobSet::empty(),
            exclude: GlobSet::empty(),
        };
        let files = ChangedFiles::new(&[]);
        let first = files.known(&list("src/**"));
        assert!(Rc::ptr_eq(&first, &files.known(&list("src/**"))));
        assert!(!Rc::ptr_eq(&first, &files.known(&list("docs/**"))));
    }
}
