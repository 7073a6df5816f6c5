//! `[authorities.NAME]`: who may authorise, and the roles that a lower layer fills.

use std::collections::BTreeMap;
use std::ops::Range;

use super::context::{Context, Naming};
use super::cursor::{At, Table, Value};
use super::rule::sound_name;
use super::{Filling, redefined, who};
use crate::account::TeamName;
use crate::policy::codes;
use crate::policy::model::{Authority, Owning, Permission, Who};

/// What the file says about authorities: its own, and the roles from above that it fills.
#[derive(Default)]
pub(super) struct Authorities {
    pub(super) own: BTreeMap<String, Authority>,
    pub(super) fillings: Vec<Filling>,
}

/// Reads the authorities.
pub(super) fn authorities(value: &Value<'_>) -> Authorities {
    let mut read = Authorities::default();
    let mut places = Vec::new();
    for (name, value) in value.words().unwrap_or_default() {
        let sound = sound_name(value.cx, &name);
        let Some(table) = value.table("authorities") else { continue };
        let role = value.cx.role_above(name.value);
        let layer = role.unwrap_or(value.cx.layer());
        places.push((Who::Authority { layer, name: name.value.to_owned() }, name.span.clone()));
        let authority = authority(&table, &name, role.is_some());
        if let Some(layer) = role {
            let authority = authority.clone();
            read.fillings.push(Filling { layer, name: name.value.to_owned(), authority });
        }
        // The same name in a pack of this file means the same people.
        if role.is_none() || value.cx.in_packs(Naming::Authority, name.value) {
            redefined(value.cx, Naming::Authority, &name);
            if sound.is_some() {
                read.own.insert(name.value.to_owned(), authority);
            }
        }
    }
    circles(value.cx, &read, &places);
    read
}

/// Refuses authorities whose exceptions lead in a circle: nobody could tell who belongs to them.
fn circles(cx: &Context<'_>, read: &Authorities, places: &[(Who, Range<usize>)]) {
    // Whoever excepts nobody that is left is no part of a circle; what stays in the end is, or leads to one.
    let mut left: BTreeMap<Who, usize> = BTreeMap::new();
    let mut excepting: BTreeMap<Who, Vec<Who>> = BTreeMap::new();
    let mut settled = Vec::new();
    let mut waiting: Vec<Who> = places.iter().map(|(who, _)| who.clone()).collect();
    while let Some(who) = waiting.pop() {
        if left.contains_key(&who) {
            continue;
        }
        let excepted = excepted(cx, read, &who);
        left.insert(who.clone(), excepted.len());
        if excepted.is_empty() {
            settled.push(who.clone());
        }
        for other in excepted {
            excepting.entry(other.clone()).or_default().push(who.clone());
            waiting.push(other);
        }
    }
    while let Some(who) = settled.pop() {
        for other in excepting.remove(&who).unwrap_or_default() {
            let count = left.entry(other.clone()).or_default();
            *count = count.saturating_sub(1);
            if *count == 0 {
                settled.push(other);
            }
        }
    }
    for (who, span) in places.iter().filter(|(who, _)| left.get(who).is_some_and(|count| *count > 0)) {
        let Who::Authority { name, .. } = who else { continue };
        let message = format!("the exceptions of `{name}` lead in a circle");
        let problem = cx.error(codes::CIRCULAR, message, span.clone());
        cx.report(problem.help("`except` has to lead to people, teams, or authorities that do not lead back"));
    }
}

/// Whom an authority excepts, in its own file and where its role is filled.
fn excepted(cx: &Context<'_>, read: &Authorities, who: &Who) -> Vec<Who> {
    let Who::Authority { layer, name } = who else { return Vec::new() };
    let own = (*layer == cx.layer()).then(|| read.own.get(name)).flatten();
    let above = cx.upper_authority(name).filter(|(upper, _)| upper.layer == *layer).map(|(_, authority)| authority);
    let filled = read.fillings.iter().filter(|filling| filling.layer == *layer && filling.name == *name);
    let authorities = own.into_iter().chain(above).chain(filled.map(|filling| &filling.authority));
    authorities.flat_map(|authority| authority.except.iter().cloned()).collect()
}

fn authority(table: &Table<'_>, name: &At<&str>, fills: bool) -> Authority {
    let cx = table.cx;
    let naming = ["teams", "users", "permission", "codeowners", "fill"];
    if !naming.iter().any(|key| table.has(key)) && !cx.broken {
        let message = format!("`{}` names nobody", name.value);
        let problem = cx.error(codes::MISSING_KEY, message, table.span.clone());
        cx.report(problem.help(
            "add one or more of `teams`, `users`, `permission`, `codeowners`; `fill` leaves it to a lower layer",
        ));
    }
    let write = table.flag("write");
    if let Some(write) = write.as_ref().filter(|_| fills) {
        let message = format!("`write` of the role `{}` is for the layer that asks for it to say", name.value);
        let problem = cx.error(codes::ROLE_LOOSENED, message, write.span.clone());
        cx.report(problem.help("name the people here and leave `write` out"));
    }
    if let Some(unowned) = table.key_span("unowned").filter(|_| !table.has("codeowners")) {
        let problem = cx.error(codes::SAYS_NOTHING, "`unowned` says nothing without `codeowners`", unowned);
        cx.report(problem);
    }
    Authority {
        teams: table.value("teams").and_then(|value| teams(&value)).unwrap_or_default(),
        users: table.value("users").and_then(|value| logins(&value)).unwrap_or_default(),
        permission: table.choice("permission").map(|word| permission(word.value)),
        codeowners: table
            .choice("codeowners")
            .map(|word| if word.value == "each" { Owning::Each } else { Owning::Any }),
        fill: table.text("fill").map(|text| text.value.to_owned()),
        except: people(table, "except"),
        unowned: people(table, "unowned"),
        write: write.is_none_or(|write| write.value),
        span: table.span.clone(),
    }
}

fn people(table: &Table<'_>, key: &str) -> Vec<Who> {
    let who = table.value(key).and_then(|value| who::who_list(&value)).unwrap_or_default();
    who.into_iter().map(|who| who.value).collect()
}

fn teams(value: &Value<'_>) -> Option<Vec<TeamName>> {
    let texts = value.texts()?;
    Some(texts.iter().filter_map(|text| who::team_name(value.cx, text)).collect())
}

fn logins(value: &Value<'_>) -> Option<Vec<String>> {
    let texts = value.texts()?;
    Some(texts.iter().filter_map(|text| who::login_of(value.cx, text)).collect())
}

fn permission(word: &str) -> Permission {
    match word {
        "read" => Permission::Read,
        "triage" => Permission::Triage,
        "maintain" => Permission::Maintain,
        "admin" => Permission::Admin,
        _ => Permission::Write,
    }
}
