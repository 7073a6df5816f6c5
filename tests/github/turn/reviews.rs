//! Reviews, review threads and comments.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Turn;
use crate::shape::pull_request as show;
use crate::state::pull_request::{Comment, Happened, Review, ReviewState, Reviewer, Thread, ThreadComment, Verdict};

impl Turn<'_> {
    /// Submits a review of the head as it is, or of the commit given.
    pub(crate) fn review(
        &mut self,
        (repository, number): (u64, u64),
        author: u64,
        verdict: Verdict,
        body: &str,
        commit: Option<crate::git::Oid>,
    ) -> u64 {
        let (id, now) = (self.state.next_id(), self.now);
        let before = self.pull(repository, number);
        let answered: Vec<u64> = before
            .requested_teams
            .iter()
            .copied()
            .filter(|id| self.state.teams.get(id).is_some_and(|it| self.state.members(it).contains_key(&author)))
            .collect();
        let review = Review {
            id,
            author,
            state: verdict.into(),
            body: body.into(),
            commit: commit.unwrap_or_else(|| before.head_oid.clone()),
            submitted_at: now,
            updated_at: now,
            on_behalf_of: answered.clone(),
        };
        let it = self.touch(repository, number);
        it.reviews.push(Arc::new(review));
        it.requested_users.remove(&author);
        it.requested_teams.retain(|team| !answered.contains(team));
        self.tell_review(repository, number, id, "submitted", author, json!({}));
        id
    }

    pub(crate) fn dismiss(&mut self, repository: u64, number: u64, review: u64, by: u64, message: &str) {
        let now = self.now;
        let found = self.pull(repository, number).review(review).cloned().expect("a review of this pull request");
        let what = Happened::ReviewDismissed { review, before: found.state, message: message.into() };
        self.happened(repository, number, by, what);
        self.change_review(repository, number, review, |it| {
            it.state = ReviewState::Dismissed;
            it.updated_at = now;
        });
        self.tell_review(repository, number, review, "dismissed", by, json!({}));
    }

    pub(crate) fn edit_review(&mut self, repository: u64, number: u64, review: u64, by: u64, body: &str) {
        let now = self.now;
        let before = self.pull(repository, number).review(review).map(|it| it.body.clone());
        self.touch(repository, number);
        self.change_review(repository, number, review, |it| {
            it.body = body.into();
            it.updated_at = now;
        });
        let changes = json!({ "changes": { "body": { "from": before } } });
        self.tell_review(repository, number, review, "edited", by, changes);
    }

    fn change_review(&mut self, repository: u64, number: u64, review: u64, change: impl FnOnce(&mut Review)) {
        let it = self.pull_mut(repository, number);
        let found = it.reviews.iter_mut().find(|it| it.id == review).expect("a review of this pull request");
        change(Arc::make_mut(found));
    }

    fn tell_review(&mut self, repository: u64, number: u64, review: u64, action: &str, sender: u64, more: Value) {
        if !self.hears(repository) {
            return;
        }
        let (it, pull_request) = (self.repository(repository), self.pull(repository, number));
        let Some(review) = pull_request.review(review) else { return };
        let mut shown = show::review(self.state, &it, &pull_request, review);
        shown["state"] = review.state.name().to_lowercase().into();
        let body = json!({
            "review": shown,
            "pull_request": show::pull_request_simple(self.state, &it, &pull_request),
        });
        self.tell(repository, "pull_request_review", action, sender, crate::shape::with(body, more));
    }

    pub(crate) fn start_thread(&mut self, repository: u64, number: u64, by: u64, path: &str, body: &str) -> u64 {
        let review = self.review((repository, number), by, Verdict::Comment, "", None);
        let (id, comment, at) = (self.state.next_id(), self.state.next_id(), self.now);
        let it = self.pull_mut(repository, number);
        let comments = vec![Arc::new(ThreadComment { id: comment, author: by, body: body.into(), at, review })];
        let commit = it.head_oid.clone();
        it.threads.push(Arc::new(Thread { id, path: path.into(), line: 1, commit, resolved_by: None, comments }));
        id
    }

    pub(crate) fn resolve_thread(&mut self, repository: u64, number: u64, thread: u64, by: u64, resolved: bool) {
        let it = self.pull_mut(repository, number);
        let found = it.threads.iter_mut().find(|it| it.id == thread).expect("a thread of this pull request");
        Arc::make_mut(found).resolved_by = resolved.then_some(by);
        let (it, pull_request) = (self.repository(repository), self.pull(repository, number));
        let found = pull_request.threads.iter().find(|it| it.id == thread);
        let body = json!({
            "thread": found.map(|thread| show::thread(self.state, &it, &pull_request, thread)),
            "pull_request": show::pull_request_simple(self.state, &it, &pull_request),
        });
        let action = if resolved { "resolved" } else { "unresolved" };
        self.tell(repository, "pull_request_review_thread", action, by, body);
    }

    /// Writes a comment, by hand or through an App.
    pub(crate) fn comment(&mut self, repository: u64, number: u64, author: u64, app: Option<u64>, body: &str) -> u64 {
        let (id, now) = (self.state.next_id(), self.now);
        let comment = Comment {
            id,
            author,
            app,
            body: body.into(),
            created_at: now,
            updated_at: now,
            edits: Vec::new(),
            minimized: None,
            reactions: Vec::new(),
        };
        self.touch(repository, number).comments.push(Arc::new(comment));
        self.repository_mut(repository).comments.insert(id, number);
        self.tell_comment(repository, number, id, "created", author, json!({}));
        id
    }

    pub(crate) fn edit_comment(&mut self, repository: u64, number: u64, id: u64, by: u64, body: &str) {
        let before = self.find_comment(repository, number, id);
        if before.body == body {
            return;
        }
        let first = (before.created_at, before.author);
        let edits = self.edited(&before.edits, first, Some(&before.body), by, body);
        let now = self.now;
        self.touch(repository, number);
        self.change_comment(repository, number, id, |it| {
            it.edits = edits;
            it.body = body.into();
            it.updated_at = now;
        });
        let changes = json!({ "changes": { "body": { "from": before.body.clone() } } });
        self.tell_comment(repository, number, id, "edited", by, changes);
    }

    /// Reacts to a comment; whether that is new.
    pub(crate) fn react(&mut self, repository: u64, number: u64, id: u64, by: u64, content: &str) -> bool {
        let reaction = (by, content.to_owned());
        let is_new = !self.find_comment(repository, number, id).reactions.contains(&reaction);
        if is_new {
            self.change_comment(repository, number, id, |it| it.reactions.push(reaction));
        }
        is_new
    }

    pub(crate) fn minimize_comment(&mut self, repository: u64, number: u64, id: u64, reason: Option<&str>) {
        self.change_comment(repository, number, id, |it| it.minimized = reason.map(Into::into));
    }

    pub(crate) fn delete_comment(&mut self, repository: u64, number: u64, id: u64, by: u64) {
        self.tell_comment(repository, number, id, "deleted", by, json!({}));
        self.touch(repository, number).comments.retain(|it| it.id != id);
        self.repository_mut(repository).comments.remove(&id);
    }

    fn find_comment(&self, repository: u64, number: u64, id: u64) -> Arc<Comment> {
        let pull_request = self.pull(repository, number);
        let found = pull_request.comments.iter().find(|it| it.id == id);
        Arc::clone(found.expect("a comment of this pull request"))
    }

    fn change_comment(&mut self, repository: u64, number: u64, id: u64, change: impl FnOnce(&mut Comment)) {
        let it = self.pull_mut(repository, number);
        let found = it.comments.iter_mut().find(|it| it.id == id).expect("a comment of this pull request");
        change(Arc::make_mut(found));
    }

    fn tell_comment(&mut self, repository: u64, number: u64, id: u64, action: &str, sender: u64, more: Value) {
        if !self.hears(repository) {
            return;
        }
        let (it, pull_request) = (self.repository(repository), self.pull(repository, number));
        let comment = self.find_comment(repository, number, id);
        let body = json!({
            "issue": show::issue(self.state, &it, &pull_request),
            "comment": show::comment(self.state, &it, &pull_request, &comment),
        });
        self.tell(repository, "issue_comment", action, sender, crate::shape::with(body, more));
    }

    /// Whoever bears this login: an account, or a team as `organisation/slug`.
    pub(crate) fn reviewer(&mut self, name: &str) -> Reviewer {
        match name.split_once('/').and_then(|(organisation, slug)| self.state.team(organisation, slug)) {
            Some(team) => Reviewer::Team(team.id),
            None => Reviewer::User(self.user(name)),
        }
    }
}
