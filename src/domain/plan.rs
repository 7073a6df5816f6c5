//! From a decision and what GitHub shows to what is to be written. No difference, no action.

use std::collections::BTreeSet;

use crate::account::Oid;
use crate::decision::{CommandResult, Reviewer};

/// What GitHub shows of us on a pull request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Our newest check run of the decision's name on the decision's head.
    pub run: Option<ShownRun>,
    /// Our comment.
    pub comment: Option<ShownComment>,
}

/// A check run of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRun {
    /// GitHub's number for it.
    pub id: u64,
    /// How it stands.
    pub status: RunStatus,
    /// The fingerprint that was sent with it: see [`Run::fingerprint`].
    pub fingerprint: String,
}

/// Our comment on a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownComment {
    /// GitHub's number for it.
    pub id: u64,
    /// Its text as it stands.
    pub body: String,
}

/// What our newest check run on the head does to the merge, for what is said where no policy asks anything any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: there is none, or it is neutral.
    #[default]
    None,
    /// It holds the merge where the check is required.
    Holds,
    /// It is green, or was until the pull request was closed.
    Vouches,
}

/// What cannot be done beside the check run: what GitHub does not take, with its reason, and who cannot be told. No verdict waits for it; the check tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusals {
    /// The comment, new or edited.
    pub comment: Option<String>,
    /// Asking people and teams for a review.
    pub requests: Option<String>,
    /// Receivers of `[[notify]]` that the settings of the server do not name, so that nobody is told there.
    pub receivers: Vec<String>,
}

/// How a check run stands: in progress, or concluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunStatus {
    /// Not concluded: GitHub holds the merge where the check is required.
    InProgress,
    /// Green.
    Success,
    /// Red.
    Failure,
    /// The author has something to do: red with a word of its own.
    ActionRequired,
    /// Grey: GitHub lets it pass.
    Neutral,
}

/// A check run as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The check's name.
    pub name: String,
    /// The commit it hangs on.
    pub head: Oid,
    /// How it stands.
    pub status: RunStatus,
    /// One line: the state and the one next thing.
    pub title: String,
    /// Markdown: what is missing and who can give it, and everything behind it.
    pub summary: String,
    /// Remarks on lines of files of the head.
    pub annotations: Vec<Annotation>,
    /// A hash over all of the above, kept on GitHub as the run's external id.
    pub fingerprint: String,
}

/// A remark on lines of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// The file's path.
    pub path: String,
    /// First line, from 1.
    pub start_line: usize,
    /// Last line.
    pub end_line: usize,
    /// How much it weighs.
    pub level: AnnotationLevel,
    /// What it says.
    pub message: String,
}

/// GitHub's levels of annotations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnotationLevel {
    /// For information.
    Notice,
    /// Likely a mistake.
    Warning,
    /// Wrong.
    Failure,
}

/// What should be shown: the rendered decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The check run; `None` where no policy speaks and nothing was ever shown.
    pub run: Option<Run>,
    /// The comment.
    pub comment: Comment,
}

/// What becomes of the comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comment {
    /// Somebody must act: it is written, or edited in place.
    Show(String),
    /// Nobody must act: one that is there is folded to this text, none is written.
    Fold(String),
    /// It is left as it is.
    Leave,
}

/// Something to write on GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A new check run.
    CreateRun(Run),
    /// An uncompleted check run edited in place, to another text or to its conclusion.
    UpdateRun {
        /// Which one.
        id: u64,
        /// What it should be.
        run: Run,
    },
    /// A new comment.
    CreateComment(String),
    /// Our comment edited in place.
    UpdateComment {
        /// Which one.
        id: u64,
        /// What it should say.
        body: String,
    },
    /// Asks people and teams for a review.
    RequestReviews(Vec<Reviewer>),
    /// Answers a command with a reaction on its comment.
    React {
        /// Which comment.
        comment: u64,
        /// With what.
        reaction: Reaction,
    },
}

/// What is answered to a command on its comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// It was taken.
    Taken,
    /// It does nothing; the check says why.
    Refused,
    /// There is no such command; the check says how they are written.
    NotUnderstood,
}

/// The answers to commands that nobody has answered, and of which is known what becomes of them.
pub fn reactions(commands: &[CommandResult], unanswered: &BTreeSet<u64>) -> Vec<Action> {
    let open = commands.iter().filter(|command| command.is_known && unanswered.contains(&command.comment));
    open.map(|command| {
        let reaction = match (&command.refused, &command.asks) {
            (None, _) => Reaction::Taken,
            (Some(_), Some(_)) => Reaction::Refused,
            (Some(_), None) => Reaction::NotUnderstood,
        };
        Action::React { comment: command.comment, reaction }
    })
    .collect()
}

/// So many are asked at once: GitHub takes no more.
const MOST_REVIEWERS: usize = 15;

/// Whom GitHub is still to be asked to ask. `asked` is everybody whom it ever asked, or took off again: nobody is asked
/// twice, and who was taken off stays off.
pub fn requests(wanted: &[Reviewer], asked: &BTreeSet<Reviewer>) -> Option<Action> {
    let room = MOST_REVIEWERS.saturating_sub(asked.len());
    let open: Vec<Reviewer> = wanted.iter().filter(|reviewer| !asked.contains(reviewer)).take(room).cloned().collect();
    (!open.is_empty()).then_some(Action::RequestReviews(open))
}

/// What has to be written so that GitHub shows the answer.
///
/// GitHub never takes a completed run back: a change of state of a completed run creates a new one, and so does a
/// change of its text, because the newest run counts. An uncompleted run is edited in place.
pub fn plan(answer: &Answer, shown: &Shown) -> Vec<Action> {
    let run = answer.run.as_ref().and_then(|run| match &shown.run {
        Some(there) if there.fingerprint == run.fingerprint && there.status == run.status => None,
        Some(there) if there.status == RunStatus::InProgress => {
            Some(Action::UpdateRun { id: there.id, run: run.clone() })
        }
        _ => Some(Action::CreateRun(run.clone())),
    });
    let comment = match (&answer.comment, &shown.comment) {
        (Comment::Show(body), None) => Some(Action::CreateComment(body.clone())),
        (Comment::Show(body) | Comment::Fold(body), Some(there)) if !same_text(&there.body, body) => {
            Some(Action::UpdateComment { id: there.id, body: body.clone() })
        }
        _ => None,
    };
    run.into_iter().chain(comment).collect()
}

/// GitHub gives line ends back as it likes.
fn same_text(left: &str, right: &str) -> bool {
    left.lines().eq(right.lines())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(status: RunStatus, fingerprint: &str) -> Run {
        Run {
            name: "countersign".into(),
            head: Oid::new("c0ffee"),
            status,
            title: String::new(),
            summary: String::new(),
            annotations: Vec::new(),
            fingerprint: fingerprint.into(),
        }
    }

    fn shown(status: RunStatus, fingerprint: &str) -> Shown {
        let run = Some(ShownRun { id: 7, status, fingerprint: fingerprint.into() });
        Shown { run, comment: Some(ShownComment { id: 9, body: "one\r\ntwo".into() }) }
    }

    fn check(answer: &Answer, shown: &Shown, expected: &[Action]) {
        assert_eq!(plan(answer, shown), expected);
    }

    #[test]
    fn nothing_is_written_where_nothing_differs() {
        let answer = Answer { run: Some(run(RunStatus::Success, "a")), comment: Comment::Fold("one\ntwo".into()) };
        check(&answer, &shown(RunStatus::Success, "a"), &[]);
    }

    #[test]
    fn a_completed_run_is_followed_by_a_new_one_and_an_open_one_is_edited() {
        let wanted = run(RunStatus::Failure, "b");
        let answer = Answer { run: Some(wanted.clone()), comment: Comment::Leave };
        check(&answer, &shown(RunStatus::Success, "a"), &[Action::CreateRun(wanted.clone())]);
        check(&answer, &shown(RunStatus::InProgress, "a"), &[Action::UpdateRun { id: 7, run: wanted }]);
    }

    #[test]
    fn nobody_is_asked_twice_and_no_crowd() {
        let team = |slug: String| Reviewer::Team(crate::account::TeamName { organisation: "acme".into(), slug });
        let [cab, payments] = ["cab", "payments"].map(|slug| team(slug.to_owned()));
        let wanted = [cab.clone(), payments.clone()];
        assert_eq!(requests(&wanted, &[cab].into()), Some(Action::RequestReviews(vec![payments])));
        assert_eq!(requests(&wanted, &wanted.clone().into()), None);
        let crowd: Vec<Reviewer> = (0..20).map(|number| team(format!("t{number}"))).collect();
        let asked = crowd[..14].iter().cloned().collect();
        assert_eq!(requests(&crowd, &asked), Some(Action::RequestReviews(vec![crowd[14].clone()])));
    }

    #[test]
    fn a_comment_is_written_once_edited_in_place_and_never_written_to_be_folded() {
        let show = Answer { run: None, comment: Comment::Show("three".into()) };
        let fold = Answer { run: None, comment: Comment::Fold("done".into()) };
        let nothing = Shown::default();
        check(&show, &nothing, &[Action::CreateComment("three".into())]);
        check(&fold, &nothing, &[]);
        let there = shown(RunStatus::Success, "a");
        check(&fold, &there, &[Action::UpdateComment { id: 9, body: "done".into() }]);
    }
}
