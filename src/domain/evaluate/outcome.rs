//! What the results come to together, and the one thing to do next.

use super::decides;
use crate::decision::{Act, Actor, Outcome, RequirementResult, RuleResult, State};
use crate::evaluate::Context;
use crate::facts::Facts;
use crate::text::Phrase;

/// So many people are named in the one next thing.
const PEOPLE: usize = 5;
/// And so many approvals.
const APPROVALS: usize = 2;

/// The worst state among what decides.
///
/// INVARIANT: it passes only where at least one requirement that decides is satisfied or waived by who may, and none is open.
pub(super) fn of_rules(rules: &[RuleResult]) -> Outcome {
    let states = open(rules).map(|ask| match ask.state {
        State::Blocked => Outcome::Block,
        State::Unknown => Outcome::Unknown,
        State::Author => Outcome::Act,
        State::Waiting => Outcome::Wait,
        State::Satisfied | State::Waived => Outcome::Pass,
        State::NotApplicable => Outcome::Neutral,
    });
    states.min().unwrap_or(Outcome::Neutral)
}

/// Every result that decides.
fn open(rules: &[RuleResult]) -> impl Iterator<Item = &RequirementResult> {
    rules.iter().filter(|rule| decides(rule)).flat_map(|rule| &rule.asks)
}

/// The pull requests that share the check, each with what it comes to; not decided yet: it is waited for.
pub(super) fn siblings(facts: &Facts) -> Vec<(u64, Outcome)> {
    let mut siblings: Vec<(u64, Outcome)> =
        facts.siblings.iter().map(|sibling| (sibling.number, sibling.outcome.unwrap_or(Outcome::Wait))).collect();
    siblings.sort_by_key(|(number, _)| *number);
    siblings
}

/// The one thing to do next, for the title: what it is for a state that leads to it, as in `for approval by bob or carol`.
pub(super) fn next(cx: &Context<'_>, own: Outcome, rules: &[RuleResult]) -> Phrase {
    let first = |state: State| open(rules).find(|ask| ask.state == state);
    let observed = |state: State| first(state).map(|ask| ask.observed.clone()).unwrap_or_default();
    match own {
        Outcome::Block => observed(State::Blocked),
        Outcome::Unknown => observed(State::Unknown),
        Outcome::Act => to_write(rules),
        Outcome::Wait => waited_for(cx, rules),
        Outcome::Pass | Outcome::Neutral | Outcome::Silent => Phrase::default(),
    }
}

/// The author's first act, and how many there are besides.
fn to_write(rules: &[RuleResult]) -> Phrase {
    let mut acts: Vec<&Act> = Vec::new();
    for act in open(rules).filter(|ask| ask.state == State::Author).flat_map(|ask| &ask.acts) {
        if !acts.contains(&act) {
            acts.push(act);
        }
    }
    match acts.split_first() {
        None => Phrase::default(),
        Some((first, [])) => first.what.clone(),
        Some((first, rest)) => first.what.clone().and(format!(", and {} more", rest.len())),
    }
}

fn waited_for(cx: &Context<'_>, rules: &[RuleResult]) -> Phrase {
    let waiting = || open(rules).filter(|ask| ask.state == State::Waiting);
    let mut approvals: Vec<Phrase> = Vec::new();
    for act in waiting().flat_map(|ask| &ask.acts) {
        if let Actor::People { count, candidates, of } = &act.by {
            let people = people(*count, candidates, of);
            if !approvals.contains(&people) {
                approvals.push(people);
            }
        }
    }
    if !approvals.is_empty() {
        let more = approvals.len().saturating_sub(APPROVALS);
        approvals.truncate(APPROVALS);
        let said = Phrase::words("for approval by ").then(Phrase::join(approvals, ", and by "));
        return if more == 0 { said } else { said.and(format!(", and {more} more")) };
    }
    let keeper = waiting().flat_map(|ask| &ask.acts).find(|act| act.by == Actor::PolicyAdmin);
    match (keeper, waiting().next()) {
        (Some(act), _) => Phrase::words("for whoever keeps the policy file: ").then(act.what.clone()),
        (None, Some(ask)) => ask.observed.clone(),
        (None, None) if cx.facts.change.draft => Phrase::words("until it is marked as ready for review"),
        (None, None) => Phrase::default(),
    }
}

/// Who is to approve, as in `bob or carol`, `2 of bob, carol or dave`, `1 of acme/cab`.
fn people(count: u32, candidates: &[crate::account::Account], of: &[String]) -> Phrase {
    if candidates.is_empty() {
        if of.is_empty() {
            return Phrase::words(format!("{count} who took no part in the change"));
        }
        let teams = Phrase::join(of.iter().map(|name| Phrase::default().quote(name)), " or ");
        return Phrase::words(format!("{count} of ")).then(teams);
    }
    let mut names: Vec<Phrase> =
        candidates.iter().take(PEOPLE).map(|person| Phrase::default().person(person)).collect();
    if candidates.len() > PEOPLE {
        names.push(Phrase::words(format!("{} more", candidates.len() - PEOPLE)));
    }
    let all = usize::try_from(count).is_ok_and(|count| count == candidates.len());
    let last = names.pop().unwrap_or_default();
    let names = if names.is_empty() {
        last
    } else {
        Phrase::join(names, ", ").and(if all { " and " } else { " or " }).then(last)
    };
    if count == 1 || all { names } else { Phrase::words(format!("{count} of ")).then(names) }
}
