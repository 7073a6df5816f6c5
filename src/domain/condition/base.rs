//! `base`: the branch that the change is to go into.

use super::Finding;
use crate::evaluate::Context;
use crate::policy::BranchGlobs;
use crate::text::Phrase;

pub(super) fn base(cx: &Context<'_>, globs: &BranchGlobs) -> Finding {
    let base = &cx.facts.change.base.name;
    let so = globs.matches(base, &cx.facts.repository.default_branch);
    Finding::of(so, Phrase::words("the base branch is ").quote(base))
}
