//! Reading one setting after the other: what each takes, and what is said where it does not fit.
//!
//! Absent: where settings come from, and what they are for (`settings`).

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::{LogFormat, Secret};
use crate::server::CalendarToken;

/// A calendar's token has no fewer characters: it stands in addresses, and whoever guesses it reads on.
const SHORTEST_TOKEN: usize = 16;

/// A setting that is missing or wrong, and what it wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The environment variable's name; the flag and the key are the same words.
    pub setting: &'static str,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What it wants.
    pub help: &'static str,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What stands in the file alone has no variable and no flag.
        if !self.setting.starts_with("COUNTERSIGN_") {
            return write!(f, "setting `{}` of the file: {}\n  help: {}", self.setting, self.message, self.help);
        }
        let flag = self.setting.trim_start_matches("COUNTERSIGN_").to_lowercase().replace('_', "-");
        write!(f, "setting `{}` (`--{flag}`) {}\n  help: {}", self.setting, self.message, self.help)
    }
}

/// What a reader of one setting says where the text does not fit.
pub(super) type Reading<T> = Result<T, &'static str>;

/// Everything that is wrong, found so far.
pub(super) struct Problems(pub(super) Vec<Problem>);

impl Problems {
    pub(super) fn read<T>(&mut self, setting: &'static str, text: &str, reader: fn(&str) -> Reading<T>) -> Option<T> {
        reader(text.trim()).map_err(|help| self.add(setting, format!("does not take `{text}`"), help)).ok()
    }

    pub(super) fn required<T>(
        &mut self,
        setting: &'static str,
        text: Option<&str>,
        reader: fn(&str) -> Reading<T>,
    ) -> Option<T> {
        match text.map(str::trim) {
            Some(text) if !text.is_empty() => self.read(setting, text, reader),
            _ => {
                let help = reader("").err().unwrap_or("a value");
                self.add(setting, "is missing".to_owned(), help);
                None
            }
        }
    }

    pub(super) fn private_key(&mut self, text: Option<Secret>, file: Option<PathBuf>) -> Option<SecretString> {
        const HELP: &str = "the key that GitHub made for the App, as text (`-----BEGIN RSA PRIVATE KEY-----` and so on), or \
             COUNTERSIGN_GITHUB_APP_PRIVATE_KEY_FILE with the path of the file that GitHub gave you";
        const SETTING: &str = "COUNTERSIGN_GITHUB_APP_PRIVATE_KEY";
        let key = match (text, file) {
            (Some(text), _) => text.0,
            (None, Some(path)) => match std::fs::read_to_string(&path) {
                Ok(text) => SecretString::from(text),
                Err(error) => {
                    let message = format!("names `{}`, which cannot be read: {error}", path.display());
                    self.add("COUNTERSIGN_GITHUB_APP_PRIVATE_KEY_FILE", message, HELP);
                    return None;
                }
            },
            (None, None) => {
                self.add(SETTING, "is missing".to_owned(), HELP);
                return None;
            }
        };
        // A key that came through an environment file often has its line ends written out.
        let key = SecretString::from(key.expose_secret().replace("\\n", "\n"));
        if jsonwebtoken::EncodingKey::from_rsa_pem(key.expose_secret().as_bytes()).is_err() {
            self.add(SETTING, "is no RSA key in PEM".to_owned(), HELP);
            return None;
        }
        Some(key)
    }

    pub(super) fn calendar_tokens(&mut self, written: Option<Secret>) -> Option<Vec<CalendarToken>> {
        let Some(Secret(written)) = written else { return Some(Vec::new()) };
        let token = |entry: &str| {
            let (organisation, token) = entry.split_once('=')?;
            let (organisation, token) = (organisation.trim(), token.trim());
            let is_good = !organisation.is_empty() && token.len() >= SHORTEST_TOKEN;
            is_good.then(|| CalendarToken { organisation: organisation.to_owned(), token: SecretString::from(token) })
        };
        let tokens: Option<Vec<_>> = written.expose_secret().split(',').map(token).collect();
        if tokens.is_none() {
            // The words themselves are secret.
            let help = "`ORGANISATION=TOKEN`, several separated by commas, each token of at least 16 characters";
            self.add("COUNTERSIGN_CALENDAR_TOKENS", "has an entry that is none".to_owned(), help);
        }
        tokens
    }

    pub(super) fn webhook_secrets(&mut self, written: Option<Secret>) -> Option<Vec<SecretString>> {
        let help = "the secret of the App's webhook; several, comma-separated, while one is being rotated";
        let missing = "is missing".to_owned();
        let Some(Secret(written)) = written else {
            self.add("COUNTERSIGN_WEBHOOK_SECRET", missing, help);
            return None;
        };
        let secrets: Vec<_> = written
            .expose_secret()
            .split(',')
            .map(str::trim)
            .filter(|secret| !secret.is_empty())
            .map(SecretString::from)
            .collect();
        if secrets.is_empty() {
            self.add("COUNTERSIGN_WEBHOOK_SECRET", missing, help);
            return None;
        }
        Some(secrets)
    }

    pub(super) fn database(&mut self, written: Option<Secret>) -> Option<SecretString> {
        let url = written.map_or_else(|| SecretString::from("sqlite://countersign.db"), |secret| secret.0);
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if known.iter().any(|scheme| url.expose_secret().starts_with(scheme)) {
            return Some(url);
        }
        let help = "`sqlite://FILE`, created when it is missing, or `postgres://USER@HOST/DATABASE`";
        self.add("COUNTERSIGN_DATABASE_URL", "names a kind of database that is not known".to_owned(), help);
        None
    }

    pub(super) fn add(&mut self, setting: &'static str, message: String, help: &'static str) {
        self.0.push(Problem { setting, message, help });
    }
}

pub(super) fn address(text: &str) -> Reading<SocketAddr> {
    text.parse().map_err(|_| "an address and a port, such as `127.0.0.1:8080` or `[::]:8080`")
}

pub(super) fn url(text: &str) -> Reading<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.contains([' ', '?', '#']) => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err("an address such as `https://api.github.com`"),
    }
}

pub(super) fn app_number(text: &str) -> Reading<u64> {
    text.parse().ok().filter(|number| *number > 0).ok_or("the number shown as App ID on the App's page on GitHub")
}

pub(super) fn workers(text: &str) -> Reading<usize> {
    text.parse().ok().filter(|number| (1..=256).contains(number)).ok_or("a number from 1 to 256")
}

pub(super) fn lease(text: &str) -> Reading<Duration> {
    let help = "a duration from 5s to 1h, such as `60s`";
    let lease = duration(text).map_err(|_| help)?;
    if (Duration::from_secs(5)..=Duration::from_secs(3600)).contains(&lease) { Ok(lease) } else { Err(help) }
}

pub(super) fn duration(text: &str) -> Reading<Duration> {
    let help = "a duration such as `30d`, `12h`, `10m` or `60s`";
    let span: jiff::Span = text.parse().map_err(|_| help)?;
    let length = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| help)?;
    Duration::try_from(length).ok().filter(|length| !length.is_zero()).ok_or(help)
}

pub(super) fn numbers(text: &str) -> Reading<BTreeSet<u64>> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_err(|_| "numbers of installations, such as `1234,5678`"))
        .collect()
}

pub(super) fn log_format(text: &str) -> Reading<LogFormat> {
    match text {
        "human" => Ok(LogFormat::Human),
        "json" => Ok(LogFormat::Json),
        _ => Err("`human` or `json`"),
    }
}

pub(super) fn org_layer(text: &str) -> Reading<bool> {
    match text {
        "optional" => Ok(false),
        "required" => Ok(true),
        _ => Err("`optional` or `required`"),
    }
}
