//! Reads one policy file: from text to the valid model, with every problem at once.
//!
//! TOML is parsed with recovery and walked with a cursor that knows the list of
//! keys; one file per table of the language. Every name is resolved while reading,
//! so that the model holds nothing to be looked up by text. Absent: what layers
//! come to together (`load`).

mod after;
mod approval;
mod approvals;
mod at;
mod authorities;
mod checks;
mod compare;
mod context;
mod cursor;
mod deployments;
mod emergency;
mod environments;
mod expr;
mod field_test;
mod freeze;
mod globs;
mod hints;
mod lanes;
mod packs;
mod pattern;
mod pir;
mod record;
mod risk;
mod rule;
mod scope;
mod services;
mod small;
mod syntax;
mod time;
mod top;
mod waive;
mod when;
mod who;

use std::ops::Range;

use toml::de::DeTable;

use self::context::{Context, Naming};
pub(super) use self::context::{Surroundings, Upper};
use self::cursor::At;
pub(super) use self::globs::fixed;
pub(super) use self::packs::packs_named_in;
pub(super) use self::time::{days_between, exact_seconds};
use crate::diagnostic::{Diagnostic, Origin, Severity};
use crate::layer::Layer;
use crate::policy::codes;
use crate::policy::model::{Authority, Policy};

/// GitHub's API hands out larger files cut short.
const LARGEST: usize = 512 * 1024;

/// What one text comes to.
pub(super) struct Reading {
    /// What it says; `None` where anything is wrong with it.
    pub(super) policy: Option<Policy>,
    /// What was found, in the order of the text.
    pub(super) found: Vec<Diagnostic>,
    /// The roles from above that it fills.
    pub(super) fillings: Vec<Filling>,
    /// The authorities that its rules ask, with their places.
    pub(super) uses: Vec<(Layer, String, Range<usize>)>,
    /// Where it first compares tiers.
    pub(super) reads_tier: Option<Range<usize>>,
    /// Its services without a tier, with their places.
    pub(super) untiered: Vec<(String, Range<usize>)>,
}

/// The people whom a layer names for a role from above.
#[derive(Debug, Clone)]
pub(super) struct Filling {
    /// The layer that defines the role.
    pub(super) layer: Layer,
    /// Its name there.
    pub(super) name: String,
    /// Who.
    pub(super) authority: Authority,
}

/// Reads the text of a layer's file.
pub(super) fn read(text: &str, around: Surroundings<'_>) -> Reading {
    if text.len() > LARGEST {
        let message = format!("the file has more than {} KiB", LARGEST / 1024);
        let too_large = Diagnostic::error(codes::TOO_LARGE, message, Origin::Policy(around.layer), 0..0);
        return Reading::nothing(vec![too_large]);
    }
    let (file, broken) = DeTable::parse_recoverable(text);
    let switched_on = packs::read(file.get_ref(), around);
    let around = Surroundings { packs: switched_on.policy.as_ref(), ..around };
    let cx = Context::new(around, text, file.get_ref(), !broken.is_empty());
    for problem in switched_on.found {
        cx.report(problem);
    }
    for error in &broken {
        syntax::report(&cx, error);
    }
    let mut top = top::read(&cx, file.get_ref());
    let valid = !cx.has_errors();
    let mut uses = switched_on.uses;
    uses.extend(cx.uses.take());
    let reads_tier = cx.reads_tier.take().or(switched_on.reads_tier);
    let found = cx.into_found();
    if let Some(packs) = switched_on.policy {
        top.policy.take_packs(packs);
    }
    Reading {
        policy: valid.then_some(top.policy),
        fillings: top.fillings,
        untiered: top.untiered,
        uses,
        reads_tier,
        found,
    }
}

impl Reading {
    fn nothing(found: Vec<Diagnostic>) -> Self {
        Self { policy: None, found, fillings: Vec::new(), uses: Vec::new(), reads_tier: None, untiered: Vec::new() }
    }
}

/// Reports a name that a layer above defines already.
fn redefined(cx: &Context<'_>, naming: Naming, name: &At<&str>) {
    // What a pack gives a name to, the file that switches it on may say otherwise.
    if cx.in_packs(naming, name.value) || !cx.knows_above(naming, name.value) {
        return;
    }
    let above = cx.defined_above(naming, name.value);
    let layer = above.as_ref().map_or(Layer::BuiltIn, |(layer, _)| *layer).name();
    let message = format!("the {} `{}` is defined already ({layer})", naming.word(), name.value);
    let severity = if cx.around.was_valid { Severity::Warning } else { Severity::Error };
    let mut problem = cx.error(codes::REDEFINED, message, name.span.clone()).saying("defined again");
    problem.severity = severity;
    if let Some((layer, Some(span))) = above {
        problem = problem.label(Origin::Policy(layer), span, "defined first");
    }
    cx.report(match severity {
        Severity::Error => problem.help("use another name, or the one above as it is"),
        _ => problem.help("each layer keeps its own meaning; use another name to end this"),
    });
}
