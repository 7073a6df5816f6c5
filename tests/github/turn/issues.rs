//! Issues: opened, commented, closed, opened again.

use std::sync::Arc;

use serde_json::json;

use super::Turn;
use crate::shape::issue as show;
use crate::state::issue::Issue;
use crate::state::pull_request::Comment;

impl Turn<'_> {
    /// Opens an issue, by hand or through an App.
    pub(crate) fn open_issue(&mut self, home: u64, author: u64, app: Option<u64>, title: &str, body: &str) -> u64 {
        let (id, now) = (self.state.next_id(), self.now);
        let it = self.repository_mut(home);
        it.last_number += 1;
        let number = it.last_number;
        let issue = Issue {
            id,
            number,
            author,
            app,
            title: title.into(),
            body: body.into(),
            open: true,
            created_at: now,
            updated_at: now,
            closed_at: None,
            comments: Vec::new(),
        };
        it.issues.insert(number, Arc::new(issue));
        self.tell_issue(home, number, "opened", author);
        number
    }

    /// Closes an issue, or opens it again.
    pub(crate) fn set_issue(&mut self, home: u64, number: u64, by: u64, open: bool) {
        let now = self.now;
        let it = self.issue_mut(home, number);
        if it.open != open {
            it.open = open;
            it.closed_at = (!open).then_some(now);
            self.tell_issue(home, number, if open { "reopened" } else { "closed" }, by);
        }
    }

    pub(crate) fn comment_issue(&mut self, home: u64, number: u64, author: u64, body: &str) -> u64 {
        let (id, now) = (self.state.next_id(), self.now);
        let comment = Comment {
            id,
            author,
            app: None,
            body: body.into(),
            created_at: now,
            updated_at: now,
            edits: Vec::new(),
            minimized: None,
            reactions: Vec::new(),
        };
        self.issue_mut(home, number).comments.push(Arc::new(comment.clone()));
        self.repository_mut(home).comments.insert(id, number);
        let it = self.repository(home);
        let issue = it.issues.get(&number).expect("the issue just commented");
        let body = json!({
            "issue": show::issue(self.state, &it, issue),
            "comment": show::comment(self.state, &it, issue, &comment),
        });
        self.tell(home, "issue_comment", "created", author, body);
        id
    }

    /// Reacts to a comment under an issue; whether that is new.
    pub(crate) fn react_to_issue(&mut self, home: u64, number: u64, id: u64, by: u64, content: &str) -> bool {
        let it = self.issue_mut(home, number);
        let found = it.comments.iter_mut().find(|it| it.id == id).expect("a comment of this issue");
        let reaction = (by, content.to_owned());
        let is_new = !found.reactions.contains(&reaction);
        if is_new {
            Arc::make_mut(found).reactions.push(reaction);
        }
        is_new
    }

    /// Changes an issue, which moves its `updated_at`.
    fn issue_mut(&mut self, home: u64, number: u64) -> &mut Issue {
        let now = self.now;
        let it = self.repository_mut(home);
        let issue = Arc::make_mut(it.issues.get_mut(&number).expect("an issue that exists"));
        issue.updated_at = now;
        issue
    }

    fn tell_issue(&mut self, home: u64, number: u64, action: &str, by: u64) {
        if !self.hears(home) {
            return;
        }
        let it = self.repository(home);
        let shown = it.issues.get(&number).map(|issue| show::issue(self.state, &it, issue));
        self.tell(home, "issues", action, by, json!({ "issue": shown }));
    }
}
