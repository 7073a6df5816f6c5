//! Cuts GitHub's published descriptions of its API down to what countersign may ask.
//!
//! `contract/` holds the results, names and types only. `examples/trim.rs` writes them;
//! a test cuts again and compares. Nothing of GitHub's prose comes along.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::ast::{Definition, Document, FieldDefinition};
use apollo_compiler::{Name, Node};
use serde_json::{Map, Value};

/// Scalars that GraphQL itself defines.
const BUILT_IN: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];

/// Cuts the GraphQL schema `full` by `list`, lines of `Type: field field`.
///
/// # Errors
/// Names what the list wants and GitHub does not have, and types the list needs and does not name.
pub fn graphql(full: &str, list: &str) -> Result<String, String> {
    let document = Document::parse(full, "schema.graphql").map_err(|e| e.to_string())?;
    let mut cut = GraphqlCut { wanted: wanted_fields(list), ..GraphqlCut::default() };
    for definition in &document.definitions {
        if let Some(name) = definition.name() {
            cut.all.entry(name.to_string()).or_insert(definition);
        }
    }
    cut.inherit();
    cut.reach("Query");
    for name in cut.wanted.keys().cloned().collect::<Vec<_>>() {
        cut.reach(&name);
    }
    if !cut.problems.is_empty() {
        return Err(cut.problems.join("\n"));
    }
    let mut text = String::from("schema {\n  query: Query\n}\n");
    for name in &cut.reached {
        if let Some(definition) = cut.all.get(name) {
            text.push('\n');
            text.push_str(cut.plain(definition).to_string().trim_end());
            text.push('\n');
        }
    }
    Ok(text)
}

fn lines(list: &str) -> impl Iterator<Item = &str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn wanted_fields(list: &str) -> BTreeMap<String, BTreeSet<String>> {
    lines(list)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, fields)| (name.trim().to_owned(), fields.split_whitespace().map(str::to_owned).collect()))
        .collect()
}

#[derive(Default)]
struct GraphqlCut<'a> {
    all: BTreeMap<String, &'a Definition>,
    wanted: BTreeMap<String, BTreeSet<String>>,
    reached: BTreeSet<String>,
    problems: Vec<String>,
}

impl GraphqlCut<'_> {
    /// Brings the fields of listed interfaces to the listed types that implement them.
    fn inherit(&mut self) {
        let names: Vec<String> = self.wanted.keys().cloned().collect();
        for name in names {
            let Some(Definition::ObjectTypeDefinition(object)) = self.all.get(&name) else { continue };
            for interface in &object.implements_interfaces {
                if let Some(fields) = self.wanted.get(interface.as_str()).cloned() {
                    self.wanted.entry(name.clone()).or_default().extend(fields);
                }
            }
        }
    }

    fn reach(&mut self, name: &str) {
        if BUILT_IN.contains(&name) || !self.reached.insert(name.to_owned()) {
            return;
        }
        let Some(definition) = self.all.get(name).copied() else {
            self.problems.push(format!("GitHub has no type `{name}`"));
            return;
        };
        match definition {
            Definition::ObjectTypeDefinition(it) => self.reach_fields(name, &it.fields),
            Definition::InterfaceTypeDefinition(it) => self.reach_fields(name, &it.fields),
            Definition::InputObjectTypeDefinition(it) => {
                it.fields.iter().for_each(|field| self.reach(field.ty.inner_named_type()));
            }
            Definition::UnionTypeDefinition(it)
                if !it.members.iter().any(|member| self.wanted.contains_key(member.as_str())) =>
            {
                self.problems.push(format!("no member of the union `{name}` is listed"));
            }
            _ => {}
        }
    }

    fn reach_fields(&mut self, name: &str, fields: &[Node<FieldDefinition>]) {
        if !self.wanted.contains_key(name) && name.ends_with("Connection") {
            let usual = ["nodes", "pageInfo", "totalCount"].map(str::to_owned);
            self.wanted.insert(name.to_owned(), usual.into());
        }
        let Some(wanted) = self.wanted.get(name).cloned() else {
            self.problems.push(format!("a listed field needs the type `{name}`, which is not listed"));
            return;
        };
        for field in &wanted {
            match fields.iter().find(|it| it.name.as_str() == field) {
                None => self.problems.push(format!("GitHub has no field `{name}.{field}`")),
                Some(it) => {
                    self.reach(it.ty.inner_named_type());
                    it.arguments.iter().for_each(|argument| self.reach(argument.ty.inner_named_type()));
                }
            }
        }
    }

    /// The definition without prose, directives, and what is not wanted.
    fn plain(&self, definition: &Definition) -> Definition {
        let mut definition = definition.clone();
        match &mut definition {
            Definition::ObjectTypeDefinition(it) => {
                let it = it.make_mut();
                (it.description, it.directives) = (None, Default::default());
                it.implements_interfaces.retain(|name| self.wanted.contains_key(name.as_str()));
                self.plain_fields(&it.name, &mut it.fields);
            }
            Definition::InterfaceTypeDefinition(it) => {
                let it = it.make_mut();
                (it.description, it.directives) = (None, Default::default());
                it.implements_interfaces.retain(|name| self.wanted.contains_key(name.as_str()));
                self.plain_fields(&it.name, &mut it.fields);
            }
            Definition::InputObjectTypeDefinition(it) => {
                let it = it.make_mut();
                (it.description, it.directives) = (None, Default::default());
                it.fields.iter_mut().for_each(plain_argument);
            }
            Definition::UnionTypeDefinition(it) => {
                let it = it.make_mut();
                (it.description, it.directives) = (None, Default::default());
                it.members.retain(|name| self.wanted.contains_key(name.as_str()));
            }
            Definition::EnumTypeDefinition(it) => {
                let it = it.make_mut();
                (it.description, it.directives) = (None, Default::default());
                for value in &mut it.values {
                    let value = value.make_mut();
                    (value.description, value.directives) = (None, Default::default());
                }
            }
            Definition::ScalarTypeDefinition(it) => {
                let it = it.make_mut();
                (it.description, it.directives) = (None, Default::default());
            }
            _ => {}
        }
        definition
    }

    fn plain_fields(&self, name: &Name, fields: &mut Vec<Node<FieldDefinition>>) {
        if let Some(wanted) = self.wanted.get(name.as_str()) {
            fields.retain(|field| wanted.contains(field.name.as_str()));
        }
        for field in fields {
            let field = field.make_mut();
            (field.description, field.directives) = (None, Default::default());
            field.arguments.iter_mut().for_each(plain_argument);
        }
    }
}

fn plain_argument(argument: &mut Node<apollo_compiler::ast::InputValueDefinition>) {
    let argument = argument.make_mut();
    (argument.description, argument.directives) = (None, Default::default());
}

/// Cuts the OpenAPI description `full` by `list`, lines of `METHOD /path`.
///
/// One operation and one component a line, so that a change reads as one.
///
/// # Errors
/// Names the operations that GitHub does not have.
pub fn rest(full: &Value, list: &str) -> Result<String, String> {
    let mut operations = BTreeMap::new();
    let mut todo = BTreeSet::new();
    for line in lines(list) {
        let (method, path) = line.split_once(' ').ok_or_else(|| format!("`{line}` is not `METHOD /path`"))?;
        let operation = &full["paths"][path][method.to_lowercase()];
        if operation.is_null() {
            return Err(format!("GitHub has no operation `{line}`"));
        }
        let operation = plain_operation(operation);
        references(&operation, &mut todo);
        operations.insert(format!("{method} {path}"), operation);
    }
    let mut components: BTreeMap<String, Value> = BTreeMap::new();
    while let Some(reference) = todo.pop_first() {
        if components.contains_key(&reference) {
            continue;
        }
        let target = full.pointer(&reference[1..]).ok_or_else(|| format!("`{reference}` leads nowhere"))?;
        let target = plain_schema(target);
        references(&target, &mut todo);
        components.insert(reference, target);
    }
    Ok(rest_text(&operations, &components))
}

/// What is kept of an operation: its id, its parameters, the bodies both ways.
fn plain_operation(operation: &Value) -> Value {
    let mut kept = Map::new();
    kept.insert("operationId".into(), operation["operationId"].clone());
    if let Some(parameters) = operation["parameters"].as_array() {
        kept.insert("parameters".into(), parameters.iter().map(plain_schema).collect());
    }
    if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
        kept.insert("request".into(), plain_schema(schema));
        kept.insert("bodyRequired".into(), operation.pointer("/requestBody/required").cloned().unwrap_or(false.into()));
    }
    let mut responses = Map::new();
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        if status.starts_with('2') {
            let schema = response.pointer("/content/application~1json/schema").map_or(Value::Null, plain_schema);
            responses.insert(status.clone(), schema);
        }
    }
    kept.insert("responses".into(), responses.into());
    kept.into()
}

/// A schema without prose and examples. Names of properties stay, whatever they are.
fn plain_schema(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(plain_schema).collect(),
        Value::Object(map) => {
            let mut kept = Map::new();
            for (key, value) in map {
                match key.as_str() {
                    "description" | "example" | "examples" | "title" | "externalDocs" | "summary" | "deprecated" => {}
                    key if key.starts_with("x-") => {}
                    "properties" => {
                        let named = value.as_object().into_iter().flatten();
                        let named: Map<_, _> = named.map(|(name, it)| (name.clone(), plain_schema(it))).collect();
                        kept.insert(key.clone(), named.into());
                    }
                    "enum" | "required" | "default" | "const" => drop(kept.insert(key.clone(), value.clone())),
                    _ => drop(kept.insert(key.clone(), plain_schema(value))),
                }
            }
            kept.into()
        }
        other => other.clone(),
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref") {
                found.insert(reference.clone());
            }
            map.values().for_each(|item| references(item, found));
        }
        _ => {}
    }
}

fn rest_text(operations: &BTreeMap<String, Value>, components: &BTreeMap<String, Value>) -> String {
    let block = |entries: &BTreeMap<String, Value>| {
        let lines: Vec<String> =
            entries.iter().map(|(key, value)| format!("  {}: {value}", Value::from(key.as_str()))).collect();
        lines.join(",\n")
    };
    format!("{{\n\"operations\": {{\n{}\n}},\n\"components\": {{\n{}\n}}\n}}\n", block(operations), block(components))
}
