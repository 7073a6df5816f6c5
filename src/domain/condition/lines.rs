//! `lines`: lines added and removed, of the same table's `files` or else of all.

use super::{Finding, between, compared};
use crate::condition::Truth;
use crate::evaluate::Context;
use crate::policy::{Comparison, Globs};
use crate::text::Phrase;

pub(super) fn lines(cx: &Context<'_>, comparison: Comparison, globs: Option<&Globs>) -> Finding {
    let files = match cx.files() {
        Ok(files) => files,
        Err(unread) => return unread,
    };
    let (mut low, mut high, mut doubtful) = (0_u64, 0_u64, None);
    for (file, truth) in files.truths(globs) {
        let count = file.file.added.saturating_add(file.file.removed);
        match truth {
            Truth::Holds => {
                low = low.saturating_add(count);
                high = high.saturating_add(count);
            }
            Truth::DoesNot => {}
            Truth::Unknown => {
                high = high.saturating_add(count);
                doubtful = doubtful.or(Some(file));
            }
        }
    }
    let observed = Phrase::words(format!("{low} changed lines (asked: {})", compared(comparison)));
    let why = doubtful.map(|file| file.unknown_old_name().observed).unwrap_or_default();
    between(comparison, low, high, observed, why)
}
