//! What the results come to together, and the one thing to do next.

use super::decides;
use crate::account::Account;
use crate::decision::{Act, Actor, Outcome, RequirementResult, RuleResult, State};
use crate::evaluate::Context;
use crate::facts::Facts;
use crate::text::Phrase;

/// So many people are named in the one next thing.
const PEOPLE: usize = 5;
/// And so many approvals.
const APPROVALS: usize = 2;
/// And so many fields, checks and other names of one list.
const NAMES: usize = 3;

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

/// The one thing to do next, for the title, as it goes on after the state: `for approval by bob or carol`.
pub(super) fn next(cx: &Context<'_>, own: Outcome, rules: &[RuleResult]) -> Phrase {
    let first = |state: State| open(rules).find(|ask| ask.state == state);
    let observed = |state: State| first(state).map(|ask| ask.observed.clone()).unwrap_or_default();
    match own {
        Outcome::Block => observed(State::Blocked),
        Outcome::Unknown => observed(State::Unknown),
        Outcome::Act => to_write(rules).with_lists_of(NAMES),
        Outcome::Wait => waited_for(cx, rules).with_lists_of(NAMES),
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
        Some((first, rest)) => first.what.clone().and(format!(", and {} more to do", rest.len())),
    }
}

fn waited_for(cx: &Context<'_>, rules: &[RuleResult]) -> Phrase {
    let waiting = || open(rules).filter(|ask| ask.state == State::Waiting);
    if let Some(hold) = waiting().find(|ask| ask.key == "hold") {
        return hold.observed.clone();
    }
    let mut approvals: Vec<&Act> = Vec::new();
    let authorities = waiting().filter(|ask| ask.key != "acknowledge");
    for act in authorities.flat_map(|ask| &ask.acts).filter(|act| matches!(act.by, Actor::People { .. })) {
        if !approvals.iter().any(|known| approval(known, true) == approval(act, true)) {
            approvals.push(act);
        }
    }
    if !approvals.is_empty() {
        let more = approvals.len().saturating_sub(APPROVALS);
        let said = approvals.iter().take(APPROVALS).enumerate().map(|(place, act)| approval(act, place == 0));
        let said = Phrase::words("for ").then(Phrase::join(said, ", and "));
        return if more == 0 { said } else { said.and(format!(", and {more} more")) };
    }
    if let Some(said) = waiting().find(|ask| ask.key == "acknowledge").and_then(acknowledgement) {
        return said;
    }
    let keeper = waiting().flat_map(|ask| &ask.acts).find(|act| act.by == Actor::PolicyAdmin);
    match (keeper, waiting().next()) {
        (Some(act), _) => Phrase::words("for whoever keeps the policy file: ").then(act.what.clone()),
        (None, Some(ask)) => ask.observed.clone(),
        (None, None) if cx.facts.change.draft => Phrase::words("until it is marked as ready for review"),
        (None, None) => Phrase::default(),
    }
}

/// The approval that is waited for, as in `approval by bob or carol`, `1 approval by somebody of acme/cab`; in a list
/// only the first says what it is.
fn approval(act: &Act, first: bool) -> Phrase {
    let Actor::People { count, candidates, of } = &act.by else { return Phrase::default() };
    let lead = match (candidates.is_empty(), first, *count) {
        (false, true, _) => "approval by ".to_owned(),
        (false, false, _) => "by ".to_owned(),
        (true, true, 1) => "1 approval by somebody ".to_owned(),
        (true, false, 1) => "1 by somebody ".to_owned(),
        (true, true, count) => format!("{count} approvals by people "),
        (true, false, count) => format!("{count} by people "),
    };
    let by = if candidates.is_empty() { of_whom(of) } else { people(*count, candidates) };
    let said = Phrase::words(lead).then(by);
    if act.is_again() { said.and(" again") } else { said }
}

/// The word that is waited for, as in `for acknowledgement by carol`.
fn acknowledgement(ask: &RequirementResult) -> Option<Phrase> {
    let Actor::People { count, candidates, of } = &ask.acts.first()?.by else { return None };
    Some(match candidates.is_empty() {
        true => Phrase::words("for acknowledgement by somebody ").then(of_whom(of)),
        false => Phrase::words("for acknowledgement by ").then(people(*count, candidates)),
    })
}

fn of_whom(of: &[String]) -> Phrase {
    if of.is_empty() {
        return Phrase::words("who took no part in the change");
    }
    Phrase::words("of ").then(Phrase::join(of.iter().map(|name| Phrase::default().quote(name)), " or "))
}

/// Who is to approve by name, as in `bob or carol`, `2 of bob, carol or dave`; where more are asked than there are, `bob
/// and 1 more, whom the policy has still to name`.
fn people(count: u32, candidates: &[Account]) -> Phrase {
    let mut names: Vec<Phrase> =
        candidates.iter().take(PEOPLE).map(|person| Phrase::default().person(person)).collect();
    if candidates.len() > PEOPLE {
        names.push(Phrase::words(format!("{} more", candidates.len() - PEOPLE)));
    }
    let missing = usize::try_from(count).unwrap_or_default().saturating_sub(candidates.len());
    if missing > 0 {
        names.push(Phrase::words(format!("{missing} more, whom the policy has still to name")));
    }
    let all = usize::try_from(count).is_ok_and(|count| count >= candidates.len());
    let last = names.pop().unwrap_or_default();
    let names = if names.is_empty() {
        last
    } else {
        Phrase::join(names, ", ").and(if all { " and " } else { " or " }).then(last)
    };
    if count == 1 || all { names } else { Phrase::words(format!("{count} of ")).then(names) }
}
