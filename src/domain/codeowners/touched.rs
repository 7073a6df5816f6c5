//! What a change touches, by owners: files that the same people own are asked about together.

use std::collections::BTreeMap;

use super::{Codeowners, Owner, Skipped};
use crate::facts::{File, Known};

/// So many times a pattern may be held against a path in one evaluation.
const MOST_TRIES: usize = 20_000_000;

/// The touched paths, by who owns them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Paths with the same owners.
    pub groups: Vec<Group>,
    /// Paths that nobody owns, in their order.
    pub unowned: Vec<String>,
    /// Lines of the file that GitHub does not read.
    pub skipped: Vec<Skipped>,
}

/// Touched paths that the same people own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Who owns them, in order.
    pub owners: Vec<Owner>,
    /// The lines that say so, from 1, in order.
    pub lines: Vec<usize>,
    /// The paths, in their order.
    pub paths: Vec<String>,
}

/// The touched paths by who owns them. A rename touches both names; unknown where an old name is.
///
/// `text` is the file's; `None` where there is none, and nobody owns anything.
pub fn touched(text: Option<&str>, files: &[File]) -> Known<Touched> {
    let (codeowners, skipped) = Codeowners::read(text.unwrap_or_default());
    if codeowners.len().saturating_mul(files.len()) > MOST_TRIES {
        return Known::unknown("there are more lines in CODEOWNERS than can be held against so many files");
    }
    let mut groups: BTreeMap<Vec<Owner>, Group> = BTreeMap::new();
    let mut touched = Touched { skipped, ..Touched::default() };
    for file in files {
        let old = match &file.old_path {
            Known::Known(old) => old.as_deref(),
            Known::Unknown(why) => {
                return Known::unknown(format!("the old name of the renamed file {}: {why}", file.path));
            }
        };
        for path in [Some(file.path.as_str()), old].into_iter().flatten() {
            let line = codeowners.line_of(path).filter(|line| !line.owners.is_empty());
            let Some(line) = line else {
                touched.unowned.push(path.to_owned());
                continue;
            };
            let mut owners = line.owners.clone();
            owners.sort();
            let group = groups.entry(owners).or_insert_with_key(|owners| Group {
                owners: owners.clone(),
                lines: Vec::new(),
                paths: Vec::new(),
            });
            if !group.lines.contains(&line.number) {
                group.lines.push(line.number);
            }
            group.paths.push(path.to_owned());
        }
    }
    touched.groups = groups.into_values().collect();
    touched.groups.sort_by_key(|group| group.lines.iter().min().copied());
    for group in &mut touched.groups {
        group.lines.sort_unstable();
    }
    Known::Known(touched)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::FileStatus;

    fn file(path: &str, old: Option<&str>) -> File {
        let old_path = Known::Known(old.map(str::to_owned));
        File { path: path.to_owned(), old_path, status: FileStatus::Modified, added: 1, removed: 0 }
    }

    /// Each group as `owners (lines): paths`, then what nobody owns.
    fn check(text: &str, files: &[File], expected: &[&str], unowned: &[&str]) {
        let Known::Known(touched) = touched(Some(text), files) else { panic!("not known") };
        let said = touched.groups.iter().map(|group| {
            let owners: Vec<String> = group.owners.iter().map(ToString::to_string).collect();
            format!("{} {:?}: {}", owners.join(" "), group.lines, group.paths.join(" "))
        });
        assert_eq!(said.collect::<Vec<_>>(), expected);
        assert_eq!(touched.unowned, unowned);
    }

    #[test]
    fn files_of_the_same_owners_are_asked_about_together() {
        let text = "*.rs @a @b\n*.md @c\n/x/ @b @a\n/y/\n";
        let files = ["1.rs", "x/2", "3.md", "y/4.rs", "5.txt"].map(|path| file(path, None));
        check(text, &files, &["@a @b [1, 3]: 1.rs x/2", "@c [2]: 3.md"], &["y/4.rs", "5.txt"]);
    }

    #[test]
    fn a_rename_touches_both_names() {
        check("/a/ @a\n", &[file("b/1", Some("a/1"))], &["@a [1]: a/1"], &["b/1"]);
        check("/b/ @b\n", &[file("b/1", Some("a/1"))], &["@b [1]: b/1"], &["a/1"]);
        let unread = File { old_path: Known::unknown("GitHub is down"), ..file("b/1", None) };
        assert!(touched(Some("* @a\n"), &[unread]).known().is_none());
    }

    #[test]
    fn without_a_file_nobody_owns_anything_and_too_much_is_unknown() {
        let none = touched(None, &[file("a", None)]);
        assert_eq!(none.known().map(|touched| touched.unowned.clone()), Some(vec!["a".to_owned()]));
        let files = vec![file("a", None); 5_000];
        let many = |lines: usize| touched(Some(&"* @a\n".repeat(lines)), &files).known().is_some();
        assert!(many(MOST_TRIES / 5_000) && !many(MOST_TRIES / 5_000 + 1));
    }
}
