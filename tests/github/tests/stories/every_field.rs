//! Every field of the committed schema is built: each type is looked for, and asked for all it has.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use apollo_compiler::Schema;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use github_stand_in::{Limits, SDL};
use serde_json::{Value, json};

use crate::world::{World, build};

/// Types that nothing in the stand-in ever is.
const NEVER: [&str; 8] = [
    "EnterpriseUserAccount",
    "Issue",
    "Mannequin",
    "Milestone",
    "SmimeSignature",
    "SshSignature",
    "Tag",
    "UnknownSignature",
];

/// How many ways to a type are tried before it counts as not to be found.
const WAYS: usize = 150;

/// A way through the types: what to write to get there, and the type that one is at.
#[derive(Clone)]
struct Way {
    steps: Vec<String>,
    types: BTreeSet<String>,
    at: String,
}

#[tokio::test]
async fn every_field_is_built() {
    let world = build().await;
    let schema = Schema::parse_and_validate(SDL, "github.graphql").unwrap();
    let ways = ways(&schema, &world);
    let mut missing: Vec<&str> = Vec::new();
    world.app.github.faults().limits(Limits::none());
    for (name, ways) in &ways {
        if NEVER.contains(&name.as_str()) {
            continue;
        }
        let ExtendedType::Object(object) = &schema.types[name.as_str()] else { panic!("{name} is no object") };
        let fields: Vec<String> = object.fields.values().map(|it| select(&schema, it, &world)).collect();
        let mut found = false;
        for way in ways {
            let inner = format!("__typename ... on {name} {{ {} }}", fields.join(" "));
            let text = way.steps.iter().rev().fold(inner, |inside, step| format!("{step} {{ {inside} }}"));
            let answer = world.app.query(&world.token, &format!("{{ {text} }}"), json!({})).await;
            if holds(&answer, name, object.fields.len()) {
                found = true;
                break;
            }
        }
        if !found {
            missing.push(name);
        }
    }
    world.app.github.assert_clean();
    assert!(missing.is_empty(), "never met: {missing:?}");
}

/// The ways from the root to each object type, short ones first.
fn ways(schema: &Schema, world: &World) -> BTreeMap<String, Vec<Way>> {
    let mut found: BTreeMap<String, Vec<Way>> = BTreeMap::new();
    let start = Way { steps: Vec::new(), types: BTreeSet::new(), at: "Query".into() };
    let mut todo = VecDeque::from([start]);
    while let Some(way) = todo.pop_front() {
        let known = found.entry(way.at.clone()).or_default();
        if known.len() >= WAYS || way.steps.len() > 10 {
            continue;
        }
        known.push(way.clone());
        let ExtendedType::Object(object) = &schema.types[way.at.as_str()] else { continue };
        for field in object.fields.values() {
            let inner = field.ty.inner_named_type();
            let possible: Vec<String> = match &schema.types[inner.as_str()] {
                ExtendedType::Object(_) => vec![inner.to_string()],
                ExtendedType::Union(it) => it.members.iter().map(|it| it.to_string()).collect(),
                ExtendedType::Interface(_) if field.name == "node" || field.name == "nodes" => continue,
                ExtendedType::Interface(it) => schema.types.iter().filter(|(_, other)| {
                    matches!(other, ExtendedType::Object(other) if other.implements_interfaces.contains(&it.name))
                }).map(|(name, _)| name.to_string()).collect(),
                _ => continue,
            };
            let named = format!("{}{}", field.name, arguments(field, world));
            let plain = possible.len() == 1;
            for at in possible {
                if way.types.contains(&at) {
                    continue;
                }
                let mut next = way.clone();
                next.steps.push(named.clone());
                if !plain {
                    next.steps.push(format!("... on {at}"));
                }
                next.types.insert(std::mem::replace(&mut next.at, at));
                todo.push_back(next);
            }
        }
    }
    found
}

fn select(schema: &Schema, field: &FieldDefinition, world: &World) -> String {
    let below = match &schema.types[field.ty.inner_named_type().as_str()] {
        ExtendedType::Scalar(_) | ExtendedType::Enum(_) => "",
        _ => "{ __typename }",
    };
    // One name may have several types in the members of a union.
    format!("{}{}{below}", field.name, arguments(field, world))
}

/// What has to be said to get something, and what has to be said to get anything of interest.
fn arguments(field: &FieldDefinition, world: &World) -> String {
    let number = world.busy.number().to_string();
    let id = format!("\"PR_{}-{number}\"", world.shop.id());
    let ids = format!("[{id}]");
    let mut said: Vec<String> = Vec::new();
    for argument in &field.arguments {
        let value = match argument.name.as_str() {
            "first" => "100",
            "owner" => "\"acme\"",
            "login" if argument.ty.is_non_null() => "\"acme\"",
            "name" if field.name == "context" => "\"ci/old\"",
            "name" if argument.ty.is_non_null() => "\"shop\"",
            "number" | "pullRequestNumber" => number.as_str(),
            "id" => id.as_str(),
            "ids" => ids.as_str(),
            "slug" => "\"payments-oncall\"",
            "query" if argument.ty.is_non_null() => "\"repo:acme/shop is:pr is:merged author:alice\"",
            "type" if argument.ty.is_non_null() => "ISSUE",
            "path" if argument.ty.is_non_null() => "\"README.md\"",
            "qualifiedName" => "\"refs/heads/main\"",
            "headRef" => "\"release/1\"",
            "refPrefix" => "\"refs/heads/\"",
            "expression" => "\"main:README.md\"",
            other if argument.ty.is_non_null() => panic!("nothing to say for {}({other}:)", field.name),
            _ => continue,
        };
        said.push(format!("{}: {value}", argument.name));
    }
    if said.is_empty() { String::new() } else { format!("({})", said.join(", ")) }
}

/// Whether an object of this type, with its fields, is anywhere in an answer.
fn holds(answer: &Value, name: &str, fields: usize) -> bool {
    match answer {
        Value::Array(items) => items.iter().any(|item| holds(item, name, fields)),
        Value::Object(map) => {
            (map.get("__typename") == Some(&json!(name)) && map.len() >= fields)
                || map.values().any(|item| holds(item, name, fields))
        }
        _ => false,
    }
}
