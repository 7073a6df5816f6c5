//! `head`: globs over the head branch; a fork's is `owner:branch`.

use super::Finding;
use crate::evaluate::Context;
use crate::policy::Globs;
use crate::text::Phrase;

pub(super) fn head(cx: &Context<'_>, globs: &Globs) -> Finding {
    match shown(cx) {
        Ok(name) => Finding::of(globs.matches(&name), Phrase::words("the head branch is ").quote(name)),
        Err(gone) => gone,
    }
}

/// The head branch as policies see it.
pub(super) fn shown(cx: &Context<'_>) -> Result<String, Finding> {
    let change = &cx.facts.change;
    match (change.fork, &change.head_owner) {
        (false, _) => Ok(change.head.name.clone()),
        (true, Some(owner)) => Ok(format!("{owner}:{}", change.head.name)),
        (true, None) => Err(Finding::unknown(Phrase::words("the fork that the head was in is gone"))),
    }
}
