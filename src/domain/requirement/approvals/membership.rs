//! Who belongs to whom: authorities, teams and logins that a policy names.
//!
//! Whatever was not read is unknown. A login is pinned to the account it first
//! named: where either has changed, nobody can be told by it. Absent: whom
//! CODEOWNERS names (`owners`).

use super::owners::{self, Part};
use crate::account::{Account, AccountKind, TeamName};
use crate::codeowners::Owner;
use crate::condition::Finding;
use crate::evaluate::Context;
use crate::facts::{Known, Review, Seen};
use crate::layer::Layer;
use crate::policy::{Authority, Permission, Who};
use crate::text::Phrase;

/// What belonging does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// It gives a right: where a login's account was not read, others do not have it.
    Grants,
    /// It takes one away, or decides whether a rule speaks: where a login's account was not read, it may be anybody's.
    Strict,
}

/// Authorities may except each other; a policy that goes round in circles tells nobody anything.
const DEEPEST: usize = 8;

/// What is said of a membership that is not today's.
pub(super) fn first_seen(review: &Review) -> String {
    format!(" when the {} was first seen", review.word())
}

/// Whether the account is among those that `who` names. `writes`: whether it may push, where that was read.
pub(crate) fn belongs(cx: &Context<'_>, who: &Who, account: &Account, writes: Option<bool>, aim: Aim) -> Finding {
    Asked { cx, account, writes, part: None, then: None }.who(who, aim, 0)
}

/// The same for one part of what is asked of the owners of touched files; of nobody's approval where there is none.
pub(super) fn belongs_for(
    cx: &Context<'_>,
    who: &Who,
    account: &Account,
    writes: Option<bool>,
    part: Option<&Part<'_>>,
) -> Finding {
    Asked { cx, account, writes, part, then: None }.who(who, Aim::Grants, 0)
}

/// Whether the reviewer was among those that `who` names when the review was first seen. What was not found out then
/// is as it is now.
pub(super) fn belonged(
    cx: &Context<'_>,
    who: &Who,
    account: &Account,
    review: &Review,
    part: Option<&Part<'_>>,
) -> Finding {
    Asked { cx, account, writes: Some(could_write(review)), part, then: Some(review) }.who(who, Aim::Grants, 0)
}

/// Whether the reviewer could push to the repository when the review was first seen; as now where nothing remembers it.
pub(super) fn could_write(review: &Review) -> bool {
    review.seen.could_write.unwrap_or(review.can_write)
}

/// Whether the account is the one that a login in a policy means.
pub(crate) fn is_called(cx: &Context<'_>, account: &Account, login: &str, aim: Aim) -> Finding {
    let called = account.is_called(login);
    let said = |words: &str| Phrase::default().person(account).and(words).quote(login);
    match pin(cx, login) {
        Some(Known::Known(pinned)) => match (pinned == account, called) {
            (true, true) => Finding::holds(said(" is ")),
            (false, false) => Finding::does_not(said(" is not ")),
            _ => Finding::unknown(
                Phrase::words("the login ")
                    .quote(login)
                    .and(" names another account now than when the policy first did"),
            ),
        },
        _ if !called && aim == Aim::Grants => Finding::does_not(said(" is not ")),
        Some(Known::Unknown(why)) => Finding::unread(&format!("the account called {}", printable(login)), why),
        None => Finding::unknown(Phrase::words("the account called ").quote(login).and(" was not looked up")),
    }
}

/// The account that a login in a policy was pinned to.
pub(crate) fn pin<'a>(cx: &Context<'a>, login: &str) -> Option<&'a Known<Account>> {
    let accounts = &cx.facts.accounts;
    accounts.get(login).or_else(|| accounts.get(&login.to_lowercase()))
}

/// What may stand in a login; the rest is never repeated as words of ours.
fn printable(login: &str) -> String {
    login.chars().filter(|char| char.is_ascii_alphanumeric() || "-_[]".contains(*char)).collect()
}

/// The members of a team.
pub(crate) fn members<'a>(
    cx: &Context<'a>,
    team: &TeamName,
) -> Result<&'a std::collections::BTreeSet<Account>, Finding> {
    match cx.facts.teams.get(team) {
        Some(Known::Known(members)) => Ok(members),
        Some(Known::Unknown(why)) => {
            Err(Finding::unknown(Phrase::words("the members of ").quote(team.to_string()).and(": ").quote(why)))
        }
        None => Err(Finding::unknown(Phrase::words("the members of ").quote(team.to_string()).and(" were not read"))),
    }
}

/// Who is asked about, and for what.
pub(super) struct Asked<'c, 'a> {
    pub(super) cx: &'c Context<'a>,
    pub(super) account: &'c Account,
    pub(super) writes: Option<bool>,
    /// The files that an approval is for, where their owners are asked.
    pub(super) part: Option<&'c Part<'c>>,
    /// What was found when a review of the account was first seen, where that is the question.
    pub(super) then: Option<&'c Review>,
}

impl Asked<'_, '_> {
    pub(super) fn who(&self, who: &Who, aim: Aim, depth: usize) -> Finding {
        match who {
            Who::Team(team) => self.team(team, aim),
            Who::User(login) => is_called(self.cx, self.account, login, aim),
            Who::Authority { layer, name } => self.authority(*layer, name, aim, depth),
        }
    }

    pub(super) fn team(&self, team: &TeamName, aim: Aim) -> Finding {
        let person = || Phrase::default().person(self.account);
        if let Some((then, was)) = self.then.and_then(|then| Some((then, then.seen.member_of.get(team)?))) {
            let told = |was: &str| person().and(was.to_owned()).quote(team.to_string()).and(first_seen(then));
            return match was {
                Known::Known(true) => Finding::holds(told(" was in ")),
                Known::Known(false) => Finding::does_not(told(" was not yet in ")),
                Known::Unknown(_) => untold(self.was_in(&team.to_string(), then), aim),
            };
        }
        match members(self.cx, team) {
            Ok(members) if members.contains(self.account) => {
                Finding::holds(Phrase::default().person(self.account).and(" is in ").quote(team.to_string()))
            }
            Ok(_) => {
                Finding::does_not(Phrase::default().person(self.account).and(" is not in ").quote(team.to_string()))
            }
            Err(unread) => unread,
        }
    }

    fn authority(&self, layer: Layer, name: &str, aim: Aim, depth: usize) -> Finding {
        let Some(authority) = self.cx.policies.authority(layer, name) else {
            return Finding::unknown(Phrase::words("no policy in force defines ").quote(name));
        };
        if depth > DEEPEST {
            return Finding::unknown(Phrase::quote(Phrase::default(), name).and(" excepts itself"));
        }
        if authority.is_unfilled() {
            let said = Phrase::words("nobody is named yet for the role ").quote(name);
            return if aim == Aim::Grants { Finding::does_not(said) } else { Finding::unknown(said) };
        }
        let teams = authority.teams.iter().map(|team| self.team(team, aim));
        let users = authority.users.iter().map(|login| is_called(self.cx, self.account, login, aim));
        let permission = authority.permission.iter().map(|permission| self.permission(*permission, aim));
        let owners = authority.codeowners.iter().map(|_| owners::owns(self, aim, depth));
        let named = Finding::any(teams.chain(users).chain(permission).chain(owners));
        if named.is_not() {
            let said = Phrase::default().person(self.account);
            return Finding::does_not(match self.then {
                None => said.and(" is not in ").quote(name),
                Some(then) if is_untold(authority, &then.seen) => self.was_in(name, then),
                Some(then) => said.and(" was not yet in ").quote(name).and(first_seen(then)),
            });
        }
        let excepted = Finding::any(authority.except.iter().map(|who| self.who(who, Aim::Strict, depth + 1)));
        Finding::all([named, excepted.negated()])
    }

    /// What cannot be told of the time when the approval was first seen.
    fn was_in(&self, name: &str, then: &Review) -> Phrase {
        let lead = Phrase::words("whether ").person(self.account).and(" was in ").quote(name);
        lead.and(first_seen(then)).and(" could not be read in time")
    }

    fn permission(&self, wanted: Permission, aim: Aim) -> Finding {
        let pushes = |writes| match (self.then, writes) {
            (None, true) => " may push to this repository".to_owned(),
            (None, false) => " may not push to this repository".to_owned(),
            (Some(then), true) => format!(" could push to this repository{}", first_seen(then)),
            (Some(then), false) => format!(" could not push to this repository{}", first_seen(then)),
        };
        let said = |writes| Phrase::default().person(self.account).and(pushes(writes));
        match (wanted, self.writes) {
            // Who could submit a review can read.
            (Permission::Read, Some(writes)) => Finding::holds(said(writes)),
            (Permission::Triage | Permission::Write, Some(true)) => Finding::holds(said(true)),
            (Permission::Write | Permission::Maintain | Permission::Admin, Some(false)) => {
                Finding::does_not(said(false))
            }
            _ => match self.then.and_then(|then| Some((then, then.seen.held.as_ref()?))) {
                None => self.looked_up(wanted),
                Some((then, Known::Known(held))) => {
                    let said = Phrase::default().person(self.account).and(might(*held)).and(first_seen(then));
                    Finding::of(held.is_some_and(|held| held >= wanted), said)
                }
                Some((then, Known::Unknown(_))) => {
                    let what = Phrase::words("what ").person(self.account).and(" might do in this repository");
                    untold(what.and(first_seen(then)).and(" could not be read in time"), aim)
                }
            },
        }
    }

    /// By what GitHub was asked about the account's permission.
    fn looked_up(&self, wanted: Permission) -> Finding {
        let what = || Phrase::words("what ").person(self.account).and(" may do in this repository");
        match self.cx.facts.on_demand.permissions.get(self.account) {
            Some(Known::Known(held)) => {
                let said = Phrase::default().person(self.account).and(may(*held));
                Finding::of(held.is_some_and(|held| held >= wanted), said)
            }
            Some(Known::Unknown(why)) => Finding::unknown(what().and(" could not be read: ").quote(why)),
            None => Finding::unknown(what().and(" was not read")),
        }
    }
}

/// What cannot be told any more gives no right: approving again does. Whoever may have been excepted was.
fn untold(said: Phrase, aim: Aim) -> Finding {
    match aim {
        Aim::Grants => Finding::does_not(said),
        Aim::Strict => Finding::holds(said),
    }
}

/// Whether anything that would have made somebody one of these could not be told.
fn is_untold(authority: &Authority, then: &Seen) -> bool {
    let unknown = |team: &TeamName| then.member_of.get(team).is_some_and(|was| was.known().is_none());
    let held = authority.permission.is_some() && then.held.as_ref().is_some_and(|held| held.known().is_none());
    held || authority.teams.iter().any(unknown)
}

fn might(held: Option<Permission>) -> &'static str {
    match held {
        None => " could not read this repository",
        Some(Permission::Read) => " could read this repository and no more",
        Some(Permission::Triage) => " could triage in this repository and no more",
        Some(Permission::Write) => " could push to this repository and no more",
        Some(Permission::Maintain) => " maintained this repository",
        Some(Permission::Admin) => " administered this repository",
    }
}

fn may(held: Option<Permission>) -> &'static str {
    match held {
        None => " may not read this repository",
        Some(Permission::Read) => " may read this repository and no more",
        Some(Permission::Triage) => " may triage in this repository and no more",
        Some(Permission::Write) => " may push to this repository and no more",
        Some(Permission::Maintain) => " maintains this repository",
        Some(Permission::Admin) => " administers this repository",
    }
}

/// The people of an authority as far as they can be told, and whether there may be more.
pub(crate) struct People {
    /// Those who are named, in the order of their logins.
    pub(crate) named: Vec<Account>,
    /// Whether there may be others, such as everybody who may push.
    pub(crate) more: bool,
}

/// The people that any of `from` names, for a part of what is asked of owners where there is one.
pub(super) fn people(cx: &Context<'_>, from: &[Who], part: Option<&Part<'_>>) -> People {
    let mut found = People { named: Vec::new(), more: false };
    found.of(cx, from, part, 0);
    found.named.retain(|account| {
        account.kind == AccountKind::User && from.iter().any(|who| !belongs_for(cx, who, account, None, part).is_not())
    });
    found.named.sort_by_key(|account| (account.login.to_lowercase(), account.id));
    found.named.dedup();
    found
}

impl People {
    fn of(&mut self, cx: &Context<'_>, from: &[Who], part: Option<&Part<'_>>, depth: usize) {
        for who in from {
            match who {
                Who::Team(team) => self.team(cx, team),
                Who::User(login) => self.user(cx, login),
                Who::Authority { layer, name } => {
                    let Some(authority) = cx.policies.authority(*layer, name) else { continue };
                    authority.teams.iter().for_each(|team| self.team(cx, team));
                    authority.users.iter().for_each(|login| self.user(cx, login));
                    self.more |= authority.permission.is_some();
                    if authority.codeowners.is_some() {
                        self.owners(cx, part, depth);
                    }
                }
            }
        }
    }

    fn owners(&mut self, cx: &Context<'_>, part: Option<&Part<'_>>, depth: usize) {
        let Some(part) = part.filter(|_| depth == 0) else {
            self.more = true;
            return;
        };
        for owner in &part.owners {
            match owner {
                Owner::User(login) => self.user(cx, login),
                Owner::Team(team) => self.team(cx, team),
                Owner::Email(address) => self.user(cx, address),
            }
        }
        part.unowned.iter().for_each(|whos| self.of(cx, whos, Some(part), depth + 1));
    }

    fn team(&mut self, cx: &Context<'_>, team: &TeamName) {
        match members(cx, team) {
            Ok(members) => self.named.extend(members.iter().cloned()),
            Err(_) => self.more = true,
        }
    }

    fn user(&mut self, cx: &Context<'_>, login: &str) {
        match pin(cx, login) {
            Some(Known::Known(account)) => self.named.push(account.clone()),
            _ => self.more = true,
        }
    }
}
