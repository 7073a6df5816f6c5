//! The parts `head_diff`, `patches` and what refers to them: what heads change, and what was found to be the same.

use std::collections::BTreeMap;

use countersign_domain::account::Oid;
use countersign_domain::{facts, net_diff};
use serde::{Deserialize, Serialize};

use super::super::error::Error;
use super::super::shelf::{Content, Cut, Ref, Shelf};
use super::account::Account;
use super::commits::Commit;
use super::known::{Known, back, list, present};
use super::names::FileStatus;

/// All that was asked of net diffs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Diffs {
    heads: BTreeMap<String, Known<Ref<HeadDiff>>>,
    carried: Vec<Carried>,
    moves: Vec<(Account, Vec<HeadMove>)>,
    #[serde(deserialize_with = "present")]
    patches: Option<Known<Ref<Patches>>>,
}

/// Patches by the paths of their files.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Patches(BTreeMap<String, String>);

impl Content for Patches {
    const KIND: &'static str = "patches";
}

/// What a head changes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeadDiff {
    commits: Vec<String>,
    people: Known<Vec<Commit>>,
    files: Vec<File>,
}

impl Content for HeadDiff {
    const KIND: &'static str = "head_diff";
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    #[serde(deserialize_with = "present")]
    old_path: Option<String>,
    status: FileStatus,
    added: u64,
    removed: u64,
    sides: Known<Sides>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sides {
    #[serde(deserialize_with = "present")]
    old: Option<Side>,
    #[serde(deserialize_with = "present")]
    new: Option<Side>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Side {
    mode: u32,
    blob: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Carried {
    old_base: String,
    old_head: String,
    new_base: String,
    new_head: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadMove {
    before: String,
    after: String,
}

impl Diffs {
    /// Cuts the parts; `None` where nothing was asked.
    pub(crate) fn cut(diffs: &net_diff::Diffs, cut: &mut Cut) -> Option<Self> {
        let net_diff::Diffs { heads, carried, moves, patches } = diffs;
        if *diffs == net_diff::Diffs::default() {
            return None;
        }
        let mut cut_head = |head: &facts::Known<net_diff::HeadDiff>| Known::of(head, |head| cut.put(&head.into()));
        Some(Self {
            heads: heads.iter().map(|(oid, head)| (oid.as_str().to_owned(), cut_head(head))).collect(),
            carried: list(carried),
            moves: moves.iter().map(|(who, moves)| (who.into(), list(moves))).collect(),
            patches: patches.as_ref().map(|known| Known::of(known, |patches| cut.put(&Patches(patches.clone())))),
        })
    }

    /// Finds the parts.
    pub(crate) fn restore(self, shelf: &Shelf<'_>) -> Result<net_diff::Diffs, Error> {
        let Self { heads, carried, moves, patches } = self;
        let head = |head: Known<Ref<HeadDiff>>| head.try_fact(|head| shelf.take(&head).map(Into::into));
        let patches_of = |known: Known<Ref<Patches>>| known.try_fact(|part| shelf.take(&part).map(|Patches(all)| all));
        Ok(net_diff::Diffs {
            heads: heads
                .into_iter()
                .map(|(oid, found)| Ok((Oid::new(oid), head(found)?)))
                .collect::<Result<_, Error>>()?,
            carried: back(carried),
            moves: moves.into_iter().map(|(who, moves)| (who.into(), back(moves))).collect(),
            patches: patches.map(patches_of).transpose()?,
        })
    }
}

fn text(oid: &Oid) -> String {
    oid.as_str().to_owned()
}

impl From<&net_diff::HeadDiff> for HeadDiff {
    fn from(head: &net_diff::HeadDiff) -> Self {
        let net_diff::HeadDiff { commits, people, files } = head;
        Self { commits: commits.iter().map(text).collect(), people: Known::of(people, list), files: list(files) }
    }
}

impl From<HeadDiff> for net_diff::HeadDiff {
    fn from(head: HeadDiff) -> Self {
        let HeadDiff { commits, people, files } = head;
        Self { commits: commits.into_iter().map(Oid::new).collect(), people: people.fact(back), files: back(files) }
    }
}

impl From<&net_diff::DiffFile> for File {
    fn from(file: &net_diff::DiffFile) -> Self {
        let net_diff::DiffFile { path, old_path, status, added, removed, sides } = file;
        Self {
            path: path.clone(),
            old_path: old_path.clone(),
            status: (*status).into(),
            added: *added,
            removed: *removed,
            sides: Known::of(sides, |net_diff::Sides { old, new }| Sides {
                old: old.as_ref().map(Side::from),
                new: new.as_ref().map(Side::from),
            }),
        }
    }
}

impl From<File> for net_diff::DiffFile {
    fn from(file: File) -> Self {
        let File { path, old_path, status, added, removed, sides } = file;
        let sides =
            sides.fact(|Sides { old, new }| net_diff::Sides { old: old.map(Into::into), new: new.map(Into::into) });
        Self { path, old_path, status: status.into(), added, removed, sides }
    }
}

impl From<&net_diff::Side> for Side {
    fn from(side: &net_diff::Side) -> Self {
        let net_diff::Side { mode, blob } = side;
        Self { mode: *mode, blob: text(blob) }
    }
}

impl From<Side> for net_diff::Side {
    fn from(side: Side) -> Self {
        let Side { mode, blob } = side;
        Self { mode, blob: Oid::new(blob) }
    }
}

impl From<&net_diff::Carried> for Carried {
    fn from(edit: &net_diff::Carried) -> Self {
        let net_diff::Carried { old_base, old_head, new_base, new_head } = edit;
        Self { old_base: text(old_base), old_head: text(old_head), new_base: text(new_base), new_head: text(new_head) }
    }
}

impl From<Carried> for net_diff::Carried {
    fn from(edit: Carried) -> Self {
        let Carried { old_base, old_head, new_base, new_head } = edit;
        let [old_base, old_head, new_base, new_head] = [old_base, old_head, new_base, new_head].map(Oid::new);
        Self { old_base, old_head, new_base, new_head }
    }
}

impl From<&net_diff::HeadMove> for HeadMove {
    fn from(moved: &net_diff::HeadMove) -> Self {
        let net_diff::HeadMove { before, after } = moved;
        Self { before: text(before), after: text(after) }
    }
}

impl From<HeadMove> for net_diff::HeadMove {
    fn from(moved: HeadMove) -> Self {
        let HeadMove { before, after } = moved;
        Self { before: Oid::new(before), after: Oid::new(after) }
    }
}
