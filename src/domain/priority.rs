//! Which of several writes goes first where not all of them can be made at once.
//!
//! One order, used wherever something has to wait for something else: which row of the
//! queue is begun first, how much of an installation's budget a request may take, in
//! which order the actions of one look are carried out. Absent on purpose: how long
//! anything waits, and how much is kept for what; that is for whoever keeps rows and budgets.

use crate::plan::{Action, RunStatus};

/// What a write does, the most urgent first: `Withdrawal < Wording`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Green becomes not-green: until then GitHub lets in what is no longer vouched for.
    Withdrawal,
    /// A merge group or a deployment stands still until it is answered, and whatever is queued behind it.
    Gate,
    /// Somebody waits for an answer: a first word, what was asked for again, a new state that tells what is missing.
    Answer,
    /// Not-green becomes green: late is a nuisance, and safe.
    Grant,
    /// Only words change, or people are asked as a courtesy.
    Wording,
}

impl Priority {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 5] = [Self::Withdrawal, Self::Gate, Self::Answer, Self::Grant, Self::Wording];

    /// What an action does where a run of that status is shown now. `awaited`: a person waits for the run.
    pub fn of(action: &Action, shown: Option<RunStatus>, awaited: bool) -> Self {
        match action {
            Action::CreateRun(run) | Action::UpdateRun { run, .. } => of_run(run.status, shown, awaited),
            Action::CreateComment(_) | Action::React { .. } => Self::Answer,
            Action::UpdateComment { .. } | Action::RequestReviews(_) => Self::Wording,
        }
    }
}

fn of_run(status: RunStatus, shown: Option<RunStatus>, awaited: bool) -> Priority {
    let before = shown.map_or(0, vouches);
    match vouches(status) {
        now if now < before => Priority::Withdrawal,
        _ if awaited => Priority::Answer,
        now if now > before => Priority::Grant,
        _ if shown == Some(status) => Priority::Wording,
        _ => Priority::Answer,
    }
}

/// How much a run vouches for: green more than grey, which GitHub lets pass, and grey more than all else.
fn vouches(status: RunStatus) -> u8 {
    match status {
        RunStatus::Success => 2,
        RunStatus::Neutral => 1,
        RunStatus::InProgress | RunStatus::Failure | RunStatus::ActionRequired => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Oid;
    use crate::plan::Run;

    fn run(status: RunStatus) -> Run {
        Run {
            name: "countersign".into(),
            head: Oid::new("c0ffee"),
            status,
            title: String::new(),
            summary: String::new(),
            annotations: Vec::new(),
            fingerprint: String::new(),
        }
    }

    #[test]
    fn the_most_urgent_comes_first() {
        assert!(Priority::ALL.is_sorted());
        assert!(Priority::Withdrawal < Priority::Gate && Priority::Grant < Priority::Wording);
    }

    #[test]
    fn a_run_is_as_urgent_as_what_it_changes() {
        use RunStatus::{ActionRequired, Failure, InProgress, Neutral, Success};
        let check = |shown: Option<RunStatus>, status: RunStatus, unasked: Priority, awaited: Priority| {
            for action in [Action::CreateRun(run(status)), Action::UpdateRun { id: 7, run: run(status) }] {
                assert_eq!(Priority::of(&action, shown, false), unasked, "{shown:?} to {status:?}");
                assert_eq!(Priority::of(&action, shown, true), awaited, "{shown:?} to {status:?}, awaited");
            }
        };
        for status in [Neutral, InProgress, Failure, ActionRequired] {
            check(Some(Success), status, Priority::Withdrawal, Priority::Withdrawal);
        }
        for status in [InProgress, Failure, ActionRequired] {
            // Grey passes as green does.
            check(Some(Neutral), status, Priority::Withdrawal, Priority::Withdrawal);
            check(Some(status), Success, Priority::Grant, Priority::Answer);
            check(Some(status), Neutral, Priority::Grant, Priority::Answer);
            check(Some(status), status, Priority::Wording, Priority::Answer);
            check(None, status, Priority::Answer, Priority::Answer);
        }
        check(Some(Neutral), Success, Priority::Grant, Priority::Answer);
        check(Some(Success), Success, Priority::Wording, Priority::Answer);
        check(Some(InProgress), Failure, Priority::Answer, Priority::Answer);
        check(None, Success, Priority::Grant, Priority::Answer);
    }

    #[test]
    fn a_first_comment_answers_and_an_edited_one_only_words() {
        let check = |action: Action, expected: Priority| {
            assert_eq!(Priority::of(&action, Some(RunStatus::Success), true), expected, "{action:?}");
        };
        check(Action::CreateComment(String::new()), Priority::Answer);
        check(Action::UpdateComment { id: 9, body: String::new() }, Priority::Wording);
        check(Action::RequestReviews(Vec::new()), Priority::Wording);
        check(Action::React { comment: 9, reaction: crate::plan::Reaction::Taken }, Priority::Answer);
    }
}
