//! Net diffs: what a head changes against where it left its base, and whether two of them are the same.
//!
//! Two net diffs are the same if the set of status, paths, modes and blobs is the same;
//! a text may instead have been carried over, hunk for hunk, from one base blob to the
//! other. What cannot be shown the same is different. Absent: the texts; that one was
//! carried over is a fact about four blobs, found with [`crate::patch::carry`].

use std::collections::{BTreeMap, BTreeSet};

use crate::account::{Account, Oid};
use crate::facts::{Commit, Facts, File, FileStatus, Known, commits_hash, oids_hash};
use crate::text::Phrase;

/// Modes of regular files, as git has them.
const REGULAR: [u32; 2] = [0o100_644, 0o100_755];

/// What is known of net diffs, as far as anything asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diffs {
    /// What heads change, by the head: those that reviews were given on, those that people moved, and the one now.
    pub heads: BTreeMap<Oid, Known<HeadDiff>>,
    /// Edits of a text that were found to be the same, hunk for hunk.
    pub carried: BTreeSet<Carried>,
    /// Of people who approved and moved the head: all their moves, oldest first. Nobody is here of whom one is missing.
    pub moves: BTreeMap<Account, Vec<HeadMove>>,
    /// The patches of the changed files by their paths, where a condition asks; a file without a whole one is left out.
    pub patches: Option<Known<BTreeMap<String, String>>>,
}

/// What a head changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadDiff {
    /// The commits from base to head.
    pub commits: Vec<Oid>,
    /// The same commits with those behind them, where it matters.
    pub people: Known<Vec<Commit>>,
    /// The changed files, ordered by path.
    pub files: Vec<DiffFile>,
}

/// A file of a net diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffFile {
    /// Its path; after a rename the new one.
    pub path: String,
    /// Its path before a rename or copy.
    pub old_path: Option<String>,
    /// What happened to it.
    pub status: FileStatus,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
    /// What it was and is. Unknown where the lists of files already differ, or GitHub does not say.
    pub sides: Known<Sides>,
}

/// A file before and after; `None` where it was or is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sides {
    /// In the base.
    pub old: Option<Side>,
    /// In the head.
    pub new: Option<Side>,
}

/// A file as git has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Its mode: regular, executable, a link, a submodule.
    pub mode: u32,
    /// Its content.
    pub blob: Oid,
}

/// The patch from `old_base` to `old_head` makes `new_head` of `new_base`, and each of its hunks has but one place in either.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Carried {
    /// The blob in the base of the one head.
    pub old_base: Oid,
    /// The blob in that head.
    pub old_head: Oid,
    /// The blob in the base of the other head.
    pub new_base: Oid,
    /// The blob in the other head.
    pub new_head: Oid,
}

/// Somebody moved the head from one commit to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeadMove {
    /// The head before.
    pub before: Oid,
    /// The head after.
    pub after: Oid,
}

/// Whether the net diff of the head now is that of another head, with those commits; if not, why.
pub(crate) fn same_as_now(facts: &Facts, head: &Oid, commits: &str) -> Result<(), Phrase> {
    let now = &facts.change.head.tip;
    let then = known(&facts.diffs, head)?;
    if oids_hash(then.commits.iter()) != commits {
        return Err(Phrase::words("the commits it was given for are no longer those that GitHub shows"));
    }
    // The list of files alone often tells, and costs nothing.
    if let Known::Known(files) = &facts.files {
        same_list(then, files)?;
    }
    let now = known(&facts.diffs, now)?;
    if facts.commits.known().is_none_or(|commits| commits_hash(commits) != oids_hash(now.commits.iter())) {
        return Err(Phrase::words("the commits moved while the diff was read"));
    }
    same(&facts.diffs, then, now)
}

/// Whether a move of the head left the net diff as it was.
pub(crate) fn left_as_it_was(diffs: &Diffs, moved: &HeadMove) -> bool {
    let ends = known(diffs, &moved.before).and_then(|before| Ok((before, known(diffs, &moved.after)?)));
    ends.and_then(|(before, after)| same(diffs, before, after)).is_ok()
}

/// What a head changes, or why that is not known.
pub(crate) fn known<'a>(diffs: &'a Diffs, head: &Oid) -> Result<&'a HeadDiff, Phrase> {
    match diffs.heads.get(head) {
        Some(Known::Known(head)) => Ok(head),
        Some(Known::Unknown(why)) => Err(Phrase::words("its diff cannot be compared (").quote(why).and(")")),
        None => Err(Phrase::words("its diff was not compared")),
    }
}

fn same(diffs: &Diffs, then: &HeadDiff, now: &HeadDiff) -> Result<(), Phrase> {
    same_paths(then.files.iter().map(|file| &file.path), now.files.iter().map(|file| &file.path))?;
    if then.files.len() != now.files.len() {
        return Err(Phrase::words("a file is listed twice"));
    }
    let mut pairs = then.files.iter().zip(&now.files);
    pairs.try_for_each(|(then, now)| same_file(diffs, then, now))
}

fn same_list(then: &HeadDiff, now: &[File]) -> Result<(), Phrase> {
    let listed: BTreeMap<&String, &File> = now.iter().map(|file| (&file.path, file)).collect();
    same_paths(then.files.iter().map(|file| &file.path), listed.keys().copied())?;
    for file in &then.files {
        let same = listed.get(&file.path).is_some_and(|now| (now.added, now.removed) == (file.added, file.removed));
        if !same {
            return Err(differs(&file.path));
        }
    }
    Ok(())
}

fn same_paths<'a>(then: impl Iterator<Item = &'a String>, now: impl Iterator<Item = &'a String>) -> Result<(), Phrase> {
    let (then, now): (BTreeSet<_>, BTreeSet<_>) = (then.collect(), now.collect());
    match then.symmetric_difference(&now).next() {
        Some(path) if now.contains(path) => Err(Phrase::default().quote(path.as_str()).and(" is changed only now")),
        Some(path) => Err(Phrase::default().quote(path.as_str()).and(" is no longer changed")),
        None => Ok(()),
    }
}

fn same_file(diffs: &Diffs, then: &DiffFile, now: &DiffFile) -> Result<(), Phrase> {
    let named = (&then.path, &then.old_path, then.status) == (&now.path, &now.old_path, now.status);
    let (Known::Known(was), Known::Known(is)) = (&then.sides, &now.sides) else {
        return Err(Phrase::words("what ").quote(&now.path).and(" was and is could not be read"));
    };
    if named && (was == is || carried(diffs, was, is)) { Ok(()) } else { Err(differs(&now.path)) }
}

fn differs(path: &str) -> Phrase {
    Phrase::default().quote(path).and(" is changed otherwise now")
}

/// Whether an edit of a regular file is the same, hunk for hunk. A link or a submodule has no hunks.
fn carried(diffs: &Diffs, was: &Sides, is: &Sides) -> bool {
    let (Some(old_base), Some(old_head)) = (&was.old, &was.new) else { return false };
    let (Some(new_base), Some(new_head)) = (&is.old, &is.new) else { return false };
    let regular = [old_base, old_head, new_base, new_head].iter().all(|side| REGULAR.contains(&side.mode));
    let blobs = Carried {
        old_base: old_base.blob.clone(),
        old_head: old_head.blob.clone(),
        new_base: new_base.blob.clone(),
        new_head: new_head.blob.clone(),
    };
    let modes = (old_base.mode, old_head.mode) == (new_base.mode, new_head.mode);
    regular && modes && diffs.carried.contains(&blobs)
}
