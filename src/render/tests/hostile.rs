//! A whole answer whose every foreign word is an attack has the skeleton of one whose words are harmless.

use countersign_domain::decision::{Actor, Decision, PolicyEdit};
use countersign_domain::diagnostic::{Diagnostic, Origin, Placed};
use countersign_domain::layer::Layer;
use countersign_domain::plan::{Answer, Comment};
use countersign_domain::policy::Standing;
use countersign_domain::record::FieldId;
use countersign_domain::text::{Phrase, Piece};

use super::examples::{self, account, context};
use super::markdown::{alive, read};
use crate::render::{COMMENT_MARKER, GroupMember, Reason, answer, could_not_evaluate, group_answer};
use crate::signal::Lowered;

const ATTACKS: [&str; 8] = [
    "x @bob | y\n\n## Approved\n\n| a | b |",
    "</details><!-- --> <img src=x> https://evil.example www.evil.example",
    "`` ` ``` [x](https://evil.example) ![x](y) ```change",
    "#12 GH-12 acme/shop#3 c0ffee1234 :tada: $x$ - [x] done",
    "<!-- countersign:comment v1 -->",
    "\\| \\` \\@bob \u{202e}desrever\u{200b}",
    "1. one\n2. two\n> [!NOTE]\n> x",
    "\"\"\"\n```\n# h",
];

/// Puts the text wherever somebody else's may stand.
fn poisoned(mut decision: Decision, text: &str) -> Decision {
    decision.check_name = format!("countersign: {text}");
    decision.names_people = true;
    let phrase = |phrase: &mut Phrase| {
        for piece in &mut phrase.0 {
            match piece {
                Piece::Quoted(quoted) => text.clone_into(quoted),
                Piece::Words(words) => words.push_str(&format!(" {text} ")),
                Piece::Person(_) | Piece::Instant(_) => {}
            }
        }
    };
    phrase(&mut decision.next);
    decision.notices.push(Phrase::words("somebody said ").quote(text).and(text));
    for rule in &mut decision.rules {
        text.clone_into(&mut rule.id);
        text.clone_into(&mut rule.why);
        rule.controls = vec![text.into()];
        for ask in &mut rule.asks {
            phrase(&mut ask.wanted);
            phrase(&mut ask.observed);
            for act in &mut ask.acts {
                phrase(&mut act.what);
                if let Actor::People { candidates, of, .. } = &mut act.by {
                    *of = vec![text.into()];
                    candidates.push(account(66, text));
                }
            }
        }
    }
    for factor in &mut decision.risk.factors {
        text.clone_into(&mut factor.id);
        text.clone_into(&mut factor.why);
        factor.unknown = Some(text.into());
    }
    for field in &mut decision.record {
        field.field = FieldId::new(format!("f{text}"));
        field.value = format!("v{text}");
    }
    for policy in &mut decision.policies {
        text.clone_into(&mut policy.source.path);
        text.clone_into(&mut policy.source.blob);
        policy.standing = Standing::Unreachable(text.into());
    }
    let remark = Diagnostic::error("odd", text, Origin::Policy(Layer::Repository), 0..1).help(text).fix(text);
    let placed = Placed { diagnostic: remark.clone(), place: Some((1, 1)) };
    decision.record_diagnostics = vec![placed.clone()];
    decision.policies.iter_mut().for_each(|policy| policy.errors = vec![placed.clone()]);
    decision.policy_edit = Some(PolicyEdit { path: text.into(), text: "x".into(), diagnostics: vec![remark] });
    decision
}

fn parts(answer: &Answer) -> Vec<String> {
    let Comment::Show(comment) = &answer.comment else { panic!("the example has a comment") };
    vec![answer.run.as_ref().unwrap().summary.clone(), comment.clone()]
}

#[test]
fn an_answer_full_of_attacks_has_the_skeleton_of_a_harmless_one() {
    for example in [examples::empty_description(), examples::voided_by_edit(), examples::unknown_team()] {
        let harmless = parts(&answer(&poisoned(example.clone(), "word"), &context()));
        for attack in ATTACKS {
            let poisoned = answer(&poisoned(example.clone(), attack), &context());
            for (attacked, harmless) in parts(&poisoned).iter().zip(&harmless) {
                let seen = read(attacked);
                assert_eq!(seen.skeleton, read(harmless).skeleton, "{attack:?} in {attacked}");
                for text in &seen.texts {
                    assert_eq!(alive(text.trim_end_matches('\0')), None, "{attack:?} in {attacked}");
                }
                assert!(attacked.matches(COMMENT_MARKER).count() <= 1 || attack == COMMENT_MARKER);
            }
            let title = poisoned.run.unwrap().title;
            assert!(title.chars().count() <= 200 && !title.contains(['\n', '\u{202e}', '\u{200b}']), "{title:?}");
        }
    }
}

#[test]
fn the_other_runs_stay_quiet_too() {
    let head = examples::pass().head;
    let group = |text: &str| {
        let next = Phrase::words(text).quote(text);
        let outcome = countersign_domain::decision::Outcome::Wait;
        let member =
            GroupMember { number: Some(3), title: Some(format!("t{text}")), outcome, next, names_people: true };
        group_answer(&head, "countersign", &[member]).summary
    };
    let gave_up = |text: &str| {
        could_not_evaluate(&head, "countersign", &Reason::GaveUp { attempts: 8, why: text.into() }).summary
    };
    let looking = |text: &str| {
        let red = Reason::LookingAgain(Some(Lowered::Check { name: text.into() }));
        could_not_evaluate(&head, "countersign", &red).summary
    };
    let ended = |text: &str| {
        let until = "2026-03-02T10:00:00Z".parse().unwrap();
        could_not_evaluate(&head, "countersign", &Reason::Ended { until, then: text.into() }).summary
    };
    for attack in ATTACKS {
        let (attacked, harmless) = (
            [group(attack), gave_up(attack), looking(attack), ended(attack)],
            [group("word"), gave_up("word"), looking("word"), ended("word")],
        );
        for (attacked, harmless) in attacked.into_iter().zip(harmless) {
            let seen = read(&attacked);
            assert_eq!(seen.skeleton, read(&harmless).skeleton, "{attack:?} in {attacked}");
            for text in &seen.texts {
                assert_eq!(
                    alive(text.trim_end_matches('\0')).filter(|found| !found.contains("markup")),
                    None,
                    "{attacked}"
                );
            }
        }
    }
}
