//! Git's objects with Git's ids: blobs, trees and commits, and the walks over them.
//!
//! Objects are never changed and never removed, so all snapshots of the state and all forks of a
//! repository share one store. No packs, no tags, no refs: branches belong to a repository.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use jiff::Timestamp;

/// The id of a Git object, forty hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(Arc<str>);

impl Oid {
    /// What stands for "nothing" at one end of a push.
    pub(crate) fn zero() -> Self {
        Self("0".repeat(40).into())
    }
}

impl Deref for Oid {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Oid {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<&Oid> for serde_json::Value {
    fn from(oid: &Oid) -> Self {
        (**oid).into()
    }
}

impl serde::Serialize for Oid {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who wrote or committed, as the commit itself says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name, free text.
    pub name: String,
    /// The address, by which GitHub finds the account.
    pub email: String,
}

/// A commit's signature, as GitHub judged it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// Signed and verified.
    Valid,
    /// Signed by a key that GitHub cannot vouch for.
    Invalid,
    /// Signed by GitHub itself, for what was done in the browser.
    ByGitHub,
}

#[derive(Debug)]
pub(crate) struct Commit {
    pub oid: Oid,
    pub tree: Oid,
    pub parents: Vec<Oid>,
    pub author: Identity,
    pub committer: Identity,
    pub date: Timestamp,
    pub message: String,
    pub signature: Option<Signature>,
}

impl Commit {
    pub(crate) fn headline(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }

    pub(crate) fn body(&self) -> &str {
        self.message.split_once('\n').map_or("", |(_, body)| body.trim_start_matches('\n'))
    }

    /// The author and those whom `Co-authored-by` names, each once.
    pub(crate) fn authors(&self) -> Vec<Identity> {
        let mut authors = vec![self.author.clone()];
        for line in self.message.lines() {
            let Some((key, rest)) = line.split_once(':') else { continue };
            if !key.trim().eq_ignore_ascii_case("co-authored-by") {
                continue;
            }
            let Some((name, email)) = rest.trim().strip_suffix('>').and_then(|it| it.split_once('<')) else { continue };
            let identity = Identity { name: name.trim().into(), email: email.trim().into() };
            if authors.iter().all(|it| it.email != identity.email) {
                authors.push(identity);
            }
        }
        authors
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub mode: u32,
    pub oid: Oid,
}

pub(crate) const FILE: u32 = 0o100_644;
pub(crate) const EXECUTABLE: u32 = 0o100_755;
pub(crate) const LINK: u32 = 0o120_000;
pub(crate) const DIRECTORY: u32 = 0o040_000;

pub(crate) type Tree = BTreeMap<String, Entry>;

#[derive(Clone, Debug)]
pub(crate) enum Object {
    Blob(Arc<Vec<u8>>),
    Tree(Arc<Tree>),
    Commit(Arc<Commit>),
}

/// What a commit is made of, before it has an id.
#[derive(Debug)]
pub(crate) struct NewCommit {
    pub tree: Oid,
    pub parents: Vec<Oid>,
    pub author: Identity,
    pub committer: Identity,
    pub date: Timestamp,
    pub message: String,
    pub signature: Option<Signature>,
}

/// The objects of a repository and all its forks.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    all: RwLock<HashMap<Oid, Object>>,
    walks: Walks,
    diffs: crate::diff::Cache,
}

impl Objects {
    pub(crate) fn find(&self, oid: &str) -> Option<Object> {
        self.all.read().unwrap_or_else(PoisonError::into_inner).get(&Oid::from(oid)).cloned()
    }

    pub(crate) fn diffs(&self) -> &crate::diff::Cache {
        &self.diffs
    }

    pub(crate) fn blob(&self, oid: &str) -> Option<Arc<Vec<u8>>> {
        if let Some(Object::Blob(blob)) = self.find(oid) { Some(blob) } else { None }
    }

    pub(crate) fn tree(&self, oid: &str) -> Option<Arc<Tree>> {
        if let Some(Object::Tree(tree)) = self.find(oid) { Some(tree) } else { None }
    }

    pub(crate) fn commit(&self, oid: &str) -> Option<Arc<Commit>> {
        if let Some(Object::Commit(commit)) = self.find(oid) { Some(commit) } else { None }
    }

    fn keep(&self, kind: &str, bytes: &[u8], object: impl FnOnce(&Oid) -> Object) -> Oid {
        let mut whole = format!("{kind} {}\0", bytes.len()).into_bytes();
        whole.extend_from_slice(bytes);
        let oid = Oid(hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &whole)).into());
        let object = object(&oid);
        self.all.write().unwrap_or_else(PoisonError::into_inner).insert(oid.clone(), object);
        oid
    }

    pub(crate) fn write_blob(&self, bytes: &[u8]) -> Oid {
        self.keep("blob", bytes, |_| Object::Blob(Arc::new(bytes.to_vec())))
    }

    pub(crate) fn write_tree(&self, tree: Tree) -> Oid {
        let mut entries: Vec<_> = tree.iter().collect();
        // Git sorts a directory as if its name ended in a slash.
        entries.sort_by_key(|(name, entry)| format!("{name}{}", if entry.mode == DIRECTORY { "/" } else { "" }));
        let mut bytes = Vec::new();
        for (name, entry) in entries {
            bytes.extend_from_slice(format!("{:o} {name}\0", entry.mode).as_bytes());
            bytes.extend_from_slice(&hex::decode(&*entry.oid).unwrap_or_default());
        }
        self.keep("tree", &bytes, |_| Object::Tree(Arc::new(tree)))
    }

    pub(crate) fn write_commit(&self, new: NewCommit) -> Oid {
        let mut text = format!("tree {}\n", new.tree);
        for parent in &new.parents {
            text.push_str(&format!("parent {parent}\n"));
        }
        let seconds = new.date.as_second();
        for (role, who) in [("author", &new.author), ("committer", &new.committer)] {
            text.push_str(&format!("{role} {} <{}> {seconds} +0000\n", who.name, who.email));
        }
        if let Some(signature) = new.signature {
            text.push_str(&format!("gpgsig {signature:?}\n"));
        }
        text.push_str(&format!("\n{}\n", new.message));
        self.keep("commit", text.as_bytes(), |oid| {
            let NewCommit { tree, parents, author, committer, date, message, signature } = new;
            let oid = oid.clone();
            Object::Commit(Arc::new(Commit { oid, tree, parents, author, committer, date, message, signature }))
        })
    }

    /// The tree after `changes`, path to new entry or to nothing. Directories come and go by themselves.
    pub(crate) fn changed_tree(&self, tree: Option<&Oid>, changes: &BTreeMap<String, Option<Entry>>) -> Oid {
        let changes = changes.iter().map(|(path, entry)| (path.as_str(), entry.clone())).collect();
        self.change(tree, changes).unwrap_or_else(|| self.write_tree(Tree::new()))
    }

    fn change(&self, tree: Option<&Oid>, changes: Vec<(&str, Option<Entry>)>) -> Option<Oid> {
        let mut entries = tree.and_then(|oid| self.tree(oid)).map(|tree| (*tree).clone()).unwrap_or_default();
        let mut below: BTreeMap<&str, Vec<(&str, Option<Entry>)>> = BTreeMap::new();
        for (path, entry) in changes {
            match (path.split_once('/'), entry) {
                (Some((directory, rest)), entry) => below.entry(directory).or_default().push((rest, entry)),
                (None, Some(entry)) => drop(entries.insert(path.to_owned(), entry)),
                (None, None) => drop(entries.remove(path)),
            }
        }
        for (directory, changes) in below {
            let old = entries.get(directory).filter(|entry| entry.mode == DIRECTORY).map(|entry| entry.oid.clone());
            match self.change(old.as_ref(), changes) {
                Some(oid) => drop(entries.insert(directory.to_owned(), Entry { mode: DIRECTORY, oid })),
                None => drop(entries.remove(directory)),
            }
        }
        (!entries.is_empty()).then(|| self.write_tree(entries))
    }

    /// What stands at `path`: a file or a directory.
    pub(crate) fn at(&self, tree: &str, path: &str) -> Option<Entry> {
        let mut found = Entry { mode: DIRECTORY, oid: tree.into() };
        for part in path.split('/').filter(|part| !part.is_empty()) {
            found = self.tree(&found.oid)?.get(part)?.clone();
        }
        Some(found)
    }

    /// All entries below a tree with their paths, directories before what they hold.
    pub(crate) fn walk(&self, tree: &str, prefix: &str, into: &mut Vec<(String, Entry)>) {
        for (name, entry) in self.tree(tree).iter().flat_map(|tree| tree.iter()) {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            into.push((path.clone(), entry.clone()));
            if entry.mode == DIRECTORY {
                self.walk(&entry.oid, &path, into);
            }
        }
    }

    /// All commits reachable from `from`, itself included.
    pub(crate) fn ancestors(&self, from: &str) -> HashSet<Oid> {
        let mut seen = HashSet::new();
        let mut todo = vec![Oid::from(from)];
        while let Some(oid) = todo.pop() {
            if let Some(commit) = self.commit(&oid)
                && seen.insert(oid)
            {
                todo.extend(commit.parents.iter().cloned());
            }
        }
        seen
    }

    /// Where `head` left `base`.
    pub(crate) fn merge_base(&self, base: &str, head: &str) -> Option<Oid> {
        self.walks.bases.get((base, head), || {
            let known = self.ancestors(base);
            let (mut seen, mut met, mut todo) = (HashSet::new(), Vec::new(), vec![Oid::from(head)]);
            while let Some(oid) = todo.pop() {
                if !seen.insert(oid.clone()) {
                    continue;
                }
                if known.contains(&oid) {
                    met.push(oid);
                } else {
                    todo.extend(self.commit(&oid).iter().flat_map(|commit| commit.parents.iter().cloned()));
                }
            }
            let older: HashSet<Oid> = if met.len() < 2 {
                HashSet::new()
            } else {
                met.iter().flat_map(|oid| self.ancestors(oid).into_iter().filter(move |it| it != oid)).collect()
            };
            met.into_iter().filter(|oid| !older.contains(oid)).max()
        })
    }

    /// The commits of `head` that `base` does not have, parents first, older first.
    pub(crate) fn range(&self, base: &str, head: &str) -> Arc<Vec<Arc<Commit>>> {
        self.walks.ranges.get((base, head), || {
            let known = self.ancestors(base);
            let mut left: BTreeMap<(Timestamp, Oid), Arc<Commit>> = BTreeMap::new();
            let mut todo = vec![Oid::from(head)];
            while let Some(oid) = todo.pop() {
                if let Some(commit) = self.commit(&oid).filter(|_| !known.contains(&oid))
                    && left.insert((commit.date, oid), Arc::clone(&commit)).is_none()
                {
                    todo.extend(commit.parents.iter().cloned());
                }
            }
            let mut waiting: HashSet<Oid> = left.keys().map(|(_, oid)| oid.clone()).collect();
            let mut ordered = Vec::new();
            while let Some(key) =
                left.iter().find(|(_, it)| !it.parents.iter().any(|p| waiting.contains(p))).map(|(key, _)| key.clone())
            {
                waiting.remove(&key.1);
                ordered.extend(left.remove(&key));
            }
            Arc::new(ordered)
        })
    }
}

/// Walks already made, by their two ends.
#[derive(Debug, Default)]
struct Walks {
    bases: Memory<Option<Oid>>,
    ranges: Memory<Arc<Vec<Arc<Commit>>>>,
}

#[derive(Debug)]
struct Memory<T>(Mutex<HashMap<(Oid, Oid), T>>);

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Memory<T> {
    fn get(&self, (from, to): (&str, &str), walk: impl FnOnce() -> T) -> T {
        let key = (Oid::from(from), Oid::from(to));
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let found = walk();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
        found
    }
}
