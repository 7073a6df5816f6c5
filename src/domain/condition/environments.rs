//! `environments`: the change reaches one of these, by its paths into one of its bases, or says so itself.
//!
//! What the change request says may only raise what is asked: in a lowering place it
//! is not heard. At the gate of an environment it is that environment and no other.

use super::field::said;
use super::{Finding, Place, Standpoint, Truth};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::Environment;
use crate::record::{Answer, Field, FieldId};
use crate::text::Phrase;

/// The record's field.
const FIELD: &str = "environments";

pub(super) fn environments(cx: &Context<'_>, from: Standpoint, names: &[String]) -> Finding {
    Finding::any(names.iter().map(|name| {
        let Some(environment) = cx.policies.environment(from.layer, name) else {
            return Finding::unknown(Phrase::words("no policy in force defines the environment ").quote(name));
        };
        if let Some(gate) = &cx.facts.on_demand.gate {
            return goes_into(&gate.environment, name, environment);
        }
        let declared = from.place == Place::Raising && is_declared(cx, from.layer, name, environment);
        if declared {
            return Finding::holds(Phrase::words("the change request names the environment ").quote(name));
        }
        reached(cx, name, environment)
    }))
}

/// Whether the deployment goes into it. GitHub tells environments apart without regard to case.
fn goes_into(gate: &str, name: &str, environment: &Environment) -> Finding {
    let is_it = environment.names.iter().any(|called| called.to_lowercase() == gate.to_lowercase());
    let said = if is_it {
        "the deployment goes into the environment "
    } else {
        "the deployment does not go into the environment "
    };
    Finding::of(is_it, Phrase::words(said).quote(name))
}

/// Whether the change reaches it by its paths and base.
pub(crate) fn reached(cx: &Context<'_>, name: &str, environment: &Environment) -> Finding {
    let (base, default) = (&cx.facts.change.base.name, &cx.facts.repository.default_branch);
    let does_not = || Finding::does_not(Phrase::words("the change does not reach the environment ").quote(name));
    let holds = || Finding::holds(Phrase::words("the change reaches the environment ").quote(name));
    if !environment.base.matches(base, default) {
        return does_not();
    }
    // Any path does, so also that of a change without files.
    if environment.paths.written == ["**"] {
        return holds();
    }
    let files = match cx.files() {
        Ok(files) => files,
        Err(unread) => return unread,
    };
    match files.touch(&environment.paths) {
        (Truth::Holds, _) => holds(),
        (Truth::DoesNot, _) => does_not(),
        (Truth::Unknown, doubt) => doubt,
    }
}

/// Whether the change request names the environment, by the policy's name for it or by one of GitHub's.
fn is_declared(cx: &Context<'_>, layer: Layer, name: &str, environment: &Environment) -> bool {
    let field = cx.records.current.field(&FieldId::new(FIELD), layer);
    let answers: Vec<&Answer> = match field {
        Field::Present(answer) | Field::Ambiguous(answer) => vec![answer],
        Field::Conflicting(answers) => answers,
        Field::None(_) | Field::Unfilled(_) | Field::Absent => Vec::new(),
    };
    let names = || std::iter::once(name).chain(environment.names.iter().map(String::as_str)).map(str::to_lowercase);
    let says = |text: &String| names().any(|name| text.trim().to_lowercase() == name);
    answers.into_iter().any(|answer| said(answer).iter().chain([&answer.raw]).any(says))
}
