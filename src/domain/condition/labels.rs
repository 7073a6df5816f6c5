//! `labels`: the pull request has any of these labels; case does not matter.

use super::Finding;
use crate::evaluate::Context;
use crate::text::Phrase;

pub(super) fn labels(cx: &Context<'_>, wanted: &[String]) -> Finding {
    let is_wanted = |label: &&String| wanted.iter().any(|wanted| wanted.to_lowercase() == label.to_lowercase());
    match cx.facts.change.labels.iter().find(is_wanted) {
        Some(label) => Finding::holds(Phrase::words("it is labelled ").quote(label)),
        None => Finding::does_not(Phrase::words("it has no label ").quote(wanted.join(", "))),
    }
}
