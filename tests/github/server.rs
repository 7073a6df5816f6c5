//! The HTTP server: what every request goes through, whatever it asks for.
//!
//! In order: is GitHub up, who is asking, may they ask this often, does the request keep the
//! contract; then it is carried out, and logged with how it went.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, Response};
use serde_json::{Value, json};

use crate::auth;
use crate::contract::{self, REST};
use crate::graphql;
use crate::limits::{Refused, Resource};
use crate::log::Entry;
use crate::rest::{self, Handler};
use crate::state::State;
use crate::world::World;

/// Bodies beyond this are nobody's.
const BODY_LIMIT: usize = 32 << 20;

pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new().fallback(serve).with_state(world)
}

/// Who is asking.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    App,
    Installation { id: u64, repositories: Option<std::collections::BTreeSet<u64>> },
}

/// A request that has been understood.
#[derive(Debug)]
pub(crate) struct Call {
    /// The operation, as the contract names it.
    pub operation: String,
    pub path: BTreeMap<String, String>,
    pub query: BTreeMap<String, String>,
    pub body: Value,
    pub caller: Caller,
    /// Scheme, host, root and path as they were asked for, for links to further pages.
    pub address: String,
    pub accept: String,
}

/// An answer before it is put on the wire.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub body: Value,
    pub headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self { status, body, headers: Vec::new() }
    }

    /// An error as GitHub words it.
    pub(crate) fn error(status: u16, message: &str) -> Self {
        let url = "https://docs.github.com/rest";
        Self::new(status, json!({ "message": message, "documentation_url": url, "status": status.to_string() }))
    }
}

/// What is known of a request while it is being answered, for the log.
struct Trace {
    start: Instant,
    at: jiff::Timestamp,
    method: String,
    path: String,
    enterprise: bool,
    operation: String,
    write: bool,
    body: Value,
    subject: Option<(String, u64)>,
    repository: Option<String>,
    points: u64,
    token: Option<String>,
}

async fn serve(Shared(world): Shared<Arc<World>>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let whole = head.uri.path();
    let graphql = matches!(whole, "/graphql" | "/api/graphql");
    let root = if whole.starts_with("/api/v3/") || whole == "/api/v3" { "/api/v3" } else { "" };
    let path = &whole[root.len()..];
    let mut trace = Trace {
        start: Instant::now(),
        at: world.clock.now(),
        method: head.method.to_string(),
        path: path.to_owned(),
        enterprise: whole.starts_with("/api/"),
        operation: format!("{} {path}", head.method),
        write: false,
        body: Value::Null,
        subject: None,
        repository: None,
        points: 0,
        token: bearer(&head.headers).filter(|token| !token.contains('.')).map(str::to_owned),
    };
    let bytes = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
    let query = head.uri.query().unwrap_or_default();
    let address = format!("{}{whole}", world.live().url);
    let answer = if graphql {
        answer_graphql(&world, &head.headers, &bytes, &mut trace).await
    } else {
        let asked = Asked { path, query, headers: &head.headers, bytes: &bytes, address };
        answer_rest(&world, asked, &mut trace).await
    };
    record(&world, trace, answer.status);
    respond(answer)
}

/// A REST request as it came in.
struct Asked<'a> {
    path: &'a str,
    query: &'a str,
    headers: &'a HeaderMap,
    bytes: &'a [u8],
    address: String,
}

async fn answer_rest(world: &World, asked: Asked<'_>, trace: &mut Trace) -> Answer {
    let Some(found) = REST.find(&trace.method, asked.path) else {
        world.violation(format!("{}: no operation that the bot was to use", trace.operation));
        return Answer::error(404, "Not Found");
    };
    let (index, operation, path) = (found.0, found.1, found.2.clone());
    trace.operation.clone_from(&operation.key);
    let token = operation.key.ends_with("/access_tokens");
    trace.write = trace.method != "GET" && !token && !operation.key.contains("/app/");
    if let Some(answer) = struck(world, trace, false).await {
        return answer;
    }
    let query: BTreeMap<String, String> = pairs(asked.query).collect();
    let body = if asked.bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(asked.bytes) };
    let Ok(body) = body else {
        world.violation(format!("{}: the body is no JSON", operation.key));
        return Answer::error(400, "Problems parsing JSON");
    };
    // An empty object says no more than no body at all.
    let said = if body == json!({}) && operation.key.ends_with("/access_tokens") { &Value::Null } else { &body };
    for problem in REST.judge_request(&found, &query, said) {
        world.violation(format!("{}: {problem}", operation.key));
    }
    if trace.write {
        trace.body = body.clone();
    }
    let caller = match identify(world, asked.headers, operation.key.contains(" /app")) {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    let accept = asked.headers.get("accept").and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
    let call = Call { operation: operation.key.clone(), path, query, body, caller, address: asked.address, accept };
    let state = world.live();
    (trace.repository, trace.subject) = rest::subject(&state, &call);
    drop(state);
    let mut answer = match enter(world, &call.caller, Resource::Core, trace.write) {
        Err(answer) => return answer,
        Ok(()) => carry_out(world, &call),
    };
    trace.points = 1;
    leave(world, &call.caller, Resource::Core, 1, &mut answer);
    if world.judge_answers && call.accept != rest::RAW {
        for problem in REST.judge_answer(index, answer.status, &answer.body) {
            world.violation(format!("our own answer to {}: {problem}", operation.key));
        }
    }
    struck(world, trace, true).await.unwrap_or(answer)
}

fn carry_out(world: &World, call: &Call) -> Answer {
    if let Some(instead) = rest::hidden(world, call) {
        return instead;
    }
    let result = match rest::handler(&call.operation) {
        Some(Handler::Read(read)) => read(&world.seen(), call),
        Some(Handler::Write(write)) => world.turn(|turn| write(turn, call)),
        Some(Handler::Limits) => Ok(rest::app::rate_limit(world, call)),
        None => {
            world.violation(format!("{}: not built yet", call.operation));
            Err(Answer::error(501, "Not Implemented"))
        }
    };
    result.unwrap_or_else(|refusal| refusal)
}

async fn answer_graphql(world: &World, headers: &HeaderMap, bytes: &[u8], trace: &mut Trace) -> Answer {
    let Ok(request) = serde_json::from_slice::<Value>(bytes) else {
        world.violation("GraphQL: the body is no JSON".into());
        return Answer::error(400, "Problems parsing JSON");
    };
    let asked = graphql::Asked::parse(&request);
    trace.operation = format!("query {}", asked.name);
    trace.body = request["variables"].clone();
    (trace.repository, trace.subject) = graphql::subject(&asked);
    if let Some(answer) = struck(world, trace, false).await {
        return answer;
    }
    let caller = match identify(world, headers, false) {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    if let Err(answer) = enter(world, &caller, Resource::GraphQl, false) {
        return answer;
    }
    let errors = world.lock().wrong.errs(&trace.operation);
    if let Some(errors) = errors {
        return Answer::new(200, errors);
    }
    let (body, cost) = graphql::execute(world, &caller, &asked);
    let mut answer = match body {
        Some(body) => Answer::new(200, body),
        None => Answer::error(502, "Server Error"),
    };
    trace.points = cost;
    leave(world, &caller, Resource::GraphQl, cost, &mut answer);
    struck(world, trace, true).await.unwrap_or(answer)
}

/// The answer of a GitHub that has something wrong with it, if it has.
async fn struck(world: &World, trace: &Trace, afterwards: bool) -> Option<Answer> {
    let (status, latency) = {
        let mut inside = world.lock();
        (inside.wrong.strikes(&trace.operation, trace.write, afterwards), inside.wrong.latency)
    };
    if !afterwards {
        tokio::time::sleep(latency).await;
    }
    let hangs = world.lock().wrong.hangs(&trace.operation, trace.write, afterwards);
    if let Some(mut answered) = hangs {
        // Where the switches are gone there is nobody left to wait for.
        let _ = answered.changed().await;
    }
    if !afterwards {
        let meanwhile = world.lock().wrong.meanwhile(&trace.operation, trace.write);
        if let Some(act) = meanwhile {
            act();
        }
    }
    status.map(|status| Answer::error(status, "Server Error"))
}

/// Finds out who is asking. Only the App's own operations take the App's own token.
fn identify(world: &World, headers: &HeaderMap, for_app: bool) -> Result<Caller, Answer> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header("user-agent").is_empty() {
        world.violation("a request without a User-Agent, which GitHub refuses".into());
        return Err(Answer::error(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
        ));
    }
    let (scheme, token) = header("authorization").split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") && !scheme.eq_ignore_ascii_case("token") {
        world.violation("a request without an Authorization".into());
        return Err(Answer::error(401, "Requires authentication"));
    }
    let (state, now) = (world.live(), world.clock.now());
    if token.contains('.') {
        return match auth::check_app_token(token, state.app, now) {
            Ok(()) => Ok(Caller::App),
            Err(message) => Err(Answer::error(401, message)),
        };
    }
    if for_app {
        return Err(Answer::error(401, "A JSON web token could not be decoded"));
    }
    match state.tokens.get(token).filter(|token| token.expires_at > now) {
        Some(found) => Ok(Caller::Installation { id: found.installation, repositories: found.repositories.clone() }),
        None => Err(Answer::error(401, "Bad credentials")),
    }
}

impl Caller {
    /// The installation that a limit is counted for.
    fn account(&self) -> Option<u64> {
        if let Self::Installation { id, .. } = self { Some(*id) } else { None }
    }

    /// Whether a token of this caller reaches a repository.
    pub(crate) fn reaches(&self, state: &State, repository: u64) -> bool {
        let Self::Installation { id, repositories } = self else { return false };
        let Some(installation) = state.installations.get(id) else { return false };
        let home = state.repositories.get(&repository).is_some_and(|it| it.owner == installation.account);
        home && installation.covers(repository) && repositories.as_ref().is_none_or(|it| it.contains(&repository))
    }
}

fn enter(world: &World, caller: &Caller, resource: Resource, write: bool) -> Result<(), Answer> {
    let Some(account) = caller.account() else { return Ok(()) };
    let now = world.clock.now();
    let mut inside = world.lock();
    let refused = inside.limits.enter(account, resource, write, now).err();
    let shown = inside.limits.shown(account, resource, now);
    drop(inside);
    let mut answer = match refused {
        None => return Ok(()),
        Some(Refused::Primary) if resource == Resource::GraphQl => {
            let message = format!("API rate limit already exceeded for installation ID {account}.");
            Answer::new(200, json!({ "errors": [{ "type": "RATE_LIMITED", "message": message }] }))
        }
        Some(Refused::Primary) => {
            Answer::error(403, &format!("API rate limit exceeded for installation ID {account}."))
        }
        Some(Refused::Secondary(seconds)) => {
            let text = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
            let mut answer = Answer::error(403, text);
            answer.headers.push(("retry-after", seconds.to_string()));
            answer
        }
    };
    limit_headers(&shown, resource, &mut answer);
    Err(answer)
}

fn leave(world: &World, caller: &Caller, resource: Resource, cost: u64, answer: &mut Answer) {
    if let Some(account) = caller.account() {
        let shown = world.lock().limits.done(account, resource, cost, world.clock.now());
        limit_headers(&shown, resource, answer);
    }
}

fn limit_headers(shown: &crate::limits::Shown, resource: Resource, answer: &mut Answer) {
    answer.headers.extend([
        ("x-ratelimit-limit", shown.limit.to_string()),
        ("x-ratelimit-remaining", shown.remaining().to_string()),
        ("x-ratelimit-used", shown.used.to_string()),
        ("x-ratelimit-reset", shown.reset.as_second().to_string()),
        ("x-ratelimit-resource", resource.name().to_owned()),
    ]);
}

fn record(world: &World, trace: Trace, status: u16) {
    let (repository, pull_request) = match trace.subject {
        Some((repository, number)) => (Some(repository), Some(number)),
        None => (trace.repository, None),
    };
    world.lock().log.push(Entry {
        start: trace.start,
        end: Instant::now(),
        at: trace.at,
        method: trace.method,
        path: trace.path,
        enterprise: trace.enterprise,
        operation: trace.operation,
        repository,
        pull_request,
        write: trace.write,
        status,
        body: trace.body,
        points: trace.points,
        token: trace.token,
    });
}

/// The token that a request came with.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get("authorization")?.to_str().ok()?.split_once(' ').map(|(_, token)| token)
}

fn respond(answer: Answer) -> Response<Body> {
    let mut response =
        Response::builder().status(answer.status).header("content-type", "application/json; charset=utf-8");
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    let body = match &answer.body {
        Value::Null => Body::empty(),
        Value::String(raw) => Body::from(raw.clone()),
        body => Body::from(body.to_string()),
    };
    response.body(body).expect("a response of plain parts")
}

fn pairs(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    query.split('&').filter(|it| !it.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (contract::decode(name), contract::decode(&value.replace('+', " ")))
    })
}
