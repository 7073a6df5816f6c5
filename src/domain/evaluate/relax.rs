//! What relaxes what rules ask: standard changes that cover the change, standing exceptions that hold, emergencies.
//!
//! Both reach their own layer and those below it, never a rule with `always`, and
//! no rule whose word is worth more than their layer's. They only ever take the
//! place of what is open: what is satisfied stays as it was found. Whatever is not
//! known relaxes nothing. Absent: whether a declared emergency holds (`emergency`), and
//! waiving by command (`waived`).

use super::commands::Refused;
use super::emergency::{self, Lane};
use super::layers::InForce;
use super::report::Asked;
use crate::account::Account;
use crate::condition::{self, Finding, Place, Standpoint};
use crate::decision::{EmergencyReport, RequirementResult, Reviewer, RuleResult, State};
use crate::evaluate::Context;
use crate::facts::Command;
use crate::layer::Layer;
use crate::policy::{ApprovalEntry, Conditions, Hold, Mode, Model, Requirement, Rule, Waiver, Who};
use crate::record::FieldId;
use crate::requirement::{approvals, fields};
use crate::text::Phrase;

/// Everything that may relax something, each with whether it does.
#[derive(Debug, Default)]
pub(super) struct Relaxations<'a> {
    models: Vec<Judged<'a, Model>>,
    waivers: Vec<Judged<'a, Waiver>>,
    lanes: Vec<Lane<'a>>,
}

/// A model or waiver, and whether it holds.
#[derive(Debug)]
struct Judged<'a, T> {
    layer: Layer,
    /// What its layer's word is worth.
    mode: Mode,
    what: &'a T,
    holds: Finding,
}

impl<T> Judged<'_, T> {
    /// Whether it holds and reaches what stands in that layer with that mode.
    fn reaches(&self, layer: Layer, mode: Mode) -> bool {
        self.holds.is_so() && self.layer <= layer && self.mode >= mode
    }
}

impl<'a> Relaxations<'a> {
    /// Looks at the models, waivers and emergency lanes of the layers that speak.
    pub(super) fn judge(cx: &Context<'a>, speaking: &[InForce<'a>]) -> Self {
        let mut found = Self { lanes: emergency::lanes(cx, speaking), ..Self::default() };
        for speaks in speaking {
            let Some((layer, policy)) = speaks.policy() else { continue };
            let mode = policy.mode;
            let models = policy.models.iter().map(|what| Judged { layer, mode, what, holds: covers(cx, layer, what) });
            found.models.extend(models);
            let waivers = policy.waivers.iter().map(|what| {
                let holds = proved(cx, layer, &what.when);
                let holds = if holds.is_so() { lasts(cx, what.until, holds) } else { holds };
                Judged { layer, mode, what, holds }
            });
            found.waivers.extend(waivers);
        }
        found
    }

    /// Layer and mode of each model that covers the change.
    pub(super) fn standard(&self) -> Vec<(Layer, Mode)> {
        self.models.iter().filter(|model| model.holds.is_so()).map(|model| (model.layer, model.mode)).collect()
    }

    /// Layer and mode of each emergency lane that the change is in.
    pub(super) fn emergency(&self) -> Vec<(Layer, Mode)> {
        self.in_lanes().map(|lane| (lane.layer, lane.mode)).collect()
    }

    fn in_lanes(&self) -> impl Iterator<Item = &Lane<'a>> {
        self.lanes.iter().filter(|lane| lane.held.is_some())
    }

    /// Whoever declared the change an emergency, or may have, in a lane whose word is worth so much: what only observes
    /// keeps nobody from approving under what decides.
    pub(super) fn declarers(&self, cx: &Context<'a>, strongest: Mode) -> Vec<&'a Account> {
        emergency::declarers(cx, &self.lanes, strongest)
    }

    /// The emergencies that the change goes in by.
    pub(super) fn emergency_reports(&self) -> Vec<EmergencyReport> {
        emergency::reports(&self.lanes)
    }

    /// Why a command that declares an emergency does nothing; nothing where it does.
    pub(super) fn refused_emergency(&self, cx: &Context<'_>, command: &Command) -> Option<Refused> {
        emergency::refused(cx, &self.lanes, command)
    }

    /// Whether a model that decides covers the change: then it is not one of which no rule speaks.
    pub(super) fn cover(&self) -> bool {
        self.models.iter().any(|model| model.holds.is_so() && model.mode == Mode::Enforce)
    }

    /// Everybody whom the models that cover the change, and the lanes that it is in, ask.
    pub(super) fn asked(&self) -> Vec<&'a Who> {
        self.approvals().flat_map(|(_, entries)| approvals::named(entries)).collect()
    }

    /// The approvals that the models which cover the change, and the lanes that it is in, ask, with their layers.
    pub(super) fn approvals(&self) -> impl Iterator<Item = (Layer, &'a [ApprovalEntry])> {
        let covering = self.models.iter().filter(|model| model.holds.is_so());
        let lanes = self.in_lanes().map(|lane| (lane.layer, lane.what.approvals.as_slice()));
        covering.map(|model| (model.layer, model.what.approvals.as_slice())).chain(lanes)
    }

    /// The approvals that lanes which decide ask, with their layers.
    pub(super) fn of_emergencies(&self) -> impl Iterator<Item = (Layer, &'a [ApprovalEntry])> {
        let deciding = self.in_lanes().filter(|lane| lane.mode == Mode::Enforce);
        deciding.map(|lane| (lane.layer, lane.what.approvals.as_slice()))
    }

    /// What the lane and the models of a layer come to and ask, as rules of their names.
    pub(super) fn rules(
        &self,
        cx: &Context<'_>,
        layer: Layer,
        asked: &mut Asked,
        notices: &mut Vec<Phrase>,
    ) -> Vec<RuleResult> {
        let lanes = self.lanes.iter().filter(|lane| lane.layer == layer);
        let mut rules: Vec<RuleResult> = lanes.filter_map(|lane| lane.rule(cx, notices)).collect();
        let own = self.models.iter().filter(|model| model.layer == layer);
        rules.extend(own.map(|model| {
            if model.holds.is_so() {
                asked.fields(layer, &model.what.fields);
            } else {
                notices.extend(nearly(cx, model));
            }
            RuleResult {
                layer,
                id: model.what.id.clone(),
                why: "a standard change, authorised beforehand".to_owned(),
                controls: Vec::new(),
                mode: model.mode,
                asks: model.asks(cx, notices),
            }
        }));
        rules
    }

    /// Whom GitHub is to ask for the approvals that the lane and the models of a layer wait for.
    pub(super) fn reviewers(&self, cx: &Context<'_>, layer: Layer) -> Vec<Reviewer> {
        let lanes = self.lanes.iter().filter(|lane| lane.layer == layer).flat_map(|lane| lane.reviewers(cx));
        let own = self.models.iter().filter(|model| model.layer == layer && model.mode == Mode::Enforce);
        let asking = own.filter(|model| model.holds.is_so() && !model.what.approvals.is_empty());
        let models = asking.flat_map(|model| approvals::requests::reviewers(cx, layer, &model.what.approvals));
        lanes.chain(models).collect()
    }

    /// What becomes of a rule's result.
    pub(super) fn relaxed(&self, cx: &Context<'_>, rule: &Rule, mut result: RuleResult) -> RuleResult {
        if rule.always {
            return result;
        }
        let waiver = self.waiver(rule, &result);
        let model = self.models.iter().find(|model| model.reaches(result.layer, result.mode));
        let lane = self.lanes.iter().find(|lane| lane.reaches(result.layer, result.mode));
        for (ask, asked) in result.asks.iter_mut().zip(&rule.asks) {
            match (waiver, model, lane) {
                (Some(waiver), ..) => waive(ask, waived_by(waiver)),
                (None, Some(model), _) if REPLACED.contains(&ask.key) => waive(ask, replaced_by(model)),
                (None, _, Some(lane)) => match asked {
                    Requirement::Fields(fields) => lane.postpone(cx, result.layer, fields, ask),
                    _ => lane.relax(ask),
                },
                _ => {}
            }
        }
        result
    }

    /// What becomes of a freeze or window: a standing exception or an emergency may lift it, a standard change waits for it.
    pub(super) fn relaxed_hold(&self, hold: &Hold, mut result: RuleResult) -> RuleResult {
        let named = |waiver: &&Judged<'_, Waiver>| {
            waiver.reaches(result.layer, result.mode) && waiver.what.rules.contains(&hold.id)
        };
        if hold.always {
            return result;
        }
        if let Some(waiver) = self.waivers.iter().find(named) {
            result.asks.iter_mut().for_each(|ask| waive(ask, waived_by(waiver)));
        } else if let Some(lane) = self.lanes.iter().find(|lane| lane.reaches(result.layer, result.mode)) {
            result.asks.iter_mut().for_each(|ask| lane.lift(ask));
        }
        result
    }

    /// The waiver that names a rule with that result and reaches it.
    fn waiver(&self, rule: &Rule, result: &RuleResult) -> Option<&Judged<'a, Waiver>> {
        let reaches = |waiver: &&Judged<'_, Waiver>| waiver.reaches(result.layer, result.mode);
        self.waivers.iter().filter(reaches).find(|waiver| waiver.what.rules.contains(&rule.id))
    }

    /// Layer and id of the waiver that lifts something of a rule's relaxed result, where one does.
    pub(super) fn lifting(&self, rule: &Rule, relaxed: &RuleResult) -> Option<(Layer, String)> {
        let lifts = !rule.always && relaxed.asks.iter().any(|ask| ask.state == State::Waived);
        let waiver = self.waiver(rule, relaxed).filter(|_| lifts)?;
        Some((waiver.layer, waiver.what.id.clone()))
    }

    /// What becomes of the required fields of a layer.
    pub(super) fn relaxed_record(&self, cx: &Context<'_>, fields: &[FieldId], mut result: RuleResult) -> RuleResult {
        if let Some(model) = self.models.iter().find(|model| model.reaches(result.layer, result.mode)) {
            for ask in result.asks.iter_mut().filter(|ask| REPLACED.contains(&ask.key)) {
                waive(ask, replaced_by(model));
            }
        } else if let Some(lane) = self.lanes.iter().find(|lane| lane.reaches(result.layer, result.mode)) {
            let layer = result.layer;
            result.asks.iter_mut().for_each(|ask| lane.postpone(cx, layer, fields, ask));
        }
        result
    }
}

/// What a model's own approvals and fields stand in for.
const REPLACED: [&str; 2] = ["approvals", "fields"];

impl Judged<'_, Model> {
    fn asks(&self, cx: &Context<'_>, notices: &mut Vec<Phrase>) -> Vec<RequirementResult> {
        let wanted = Phrase::words("a change that ").quote(owner(&self.what.owner)).and(" answers for");
        let result =
            |state, observed| vec![RequirementResult { key: "model", state, wanted, observed, acts: Vec::new() }];
        if !self.holds.is_so() {
            let said = Phrase::words("the model does not cover this change: ").then(self.holds.observed.clone());
            return result(State::NotApplicable, said);
        }
        let said = self.holds.observed.clone().and("; authorised until ").instant(self.what.until);
        let mut asks = result(State::Satisfied, said);
        if !self.what.approvals.is_empty() {
            asks.push(approvals::approvals(cx, self.layer, &self.what.approvals, notices));
        }
        if !self.what.fields.is_empty() {
            asks.push(fields::fields(cx, self.layer, &self.what.fields));
        }
        asks
    }
}

/// Whether a model covers the change: every condition is proved, and it is neither over nor suspended.
fn covers(cx: &Context<'_>, layer: Layer, model: &Model) -> Finding {
    let holds = proved(cx, layer, &model.when);
    if !holds.is_so() {
        return holds;
    }
    suspended(cx, layer, model).unwrap_or_else(|| lasts(cx, model.until, holds))
}

/// What is to be said of a model with so many failures that it covers nothing more.
fn suspended(cx: &Context<'_>, layer: Layer, model: &Model) -> Option<Finding> {
    let failures = cx.facts.on_demand.failures.iter().find(|known| known.layer == layer && known.model == model.id)?;
    (failures.changes >= model.suspend_after_failures).then(|| {
        let changes =
            if failures.changes == 1 { "1 change".to_owned() } else { format!("{} changes", failures.changes) };
        let have = if failures.changes == 1 { "has" } else { "have" };
        Finding::does_not(Phrase::words(format!("it is suspended: {changes} that went in by it {have} failed")))
    })
}

fn proved(cx: &Context<'_>, layer: Layer, when: &Conditions) -> Finding {
    condition::table(cx, Standpoint { layer, mode: Mode::Enforce, place: Place::Lowering }, when)
}

fn lasts(cx: &Context<'_>, until: jiff::Timestamp, holds: Finding) -> Finding {
    if cx.lasts_until(until) { holds } else { Finding::does_not(Phrase::words("it was over at ").instant(until)) }
}

/// What is to be said of a model that would cover the change if what it asks were proved, or if it went on.
fn nearly(cx: &Context<'_>, model: &Judged<'_, Model>) -> Option<Phrase> {
    let at = Standpoint { layer: model.layer, mode: model.mode, place: Place::Raising };
    let seems = condition::table(cx, at, &model.what.when);
    let said = Phrase::words("the standard change ").quote(&model.what.id).and(" does not cover this change: ");
    (!seems.is_not()).then(|| said.then(model.holds.observed.clone()))
}

fn waived_by(waiver: &Judged<'_, Waiver>) -> Phrase {
    let by = Phrase::words("waived by the policy, ").quote(format!("{}/{}", waiver.layer.name(), waiver.what.id));
    by.and(", until ").instant(waiver.what.until).and(": ").quote(&waiver.what.why)
}

fn replaced_by(model: &Judged<'_, Model>) -> Phrase {
    let by = Phrase::words("the standard change ").quote(format!("{}/{}", model.layer.name(), model.what.id));
    let by = by.and(" asks in its place, and ").quote(owner(&model.what.owner)).and(" answers for it");
    by.and(" until ").instant(model.what.until)
}

/// Puts a waiver in the place of what is open.
pub(super) fn waive(ask: &mut RequirementResult, by: Phrase) {
    if !matches!(ask.state, State::Satisfied | State::NotApplicable) {
        ask.state = State::Waived;
        ask.observed = by;
        ask.acts.clear();
    }
}

fn owner(who: &Who) -> String {
    match who {
        Who::Authority { name, .. } => name.clone(),
        Who::Team(team) => team.to_string(),
        Who::User(login) => login.clone(),
    }
}
