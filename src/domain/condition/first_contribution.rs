//! `first_contribution`: the author has no merged pull request in this repository.
//!
//! In a lowering place with the same proof as `author`.

use super::{Finding, Place, author};
use crate::evaluate::Context;
use crate::facts::Known;
use crate::text::Phrase;

pub(super) fn first_contribution(cx: &Context<'_>, place: Place, wanted: bool) -> Finding {
    let author = match author::known(cx) {
        Ok(author) => author,
        Err(unknown) => return unknown,
    };
    let merged = match &cx.facts.asked.merged_before {
        Known::Known(merged) => *merged,
        Known::Unknown(why) => return Finding::unread("the author's earlier pull requests", why),
    };
    let said = if merged { " has a merged pull request here" } else { " has no merged pull request here yet" };
    let named = Finding::of(merged != wanted, Phrase::default().person(author).and(said));
    author::proved(cx, place, named)
}
