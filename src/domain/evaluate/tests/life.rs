//! The state that a change is in, its marks, and whose step is next.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::command::ChangeResult;
use crate::decision::{Act, Actor, Decision, Outcome, RequirementResult, RuleResult, State as Found};
use crate::evaluate::outcome;
use crate::facts::{ChangeState, ReviewVerdict, Sibling};
use crate::layer::Layer;
use crate::life::{Afterwards, Brought, Closure, State, before_merge, environments, went_in};
use crate::policy::{Mode, field_set};
use crate::records::Records;
use crate::text::{Phrase, plain};

fn told(next: &[Act]) -> String {
    let who = |act: &Act| match &act.by {
        Actor::People { candidates, .. } => {
            candidates.iter().map(|person| person.login.clone()).collect::<Vec<_>>().join("|")
        }
        by => format!("{by:?}"),
    };
    next.iter().map(|act| format!("{}: {}", who(act), plain(&act.what))).collect::<Vec<_>>().join("; ")
}

/// Under the repository's policy the change is in that state with these marks, and the first step starts so.
#[track_caller]
fn check(policy: &str, facts: &Facts, expected: &str, next: &str) {
    let decision = decide(&policies("", &format!("{PEOPLE}{policy}")), facts);
    let Some(life) = before_merge(&decision) else { panic!("no life: {:?}", decision.outcome) };
    let words: Vec<&str> = [life.state.key()].into_iter().chain(life.marks.names()).collect();
    assert_eq!(words.join(" "), expected, "{:?}", states(&decision));
    assert!(told(&life.next).starts_with(next), "{}", told(&life.next));
}

const CI: &str = "[[rule]]\nid = \"ci\"\nchecks = [\"build\"]\n";
const FREEZE: &str =
    "[[freeze]]\nid = \"peak\"\nwhy = \"trading peak\"\nfrom = \"2027-01-01T00:00Z\"\nuntil = \"2027-02-01T00:00Z\"\n";

#[test]
fn a_draft_is_a_draft_whatever_is_missing() {
    let draft = "Author: mark the pull request as ready for review";
    check(PEER, &with(|facts| facts.change.draft = true), "draft", draft);
}

#[test]
fn it_is_assessed_until_it_shows_what_it_has_to() {
    check("[record]\nrequired = [\"summary\"]\n", &world(), "assess", "Author: ");
    check(&format!("{PEER}{CI}"), &with(|facts| known(&mut facts.checks).push(run("build", "failure"))), "assess", "");
    let running = with(|facts| {
        approve(facts, "bob");
        known(&mut facts.checks).push(run("build", "running"));
    });
    check(&format!("{PEER}{CI}"), &running, "assess", "Nobody: ");
    check("[[rule]]\nid = \"no\"\ndeny = \"never\"\n", &world(), "assess", "Author: change what the pull request does");
    let refused = with(|facts| {
        review(facts, "bob", ReviewVerdict::ChangesRequested);
    });
    check(PEER, &refused, "assess", "");
    check(PEER, &with(|facts| facts.reviews = Known::unknown("an outage")), "assess", "");
}

#[test]
fn it_is_authorised_by_those_who_are_named_as_next() {
    check(
        "[[rule]]\nid = \"cab\"\napprovals = [{ from = [\"cab\"], count = 1 }]\n",
        &world(),
        "authorise",
        "carol|dave: ",
    );
    // Approvals are waited for beside checks that run, and the people are named first.
    let running = with(|facts| known(&mut facts.checks).push(run("build", "running")));
    let both = format!("{CI}[[rule]]\nid = \"cab\"\napprovals = [{{ from = [\"cab\"], count = 1 }}]\n");
    check(&both, &running, "authorise", "carol|dave: ");
}

#[test]
fn it_is_scheduled_while_only_time_holds_it_and_once_nothing_does() {
    check(PEER, &approved_by(&["bob"]), "scheduled", "Writer: merge this pull request");
    check(&format!("{PEER}{FREEZE}"), &approved_by(&["bob"]), "scheduled frozen", "Nobody: frozen by `peak` until");
    check(&format!("{PEER}{FREEZE}"), &world(), "authorise frozen", "");
    let window = "[[window]]\nid = \"night\"\ndays = \"Sun\"\ntimezone = \"UTC\"\n";
    check(&format!("{PEER}{window}"), &approved_by(&["bob"]), "scheduled", "Nobody: the window `night` opens at");
    let shared = with(|facts| {
        approve(facts, "bob");
        facts.siblings = vec![Sibling { number: 13, outcome: Some(Outcome::Act) }];
    });
    check(PEER, &shared, "scheduled", "Author: bring #13 on");
}

#[test]
fn where_no_policy_speaks_there_is_no_state_and_what_is_closed_is_cancelled() {
    let decided = |policy: &str, facts: &Facts| before_merge(&decide(&policies("", policy), facts));
    assert_eq!(decided("", &world()), None);
    let life = decided(&format!("{PEOPLE}{PEER}"), &with(|facts| facts.change.state = ChangeState::Closed));
    let life = life.unwrap();
    assert_eq!((life.state, life.next.len()), (State::Closed(Closure::Cancelled), 0));
}

#[test]
fn after_it_went_in_facts_count_before_words_and_a_review_before_the_close() {
    let check = |brought: Brought, said: Option<ChangeResult>, owed: bool, expected: &str, next: &str| {
        let review_due = owed.then(|| at(0));
        let after = Afterwards { emergency: owed, brought, said, review_due };
        let life = went_in(&after);
        assert_eq!((life.state.key(), life.marks.emergency), (expected, owed), "{after:?}");
        assert!(told(&life.next).starts_with(next) && life.next.is_empty() == next.is_empty(), "{:?}", life.next);
    };
    let not_yet = || Brought::NotYet(vec!["production".to_owned()]);
    check(not_yet(), None, false, "implement", "Writer: deploy it to `production`, or say what became of it with");
    check(not_yet(), None, true, "implement", "Writer: deploy it");
    check(not_yet(), Some(ChangeResult::WithIssues), false, "closed:with-issues", "");
    check(Brought::There, None, false, "closed:successful", "");
    check(Brought::There, None, true, "review", "Bystander: review it by 2027-01-15T08:00:00Z and comment");
    check(Brought::There, Some(ChangeResult::Failed), false, "closed:failed", "");
    check(Brought::Failed("production".to_owned()), None, false, "closed:failed", "");
    check(Brought::Failed("production".to_owned()), Some(ChangeResult::Successful), false, "closed:successful", "");
    check(Brought::BackedOut, Some(ChangeResult::Successful), false, "closed:backed-out", "");
    check(Brought::BackedOut, None, true, "review", "Bystander: ");
}

#[test]
fn a_change_is_on_its_way_to_the_environments_that_it_reaches() {
    let check = |facts: &Facts, expected: &[&str]| {
        let policy = "[environments.production]\nnames = [\"prod\", \"prod-eu\"]\npaths = [\"src/**\"]\n\
            [environments.docs]\npaths = [\"docs/**\"]\n[environments.old]\nbase = [\"release/**\"]\n";
        let set = policies("", &format!("{PEOPLE}{policy}{PEER}"));
        let records = Records::read(facts, &field_set(&set), &[]);
        let found = environments(&set, &records, facts);
        assert_eq!(found.keys().collect::<Vec<_>>(), expected);
    };
    check(&world(), &["production"]);
    check(&with(|facts| facts.files = Known::Known(vec![file("docs/a.md")])), &["docs"]);
    check(&with(|facts| facts.files = Known::Known(vec![file("README.md")])), &[]);
    check(&with(|facts| facts.files = Known::unknown("too many")), &["docs", "production"]);
}

#[test]
fn the_name_under_which_a_state_is_kept_is_read_again() {
    for state in State::ALL {
        assert_eq!(State::of_key(state.key()), Some(state));
    }
    assert_eq!(State::of_key("closed"), None);
}

fn some_act() -> impl Strategy<Value = Act> {
    let by = prop_oneof![
        Just(Actor::Author),
        Just(Actor::Bystander),
        Just(Actor::PolicyAdmin),
        Just(Actor::Administrator),
        Just(Actor::Nobody),
        Just(Actor::People { count: 1, candidates: Vec::new(), of: vec!["cab".to_owned()] }),
    ];
    by.prop_map(|by| Act { by, what: Phrase::words("do it") })
}

fn some_ask() -> impl Strategy<Value = RequirementResult> {
    let keys = ["approvals", "checks", "freeze", "window", "soak", "hold", "fields", "deny", "policy", "notice"];
    let acts = prop::collection::vec(some_act(), 0..3);
    (select(keys.to_vec()), select(&Found::ALL[..]), acts, any::<bool>()).prop_map(|(key, state, acts, told)| {
        let observed = if told { Phrase::words("seen") } else { Phrase::default() };
        RequirementResult { key, state, wanted: Phrase::words("wanted"), observed, acts }
    })
}

/// A decision over any results whatever.
fn some_decision() -> impl Strategy<Value = Decision> {
    let modes = [Mode::Observe, Mode::Warn, Mode::Enforce, Mode::Enforce];
    let rule = (prop::collection::vec(some_ask(), 0..4), select(modes.to_vec()));
    (prop::collection::vec(rule, 0..4), any::<bool>(), any::<bool>()).prop_map(|(rules, draft, shared)| {
        let mut decision = decide(&policies("", &format!("{PEOPLE}{PEER}")), &world());
        let rule = |(asks, mode)| RuleResult {
            layer: Layer::Repository,
            id: "any".to_owned(),
            why: String::new(),
            controls: Vec::new(),
            mode,
            asks,
        };
        decision.rules = rules.into_iter().map(rule).collect();
        decision.own_outcome = outcome::of_rules(&decision.rules);
        decision.outcome = decision.own_outcome;
        decision.draft = draft;
        decision.siblings = if shared { vec![(13, Outcome::Act)] } else { Vec::new() };
        decision
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn there_is_no_open_state_in_which_nobody_can_move_a_change_on(decision in some_decision()) {
        let life = before_merge(&decision);
        prop_assert!(life.is_some());
        let life = life.unwrap();
        prop_assert!(life.state < State::Implement, "{:?}", life);
        prop_assert!(!life.next.is_empty(), "{:?}", life);
        prop_assert!(life.next.iter().all(|act| !plain(&act.what).is_empty()), "{:?}", life);
        // Green is scheduled, and nothing is that waits for a person to authorise it.
        if decision.own_outcome == Outcome::Pass && !decision.draft {
            prop_assert_eq!(life.state, State::Scheduled);
        }
        if life.state == State::Scheduled {
            prop_assert!(matches!(decision.own_outcome, Outcome::Pass | Outcome::Neutral | Outcome::Wait));
        }
    }
}
