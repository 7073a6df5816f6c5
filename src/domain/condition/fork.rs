//! `fork`: whether the head is in another repository.

use super::Finding;
use crate::evaluate::Context;
use crate::text::Phrase;

pub(super) fn fork(cx: &Context<'_>, wanted: bool) -> Finding {
    let fork = cx.facts.change.fork;
    let observed = if fork { "the head is in a fork" } else { "the head is in this repository" };
    Finding::of(fork == wanted, Phrase::words(observed))
}
