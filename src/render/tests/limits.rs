//! Texts fit GitHub's limits, fingerprints follow the text, and refusals do not repeat.

use countersign_domain::decision::{Outcome, RuleResult, State};
use countersign_domain::diagnostic::{Diagnostic, Origin, Placed};
use countersign_domain::facts::ChangeState;
use countersign_domain::layer::Layer;
use countersign_domain::plan::{AnnotationLevel, Answer, Comment, Effect, Refusals, RunStatus};
use countersign_domain::policy::CommentWhen;
use countersign_domain::text::Phrase;

use super::examples::{self, context};
use crate::render::limits::{ANNOTATIONS, POLICY_ERRORS, SUMMARY, Section, fit};
use crate::render::{Context, GroupMember, Reason, answer, bare_verdict, could_not_evaluate, group_answer};
use crate::signal::Lowered;

fn section(name: &'static str, rows: usize) -> Section {
    Section { name, head: vec![format!("### {name}")], rows: vec!["- a row".into(); rows], tail: vec!["end".into()] }
}

#[test]
fn texts_are_cut_at_sections_and_rows_with_the_count() {
    let check = |sections: &[Section], most, expected: &str| assert_eq!(fit(sections, most), expected);
    check(&[section("a", 1), section("b", 1)], 1000, "### a\n- a row\nend\n\n### b\n- a row\nend");
    let long = section("long", 300);
    check(
        &[section("a", 1), long, section("c", 1)],
        660,
        "### a\n- a row\nend\n\n### long\n- a row\n- a row\n- a row\n\n297 more rows are not shown here.\n\n\
         Left out for length: 1 section (c).",
    );
}

#[test]
fn a_huge_decision_fits_and_keeps_what_is_missing() {
    let mut decision = examples::empty_description();
    let rule = decision.rules[1].clone();
    decision.rules.extend((0..3_000).map(|number| {
        let mut rule = rule.clone();
        rule.id = format!("rule-{number}-{}", "x".repeat(300));
        rule
    }));
    let run = answer(&decision, &context()).run.unwrap();
    assert!(run.summary.len() <= SUMMARY, "{}", run.summary.len());
    assert!(run.summary.contains("- The author, `alice`: fill in"));
    assert!(run.summary.contains("more rows are not shown here"));
    assert!(run.summary.contains("Left out for length:"));
}

#[test]
fn one_endless_phrase_pushes_nothing_out() {
    let mut decision = examples::waiting_for_approval();
    let files = (0..3_000).map(|number| Phrase::default().quote(format!("src/file-{number}.rs")));
    decision.rules[0].asks[0].observed = Phrase::join(files, ", ");
    let run = answer(&decision, &context()).run.unwrap();
    assert!(run.summary.contains("### About") && run.summary.len() < 20_000, "{}", run.summary.len());
}

#[test]
fn fingerprints_follow_every_part_and_nothing_else() {
    let print = |decision| answer(&decision, &context()).run.unwrap().fingerprint;
    let first = print(examples::waiting_for_approval());
    assert!(first.starts_with("cs1-") && first.len() == 40, "{first}");
    let mut later = examples::waiting_for_approval();
    later.as_of = "2026-12-24T08:00:00Z".parse().unwrap();
    assert_eq!(print(later), first, "the instant of the look changes no text");
    for other in [examples::pass(), examples::voided_by_push(), examples::empty_description()] {
        assert_ne!(print(other), first);
    }
    let mut moved = examples::waiting_for_approval();
    moved.head = countersign_domain::account::Oid::new("c0ffee1f00d");
    assert_ne!(print(moved), first);
}

#[test]
fn a_refused_text_is_sent_once_more_bare_and_never_again() {
    let run = answer(&examples::wrong_policy(), &context()).run.unwrap();
    let bare = bare_verdict(&run);
    assert_eq!((bare.status, &bare.head, &bare.name), (run.status, &run.head, &run.name));
    assert_eq!(bare.fingerprint, run.fingerprint, "the next look must not send the refused text again");
    assert!(bare.annotations.is_empty() && bare.summary.len() < 200);
}

#[test]
fn annotations_point_at_their_lines_and_are_counted() {
    let mut decision = examples::wrong_policy();
    let found = answer(&decision, &context()).run.unwrap().annotations;
    let [remark] = found.as_slice() else { panic!("one problem, one annotation: {found:?}") };
    assert_eq!((remark.start_line, remark.end_line, remark.level), (5, 5, AnnotationLevel::Failure));
    let edit = decision.policy_edit.as_mut().unwrap();
    let origin = Origin::Policy(Layer::Repository);
    edit.diagnostics = vec![Diagnostic::warning("odd", "odd", origin, 900..1_000); 500];
    edit.diagnostics.push(Diagnostic::error("two-lines", "two lines", origin, 0..12));
    let found = answer(&decision, &context()).run.unwrap().annotations;
    assert_eq!(found.len(), ANNOTATIONS);
    assert_eq!((found[0].start_line, found[0].end_line), (1, 1), "errors come first; a line end belongs to its line");
    decision.policy_edit.as_mut().unwrap().text.clear();
    assert_eq!(answer(&decision, &context()).run.unwrap().annotations, [], "a deleted file has no lines");
}

#[test]
fn comments_come_when_somebody_must_act() {
    let check = |when, mut decision: countersign_domain::decision::Decision, expected: &str| {
        decision.comment = when;
        let kind = match answer(&decision, &context()).comment {
            Comment::Show(_) => "show",
            Comment::Fold(text) => {
                assert_eq!(text.lines().count(), 2, "the marker and one line: {text}");
                "fold"
            }
            Comment::Leave => "leave",
        };
        assert_eq!(kind, expected, "{when:?} {:?}", decision.outcome);
    };
    check(CommentWhen::WhenNeeded, examples::pass(), "fold");
    check(CommentWhen::WhenNeeded, examples::empty_description(), "show");
    check(CommentWhen::WhenNeeded, examples::draft(), "fold");
    check(CommentWhen::WhenNeeded, examples::neutral(), "fold");
    check(CommentWhen::WhenNeeded, examples::shared_and_warned(), "show");
    check(CommentWhen::Always, examples::pass(), "show");
    check(CommentWhen::Always, examples::draft(), "fold");
    check(CommentWhen::Never, examples::empty_description(), "fold");
    let mut refused = examples::denied();
    refused.rules[2].asks[0].acts.clear();
    check(CommentWhen::WhenNeeded, refused, "show");
}

#[test]
fn runs_without_a_look_are_never_green() {
    let head = examples::pass().head;
    let check = |reason: &Reason, status, title: &str| {
        let run = could_not_evaluate(&head, "countersign", reason);
        assert_eq!((run.status, run.title.as_str()), (status, title));
    };
    let gave_up = Reason::GaveUp { attempts: 8, why: "GitHub answered 502".into() };
    check(&gave_up, RunStatus::Failure, "Could not be evaluated");
    let dismissed = Reason::LookingAgain(Some(Lowered::Dismissal { by: Some("carol".into()) }));
    check(&dismissed, RunStatus::InProgress, "Looking again: a review was dismissed by carol");
    check(&Reason::LookingAgain(None), RunStatus::InProgress, "Looking again: something that it stood on has changed");
    let ended = Reason::Ended { until: "2026-03-02T10:00:00Z".parse().unwrap(), then: "For the author: *plan*".into() };
    check(&ended, RunStatus::InProgress, "Waiting: what it stood on counted until 2026-03-02 10:00 UTC");
    let early = Reason::Early { then: "Waiting: closing for year-end at 2026-03-02 10:00 UTC".into() };
    check(&early, RunStatus::InProgress, "Waiting: closing for year-end at 2026-03-02 10:00 UTC");
    check(&Reason::Closed, RunStatus::Failure, "Taken back: the pull request was closed");
    let retargeted = "Looking again: the pull request goes into another branch now";
    check(&Reason::Retargeted, RunStatus::InProgress, retargeted);
}

#[test]
fn what_github_does_not_take_is_told_in_the_check_and_nowhere_else() {
    let refusals = Refusals {
        comment: Some("issue is *locked*".into()),
        requests: Some("no such team".into()),
        receivers: vec!["slack:`payments".into()],
    };
    let refused = answer(&examples::pass(), &Context { refusals, ..context() });
    let usual = answer(&examples::pass(), &context());
    let (run, before) = (refused.run.unwrap(), usual.run.unwrap());
    assert!(run.summary.contains("could not be written: Issue is `*locked*`."), "{}", run.summary);
    assert!(run.summary.contains("ask for reviews: No such team."), "{}", run.summary);
    assert!(run.summary.contains("Nobody is told on ``slack:`payments``: the settings"), "{}", run.summary);
    assert!(run.fingerprint != before.fingerprint && run.title == before.title);
    assert_eq!(refused.comment, usual.comment);
}

#[test]
fn a_merge_group_is_as_good_as_its_worst_member() {
    let head = examples::pass().head;
    let check = |outcomes: &[Outcome], status, title: &str| {
        let members: Vec<GroupMember> = (1..)
            .zip(outcomes)
            .map(|(number, outcome)| GroupMember {
                number: Some(number),
                title: None,
                outcome: *outcome,
                next: Phrase::default(),
                names_people: false,
            })
            .collect();
        let run = group_answer(&head, "countersign", &members);
        assert_eq!((run.status, run.title.as_str()), (status, title));
    };
    check(&[Outcome::Pass, Outcome::Pass], RunStatus::Success, "Everything asked of these pull requests is there");
    check(&[Outcome::Pass, Outcome::Wait], RunStatus::InProgress, "Held by #2, which is waiting");
    check(&[Outcome::Block, Outcome::Wait], RunStatus::Failure, "Held by #1, which is blocked");
    check(&[Outcome::Silent], RunStatus::Neutral, "No policy");
    check(&[], RunStatus::Failure, "Could not be decided: the pull requests of this group are not known");
}

#[test]
fn errors_of_a_wrong_policy_are_shown_with_file_line_and_column_and_the_rest_is_counted() {
    let shown = |errors: usize| {
        let mut decision = examples::wrong_policy();
        decision.policy_edit = None;
        let error = |line| examples::wrong_at(line, "`rule` has no key `aprovals`", "did you mean `approvals`?");
        decision.policies[1].errors = (1..=errors).map(error).collect();
        answer(&decision, &context()).run.unwrap().summary
    };
    let row = "- `acme/shop/.github/countersign.toml`, line 2, column 1: `rule` has no key `aprovals`. \
               Help: did you mean `approvals`?\n";
    assert!(shown(2).contains(row), "{}", shown(2));
    let check = |errors: usize, rows: usize, rest: Option<&str>| {
        let shown = shown(errors);
        assert_eq!(shown.matches("has no key `aprovals`").count(), rows, "{shown}");
        let counted = shown.lines().find(|line| line.contains("more error"));
        assert_eq!(counted, rest);
    };
    check(POLICY_ERRORS, POLICY_ERRORS, None);
    check(POLICY_ERRORS + 1, POLICY_ERRORS, Some("- 1 more error is not shown here."));
    check(POLICY_ERRORS + 9, POLICY_ERRORS, Some("- 9 more errors are not shown here."));
}

#[test]
fn remarks_on_the_description_name_their_lines() {
    let mut decision = examples::empty_description();
    let remark = Diagnostic::warning("zone-missing", "`13:00` has no time zone", Origin::Description, 0..1);
    decision.record_diagnostics = vec![Placed { diagnostic: remark, place: Some((7, 1)) }];
    let answer = answer(&decision, &context());
    let Comment::Show(comment) = answer.comment else { panic!("somebody has to act") };
    for text in [answer.run.unwrap().summary, comment] {
        assert!(text.contains("Warning on line 7: `13:00` has no time zone"), "{text}");
    }
}

#[test]
fn the_comment_says_whose_policy_asks() {
    let check = |layers: &[Layer], expected: &str| {
        let mut decision = examples::empty_description();
        let mut rules = decision.rules.split_off(1);
        rules.truncate(1);
        decision.rules = layers.iter().map(|layer| RuleResult { layer: *layer, ..rules[0].clone() }).collect();
        for (place, rule) in decision.rules.iter_mut().enumerate() {
            rule.asks[0].acts[0].what = Phrase::words(format!("answer {place}"));
        }
        let Comment::Show(comment) = answer(&decision, &context()).comment else { panic!("somebody has to act") };
        assert!(comment.contains(&format!("Before this pull request can be merged, {expected}:\n")), "{comment}");
    };
    check(&[Layer::Repository], "this repository's change policy asks");
    check(&[Layer::Organisation], "the organisation's change policy asks");
    let both = "the organisation's and this repository's change policies ask";
    check(&[Layer::Organisation, Layer::Repository], both);
}

#[test]
fn the_comment_says_the_same_whoever_has_approved() {
    let waiting = examples::waiting_for_approval();
    let approvals = waiting.rules[0].clone();
    let with = |state: State, observed: &str| {
        let mut decision = waiting.clone();
        let mut given = approvals.clone();
        given.asks[0].state = state;
        given.asks[0].observed = Phrase::words(observed);
        given.asks[0].wanted = Phrase::words("1 approval by the board");
        if state == State::Satisfied {
            given.asks[0].acts.clear();
        }
        decision.rules.insert(1, given);
        answer(&decision, &context()).comment
    };
    let nobody = with(State::Waiting, "none yet");
    let Comment::Show(text) = &nobody else { panic!("somebody has to act") };
    for line in ["- 1 approval by somebody of `peer` (", "- 1 approval by the board.", "Which approvals are there, "] {
        assert!(text.contains(line), "{text}");
    }
    for said in ["So far", "bob", "missing"] {
        assert!(!text.contains(said), "{text}");
    }
    assert_eq!(with(State::Waiting, "dave approved"), nobody);
    assert_eq!(with(State::Satisfied, "dave approved, and erin"), nobody);
    let all = examples::pass();
    assert!(matches!(answer(&all, &context()).comment, Comment::Fold(_)));
}

#[test]
fn what_was_said_of_a_change_stays_and_green_goes_where_it_was_closed() {
    let mut decision = examples::pass();
    decision.outcome = Outcome::Silent;
    let mut check = |state: ChangeState, effect: Effect, siblings: &[(u64, Outcome)], expected: Option<RunStatus>| {
        (decision.state, decision.siblings) = (state, siblings.to_vec());
        let Answer { run, comment } = answer(&decision, &Context { effect, ..context() });
        assert_eq!(run.map(|run| run.status), expected, "{state:?} {effect:?} {siblings:?}");
        assert!(matches!(comment, Comment::Fold(_)), "nobody is asked for anything");
    };
    let shared = [(2, Outcome::Pass)];
    for effect in [Effect::None, Effect::Holds, Effect::Vouches] {
        check(ChangeState::Merged, effect, &[], None);
        check(ChangeState::Closed, effect, &shared, None);
    }
    check(ChangeState::Closed, Effect::None, &[], None);
    check(ChangeState::Closed, Effect::Holds, &[], None);
    check(ChangeState::Closed, Effect::Vouches, &[], Some(RunStatus::Failure));
    check(ChangeState::Open, Effect::None, &[], None);
    check(ChangeState::Open, Effect::Holds, &[], Some(RunStatus::Neutral));
    check(ChangeState::Open, Effect::Vouches, &[], Some(RunStatus::Neutral));
}
