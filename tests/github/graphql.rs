//! GraphQL, executed on GitHub's types: never matched by a query's text.
//!
//! A field that GitHub has and nobody built here is an error in the answer and a violation. So is
//! an argument that would have been passed over, and a query that GitHub's types do not allow.

mod checks;
mod commit;
mod people;
pub(crate) mod pull_request;
mod query;
mod repository;
mod reviews;
mod survey;
mod timeline;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::contract::SCHEMA;
use crate::limits::{Resource, Shown};
use crate::server::Caller;
use crate::state::State;
use crate::world::World;

pub(crate) use survey::Survey;

/// Queries already parsed and found valid, or not.
static PARSED: LazyLock<Mutex<HashMap<String, Parsed>>> = LazyLock::new(Mutex::default);

type Parsed = Arc<Result<Valid<ExecutableDocument>, Vec<String>>>;

/// A GraphQL request that has been read.
pub(crate) struct Asked {
    pub name: String,
    pub survey: Survey,
    document: Parsed,
    variables: Value,
    unknown_variables: Vec<String>,
}

impl Asked {
    pub(crate) fn parse(request: &Value) -> Self {
        let text = request["query"].as_str().unwrap_or_default();
        let parse = || {
            let document = ExecutableDocument::parse_and_validate(&SCHEMA, text, "query");
            Arc::new(document.map_err(|error| error.errors.iter().map(|it| it.to_string()).collect()))
        };
        let mut parsed = PARSED.lock().unwrap_or_else(PoisonError::into_inner);
        let document = Arc::clone(parsed.entry(text.to_owned()).or_insert_with(parse));
        drop(parsed);
        let wanted = request["operationName"].as_str();
        let variables = if request["variables"].is_object() { request["variables"].clone() } else { json!({}) };
        let mut asked = Self {
            name: wanted.unwrap_or("?").to_owned(),
            survey: Survey::default(),
            document,
            variables,
            unknown_variables: Vec::new(),
        };
        if let Ok(document) = &*asked.document
            && let Ok(operation) = document.operations.get(wanted)
        {
            asked.name = operation.name.as_ref().map_or("?", |name| name.as_str()).to_owned();
            asked.survey = Survey::of(document, operation, &asked.variables);
            let known: BTreeSet<&str> = operation.variables.iter().map(|it| it.name.as_str()).collect();
            let given = asked.variables.as_object().into_iter().flatten();
            asked.unknown_variables = given.map(|(name, _)| name.clone()).filter(|it| !known.contains(&**it)).collect();
        }
        asked
    }
}

/// What all objects of one answer share.
struct Context<'s> {
    state: &'s State,
    caller: &'s Caller,
    now: Timestamp,
    survey: &'s Survey,
    points: Shown,
    failing: BTreeSet<String>,
    denied: BTreeSet<String>,
    unseen_for: Option<SignedDuration>,
    unbuilt: RefCell<BTreeSet<String>>,
}

type Cx<'s> = &'s Context<'s>;

/// Carries out a request. No body stands for GitHub giving up on it; the number is its cost.
pub(crate) fn execute(world: &World, caller: &Caller, asked: &Asked) -> (Option<Value>, u64) {
    let document = match &*asked.document {
        Ok(document) => document,
        Err(problems) => {
            problems.iter().for_each(|it| world.violation(format!("query {}: {it}", asked.name)));
            let errors: Value = problems.iter().map(|it| json!({ "path": ["query"], "message": it })).collect();
            return (Some(json!({ "errors": errors })), 0);
        }
    };
    for name in &asked.unknown_variables {
        world.violation(format!("query {}: there is no variable `${name}`", asked.name));
    }
    let cost = asked.survey.cost();
    let (now, state) = (world.clock.now(), world.seen());
    let mut inside = world.lock();
    if inside.wrong.most_nodes.is_some_and(|most| asked.survey.nodes > most) {
        return (None, cost);
    }
    let account = if let Caller::Installation { id, .. } = caller { *id } else { 0 };
    let context = Context {
        state: &state,
        caller,
        now,
        survey: &asked.survey,
        points: inside.limits.shown(account, Resource::GraphQl, now),
        failing: inside.wrong.failing_fields.clone(),
        denied: inside.wrong.denied.clone(),
        unseen_for: inside.wrong.unseen_for,
        unbuilt: RefCell::default(),
    };
    drop(inside);
    let variables: JsonMap = match JsonValue::from(asked.variables.clone()) {
        JsonValue::Object(map) => map,
        _ => JsonMap::new(),
    };
    let execution = Execution::new(&SCHEMA, document).raw_variable_values(&variables);
    let root = query::query(&context);
    let body = match execution.execute_sync(&root) {
        Ok(answer) => shape(world, asked, serde_json::to_value(&answer).unwrap_or_default()),
        Err(error) => {
            let message = error.message().to_string();
            world.violation(format!("query {}: {message}", asked.name));
            json!({ "errors": [{ "message": message }] })
        }
    };
    drop(root);
    for field in context.unbuilt.borrow().iter() {
        world.violation(format!("query {}: {field} is not built yet", asked.name));
    }
    (Some(body), cost)
}

/// Gives errors the form that GitHub gives them: their kind beside the message.
/// One without a kind is nothing that GitHub would say, but a value of ours that breaks the types.
fn shape(world: &World, asked: &Asked, mut answer: Value) -> Value {
    for error in answer["errors"].as_array_mut().into_iter().flatten() {
        let text = error["message"].as_str().unwrap_or_default().to_owned();
        match text.strip_prefix("resolver error: ").and_then(|text| text.split_once(KIND_END)) {
            Some((kind, message)) => {
                error["type"] = kind.into();
                error["message"] = message.into();
            }
            None => world.violation(format!("our own answer to query {}: {text} at {}", asked.name, error["path"])),
        }
    }
    if answer["errors"].as_array().is_some_and(Vec::is_empty)
        && let Some(answer) = answer.as_object_mut()
    {
        answer.remove("errors");
    }
    answer
}

/// Which pull request a request is about.
pub(crate) fn subject(asked: &Asked) -> (Option<String>, Option<(String, u64)>) {
    let repository = asked.survey.repository.clone();
    let number = repository.clone().zip(asked.survey.number);
    (repository, number)
}

/// Ends an error's kind inside its message.
const KIND_END: char = '\u{1f}';

fn failure(kind: &str, message: &str) -> FieldError {
    FieldError { message: format!("{kind}{KIND_END}{message}") }
}

/// A value of a field, before the executor takes it apart.
enum Val<'s> {
    Leaf(JsonValue),
    Object(Object<'s>),
    List(Vec<Val<'s>>),
}

type Resolved<'s> = Result<Val<'s>, FieldError>;

impl<'s> Val<'s> {
    const NULL: Self = Val::Leaf(JsonValue::Null);

    fn maybe(object: Option<Object<'s>>) -> Self {
        object.map_or(Self::NULL, Val::Object)
    }

    fn list(objects: impl IntoIterator<Item = Object<'s>>) -> Self {
        Val::List(objects.into_iter().map(Val::Object).collect())
    }

    fn resolved<'a>(self) -> ResolvedValue<'a>
    where
        's: 'a,
    {
        match self {
            Val::Leaf(json) => ResolvedValue::Leaf(json),
            Val::Object(object) => ResolvedValue::object(object),
            Val::List(items) => ResolvedValue::list(items.into_iter().map(Val::resolved)),
        }
    }
}

fn leaf<'s>(value: impl Into<Value>) -> Val<'s> {
    Val::Leaf(JsonValue::from(value.into()))
}

fn stamp<'s>(instant: Timestamp) -> Val<'s> {
    leaf(crate::state::stamp(instant))
}

fn maybe_stamp<'s>(instant: Option<Timestamp>) -> Val<'s> {
    instant.map_or(Val::NULL, stamp)
}

type Resolve<'s> = dyn Fn(&str, &Args<'_>) -> Resolved<'s> + 's;

/// An object of one of GitHub's types, and how its fields are found.
struct Object<'s> {
    cx: Cx<'s>,
    name: &'static str,
    resolve: Box<Resolve<'s>>,
}

impl<'s> Object<'s> {
    fn new(cx: Cx<'s>, name: &'static str, resolve: impl Fn(&str, &Args<'_>) -> Resolved<'s> + 's) -> Self {
        Self { cx, name, resolve: Box::new(resolve) }
    }
}

impl ObjectValue for Object<'_> {
    fn type_name(&self) -> &str {
        self.name
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let field = format!("{}.{}", self.name, info.field_name());
        if self.cx.failing.contains(&field) {
            return Err(failure("INTERNAL", "Something went wrong while executing your query."));
        }
        let args = Args { given: info.arguments(), used: RefCell::default() };
        let value = (self.resolve)(info.field_name(), &args);
        let unbuilt = match &value {
            Err(error) if error.message == UNBUILT => Some(field),
            Ok(_) => args.unused(info).map(|name| format!("{field}({name}:)")),
            Err(_) => None,
        };
        if let Some(what) = unbuilt {
            let error = failure("UNIMPLEMENTED", &format!("the stand-in has not built {what}"));
            self.cx.unbuilt.borrow_mut().insert(what);
            return Err(error);
        }
        value.map(Val::resolved)
    }
}

const UNBUILT: &str = "unbuilt";

/// What a `match` over an object's fields ends with.
fn unbuilt<'s>() -> Resolved<'s> {
    Err(FieldError { message: UNBUILT.into() })
}

/// The arguments of a field. One that is given and that nobody looks at is a violation.
struct Args<'i> {
    given: &'i JsonMap,
    used: RefCell<BTreeSet<String>>,
}

impl<'i> Args<'i> {
    fn get(&self, name: &str) -> Option<&'i JsonValue> {
        self.used.borrow_mut().insert(name.into());
        self.given.get(name).filter(|value| !value.is_null())
    }

    /// Arguments that make no difference here.
    fn skip(&self, names: &[&str]) {
        self.used.borrow_mut().extend(names.iter().map(|it| (*it).to_owned()));
    }

    fn text(&self, name: &str) -> Option<&'i str> {
        self.get(name).and_then(JsonValue::as_str)
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.get(name).and_then(JsonValue::as_u64)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(JsonValue::as_bool)
    }

    fn texts(&self, name: &str) -> Option<Vec<&'i str>> {
        let list = self.get(name)?.as_array()?;
        Some(list.iter().filter_map(JsonValue::as_str).collect())
    }

    /// A field of an argument that is an object.
    fn inside(&self, name: &str, field: &str) -> Option<&'i JsonValue> {
        self.get(name)?.as_object()?.get(field).filter(|value| !value.is_null())
    }

    /// Whether an `orderBy` wants it the other way round.
    fn descending(&self) -> bool {
        self.inside("orderBy", "direction").and_then(JsonValue::as_str) == Some("DESC")
    }

    fn unused(&self, info: &ResolveInfo<'_>) -> Option<String> {
        let used = self.used.borrow();
        let named = |name: &str| {
            let selections = info.field_selections();
            selections.iter().any(|field| field.arguments.iter().any(|it| it.name == name && !it.value.is_null()))
        };
        let given = self.given.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.as_str());
        given.filter(|name| !used.contains(*name) && named(name)).map(str::to_owned).next()
    }
}

/// Fields beside the usual ones.
type More<'s, T> = Box<dyn Fn(&str, &T) -> Option<Val<'s>> + 's>;

/// One page of a list, and how to show what is on it.
struct Connection<'s, T> {
    cx: Cx<'s>,
    name: &'static str,
    items: Vec<T>,
    /// How many there are, if that is more than GitHub lists.
    total: Option<usize>,
    show: Box<dyn Fn(&T) -> Object<'s> + 's>,
    /// Fields of this connection that others do not have.
    extra: More<'s, [T]>,
    /// Fields of its edges beside `node` and `cursor`.
    edge: More<'s, T>,
    edge_name: &'static str,
}

impl<'s, T: 's> Connection<'s, T> {
    fn new(
        cx: Cx<'s>,
        name: &'static str,
        items: impl IntoIterator<Item = T>,
        show: impl Fn(&T) -> Object<'s> + 's,
    ) -> Self {
        Self {
            cx,
            name,
            items: items.into_iter().collect(),
            total: None,
            show: Box::new(show),
            extra: Box::new(|_, _| None),
            edge: Box::new(|_, _| None),
            edge_name: "",
        }
    }

    fn with_extra(mut self, extra: impl Fn(&str, &[T]) -> Option<Val<'s>> + 's) -> Self {
        self.extra = Box::new(extra);
        self
    }

    fn with_edges(mut self, name: &'static str, edge: impl Fn(&str, &T) -> Option<Val<'s>> + 's) -> Self {
        (self.edge_name, self.edge) = (name, Box::new(edge));
        self
    }

    /// Lists no more than the first of them, but counts all.
    fn at_most(mut self, most: usize) -> Self {
        self.total = Some(self.items.len());
        self.items.truncate(most);
        self
    }

    /// Cuts the page that the arguments ask for. GitHub wants to be told how long it may be.
    fn page(self, args: &Args<'_>) -> Resolved<'s> {
        let (first, last) = (args.number("first"), args.number("last"));
        let cursor = |name: &str| {
            let text = args.text(name)?;
            let bytes = STANDARD.decode(text).ok()?;
            String::from_utf8(bytes).ok()?.strip_prefix("cursor:")?.parse::<usize>().ok()
        };
        let total = self.items.len();
        let (mut from, mut to) =
            (cursor("after").map_or(0, |at| at + 1).min(total), cursor("before").unwrap_or(total).min(total));
        match (first, last) {
            (None, None) => {
                let text = format!(
                    "You must provide a `first` or `last` value to properly paginate the `{}` connection.",
                    self.name
                );
                return Err(failure("MISSING_PAGINATION_BOUNDARIES", &text));
            }
            (Some(size), _) | (None, Some(size)) if size > 100 => {
                let text = format!(
                    "Requesting {size} records on the `{}` connection exceeds the `first` limit of 100 records.",
                    self.name
                );
                return Err(failure("EXCESSIVE_PAGINATION", &text));
            }
            (Some(first), _) => to = to.min(from.saturating_add(usize::try_from(first).unwrap_or(0))),
            (None, Some(last)) => from = from.max(to.saturating_sub(usize::try_from(last).unwrap_or(0))),
        }
        let range = from..to.max(from);
        let (cx, name) = (self.cx, self.name);
        let whole = Arc::new(self);
        Ok(Val::Object(Object::new(cx, name, move |field, _| {
            Ok(match field {
                "totalCount" => leaf(whole.total.unwrap_or(whole.items.len())),
                "nodes" => Val::list(whole.items[range.clone()].iter().map(|item| (whole.show)(item))),
                "edges" if !whole.edge_name.is_empty() => Val::list(range.clone().map(|at| Self::edge(&whole, at))),
                "pageInfo" => Val::Object(page_info(cx, range.clone(), whole.items.len())),
                other => return (whole.extra)(other, &whole.items).map_or_else(unbuilt, Ok),
            })
        })))
    }

    fn edge(whole: &Arc<Self>, at: usize) -> Object<'s> {
        let whole = Arc::clone(whole);
        Object::new(whole.cx, whole.edge_name, move |field, _| {
            Ok(match field {
                "cursor" => leaf(cursor(at)),
                "node" => Val::Object((whole.show)(&whole.items[at])),
                other => return (whole.edge)(other, &whole.items[at]).map_or_else(unbuilt, Ok),
            })
        })
    }
}

fn cursor(at: usize) -> String {
    STANDARD.encode(format!("cursor:{at}"))
}

fn page_info<'s>(cx: Cx<'s>, range: std::ops::Range<usize>, total: usize) -> Object<'s> {
    Object::new(cx, "PageInfo", move |field, _| {
        let ends = (!range.is_empty()).then(|| (cursor(range.start), cursor(range.end - 1)));
        Ok(match field {
            "startCursor" => leaf(ends.map(|it| it.0)),
            "endCursor" => leaf(ends.map(|it| it.1)),
            "hasNextPage" => leaf(range.end < total),
            "hasPreviousPage" => leaf(range.start > 0),
            _ => return unbuilt(),
        })
    })
}
