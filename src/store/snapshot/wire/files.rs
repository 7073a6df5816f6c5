//! The part `files`: what the change touches.

use countersign_domain::facts;
use serde::{Deserialize, Serialize};

use super::super::shelf::Content;
use super::known::{Known, back, list};
use super::names::FileStatus;

/// The changed files, in the order in which they were given.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Files(Known<Vec<File>>);

impl Content for Files {
    const KIND: &'static str = "files";
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    old_path: Known<Option<String>>,
    status: FileStatus,
    added: u64,
    removed: u64,
}

impl From<&facts::Known<Vec<facts::File>>> for Files {
    fn from(files: &facts::Known<Vec<facts::File>>) -> Self {
        Self(Known::of(files, list))
    }
}

impl From<Files> for facts::Known<Vec<facts::File>> {
    fn from(files: Files) -> Self {
        files.0.fact(back)
    }
}

impl From<&facts::File> for File {
    fn from(file: &facts::File) -> Self {
        let facts::File { path, old_path, status, added, removed } = file;
        Self {
            path: path.clone(),
            old_path: Known::of(old_path, Option::clone),
            status: (*status).into(),
            added: *added,
            removed: *removed,
        }
    }
}

impl From<File> for facts::File {
    fn from(file: File) -> Self {
        let File { path, old_path, status, added, removed } = file;
        Self { path, old_path: old_path.fact(|path| path), status: status.into(), added, removed }
    }
}
