//! Moves of the head that left the net diff as it was, and what they excuse.
//!
//! Excused is the mover alone, and only from what the move itself brought: the one
//! commit it put on top, such as the merge of `Update branch`, or having committed
//! again what others wrote, as in a rebase. Who wrote a commit is never excused.

use std::collections::BTreeSet;

use crate::account::{Account, Oid};
use crate::evaluate::Context;
use crate::facts::{Attribution, Commit};
use crate::net_diff::{HeadDiff, HeadMove, known, left_as_it_was};

/// What somebody's moves of the head come to.
#[derive(Default)]
pub(super) struct Moves<'a> {
    mover: Option<&'a Account>,
    all_left_the_diff: bool,
    /// Commits that a move put on top, changing nothing.
    on_top: BTreeSet<&'a Oid>,
    /// Commits that were made again of others.
    again: BTreeSet<&'a Oid>,
    /// Commits that were there before any of it.
    first: BTreeSet<&'a Oid>,
    /// The commits before a move that made commits again.
    before: Vec<&'a Commit>,
}

impl<'a> Moves<'a> {
    /// The moves of that person; none where any of them is not known.
    pub(super) fn of(cx: &Context<'a>, person: &Account) -> Self {
        let diffs = &cx.facts.diffs;
        let Some((mover, all)) = diffs.moves.get_key_value(person) else { return Self::default() };
        let left: Vec<&HeadMove> = all.iter().filter(|moved| left_as_it_was(diffs, moved)).collect();
        let all_left_the_diff = !all.is_empty() && left.len() == all.len();
        let mut moves = Self { mover: Some(mover), all_left_the_diff, ..Self::default() };
        for moved in left {
            if let (Ok(before), Ok(after)) = (known(diffs, &moved.before), known(diffs, &moved.after)) {
                moves.excuse(moved, before, after);
            }
        }
        moves
    }

    /// Whether every move of theirs left the diff as it was, so that they pushed nothing.
    pub(super) fn all_left_the_diff(&self) -> bool {
        self.all_left_the_diff
    }

    /// Commits that are no longer there, and of which a move of theirs must not make anybody free.
    pub(super) fn before(&self) -> impl Iterator<Item = &'a Commit> {
        self.before.iter().copied()
    }

    /// Who is behind a commit, without what the mover is excused from.
    pub(super) fn roles<'c>(&self, commit: &'c Commit) -> impl Iterator<Item = (&'c Commit, &'c Attribution)> {
        let is_mover = |who: &Attribution| match (who, self.mover) {
            (Attribution::Account(account), Some(mover)) => account == mover,
            _ => false,
        };
        let (on_top, again) = (self.on_top.contains(&commit.oid), self.again.contains(&commit.oid));
        let author = (!(on_top && is_mover(&commit.author))).then_some((commit, &commit.author));
        let committer = (!((on_top || again) && is_mover(&commit.committer))).then_some((commit, &commit.committer));
        author.into_iter().chain(committer)
    }

    fn excuse(&mut self, moved: &'a HeadMove, before: &'a HeadDiff, after: &'a HeadDiff) {
        let old: BTreeSet<&Oid> = before.commits.iter().collect();
        self.first
            .extend(old.iter().filter(|commit| !self.again.contains(**commit) && !self.on_top.contains(**commit)));
        // Who goes back to what was there before is not excused from it.
        let is_new = |commit: &&Oid| !old.contains(*commit) && !self.first.contains(*commit);
        let new: BTreeSet<&Oid> = after.commits.iter().filter(is_new).collect();
        let all_stayed = old.iter().all(|commit| after.commits.contains(commit));
        if all_stayed && new.iter().all(|commit| **commit == moved.after) {
            self.on_top.extend(new);
        } else if let Some(people) = before.people.known() {
            self.again.extend(new);
            self.before.extend(people);
        }
    }
}
