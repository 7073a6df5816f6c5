//! Who is needed somewhere: nobody is told in one rule that their approval does not count there while it counts in
//! another.

use std::collections::BTreeSet;

use super::{flatten, reviews};
use crate::account::Account;
use crate::evaluate::Context;
use crate::facts::Review;
use crate::layer::Layer;
use crate::policy::ApprovalEntry;

/// The people whose approval is known to count for any of the entries.
pub(crate) fn counted<'a>(cx: &Context<'a>, asked: &[(Layer, &[ApprovalEntry])]) -> BTreeSet<&'a Account> {
    let given = reviews::approvals(cx).unwrap_or_default();
    if given.is_empty() {
        return BTreeSet::new();
    }
    let mut entries = Vec::new();
    for (layer, asked) in asked {
        asked.iter().for_each(|entry| flatten(cx, *layer, entry, &mut entries));
    }
    let counts =
        |person: &Account, review: &Review| entries.iter().any(|entry| entry.counts(cx, person, review).is_so());
    given.into_iter().filter(|(person, review)| counts(person, review)).map(|(person, _)| person).collect()
}
