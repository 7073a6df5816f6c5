//! GitHub's published contract, and judging what is said over it.
//!
//! REST: which operation a request is, whether its parameters and body are what GitHub documents,
//! and whether our own answers are. GraphQL: the types. A body that names a field that GitHub does
//! not know is a violation here, although GitHub would let it pass.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// GitHub's GraphQL types, as far as the bot may ask for them.
pub static SDL: &str = include_str!("contract/github.graphql");

pub(crate) static SCHEMA: LazyLock<Valid<Schema>> =
    LazyLock::new(|| Schema::parse_and_validate(SDL, "github.graphql").expect("the committed schema is valid"));

pub(crate) static REST: LazyLock<Rest> = LazyLock::new(Rest::load);

/// Parameters whose value may contain slashes.
const LONG: [&str; 5] = ["path", "branch", "ref", "basehead", "tree_sha"];

/// Validators already built, by operation and by what of it they judge.
type Validators = HashMap<(usize, String), Option<Arc<Validator>>>;

pub(crate) struct Rest {
    pub operations: Vec<Operation>,
    components: Map<String, Value>,
    /// What schemas refer into.
    tree: Value,
    validators: Mutex<Validators>,
}

pub(crate) struct Operation {
    /// `GET /app`, as GitHub's description names it.
    pub key: String,
    method: String,
    segments: Vec<String>,
    parameters: Vec<Value>,
    description: Value,
}

/// An operation, and the values of its path's parameters.
pub(crate) type Found<'a> = (usize, &'a Operation, BTreeMap<String, String>);

impl Rest {
    fn load() -> Self {
        let mut file: Value =
            serde_json::from_str(include_str!("contract/rest.json")).expect("the committed contract is JSON");
        to_json_schema(&mut file);
        let components = file["components"].as_object().cloned().unwrap_or_default();
        let mut tree = Map::new();
        for (reference, component) in &components {
            let mut parts = reference.trim_start_matches("#/components/").splitn(2, '/');
            if let (Some(kind), Some(name)) = (parts.next(), parts.next()) {
                let kind = tree.entry(kind).or_insert_with(|| json!({}));
                kind[name] = component.clone();
            }
        }
        let mut operations = Vec::new();
        for (key, description) in file["operations"].as_object().into_iter().flatten() {
            let (method, path) = key.split_once(' ').expect("`METHOD /path`");
            let follow = |parameter: &Value| match parameter["$ref"].as_str() {
                Some(reference) => components.get(reference).cloned().unwrap_or_default(),
                None => parameter.clone(),
            };
            operations.push(Operation {
                key: key.clone(),
                method: method.into(),
                segments: path.trim_matches('/').split('/').map(str::to_owned).collect(),
                parameters: description["parameters"].as_array().into_iter().flatten().map(follow).collect(),
                description: description.clone(),
            });
        }
        // What is spelled out comes before what a parameter, or a long one, would also match.
        operations.sort_by_key(|it| {
            let open: Vec<bool> = it.segments.iter().map(|segment| segment.starts_with('{')).collect();
            (Reverse(open.len()), open)
        });
        Self { operations, components, tree: tree.into(), validators: Mutex::default() }
    }

    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Found<'_>> {
        let parts: Vec<String> = path.trim_matches('/').split('/').map(decode).collect();
        self.operations.iter().enumerate().filter(|(_, it)| it.method == method).find_map(|(index, operation)| {
            let mut found = BTreeMap::new();
            matches(&operation.segments, &parts, &mut found).then_some((index, operation, found))
        })
    }

    /// Everything that is wrong with a request.
    pub(crate) fn judge_request(
        &self,
        (index, operation, path): &Found<'_>,
        query: &BTreeMap<String, String>,
        body: &Value,
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        for parameter in &operation.parameters {
            let name = parameter["name"].as_str().unwrap_or_default();
            let value = if parameter["in"] == "path" { path.get(name) } else { query.get(name) };
            match value {
                None if parameter["required"] == true => wrong.push(format!("the parameter `{name}` is missing")),
                Some(value) if !fits(&parameter["schema"], value) => {
                    wrong.push(format!("`{value}` is no value for the parameter `{name}`"));
                }
                _ => {}
            }
        }
        let known = |name: &String| operation.parameters.iter().any(|it| it["in"] == "query" && it["name"] == **name);
        wrong.extend(query.keys().filter(|name| !known(name)).map(|name| format!("there is no parameter `{name}`")));
        match (&operation.description["request"], body) {
            (Value::Null, Value::Null) => {}
            (Value::Null, _) => wrong.push("it takes no body".into()),
            (_, Value::Null) if operation.description["bodyRequired"] != true => {}
            (schema, body) => {
                if let Some(validator) = self.validator(*index, "request") {
                    let errors = validator.iter_errors(body);
                    wrong.extend(errors.map(|error| format!("{error} at `{}`", error.instance_path())));
                }
                self.strangers(schema, body, "", &mut wrong);
            }
        }
        wrong
    }

    /// Everything that is wrong with an answer of ours.
    pub(crate) fn judge_answer(&self, index: usize, status: u16, body: &Value) -> Vec<String> {
        let responses = &self.operations[index].description["responses"];
        match &responses[status.to_string()] {
            _ if !(200..300).contains(&status) => Vec::new(),
            Value::Null if responses.get(status.to_string()).is_none() => vec![format!("{status} is not documented")],
            Value::Null if body.is_null() => Vec::new(),
            Value::Null => vec!["it has no body in the documents".into()],
            _ => {
                let validator = self.validator(index, &status.to_string());
                let errors = validator.iter().flat_map(|it| it.iter_errors(body));
                let errors = errors.filter(|error| !self.mistaken(index, &error.instance_path().to_string()));
                errors.map(|error| format!("{error} at `{}`", error.instance_path())).collect()
            }
        }
    }

    /// Whether GitHub's description is known to be wrong there: it wants an account to be a user
    /// and an enterprise at once.
    fn mistaken(&self, index: usize, at: &str) -> bool {
        self.operations[index].key == "GET /app/installations" && at.ends_with("/account")
    }

    fn validator(&self, index: usize, which: &str) -> Option<Arc<Validator>> {
        let mut known = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let description = &self.operations[index].description;
            let schema = if which == "request" { &description["request"] } else { &description["responses"][which] };
            let schema = json!({ "allOf": [schema], "components": self.tree });
            jsonschema::draft202012::new(&schema).ok().map(Arc::new)
        };
        known.entry((index, which.to_owned())).or_insert_with(make).clone()
    }

    /// Fields of a body that its schema does not know.
    fn strangers(&self, schema: &Value, body: &Value, at: &str, wrong: &mut Vec<String>) {
        let known = self.properties(schema);
        match body {
            Value::Object(fields) if !known.is_empty() => {
                for (name, value) in fields {
                    let at = format!("{at}/{name}");
                    match known.get(name) {
                        Some(schema) => self.strangers(schema, value, &at, wrong),
                        None => wrong.push(format!("there is no field `{at}`")),
                    }
                }
            }
            Value::Array(items) => {
                let schema = self.followed(schema)["items"].clone();
                items
                    .iter()
                    .enumerate()
                    .for_each(|(n, item)| self.strangers(&schema, item, &format!("{at}/{n}"), wrong));
            }
            _ => {}
        }
    }

    fn followed<'a>(&'a self, schema: &'a Value) -> &'a Value {
        schema["$ref"].as_str().and_then(|reference| self.components.get(reference)).unwrap_or(schema)
    }

    fn properties(&self, schema: &Value) -> BTreeMap<String, Value> {
        let schema = self.followed(schema);
        let own = schema["properties"].as_object().into_iter().flatten();
        let mut found: BTreeMap<_, _> = own.map(|(name, schema)| (name.clone(), schema.clone())).collect();
        for key in ["allOf", "anyOf", "oneOf"] {
            for part in schema[key].as_array().into_iter().flatten() {
                for (name, schema) in self.properties(part) {
                    found.entry(name).or_insert(schema);
                }
            }
        }
        found
    }
}

fn matches(segments: &[String], parts: &[String], found: &mut BTreeMap<String, String>) -> bool {
    let (Some((segment, segments)), Some((part, rest))) = (segments.split_first(), parts.split_first()) else {
        return segments.is_empty() && parts.is_empty();
    };
    let Some(name) = segment.strip_prefix('{').and_then(|it| it.strip_suffix('}')) else {
        return segment == part && matches(segments, rest, found);
    };
    let longest = if LONG.contains(&name) { parts.len() } else { 1 };
    for take in 1..=longest {
        let mut deeper = found.clone();
        deeper.insert(name.into(), parts[..take].join("/"));
        if matches(segments, &parts[take..], &mut deeper) {
            *found = deeper;
            return true;
        }
    }
    false
}

/// Undoes percent-encoding.
pub(crate) fn decode(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, more)) = rest.split_first() {
        let pair = more.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn fits(schema: &Value, value: &str) -> bool {
    let kind = match schema["type"].as_str() {
        Some("integer") => value.parse::<i64>().is_ok(),
        Some("boolean") => matches!(value, "true" | "false"),
        _ => true,
    };
    kind && schema["enum"].as_array().is_none_or(|allowed| allowed.iter().any(|it| it == value))
}

/// OpenAPI 3.0 writes `nullable` where JSON Schema has a type of its own for it.
fn to_json_schema(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(to_json_schema),
        Value::Object(map) => {
            map.values_mut().for_each(to_json_schema);
            if map.get("nullable") != Some(&Value::Bool(true)) {
                return;
            }
            map.remove("nullable");
            match (map.get("type").cloned(), map.get_mut("enum")) {
                (Some(Value::String(kind)), allowed) => {
                    if let Some(Value::Array(allowed)) = allowed {
                        allowed.push(Value::Null);
                    }
                    map.insert("type".into(), json!([kind, "null"]));
                }
                _ => *value = json!({ "anyOf": [{ "type": "null" }, std::mem::take(map)] }),
            }
        }
        _ => {}
    }
}
