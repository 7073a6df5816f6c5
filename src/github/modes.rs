//! The modes of changed files: which of them are no regular files, or change their mode.
//!
//! GitHub's lists of a pull request's files have no modes. They are asked of both
//! commits, by path, so that neither the size of the repository nor that of the
//! change matters. Absent: when to ask, and what to make of the answer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use countersign_domain::account::Oid;
use countersign_domain::facts::{File, FileStatus, Known};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::client::Installation;
use super::error::{Error, Result};

/// So many files are asked for at once.
const AT_ONCE: usize = 50;

/// A change of more files is none that anything narrow would cover.
const MOST_FILES: usize = 300;

/// What git calls a file and an executable file.
const REGULAR: [u32; 2] = [0o100_644, 0o100_755];

/// What a commit has at some paths.
type Modes = BTreeMap<String, Option<u32>>;

impl Installation {
    /// The paths that are no regular file before or after the change, or whose mode it changes.
    ///
    /// # Errors
    /// GitHub's, where asking again may help.
    pub async fn special_files(
        &self,
        (owner, name): (&str, &str),
        (base, head): (&Oid, &Oid),
        files: &[File],
    ) -> Result<Known<BTreeSet<String>>> {
        if files.len() > MOST_FILES {
            return Ok(Known::unknown(format!("more than {MOST_FILES} files are changed")));
        }
        let before = match self.merge_base(owner, name, base, head).await {
            Ok(before) => before,
            Err(error @ (Error::NotFound(_) | Error::Forbidden(_))) => return Ok(Known::unknown(error.to_string())),
            Err(error) => return Err(error),
        };
        let mut special = BTreeSet::new();
        for chunk in files.chunks(AT_ONCE) {
            let Some((old, new)) = self.modes(owner, name, (&before, head), chunk).await? else {
                return Ok(Known::unknown("GitHub does not show the files of both commits"));
            };
            special.extend(chunk.iter().filter(|file| is_special(file, &old, &new)).map(|file| file.path.clone()));
        }
        Ok(Known::Known(special))
    }

    /// The commit from which the change set out. Its second page: GitHub lists files and patches on the first.
    async fn merge_base(&self, owner: &str, name: &str, base: &Oid, head: &Oid) -> Result<Oid> {
        #[derive(Deserialize)]
        struct Comparison {
            merge_base_commit: Commit,
        }
        #[derive(Deserialize)]
        struct Commit {
            sha: String,
        }
        let path = format!("/repos/{owner}/{name}/compare/{base}...{head}?per_page=1&page=2");
        let comparison: Comparison = self.rest(Method::GET, &path, None).await?;
        Ok(Oid::new(comparison.merge_base_commit.sha))
    }

    /// What both commits have at the files' paths; `None` where a commit is not shown.
    async fn modes(
        &self,
        owner: &str,
        name: &str,
        (before, after): (&Oid, &Oid),
        files: &[File],
    ) -> Result<Option<(Modes, Modes)>> {
        #[derive(Deserialize)]
        struct Data {
            repository: Option<Repository>,
        }
        #[derive(Deserialize)]
        struct Repository {
            before: Option<BTreeMap<String, Option<Entry>>>,
            after: Option<BTreeMap<String, Option<Entry>>>,
        }
        #[derive(Deserialize)]
        struct Entry {
            mode: u32,
        }
        let paths: BTreeSet<&str> = files.iter().flat_map(paths).collect();
        let paths: Vec<&str> = paths.into_iter().collect();
        let mut variables = Map::new();
        for (key, value) in [("owner", owner), ("name", name), ("before", before.as_str()), ("after", after.as_str())] {
            variables.insert(key.to_owned(), json!(value));
        }
        variables.extend(paths.iter().enumerate().map(|(place, path)| (format!("p{place}"), json!(path))));
        let answer = self.graphql::<Data>(&query(paths.len()), "FileModes", Value::Object(variables)).await?;
        if !answer.errors.is_empty() {
            return Ok(None);
        }
        let read = |entries: BTreeMap<String, Option<Entry>>| -> Option<Modes> {
            let entry = |place: usize| entries.get(&format!("f{place}")).map(|entry| entry.as_ref().map(|it| it.mode));
            paths.iter().enumerate().map(|(place, path)| Some(((*path).to_owned(), entry(place)?))).collect()
        };
        let repository = answer.data.repository;
        Ok(repository.and_then(|repository| Some((read(repository.before?)?, read(repository.after?)?))))
    }
}

/// A query for so many paths of both commits.
fn query(paths: usize) -> String {
    let (mut variables, mut fields) = (String::new(), String::new());
    for place in 0..paths {
        // Writing into a string does not fail.
        let _ = write!(variables, ", $p{place}: String!");
        let _ = write!(fields, " f{place}: file(path: $p{place}) {{ mode }}");
    }
    format!(
        "query FileModes($owner: String!, $name: String!, $before: GitObjectID!, $after: GitObjectID!{variables}) {{ \
         repository(owner: $owner, name: $name) {{ \
         before: object(oid: $before) {{ ... on Commit {{{fields} }} }} \
         after: object(oid: $after) {{ ... on Commit {{{fields} }} }} }} }}"
    )
}

fn paths(file: &File) -> Vec<&str> {
    let old = file.old_path.known().and_then(Option::as_deref);
    std::iter::once(file.path.as_str()).chain(old).collect()
}

/// Whether what is there before and after is anything but a regular file of one mode. What should be there and is not
/// shown counts as special: nothing is granted by what cannot be told.
fn is_special(file: &File, before: &Modes, after: &Modes) -> bool {
    let at = |modes: &Modes, path: &str| modes.get(path).copied().flatten();
    let old_path = file.old_path.known().and_then(Option::as_deref).unwrap_or(&file.path);
    let (old, new) = (at(before, old_path), at(after, &file.path));
    let is_regular = |mode: Option<u32>| mode.is_some_and(|mode| REGULAR.contains(&mode));
    match file.status {
        FileStatus::Added | FileStatus::Copied => !is_regular(new),
        FileStatus::Removed => !is_regular(old),
        FileStatus::Modified | FileStatus::Renamed | FileStatus::Changed => !is_regular(old) || old != new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_regular_file_of_one_mode_is_not_special() {
        let modes = |mode: Option<u32>| Modes::from([("a".to_owned(), mode)]);
        let check = |status: FileStatus, old: Option<u32>, new: Option<u32>, special: bool| {
            let file = File { path: "a".to_owned(), old_path: Known::Known(None), status, added: 1, removed: 1 };
            assert_eq!(is_special(&file, &modes(old), &modes(new)), special, "{status:?} {old:?} {new:?}");
        };
        let (file, executable, link, module) = (Some(0o100_644), Some(0o100_755), Some(0o120_000), Some(0o160_000));
        check(FileStatus::Modified, file, file, false);
        check(FileStatus::Modified, executable, executable, false);
        check(FileStatus::Modified, file, executable, true);
        check(FileStatus::Modified, link, link, true);
        check(FileStatus::Modified, module, module, true);
        check(FileStatus::Changed, link, file, true);
        check(FileStatus::Added, None, file, false);
        check(FileStatus::Added, None, link, true);
        check(FileStatus::Removed, file, None, false);
        check(FileStatus::Removed, link, None, true);
        // What cannot be told is not granted.
        check(FileStatus::Modified, None, None, true);
        check(FileStatus::Added, None, None, true);
    }
}
