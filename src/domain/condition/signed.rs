//! `signed`: GitHub verified the signature of every commit.

use super::Finding;
use crate::evaluate::Context;
use crate::facts::Known;
use crate::text::Phrase;

/// So many commits are named; the rest are counted.
const NAMED: usize = 3;

pub(super) fn signed(cx: &Context<'_>, wanted: bool) -> Finding {
    let every = every_commit(cx);
    if wanted { every } else { every.negated() }
}

/// Whether GitHub verified the signature of every commit; of no commit it cannot be said.
pub(crate) fn every_commit(cx: &Context<'_>) -> Finding {
    let commits = match &cx.facts.commits {
        Known::Known(commits) => commits,
        Known::Unknown(why) => return Finding::unread("the commits", why),
    };
    if commits.is_empty() {
        return Finding::unknown(Phrase::words("no commit of the change is listed"));
    }
    let unsigned: Vec<Phrase> = commits
        .iter()
        .filter(|commit| !commit.verified)
        .map(|commit| Phrase::default().quote(commit.oid.short()))
        .collect();
    if unsigned.is_empty() {
        return Finding::holds(Phrase::words("GitHub verified the signature of every commit"));
    }
    let more = unsigned.len().saturating_sub(NAMED);
    let named = Phrase::join(unsigned.into_iter().take(NAMED), ", ");
    let named = if more > 0 { named.and(format!(" and {more} more")) } else { named };
    Finding::does_not(Phrase::words("no signature that GitHub verified: ").then(named))
}
