//! `checks`: which results of other tools a rule wants.

use super::cursor::{Table, Value};
use super::who;
use crate::policy::model::{CheckWanted, WhichCheck};
use crate::policy::{ACTIONS, codes};

/// Reads the entries of `checks`.
pub(super) fn wanted(value: &Value<'_>) -> Vec<CheckWanted> {
    let members = value.list().unwrap_or_default();
    members.iter().filter_map(entry).collect()
}

fn entry(value: &Value<'_>) -> Option<CheckWanted> {
    if value.raw().is_str() {
        let which = WhichCheck::Run { name: value.text()?.value.to_owned(), app: ACTIONS.to_owned() };
        return Some(CheckWanted { which, conclusions: vec!["success".to_owned()] });
    }
    if !value.raw().is_table() {
        value.mistyped_for("names of checks, or tables such as `{ name = \"..\", app = \"..\" }`");
        return None;
    }
    let table = value.table("rule.checks")?;
    let conclusions = table.value("conclusions").and_then(|value| value.choices());
    let conclusions = conclusions.map(|words| words.iter().map(|word| word.value.to_owned()).collect());
    Some(CheckWanted { which: which(&table)?, conclusions: conclusions.unwrap_or_else(|| vec!["success".to_owned()]) })
}

fn which(table: &Table<'_>) -> Option<WhichCheck> {
    if let Some(required) = table.flag("required") {
        for key in ["name", "app", "creator"] {
            table.exclusive(key, "required", "`required = true` means all that GitHub requires");
        }
        if !required.value {
            table.cx.problem(codes::SAYS_NOTHING, "`required = false` asks nothing", required.span);
        }
        return Some(WhichCheck::Required);
    }
    let name = table.required("name").and_then(|name| name.text());
    let app = table.text("app").map(|app| app.value.to_owned());
    let creator = table.text("creator").and_then(|creator| who::login_of(table.cx, &creator));
    table.exclusive("app", "creator", "a check run is made by an App, a commit status by an account");
    let name = name?.value.to_owned();
    Some(match creator {
        Some(creator) => WhichCheck::Status { name, creator },
        None => WhichCheck::Run { name, app: app.unwrap_or_else(|| ACTIONS.to_owned()) },
    })
}
