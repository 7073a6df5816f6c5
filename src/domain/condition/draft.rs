//! `draft`: whether the pull request is marked as not ready for review.

use super::Finding;
use crate::evaluate::Context;
use crate::text::Phrase;

pub(super) fn draft(cx: &Context<'_>, wanted: bool) -> Finding {
    let draft = cx.facts.change.draft;
    let observed = if draft { "it is a draft" } else { "it is no draft" };
    Finding::of(draft == wanted, Phrase::words(observed))
}
