//! Whether a person took no part in the change that they judge.
//!
//! Whoever was seen taking part is barred; where it cannot be seen who did, nobody
//! is independent for certain. A move of the head that left the net diff as it was
//! makes nobody a committer or pusher, and undoes nothing either: whoever was behind
//! the commits before it still is. Absent: finding out which moves somebody made.

mod moves;

use std::collections::BTreeSet;

use crate::account::{Account, AccountKind};
use crate::condition::Finding;
use crate::decision::{Act, Actor};
use crate::evaluate::Context;
use crate::facts::{Attribution, Commit, Known};
use crate::policy::{EffectiveApproval, Independence, Unattributed};
use crate::text::Phrase;

use self::moves::Moves;

/// Whether the person may approve: independent, and nobody who declared the change an emergency.
pub(super) fn may_approve(cx: &Context<'_>, settings: &EffectiveApproval, person: &Account) -> Finding {
    if cx.declarers.contains(person) {
        return barred(person, " declared this change an emergency, and whoever declares one does not approve it");
    }
    is_independent(cx, settings, person)
}

/// Whether the person is independent of all whom the settings name.
pub(crate) fn is_independent(cx: &Context<'_>, settings: &EffectiveApproval, person: &Account) -> Finding {
    let parts = settings.independent_of.iter().map(|of| match of {
        Independence::Author => author(cx, person),
        Independence::Committers => committers(cx, settings.unattributed, person),
        Independence::CoAuthors => co_authors(cx, person),
        Independence::Pushers => pushers(cx, person),
        Independence::Operators => operators(cx, person),
    });
    // Who owns a fork is told by the login, which is no part of what makes an account the same.
    let login = person.login.clone();
    let asked = (person.clone(), login, settings.independent_of.clone(), settings.unattributed);
    cx.seen.independent.answer(&asked, || Finding::all(parts))
}

fn free() -> Finding {
    Finding::holds(Phrase::default())
}

fn barred(person: &Account, what: &str) -> Finding {
    Finding::does_not(Phrase::default().person(person).and(what))
}

fn author(cx: &Context<'_>, person: &Account) -> Finding {
    match &cx.facts.change.author {
        Some(author) if author == person => barred(person, " opened this pull request"),
        Some(_) => free(),
        None => Finding::unknown(Phrase::words("the account that opened this pull request is gone")),
    }
}

fn committers(cx: &Context<'_>, unattributed: Unattributed, person: &Account) -> Finding {
    let moves = Moves::of(cx, person);
    with_commits(cx, |commits| {
        let roles = commits.iter().chain(moves.before()).flat_map(|commit| moves.roles(commit));
        Finding::all(roles.map(|(commit, who)| match who {
            Attribution::Account(account) if account == person => {
                Finding::does_not(Phrase::default().person(person).and(" is behind commit ").quote(commit.oid.short()))
            }
            Attribution::Account(_) | Attribution::GitHub => free(),
            Attribution::Nobody { name } => match unattributed {
                Unattributed::Unknown => nobody(commit, name),
                Unattributed::Pusher => pushed_for_nobody(cx, commit, name, person),
            },
        }))
    })
}

/// A commit that GitHub attributes to nobody may be anybody's.
fn nobody(commit: &Commit, name: &str) -> Finding {
    let why = Phrase::words("nobody knows who is behind commit ").quote(commit.oid.short());
    let why = why.and(": GitHub has no account for the address of ").quote(name);
    let what = Phrase::words("add the e-mail address of commit ").quote(commit.oid.short());
    let what = what.and(" to the GitHub account it belongs to, or write the commit again with an address that has one");
    Finding::unknown(why).act(Act { by: Actor::Author, what })
}

/// `unattributed = "pusher"`: it is the pusher's, if anybody was seen to push.
fn pushed_for_nobody(cx: &Context<'_>, commit: &Commit, name: &str, person: &Account) -> Finding {
    match &cx.facts.pushers {
        // It was there before whoever brought the branch up to date.
        Known::Known(seen) if seen.iter().all(|who| Moves::of(cx, who).all_left_the_diff()) => nobody(commit, name),
        _ => pushers(cx, person),
    }
}

fn co_authors(cx: &Context<'_>, person: &Account) -> Finding {
    let moves = Moves::of(cx, person);
    let names = |commit: &&Commit| commit.co_authors.contains(person);
    with_commits(cx, |commits| match commits.iter().chain(moves.before()).find(names) {
        Some(commit) => Finding::does_not(
            Phrase::default().person(person).and(" is named as co-author of commit ").quote(commit.oid.short()),
        ),
        None => free(),
    })
}

fn pushers(cx: &Context<'_>, person: &Account) -> Finding {
    let change = &cx.facts.change;
    let owns_fork = change.fork
        && person.kind == AccountKind::User
        && change.head_owner.as_ref().is_some_and(|owner| owner.eq_ignore_ascii_case(&person.login));
    if owns_fork {
        return barred(person, " owns the fork that the change comes from");
    }
    match &cx.facts.pushers {
        Known::Known(pushers) if !pushers.contains(person) => free(),
        // Whoever only brought the branch up to date pushed nothing.
        Known::Known(_) if Moves::of(cx, person).all_left_the_diff() => free(),
        Known::Known(_) => barred(person, " pushed to this pull request"),
        Known::Unknown(why) => Finding::unread("who pushed", why),
    }
}

/// Whoever is behind a bot's change: who dispatched it, its assignees, and co-authors of its commits.
fn operators(cx: &Context<'_>, person: &Account) -> Finding {
    if seen_operators(cx).contains(person) {
        return barred(person, " operates the bot that made this change");
    }
    free()
}

fn seen_operators(cx: &Context<'_>) -> BTreeSet<Account> {
    let mut seen = cx.facts.operators.clone();
    if is_bots(cx) {
        let commits = cx.facts.commits.known().into_iter().flatten();
        seen.extend(commits.flat_map(|commit| commit.co_authors.iter().cloned()));
    }
    seen
}

fn is_bots(cx: &Context<'_>) -> bool {
    cx.facts.change.author.as_ref().is_some_and(|author| author.kind == AccountKind::Bot)
}

/// What is to be said of a bot's change behind which nobody is seen.
pub(crate) fn nobody_operates(cx: &Context<'_>, settings: &EffectiveApproval) -> Option<Phrase> {
    let author = cx.facts.change.author.as_ref()?;
    let wanted = settings.independent_of.contains(&Independence::Operators);
    (wanted && is_bots(cx) && seen_operators(cx).is_empty()).then(|| {
        Phrase::words("nobody is seen to have set ").person(author).and(" to work, so nobody is barred for it")
    })
}

fn with_commits(cx: &Context<'_>, judge: impl Fn(&[Commit]) -> Finding) -> Finding {
    match &cx.facts.commits {
        Known::Known(commits) if commits.is_empty() => {
            Finding::unknown(Phrase::words("no commit of this change is listed"))
        }
        Known::Known(commits) => judge(commits),
        Known::Unknown(why) => Finding::unread("the commits", why),
    }
}
