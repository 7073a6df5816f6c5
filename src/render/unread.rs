//! Check runs that need no read of GitHub: what is said when looking is not
//! possible, or not possible yet. None of them is ever green.

use countersign_domain::account::Oid;
use countersign_domain::plan::{Run, RunStatus};

use super::check_run::Unsigned;
use super::escape::{code, prose_at};
use super::phrase::sentence;

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
    /// An event took back something that the success stood on, and GitHub has not been read since.
    LookingAgain(Lowered),
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

/// What an event took back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lowered {
    /// A review was dismissed, or asks for changes.
    Review,
    /// A check or status is red, or runs again.
    Check,
    /// A deployment is no longer in the state that was asked for.
    Deployment,
    /// A review thread was opened again.
    Thread,
    /// The head moved.
    Push,
    /// The description was edited.
    Description,
    /// Somebody left a team.
    Membership,
    /// Something else.
    Other,
}

impl Lowered {
    fn words(self) -> &'static str {
        match self {
            Self::Review => "a review was dismissed or asks for changes",
            Self::Deployment => "a deployment of this commit has a new state",
            Self::Thread => "a review thread was opened again",
            Self::Check => "a check that counts has moved",
            Self::Push => "new commits were pushed",
            Self::Description => "the description was edited",
            Self::Membership => "the members of a team have changed",
            Self::Other => "something that it stood on has changed",
        }
    }
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
        Reason::LookingAgain(lowered) => (
            RunStatus::InProgress,
            format!("Looking again: {}", lowered.words()),
            format!(
                "The check was taken back because {}. It will be decided anew as soon as GitHub can be read.",
                lowered.words()
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
