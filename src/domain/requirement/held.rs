//! What freezes and windows come to: held or not, and until when.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{approvals, freeze, window};
use crate::calendar::{Calendar, Now, Times};
use crate::condition::{self, Finding, Place, Standpoint};
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::Context;
use crate::facts::Known;
use crate::layer::Layer;
use crate::policy::{Hold, HoldKind, Mode};
use crate::text::Phrase;

/// Whether a freeze or window holds what it speaks about, and how that reads.
pub(super) struct Held {
    pub(super) holds: bool,
    pub(super) result: RequirementResult,
}

/// What a freeze or window of a layer comes to for the change.
///
/// What it may speak about waits with what it does speak about: as unknown.
pub(crate) fn held(cx: &Context<'_>, layer: Layer, mode: Mode, hold: &Hold) -> RequirementResult {
    let applies = condition::table(cx, Standpoint { layer, mode, place: Place::Raising }, &hold.when);
    if applies.is_not() {
        return elsewhere(hold, applies);
    }
    let (now, instead) = match standing(cx, layer, hold) {
        Ok(standing) => (standing.at(cx.facts.as_of), standing.instead),
        Err(why) => return unread(cx, hold, &why),
    };
    let Held { holds, mut result } = match hold.kind {
        HoldKind::Freeze => freeze::freeze(cx, hold, now),
        HoldKind::Window => window::window(cx, hold, now),
    };
    if let (Some(why), Times::File(file)) = (instead, &hold.times) {
        let observed = std::mem::take(&mut result.observed);
        result.observed = observed.and(", by the last valid ").quote(&file.path).and(": ").message(why);
    }
    if holds && applies.is_unknown() { doubtful(hold, result, applies) } else { result }
}

/// When a freeze or window is on, by its calendar where it goes by one.
pub(crate) struct Standing<'c> {
    times: &'c Times,
    calendar: Option<(&'c Calendar, TimeZone)>,
    /// Why a former version of its calendar counts, where one does.
    instead: Option<&'c str>,
}

impl Standing<'_> {
    /// How it stands at an instant.
    pub(crate) fn at(&self, instant: Timestamp) -> Now {
        match &self.calendar {
            Some((calendar, zone)) => calendar.at(instant, zone),
            None => self.times.at(instant),
        }
    }

    /// The stretches in which it is on between two instants, cut off at both; at most so many.
    pub(crate) fn stretches(&self, within: (Timestamp, Timestamp), most: usize) -> Vec<(Timestamp, Timestamp)> {
        let calendar = self.calendar.as_ref().map(|(calendar, _)| *calendar);
        self.times.stretches(calendar, within, most)
    }
}

/// When a freeze or window of a layer is on.
///
/// # Errors
/// Why nobody knows.
pub(crate) fn standing<'c>(cx: &Context<'c>, layer: Layer, hold: &'c Hold) -> Result<Standing<'c>, String> {
    let times = &hold.times;
    let Times::File(file) = times else { return Ok(Standing { times, calendar: None, instead: None }) };
    let told = match cx.facts.on_demand.calendars.get(&(layer, file.path.clone())) {
        Some(Known::Known(told)) => told,
        Some(Known::Unknown(why)) => return Err(why.clone()),
        None => return Err("it was not read".to_owned()),
    };
    let zone = match (&file.zone, told.calendar.floats()) {
        (Some(zone), _) => zone.clone(),
        (None, None) => TimeZone::UTC,
        (None, Some(line)) => {
            return Err(format!("line {line} names no zone, and the {} no `timezone`", hold.kind.name()));
        }
    };
    Ok(Standing { times, calendar: Some((&told.calendar, zone)), instead: told.instead.as_deref() })
}

/// What is to be said where nobody knows when it is on: nothing goes in meanwhile.
fn unread(cx: &Context<'_>, hold: &Hold, why: &str) -> RequirementResult {
    let path = if let Times::File(file) = &hold.times { file.path.as_str() } else { "" };
    let (kind, words) = match hold.kind {
        HoldKind::Freeze => ("freeze", " outside the freeze "),
        HoldKind::Window => ("window", " within the window "),
    };
    let wanted = Phrase::words(asked(cx)).and(words).quote(&hold.id);
    let observed = Phrase::words(format!("the calendar of this {kind} cannot be read: ")).quote(path);
    let what = Phrase::words("mend ").quote(path).and(" in the repository of the policy");
    RequirementResult {
        key: hold.kind.name(),
        state: State::Unknown,
        wanted,
        observed: observed.and(": ").message(why),
        acts: vec![Act { by: Actor::PolicyAdmin, what }, approvals::look_again()],
    }
}

fn elsewhere(hold: &Hold, applies: Finding) -> RequirementResult {
    let words = format!("this {} does not speak about the change: ", hold.kind.name());
    let observed = Phrase::words(words).then(applies.observed);
    RequirementResult {
        key: hold.kind.name(),
        state: State::NotApplicable,
        wanted: Phrase::words(hold.kind.name()),
        observed,
        acts: Vec::new(),
    }
}

fn doubtful(hold: &Hold, result: RequirementResult, applies: Finding) -> RequirementResult {
    let words = format!(", and it is not known whether this {} speaks about the change: ", hold.kind.name());
    let observed = result.observed.and(words).then(applies.observed);
    let acts = if applies.acts.is_empty() { vec![approvals::look_again()] } else { applies.acts };
    RequirementResult { state: State::Unknown, observed, acts, ..result }
}

/// What a freeze or window lets go, or not: a merge, or at a gate a deployment.
pub(super) fn asked(cx: &Context<'_>) -> &'static str {
    if cx.facts.on_demand.gate.is_some() { "a deployment" } else { "a merge" }
}

/// An instant, and what the clocks show then where the policy was written for.
pub(super) fn told(hold: &Hold, at: Timestamp) -> Phrase {
    let said = Phrase::default().instant(at);
    let zone = hold.times.zone().and_then(|zone| Some((zone, zone.iana_name()?)));
    match zone.filter(|(_, name)| *name != "UTC") {
        Some((zone, name)) => {
            let local = at.to_zoned(zone.clone()).strftime("%a %H:%M").to_string();
            said.and(" (").quote(format!("{local} {name}")).and(")")
        }
        None => said,
    }
}

pub(super) fn wait(what: &str) -> Act {
    Act { by: Actor::Nobody, what: Phrase::words(what) }
}
