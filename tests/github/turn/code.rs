//! Commits and pushes, and what a push does to pull requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::Turn;
use crate::git::{Entry, Identity, NewCommit, Oid, Signature};
use crate::shape::{code as show, repository as show_repository};
use crate::state::account::Account;
use crate::state::pull_request::{Happened, Item};
use crate::state::repository::{Push, PushKind, Repository};

/// What a new commit is to be.
#[derive(Clone, Debug)]
pub(crate) struct CommitPlan {
    pub parents: Vec<Oid>,
    /// Path to its new content, mode and bytes, or to nothing.
    pub changes: BTreeMap<String, Option<(u32, Vec<u8>)>>,
    /// Old path to new path, moved before the rest is changed.
    pub moves: Vec<(String, String)>,
    pub message: String,
    pub author: Identity,
    pub committer: Identity,
    pub signature: Option<Signature>,
}

/// A push shows its repository in an older way than all other events: instants as numbers.
fn pushed_repository(mut shown: Value, owner: Option<&Account>, it: &Repository) -> Value {
    shown["created_at"] = it.created_at.as_second().into();
    shown["pushed_at"] = it.pushed_at.map(|at| at.as_second()).into();
    shown["stargazers"] = 0.into();
    shown["master_branch"] = it.default_branch.as_str().into();
    shown["owner"]["name"] = owner.map(|it| it.login.as_str()).into();
    shown["owner"]["email"] = owner.map(|it| it.email.as_str()).into();
    shown
}

impl Turn<'_> {
    /// How an account signs its commits.
    pub(crate) fn identity(&self, account: u64) -> Identity {
        let account = self.state.account(account).expect("an account that exists");
        Identity { name: account.name.clone().unwrap_or(account.login.clone()), email: account.email.clone() }
    }

    /// Makes a commit. No branch knows it yet.
    pub(crate) fn commit(&mut self, repository: u64, plan: CommitPlan) -> Oid {
        let objects = Arc::clone(&self.repository(repository).objects);
        let before = plan.parents.first().and_then(|oid| objects.commit(oid)).map(|it| it.tree.clone());
        let mut changes: BTreeMap<String, Option<Entry>> = BTreeMap::new();
        for (from, to) in plan.moves {
            let entry = before.as_ref().and_then(|tree| objects.at(tree, &from));
            changes.insert(from, None);
            changes.insert(to, entry);
        }
        for (path, content) in plan.changes {
            let entry = content.map(|(mode, bytes)| Entry { mode, oid: objects.write_blob(&bytes) });
            changes.insert(path, entry);
        }
        let tree = objects.changed_tree(before.as_ref(), &changes);
        objects.write_commit(NewCommit {
            tree,
            parents: plan.parents,
            author: plan.author,
            committer: plan.committer,
            date: self.now,
            message: plan.message,
            signature: plan.signature,
        })
    }

    /// Moves a branch to `after`, or removes it, and does to pull requests what GitHub then does.
    pub(crate) fn push(&mut self, repository: u64, branch: &str, by: u64, after: Option<Oid>, kind: PushKind) {
        let now = self.now;
        let before = self.repository(repository).tip(branch).cloned();
        if before == after {
            return;
        }
        let id = self.state.next_id();
        let it = self.repository_mut(repository);
        it.set_branch(branch, after.clone());
        it.pushed_at = Some(now);
        it.updated_at = now;
        let or_zero = |oid: &Option<Oid>| oid.clone().unwrap_or_else(Oid::zero);
        let push =
            Push { id, branch: branch.into(), before: or_zero(&before), after: or_zero(&after), by, at: now, kind };
        it.pushes.push(Arc::new(push.clone()));
        self.tell_push(repository, &push);
        if let Some(after) = &after {
            self.request_suite(repository, branch, &push.before, after, by);
        }
        self.move_heads(repository, &push, after.as_ref());
        if let Some(after) = &after {
            self.notice_merged(repository, branch, after, by);
        }
    }

    fn tell_push(&mut self, repository: u64, push: &Push) {
        if !self.hears(repository) {
            return;
        }
        let it = self.repository(repository);
        let commits = if push.after == Oid::zero() {
            Arc::default()
        } else if push.before == Oid::zero() {
            let from = it.tip(&it.default_branch).filter(|_| push.branch != it.default_branch);
            it.objects.range(from.map_or("", |oid| oid), &push.after)
        } else {
            it.objects.range(&push.before, &push.after)
        };
        // GitHub names at most 2048 commits.
        let shown: Value =
            commits.iter().take(2048).map(|commit| show::pushed_commit(self.state, &it, commit)).collect();
        let head = it.objects.commit(&push.after).map(|commit| show::pushed_commit(self.state, &it, &commit));
        let (login, email) = self.state.account(push.by).map(|by| (by.login.clone(), by.email.clone())).unzip();
        let owner = self.state.account(it.owner).cloned();
        let body = json!({
            "repository": pushed_repository(show_repository::repository(self.state, &it), owner.as_deref(), &it),
            "ref": format!("refs/heads/{}", push.branch),
            "before": &push.before,
            "after": &push.after,
            "created": push.before == Oid::zero(),
            "deleted": push.after == Oid::zero(),
            "forced": push.kind == PushKind::ForcePush,
            "base_ref": null,
            "compare": format!("{}/compare/{}...{}", show_repository::html_url(self.state, &it), push.before, push.after),
            "commits": shown,
            "head_commit": head,
            "pusher": { "name": login, "email": email },
        });
        self.tell(repository, "push", "", push.by, body);
    }

    /// The pull requests that have this branch as their head go along with it.
    fn move_heads(&mut self, repository: u64, push: &Push, after: Option<&Oid>) {
        for (home, number) in self.pull_requests_from(repository, &push.branch) {
            let now = self.now;
            let Some(after) = after else {
                let id = self.state.next_id();
                let item = Item { id, at: now, actor: push.by, what: Happened::HeadRefDeleted };
                self.pull_mut(home, number).timeline.push(Arc::new(item));
                self.close(home, number, push.by);
                continue;
            };
            if push.kind == PushKind::ForcePush {
                let what = Happened::HeadRefForcePushed { before: push.before.clone(), after: after.clone() };
                self.happened(home, number, push.by, what);
            }
            let base = self.pull(home, number).base.clone();
            let base = self.repository(home).tip(&base).cloned();
            self.touch(home, number);
            self.move_pull(home, number, |pull_request| {
                pull_request.head_oid = after.clone();
                pull_request.base_oid = base.unwrap_or_else(|| pull_request.base_oid.clone());
            });
            let more = json!({ "before": &push.before, "after": after });
            self.tell_pull(home, number, "synchronize", push.by, more);
        }
    }

    /// Open pull requests, here or where this was forked from, that come from this branch.
    fn pull_requests_from(&self, repository: u64, branch: &str) -> Vec<(u64, u64)> {
        let homes = [Some(repository), self.repository(repository).fork_of];
        let mut found = BTreeSet::new();
        for home in homes.into_iter().flatten() {
            let here = self.repository(home);
            found.extend(here.index.from_branch(repository, branch).map(|number| (home, number)));
        }
        found.into_iter().collect()
    }

    /// A pull request whose head has arrived on its base by other ways counts as merged.
    fn notice_merged(&mut self, repository: u64, branch: &str, tip: &Oid, by: u64) {
        let it = self.repository(repository);
        let onto = it.index.onto(branch).filter_map(|number| it.pull_requests.get(&number));
        let mut waiting = onto.filter(|it| it.base_oid != it.head_oid).peekable();
        if waiting.peek().is_none() {
            return;
        }
        let known = it.objects.ancestors(tip);
        let arrived: Vec<u64> = waiting.filter(|it| known.contains(&it.head_oid)).map(|it| it.number).collect();
        drop(it);
        arrived.into_iter().for_each(|number| self.mark_merged(repository, number, by, tip.clone()));
    }
}
