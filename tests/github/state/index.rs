//! Where open pull requests and branches are found without looking at all of them.

use std::collections::{BTreeMap, BTreeSet};

use super::pull_request::PullRequest;
use crate::git::Oid;

#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    /// The numbers of open pull requests.
    pub open: BTreeSet<u64>,
    by_head: BTreeMap<Oid, BTreeSet<u64>>,
    /// By the repository and the branch that they come from.
    by_branch: BTreeMap<(Option<u64>, String), BTreeSet<u64>>,
    by_base: BTreeMap<String, BTreeSet<u64>>,
    tips: BTreeMap<Oid, BTreeSet<String>>,
}

impl Index {
    pub(crate) fn add(&mut self, it: &PullRequest) {
        if it.open {
            self.open.insert(it.number);
            self.by_head.entry(it.head_oid.clone()).or_default().insert(it.number);
            self.by_branch.entry((it.head_repository, it.head.clone())).or_default().insert(it.number);
            self.by_base.entry(it.base.clone()).or_default().insert(it.number);
        }
    }

    /// Forgets a pull request as it was added.
    pub(crate) fn remove(&mut self, it: &PullRequest) {
        self.open.remove(&it.number);
        take(&mut self.by_head, &it.head_oid, &it.number);
        take(&mut self.by_branch, &(it.head_repository, it.head.clone()), &it.number);
        take(&mut self.by_base, &it.base, &it.number);
    }

    pub(crate) fn move_tip(&mut self, branch: &str, before: Option<&Oid>, after: Option<&Oid>) {
        if let Some(before) = before {
            take(&mut self.tips, before, &branch.to_owned());
        }
        if let Some(after) = after {
            self.tips.entry(after.clone()).or_default().insert(branch.to_owned());
        }
    }

    pub(crate) fn at_head(&self, oid: &str) -> impl DoubleEndedIterator<Item = u64> {
        self.by_head.get(&Oid::from(oid)).into_iter().flatten().copied()
    }

    pub(crate) fn from_branch(&self, repository: u64, branch: &str) -> impl Iterator<Item = u64> {
        self.by_branch.get(&(Some(repository), branch.to_owned())).into_iter().flatten().copied()
    }

    pub(crate) fn onto(&self, base: &str) -> impl Iterator<Item = u64> {
        self.by_base.get(base).into_iter().flatten().copied()
    }

    /// The branches whose tip is this commit.
    pub(crate) fn branches_at(&self, oid: &Oid) -> impl Iterator<Item = &String> {
        self.tips.get(oid).into_iter().flatten()
    }
}

fn take<K: Ord, V: Ord>(map: &mut BTreeMap<K, BTreeSet<V>>, key: &K, value: &V) {
    if let Some(values) = map.get_mut(key) {
        values.remove(value);
        if values.is_empty() {
            map.remove(key);
        }
    }
}
