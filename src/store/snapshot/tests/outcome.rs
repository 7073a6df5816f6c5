//! What a decision came to, stored and compared.

use countersign_domain::account::Oid;
use countersign_domain::decision::{Decision, Outcome, RequirementResult, RiskReport, RuleResult, State};
use countersign_domain::facts::ChangeState;
use countersign_domain::layer::Layer;
use countersign_domain::policy::{ChangeType, CommentWhen, Mode};
use countersign_domain::risk::Level;
use countersign_domain::text::Phrase;

use super::super::{Error, differences, outcome_of, stored_outcome};
use super::rich::at;

fn asked(key: &'static str, state: State) -> RequirementResult {
    RequirementResult { key, state, wanted: Phrase::default(), observed: Phrase::words("none"), acts: vec![] }
}

fn rule(layer: Layer, id: &str, mode: Mode, asks: Vec<RequirementResult>) -> RuleResult {
    RuleResult { layer, id: id.to_owned(), why: "why".to_owned(), controls: vec![], mode, asks }
}

/// A decision with every state, mode and level of outcome that one can hold.
pub(super) fn decision() -> Decision {
    let peer = vec![
        asked("approvals", State::Waiting),
        asked("checks", State::Satisfied),
        asked("fields", State::Author),
        asked("deny", State::Blocked),
        asked("soak", State::Unknown),
        asked("soak", State::Waived),
    ];
    Decision {
        as_of: at("2026-01-30T12:00:00Z"),
        head: Oid::new("4ead"),
        check_name: "countersign".to_owned(),
        outcome: Outcome::Block,
        own_outcome: Outcome::Wait,
        state: ChangeState::Open,
        draft: false,
        next: Phrase::default(),
        rules: vec![
            rule(Layer::Organisation, "peer", Mode::Enforce, peer),
            rule(Layer::Repository, "peer", Mode::Warn, vec![asked("allow", State::NotApplicable)]),
            rule(Layer::Repository, "quiet", Mode::Observe, vec![]),
        ],
        risk: RiskReport { level: Level::High, score: 55, bounds: [20, 40, 80], declared: None, factors: vec![] },
        change_type: ChangeType::Normal,
        emergencies: Vec::new(),
        review: None,
        after_merge: None,
        track_record: Vec::new(),
        record: vec![],
        record_diagnostics: vec![],
        policies: vec![],
        policy_edit: None,
        notices: vec![],
        announced: vec![],
        siblings: vec![],
        next_instant: None,
        comment: CommentWhen::WhenNeeded,
        names_people: true,
        requests: Vec::new(),
        commands: Vec::new(),
        tells: Vec::new(),
        waivers: Vec::new(),
    }
}

/// What a replay says where it came to another decision than the stored one.
fn said(change: impl FnOnce(&mut Decision)) -> Vec<String> {
    let mut again = decision();
    let stored = stored_outcome(&[outcome_of(&again)]).unwrap();
    change(&mut again);
    differences(&stored, &again)
}

#[test]
fn the_same_decision_in_other_words_does_not_differ() {
    assert_eq!(said(|_| {}), [""; 0]);
    assert_eq!(said(|it| it.rules[0].asks[0].observed = Phrase::words("nobody so far")), [""; 0]);
    assert_eq!(said(|it| it.rules.reverse()), [""; 0]);
}

#[test]
fn each_thing_that_counts_is_compared() {
    assert_eq!(said(|it| it.outcome = Outcome::Pass), ["outcome: was `block`, is `pass`"]);
    assert_eq!(said(|it| it.own_outcome = Outcome::Act), ["own outcome: was `wait`, is `act`"]);
    assert_eq!(said(|it| it.check_name.push('!')), ["name of the check: was `countersign`, is `countersign!`"]);
    assert_eq!(said(|it| it.risk.level = Level::Low), ["risk level: was `high`, is `low`"]);
    assert_eq!(said(|it| it.risk.score = 54), ["risk score: was `55`, is `54`"]);
    assert_eq!(said(|it| it.rules[0].mode = Mode::Warn), ["mode of `organisation/peer`: was `enforce`, is `warn`"]);
    assert_eq!(
        said(|it| it.rules[1].asks[0].state = State::Waived),
        ["`allow` of `repository/peer`: was `not-applicable`, is `waived`"]
    );
    assert_eq!(
        said(|it| it.rules[0].asks[5].state = State::Satisfied),
        ["`soak` of `organisation/peer` (2): was `waived`, is `satisfied`"]
    );
}

#[test]
fn what_is_gone_and_what_is_new_is_said() {
    assert_eq!(
        said(|it| {
            it.rules.truncate(2);
            it.rules[1].id = "other".to_owned();
        }),
        [
            "mode of `repository/peer`: was `warn`, is no longer there",
            "`allow` of `repository/peer`: was `not-applicable`, is no longer there",
            "mode of `repository/quiet`: was `observe`, is no longer there",
            "mode of `repository/other`: was not there, is `warn`",
            "`allow` of `repository/other`: was not there, is `not-applicable`",
        ]
    );
}

#[test]
fn the_rules_it_was_made_by_are_kept() {
    let stored = stored_outcome(&[outcome_of(&decision())]).unwrap();
    assert_eq!(stored.semantics(), countersign_domain::decision::SEMANTICS);
    assert_eq!(stored_outcome(&[]), Err(Error::Absent { kind: "decision" }));
}
