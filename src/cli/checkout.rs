//! Files that a first policy can begin with, and past descriptions: of a checkout, or of a repository on GitHub.
//!
//! Absent: which files count.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::github::{Repository, refused};
use super::output::{Trouble, counted, read};

/// How many merged pull requests are looked at.
const MERGED: usize = 200;

/// Where files are.
pub(super) enum Files {
    /// In a folder.
    Checkout(PathBuf),
    /// On the default branch of a repository: the paths, and the texts of those that were asked for.
    GitHub { paths: BTreeSet<String>, texts: BTreeMap<String, String> },
}

impl Files {
    /// Those of a repository on GitHub; `is_wanted` says of a path whether its text is.
    pub(super) async fn on_github(repository: &Repository, is_wanted: impl Fn(&Path) -> bool) -> Result<Self, Trouble> {
        let Repository { owner, name, installation } = repository;
        let trouble = |error| refused(&error, &format!("{owner}/{name}"));
        let files = installation.starter_files(owner, name).await.map_err(trouble)?;
        let wanted: Vec<String> = files.paths.iter().filter(|path| is_wanted(Path::new(path))).cloned().collect();
        let texts = installation.starter_texts((owner, name), &files, &wanted).await.map_err(trouble)?;
        Ok(Self::GitHub { paths: files.paths, texts })
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, path: &Path) -> bool {
        match self {
            Self::Checkout(root) => root.join(path).is_file(),
            Self::GitHub { paths, .. } => paths.iter().any(|known| Path::new(known) == path),
        }
    }

    /// The files of a folder in the order of their names; `None` where there is no such folder.
    pub(super) fn of_folder(&self, folder: &Path) -> Result<Option<Vec<PathBuf>>, Trouble> {
        match self {
            Self::Checkout(root) => {
                let there = root.join(folder);
                if !there.is_dir() {
                    return Ok(None);
                }
                let names = files_of(&there)?;
                Ok(Some(names.iter().filter_map(|path| path.file_name()).map(|name| folder.join(name)).collect()))
            }
            Self::GitHub { paths, .. } => {
                let inside = paths.iter().map(PathBuf::from).filter(|path| path.parent() == Some(folder));
                Ok(Some(inside.collect::<Vec<_>>()).filter(|inside| !inside.is_empty()))
            }
        }
    }

    /// What a file says.
    pub(super) fn text(&self, path: &Path) -> Result<String, Trouble> {
        match self {
            Self::Checkout(root) => read(&root.join(path)),
            Self::GitHub { texts, .. } => {
                let known = texts.iter().find(|(known, _)| Path::new(known) == path);
                known.map(|(_, text)| text.clone()).ok_or_else(|| {
                    Trouble::new(format!("`{}` is no text, or longer than GitHub gives out", path.display()))
                })
            }
        }
    }
}

/// The files of a folder, in the order of their names.
pub(super) fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let failed = |error: std::io::Error| Trouble::new(format!("`{}` cannot be read: {error}", folder.display()));
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The descriptions of pull requests that went in, the last changed ones, and what to say of them. An empty one counts: it
/// answers nothing.
pub(super) async fn merged_on_github(repository: &Repository) -> Result<(String, Vec<String>), Trouble> {
    let Repository { owner, name, installation } = repository;
    let (mut bodies, mut after): (Vec<String>, Option<String>) = (Vec::new(), None);
    loop {
        let page = installation.merged_pulls((owner, name), after.as_deref(), true).await;
        let (pulls, next) = page.map_err(|error| refused(&error, &format!("{owner}/{name}")))?;
        bodies.extend(pulls.into_iter().map(|pull| pull.body));
        match next.filter(|_| bodies.len() < MERGED) {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    bodies.truncate(MERGED);
    Ok((format!("{} of `{owner}/{name}`", counted(bodies.len(), "merged pull request")), bodies))
}
