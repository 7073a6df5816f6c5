//! `committer_in`: somebody behind a commit is one of these.
//!
//! As for independence, both author and committer of a commit are behind it, and
//! GitHub's own committer is nobody. The names are git's, which whoever commits may
//! choose: so it only adds to what is asked, and the reader refuses it where it
//! would lower that. A commit of nobody may be anybody's.

use super::Finding;
use crate::evaluate::Context;
use crate::facts::{Attribution, Commit, Known};
use crate::policy::Who;
use crate::requirement::membership::{Aim, belongs};
use crate::text::Phrase;

pub(super) fn committer_in(cx: &Context<'_>, who: &[Who]) -> Finding {
    let commits = match &cx.facts.commits {
        Known::Known(commits) if commits.is_empty() => {
            return Finding::unknown(Phrase::words("no commit of the change is listed"));
        }
        Known::Known(commits) => commits,
        Known::Unknown(why) => return Finding::unread("the commits", why),
    };
    Finding::any(
        commits.iter().flat_map(|commit| [&commit.author, &commit.committer].map(|by| behind(cx, who, commit, by))),
    )
}

fn behind(cx: &Context<'_>, who: &[Who], commit: &Commit, by: &Attribution) -> Finding {
    match by {
        Attribution::Account(account) => {
            Finding::any(who.iter().map(|who| belongs(cx, who, account, None, Aim::Strict)))
        }
        Attribution::GitHub => Finding::does_not(Phrase::default()),
        Attribution::Nobody { name } => {
            let said = Phrase::words("nobody knows who is behind commit ").quote(commit.oid.short());
            Finding::unknown(said.and(": GitHub has no account for the address of ").quote(name))
        }
    }
}
