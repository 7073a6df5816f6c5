//! Plans that meet: which ones do, whom it holds, and what is proposed.

use super::*;
use crate::decision::{Act, Decision, Outcome::*, State};
use crate::facts::{Facts, Known, OtherChange, OtherPlan, Plan, PlannedService};
use crate::layer::Layer;
use crate::policy::{PolicySet, field_set};
use crate::records::Records;
use crate::text::plain;

const SERVICES: &str = "[services.payments]\npaths = [\"services/payments/**\"]\ndepends_on = [\"ledger\"]\n\
    [services.ledger]\npaths = [\"services/ledger/**\"]\ndepends_on = [\"store\"]\n\
    [services.store]\npaths = [\"services/store/**\"]\n[services.web]\npaths = [\"web/**\"]\n";

/// A quarter past two hours after "now" until an hour later, in the description.
const PLANNED: &str = "## Planned window\n2027-01-15 13:00 to 14:00 UTC\n## Implementer\n@carol\n";

fn instant(text: &str) -> jiff::Timestamp {
    format!("2027-01-{text}:00Z").parse().unwrap()
}

/// Approved, planned, and with these files.
fn planned(files: &[&str]) -> Facts {
    let mut facts = with(|facts| {
        facts.change.body = PLANNED.to_owned();
        facts.files = Known::Known(files.iter().map(|path| file(path)).collect());
    });
    approve(&mut facts, "bob");
    facts.as_of = instant("15T12:00");
    facts
}

/// Another change of the repository, planned then, with nothing in common yet.
fn other(start: &str, end: &str) -> OtherPlan {
    let plan = Plan {
        start: instant(start),
        end: instant(end),
        services: Default::default(),
        needs: Default::default(),
        implementer: None,
        folders: Default::default(),
    };
    OtherPlan { change: OtherChange::Here(3), earlier: true, plan }
}

fn service(name: &str) -> PlannedService {
    PlannedService { layer: Layer::Repository, name: name.to_owned() }
}

fn touches(name: &str) -> OtherPlan {
    let mut other = other("15T13:30", "15T15:00");
    other.plan.services.insert(service(name));
    other
}

fn beside(files: &[&str], others: Vec<OtherPlan>) -> Facts {
    let mut facts = planned(files);
    facts.on_demand.collisions = Some(Known::Known(others));
    facts
}

fn policy(more: &str) -> PolicySet {
    policies("", &format!("{PEOPLE}{more}{SERVICES}{PEER}"))
}

/// What is found to be in the way, each with the mode of its rule and its state.
fn met(decision: &Decision) -> Vec<String> {
    let rules = decision.rules.iter().flat_map(|rule| rule.asks.iter().map(move |ask| (rule, ask)));
    let met = rules.filter(|(_, ask)| ask.key == "collisions");
    met.map(|(rule, ask)| format!("{:?} {}: {}", rule.mode, ask.state.name(), plain(&ask.observed))).collect()
}

#[track_caller]
fn check_met(facts: &Facts, expected: &[&str]) -> Decision {
    let decision = decide(&policy(""), facts);
    let met = met(&decision);
    assert_eq!(met.len(), expected.len(), "{met:#?}");
    for (met, expected) in met.iter().zip(expected) {
        assert!(met.contains(expected), "`{expected}` is not in {met}");
    }
    decision
}

#[test]
fn two_changes_to_one_service_at_one_time_are_told() {
    let payments = ["services/payments/a.rs"];
    let met = "Warn author: `#3` is planned for 2027-01-15T13:30:00Z to 2027-01-15T15:00:00Z as well: both change the \
        service `payments`; it was planned earlier";
    let decision = check_met(&beside(&payments, vec![touches("payments")]), &[met]);
    assert_eq!(decision.outcome, Wait, "a warning holds nothing; its own window does");
    check_met(&beside(&["docs/a.md"], vec![touches("payments")]), &[]);
    check_met(&beside(&payments, vec![touches("web")]), &[]);
    let (mut before, mut after) = (touches("payments"), touches("payments"));
    (before.plan.start, before.plan.end) = (instant("15T12:00"), instant("15T13:00"));
    (after.plan.start, after.plan.end) = (instant("15T14:00"), instant("15T15:00"));
    check_met(&beside(&payments, vec![before, after]), &[]);
}

#[test]
fn a_service_that_the_other_depends_on_counts_transitively_and_both_ways() {
    let needs = "it changes the service `store`, on which what this one changes depends";
    check_met(&beside(&["services/payments/a.rs"], vec![touches("store")]), &[needs]);
    let mut payments = touches("payments");
    payments.plan.needs = [service("ledger"), service("store")].into();
    let needed = "what it changes depends on the service `store`, which this one changes";
    check_met(&beside(&["services/store/a.rs"], vec![payments.clone()]), &[needed]);
    // That both depend on the same is no reason.
    payments.plan.services = [service("web")].into();
    check_met(&beside(&["services/payments/a.rs"], vec![payments]), &[]);
}

#[test]
fn one_implementer_twice_and_a_shared_folder_of_migrations_are_told_in_one_line() {
    let mut other = other("15T13:30", "15T15:00");
    other.plan.implementer = Some("carol".to_owned());
    other.plan.folders = ["db/migrations/".to_owned()].into();
    check_met(&beside(&["a.rs"], vec![other.clone()]), &["as well: `carol` carries out both; it was"]);
    let both = "`carol` carries out both; both change migrations in `db/migrations/`; it was planned earlier";
    check_met(&beside(&["db/migrations/7.sql"], vec![other]), &[both]);
}

#[test]
fn whoever_planned_later_is_held_where_a_policy_blocks_and_the_earlier_is_only_told() {
    let blocks = policy("[schedule]\nplanned_window = \"off\"\ncollisions = \"block\"\n");
    let mut facts = beside(&["web/a.ts"], vec![touches("web")]);
    let later = decide(&blocks, &facts);
    assert_eq!((later.outcome, met(&later).len()), (Act, 1));
    assert!(met(&later)[0].starts_with("Enforce author: `#3`"), "{:?}", met(&later));
    let Some(Known::Known(others)) = &mut facts.on_demand.collisions else { panic!() };
    others[0].earlier = false;
    let earlier = decide(&blocks, &facts);
    assert_eq!(earlier.outcome, Pass);
    let told = met(&earlier);
    assert!(told[0].starts_with("Warn author: `#3`") && told[0].ends_with("this one was planned earlier"), "{told:?}");
    facts.on_demand.collisions = Some(Known::unknown("too many"));
    assert_eq!(decide(&blocks, &facts).outcome, Unknown);
    facts.as_of = instant("15T14:00");
    assert_eq!(decide(&blocks, &facts).outcome, Pass, "its window is over");
    facts.change.body = String::new();
    assert_eq!(met(&decide(&blocks, &facts)), [""; 0], "it plans nothing");
    let off = policy("[schedule]\nplanned_window = \"off\"\ncollisions = \"off\"\n");
    assert_eq!(met(&decide(&off, &beside(&["web/a.ts"], vec![touches("web")]))), [""; 0]);
}

#[test]
fn a_plan_that_falls_into_a_freeze_or_out_of_a_window_is_told_beforehand() {
    let holds = "[[freeze]]\nid = \"stock\"\nwhy = \"counting\"\nfrom = 2027-01-15T13:59:00Z\nuntil = 2027-01-15T18:00:00Z\n\
        [[freeze]]\nid = \"later\"\nwhy = \"x\"\nfrom = 2027-01-15T20:00:00Z\nuntil = 2027-01-16T00:30:00Z\n\
        [[window]]\nid = \"nights\"\nhours = \"00:00-03:00\"\ntimezone = \"UTC\"\n";
    let decision = decide(&policy(holds), &planned(&["a.rs"]));
    let met = met(&decision);
    assert_eq!(met.len(), 2, "{met:#?}");
    assert!(met[0].contains("2027-01-15T13:00:00Z to 2027-01-15T14:00:00Z, falls into the freeze `stock`"), "{met:?}");
    assert!(met[1].contains("is not within the window `nights`"), "{met:?}");
    check_slot(&decision, "/countersign schedule 2027-01-16T00:30:00Z 2027-01-16T01:30:00Z");
}

/// What the first act proposes.
#[track_caller]
fn check_slot(decision: &Decision, expected: &str) {
    let asks = decision.rules.iter().flat_map(|rule| &rule.asks).filter(|ask| ask.key == "collisions");
    let acts: Vec<String> = asks.flat_map(|ask| &ask.acts).map(|Act { what, .. }| plain(what)).collect();
    assert!(acts.iter().all(|act| act.contains(expected)) && !acts.is_empty(), "{acts:#?}");
}

#[test]
fn the_next_free_slot_is_beside_all_that_has_something_in_common() {
    let (first, mut second) = (touches("web"), touches("web"));
    (second.plan.start, second.plan.end) = (instant("15T15:30"), instant("15T17:00"));
    let facts = beside(&["web/a.ts"], vec![first, second]);
    check_slot(&decide(&policy(""), &facts), "/countersign schedule 2027-01-15T17:00:00Z 2027-01-15T18:00:00Z");
    let never = "[[freeze]]\nid = \"ever\"\nwhy = \"x\"\nfrom = 2027-01-15T00:00:00Z\nuntil = 2027-06-15T00:00:00Z\n";
    check_slot(&decide(&policy(never), &planned(&["a.rs"])), "there is no free slot in the next 90 days");
    // Nor is one found where each time that is free is too short.
    let short = "[[window]]\nid = \"short\"\nhours = \"00:00-00:30\"\ntimezone = \"UTC\"\n";
    check_slot(&decide(&policy(short), &planned(&["a.rs"])), "there is no free slot in the next 90 days");
}

#[test]
fn other_repositories_are_told_only_as_far_as_they_may_be() {
    let mut elsewhere = touches("web");
    elsewhere.change = OtherChange::Elsewhere { repository: "till".to_owned(), number: 4 };
    let facts = beside(&["web/a.ts"], vec![elsewhere.clone()]);
    check_met(&facts, &["another change, `till#4`, is planned for"]);
    elsewhere.change = OtherChange::Unnamed;
    check_met(&beside(&["web/a.ts"], vec![elsewhere]), &["another change of this organisation is planned for"]);
}

/// What the change plans for others to know.
fn plan_of(set: &PolicySet, facts: &Facts) -> Option<Plan> {
    crate::planned(set, &Records::read(facts, &field_set(set), &[]), facts)
}

#[test]
fn what_a_change_plans_is_what_it_touches_and_all_that_this_depends_on() {
    let facts = planned(&["services/payments/a.rs", "db/migrations/7.sql"]);
    let plan = plan_of(&policy(""), &facts).unwrap();
    assert_eq!((plan.start, plan.end), (instant("15T13:00"), instant("15T14:00")));
    assert_eq!(plan.services, [service("payments")].into());
    assert_eq!(plan.needs, [service("ledger"), service("store")].into());
    assert_eq!(plan.implementer.as_deref(), Some("carol"));
    assert_eq!(plan.folders, ["db/migrations/".to_owned()].into());
    let elsewhere = plan.seen_from_elsewhere();
    assert!(elsewhere.services.is_empty() && elsewhere.needs.is_empty() && elsewhere.folders.is_empty());
    let none = |change: &dyn Fn(&mut Facts)| {
        let mut facts = planned(&["web/a.ts"]);
        change(&mut facts);
        assert_eq!(plan_of(&policy(""), &facts), None);
    };
    none(&|facts| facts.change.draft = true);
    none(&|facts| facts.change.state = crate::facts::ChangeState::Closed);
    none(&|facts| facts.change.body = String::new());
    assert_eq!(plan_of(&policy("[schedule]\ncollisions = \"off\"\n"), &facts), None);
}

#[test]
fn what_is_not_known_to_be_touched_counts_where_a_policy_blocks() {
    let mut facts = planned(&[]);
    facts.files = Known::unknown("an outage");
    let services = |set: &PolicySet| plan_of(set, &facts).unwrap().services.len();
    assert_eq!(services(&policy("")), 0);
    assert_eq!(services(&policy("[schedule]\ncollisions = \"block\"\n")), 4);
}

#[test]
fn a_service_of_the_organisation_is_one_over_its_repositories_and_the_strictest_word_counts() {
    let organisation = "version = 1\n[services.web]\npaths = [\"web/**\"]\n[schedule]\ncollisions = \"block\"\nplanned_window = \"off\"\n";
    let repository = format!("{PEOPLE}[schedule]\ncollisions = \"off\"\nplanned_window = \"off\"\n{PEER}");
    let set = policies(organisation, &repository);
    let mut other = touches("web");
    other.plan.services = [PlannedService { layer: Layer::Organisation, name: "web".to_owned() }].into();
    let facts = beside(&["web/a.ts"], vec![other]);
    let plan = plan_of(&set, &facts).unwrap();
    assert_eq!(plan.clone().seen_from_elsewhere(), Plan { folders: Default::default(), ..plan });
    let decision = decide(&set, &facts);
    let rule = decision.rules.iter().find(|rule| rule.id == "schedule").unwrap();
    assert_eq!((rule.layer, rule.asks[0].state, decision.outcome), (Layer::Organisation, State::Author, Act));
}
