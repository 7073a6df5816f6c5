//! `[environments.NAME]`: what GitHub and records call them, and what reaches them.

use std::collections::BTreeMap;

use super::context::Naming;
use super::cursor::{At, Table, Value};
use super::globs::{Over, branches, fixed, fixed_branches, globs};
use super::redefined;
use super::rule::sound_name;
use crate::policy::model::Environment;

/// Reads the environments.
pub(super) fn environments(value: &Value<'_>) -> BTreeMap<String, Environment> {
    let mut read = BTreeMap::new();
    for (name, value) in value.words().unwrap_or_default() {
        sound_name(value.cx, &name);
        redefined(value.cx, Naming::Environment, &name);
        if let Some(table) = value.table("environments") {
            read.insert(name.value.to_owned(), environment(&table, &name));
        }
    }
    read
}

fn environment(table: &Table<'_>, name: &At<&str>) -> Environment {
    let names = table.texts("names").map(|names| names.iter().map(|name| name.value.to_owned()).collect());
    let paths = table.value("paths").and_then(|value| globs(&value, &value.list()?, Over::Paths));
    let base = table.value("base").and_then(|value| branches(&value, &value.list()?));
    let default_base = || match table.has("paths") {
        true => fixed_branches(&["**"], false),
        false => fixed_branches(&[], true),
    };
    Environment {
        names: names.unwrap_or_else(|| vec![name.value.to_owned()]),
        paths: paths.unwrap_or_else(|| fixed(&["**"])),
        base: base.unwrap_or_else(default_base),
    }
}
