//! Pull requests: opened, edited, labelled, retargeted, closed.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Turn;
use crate::git::Oid;
use crate::shape::{people as show_people, repository as show_repository};
use crate::state::pull_request::{AutoMerge, Edit, Happened, Item, Merge, PullRequest, Reviewer};

/// A pull request about to be opened.
pub(crate) struct Opening<'a> {
    pub author: u64,
    pub base: &'a str,
    pub head: &'a str,
    /// Where the head is: a fork, or the repository itself.
    pub head_repository: u64,
    pub title: &'a str,
    pub body: Option<&'a str>,
    pub draft: bool,
}

impl Turn<'_> {
    pub(crate) fn open(&mut self, repository: u64, opening: &Opening<'_>) -> u64 {
        let tip = |it: &crate::state::repository::Repository, branch: &str| {
            it.tip(branch).cloned().unwrap_or_else(|| panic!("no branch `{branch}` in `{}`", it.name))
        };
        let base_oid = tip(&self.repository(repository), opening.base);
        let head_oid = tip(&self.repository(opening.head_repository), opening.head);
        let (id, now) = (self.state.next_id(), self.now);
        let it = self.repository_mut(repository);
        it.last_number += 1;
        let number = it.last_number;
        let pull_request = PullRequest {
            id,
            number,
            repository,
            author: opening.author,
            title: opening.title.into(),
            body: opening.body.map(Into::into),
            draft: opening.draft,
            open: true,
            locked: false,
            merged: None,
            created_at: now,
            updated_at: now,
            closed_at: None,
            base: opening.base.into(),
            base_oid,
            head: opening.head.into(),
            head_oid,
            head_repository: Some(opening.head_repository),
            labels: Default::default(),
            assignees: Default::default(),
            requested_users: Default::default(),
            requested_teams: Default::default(),
            edits: Vec::new(),
            comments: Vec::new(),
            reviews: Vec::new(),
            threads: Vec::new(),
            timeline: Vec::new(),
            auto_merge: None,
        };
        it.index.add(&pull_request);
        it.pull_requests.insert(number, Arc::new(pull_request));
        self.tell_pull(repository, number, "opened", opening.author, json!({}));
        number
    }

    pub(crate) fn happened(&mut self, repository: u64, number: u64, actor: u64, what: Happened) {
        let id = self.state.next_id();
        let at = self.now;
        self.touch(repository, number).timeline.push(Arc::new(Item { id, at, actor, what }));
    }

    pub(crate) fn edit_body(&mut self, repository: u64, number: u64, by: u64, text: &str) {
        let before = self.pull(repository, number);
        let edits = self.edited(&before.edits, (before.created_at, before.author), before.body.as_deref(), by, text);
        let it = self.touch(repository, number);
        it.edits = edits;
        it.body = Some(text.into());
        let changes = json!({ "changes": { "body": { "from": before.body.clone().unwrap_or_default() } } });
        self.tell_pull(repository, number, "edited", by, changes);
    }

    /// The edit history after one more edit. The first edit brings the first version along.
    pub(super) fn edited(
        &mut self,
        edits: &[Arc<Edit>],
        (at, author): (jiff::Timestamp, u64),
        first: Option<&str>,
        by: u64,
        text: &str,
    ) -> Vec<Arc<Edit>> {
        let mut edits = edits.to_vec();
        if edits.is_empty() {
            let text = first.unwrap_or_default().to_owned();
            edits.push(Arc::new(Edit { id: self.state.next_id(), at, by: author, text }));
        }
        edits.push(Arc::new(Edit { id: self.state.next_id(), at: self.now, by, text: text.into() }));
        edits
    }

    pub(crate) fn retitle(&mut self, repository: u64, number: u64, by: u64, title: &str) {
        let from = self.pull(repository, number).title.clone();
        self.happened(repository, number, by, Happened::RenamedTitle { from: from.clone(), to: title.into() });
        self.pull_mut(repository, number).title = title.into();
        self.tell_pull(repository, number, "edited", by, json!({ "changes": { "title": { "from": from } } }));
    }

    pub(crate) fn retarget(&mut self, repository: u64, number: u64, by: u64, base: &str) {
        let before = self.pull(repository, number);
        let tip = self.repository(repository).tip(base).cloned().unwrap_or_else(|| panic!("no branch `{base}`"));
        let what = Happened::BaseRefChanged { from: before.base.clone(), to: base.into() };
        self.happened(repository, number, by, what);
        self.move_pull(repository, number, |it| {
            it.base = base.into();
            it.base_oid = tip;
        });
        let from = json!({ "base": { "ref": { "from": before.base.clone() }, "sha": { "from": before.base_oid.to_string() } } });
        self.tell_pull(repository, number, "edited", by, json!({ "changes": from }));
    }

    pub(crate) fn set_draft(&mut self, repository: u64, number: u64, by: u64, draft: bool) {
        if self.pull(repository, number).draft == draft {
            return;
        }
        let what = if draft { Happened::ConvertToDraft } else { Happened::ReadyForReview };
        self.happened(repository, number, by, what);
        self.pull_mut(repository, number).draft = draft;
        let action = if draft { "converted_to_draft" } else { "ready_for_review" };
        self.tell_pull(repository, number, action, by, json!({}));
    }

    pub(crate) fn label(&mut self, repository: u64, number: u64, by: u64, name: &str, on: bool) {
        let label = self.make_label(repository, name);
        let it = self.touch(repository, number);
        let moved = if on { it.labels.insert(label) } else { it.labels.remove(&label) };
        if !moved {
            return;
        }
        let (what, action) =
            if on { (Happened::Labeled(label), "labeled") } else { (Happened::Unlabeled(label), "unlabeled") };
        self.happened(repository, number, by, what);
        let it = self.repository(repository);
        let shown = it.labels.get(&label).map(|label| show_repository::label(self.state, &it, label));
        self.tell_pull(repository, number, action, by, json!({ "label": shown }));
    }

    pub(crate) fn assign(&mut self, repository: u64, number: u64, by: u64, assignee: u64, on: bool) {
        let it = self.touch(repository, number);
        let moved = if on { it.assignees.insert(assignee) } else { it.assignees.remove(&assignee) };
        if moved {
            let shown = show_people::user(self.state, assignee);
            let action = if on { "assigned" } else { "unassigned" };
            self.tell_pull(repository, number, action, by, json!({ "assignee": shown }));
        }
    }

    pub(crate) fn request(&mut self, repository: u64, number: u64, by: u64, reviewer: Reviewer, on: bool) {
        let it = self.touch(repository, number);
        let moved = match (reviewer, on) {
            (Reviewer::User(id), true) => it.requested_users.insert(id),
            (Reviewer::User(id), false) => it.requested_users.remove(&id),
            (Reviewer::Team(id), true) => it.requested_teams.insert(id),
            (Reviewer::Team(id), false) => it.requested_teams.remove(&id),
        };
        if !moved {
            return;
        }
        let (what, action) = if on {
            (Happened::ReviewRequested(reviewer), "review_requested")
        } else {
            (Happened::ReviewRequestRemoved(reviewer), "review_request_removed")
        };
        self.happened(repository, number, by, what);
        let more = match reviewer {
            Reviewer::User(id) => json!({ "requested_reviewer": show_people::user(self.state, id) }),
            Reviewer::Team(id) => {
                json!({ "requested_team": self.state.teams.get(&id).map(|it| show_people::team(self.state, it)) })
            }
        };
        self.tell_pull(repository, number, action, by, more);
    }

    pub(crate) fn set_auto_merge(&mut self, repository: u64, number: u64, by: u64, on: bool) {
        let at = self.now;
        let (what, action) = if on {
            (Happened::AutoMergeEnabled, "auto_merge_enabled")
        } else {
            (Happened::AutoMergeDisabled, "auto_merge_disabled")
        };
        self.happened(repository, number, by, what);
        self.pull_mut(repository, number).auto_merge = on.then_some(AutoMerge { at, by });
        self.tell_pull(repository, number, action, by, json!({}));
    }

    pub(crate) fn set_locked(&mut self, repository: u64, number: u64, by: u64, locked: bool) {
        self.pull_mut(repository, number).locked = locked;
        self.tell_pull(repository, number, if locked { "locked" } else { "unlocked" }, by, json!({}));
    }

    pub(crate) fn close(&mut self, repository: u64, number: u64, by: u64) {
        if !self.pull(repository, number).open {
            return;
        }
        self.happened(repository, number, by, Happened::Closed);
        let now = self.now;
        self.move_pull(repository, number, |it| {
            it.open = false;
            it.closed_at = Some(now);
        });
        self.leave_queue(repository, number, by, Some("closed"));
        self.tell_pull(repository, number, "closed", by, json!({}));
    }

    pub(crate) fn reopen(&mut self, repository: u64, number: u64, by: u64) {
        let before = self.pull(repository, number);
        if before.open || before.merged.is_some() {
            return;
        }
        let head = before.head_repository.and_then(|id| self.repository(id).tip(&before.head).cloned());
        let base = self.repository(repository).tip(&before.base).cloned();
        self.happened(repository, number, by, Happened::Reopened);
        self.move_pull(repository, number, |it| {
            it.open = true;
            it.closed_at = None;
            it.head_oid = head.unwrap_or_else(|| before.head_oid.clone());
            it.base_oid = base.unwrap_or_else(|| before.base_oid.clone());
        });
        self.tell_pull(repository, number, "reopened", by, json!({}));
    }

    pub(crate) fn mark_merged(&mut self, repository: u64, number: u64, by: u64, commit: Oid) {
        let now = self.now;
        self.happened(repository, number, by, Happened::Merged(commit.clone()));
        self.happened(repository, number, by, Happened::Closed);
        self.move_pull(repository, number, |it| {
            it.open = false;
            it.closed_at = Some(now);
            it.merged = Some(Merge { at: now, by, commit });
        });
        let author = self.pull(repository, number).author;
        let it = self.repository_mut(repository);
        it.contributors.insert(author);
        it.queue.retain(|entry| entry.number != number);
        self.tell_pull(repository, number, "closed", by, json!({}));
    }

    fn make_label(&mut self, repository: u64, name: &str) -> u64 {
        if let Some(known) = self.repository(repository).labels.values().find(|it| it.name == name) {
            return known.id;
        }
        let id = self.state.next_id();
        let label = crate::state::repository::Label { id, name: name.into(), color: "ededed".into() };
        self.repository_mut(repository).labels.insert(id, Arc::new(label));
        id
    }

    pub(crate) fn rename_label(&mut self, repository: u64, by: u64, from: &str, to: &str) {
        let id = self.make_label(repository, from);
        let it = self.repository_mut(repository);
        let label = Arc::make_mut(it.labels.get_mut(&id).expect("the label just found"));
        label.name = to.into();
        let it = self.repository(repository);
        let shown: Value = it.labels.get(&id).map(|label| show_repository::label(self.state, &it, label)).into();
        let body = json!({ "label": shown, "changes": { "name": { "from": from } } });
        self.tell(repository, "label", "edited", by, body);
    }
}
