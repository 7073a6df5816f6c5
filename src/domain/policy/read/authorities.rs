//! `[authorities.NAME]`: who may authorise, and the roles that a lower layer fills.

use std::collections::BTreeMap;

use super::context::Naming;
use super::cursor::{At, Table, Value};
use super::rule::sound_name;
use super::{Filling, redefined, who};
use crate::account::TeamName;
use crate::policy::codes;
use crate::policy::model::{Authority, Permission, Who};

/// What the file says about authorities: its own, and the roles from above that it fills.
#[derive(Default)]
pub(super) struct Authorities {
    pub(super) own: BTreeMap<String, Authority>,
    pub(super) fillings: Vec<Filling>,
}

/// Reads the authorities.
pub(super) fn authorities(value: &Value<'_>) -> Authorities {
    let mut read = Authorities::default();
    for (name, value) in value.words().unwrap_or_default() {
        let sound = sound_name(value.cx, &name);
        let Some(table) = value.table("authorities") else { continue };
        let role = value.cx.role_above(name.value);
        let authority = authority(&table, &name, role.is_some());
        match role {
            Some(layer) => read.fillings.push(Filling { layer, name: name.value.to_owned(), authority }),
            None => {
                redefined(value.cx, Naming::Authority, &name);
                if sound.is_some() {
                    read.own.insert(name.value.to_owned(), authority);
                }
            }
        }
    }
    read
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
        codeowners: table.choice("codeowners").map(|word| word.value.to_owned()),
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
