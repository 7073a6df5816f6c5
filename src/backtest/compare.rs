//! One change, decided by the policies that were in force and by those that are tried.

use std::collections::BTreeMap;

use countersign_domain::Needs;
use countersign_domain::decision::{Decision, Outcome, RuleResult, State};
use countersign_domain::facts::{ChangeState, Facts};
use countersign_domain::layer::Layer;
use countersign_domain::policy::{ApprovalEntry, Mode, PolicySet, Requirement};

use super::Question;
use super::lacking::lacking;
use super::stored::{Loaded, Policies};
use crate::pipeline::decisions_with;
use crate::store::snapshot::Snapshot;

/// What came of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// It can be told.
    Known {
        /// What it came to, for itself.
        from: Outcome,
        /// What it would have come to.
        to: Outcome,
        /// The requirements that decide and end otherwise.
        why: Vec<String>,
        /// How many approvals were asked, and how many would have been.
        approvals: (u64, u64),
    },
    /// It cannot be told, because these facts were never fetched.
    NotKnown(Vec<String>),
    /// Its base has another policy file than the one in question.
    OfAnotherBase,
}

/// Decides a change by both.
///
/// Pull requests that shared the check are left out of it: each change stands for itself. `history` says what is not known
/// of a change that was read after it went in: nobody fetched then what its policies asked for.
///
/// # Errors
/// For people, why it cannot be decided.
pub fn compare(
    snapshot: &Snapshot,
    history: Option<&[String]>,
    question: &Question,
    policies: &mut Policies,
) -> Result<Compared, String> {
    let Snapshot { facts, sources, packs, templates } = snapshot;
    if facts.change.state != ChangeState::Open {
        return Err("it was never decided while it was open".to_owned());
    }
    if question.base.as_deref().is_some_and(|base| !is_governed(snapshot, base)) {
        return Ok(Compared::OfAnotherBase);
    }
    let then = policies.of(sources, packs);
    let mut with = |text: Option<&str>| policies.tried((sources, packs), question.layer, text);
    let old = question.against.as_deref().map_or_else(|| then.clone(), |text| with(Some(text)));
    let new = with(question.new.as_deref());
    if question.new.is_some() && lacks_policy(&new.set, question.layer) {
        return Err("the policy that is tried has errors beside the other layer of that time".to_owned());
    }
    let [before, after] = decisions_with([&old, &new].map(|loaded| (&loaded.set, &loaded.fields)), facts, templates);
    let why = differences(&before, &after);
    let differs = before.own_outcome != after.own_outcome || !why.is_empty();
    if let Some(unknown) = history {
        let lacks = lacking_of_history(unknown, [&old, &new], facts);
        let doubtful = [&before, &after].into_iter().any(is_doubtful) || (differs && relaxes(&new.set));
        if !lacks.is_empty() && doubtful {
            return Ok(Compared::NotKnown(lacks));
        }
    }
    let lacks = lacking(&new.set, &new.needs, &then.needs, facts);
    if history.is_none() && !lacks.is_empty() && (is_open_to_doubt(&after) || (differs && relaxes(&new.set))) {
        return Ok(Compared::NotKnown(lacks));
    }
    let approvals = (approvals(&old.set, &before), approvals(&new.set, &after));
    Ok(Compared::Known { from: before.own_outcome, to: after.own_outcome, why, approvals })
}

/// Whether the file on that branch governed the change.
fn is_governed(snapshot: &Snapshot, base: &str) -> bool {
    let facts = &snapshot.facts;
    let of_family = facts.on_demand.check_name.is_some() && facts.repository.default_branch == base;
    of_family || (facts.on_demand.check_name.is_none() && facts.change.base.name == base)
}

/// Whether a layer's text is wrong, so that nothing of it would come into force.
fn lacks_policy(policies: &PolicySet, layer: Layer) -> bool {
    policies.layers.iter().any(|known| known.layer == layer && known.policy.is_none())
}

/// Whether something that is not known may have made it what it is. What is blocked is so whatever else is not known.
fn is_open_to_doubt(decision: &Decision) -> bool {
    let unknown = |rule: &RuleResult| rule.asks.iter().any(|ask| ask.state == State::Unknown);
    decision.own_outcome != Outcome::Block
        && (decision.rules.iter().filter(|rule| rule.mode == Mode::Enforce).any(unknown)
            || decision.risk.factors.iter().any(|factor| factor.unknown.is_some()))
}

/// Whether more than GitHub's history tells could have made it something else: besides what is unknown, an approval that
/// does not count, because what is not known may be what its giver saw, or was.
fn is_doubtful(decision: &Decision) -> bool {
    let mut rules = decision.rules.iter().filter(|rule| rule.mode == Mode::Enforce);
    let lacks_approval = rules.any(|rule| {
        rule.asks.iter().any(|ask| {
            ask.key == "approvals" && !matches!(ask.state, State::Satisfied | State::NotApplicable | State::Waived)
        })
    });
    is_open_to_doubt(decision) || (lacks_approval && decision.own_outcome != Outcome::Block)
}

/// What either of two policies wants of a change that was read after it went in, and is not known of it.
fn lacking_of_history(unknown: &[String], asking: [&Loaded; 2], facts: &Facts) -> Vec<String> {
    let fetched = Needs { pushers: facts.pushers.known().is_some(), ..Needs::default() };
    let mut lacks = unknown.to_vec();
    for loaded in asking {
        let more = lacking(&loaded.set, &loaded.needs, &fetched, facts);
        lacks.extend(more.into_iter().filter(|what| !lacks.contains(what)).collect::<Vec<_>>());
    }
    lacks
}

/// Whether there is anything that would hold, if only more were known.
fn relaxes(policies: &PolicySet) -> bool {
    policies.policies().any(|(_, policy)| !policy.models.is_empty() || !policy.waivers.is_empty())
}

/// The requirements that decide and end otherwise.
fn differences(before: &Decision, after: &Decision) -> Vec<String> {
    // Most changes come out the same; names are made for the others only.
    if asked(before).eq(asked(after)) {
        return Vec::new();
    }
    let (was, is) = (states(before), states(after));
    let mut lines = Vec::new();
    for (name, state) in &is {
        match was.get(name) {
            Some(was) if was == state => {}
            Some(was) => lines.push(format!("{name}: {} → {}", was.name(), state.name())),
            None => lines.push(format!("{name}: not asked → {}", state.name())),
        }
    }
    let gone = was.iter().filter(|(name, _)| !is.contains_key(*name));
    lines.extend(gone.map(|(name, was)| format!("{name}: {} → not asked", was.name())));
    lines
}

/// The state of every requirement that decides, by a name of its own.
fn states(decision: &Decision) -> BTreeMap<String, State> {
    let mut states = BTreeMap::new();
    for (layer, rule, key, state) in asked(decision) {
        let name = format!("{}/{rule} {key}", layer.name());
        let numbered = |time: usize| if time == 1 { name.clone() } else { format!("{name} ({time})") };
        let mut time = 1;
        while states.contains_key(&numbered(time)) {
            time += 1;
        }
        states.insert(numbered(time), state);
    }
    states
}

/// The requirements that decide, in their order: layer, rule, key and state.
fn asked(decision: &Decision) -> impl Iterator<Item = (Layer, &str, &str, State)> {
    let deciding = decision.rules.iter().filter(|rule| rule.mode == Mode::Enforce);
    deciding.flat_map(|rule| {
        let asks = rule.asks.iter().filter(|ask| ask.state != State::NotApplicable);
        asks.map(|ask| (rule.layer, rule.id.as_str(), ask.key, ask.state))
    })
}

/// How many approvals the rules that decide ask.
fn approvals(policies: &PolicySet, decision: &Decision) -> u64 {
    let asks = |rule: &&RuleResult| {
        let asked = |state: State| !matches!(state, State::NotApplicable | State::Waived);
        rule.mode == Mode::Enforce && rule.asks.iter().any(|ask| ask.key == "approvals" && asked(ask.state))
    };
    let rules = decision.rules.iter().filter(asks);
    rules.map(|rule| entries_of(policies, rule.layer, &rule.id).iter().map(|entry| wanted(entry)).sum::<u64>()).sum()
}

/// What a rule or model of that name says of approvals.
fn entries_of<'a>(policies: &'a PolicySet, layer: Layer, id: &str) -> Vec<&'a ApprovalEntry> {
    let Some((_, policy)) = policies.policies().find(|(known, _)| *known == layer) else { return Vec::new() };
    let of_rule = policy.rules.iter().filter(|rule| rule.id == id).flat_map(|rule| &rule.asks);
    let of_rule =
        of_rule.filter_map(|ask| if let Requirement::Approvals(entries) = ask { Some(entries) } else { None });
    let of_model = policy.models.iter().filter(|model| model.id == id).map(|model| &model.approvals);
    of_rule.chain(of_model).flatten().collect()
}

/// How many people an entry wants; of alternatives the fewest.
fn wanted(entry: &ApprovalEntry) -> u64 {
    match entry {
        ApprovalEntry::From { count, .. } => u64::from(*count),
        ApprovalEntry::Any(alternatives) => alternatives.iter().map(wanted).min().unwrap_or_default(),
    }
}
