//! An issue.

use std::sync::Arc;

use super::{Comment, Repository};
use crate::state::issue::Issue as State;

/// An issue that is no pull request.
#[derive(Clone)]
pub struct Issue {
    pub(crate) repository: Repository,
    pub(crate) number: u64,
}

impl Issue {
    fn state(&self) -> Arc<State> {
        let live = self.repository.world.live();
        let home = live.repositories.get(&self.repository.id).expect("a repository that was not deleted");
        Arc::clone(home.issues.get(&self.number).expect("an issue that exists"))
    }

    /// Its number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Its title.
    pub fn title(&self) -> String {
        self.state().title.clone()
    }

    /// Its text.
    pub fn body(&self) -> String {
        self.state().body.clone()
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.state().open
    }

    /// Somebody comments, which gives the comment's number.
    pub fn comment(&self, by: &str, body: &str) -> u64 {
        self.repository.world.turn(|turn| {
            let by = turn.user(by);
            turn.comment_issue(self.repository.id, self.number, by, body)
        })
    }

    /// Somebody closes it.
    pub fn close(&self, by: &str) {
        self.repository.world.turn(|turn| {
            let by = turn.user(by);
            turn.set_issue(self.repository.id, self.number, by, false);
        });
    }

    /// Its comments, oldest first.
    pub fn comments(&self) -> Vec<Comment> {
        let live = self.repository.world.live();
        self.state().comments.iter().map(|comment| Comment::of(&live, comment)).collect()
    }
}
