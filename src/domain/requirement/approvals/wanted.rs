//! Whose approval any rule may want: nobody is told in one rule that they are none of its people while they are
//! another's.

use std::collections::BTreeSet;

use super::{flatten, reviews};
use crate::account::Account;
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::policy::ApprovalEntry;

/// Those who approved and are, or may be, among the people of any of the entries.
pub(crate) fn wanted<'a>(cx: &Context<'a>, asked: &[(Layer, &[ApprovalEntry])]) -> BTreeSet<&'a Account> {
    let given = reviews::approvals(cx).unwrap_or_default();
    if given.is_empty() {
        return BTreeSet::new();
    }
    let mut entries = Vec::new();
    for (layer, asked) in asked {
        asked.iter().for_each(|entry| flatten(cx, *layer, entry, &mut entries));
    }
    given
        .into_iter()
        .filter(|(person, review)| entries.iter().any(|entry| !entry.is_of(cx, person, review).is_not()))
        .map(|(person, _)| person)
        .collect()
}
