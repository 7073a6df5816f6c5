//! `files_changed`: how many files changed.

use super::{Finding, between, compared};
use crate::evaluate::Context;
use crate::policy::Comparison;
use crate::text::Phrase;

pub(super) fn files_changed(cx: &Context<'_>, comparison: Comparison) -> Finding {
    let count = match cx.files() {
        Ok(files) => files.len() as u64,
        Err(unread) => return unread,
    };
    let observed = Phrase::words(format!("{count} changed files (asked: {})", compared(comparison)));
    between(comparison, count, count, observed, Phrase::default())
}
