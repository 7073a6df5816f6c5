//! What a commit changes.

use std::collections::BTreeMap;

use crate::git::{EXECUTABLE, FILE, Identity, LINK, Oid, Signature};

/// Files to write, move and remove. Built from `[("path", "text")]`, or step by step.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub(crate) files: BTreeMap<String, Option<(u32, Vec<u8>)>>,
    pub(crate) moves: Vec<(String, String)>,
}

impl Changes {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a text file.
    pub fn write(self, path: &str, text: &str) -> Self {
        self.put(path, FILE, text.as_bytes())
    }

    /// Writes a file of any bytes.
    pub fn bytes(self, path: &str, bytes: &[u8]) -> Self {
        self.put(path, FILE, bytes)
    }

    /// Writes a file that can be executed.
    pub fn executable(self, path: &str, text: &str) -> Self {
        self.put(path, EXECUTABLE, text.as_bytes())
    }

    /// Writes a symbolic link.
    pub fn link(self, path: &str, to: &str) -> Self {
        self.put(path, LINK, to.as_bytes())
    }

    fn put(mut self, path: &str, mode: u32, bytes: &[u8]) -> Self {
        self.files.insert(path.into(), Some((mode, bytes.to_vec())));
        self
    }

    /// Removes a file.
    pub fn remove(mut self, path: &str) -> Self {
        self.files.insert(path.into(), None);
        self
    }

    /// Moves a file as it is.
    pub fn rename(mut self, from: &str, to: &str) -> Self {
        self.moves.push((from.into(), to.into()));
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.moves.is_empty()
    }
}

impl<P: AsRef<str>, T: AsRef<str>> FromIterator<(P, T)> for Changes {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(files: I) -> Self {
        files.into_iter().fold(Self::new(), |changes, (path, text)| changes.write(path.as_ref(), text.as_ref()))
    }
}

impl<P: AsRef<str> + Clone, T: AsRef<str> + Clone, const N: usize> From<[(P, T); N]> for Changes {
    fn from(files: [(P, T); N]) -> Self {
        files.into_iter().collect()
    }
}

impl<P: AsRef<str> + Clone, T: AsRef<str> + Clone, const N: usize> From<&[(P, T); N]> for Changes {
    fn from(files: &[(P, T); N]) -> Self {
        files.iter().cloned().collect()
    }
}

impl<P: AsRef<str> + Clone, T: AsRef<str> + Clone> From<&[(P, T)]> for Changes {
    fn from(files: &[(P, T)]) -> Self {
        files.iter().cloned().collect()
    }
}

impl<P: AsRef<str>, T: AsRef<str>> From<Vec<(P, T)>> for Changes {
    fn from(files: Vec<(P, T)>) -> Self {
        files.into_iter().collect()
    }
}

/// A commit with everything that can be said about one.
#[derive(Clone, Debug, Default)]
pub struct Commit<'a> {
    /// Who pushes it, and who wrote it if nobody else is named.
    pub by: &'a str,
    /// Its message; there is one already.
    pub message: &'a str,
    /// What it changes.
    pub changes: Changes,
    /// Who wrote it, if not who pushes it.
    pub author: Option<Identity>,
    /// Who committed it, if not who wrote it.
    pub committer: Option<Identity>,
    /// Its signature.
    pub signature: Option<Signature>,
    /// Parents beside the branch's tip: makes it a merge.
    pub merges: Vec<Oid>,
}
