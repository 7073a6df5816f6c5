//! `commits`: how many commits the change has, second parents included.

use super::{Finding, between, compared};
use crate::evaluate::Context;
use crate::facts::Known;
use crate::policy::Comparison;
use crate::text::Phrase;

pub(super) fn commits(cx: &Context<'_>, comparison: Comparison) -> Finding {
    let count = match &cx.facts.commits {
        Known::Known(commits) => commits.len() as u64,
        Known::Unknown(why) => return Finding::unread("the commits", why),
    };
    let observed = Phrase::words(format!("{count} commits (asked: {})", compared(comparison)));
    between(comparison, count, count, observed, Phrase::default())
}
