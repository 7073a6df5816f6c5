//! `head`: globs over the head branch; a fork's is `owner:branch`.

use super::Finding;
use crate::evaluate::Context;
use crate::policy::Globs;
use crate::text::Phrase;

pub(super) fn head(cx: &Context<'_>, globs: &Globs) -> Finding {
    let change = &cx.facts.change;
    let name = match (change.fork, &change.head_owner) {
        (false, _) => change.head.name.clone(),
        (true, Some(owner)) => format!("{owner}:{}", change.head.name),
        (true, None) => return Finding::unknown(Phrase::words("the fork that the head was in is gone")),
    };
    Finding::of(globs.matches(&name), Phrase::words("the head branch is ").quote(name))
}
