//! A pull request.

use std::sync::Arc;

use super::repository::{make, push};
use super::{Changes, Check, Comment, Commit, Outcome, Repository, Review};
use crate::git::Oid;
use crate::state::pull_request::{PullRequest as Kept, Verdict};
use crate::state::repository::PushKind;
use crate::turn::Turn;
use crate::world::World;

/// A pull request to be opened. What is left empty has a default.
#[derive(Clone, Default)]
pub struct NewPullRequest<'a> {
    /// Who opens it.
    pub author: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its description.
    pub body: &'a str,
    /// The branch it comes from: one is made up.
    pub head: &'a str,
    /// The branch it goes to: the default one.
    pub base: &'a str,
    /// What its first commit changes: something.
    pub changes: Changes,
    /// That commit's message: the title.
    pub message: &'a str,
    /// The fork that it comes from: the repository itself.
    pub fork: Option<&'a Repository>,
    /// Whether it is a draft.
    pub draft: bool,
}

/// A pull request.
#[derive(Clone)]
pub struct PullRequest {
    pub(crate) world: Arc<World>,
    pub(crate) repository: u64,
    pub(crate) number: u64,
}

impl PullRequest {
    fn state(&self) -> Arc<Kept> {
        let live = self.world.live();
        Arc::clone(live.pull_request(self.repository, self.number).expect("a pull request that exists"))
    }

    fn home(&self) -> Repository {
        Repository { world: Arc::clone(&self.world), id: self.repository }
    }

    /// Does something as somebody.
    fn by<T>(&self, login: &str, act: impl FnOnce(&mut Turn<'_>, u64, u64, u64) -> T) -> T {
        self.world.turn(|turn| {
            let by = turn.user(login);
            act(turn, self.repository, self.number, by)
        })
    }

    /// Its number in its repository.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The commit at its head.
    pub fn head(&self) -> Oid {
        self.state().head_oid.clone()
    }

    /// Its description.
    pub fn body(&self) -> String {
        self.state().body.clone().unwrap_or_default()
    }

    /// Its labels.
    pub fn labels(&self) -> Vec<String> {
        let live = self.world.live();
        let labels = live.repositories.get(&self.repository).map(|it| it.labels.clone()).unwrap_or_default();
        self.state().labels.iter().filter_map(|id| labels.get(id)).map(|it| it.name.clone()).collect()
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.state().open
    }

    /// Whether it was merged.
    pub fn is_merged(&self) -> bool {
        self.state().merged.is_some()
    }

    /// The logins and teams that are asked for a review.
    pub fn requested(&self) -> Vec<String> {
        let (live, it) = (self.world.live(), self.state());
        let users = it.requested_users.iter().map(|id| live.login(*id).to_owned());
        let teams = it.requested_teams.iter().filter_map(|id| live.teams.get(id)).map(|team| team.slug.clone());
        users.chain(teams).collect()
    }

    /// Pushes one more commit to its branch.
    pub fn push(&self, by: &str, changes: impl Into<Changes>) -> Oid {
        self.push_commit(Commit { by, changes: changes.into(), ..Commit::default() })
    }

    /// Pushes one more commit to its branch, saying everything that can be said about a commit.
    pub fn push_commit(&self, commit: Commit<'_>) -> Oid {
        let (from, branch) = self.source();
        self.world.turn(|turn| push(turn, from, &branch, None, commit))
    }

    /// Where its commits are pushed to.
    fn source(&self) -> (u64, String) {
        let it = self.state();
        (it.head_repository.expect("a head repository that was not deleted"), it.head.clone())
    }

    /// Replaces all its commits by one on top of the base.
    pub fn force_push(&self, by: &str, changes: impl Into<Changes>) -> Oid {
        let (from, branch) = self.source();
        let base = self.state().base.clone();
        self.world.turn(|turn| {
            let start = turn.repository(self.repository).tip(&base).cloned();
            let commit = Commit { by, changes: changes.into(), ..Commit::default() };
            let oid = make(turn, from, start.into_iter().collect(), commit);
            let by = turn.user(by);
            turn.push(from, &branch, by, Some(oid.clone()), PushKind::ForcePush);
            oid
        })
    }

    /// Merges its base into its branch, as `Update branch` does.
    pub fn update_branch(&self, by: &str) -> Oid {
        let base = self.state().base.clone();
        let merged = self.home().tip(&base);
        let (from, branch) = self.source();
        let message = format!("Merge branch '{base}' into {branch}");
        self.world.turn(|turn| {
            let here = turn.repository(from);
            let head = self.state_in(turn).head_oid.clone();
            let changes = here.files_between(&head, &merged);
            let tree = here.objects.commit(&merged).map(|it| it.tree.clone());
            let mut brought = Changes::new();
            for file in changes.iter() {
                let entry = tree.as_ref().and_then(|tree| here.objects.at(tree, &file.path));
                let content = entry.and_then(|it| Some((it.mode, here.objects.blob(&it.oid)?.to_vec())));
                brought.files.insert(file.path.clone(), content);
                brought.files.extend(file.previous.iter().map(|path| (path.clone(), None)));
            }
            drop(here);
            let merges = vec![merged.clone()];
            let commit = Commit { by, message: &message, changes: brought, merges, ..Commit::default() };
            push(turn, from, &branch, None, commit)
        })
    }

    fn state_in(&self, turn: &Turn<'_>) -> Arc<Kept> {
        turn.pull(self.repository, self.number)
    }

    /// Moves its branch to any commit.
    pub fn reset_head(&self, by: &str, to: &Oid) {
        let (from, branch) = self.source();
        Repository { world: Arc::clone(&self.world), id: from }.reset(&branch, by, to);
    }

    /// Reviews the head as it is.
    pub fn review(&self, by: &str, verdict: Verdict) -> Review {
        self.review_saying(by, verdict, "")
    }

    /// Reviews the head as it is, with words.
    pub fn review_saying(&self, by: &str, verdict: Verdict, body: &str) -> Review {
        Review(self.by(by, |turn, home, number, by| turn.review((home, number), by, verdict, body, None)))
    }

    /// Reviews an older commit, as happens when somebody pushes meanwhile.
    pub fn review_of(&self, by: &str, verdict: Verdict, commit: &Oid) -> Review {
        let commit = Some(commit.clone());
        Review(self.by(by, |turn, home, number, by| turn.review((home, number), by, verdict, "", commit)))
    }

    /// Dismisses a review.
    pub fn dismiss(&self, by: &str, review: Review) {
        self.by(by, |turn, home, number, by| turn.dismiss(home, number, review.0, by, "no longer holds"));
    }

    /// Edits what a review says.
    pub fn edit_review(&self, by: &str, review: Review, body: &str) {
        self.by(by, |turn, home, number, by| turn.edit_review(home, number, review.0, by, body));
    }

    /// Asks somebody for a review, or a team as `organisation/slug`.
    pub fn request_review(&self, by: &str, of: &str) {
        self.by(by, |turn, home, number, by| {
            let reviewer = turn.reviewer(of);
            turn.request(home, number, by, reviewer, true);
        });
    }

    /// Takes a request for a review back.
    pub fn unrequest_review(&self, by: &str, of: &str) {
        self.by(by, |turn, home, number, by| {
            let reviewer = turn.reviewer(of);
            turn.request(home, number, by, reviewer, false);
        });
    }

    /// Begins a thread on a file, and returns its number.
    pub fn start_thread(&self, by: &str, path: &str, body: &str) -> u64 {
        self.by(by, |turn, home, number, by| turn.start_thread(home, number, by, path, body))
    }

    /// Resolves a thread.
    pub fn resolve_thread(&self, by: &str, thread: u64) {
        self.by(by, |turn, home, number, by| turn.resolve_thread(home, number, thread, by, true));
    }

    /// Opens a resolved thread again.
    pub fn unresolve_thread(&self, by: &str, thread: u64) {
        self.by(by, |turn, home, number, by| turn.resolve_thread(home, number, thread, by, false));
    }

    /// Writes a comment, and returns its number.
    pub fn comment(&self, by: &str, body: &str) -> u64 {
        self.by(by, |turn, home, number, by| turn.comment(home, number, by, None, body))
    }

    /// Edits a comment, one's own or somebody else's.
    pub fn edit_comment(&self, by: &str, comment: u64, body: &str) {
        self.by(by, |turn, home, number, by| turn.edit_comment(home, number, comment, by, body));
    }

    /// Hides a comment for a reason such as `outdated`, or shows it again.
    pub fn minimize_comment(&self, comment: u64, reason: Option<&str>) {
        self.world.turn(|turn| turn.minimize_comment(self.repository, self.number, comment, reason));
    }

    /// Deletes a comment.
    pub fn delete_comment(&self, by: &str, comment: u64) {
        self.by(by, |turn, home, number, by| turn.delete_comment(home, number, comment, by));
    }

    /// Edits the description.
    pub fn edit_body(&self, by: &str, text: &str) {
        self.by(by, |turn, home, number, by| turn.edit_body(home, number, by, text));
    }

    /// Changes the title.
    pub fn retitle(&self, by: &str, title: &str) {
        self.by(by, |turn, home, number, by| turn.retitle(home, number, by, title));
    }

    /// Points it at another base.
    pub fn retarget(&self, by: &str, base: &str) {
        self.by(by, |turn, home, number, by| turn.retarget(home, number, by, base));
    }

    /// Puts a label on it.
    pub fn label(&self, by: &str, label: &str) {
        self.by(by, |turn, home, number, by| turn.label(home, number, by, label, true));
    }

    /// Takes a label off it.
    pub fn unlabel(&self, by: &str, label: &str) {
        self.by(by, |turn, home, number, by| turn.label(home, number, by, label, false));
    }

    /// Assigns somebody.
    pub fn assign(&self, by: &str, login: &str) {
        self.by(by, |turn, home, number, by| {
            let assignee = turn.user(login);
            turn.assign(home, number, by, assignee, true);
        });
    }

    /// Takes an assignment back.
    pub fn unassign(&self, by: &str, login: &str) {
        self.by(by, |turn, home, number, by| {
            let assignee = turn.user(login);
            turn.assign(home, number, by, assignee, false);
        });
    }

    /// Says that a draft is ready.
    pub fn ready(&self, by: &str) {
        self.by(by, |turn, home, number, by| turn.set_draft(home, number, by, false));
    }

    /// Makes it a draft again.
    pub fn draft(&self, by: &str) {
        self.by(by, |turn, home, number, by| turn.set_draft(home, number, by, true));
    }

    /// Has it merge by itself once it can, or no longer.
    pub fn auto_merge(&self, by: &str, on: bool) {
        self.by(by, |turn, home, number, by| turn.set_auto_merge(home, number, by, on));
    }

    /// Locks the conversation: Apps cannot write there.
    pub fn lock(&self, by: &str) {
        self.by(by, |turn, home, number, by| turn.set_locked(home, number, by, true));
    }

    /// Opens the conversation to everybody again.
    pub fn unlock(&self, by: &str) {
        self.by(by, |turn, home, number, by| turn.set_locked(home, number, by, false));
    }

    /// Closes it.
    pub fn close(&self, by: &str) {
        self.by(by, |turn, home, number, by| turn.close(home, number, by));
    }

    /// Opens it again.
    pub fn reopen(&self, by: &str) {
        self.by(by, |turn, home, number, by| turn.reopen(home, number, by));
    }

    /// What the rules still want before it may be merged.
    pub fn missing_for_merge(&self) -> Vec<String> {
        let live = self.world.live();
        let home = live.repositories.get(&self.repository);
        home.map(|home| home.missing_for_merge(&self.state())).unwrap_or_default()
    }

    /// Presses the button.
    ///
    /// # Errors
    /// If the rules want something more; then nothing happens.
    pub fn try_merge(&self, by: &str) -> Result<Oid, Vec<String>> {
        let missing = self.missing_for_merge();
        if missing.is_empty() { Ok(self.merge(by)) } else { Err(missing) }
    }

    /// Merges it, past all rules if need be, as an administrator can.
    pub fn merge(&self, by: &str) -> Oid {
        self.by(by, |turn, home, number, by| turn.merge(home, number, by))
    }

    /// Puts it into the merge queue.
    pub fn enqueue(&self, by: &str) {
        self.by(by, |turn, home, number, by| turn.enqueue(home, number, by));
    }

    /// Writes a check run on its head, for an App. See [`Repository::check_run`].
    pub fn check_run(&self, app: &str, name: &str, outcome: Outcome) -> u64 {
        self.home().check_run(&self.head(), app, name, outcome)
    }

    /// What an App says next goes into another suite. See [`Repository::another_suite`].
    pub fn another_suite(&self, app: &str) {
        self.home().another_suite(&self.head(), app);
    }

    /// Writes a status on its head: `success`, `failure`, `error` or `pending`.
    pub fn status(&self, by: &str, context: &str, state: &str) {
        self.home().status(&self.head(), by, context, state);
    }

    /// Presses `Re-run` on the newest check of this name.
    ///
    /// # Panics
    /// If there is none.
    pub fn rerequest(&self, by: &str, name: &str) {
        let run = self.check(name).unwrap_or_else(|| panic!("no check `{name}`")).id;
        self.by(by, |turn, home, _, by| turn.rerequest_run(home, run, by));
    }

    /// Presses a button that the newest check of this name offers.
    ///
    /// # Panics
    /// If there is no such check.
    pub fn request_action(&self, by: &str, name: &str, identifier: &str) {
        let run = self.check(name).unwrap_or_else(|| panic!("no check `{name}`")).id;
        self.by(by, |turn, home, _, by| turn.request_action(home, run, identifier, by));
    }

    /// All check runs on its head, oldest first.
    pub fn checks(&self) -> Vec<Check> {
        self.home().checks(&self.head())
    }

    /// The newest check of this name on its head: the one that counts.
    pub fn check(&self, name: &str) -> Option<Check> {
        self.checks().into_iter().rev().find(|check| check.name == name)
    }

    /// Its comments, oldest first.
    pub fn comments(&self) -> Vec<Comment> {
        let live = self.world.live();
        self.state().comments.iter().map(|comment| Comment::of(&live, comment)).collect()
    }
}
