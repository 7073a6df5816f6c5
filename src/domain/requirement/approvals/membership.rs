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
use crate::facts::Known;
use crate::layer::Layer;
use crate::policy::{Permission, Who};
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

/// Whether the account is among those that `who` names. `writes`: whether it may push, where that was read.
pub(crate) fn belongs(cx: &Context<'_>, who: &Who, account: &Account, writes: Option<bool>, aim: Aim) -> Finding {
    Asked { cx, account, writes, part: None }.who(who, aim, 0)
}

/// The same for one part of what is asked of the owners of touched files; of nobody's approval where there is none.
pub(super) fn belongs_for(
    cx: &Context<'_>,
    who: &Who,
    account: &Account,
    writes: Option<bool>,
    part: Option<&Part<'_>>,
) -> Finding {
    Asked { cx, account, writes, part }.who(who, Aim::Grants, 0)
}

/// Whether the account is a member of the team.
pub(super) fn is_member(cx: &Context<'_>, account: &Account, team: &TeamName) -> Finding {
    let said = |words: &str| Phrase::default().person(account).and(words).quote(team.to_string());
    match members(cx, team) {
        Ok(members) if members.contains(account) => Finding::holds(said(" is in ")),
        Ok(_) => Finding::does_not(said(" is not in ")),
        Err(unread) => unread,
    }
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
}

impl Asked<'_, '_> {
    pub(super) fn who(&self, who: &Who, aim: Aim, depth: usize) -> Finding {
        match who {
            Who::Team(team) => is_member(self.cx, self.account, team),
            Who::User(login) => is_called(self.cx, self.account, login, aim),
            Who::Authority { layer, name } => self.authority(*layer, name, aim, depth),
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
        let teams = authority.teams.iter().map(|team| is_member(self.cx, self.account, team));
        let users = authority.users.iter().map(|login| is_called(self.cx, self.account, login, aim));
        let permission = authority.permission.iter().map(|permission| self.permission(*permission));
        let owners = authority.codeowners.iter().map(|_| owners::owns(self, depth));
        let named = Finding::any(teams.chain(users).chain(permission).chain(owners));
        if named.is_not() {
            return Finding::does_not(Phrase::default().person(self.account).and(" is not in ").quote(name));
        }
        let excepted = Finding::any(authority.except.iter().map(|who| self.who(who, Aim::Strict, depth + 1)));
        Finding::all([named, excepted.negated()])
    }

    fn permission(&self, wanted: Permission) -> Finding {
        let Some(writes) = self.writes else {
            let said = Phrase::words("what ").person(self.account).and(" may do in this repository was not read");
            return Finding::unknown(said);
        };
        let may = if writes { " may push to this repository" } else { " may not push to this repository" };
        let said = Phrase::default().person(self.account).and(may);
        match (wanted, writes) {
            // Who could submit a review can read.
            (Permission::Read, _) | (Permission::Triage | Permission::Write, true) => Finding::holds(said),
            (Permission::Write | Permission::Maintain | Permission::Admin, false) => Finding::does_not(said),
            (Permission::Triage, false) | (Permission::Maintain | Permission::Admin, true) => {
                Finding::unknown(said.and(", and this version does not see more than that"))
            }
        }
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
