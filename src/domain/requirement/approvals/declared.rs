//! Who declares an emergency, or reviews one afterwards: one of those named, then and now, who took no part in the change
//! and saw what is there now.
//!
//! A declaration is judged as an approval would be, but for the change request's words: whoever declares vouches for
//! the haste, not for what is written. Absent: the ticket, and how long a declaration lasts (`evaluate::emergency`).

use super::binding::is_of_this_diff;
use super::entry::Entry;
use super::independence::is_independent;
use crate::account::Account;
use crate::condition::Finding;
use crate::evaluate::Context;
use crate::facts::Command;
use crate::layer::Layer;
use crate::policy::{ApprovalEntry, ApprovalSettings, Who};
use crate::text::Phrase;

/// Whether somebody of `from` may declare what they declared, of what is there now.
pub(crate) fn declares(cx: &Context<'_>, layer: Layer, from: &[Who], command: &Command) -> Finding {
    let entry = entry(cx, layer, from);
    if !entry.settings.unenforced.is_empty() {
        return Finding::unknown(Phrase::words("the policy's settings for approvals are not enforced yet"));
    }
    let (by, review) = (&command.by, command.as_review());
    let of = Finding::all([entry.is_of(cx, by, &review), entry.was_of(cx, by, &review)]);
    if of.is_not() && command.can_write.is_none() {
        return Finding::unknown(Phrase::words("whether ").person(by).and(" may push to this repository was not read"));
    }
    let independent = is_independent(cx, &entry.settings, by);
    Finding::all([of, independent, is_of_this_diff(cx, &entry.settings, &review)])
}

/// Whether somebody whom an entry asks says of a change that went in what became of it.
pub(crate) fn reviews(cx: &Context<'_>, layer: Layer, asked: &[ApprovalEntry], command: &Command) -> Finding {
    Finding::any(super::named(asked).into_iter().map(|who| declares(cx, layer, std::slice::from_ref(who), command)))
}

/// Whether somebody may push and took no part in a change, under a layer's settings.
pub(crate) fn stands_beside(cx: &Context<'_>, layer: Layer, command: &Command) -> Finding {
    let by = || Phrase::default().person(&command.by);
    match command.can_write {
        Some(true) => is_independent(cx, &cx.policies.approval_for(layer, &ApprovalSettings::default()), &command.by),
        Some(false) => Finding::does_not(by().and(" may not push to this repository")),
        None => Finding::unknown(Phrase::words("whether ").then(by()).and(" may push to this repository was not read")),
    }
}

/// Whom the entries ask, each name once.
pub(crate) fn each_name(cx: &Context<'_>, layer: Layer, asked: &[ApprovalEntry]) -> Vec<String> {
    let mut names = Vec::new();
    for name in super::named(asked).into_iter().flat_map(|who| entry(cx, layer, std::slice::from_ref(who)).names(cx)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Whose word counts, each name once.
pub(crate) fn each_of(cx: &Context<'_>, layer: Layer, from: &[Who]) -> Vec<String> {
    entry(cx, layer, from).names(cx)
}

/// Those whose word would count, where they may be named and are few enough.
pub(crate) fn candidates(cx: &Context<'_>, layer: Layer, from: &[Who]) -> Vec<Account> {
    let people = entry(cx, layer, from).candidates(cx);
    if people.more || !cx.names_people() { Vec::new() } else { people.named }
}

/// Whose declaration counts, for people: teams where they are named, else authorities.
pub(crate) fn names(cx: &Context<'_>, layer: Layer, from: &[Who]) -> Phrase {
    let names = entry(cx, layer, from).names(cx).into_iter().map(|name| Phrase::default().quote(name));
    Phrase::join(names, " or ")
}

/// Under the settings of the layer's approvals.
fn entry<'a>(cx: &'a Context<'_>, layer: Layer, from: &'a [Who]) -> Entry<'a> {
    let settings = cx.policies.approval_for(layer, &ApprovalSettings::default());
    Entry { layer, from, count: 1, settings, part: None, pool: 0, unread: None }
}
