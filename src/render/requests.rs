//! What is still asked, and of whom: the acts of all open requirements, each once, the author's first. And which
//! approvals are asked, given or not, for the comment: it lists no approvals that are still missing.

use countersign_domain::account::Account;
use countersign_domain::decision::{Act, Actor, Decision, RequirementResult, RuleResult, State};
use countersign_domain::layer::Layer;
use countersign_domain::policy::Mode;
use countersign_domain::text::Phrase;

use super::Context;
use super::escape::{code, shorten};
use super::limits;
use super::phrase::{QUOTE_LIMIT, Voice, sentence, stopped};

/// The requirement that people fill by reviews.
const APPROVALS: &str = "approvals";

/// Something still asked: the act that would give it, where there is one, and what asks for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    rule: &'a RuleResult,
    ask: &'a RequirementResult,
    act: Option<&'a Act>,
    /// Whether the line tells what was found: once for each requirement, and only where it says more than the act.
    tells: bool,
}

/// What rules of that mode still ask for: each act once, and each refusal that no act would lift.
pub(super) fn open(decision: &Decision, mode: Mode) -> Vec<Request<'_>> {
    let mut requests: Vec<Request<'_>> = Vec::new();
    for rule in decision.rules.iter().filter(|rule| rule.mode == mode) {
        for ask in rule.asks.iter().filter(|ask| is_open(ask.state)) {
            if ask.acts.is_empty() {
                requests.push(Request { rule, ask, act: None, tells: true });
            }
            // What keeps a field from being an answer stands in the act itself.
            let mut tells = ask.key != "fields" && !ask.observed.is_empty() && !ask.found_nothing();
            for act in &ask.acts {
                if !requests.iter().any(|known| known.act == Some(act)) {
                    requests.push(Request { rule, ask, act: Some(act), tells });
                    tells = false;
                }
            }
        }
    }
    requests.sort_by_key(|request| request.act.map_or(1, |act| rank(&act.by)));
    requests
}

/// The approvals that rules of that mode ask for, whoever has given some of them.
pub(super) fn approvals(decision: &Decision, mode: Mode) -> impl Iterator<Item = (Layer, &Phrase)> {
    let rules = decision.rules.iter().filter(move |rule| rule.mode == mode);
    let asks = rules.flat_map(|rule| rule.asks.iter().map(|ask| (rule.layer, ask)));
    let asked = asks.filter(|(_, ask)| ask.key == APPROVALS && (is_open(ask.state) || ask.state == State::Satisfied));
    asked.map(|(layer, ask)| (layer, &ask.wanted))
}

/// Whether an act is one of the [`approvals`] that are asked, which the comment lists whoever has given some.
pub(super) fn is_approval(act: &Act, decision: &Decision) -> bool {
    let asks = decision.rules.iter().flat_map(|rule| &rule.asks);
    matches!(act.by, Actor::People { .. }) && asks.filter(|ask| ask.key == APPROVALS).any(|ask| ask.acts.contains(act))
}

/// Whether somebody or something is still missing.
pub(super) fn is_open(state: State) -> bool {
    match state {
        State::Waiting | State::Author | State::Blocked | State::Unknown => true,
        State::Satisfied | State::Waived | State::NotApplicable => false,
    }
}

impl Request<'_> {
    /// The layer that asks.
    pub(super) fn layer(self) -> Layer {
        self.rule.layer
    }

    /// Whether a person has to do it, or has to know that it is refused.
    pub(super) fn is_for_people(self) -> bool {
        match self.act {
            Some(act) => act.by != Actor::Nobody,
            None => matches!(self.ask.state, State::Blocked | State::Author),
        }
    }

    /// Whether it is one of [`approvals`], by people who have not given it yet.
    pub(super) fn is_approval(self) -> bool {
        self.ask.key == APPROVALS && self.act.is_some_and(|act| matches!(act.by, Actor::People { .. }))
    }

    /// The same, silent about who has approved so far.
    pub(super) fn without_progress(self) -> Self {
        let is_progress = self.ask.key == APPROVALS && self.ask.state == State::Waiting;
        Self { tells: self.tells && !is_progress, ..self }
    }

    /// Whether the author has to do it.
    pub(super) fn is_for_author(self) -> bool {
        self.act.map_or(self.ask.state == State::Author, |act| act.by == Actor::Author)
    }

    /// As a line of a list, without its mark: who, what, and what there is so far.
    pub(super) fn line(self, voice: Voice, context: &Context) -> String {
        let observed = voice.markdown(&self.ask.observed);
        match self.act {
            Some(act) => {
                let what = voice.markdown(&act.what);
                let line = sentence(&format!("{}: {what}", who(&act.by, voice, context)));
                if self.tells && observed != what {
                    format!("{line} {}: {}", self.lead(), stopped(&observed))
                } else {
                    line
                }
            }
            None => {
                let said = if observed.trim().is_empty() { voice.markdown(&self.ask.wanted) } else { observed };
                sentence(&format!("{} {}: {said}", self.verb(), rule_name(self.rule)))
            }
        }
    }

    /// How what was found is introduced.
    fn lead(self) -> &'static str {
        match self.ask.key {
            APPROVALS => "So far",
            _ => "Why",
        }
    }

    /// How a requirement that nobody can give is introduced.
    fn verb(self) -> &'static str {
        match self.ask.state {
            State::Blocked => "refused by",
            State::Author => "for the author, from",
            State::Unknown => "not known, for",
            _ => "waited for, by",
        }
    }
}

/// A rule as people refer to it: its layer and its id.
pub(super) fn rule_name(rule: &RuleResult) -> String {
    code(&format!("{}/{}", rule.layer.name(), shorten(&rule.id, QUOTE_LIMIT)))
}

fn rank(actor: &Actor) -> u8 {
    match actor {
        Actor::Author => 0,
        Actor::People { .. } | Actor::Bystander | Actor::Writer => 2,
        Actor::PolicyAdmin => 3,
        Actor::Administrator => 4,
        Actor::Nobody => 5,
    }
}

pub(super) fn who(actor: &Actor, voice: Voice, context: &Context) -> String {
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
        Actor::Bystander => "somebody with write access who took no part in the change".to_owned(),
        Actor::Writer => "somebody with write access".to_owned(),
        Actor::PolicyAdmin => "whoever keeps the policy file".to_owned(),
        Actor::Administrator => "whoever administers this repository or countersign".to_owned(),
        Actor::Nobody => "nobody has to act".to_owned(),
    }
}

fn persons(count: u32) -> String {
    if count == 1 { "one person".to_owned() } else { format!("{count} people") }
}

fn people(count: u32, candidates: &[Account], voice: Voice) -> String {
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
