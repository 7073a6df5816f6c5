//! Check runs that need no read of GitHub: what is said when looking is not
//! possible, or not possible yet. None of them is ever green.

use countersign_domain::account::Oid;
use countersign_domain::plan::{Run, RunStatus};
use jiff::Timestamp;

use super::check_run::Unsigned;
use super::escape::{code, prose_at, shorten, visible};
use super::phrase::{instant, sentence};
use crate::signal::Lowered;

/// The longest name of somebody else's in a title, in characters.
const NAME_LIMIT: usize = 60;

/// Why nothing could be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Looking failed so often that it is not tried again by itself; the text says why the last time.
    GaveUp {
        /// How often it was tried.
        attempts: u32,
        /// Why the last try failed.
        why: String,
    },
    /// The same of a merge group.
    GroupGaveUp {
        /// How often it was tried.
        attempts: u32,
        /// Why the last try failed.
        why: String,
    },
    /// GitHub's merge queue for this branch does not say which pull requests would go in with a group.
    GroupUnknown {
        /// The branch.
        base: String,
    },
    /// An event took back something that the success stood on, and GitHub has not been read since.
    LookingAgain(Option<Lowered>),
    /// Time ended what the success stood on, and GitHub could not be read since.
    Ended {
        /// Until when it counted.
        until: Timestamp,
        /// What the check says from then on, by what was known: the title that it would have.
        then: String,
    },
    /// Time is about to end what the success stands on, and so much is green that nothing is read before it goes.
    Early {
        /// What the check says from then on: the title that it would have.
        then: String,
    },
    /// The same of a pull request in a merge group.
    MemberChanged {
        /// Its number.
        number: u64,
        /// What was taken back.
        what: Option<Lowered>,
    },
    /// The pull request goes into another branch now.
    Retargeted,
    /// The pull request was closed.
    Closed,
    /// The policy gives the check of this base another name now.
    Renamed {
        /// Which.
        to: String,
    },
}

/// What took green away, in a sentence of ours.
fn words(lowered: Option<&Lowered>) -> String {
    let by = |by: &Option<String>| by.as_ref().map_or(String::new(), |login| format!(" by {}", name(login)));
    match lowered {
        Some(Lowered::Dismissal { by: who }) => format!("a review was dismissed{}", by(who)),
        Some(Lowered::ChangesRequested { by: Some(who) }) => format!("{} asks for changes", name(who)),
        Some(Lowered::ChangesRequested { by: None }) => "a review asks for changes".to_owned(),
        Some(Lowered::Check { name: check }) => format!("the check {} is not green any more", name(check)),
        Some(Lowered::Deployment { environment }) => {
            format!("a deployment to {} has a new state", name(environment))
        }
        Some(Lowered::Thread) => "a review thread was begun or opened again".to_owned(),
        Some(Lowered::Push { by: who }) => format!("new commits were pushed{}", by(who)),
        Some(Lowered::Edit { by: who }) => format!("the title or the description was edited{}", by(who)),
        Some(Lowered::Retarget) => "the pull request goes into another branch now".to_owned(),
        Some(Lowered::Draft) => "the pull request was made a draft".to_owned(),
        Some(Lowered::Membership) => "the members of a team, or who may do what, have changed".to_owned(),
        Some(Lowered::Hold { by: Some(who) }) => format!("a command of {} holds the merge", name(who)),
        Some(Lowered::Hold { by: None }) => "a command holds the merge".to_owned(),
        Some(Lowered::Dispatch) => "somebody set a workflow to work that may have made the change".to_owned(),
        None => "something that it stood on has changed".to_owned(),
    }
}

/// Somebody else's name, for a title: plain, and never the whole of it.
fn name(text: &str) -> String {
    shorten(&visible(text), NAME_LIMIT)
}

/// The run of that name on that commit while nothing is decided.
pub fn could_not_evaluate(head: &Oid, check_name: &str, reason: &Reason) -> Run {
    let (status, title, summary) = match reason {
        Reason::GaveUp { attempts, why } => (
            RunStatus::Failure,
            "Could not be evaluated".to_owned(),
            format!(
                "countersign tried {attempts} times to look at this pull request and could not: {} \
                 What could not be looked at is not passed.\n\n\
                 It looks again at the next event of the pull request, or when this check is re-run.",
                sentence(&prose_at(why, false)),
            ),
        ),
        Reason::GroupGaveUp { attempts, why } => (
            RunStatus::Failure,
            "Could not be evaluated".to_owned(),
            format!(
                "countersign tried {attempts} times to look at the pull requests that the merge queue has put together \
                 here and could not: {} What could not be looked at is not passed.\n\n\
                 It looks again at the next event of one of them, or when this check is re-run.",
                sentence(&prose_at(why, false)),
            ),
        ),
        Reason::GroupUnknown { base } => (
            RunStatus::Failure,
            "Could not be decided: the pull requests of this group are not known".to_owned(),
            format!(
                "GitHub asks for this check for pull requests that are to go into {} together, and its merge queue does \
                 not show this commit, so it is not known which they are. What is not known is not passed.\n\n\
                 Take the pull requests out of the queue and add them again, or re-run this check.",
                code(base),
            ),
        ),
        Reason::MemberChanged { number, what } => (
            RunStatus::InProgress,
            format!("Looking again: #{number} changed in the queue, {}", words(what.as_ref())),
            format!(
                "The check of this group was taken back because pull request {number}, which is in it, changed: {}. It \
                 will be decided anew as soon as GitHub can be read.",
                prose_at(&words(what.as_ref()), false)
            ),
        ),
        Reason::LookingAgain(lowered) => (
            RunStatus::InProgress,
            format!("Looking again: {}", words(lowered.as_ref())),
            format!(
                "The check was taken back because {}. It will be decided anew as soon as GitHub can be read.",
                prose_at(&words(lowered.as_ref()), false)
            ),
        ),
        Reason::Ended { until, then } => (
            RunStatus::InProgress,
            format!("Waiting: what it stood on counted until {}", instant(*until)),
            format!(
                "What this check stood on counted until {}, and GitHub could not be read since. {}It will be decided anew \
                 as soon as GitHub can be read.",
                instant(*until),
                if then.is_empty() {
                    String::new()
                } else {
                    format!("By what was known it says from then on: {} ", sentence(&prose_at(then, false)))
                },
            ),
        ),
        Reason::Early { then } => (
            RunStatus::InProgress,
            then.clone(),
            format!(
                "What this check stood on is about to end by time alone: {} So much is green besides that GitHub takes \
                 minutes to take all of it back, so this was said without another look. It will be looked at again soon.",
                sentence(&prose_at(then, false)),
            ),
        ),
        Reason::Retargeted => (
            RunStatus::InProgress,
            "Looking again: the pull request goes into another branch now".to_owned(),
            "What was decided was decided for another branch. It is decided anew for the new one.".to_owned(),
        ),
        Reason::Renamed { to } => (
            RunStatus::Failure,
            "Taken back: the policy gives this check another name now".to_owned(),
            format!("The check of this pull request is {} now. Nothing is decided under this name any more.", code(to)),
        ),
        Reason::Closed => (
            RunStatus::Failure,
            "Taken back: the pull request was closed".to_owned(),
            "A closed pull request vouches for nothing. If it is opened again, it is looked at again.".to_owned(),
        ),
    };
    Unsigned { name: check_name, head, status, title, summary, annotations: Vec::new() }.finish()
}
