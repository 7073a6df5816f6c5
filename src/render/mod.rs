//! What people see: a decision and its diagnostics become a check run, a comment,
//! annotations and text for a terminal.
//!
//! Everything here is a function of its arguments. Absent on purpose: GitHub and
//! the store (what was rendered is a value, others send and keep it), and the
//! time of rendering: the same decision gives the same bytes, so that nothing is
//! sent twice. Texts name instants, never lengths of time, for the same reason.
//!
//! // INVARIANT: no text of anybody else's reaches Markdown but through `escape`.

pub mod annotation;
mod announced;
pub mod change_block;
pub mod check_run;
mod closed;
mod commands;
pub mod comment;
pub mod decision;
pub mod effect;
mod emergency;
pub mod escape;
pub mod gate;
pub mod group;
pub mod json;
mod life;
pub mod limits;
pub mod notice;
pub mod phrase;

mod readable;
pub mod record;
mod requests;
pub mod review;
pub mod sarif;
mod summary;
pub mod table;
pub mod template;
pub mod terminal;
pub mod unread;

use countersign_domain::account::Account;
use countersign_domain::decision::{Decision, Outcome};
use countersign_domain::facts::ChangeState;
use countersign_domain::life::Life;
use countersign_domain::plan::{Answer, Effect, Refusals};

pub use check_run::bare_verdict;
pub use comment::COMMENT_MARKER;
pub use group::{GroupMember, group_answer};
pub use unread::{Reason, could_not_evaluate};

/// What a rendering needs to know besides the decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Where GitHub's pages are, such as `https://github.com`; empty: nothing is linked.
    pub server: String,
    /// The owner of the pull request's repository.
    pub owner: String,
    /// The repository's name, without the owner.
    pub repository: String,
    /// The pull request's number.
    pub number: u64,
    /// Who opened it; `None` for a deleted account.
    pub author: Option<Account>,
    /// What the check run of ours that is shown on the head does to the merge: when no policy speaks any more, it would
    /// go on doing so.
    pub effect: Effect,
    /// What GitHub does not take beside the check run.
    pub refusals: Refusals,
    /// Where the change stands, where it went in; what is open yet says so by its decision.
    pub went_in: Option<Life>,
    /// Whether somebody asked for the whole explanation in the comment by the check's button.
    pub explain: bool,
}

impl Context {
    /// The address of a page of a pull request of the repository, such as `checks`.
    pub fn pull_url(&self, number: u64, page: &str) -> Option<String> {
        let is_name = |name: &str| {
            !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.'))
        };
        let server = self.server.trim_end_matches('/');
        let linkable = !server.is_empty() && is_name(&self.owner) && is_name(&self.repository);
        let page = if page.is_empty() { String::new() } else { format!("/{page}") };
        linkable.then(|| format!("{server}/{}/{}/pull/{number}{page}", self.owner, self.repository))
    }
}

/// What GitHub should show for a decision.
pub fn answer(decision: &Decision, context: &Context) -> Answer {
    if decision.state != ChangeState::Open {
        return closed::last_word(decision, context);
    }
    let run = match decision.outcome {
        Outcome::Silent => (context.effect != Effect::None).then(|| check_run::no_policy(decision)),
        _ => Some(check_run::run(decision, context)),
    };
    Answer { run, comment: comment::comment(decision, context) }
}

#[cfg(test)]
mod tests;
