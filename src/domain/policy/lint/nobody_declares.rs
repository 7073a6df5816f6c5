//! `nobody-declares`: an emergency lane that nobody can open, because no person is named for it.

use super::never_met::of;
use super::{File, Lint};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;
use crate::policy::model::Who;

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    lint.files.iter().filter_map(|file| of_file(lint, file)).collect()
}

fn of_file(lint: &Lint<'_>, file: &File<'_>) -> Option<Diagnostic> {
    let (lane, at) = file.emergency("declared_by")?;
    // A role of an organisation's file is there for the files below to fill.
    let unfilled = |who: &Who| match who {
        Who::Authority { layer, name } => lint.set.authority(*layer, name).is_some_and(|found| found.is_unfilled()),
        Who::Team(_) | Who::User(_) => false,
    };
    let is_role = lane.declared_by.iter().any(unfilled);
    let is_filled_below = file.layer != crate::layer::Layer::Repository && is_role;
    let people = |who: &Who| of(lint, who).map(|people| people.iter().any(|person| !person.ends_with("[bot]")));
    let nobody = lane.declared_by.iter().all(|who| unfilled(who) || people(who) == Some(false));
    if !nobody || is_filled_below {
        return None;
    }
    let message = "nobody can declare an emergency";
    let problem = Diagnostic::warning(codes::NOBODY_DECLARES, message, file.origin(), at.span);
    Some(problem.saying("names no person").help("name the people who are called when something burns"))
}
