//! GitHub's objects as JSON, the same for REST answers and webhook payloads.
//!
//! Field names are GitHub's. GraphQL has its own way of showing things, in [`crate::graphql`].

pub(crate) mod checks;
pub(crate) mod code;
pub(crate) mod issue;
pub(crate) mod people;
pub(crate) mod pull_request;
pub(crate) mod repository;

use serde_json::{Map, Value};

use crate::state::stamp;

/// An instant that may be missing.
pub(crate) fn maybe_stamp(instant: Option<jiff::Timestamp>) -> Value {
    instant.map_or(Value::Null, |it| stamp(it).into())
}

/// The fields of an object literal.
pub(crate) fn fields(value: Value) -> Map<String, Value> {
    if let Value::Object(map) = value { map } else { Map::new() }
}

/// Two objects as one; what comes second wins.
pub(crate) fn with(object: Value, more: Value) -> Value {
    let mut object = fields(object);
    object.extend(fields(more));
    object.into()
}

/// Adds a `…_url` for each of these names, under one address.
pub(crate) fn add_urls(object: &mut Map<String, Value>, under: &str, names: &[&str]) {
    for name in names {
        object.insert(format!("{name}_url"), format!("{under}/{name}").into());
    }
}

/// A global node id: the kind's prefix, then what finds the object again.
pub(crate) fn node(prefix: &str, parts: &[&dyn std::fmt::Display]) -> String {
    let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
    format!("{prefix}_{}", parts.join("-"))
}
