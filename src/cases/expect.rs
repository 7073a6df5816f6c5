//! What is expected of a case, and what came of it.

use std::collections::BTreeMap;
use std::ops::Range;

use countersign_domain::decision::{Decision, RuleResult, State};
use countersign_domain::facts::{CalendarFile, Known};
use countersign_domain::layer::Layer;
use countersign_domain::policy::PolicySet;
use countersign_domain::text::plain;
use countersign_domain::{Needs, needs};
use serde_json::Value;

use super::Case;
use super::file::nearest;
use crate::facts_file::{Error, FactsFile};
use crate::pipeline::decision_of;
use crate::render::terminal;
use crate::render::{self, Context};

/// What a case expects, each with its place in the file.
#[derive(Debug, Default)]
pub struct Expected {
    /// The outcome.
    pub outcome: Option<(String, Range<usize>)>,
    /// The level of risk.
    pub risk: Option<(String, Range<usize>)>,
    /// The type of the change.
    pub change_type: Option<(String, Range<usize>)>,
    /// Rules, or single requirements of them, and their states.
    pub rules: Vec<(String, State, Range<usize>)>,
    /// Words that people have to be shown.
    pub says: Vec<(String, Range<usize>)>,
    /// Everything that people are shown.
    pub text: Option<(String, Range<usize>)>,
}

/// What came of a case.
#[derive(Debug)]
pub struct Came {
    /// The decision.
    pub decision: Decision,
    /// What people are shown: check run and comment.
    pub text: String,
    /// What came out otherwise than was expected.
    pub misses: Vec<Miss>,
}

/// Something that came out otherwise than was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// What was expected, and what came.
    pub message: String,
    /// Where it was expected.
    pub place: Range<usize>,
    /// Whether `--update` would mend it: the words that are shown changed, and nothing else was said of them.
    pub of_text: bool,
}

impl Case {
    /// Decides the case as a pull request is decided, and compares.
    ///
    /// # Errors
    /// Where the change cannot be such a one, as in a facts file.
    pub fn run(&self, policies: &PolicySet) -> Result<Came, Error> {
        self.run_by(policies, &BTreeMap::new())
    }

    /// The same with the calendars that the policies name.
    ///
    /// # Errors
    /// Those of [`Case::run`].
    pub fn run_by(
        &self,
        policies: &PolicySet,
        calendars: &BTreeMap<(Layer, String), Known<CalendarFile>>,
    ) -> Result<Came, Error> {
        let needs: Needs = needs(policies);
        let mut facts = FactsFile::of(&Value::Object(self.facts.clone()))?.facts(&needs)?;
        // Nobody else plans anything: nothing of that can be written down.
        facts.on_demand.collisions.get_or_insert(Known::Known(Vec::new()));
        facts.on_demand.calendars.clone_from(calendars);
        let decision = decision_of(policies, &facts, &[]);
        let text = terminal::answer(&render::answer(&decision, &Context::default()));
        let misses = self.expected.misses(&decision, &text);
        Ok(Came { decision, text, misses })
    }
}

impl Expected {
    fn misses(&self, decision: &Decision, text: &str) -> Vec<Miss> {
        let mut misses = Vec::new();
        let mut miss = |message: String, place: &Range<usize>| {
            misses.push(Miss { message, place: place.clone(), of_text: false });
        };
        let words = [
            ("outcome", &self.outcome, decision.outcome.name()),
            ("risk", &self.risk, decision.risk.level.name()),
            ("type", &self.change_type, render::decision::change_type(decision.change_type)),
        ];
        for (what, expected, came) in words {
            if let Some((word, place)) = expected.as_ref().filter(|(word, _)| word != came) {
                miss(format!("{what}: expected `{word}`, came to `{came}`"), place);
            }
        }
        for (name, state, place) in &self.rules {
            if let Some(message) = missed(decision, name, *state) {
                miss(message, place);
            }
        }
        for (words, place) in self.says.iter().filter(|(words, _)| !text.contains(words.as_str())) {
            miss(format!("nothing that people are shown says `{words}`"), place);
        }
        if let Some((expected, place)) = self.text.as_ref().filter(|(expected, _)| expected != text) {
            let message = format!("what people are shown reads otherwise\n{}", first_difference(expected, text));
            misses.push(Miss { message, place: place.clone(), of_text: true });
        }
        misses
    }
}

/// What is to be said where a rule, or one of its requirements, did not end in that state.
fn missed(decision: &Decision, name: &str, expected: State) -> Option<String> {
    let mut found: Vec<(&RuleResult, Option<&'static str>)> = Vec::new();
    for rule in &decision.rules {
        for id in [rule.id.clone(), format!("{}/{}", rule.layer.name(), rule.id)] {
            if id == name {
                found.push((rule, None));
            }
            let of_it = rule.asks.iter().filter(|ask| format!("{id}.{}", ask.key) == name);
            found.extend(of_it.map(|ask| (rule, Some(ask.key))));
        }
    }
    let (rule, key) = match found.as_slice() {
        [] => {
            let known: Vec<&str> = decision.rules.iter().map(|rule| rule.id.as_str()).collect();
            return Some(format!("no rule is called `{name}` here; {}", nearest(name, &known)));
        }
        [(rule, key)] => (rule, key),
        [(rule, _), ..] => return Some(format!("several rules are called so; say `{}/{name}`", rule.layer.name())),
    };
    let asks = || rule.asks.iter().filter(|ask| key.is_none_or(|key| ask.key == key));
    let weightiest = asks().min_by_key(|ask| rank(ask.state))?;
    if weightiest.state == expected {
        return None;
    }
    let (came, observed) = (weightiest.state.name(), plain(&weightiest.observed));
    Some(format!("`{name}`: expected `{}`, came to `{came}`: {observed}", expected.name()))
}

/// The weight of a state in its rule: what holds the change most comes first.
fn rank(state: State) -> Option<usize> {
    State::ALL.iter().position(|known| *known == state)
}

fn first_difference(expected: &str, came: &str) -> String {
    let mut lines = expected.lines().zip(came.lines()).enumerate();
    match lines.find(|(_, (expected, came))| expected != came) {
        Some((line, (expected, came))) => {
            format!("  line {} expected: {}\n  line {} came to:  {}", line + 1, expected.trim(), line + 1, came.trim())
        }
        None => format!("  {} lines expected, {} came", expected.lines().count(), came.lines().count()),
    }
}
