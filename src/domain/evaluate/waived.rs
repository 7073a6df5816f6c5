//! `waive` by command: rules, freezes and windows that those whom the policy names let this change through.
//!
//! A waiver lasts as long as the policy says from the command that made up the number of people; a command is forgotten
//! after the same time, and used up once. Absent: standing exceptions (`relax`).

use jiff::Timestamp;

use super::commands::Refused;
use super::layers::InForce;
use crate::account::Account;
use crate::condition::Finding;
use crate::decision::{RequirementResult, RuleResult, State};
use crate::evaluate::Context;
use crate::facts::Command;
use crate::layer::Layer;
use crate::policy::Waive;
use crate::requirement::approvals::waiving;
use crate::text::Phrase;

/// So many ids are named to whoever named none.
const IDS: usize = 5;

/// What can be waived by command.
#[derive(Debug)]
pub(super) struct Waivable<'a> {
    layer: Layer,
    id: &'a str,
    /// `None` where nobody may, or nothing relaxes it.
    waive: Option<&'a Waive>,
    always: bool,
    /// The commands that name it, each with whether it counts.
    given: Vec<(&'a Command, String, Finding)>,
}

/// A waiver that holds.
struct Lifted {
    until: Timestamp,
    by: Vec<Account>,
    reason: String,
}

/// Everything that a command could name.
pub(super) fn waivable<'a>(speaking: &[InForce<'a>]) -> Vec<Waivable<'a>> {
    let with_policy = speaking.iter().filter_map(InForce::policy);
    with_policy
        .flat_map(|(layer, policy)| {
            let rules = policy.rules.iter().map(|rule| (rule.id.as_str(), rule.waive.as_ref(), rule.always));
            let holds = policy.holds.iter().map(|hold| (hold.id.as_str(), hold.waive.as_ref(), hold.always));
            let one = move |(id, waive, always)| Waivable { layer, id, waive, always, given: Vec::new() };
            rules.chain(holds).map(one)
        })
        .collect()
}

/// Follows a command that waives, later than all before it; why it does nothing, where it does not.
pub(super) fn follow<'a>(
    cx: &Context<'a>,
    waivable: &mut [Waivable<'a>],
    command: &'a Command,
    (id, reason): (&str, &str),
) -> Option<Refused> {
    let mut refused: Option<Refused> = None;
    let mut named = false;
    for one in waivable.iter_mut().filter(|one| one.is_called(id)) {
        named = true;
        let Some(waive) = one.waive.filter(|_| !one.always) else {
            let why = if one.always { ": nothing relaxes it" } else { ": the policy names nobody who may" };
            let why = || Phrase::default().quote(one.id).and(" cannot be waived").and(why);
            refused = refused.or_else(|| Some(Refused::for_good(why())));
            continue;
        };
        let finding = waiving::counts(cx, one.layer, waive, command);
        let counts = finding.is_so();
        let why = || {
            let lead = if finding.is_unknown() { "it is not known whether this counts: " } else { "" };
            let may = waiving::who_may(cx, one.layer, waive);
            Phrase::words(lead).then(finding.observed.clone()).and("; it may be waived by ").then(may)
        };
        let was_known = refused.as_ref().is_none_or(|refused| refused.is_known);
        let said = (!counts).then(|| Refused { why: why(), is_known: was_known && !finding.is_unknown() });
        one.given.push((command, reason.to_owned(), finding));
        match said {
            // Two layers may have one id each: it is enough that it does something for one of them.
            None => return None,
            said => refused = said,
        }
    }
    if named { refused } else { Some(Refused::for_good(unknown(waivable, id))) }
}

fn unknown(waivable: &[Waivable<'_>], id: &str) -> Phrase {
    let said = Phrase::words("no rule, freeze or window here is called ").quote(id);
    let ids: Vec<Phrase> = waivable
        .iter()
        .filter(|one| one.waive.is_some() && !one.always)
        .take(IDS)
        .map(|one| Phrase::default().quote(one.id))
        .collect();
    if ids.is_empty() {
        said.and(", and none can be waived")
    } else {
        said.and("; there is ").then(Phrase::join(ids, ", "))
    }
}

impl Waivable<'_> {
    fn is_called(&self, id: &str) -> bool {
        let layer = id.strip_prefix(self.layer.name()).and_then(|rest| rest.strip_prefix('/'));
        id == self.id || layer == Some(self.id)
    }

    /// What holds now. Remembers when it ends.
    fn lifted(&self, cx: &Context<'_>) -> Option<Lifted> {
        let waive = self.waive.filter(|_| !self.always)?;
        let (mut pool, mut lifted): (Vec<&Command>, Option<Lifted>) = (Vec::new(), None);
        for (command, reason, _) in self.given.iter().filter(|(_, _, finding)| finding.is_so()) {
            let lasts = |other: &&Command| waive.length.after(other.at).is_some_and(|end| command.at < end);
            pool.retain(|other| other.by != command.by && lasts(other));
            pool.push(command);
            let enough = usize::try_from(waive.count).is_ok_and(|count| pool.len() >= count);
            if let Some(until) = waive.length.after(command.at).filter(|_| enough) {
                let by = pool.drain(..).map(|command| command.by.clone()).collect();
                lifted = Some(Lifted { until, by, reason: reason.clone() });
            }
        }
        lifted.filter(|lifted| cx.lasts_until(lifted.until))
    }

    /// Those who have waived it lately, where they are too few.
    fn so_far(&self, cx: &Context<'_>) -> Vec<&Account> {
        let Some(waive) = self.waive else { return Vec::new() };
        let counting = self.given.iter().filter(|(_, _, finding)| finding.is_so());
        let lately =
            counting.filter(|(command, ..)| waive.length.after(command.at).is_some_and(|end| cx.facts.as_of < end));
        let mut people: Vec<&Account> = lately.map(|(command, ..)| &command.by).collect();
        people.sort();
        people.dedup();
        people
    }
}

/// What becomes of the result of a rule, freeze or window. `tells`: whether to say who may waive it in any case.
pub(super) fn relaxed(cx: &Context<'_>, waivable: &[Waivable<'_>], mut result: RuleResult, tells: bool) -> RuleResult {
    let of_rule = |one: &&Waivable<'_>| one.layer == result.layer && one.id == result.id;
    let Some(one) = waivable.iter().find(of_rule).filter(|one| !one.always) else { return result };
    let Some(waive) = one.waive else { return result };
    let is_open =
        |ask: &RequirementResult| !matches!(ask.state, State::Satisfied | State::NotApplicable | State::Waived);
    if !result.asks.iter().any(is_open) {
        return result;
    }
    if let Some(lifted) = one.lifted(cx) {
        let by = Phrase::join(lifted.by.iter().map(|person| Phrase::default().person(person)), ", ");
        let said =
            Phrase::words("waived by ").then(by).and(" until ").instant(lifted.until).and(": ").quote(lifted.reason);
        for ask in result.asks.iter_mut().filter(|ask| is_open(ask)) {
            ask.state = State::Waived;
            ask.observed = said.clone();
            ask.acts.clear();
        }
        return result;
    }
    let so_far = one.so_far(cx);
    for ask in result.asks.iter_mut().filter(|ask| is_open(ask)) {
        if !(tells || ask.state == State::Unknown || !so_far.is_empty()) {
            continue;
        }
        let said = std::mem::take(&mut ask.observed).and("; it may be waived by ");
        let said = said.then(waiving::who_may(cx, one.layer, waive));
        ask.observed = if so_far.is_empty() {
            said
        } else {
            let have = Phrase::join(so_far.iter().map(|person| Phrase::default().person(person)), ", ");
            said.and(", and so far was by ").then(have)
        };
    }
    result
}
