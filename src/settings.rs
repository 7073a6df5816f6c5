//! What whoever runs countersign decides: flags, environment, a TOML file, defaults, in that order.
//!
//! Every setting is named in all three the same way: `--listen`, `COUNTERSIGN_LISTEN`,
//! `listen = ".."`. All problems are reported at once, each with what the setting
//! wants. Secrets are kept as such: they reach no log, no error and no `Debug`.

mod access;
mod channels;
mod database;
mod read;

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

pub use self::access::{Access, AppKey, WrittenApp};
use self::channels::WrittenChannels;
pub use self::channels::{Channel, Channels, Email, MailSecurity, OpenChannel};
pub use self::database::{Database, WrittenDatabase};
pub use self::read::Problem;
use self::read::{Problems, address, app_number, duration, lease, log_format, numbers, org_layer, url, workers};
use crate::server::CalendarToken;

/// The settings as they were written, by flag, environment or file; what is not said is `None`.
#[derive(Debug, Default, Clone, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Written {
    /// A TOML file with any of these settings; its keys are the flags' names with `_` for `-`.
    #[arg(long, env = "COUNTERSIGN_SETTINGS", value_name = "FILE")]
    #[serde(skip)]
    pub settings: Option<PathBuf>,

    /// The App ID, shown on the App's page on GitHub. Required.
    #[arg(long, env = "COUNTERSIGN_GITHUB_APP_ID", value_name = "NUMBER", help_heading = APP)]
    #[serde(deserialize_with = "plain")]
    github_app_id: Option<String>,

    /// A file with the private key that GitHub made for the App (PEM). Required, here or as text.
    #[arg(long, env = "COUNTERSIGN_GITHUB_APP_PRIVATE_KEY_FILE", value_name = "FILE", help_heading = APP)]
    github_app_private_key_file: Option<PathBuf>,

    /// The private key itself, in place of its file.
    #[arg(
        long,
        env = "COUNTERSIGN_GITHUB_APP_PRIVATE_KEY",
        value_name = "PEM",
        hide_env_values = true,
        help_heading = APP
    )]
    github_app_private_key: Option<Secret>,

    /// The secret that was given to the App's webhook. Required. While you change it: the old and the new one. Better in
    /// the environment or the file: other users of the machine see flags.
    #[arg(
        long,
        env = "COUNTERSIGN_WEBHOOK_SECRET",
        value_name = "SECRET[,SECRET]",
        hide_env_values = true,
        help_heading = APP
    )]
    webhook_secret: Option<Secret>,

    /// GitHub's REST address; `https://HOST/api/v3` for GitHub Enterprise Server [default: `https://api.github.com`].
    #[arg(long, env = "COUNTERSIGN_GITHUB_API_URL", value_name = "URL", help_heading = APP)]
    github_api_url: Option<String>,

    /// Numbers of the App's installations (each an organisation or account) that are served; what others send is left
    /// alone [default: all].
    #[arg(long, env = "COUNTERSIGN_INSTALLATIONS", value_name = "NUMBER[,NUMBER]", help_heading = APP)]
    #[serde(deserialize_with = "plain")]
    installations: Option<String>,

    /// Address and port to listen on [default: 127.0.0.1:8080].
    #[arg(long, env = "COUNTERSIGN_LISTEN", value_name = "ADDRESS:PORT", help_heading = SERVER)]
    listen: Option<String>,

    /// Where GitHub and people reach this server, for links and for the log [default: the listening address].
    #[arg(long, env = "COUNTERSIGN_PUBLIC_URL", value_name = "URL", help_heading = SERVER)]
    public_url: Option<String>,

    /// Where everything is kept: `sqlite://FILE` for one server, `postgres://…` for several [default: sqlite://countersign.db].
    #[arg(
        long,
        env = "COUNTERSIGN_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        help_heading = SERVER
    )]
    database_url: Option<Secret>,

    /// Who may read the forward schedule of change, `/calendar.ics` and `/calendar.json`: an organisation and a token of
    /// your own making, at least 16 characters; several of one organisation while you change it [default: nobody].
    #[arg(
        long,
        env = "COUNTERSIGN_CALENDAR_TOKENS",
        value_name = "ORGANISATION=TOKEN[,..]",
        hide_env_values = true,
        help_heading = SERVER
    )]
    calendar_tokens: Option<Secret>,

    /// How logs are written: `human` or `json` [default: human].
    #[arg(long, env = "COUNTERSIGN_LOG_FORMAT", value_name = "FORMAT", help_heading = SERVER)]
    log_format: Option<String>,

    /// What is logged: `error`, `warn`, `info`, `debug`, or by part, as `warn,countersign=debug` [default: info].
    #[arg(long, env = "COUNTERSIGN_LOG", value_name = "FILTER", help_heading = SERVER)]
    log: Option<String>,

    /// How many pull requests are looked at at the same time [default: 8].
    #[arg(long, env = "COUNTERSIGN_WORKERS", value_name = "NUMBER", help_heading = WORK)]
    #[serde(deserialize_with = "plain")]
    workers: Option<String>,

    /// After how long without a sign of life a server's pull requests go to the others [default: 30s].
    #[arg(long, env = "COUNTERSIGN_LEASE", value_name = "DURATION", help_heading = WORK)]
    lease: Option<String>,

    /// How often everything open is compared with GitHub, and webhooks that never came are fetched [default: 10m].
    #[arg(long, env = "COUNTERSIGN_SWEEP_EVERY", value_name = "DURATION", help_heading = WORK)]
    sweep_every: Option<String>,

    /// How long the webhooks' payloads are kept; their hashes stay [default: 30d].
    #[arg(long, env = "COUNTERSIGN_PAYLOAD_RETENTION", value_name = "DURATION", help_heading = WORK)]
    payload_retention: Option<String>,

    /// What a check says while the organisation's policy cannot be read, because the App is not installed on the
    /// organisation's repository `.github`: `optional` says so, `required` fails [default: optional].
    #[arg(long, env = "COUNTERSIGN_ORG_LAYER", value_name = "WORD", help_heading = WORK)]
    org_layer: Option<String>,

    /// The channels on which people are told; in the file alone.
    #[arg(skip)]
    channels: WrittenChannels,
}

/// The headings of `--help`.
const APP: &str = "The GitHub App";
const SERVER: &str = "The server";
const WORK: &str = "The work";

/// A value as people write it in TOML: a number without quotes, several as a list.
fn plain<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected text, a number or a list of them")]
    enum Plain {
        Text(String),
        Number(i64),
        Several(Vec<Plain>),
    }
    fn text(value: &Plain) -> String {
        match value {
            Plain::Text(text) => text.clone(),
            Plain::Number(number) => number.to_string(),
            Plain::Several(values) => values.iter().map(text).collect::<Vec<_>>().join(","),
        }
    }
    Plain::deserialize(value).map(|value| Some(text(&value)))
}

/// A written value that is not to be shown.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
struct Secret(SecretString);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// The settings in force, each of them valid.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the door opens.
    pub listen: SocketAddr,
    /// Where people reach it, without a slash at the end.
    pub public_url: String,
    /// Where everything is kept; may hold a password.
    pub database_url: SecretString,
    /// GitHub's addresses.
    pub github: GitHubAddress,
    /// The App's number.
    pub app_id: u64,
    /// The App's private key, PEM.
    pub private_key: SecretString,
    /// The webhook's secrets: any of them may have signed.
    pub webhook_secrets: Vec<SecretString>,
    /// Who may read the forward schedule of which organisation.
    pub calendar_tokens: Vec<CalendarToken>,
    /// How many rows of the queue are worked on at once.
    pub workers: usize,
    /// How long a lease lasts without a heartbeat.
    pub lease: Duration,
    /// How long payloads are kept.
    pub payload_retention: Duration,
    /// How often a sweep runs.
    pub sweep_every: Duration,
    /// The installations that are served; empty for all.
    pub installations: BTreeSet<u64>,
    /// How logs are written.
    pub log_format: LogFormat,
    /// What is logged.
    pub log: String,
    /// Whether an organisation layer that cannot be seen fails the check.
    pub org_layer_required: bool,
    /// The channels on which people are told.
    pub channels: Channels,
}

/// GitHub's addresses, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitHubAddress {
    /// Of the REST API.
    pub rest: String,
    /// Of the GraphQL API.
    pub graphql: String,
}

impl GitHubAddress {
    /// Both addresses from the REST one: `/graphql` beside it, or `/api/graphql` where it ends in `/api/v3`.
    pub fn from_rest(rest: &str) -> Self {
        let rest = rest.trim_end_matches('/').to_owned();
        let graphql =
            rest.strip_suffix("/v3").map_or_else(|| format!("{rest}/graphql"), |api| format!("{api}/graphql"));
        Self { rest, graphql }
    }
}

impl GitHubAddress {
    /// The address of GitHub's pages, for links.
    pub fn pages(&self) -> String {
        match self.rest.strip_suffix("/api/v3") {
            Some(server) => server.to_owned(),
            None => self.rest.replacen("://api.", "://", 1),
        }
    }
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for a terminal.
    Human,
    /// One JSON object a line.
    Json,
}

impl Written {
    /// Adds what the settings file says, below what was said by flag or environment.
    pub fn with_file(self) -> Result<Self, Problem> {
        let Some(path) = self.settings.clone() else { return Ok(self) };
        let problem = |message: String| Problem {
            setting: "COUNTERSIGN_SETTINGS",
            message,
            help: "a TOML file with lines such as `listen = \"127.0.0.1:8080\"`; the names are the flags' with `_` for `-`",
        };
        let text = std::fs::read_to_string(&path)
            .map_err(|error| problem(format!("names `{}`, which cannot be read: {error}", path.display())))?;
        let file: Self = toml::from_str(&text).map_err(|error| {
            problem(format!("names `{}`, which is wrong: {}", path.display(), error.to_string().trim_end()))
        })?;
        Ok(self.over(file))
    }

    /// What is said here, else what is said below.
    fn over(self, below: Self) -> Self {
        Self {
            settings: self.settings.or(below.settings),
            listen: self.listen.or(below.listen),
            public_url: self.public_url.or(below.public_url),
            database_url: self.database_url.or(below.database_url),
            github_api_url: self.github_api_url.or(below.github_api_url),
            github_app_id: self.github_app_id.or(below.github_app_id),
            github_app_private_key: self.github_app_private_key.or(below.github_app_private_key),
            github_app_private_key_file: self.github_app_private_key_file.or(below.github_app_private_key_file),
            webhook_secret: self.webhook_secret.or(below.webhook_secret),
            calendar_tokens: self.calendar_tokens.or(below.calendar_tokens),
            workers: self.workers.or(below.workers),
            lease: self.lease.or(below.lease),
            payload_retention: self.payload_retention.or(below.payload_retention),
            sweep_every: self.sweep_every.or(below.sweep_every),
            installations: self.installations.or(below.installations),
            log_format: self.log_format.or(below.log_format),
            log: self.log.or(below.log),
            org_layer: self.org_layer.or(below.org_layer),
            channels: below.channels,
        }
    }

    /// The settings in force, or every problem at once.
    pub fn settle(self) -> Result<Settings, Vec<Problem>> {
        let mut problems = Problems(Vec::new());
        let private_key = problems.private_key(self.github_app_private_key, self.github_app_private_key_file);
        let listen = problems.read("COUNTERSIGN_LISTEN", self.listen.as_deref().unwrap_or("127.0.0.1:8080"), address);
        let github = problems.read(
            "COUNTERSIGN_GITHUB_API_URL",
            self.github_api_url.as_deref().unwrap_or("https://api.github.com"),
            url,
        );
        let app_id = problems.required("COUNTERSIGN_GITHUB_APP_ID", self.github_app_id.as_deref(), app_number);
        let webhook_secrets = problems.webhook_secrets(self.webhook_secret);
        let calendar_tokens = problems.calendar_tokens(self.calendar_tokens);
        let database_url = problems.database(self.database_url);
        let public_url = self.public_url.as_deref().map(|text| problems.read("COUNTERSIGN_PUBLIC_URL", text, url));
        let workers = problems.read("COUNTERSIGN_WORKERS", self.workers.as_deref().unwrap_or("8"), workers);
        let lease = problems.read("COUNTERSIGN_LEASE", self.lease.as_deref().unwrap_or("30s"), lease);
        let payload_retention = problems.read(
            "COUNTERSIGN_PAYLOAD_RETENTION",
            self.payload_retention.as_deref().unwrap_or("30d"),
            duration,
        );
        let sweep_every =
            problems.read("COUNTERSIGN_SWEEP_EVERY", self.sweep_every.as_deref().unwrap_or("10m"), duration);
        let installations =
            problems.read("COUNTERSIGN_INSTALLATIONS", self.installations.as_deref().unwrap_or(""), numbers);
        let log_format =
            problems.read("COUNTERSIGN_LOG_FORMAT", self.log_format.as_deref().unwrap_or("human"), log_format);
        let org_layer_required =
            problems.read("COUNTERSIGN_ORG_LAYER", self.org_layer.as_deref().unwrap_or("optional"), org_layer);
        let wrong = problems.0.len();
        let channels = self.channels.settle(&mut problems.0);
        let channels = (problems.0.len() == wrong).then_some(channels);
        let settled = || {
            let listen = listen?;
            Some(Settings {
                listen,
                public_url: public_url.unwrap_or_else(|| Some(format!("http://{listen}")))?,
                database_url: database_url?,
                github: GitHubAddress::from_rest(&github?),
                app_id: app_id?,
                private_key: private_key?,
                webhook_secrets: webhook_secrets?,
                calendar_tokens: calendar_tokens?,
                workers: workers?,
                lease: lease?,
                payload_retention: payload_retention?,
                sweep_every: sweep_every?,
                installations: installations?,
                log_format: log_format?,
                log: self.log.unwrap_or_else(|| "info".to_owned()),
                org_layer_required: org_layer_required?,
                channels: channels?,
            })
        };
        settled().ok_or(problems.0)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    fn problems(written: Written) -> Vec<String> {
        written.settle().unwrap_err().iter().map(|problem| format!("{} {}", problem.setting, problem.message)).collect()
    }

    #[test]
    fn every_missing_setting_is_named_at_once() {
        assert_eq!(
            problems(Written::default()),
            [
                "COUNTERSIGN_GITHUB_APP_PRIVATE_KEY is missing",
                "COUNTERSIGN_GITHUB_APP_ID is missing",
                "COUNTERSIGN_WEBHOOK_SECRET is missing",
            ]
        );
    }

    #[test]
    fn wrong_values_are_named_with_what_they_want() {
        let written: Written = toml::from_str(
            "listen = 'everywhere'\nlease = '1s'\nworkers = '0'\ninstallations = '1,x'\nlog_format = 'xml'\n\
             org_layer = 'maybe'\ndatabase_url = 'mysql://x'\npublic_url = 'ftp://x'\ngithub_app_id = '-1'\n\
             github_app_private_key = 'no key'\nwebhook_secret = ' , '\n",
        )
        .unwrap();
        assert_eq!(
            problems(written),
            [
                "COUNTERSIGN_GITHUB_APP_PRIVATE_KEY is no RSA key in PEM",
                "COUNTERSIGN_LISTEN does not take `everywhere`",
                "COUNTERSIGN_GITHUB_APP_ID does not take `-1`",
                "COUNTERSIGN_WEBHOOK_SECRET is missing",
                "COUNTERSIGN_DATABASE_URL names a kind of database that is not known",
                "COUNTERSIGN_PUBLIC_URL does not take `ftp://x`",
                "COUNTERSIGN_WORKERS does not take `0`",
                "COUNTERSIGN_LEASE does not take `1s`",
                "COUNTERSIGN_INSTALLATIONS does not take `1,x`",
                "COUNTERSIGN_LOG_FORMAT does not take `xml`",
                "COUNTERSIGN_ORG_LAYER does not take `maybe`",
            ]
        );
    }

    #[test]
    fn numbers_and_lists_are_taken_as_they_are_written_in_toml() {
        let check = |text: &str, read: fn(Written) -> Option<String>, expected: &str| {
            assert_eq!(read(toml::from_str(text).unwrap()).as_deref(), Some(expected), "{text}");
        };
        check("workers = 4", |written| written.workers, "4");
        check("github_app_id = 12345", |written| written.github_app_id, "12345");
        check("github_app_id = '12345'", |written| written.github_app_id, "12345");
        check("installations = [1, 2]", |written| written.installations, "1,2");
    }

    #[test]
    fn a_problem_names_the_variable_and_the_flag() {
        let problem = Written::default().settle().unwrap_err().pop().unwrap();
        assert!(
            problem.to_string().starts_with("setting `COUNTERSIGN_WEBHOOK_SECRET` (`--webhook-secret`) is missing")
        );
    }

    #[test]
    fn an_unknown_key_of_the_file_is_an_error() {
        assert!(toml::from_str::<Written>("listens = '127.0.0.1:1'").is_err());
    }

    #[test]
    fn the_graphql_address_follows_the_rest_one() {
        let check = |rest: &str, graphql: &str| assert_eq!(GitHubAddress::from_rest(rest).graphql, graphql);
        check("https://api.github.com", "https://api.github.com/graphql");
        check("https://api.github.com/", "https://api.github.com/graphql");
        check("https://git.example.org/api/v3", "https://git.example.org/api/graphql");
    }

    #[test]
    fn secrets_are_not_shown() {
        let written: Written =
            toml::from_str("webhook_secret = 'hush'\ndatabase_url = 'postgres://u:hush@h/d'").unwrap();
        assert!(!format!("{written:?}").contains("hush"));
    }
}
