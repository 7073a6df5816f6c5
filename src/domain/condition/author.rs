//! `author`: who opened the pull request, by login.
//!
//! In a lowering place the name is not enough, or anybody could push to
//! dependabot's branch: every commit must be that account's, with a signature that
//! GitHub verified, and nobody else may have been seen moving the head.

use super::{Finding, Place};
use crate::account::Account;
use crate::evaluate::Context;
use crate::facts::{Attribution, Known};
use crate::requirement::membership::{Aim, is_called};
use crate::text::Phrase;

pub(super) fn author(cx: &Context<'_>, place: Place, logins: &[String]) -> Finding {
    let author = match known(cx) {
        Ok(author) => author,
        Err(unknown) => return unknown,
    };
    let named = Finding::any(logins.iter().map(|login| is_called(cx, author, login, Aim::Strict)));
    proved(cx, place, named)
}

/// Who opened the pull request.
pub(super) fn known<'a>(cx: &Context<'a>) -> Result<&'a Account, Finding> {
    let gone = || Finding::unknown(Phrase::words("the account that opened the pull request is gone"));
    cx.facts.change.author.as_ref().ok_or_else(gone)
}

/// Adds the proof that a lowering place asks for.
pub(super) fn proved(cx: &Context<'_>, place: Place, named: Finding) -> Finding {
    if !place.wants_proof() || named.is_not() {
        return named;
    }
    Finding::all([named, proof(cx)])
}

/// Whether all of the change is proved to be its author's.
pub(super) fn proof(cx: &Context<'_>) -> Finding {
    match known(cx) {
        Ok(author) => Finding::all([all_commits_are_of(cx, author), nobody_else_pushed(cx, author)]),
        Err(unknown) => unknown,
    }
}

fn all_commits_are_of(cx: &Context<'_>, author: &Account) -> Finding {
    let commits = match &cx.facts.commits {
        Known::Known(commits) => commits,
        Known::Unknown(why) => return Finding::unread("the commits", why),
    };
    if commits.is_empty() {
        return Finding::unknown(Phrase::words("no commit of the change is listed"));
    }
    let is_own = |who: &Attribution| matches!(who, Attribution::Account(account) if account == author);
    let stray = commits.iter().find(|commit| {
        let put_in_by_them = is_own(&commit.committer) || commit.committer == Attribution::GitHub;
        !(commit.verified && is_own(&commit.author) && put_in_by_them)
    });
    match stray {
        None => Finding::holds(Phrase::words("every commit is signed by ").person(author)),
        Some(commit) => {
            let said = Phrase::words("commit ").quote(commit.oid.short());
            Finding::does_not(said.and(" is not shown to be by ").person(author))
        }
    }
}

fn nobody_else_pushed(cx: &Context<'_>, author: &Account) -> Finding {
    match &cx.facts.pushers {
        Known::Unknown(why) => Finding::unread("who pushed", why),
        Known::Known(pushers) => match pushers.iter().find(|pusher| *pusher != author) {
            Some(other) => Finding::does_not(Phrase::default().person(other).and(" also pushed to the branch")),
            None => Finding::holds(Phrase::words("nobody else was seen to push")),
        },
    }
}
