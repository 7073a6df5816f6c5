//! `soak = "30m"`: the head has to lie unchanged for so long.
//!
//! It counts from the first look that saw the commit at the head; every push starts it anew, one back to a former commit
//! too.

use super::elapsed::{elapsed, not_told};
use crate::decision::RequirementResult;
use crate::evaluate::Context;
use crate::policy::Length;
use crate::text::Phrase;

pub(super) fn soak(cx: &Context<'_>, length: &Length) -> RequirementResult {
    let wanted = Phrase::words("the head unchanged for ").quote(length.to_string());
    let since = cx.facts.on_demand.received.as_ref().map_or_else(not_told, |received| received.head.clone());
    let told = Phrase::words("the head is ").quote(cx.facts.change.head.tip.short()).and(" since");
    elapsed(cx, ("soak", wanted), length, (since, told))
}
