//! Merging: by hand, by other ways, and through the merge queue.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::{CommitPlan, Turn};
use crate::git::{Oid, Signature};
use crate::shape::code as show;
use crate::state::pull_request::Happened;
use crate::state::repository::{Group, PushKind, QueueEntry};

impl Turn<'_> {
    /// The commit that brings a pull request onto `base`: its changes on top of what is there.
    fn merge_commit(&mut self, repository: u64, number: u64, base: &Oid, by: u64) -> Oid {
        let (it, pull_request) = (self.repository(repository), self.pull(repository, number));
        let head = it.objects.commit(&pull_request.head_oid).expect("the head of a pull request");
        let mut changes = BTreeMap::new();
        for file in it.files_between(base, &head.oid).iter() {
            let content = it.objects.at(&head.tree, &file.path).and_then(|entry| {
                let bytes = it.objects.blob(&entry.oid)?;
                Some((entry.mode, bytes.to_vec()))
            });
            changes.insert(file.path.clone(), content);
            if let Some(previous) = &file.previous {
                changes.insert(previous.clone(), None);
            }
        }
        let author = self.identity(by);
        let committer = crate::git::Identity { name: "GitHub".into(), email: "noreply@github.com".into() };
        let message = format!("Merge pull request #{number} from {}\n\n{}", pull_request.head, pull_request.title);
        let parents = vec![base.clone(), head.oid.clone()];
        let signature = Some(Signature::ByGitHub);
        self.commit(
            repository,
            CommitPlan { parents, changes, moves: Vec::new(), message, author, committer, signature },
        )
    }

    /// Merges, whatever the rules say.
    pub(crate) fn merge(&mut self, repository: u64, number: u64, by: u64) -> Oid {
        let base = self.pull(repository, number).base.clone();
        let tip = self.repository(repository).tip(&base).cloned().expect("the base of an open pull request");
        let commit = self.merge_commit(repository, number, &tip, by);
        // The push notices that the head has arrived and closes the pull request.
        self.push(repository, &base, by, Some(commit.clone()), PushKind::PrMerge);
        commit
    }

    pub(crate) fn enqueue(&mut self, repository: u64, number: u64, by: u64) {
        if self.repository(repository).queue.iter().any(|entry| entry.number == number) {
            return;
        }
        let (id, at) = (self.state.next_id(), self.now);
        let branch = self.pull(repository, number).base.clone();
        let it = self.repository_mut(repository);
        if !it.queued_branches.contains(&branch) {
            it.queued_branches.push(branch.clone());
        }
        it.queue.push(Arc::new(QueueEntry { id, number, branch, by, at, group: None }));
        self.happened(repository, number, by, Happened::AddedToMergeQueue);
        self.tell_pull(repository, number, "enqueued", by, json!({}));
    }

    pub(super) fn leave_queue(&mut self, repository: u64, number: u64, by: u64, reason: Option<&str>) {
        let queue = &mut self.repository_mut(repository).queue;
        let before = queue.len();
        queue.retain(|entry| entry.number != number);
        if queue.len() == before {
            return;
        }
        self.happened(repository, number, by, Happened::RemovedFromMergeQueue(reason.map(Into::into)));
        let reason = reason.unwrap_or("dequeued").to_uppercase();
        self.tell_pull(repository, number, "dequeued", by, json!({ "reason": reason }));
    }

    /// Builds a merge group of these pull requests, in order, and asks for its checks.
    pub(crate) fn merge_group(&mut self, repository: u64, numbers: &[u64], by: u64) -> Group {
        numbers.iter().for_each(|number| self.enqueue(repository, *number, by));
        let target = self.pull(repository, numbers[0]).base.clone();
        let base = self.repository(repository).tip(&target).cloned().expect("the queue's branch");
        let mut head = base.clone();
        for number in numbers {
            head = self.merge_commit(repository, *number, &head.clone(), by);
        }
        let last = numbers.last().copied().unwrap_or_default();
        let branch = format!("gh-readonly-queue/{target}/pr-{last}-{base}");
        let group = Group { branch: branch.clone(), base, head: head.clone() };
        for entry in &mut self.repository_mut(repository).queue {
            if numbers.contains(&entry.number) {
                Arc::make_mut(entry).group = Some(group.clone());
            }
        }
        self.push(repository, &branch, by, Some(head), PushKind::BranchCreation);
        self.tell_group(repository, &group, &target, "checks_requested", by, None);
        group
    }

    /// The group goes in: its head becomes the branch.
    pub(crate) fn land_group(&mut self, repository: u64, group: &Group, by: u64) {
        let Some(target) = self.group_target(repository, group) else { return };
        self.push(repository, &target, by, Some(group.head.clone()), PushKind::MergeQueueMerge);
        self.tell_group(repository, group, &target, "destroyed", by, Some("merged"));
        self.push(repository, &group.branch, by, None, PushKind::BranchDeletion);
    }

    /// The group is given up; its pull requests leave the queue.
    pub(crate) fn drop_group(&mut self, repository: u64, group: &Group, by: u64, reason: &str) {
        let Some(target) = self.group_target(repository, group) else { return };
        let it = self.repository(repository);
        let numbers: Vec<u64> =
            it.queue.iter().filter(|entry| entry.group.as_ref() == Some(group)).map(|entry| entry.number).collect();
        self.tell_group(repository, group, &target, "destroyed", by, Some(reason));
        self.push(repository, &group.branch, by, None, PushKind::BranchDeletion);
        numbers.into_iter().for_each(|number| self.leave_queue(repository, number, by, Some(reason)));
    }

    fn group_target(&self, repository: u64, group: &Group) -> Option<String> {
        let it = self.repository(repository);
        it.queue.iter().find(|entry| entry.group.as_ref() == Some(group)).map(|entry| entry.branch.clone())
    }

    fn tell_group(
        &mut self,
        repository: u64,
        group: &Group,
        target: &str,
        action: &str,
        by: u64,
        reason: Option<&str>,
    ) {
        let commit = self.repository(repository).objects.commit(&group.head);
        let mut body = json!({
            "merge_group": {
                "head_sha": &group.head,
                "head_ref": format!("refs/heads/{}", group.branch),
                "base_sha": &group.base,
                "base_ref": format!("refs/heads/{target}"),
                "head_commit": commit.map(|commit| show::head_commit(&commit)),
            },
        });
        if let Some(reason) = reason {
            body["reason"] = reason.into();
        }
        self.tell(repository, "merge_group", action, by, body);
    }
}
