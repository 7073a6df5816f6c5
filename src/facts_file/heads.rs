//! What other heads changed, from a facts file: enough to say whether an approval or a move of the head left the net
//! diff as it was.
//!
//! A file says which files differ, and not how: blobs are made up, the same for the same.

use std::collections::BTreeMap;

use countersign_domain::account::{Account, Oid};
use countersign_domain::facts::{self as domain, Known};
use countersign_domain::net_diff::{DiffFile, Diffs, HeadDiff, HeadMove, Side, Sides};

use super::convert::account;
use super::shape::{FactsFile, FormerHead};

/// The mode of a regular file, as git has it.
const REGULAR: u32 = 0o100_644;

impl FactsFile {
    /// The net diffs of the heads that are written down, and of the one now; none where none is.
    pub(super) fn net_diffs(
        &self,
        change: &domain::Change,
        commits: &Known<Vec<domain::Commit>>,
        files: &Known<Vec<domain::File>>,
    ) -> Diffs {
        if self.heads.is_empty() {
            return Diffs { moves: self.moves_by_person(), ..Diffs::default() };
        }
        let now = match (files, commits) {
            (Known::Known(files), Known::Known(commits)) => {
                let oids = commits.iter().map(|commit| commit.oid.clone()).collect();
                Known::Known(diff(oids, commits, files.iter().map(|file| now_of(file, false)).collect()))
            }
            (Known::Unknown(why), _) | (_, Known::Unknown(why)) => Known::Unknown(why.clone()),
        };
        let mut heads = BTreeMap::from([(change.head.tip.clone(), now)]);
        for (id, former) in &self.heads {
            let diff = match (&former.unknown, files, commits) {
                (Some(why), ..) | (None, Known::Unknown(why), _) | (None, _, Known::Unknown(why)) => {
                    Known::Unknown(why.clone())
                }
                (None, Known::Known(files), Known::Known(commits)) => {
                    Known::Known(diff(former.commits(id, commits), commits, former.files(files)))
                }
            };
            heads.insert(Oid::new(id.clone()), diff);
        }
        Diffs { heads, moves: self.moves_by_person(), ..Diffs::default() }
    }

    fn moves_by_person(&self) -> BTreeMap<Account, Vec<HeadMove>> {
        let mut moves: BTreeMap<Account, Vec<HeadMove>> = BTreeMap::new();
        for moved in &self.moves {
            if let Some(who) = account(&moved.by) {
                let (before, after) = (Oid::new(moved.from.clone()), Oid::new(moved.to.clone()));
                moves.entry(who).or_default().push(HeadMove { before, after });
            }
        }
        moves
    }
}

impl FormerHead {
    /// The commits from base to that head: as written, or those of now up to it, or that one alone.
    pub(super) fn commits(&self, id: &str, now: &[domain::Commit]) -> Vec<Oid> {
        if let Some(written) = &self.commits {
            return written.iter().map(|id| Oid::new(id.clone())).collect();
        }
        match now.iter().position(|commit| commit.oid.as_str() == id) {
            Some(last) => now.iter().take(last + 1).map(|commit| commit.oid.clone()).collect(),
            None => vec![Oid::new(id)],
        }
    }

    fn files(&self, now: &[domain::File]) -> Vec<DiffFile> {
        let there = now.iter().filter(|file| !self.without.contains(&file.path));
        let mut files: Vec<DiffFile> = there.map(|file| now_of(file, self.differs.contains(&file.path))).collect();
        files.extend(self.besides.iter().map(|path| DiffFile {
            path: path.clone(),
            old_path: None,
            status: domain::FileStatus::Modified,
            added: 1,
            removed: 0,
            sides: Known::Known(Sides { old: Some(side(path, "before")), new: Some(side(path, "after")) }),
        }));
        files.sort_by(|left, right| left.path.cmp(&right.path));
        files
    }
}

fn diff(oids: Vec<Oid>, known: &[domain::Commit], mut files: Vec<DiffFile>) -> HeadDiff {
    let commit = |oid: &Oid| known.iter().find(|commit| commit.oid == *oid).cloned();
    let people = match oids.iter().map(commit).collect() {
        Some(people) => Known::Known(people),
        None => Known::unknown("the facts do not say who is behind those commits"),
    };
    files.sort_by(|left, right| left.path.cmp(&right.path));
    HeadDiff { commits: oids, people, files }
}

/// A file that is changed now, as a head has it: as it is now, or otherwise.
fn now_of(file: &domain::File, otherwise: bool) -> DiffFile {
    let sides = Sides {
        old: (file.status != domain::FileStatus::Added).then(|| side(&file.path, "before")),
        new: match (otherwise, file.status) {
            (true, _) => Some(side(&file.path, "otherwise")),
            (false, domain::FileStatus::Removed) => None,
            (false, _) => Some(side(&file.path, "after")),
        },
    };
    DiffFile {
        path: file.path.clone(),
        old_path: file.old_path.known().cloned().flatten(),
        status: file.status,
        added: file.added,
        removed: file.removed,
        sides: Known::Known(sides),
    }
}

/// Content of its own for each path and occasion.
fn side(path: &str, when: &str) -> Side {
    Side { mode: REGULAR, blob: Oid::new(format!("{path} {when}")) }
}
