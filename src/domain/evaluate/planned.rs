//! What a change plans, by its change request, its files and the service maps in force.
//!
//! Where it is not known whether the change touches a service and a layer blocks for it, it does: two that may get in
//! each other's way are told so. Absent: what comes of two plans that meet (`requirement::collisions`).

use std::collections::{BTreeMap, BTreeSet};

use super::layers::{self, InForce};
use super::seen::Seen;
use crate::condition::Truth;
use crate::evaluate::Context;
use crate::facts::{ChangeState, Facts, Known, Plan, PlannedService};
use crate::layer::Layer;
use crate::policy::{Collisions, PolicySet, Service};
use crate::record::{Content, Field, FieldId, Value, WINDOW};
use crate::records::Records;

/// The names of folders that hold migrations of a database.
const MIGRATIONS: [&str; 3] = ["migrations", "migration", "migrate"];

/// So many folders of migrations are remembered of one change.
const FOLDERS: usize = 100;

/// What a change plans, for others to know of it.
///
/// `None` where it plans no window, is not open and ready for review, or where no policy looks for collisions.
pub fn planned(policies: &PolicySet, records: &Records, facts: &Facts) -> Option<Plan> {
    if facts.change.state != ChangeState::Open || facts.change.draft {
        return None;
    }
    let speaking = layers::speaking(policies, facts);
    let words = speaking.iter().filter_map(InForce::policy).map(|(_, policy)| policy.collisions);
    let strictest = words.max().filter(|word| *word > Collisions::Off)?;
    plan(&Context::new(policies, records, &Seen::new(facts)), strictest == Collisions::Block)
}

/// What a change plans, with the eyes of all layers. `doubtful`: whether what it may touch counts as touched.
pub(crate) fn plan(cx: &Context<'_>, doubtful: bool) -> Option<Plan> {
    let (start, end) = window(cx)?;
    let services = services(cx, doubtful);
    let needs = needs(cx, &services);
    Some(Plan { start, end, services, needs, implementer: implementer(cx), folders: folders(cx.facts) })
}

/// The window that is planned, where there is one that can be told.
fn window(cx: &Context<'_>) -> Option<(jiff::Timestamp, jiff::Timestamp)> {
    match cx.records.current.field(&FieldId::new(WINDOW), Layer::Repository) {
        Field::Present(answer) => match answer.content {
            Content::Value(Value::Window { start, end }) => Some((start, end)),
            _ => None,
        },
        _ => None,
    }
}

fn services(cx: &Context<'_>, doubtful: bool) -> BTreeSet<PlannedService> {
    let touches = |service: &Service| match cx.files().map(|files| files.touch(&service.paths).0) {
        Ok(Truth::Holds) => true,
        Ok(Truth::DoesNot) => false,
        Ok(Truth::Unknown) | Err(_) => doubtful,
    };
    all(cx).filter(|(_, _, service)| touches(service)).map(|(layer, name, _)| planned_service(layer, name)).collect()
}

/// Every service of every layer.
fn all<'a>(cx: &Context<'a>) -> impl Iterator<Item = (Layer, &'a str, &'a Service)> {
    let policies = cx.policies.layers.iter().filter_map(|layer| Some((layer.layer, layer.policy.as_ref()?)));
    policies
        .flat_map(|(layer, policy)| policy.services.iter().map(move |(name, service)| (layer, name.as_str(), service)))
}

/// What these depend on, and what that depends on in turn. A name is looked up in the own layer, then upward.
fn needs(cx: &Context<'_>, touched: &BTreeSet<PlannedService>) -> BTreeSet<PlannedService> {
    let known: BTreeMap<PlannedService, &Service> =
        all(cx).map(|(layer, name, service)| (planned_service(layer, name), service)).collect();
    let found = |layer: Layer, name: &str| {
        let layers = [Layer::Repository, Layer::Organisation, Layer::BuiltIn].into_iter();
        let mut named = layers.filter(|above| *above <= layer).map(|above| planned_service(above, name));
        named.find(|service| known.contains_key(service))
    };
    let mut reached = touched.clone();
    let mut open: Vec<PlannedService> = touched.iter().cloned().collect();
    while let Some(service) = open.pop() {
        let needs = known.get(&service).into_iter().flat_map(|of| &of.depends_on);
        for needed in needs.filter_map(|name| found(service.layer, name)) {
            if reached.insert(needed.clone()) {
                open.push(needed);
            }
        }
    }
    reached.difference(touched).cloned().collect()
}

fn planned_service(layer: Layer, name: &str) -> PlannedService {
    PlannedService { layer, name: name.to_owned() }
}

/// Whoever carries it out: a person, since a team can be in several places.
fn implementer(cx: &Context<'_>) -> Option<String> {
    match cx.records.current.field(&FieldId::new("implementer"), Layer::Repository) {
        Field::Present(answer) => match &answer.content {
            Content::Value(Value::Who(login)) if !login.contains('/') => Some(login.to_lowercase()),
            _ => None,
        },
        _ => None,
    }
}

/// The folders of migrations that a change touches, under both names of what it renames.
fn folders(facts: &Facts) -> BTreeSet<String> {
    let Known::Known(files) = &facts.files else { return BTreeSet::new() };
    let old = |file: &crate::facts::File| file.old_path.known().cloned().flatten();
    let paths = files.iter().flat_map(|file| std::iter::once(file.path.clone()).chain(old(file)));
    paths.filter_map(|path| folder(&path)).take(FOLDERS).collect()
}

/// The path down to the first folder that is called so.
fn folder(path: &str) -> Option<String> {
    let mut end = 0;
    for part in path.split_inclusive('/') {
        end += part.len();
        let name = part.strip_suffix('/')?;
        if MIGRATIONS.iter().any(|word| name.eq_ignore_ascii_case(word)) {
            return path.get(..end).map(str::to_owned);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_migrations_is_known_by_its_name() {
        let check = |path: &str, expected: Option<&str>| assert_eq!(folder(path).as_deref(), expected, "{path}");
        check("db/migrations/0007_drop.sql", Some("db/migrations/"));
        check("Migrations/a/b.sql", Some("Migrations/"));
        check("db/migrate/20260130_x.rb", Some("db/migrate/"));
        check("src/migrations.rs", None);
        check("src/migrations", None);
        check("src/immigration/a.rs", None);
        check("", None);
    }
}
