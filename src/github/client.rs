//! Requests to GitHub as the App and as its installations, or with somebody's token.
//!
//! Deliberately absent: retries (the queue decides when to try again, and a POST
//! that met a 502 may have been carried out), response caches, and models: each
//! caller reads the few fields it needs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use moka::future::Cache;
use reqwest::{Method, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::error::{Error, Result, limit_ends};
use super::meter::{Meter, Metered};
use crate::clock::Clock;
use crate::settings::GitHubAddress;
use crate::telemetry::Telemetry;

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The App at GitHub. Cheap to clone; all clones share connections and tokens.
#[derive(Clone)]
pub struct GitHub(Arc<App>);

struct App {
    http: reqwest::Client,
    address: GitHubAddress,
    identity: Identity,
    clock: Clock,
    telemetry: Telemetry,
    tokens: Cache<u64, Arc<Token>>,
    slug: OnceCell<String>,
    meter: Meter,
}

/// As whom GitHub is asked.
enum Identity {
    /// As the App: its number and its key.
    App { id: u64, key: EncodingKey },
    /// As whoever has that token.
    Person(Arc<Token>),
}

/// An installation's token: how long it lasts and what it reaches.
struct Token {
    secret: SecretString,
    expires_at: Timestamp,
    selected_only: bool,
}

impl GitHub {
    /// The App with that number and key, at that address.
    pub fn new(
        address: GitHubAddress,
        id: u64,
        key_pem: &SecretString,
        clock: Clock,
        telemetry: Telemetry,
    ) -> anyhow::Result<Self> {
        let key = EncodingKey::from_rsa_pem(key_pem.expose_secret().as_bytes())?;
        Self::asking_as(Identity::App { id, key }, address, clock, telemetry)
    }

    /// GitHub as whoever has that token sees it, for commands that only read: it is every installation's.
    pub fn with_token(
        address: GitHubAddress,
        token: SecretString,
        clock: Clock,
        telemetry: Telemetry,
    ) -> anyhow::Result<Self> {
        let token = Token { secret: token, expires_at: Timestamp::MAX, selected_only: false };
        Self::asking_as(Identity::Person(Arc::new(token)), address, clock, telemetry)
    }

    fn asking_as(
        identity: Identity,
        address: GitHubAddress,
        clock: Clock,
        telemetry: Telemetry,
    ) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .timeout(TIMEOUT)
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::limited(3))
            .build()?;
        let tokens = Cache::builder().max_capacity(10_000).build();
        let (slug, meter) = (OnceCell::new(), Meter::default());
        Ok(Self(Arc::new(App { http, address, identity, clock, telemetry, tokens, slug, meter })))
    }

    /// The App's number; 0 where somebody's token asks.
    pub fn app_id(&self) -> u64 {
        match self.0.identity {
            Identity::App { id, .. } => id,
            Identity::Person(_) => 0,
        }
    }

    /// The clock it goes by.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The App's slug: the login under which it comments. Asked once; empty where somebody's token asks.
    pub async fn slug(&self) -> Result<&str> {
        if let Identity::Person(_) = self.0.identity {
            return Ok("");
        }
        #[derive(Deserialize)]
        struct Answer {
            slug: String,
        }
        let slug = self.0.slug.get_or_try_init(|| async {
            let answer: Answer = self.as_app(Method::GET, "/app", None).await?;
            Ok::<_, Error>(answer.slug)
        });
        slug.await.map(String::as_str)
    }

    /// An installation of the App.
    pub fn installation(&self, id: u64) -> Installation {
        Installation { github: self.clone(), id }
    }

    /// The installation that covers a repository; with somebody's token there is but one, numbered 0.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the App is not installed there.
    pub async fn installation_of(&self, owner: &str, name: &str) -> Result<Installation> {
        #[derive(Deserialize)]
        struct Answer {
            id: u64,
        }
        if let Identity::Person(_) = self.0.identity {
            return Ok(self.installation(0));
        }
        let path = format!("/repos/{owner}/{name}/installation");
        let answer: Answer = self.as_app(Method::GET, &path, None).await?;
        Ok(self.installation(answer.id))
    }

    /// So many reads of an installation are paid for, before they are sent.
    pub fn paid(&self, installation: u64, reads: u32) {
        self.0.meter.paid(installation, reads);
    }

    /// What an installation has asked since this was last called.
    pub fn metered(&self, installation: u64) -> Metered {
        self.0.meter.take(installation)
    }

    /// A request as the App itself.
    pub(super) async fn as_app<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T> {
        self.send_as_app(method, path, body).await?.read()
    }

    /// A page of a list as the App itself, and the cursor of the next one.
    pub(super) async fn as_app_page<T: DeserializeOwned>(&self, path: &str) -> Result<(T, Option<String>)> {
        let answer = self.send_as_app(Method::GET, path, None).await?;
        Ok((answer.read()?, answer.next("cursor")))
    }

    async fn send_as_app(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer> {
        let token = self.app_token()?;
        let url = format!("{}{path}", self.0.address.rest);
        self.send(method, &url, path, &token, body).await
    }

    /// A JSON web token of the App: at most ten minutes long, and begun a minute ago because clocks differ (GitHub's
    /// documents, "Generating a JSON Web Token (JWT) for a GitHub App").
    fn app_token(&self) -> Result<SecretString> {
        let Identity::App { id, key } = &self.0.identity else {
            return Err(Error::Unauthorised("somebody's token is no App's".to_owned()));
        };
        let now = self.0.clock.now().as_second();
        let claims = json!({ "iat": now - 60, "exp": now + 540, "iss": id.to_string() });
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, key)
            .map(SecretString::from)
            .map_err(|error| Error::Unauthorised(format!("the App's key cannot sign: {error}")))
    }

    /// The installation's token, fetched once however many ask, and anew five minutes before it ends.
    async fn token(&self, installation: u64) -> Result<Arc<Token>> {
        if let Identity::Person(token) = &self.0.identity {
            return Ok(Arc::clone(token));
        }
        let soon = self.0.clock.now() + SignedDuration::from_mins(5);
        if self.0.tokens.get(&installation).await.is_some_and(|token| token.expires_at <= soon) {
            self.0.tokens.invalidate(&installation).await;
        }
        let fetched = self.0.tokens.try_get_with(installation, self.fetch_token(installation)).await;
        fetched.map_err(|error: Arc<Error>| (*error).clone())
    }

    async fn fetch_token(&self, installation: u64) -> Result<Arc<Token>> {
        #[derive(Deserialize)]
        struct Answer {
            token: String,
            expires_at: Timestamp,
            #[serde(default)]
            repository_selection: String,
        }
        let path = format!("/app/installations/{installation}/access_tokens");
        let answer: Answer = self.as_app(Method::POST, &path, None).await?;
        Ok(Arc::new(Token {
            secret: SecretString::from(answer.token),
            expires_at: answer.expires_at,
            selected_only: answer.repository_selection == "selected",
        }))
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        path: &str,
        token: &SecretString,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let mut request = self
            .0
            .http
            .request(method.clone(), url)
            .bearer_auth(token.expose_secret())
            .header(header::ACCEPT, "application/vnd.github+json")
            .header("X-GitHub-Api-Version", "2022-11-28");
        if let Some(body) = body {
            request = request.json(body);
        }
        let started = Instant::now();
        let outcome = async {
            let response = request.send().await.map_err(|error| outage(&error))?;
            let status = response.status();
            let headers = response.headers().clone();
            let body = response.bytes().await.map_err(|error| outage(&error))?;
            Ok((status, headers, body))
        }
        .await;
        let status = outcome.as_ref().map_or(0, |(status, ..)| status.as_u16());
        self.0.telemetry.github_call(method.as_str(), path, status, started.elapsed());
        let (status, headers, body) = outcome?;
        if !status.is_success() {
            return Err(Error::from_answer(status, &headers, path, &body, self.0.clock.now()));
        }
        Ok(Answer { status, headers, body, path: path.to_owned() })
    }
}

fn outage(error: &reqwest::Error) -> Error {
    // The host alone: the rest of an address may hold what logs should not.
    let host = error.url().and_then(reqwest::Url::host_str).unwrap_or("GitHub");
    let port = error.url().and_then(reqwest::Url::port).map_or(String::new(), |port| format!(":{port}"));
    let kind = if error.is_timeout() {
        "no answer within 20 s from"
    } else if error.is_connect() {
        "no connection to"
    } else {
        "a broken connection to"
    };
    Error::Outage(format!("{kind} `{host}{port}`"))
}

/// A successful answer.
struct Answer {
    status: StatusCode,
    headers: header::HeaderMap,
    body: bytes::Bytes,
    path: String,
}

impl Answer {
    fn read<T: DeserializeOwned>(&self) -> Result<T> {
        let text: &[u8] =
            if self.status == StatusCode::NO_CONTENT || self.body.is_empty() { b"null" } else { &self.body };
        serde_json::from_slice(text).map_err(|error| Error::Odd(format!("`{}`: {error}", self.path)))
    }

    /// Whether GitHub says that there is a further page.
    fn has_next(&self) -> bool {
        self.link().is_some_and(|link| link.contains("rel=\"next\""))
    }

    /// The cursor of the further page that GitHub tells of, by the parameter of its address: nothing else of that counts.
    fn next(&self, parameter: &str) -> Option<String> {
        let next = self.link()?.split(',').find(|link| link.contains("rel=\"next\""))?;
        let (_, query) = next.split_once('<')?.1.split_once('>')?.0.split_once('?')?;
        let cursor = query.split('&').find_map(|pair| pair.strip_prefix(parameter)?.strip_prefix('='))?;
        Some(cursor.to_owned()).filter(|cursor| !cursor.is_empty())
    }

    fn link(&self) -> Option<&str> {
        self.headers.get(header::LINK)?.to_str().ok()
    }
}

/// An installation of the App on an account: its token, its limits.
#[derive(Clone)]
pub struct Installation {
    github: GitHub,
    id: u64,
}

/// What a GraphQL request gave: its data as far as it goes, and what GitHub says is missing from it.
#[derive(Debug)]
pub(super) struct Partial<T> {
    /// The data; fields that erred are null.
    pub(super) data: T,
    /// What erred, with its path in the data.
    pub(super) errors: Vec<FieldError>,
}

/// A field of a GraphQL answer that erred.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct FieldError {
    /// GitHub's word for it, such as `NOT_FOUND`.
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    /// For people.
    #[serde(default)]
    pub(super) message: String,
    /// Where in the data.
    #[serde(default)]
    pub(super) path: Vec<Value>,
}

impl FieldError {
    /// Whether the error concerns this field of the query's root.
    pub(super) fn concerns(&self, root_field: &str) -> bool {
        self.path.first().and_then(Value::as_str) == Some(root_field)
    }

    /// Whether it is one of GitHub's limits, the hour's or a secondary one.
    fn is_limit(&self) -> bool {
        self.kind == "RATE_LIMITED" || self.message.to_ascii_lowercase().contains("rate limit")
    }

    /// Whether GitHub could not do it just now: its own words for a timeout or a fault inside.
    pub(super) fn is_passing(&self) -> bool {
        ["Something went wrong while executing your query", "We couldn't respond to your request in time"]
            .iter()
            .any(|words| self.message.starts_with(words))
    }

    /// Whether the error lies in a field of that name, however deep.
    pub(super) fn is_within(&self, field: &str) -> bool {
        self.path.iter().any(|step| step == field)
    }
}

impl Installation {
    /// GitHub's number for the installation.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The App whose installation it is.
    pub fn github(&self) -> &GitHub {
        &self.github
    }

    /// Whether the installation covers chosen repositories only.
    pub async fn selected_only(&self) -> Result<bool> {
        Ok(self.github.token(self.id).await?.selected_only)
    }

    /// A REST request; the answer read as `T`.
    pub(super) async fn rest<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T> {
        let url = format!("{}{path}", self.github.0.address.rest);
        self.authorised(method, &url, path, body).await?.read()
    }

    /// All pages of a REST list, up to a number of pages; `None` where there are more.
    pub(super) async fn rest_pages<T: DeserializeOwned>(&self, path: &str, most_pages: u32) -> Result<Option<Vec<T>>> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut all = Vec::new();
        for page in 1..=most_pages {
            let url = format!("{}{path}{separator}per_page=100&page={page}", self.github.0.address.rest);
            let answer = self.authorised(Method::GET, &url, path, None).await?;
            all.extend(answer.read::<Vec<T>>()?);
            if !answer.has_next() {
                return Ok(Some(all));
            }
        }
        Ok(None)
    }

    /// The same of a list that goes on after a cursor, and whose path has a query; `None` too where the cursor is not told.
    pub(super) async fn rest_pages_after<T: DeserializeOwned>(
        &self,
        path: &str,
        most_pages: u32,
    ) -> Result<Option<Vec<T>>> {
        let (mut all, mut after) = (Vec::new(), String::new());
        for _ in 0..most_pages {
            let url = format!("{}{path}&per_page=100{after}", self.github.0.address.rest);
            let answer = self.authorised(Method::GET, &url, path, None).await?;
            all.extend(answer.read::<Vec<T>>()?);
            if !answer.has_next() {
                return Ok(Some(all));
            }
            let Some(cursor) = answer.next("after") else { return Ok(None) };
            after = format!("&after={cursor}");
        }
        Ok(None)
    }

    /// A GraphQL request. An answer without data is an error; one with data and errors is partial.
    pub(super) async fn graphql<T: DeserializeOwned>(
        &self,
        query: &str,
        operation: &str,
        variables: Value,
    ) -> Result<Partial<T>> {
        #[derive(Deserialize)]
        struct Body<T> {
            data: Option<T>,
            errors: Option<Vec<FieldError>>,
        }
        let url = self.github.0.address.graphql.clone();
        let path = format!("/graphql {operation}");
        let request = json!({ "query": query, "operationName": operation, "variables": variables });
        let answer = self.authorised(Method::POST, &url, &path, Some(&request)).await?;
        let Body::<T> { data, errors } = answer.read()?;
        let errors = errors.unwrap_or_default();
        if let Some(limited) = errors.iter().find(|error| error.is_limit()) {
            tracing::debug!(message = %limited.message, "GraphQL budget used up");
            let now = self.github.0.clock.now();
            return Err(Error::ReadsLimited(limit_ends(&answer.headers, &limited.message, now)));
        }
        // Without a path it is about the whole request, whatever data came with it.
        if let Some(passing) = errors.iter().find(|error| error.is_passing() && error.path.is_empty()) {
            return Err(Error::Outage(format!("`{path}`: {}", passing.message)));
        }
        let Some(data) = data else {
            let first = errors.first().map_or("no data", |error| error.message.as_str());
            return Err(Error::Odd(format!("`{path}`: {first}")));
        };
        for error in &errors {
            tracing::debug!(operation, kind = %error.kind, message = %error.message, "GitHub left something out");
        }
        Ok(Partial { data, errors })
    }

    /// Sends with the installation's token; one that is refused is renewed once.
    async fn authorised(&self, method: Method, url: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let token = self.github.token(self.id).await?;
        let meter = &self.github.0.meter;
        // A GraphQL query is a POST, and a read all the same: we send no mutation.
        let is_graphql = path.starts_with("/graphql");
        let is_read = method == Method::GET || is_graphql;
        if is_read {
            meter.read(self.id);
        }
        let outcome = match self.github.send(method.clone(), url, path, &token.secret, body).await {
            Err(Error::Unauthorised(_)) => {
                self.github.0.tokens.invalidate(&self.id).await;
                let token = self.github.token(self.id).await?;
                self.github.send(method, url, path, &token.secret, body).await
            }
            outcome => outcome,
        };
        if let Ok(answer) = &outcome {
            meter.answered(self.id, &answer.headers, is_graphql, self.github.0.clock.now());
        }
        outcome.map_err(|error| if is_read { error.of_a_read() } else { error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_outage_names_the_host_and_nothing_else_of_the_address() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let Ok(nobody) = free else { panic!("no port is free") };
        let asked = reqwest::Client::new().get(format!("http://{nobody}/path?secret=hush")).send().await;
        let Err(error) = asked else { panic!("nobody listens there") };
        let said = outage(&error).to_string();
        assert_eq!(said, format!("GitHub could not be reached: no connection to `{nobody}`"));
    }
}
