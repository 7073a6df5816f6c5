//! `title`: a pattern over the pull request's title.

use regex::Regex;

use super::Finding;
use crate::evaluate::Context;
use crate::text::Phrase;

pub(super) fn title(cx: &Context<'_>, pattern: &Regex) -> Finding {
    let so = pattern.is_match(&cx.facts.change.title);
    let observed = if so { "the title matches " } else { "the title does not match " };
    Finding::of(so, Phrase::words(observed).quote(pattern.as_str()))
}
