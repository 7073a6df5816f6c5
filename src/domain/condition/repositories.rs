//! `repositories`: globs over the repository's name, without its owner.

use super::Finding;
use crate::evaluate::Context;
use crate::policy::Globs;
use crate::text::Phrase;

pub(super) fn repositories(cx: &Context<'_>, globs: &Globs) -> Finding {
    let name = &cx.facts.repository.name;
    Finding::of(globs.matches(name), Phrase::words("the repository is ").quote(name))
}
