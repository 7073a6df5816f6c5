//! The texts themselves, for an editor's eye; and what holds of all of them.

use countersign_domain::decision::{Decision, Outcome};
use countersign_domain::plan::{Answer, Comment, RunStatus};

use super::examples::{self, context};
use crate::render::answer;

/// An answer with all its parts, as it is sent.
fn shown(answer: &Answer) -> String {
    let mut text = String::new();
    if let Some(run) = &answer.run {
        text.push_str(&format!("{:?}: {}\n\n{}\n", run.status, run.title, run.summary));
        for remark in &run.annotations {
            let (start, end) = (remark.start_line, remark.end_line);
            text.push_str(&format!("\n{}:{start}-{end} {:?}\n{}\n", remark.path, remark.level, remark.message));
        }
    }
    let comment = match &answer.comment {
        Comment::Show(body) => format!("show:\n{body}"),
        Comment::Fold(body) => format!("fold:\n{body}"),
        Comment::Leave => "leave".to_owned(),
    };
    format!("{text}\n======== comment, {comment}")
}

fn check(name: &str, decision: &Decision) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown(&answer(decision, &context()))));
}

#[test]
fn every_day_decisions_read_well() {
    check("pass", &examples::pass());
    check("empty_description", &examples::empty_description());
    check("waiting_for_approval", &examples::waiting_for_approval());
    check("voided_by_push", &examples::voided_by_push());
    check("voided_by_edit", &examples::voided_by_edit());
    check("denied", &examples::denied());
    check("unknown_team", &examples::unknown_team());
    check("wrong_policy", &examples::wrong_policy());
    check("forged_check", &examples::forged_check());
    check("neutral", &examples::neutral());
    check("draft", &examples::draft());
    check("shared_and_warned", &examples::shared_and_warned());
}

#[test]
fn nothing_is_green_but_a_pass_and_nothing_silent_is_shown() {
    let check = |outcome, draft, expected: Option<RunStatus>| {
        let mut decision = examples::pass();
        decision.outcome = outcome;
        decision.draft = draft;
        assert_eq!(answer(&decision, &context()).run.map(|run| run.status), expected, "{outcome:?} {draft}");
    };
    check(Outcome::Pass, false, Some(RunStatus::Success));
    check(Outcome::Wait, false, Some(RunStatus::InProgress));
    check(Outcome::Act, false, Some(RunStatus::ActionRequired));
    check(Outcome::Unknown, false, Some(RunStatus::Failure));
    check(Outcome::Block, false, Some(RunStatus::Failure));
    check(Outcome::Neutral, false, Some(RunStatus::Neutral));
    check(Outcome::Silent, false, None);
    check(Outcome::Pass, true, Some(RunStatus::InProgress));
    check(Outcome::Silent, true, None);
}

#[test]
fn nobody_is_named_where_nobody_may_be() {
    for example in [examples::empty_description(), examples::voided_by_edit(), examples::voided_by_push()] {
        let named = shown(&answer(&example, &context()));
        assert!(named.contains("`bob`"), "{named}");
        let unnamed = Decision { names_people: false, ..example };
        let shown = shown(&answer(&unnamed, &context()));
        assert!(!["alice", "bob", "carol"].iter().any(|login| shown.contains(login)), "{shown}");
        assert!(shown.contains("One person of `peer`"), "{shown}");
    }
}
