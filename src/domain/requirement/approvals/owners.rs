//! `codeowners`: whose approval a touched file needs, by CODEOWNERS at the base.
//!
//! Files of the same owners are asked about together, as one part of what an entry
//! asks; one person may answer for several parts. With `each`, every owner of a line
//! is a part of its own, and nobody answers for two of them. Files that nobody owns
//! ask nothing unless somebody stands in for their owners: `unowned`, or whom the
//! entry names besides. Absent: reading the file ([`crate::codeowners`]).

use std::collections::BTreeSet;

use super::membership::{self, Aim, Asked};
use crate::account::TeamName;
use crate::codeowners::{Group, Owner, Touched};
use crate::condition::Finding;
use crate::decision::{Act, Actor};
use crate::evaluate::Context;
use crate::facts::Known;
use crate::policy::{Authority, Owning, Who};
use crate::text::Phrase;

/// So many files and lines are named.
const NAMED: usize = 3;

/// A part of what an entry asks of the owners of touched files.
#[derive(Debug, Clone)]
pub(crate) struct Part<'a> {
    /// Any of these; none for files that nobody owns.
    pub(super) owners: Vec<&'a Owner>,
    /// Who stands in for owners, for files that nobody owns.
    pub(super) unowned: Vec<&'a [Who]>,
    /// The lines of the file that say so, and the files.
    pub(super) of: Option<&'a Group>,
    /// The files.
    pub(super) paths: &'a [String],
    /// Nobody answers for two parts of one room.
    pub(super) room: usize,
}

/// The authorities of an entry that ask the owners of files.
fn authorities<'a>(cx: &'a Context<'_>, from: &'a [Who]) -> impl Iterator<Item = (&'a Authority, Owning)> {
    from.iter().filter_map(|who| match who {
        Who::Authority { layer, name } => {
            let authority = cx.policies.authority(*layer, name)?;
            Some((authority, authority.codeowners?))
        }
        Who::Team(_) | Who::User(_) => None,
    })
}

/// Whether an authority has no people but the owners of files.
pub(super) fn names_nobody_else(authority: &Authority) -> bool {
    let named = !authority.teams.is_empty() || !authority.users.is_empty() || authority.permission.is_some();
    authority.codeowners.is_some() && !named
}

/// Who is meant, for who has not read the policy.
pub(super) fn described(owning: Owning) -> &'static str {
    match owning {
        Owning::Any => " (for each touched file, of those who own it)",
        Owning::Each => " (for each touched file, of every one who owns it)",
    }
}

/// Whether an entry asks the owners of files.
pub(super) fn are_asked(cx: &Context<'_>, from: &[Who]) -> bool {
    authorities(cx, from).next().is_some()
}

/// The parts of what an entry asks; none where no touched file asks for anybody.
pub(super) fn parts<'a>(cx: &'a Context<'_>, from: &'a [Who]) -> Result<Vec<Part<'a>>, Finding> {
    let touched = cx.touched()?;
    let each = authorities(cx, from).any(|(_, owning)| owning == Owning::Each);
    let mut parts = Vec::new();
    for (room, group) in touched.groups.iter().enumerate() {
        let part = |owners| Part { owners, unowned: Vec::new(), of: Some(group), paths: &group.paths, room };
        match each {
            true => parts.extend(group.owners.iter().map(|owner| part(vec![owner]))),
            false => parts.push(part(group.owners.iter().collect())),
        }
    }
    let nothing_touched = touched.groups.is_empty() && touched.unowned.is_empty();
    if (nothing_touched || !touched.unowned.is_empty()) && somebody_stands_in(cx, from) {
        let unowned = authorities(cx, from).map(|(authority, _)| authority.unowned.as_slice());
        let room = parts.len();
        parts.push(Part { owners: Vec::new(), unowned: unowned.collect(), of: None, paths: &touched.unowned, room });
    }
    Ok(parts)
}

/// Whether files without owner are asked about all the same. A role that a layer below filled always asks somebody:
/// whoever fills it must not make it ask nobody.
fn somebody_stands_in(cx: &Context<'_>, from: &[Who]) -> bool {
    from.iter().any(|who| match who {
        Who::Team(_) | Who::User(_) => true,
        Who::Authority { layer, name } => cx.policies.authority(*layer, name).is_none_or(|authority| {
            !names_nobody_else(authority) || authority.fill.is_some() || !authority.unowned.is_empty()
        }),
    })
}

/// The touched files that nobody owns and nobody is asked about.
pub(super) fn unasked<'a>(cx: &'a Context<'_>, from: &[Who]) -> &'a [String] {
    match cx.touched() {
        Ok(touched) if are_asked(cx, from) && !somebody_stands_in(cx, from) => &touched.unowned,
        _ => &[],
    }
}

/// Whether the account is an owner: of the part that is asked about, else of all that the change touches. What the
/// account is only excepted for, it need not own all of.
pub(super) fn owns(asked: &Asked<'_, '_>, aim: Aim, depth: usize) -> Finding {
    if asked.writes == Some(false) {
        let said = Phrase::default().person(asked.account);
        return Finding::does_not(said.and(" may not push to this repository, so GitHub takes them for no owner"));
    }
    let any = |owners: &[&Owner]| Finding::any(owners.iter().map(|owner| is_owner(asked, owner, aim)));
    let stands_in = |who: &Who| asked.who(who, Aim::Grants, depth + 1);
    match asked.part.filter(|_| depth == 0) {
        Some(part) if part.of.is_some() => any(&part.owners),
        Some(part) => Finding::any(part.unowned.iter().flat_map(|whos| whos.iter()).map(stands_in)),
        None => match asked.cx.touched() {
            Ok(touched) => owns_touched(asked, touched, aim, depth),
            Err(unread) => unread,
        },
    }
}

fn owns_touched(asked: &Asked<'_, '_>, touched: &Touched, aim: Aim, depth: usize) -> Finding {
    let of_group = |group: &Group| Finding::any(group.owners.iter().map(|owner| is_owner(asked, owner, aim)));
    let of_groups: Vec<Finding> = touched.groups.iter().map(of_group).collect();
    let any = Finding::any(of_groups.clone());
    if depth > 0 || any.is_not() || any.is_unknown() {
        return any;
    }
    let all = Finding::all(of_groups);
    let whole = touched.unowned.is_empty() && all.is_so();
    let said = Phrase::default().person(asked.account);
    if whole { all } else { Finding::unknown(said.and(" owns some of the touched files, and not all of them")) }
}

fn is_owner(asked: &Asked<'_, '_>, owner: &Owner, aim: Aim) -> Finding {
    match owner {
        Owner::User(login) => membership::is_called(asked.cx, asked.account, login, Aim::Grants),
        Owner::Team(team) => Finding::all([asked.team(team, aim), is_owning(asked.cx, team)]),
        Owner::Email(address) => match membership::pin(asked.cx, address) {
            Some(Known::Known(account)) => {
                let said = |words: &str| Phrase::default().person(asked.account).and(words).quote(address);
                if account == asked.account {
                    Finding::holds(said(" has the address "))
                } else {
                    Finding::does_not(said(" has not the address "))
                }
            }
            _ => {
                let why = Phrase::words("GitHub does not tell whose address ").quote(address).and(" is");
                let what = Phrase::words("name the owner ").quote(address).and(" in CODEOWNERS as ").quote("@login");
                Finding::unknown(why).act(Act { by: Actor::Administrator, what })
            }
        },
    }
}

/// Whether GitHub takes a team for an owner at all.
fn is_owning(cx: &Context<'_>, team: &TeamName) -> Finding {
    let said = |words: &str| Phrase::words("the team ").quote(team.to_string()).and(words);
    match cx.facts.asked.owning_teams.get(team) {
        Some(Known::Known(true)) => Finding::holds(said(" may write to this repository")),
        Some(Known::Known(false)) => Finding::does_not(said(
            " is secret, or may not itself write to this repository, so GitHub takes it for no owner",
        )),
        Some(Known::Unknown(why)) => Finding::unknown(said(" may or may not write here: ").quote(why)),
        None => Finding::unknown(said(" may or may not write here: that was not read")),
    }
}

impl Part<'_> {
    /// Its owners, as people and teams are named elsewhere.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.owners.iter().map(|owner| match owner {
            Owner::Team(team) => team.to_string(),
            Owner::User(name) | Owner::Email(name) => name.clone(),
        })
    }

    /// The teams among its owners.
    pub(super) fn teams(&self) -> impl Iterator<Item = &TeamName> {
        self.owners.iter().filter_map(|owner| match owner {
            Owner::Team(team) => Some(team),
            Owner::User(_) | Owner::Email(_) => None,
        })
    }

    /// Which files it is about, and the lines that say so: `` for `a.rs`, `b.rs` and 3 more (line 7 of CODEOWNERS) ``.
    pub(super) fn files(&self) -> Phrase {
        if self.paths.is_empty() {
            return Phrase::default();
        }
        let files = Phrase::words(" for ").then(named(self.paths));
        let Some(group) = self.of else { return files.and(", which nobody owns") };
        let several = if group.lines.len() == 1 { "" } else { "s" };
        let lines: Vec<String> = group.lines.iter().take(NAMED).map(ToString::to_string).collect();
        let more = group.lines.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        files.and(format!(" (line{several} {}{more} of CODEOWNERS)", lines.join(", ")))
    }

    /// What would give it an owner, where nobody is left who could answer for it.
    pub(super) fn nobody(&self, cx: &Context<'_>) -> Act {
        let why = self.teams().map(|team| is_owning(cx, team)).filter(Finding::is_not).map(|not| not.observed);
        let why = why.chain(self.owners.iter().filter_map(|owner| match owner {
            Owner::User(login) => match membership::pin(cx, login) {
                Some(Known::Unknown(why)) => Some(Phrase::default().quote(why)),
                _ => None,
            },
            Owner::Team(_) | Owner::Email(_) => None,
        }));
        if self.owners.is_empty() {
            let what = Phrase::words("name an owner in CODEOWNERS for ").then(named(self.paths));
            return Act { by: Actor::Administrator, what };
        }
        let why: Vec<Phrase> = why.take(NAMED).collect();
        let what =
            Phrase::words("name somebody in CODEOWNERS").then(self.files()).and(" who took no part in this change");
        let what = if why.is_empty() { what } else { what.and(": ").then(Phrase::join(why, "; ")) };
        Act { by: Actor::Administrator, what }
    }
}

/// The first of the paths, and how many more there are.
pub(super) fn named(paths: &[String]) -> Phrase {
    let mut seen = BTreeSet::new();
    let paths: Vec<&String> = paths.iter().filter(|path| seen.insert(*path)).collect();
    let named = Phrase::join(paths.iter().take(NAMED).map(|path| Phrase::default().quote(path.as_str())), ", ");
    match paths.len().saturating_sub(NAMED) {
        0 => named,
        more => named.and(format!(" and {more} more")),
    }
}

/// The lines of CODEOWNERS that GitHub does not read.
pub(super) fn skipped(cx: &Context<'_>) -> Option<Phrase> {
    let (Ok(touched), Known::Known(Some(file))) = (cx.touched(), &cx.facts.asked.codeowners) else { return None };
    let said = touched.skipped.iter().take(NAMED).map(|skipped| {
        Phrase::words(format!("line {}: ", skipped.line)).quote(&skipped.word).and(format!(" {}", skipped.why))
    });
    let said = Phrase::join(said, "; ");
    let more = touched.skipped.len().saturating_sub(NAMED);
    let head = Phrase::words("GitHub does not read all of ").quote(&file.path).and(": ").then(said);
    match touched.skipped.len() {
        0 => None,
        _ if more > 0 => Some(head.and(format!("; and {more} more lines"))),
        _ => Some(head),
    }
}
