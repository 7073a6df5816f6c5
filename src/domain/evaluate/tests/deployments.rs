//! Deployments of the head, and who made them.

use super::*;
use crate::decision::Outcome::*;
use crate::facts::Deployment;

const STAGED: &str = "[[rule]]\nid = \"proved\"\ndeployments = [{ environment = \"staging\" }]\n";

fn deployed(environment: &str, by: &str, state: &str) -> Deployment {
    Deployment { environment: environment.to_owned(), by: Some(person(by)), state: state.to_owned(), made_at: at(0) }
}

fn with_deployments(made: Vec<Deployment>) -> Facts {
    with(|facts| facts.asked.deployments = Known::Known(made))
}

/// Deployments to `staging` by GitHub Actions, oldest first, each in its latest state.
fn staged(states: &[&str]) -> Facts {
    with_deployments(states.iter().map(|state| deployed("staging", "github-actions[bot]", state)).collect())
}

#[test]
fn a_deployment_counts_in_its_latest_state() {
    let cases: [(&[&str], crate::decision::Outcome, &str); 8] = [
        (&[], Wait, "waiting"),
        (&["success"], Pass, "satisfied"),
        (&["pending"], Wait, "waiting"),
        (&["in_progress"], Wait, "waiting"),
        (&["inactive"], Wait, "waiting"),
        (&["failure"], Act, "author"),
        (&["success", "error"], Act, "author"),
        (&["failure", "success"], Pass, "satisfied"),
    ];
    for (states, outcome, state) in cases {
        check(STAGED, &staged(states), outcome, &[&format!("proved deployments {state}")]);
    }
    let decision = check(STAGED, &staged(&[]), Wait, &["proved deployments waiting"]);
    says(&decision, "next: commit `h1` has not been deployed to `staging` by GitHub Actions");
}

#[test]
fn another_state_may_be_asked_for() {
    let running = "[[rule]]\nid = \"proved\"\ndeployments = [{ environment = \"staging\", state = \"in_progress\" }]\n";
    check(running, &staged(&["in_progress"]), Pass, &["proved deployments satisfied"]);
    check(running, &staged(&["success"]), Act, &["proved deployments author"]);
}

#[test]
fn a_deployment_counts_by_its_maker_which_is_github_actions_unless_named() {
    let carols = "[[rule]]\nid = \"proved\"\ndeployments = [{ environment = \"staging\", by = \"carol\" }]\n";
    let by_carol = with_deployments(vec![deployed("staging", "carol", "success")]);
    check(STAGED, &by_carol, Wait, &["proved deployments waiting"]);
    check(carols, &by_carol, Pass, &["proved deployments satisfied"]);
    check(carols, &staged(&["success"]), Wait, &["proved deployments waiting"]);
    // Only GitHub's own bot has that name.
    let by_person = with_deployments(vec![deployed("staging", "github-actions", "success")]);
    check(STAGED, &by_person, Wait, &["proved deployments waiting"]);
    // A later one by somebody else neither helps nor harms.
    let mut both = by_carol;
    known(&mut both.asked.deployments).push(deployed("staging", "github-actions[bot]", "failure"));
    check(carols, &both, Pass, &["proved deployments satisfied"]);
    known(&mut both.asked.deployments).push(Deployment { by: None, ..deployed("staging", "carol", "success") });
    check(carols, &both, Unknown, &["proved deployments unknown"]);
}

#[test]
fn an_environment_goes_by_the_names_that_the_policy_gives_it() {
    let production = "[environments.production]\nnames = [\"prod\", \"prod-eu\"]\n[[rule]]\nid = \"proved\"\ndeployments = [{ environment = \"production\" }]\n";
    let made = |all: &[(&str, &str)]| {
        with_deployments(all.iter().map(|(name, state)| deployed(name, "github-actions[bot]", state)).collect())
    };
    check(production, &made(&[("production", "success")]), Wait, &["proved deployments waiting"]);
    check(production, &made(&[("prod-eu", "success")]), Pass, &["proved deployments satisfied"]);
    // What is red under one name is not made green under another.
    check(production, &made(&[("prod", "failure"), ("prod-eu", "success")]), Act, &["proved deployments author"]);
}

#[test]
fn every_entry_is_asked_for() {
    let two = "[[rule]]\nid = \"proved\"\ndeployments = [{ environment = \"staging\" }, { environment = \"load\" }]\n";
    let decision = check(two, &staged(&["success"]), Wait, &["proved deployments waiting"]);
    says(&decision, "has not been deployed to `load`");
}

#[test]
fn unread_deployments_are_unknown() {
    // As they also are where nobody asked for them.
    for why in ["GitHub answered 502", crate::facts::NOT_ASKED] {
        let facts = with(|facts| facts.asked.deployments = Known::unknown(why));
        check(STAGED, &facts, Unknown, &["proved deployments unknown"]);
    }
}

#[test]
fn a_change_that_edits_what_deploys_it_is_read_by_somebody_first() {
    let mut facts = staged(&["success"]);
    facts.files = Known::Known(vec![file(".github/workflows/deploy.yml")]);
    let decision = check(STAGED, &facts, Wait, &["proved deployments waiting"]);
    says(&decision, "it edits what its own checks are made of");
    // The bot's own login is no way around.
    let named = STAGED.replace("\"staging\" }", "\"staging\", by = \"github-actions[bot]\" }");
    facts.accounts.insert("github-actions[bot]".to_owned(), Known::Known(person("github-actions[bot]")));
    check(&named, &facts, Wait, &["proved deployments waiting"]);
    approve(&mut facts, "bob");
    for policy in [STAGED, &named] {
        check(policy, &facts, Pass, &["proved deployments satisfied"]);
    }
}
