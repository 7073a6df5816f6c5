//! What is still asked, and of whom: the acts of all open requirements, each once, the author's first.

use countersign_domain::decision::{Act, Actor, Decision, State};
use countersign_domain::policy::Mode;

use super::Context;
use super::escape::{code, shorten};
use super::limits;
use super::phrase::{QUOTE_LIMIT, Voice, sentence};

/// The acts that rules of that mode still ask for.
pub(super) fn open(decision: &Decision, mode: Mode) -> Vec<&Act> {
    let rules = decision.rules.iter().filter(|rule| rule.mode == mode);
    let asks = rules.flat_map(|rule| &rule.asks).filter(|ask| is_open(ask.state));
    let mut acts: Vec<&Act> = Vec::new();
    for act in asks.flat_map(|ask| &ask.acts) {
        if !acts.contains(&act) {
            acts.push(act);
        }
    }
    acts.sort_by_key(|act| rank(&act.by));
    acts
}

/// Whether somebody or something is still missing.
pub(super) fn is_open(state: State) -> bool {
    match state {
        State::Waiting | State::Author | State::Blocked | State::Unknown => true,
        State::Satisfied | State::Waived | State::NotApplicable => false,
    }
}

/// Whether a person has to do it.
pub(super) fn is_for_people(act: &Act) -> bool {
    act.by != Actor::Nobody
}

/// The act as a line of a list, without its mark.
pub(super) fn line(act: &Act, voice: Voice, context: &Context) -> String {
    sentence(&format!("{}: {}", who(&act.by, voice, context), voice.markdown(&act.what)))
}

fn rank(actor: &Actor) -> u8 {
    match actor {
        Actor::Author => 0,
        Actor::People { .. } => 1,
        Actor::PolicyAdmin => 2,
        Actor::Administrator => 3,
        Actor::Nobody => 4,
    }
}

fn who(actor: &Actor, voice: Voice, context: &Context) -> String {
    match actor {
        Actor::Author => match &context.author {
            Some(account) if voice.names_people => format!("the author, {}", voice.person(account)),
            _ => "the author".to_owned(),
        },
        Actor::People { count, candidates, of } => {
            let of: Vec<String> = of.iter().map(|name| code(&shorten(name, QUOTE_LIMIT))).collect();
            let of = listed(&of, "or");
            let named = voice.names_people && !candidates.is_empty();
            match (named, of.is_empty()) {
                (true, true) => people(*count, candidates, voice),
                (true, false) => format!("{} ({of})", people(*count, candidates, voice)),
                (false, true) => persons(*count),
                (false, false) => format!("{} of {of}", persons(*count)),
            }
        }
        Actor::PolicyAdmin => "whoever keeps the policy file".to_owned(),
        Actor::Administrator => "whoever administers this repository or countersign".to_owned(),
        Actor::Nobody => "nobody has to act".to_owned(),
    }
}

fn persons(count: u32) -> String {
    if count == 1 { "one person".to_owned() } else { format!("{count} people") }
}

fn people(count: u32, candidates: &[countersign_domain::account::Account], voice: Voice) -> String {
    let mut names: Vec<String> = candidates.iter().take(limits::PEOPLE).map(|account| voice.person(account)).collect();
    if candidates.len() > limits::PEOPLE {
        names.push(format!("{} more", candidates.len() - limits::PEOPLE));
    }
    match (count, candidates.len()) {
        (_, 1) => listed(&names, "or"),
        (1, 2) => listed(&names, "or"),
        (count, len) if count as usize == len => listed(&names, "and"),
        (1, _) => format!("one of {}", listed(&names, "or")),
        _ => format!("{count} of {}", listed(&names, "or")),
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn listed(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., end] => format!("{} {last} {end}", most.join(", ")),
    }
}
