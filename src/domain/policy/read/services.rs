//! `[services.NAME]`: the service map.

use std::collections::BTreeMap;
use std::ops::Range;

use super::context::Naming;
use super::cursor::{Table, Value};
use super::globs::{Over, globs};
use super::rule::sound_name;
use super::{redefined, who};
use crate::policy::model::Service;

/// The services of a file, and which of them have no tier.
#[derive(Default)]
pub(super) struct Services {
    pub(super) own: BTreeMap<String, Service>,
    pub(super) untiered: Vec<(String, Range<usize>)>,
}

/// Reads the service map.
pub(super) fn services(value: &Value<'_>) -> Services {
    let mut read = Services::default();
    for (name, value) in value.words().unwrap_or_default() {
        sound_name(value.cx, &name);
        redefined(value.cx, Naming::Service, &name);
        let Some(table) = value.table("services") else { continue };
        if !table.has("tier") {
            read.untiered.push((name.value.to_owned(), name.span.clone()));
        }
        if let Some(service) = service(&table) {
            read.own.insert(name.value.to_owned(), service);
        }
    }
    read
}

fn service(table: &Table<'_>) -> Option<Service> {
    let paths = table.required("paths").and_then(|value| globs(&value, &value.list()?, Over::Paths));
    let tier = table.value("tier").and_then(|value| value.number(0, 1_000)).map(|tier| tier.value);
    let owner = table.value("owner").and_then(|value| who::who(&value)).map(|who| who.value);
    let depends_on = table.value("depends_on").and_then(|value| {
        let members = value.list()?;
        Some(who::names(&value, &members, Naming::Service))
    });
    Some(Service { paths: paths?, tier, owner, depends_on: depends_on.unwrap_or_default() })
}
