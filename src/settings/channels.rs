//! The channels on which people are told: `[channels.KIND.NAME]` of the settings file. Policies name each as `KIND:NAME`.
//!
//! There are no flags for them. A secret is named by its file or its environment variable and never written here, and
//! the address of a webhook is one: whoever knows it may write there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::Problem;

/// The channels as they were written.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenChannels {
    slack: BTreeMap<String, WrittenSlack>,
    teams: BTreeMap<String, WrittenTeams>,
    cloudevents: BTreeMap<String, WrittenCloudEvents>,
    email: BTreeMap<String, WrittenEmail>,
}

/// Where a secret stands.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum SecretIn {
    File(PathBuf),
    Env(String),
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenSlack {
    webhook_url: Option<SecretIn>,
    token: Option<SecretIn>,
    channel: Option<String>,
    api_url: Option<String>,
    insecure: bool,
    organisations: Option<Vec<String>>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenTeams {
    webhook_url: Option<SecretIn>,
    insecure: bool,
    organisations: Option<Vec<String>>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenCloudEvents {
    url: Option<String>,
    secret: Option<SecretIn>,
    insecure: bool,
    organisations: Option<Vec<String>>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenEmail {
    server: Option<String>,
    security: Option<String>,
    user: Option<String>,
    password: Option<SecretIn>,
    from: Option<String>,
    to: Vec<String>,
    insecure: bool,
    organisations: Option<Vec<String>>,
}

/// The channels in force, by the names that policies give them: `slack:payments`.
#[derive(Debug, Clone, Default)]
pub struct Channels(pub BTreeMap<String, OpenChannel>);

/// A channel, and who may write to it.
#[derive(Debug, Clone)]
pub struct OpenChannel {
    /// The channel.
    pub channel: Channel,
    /// The owners, in lower case, whose repositories may write to it; `None`: all.
    pub owners: Option<BTreeSet<String>>,
}

/// A channel.
#[derive(Debug, Clone)]
pub enum Channel {
    /// An incoming webhook of Slack's.
    SlackWebhook {
        /// Its address.
        url: SecretString,
    },
    /// A bot that writes to a channel of Slack's.
    SlackBot {
        /// The address of `chat.postMessage`.
        url: SecretString,
        /// The bot's token.
        token: SecretString,
        /// The channel, by its id or name.
        channel: String,
    },
    /// The webhook of a workflow of Microsoft Teams'.
    Teams {
        /// Its address.
        url: SecretString,
    },
    /// Whoever takes signed CloudEvents.
    CloudEvents {
        /// The address.
        url: SecretString,
        /// What the events are signed with: `whsec_` and base64, or any text.
        secret: SecretString,
    },
    /// A mail server.
    Email(Email),
}

/// E-mail to a list of people.
#[derive(Debug, Clone)]
pub struct Email {
    /// The mail server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is secured.
    pub security: MailSecurity,
    /// User and password, where it wants them.
    pub login: Option<(String, SecretString)>,
    /// The sender.
    pub from: String,
    /// The receivers.
    pub to: Vec<String>,
}

/// How the way to a mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// By `STARTTLS`, without which nothing is sent.
    StartTls,
    /// By TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

/// What is wrong with a channel, and what it wants.
type Wrong = (String, &'static str);

const SLACK: &str = "`webhook_url = { file = \"PATH\" }`, or `token = { env = \"NAME\" }` and `channel = \"C0123456\"`";
const TEAMS: &str = "`webhook_url = { file = \"PATH\" }`, the address of the workflow's webhook";
const EVENTS: &str = "`url = \"https://…\"` and `secret = { file = \"PATH\" }`";
const EMAIL: &str = "`server = \"mail.example.org:587\"`, `from = \"ADDRESS\"`, `to = [\"ADDRESS\"]`; `security` is `starttls` (where it is left out), `tls` or `none`";
const ORGANISATIONS: &str = "`organisations = [\"acme\"]`; left out, every policy may name the channel";
const HTTPS: &str =
    "an address that begins with `https://`; `insecure = true` lets another host than this machine do without";

impl WrittenChannels {
    /// The channels in force; what is wrong is added to the problems, all of it.
    pub(super) fn settle(self, problems: &mut Vec<Problem>) -> Channels {
        let mut channels = BTreeMap::new();
        let mut keep =
            |kind: &str, name: &str, organisations: Option<Vec<String>>, settled: Result<Channel, Wrong>| match settled
                .and_then(|channel| Ok(OpenChannel { channel, owners: owners(organisations)? }))
            {
                Ok(channel) => {
                    channels.insert(format!("{kind}:{name}"), channel);
                }
                Err((what, help)) => {
                    problems.push(Problem { setting: "channels", message: format!("`{kind}.{name}`: {what}"), help });
                }
            };
        for (name, mut written) in self.slack {
            keep("slack", &name, written.organisations.take(), slack(written));
        }
        for (name, written) in self.teams {
            let url = address(written.webhook_url.as_ref(), written.insecure, TEAMS);
            keep("teams", &name, written.organisations, url.map(|url| Channel::Teams { url }));
        }
        for (name, mut written) in self.cloudevents {
            keep("cloudevents", &name, written.organisations.take(), cloud_events(written));
        }
        for (name, mut written) in self.email {
            keep("email", &name, written.organisations.take(), email(written).map(Channel::Email));
        }
        Channels(channels)
    }
}

/// Who may write to a channel: of nobody it is a mistake.
fn owners(written: Option<Vec<String>>) -> Result<Option<BTreeSet<String>>, Wrong> {
    match written {
        Some(owners) if owners.is_empty() => Err(("is for no organisation".to_owned(), ORGANISATIONS)),
        owners => Ok(owners.map(|owners| owners.iter().map(|owner| owner.to_lowercase()).collect())),
    }
}

fn slack(written: WrittenSlack) -> Result<Channel, Wrong> {
    match (&written.webhook_url, &written.token, written.channel) {
        (Some(_), None, None) => {
            Ok(Channel::SlackWebhook { url: address(written.webhook_url.as_ref(), written.insecure, SLACK)? })
        }
        (None, Some(token), Some(channel)) => {
            let url = written.api_url.unwrap_or_else(|| "https://slack.com/api/chat.postMessage".to_owned());
            Ok(Channel::SlackBot { url: checked(url, written.insecure)?, token: secret(token)?, channel })
        }
        _ => Err(("wants a webhook, or a token and a channel".to_owned(), SLACK)),
    }
}

fn cloud_events(written: WrittenCloudEvents) -> Result<Channel, Wrong> {
    match (written.url, &written.secret) {
        (Some(url), Some(key)) => {
            Ok(Channel::CloudEvents { url: checked(url, written.insecure)?, secret: secret(key)? })
        }
        _ => Err(("wants an address and a secret".to_owned(), EVENTS)),
    }
}

fn email(written: WrittenEmail) -> Result<Email, Wrong> {
    let wrong = |what: &str| (what.to_owned(), EMAIL);
    let security = match written.security.as_deref() {
        None | Some("starttls") => MailSecurity::StartTls,
        Some("tls") => MailSecurity::Tls,
        Some("none") => MailSecurity::None,
        Some(_) => return Err(wrong("does not know that `security`")),
    };
    let server = written.server.ok_or_else(|| wrong("wants a server"))?;
    let (host, port) = server
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host.trim_matches(['[', ']']).to_owned(), port.parse().ok()?)))
        .ok_or_else(|| wrong("wants a server with its port"))?;
    if security == MailSecurity::None && !written.insecure && !is_loopback(&host) {
        return Err((
            "sends nothing in the open".to_owned(),
            "`security = \"starttls\"` or `\"tls\"`; `insecure = true` sends all the same",
        ));
    }
    let login = match (written.user, &written.password) {
        (Some(user), Some(password)) => Some((user, secret(password)?)),
        (None, None) => None,
        _ => return Err(wrong("wants both `user` and `password`, or neither")),
    };
    let is_address = |text: &String| text.parse::<lettre::message::Mailbox>().is_ok();
    let from = written.from.filter(is_address).ok_or_else(|| wrong("wants an address in `from`"))?;
    if written.to.is_empty() || !written.to.iter().all(is_address) {
        return Err(wrong("wants addresses in `to`"));
    }
    Ok(Email { host, port, security, login, from, to: written.to })
}

/// A secret from where it stands, without the white space around it.
fn secret(place: &SecretIn) -> Result<SecretString, Wrong> {
    let (text, from) = match place {
        SecretIn::File(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| error.to_string());
            (text, format!("the file `{}`", path.display()))
        }
        SecretIn::Env(name) => {
            let text = std::env::var(name).map_err(|_| "it is not set, or no text".to_owned());
            (text, format!("the variable `{name}`"))
        }
    };
    let help = "`{ file = \"PATH\" }` or `{ env = \"NAME\" }`";
    let text = text.map_err(|why| (format!("cannot read {from}: {why}"), help))?;
    match text.trim() {
        "" => Err((format!("finds nothing in {from}"), help)),
        text => Ok(SecretString::from(text)),
    }
}

fn address(place: Option<&SecretIn>, insecure: bool, help: &'static str) -> Result<SecretString, Wrong> {
    let place = place.ok_or_else(|| ("wants an address".to_owned(), help))?;
    checked(secret(place)?.expose_secret().to_owned(), insecure)
}

/// An address that may be written to: encrypted, or on this very machine.
fn checked(url: String, insecure: bool) -> Result<SecretString, Wrong> {
    let parsed = reqwest::Url::parse(&url).map_err(|_| ("has an address that is none".to_owned(), HTTPS))?;
    let allowed = match parsed.scheme() {
        "https" => true,
        "http" => insecure || parsed.host_str().is_some_and(is_loopback),
        _ => false,
    };
    if allowed { Ok(SecretString::from(url)) } else { Err(("has an address that is not encrypted".to_owned(), HTTPS)) }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    fn settled(text: &str) -> (Vec<String>, Vec<String>) {
        let written: WrittenChannels = toml::from_str(text).unwrap();
        let mut problems = Vec::new();
        let channels = written.settle(&mut problems);
        let names = channels.0.into_keys().collect();
        (names, problems.into_iter().map(|problem| problem.message).collect())
    }

    #[test]
    fn each_kind_of_channel_is_read_with_its_secrets_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, " https://hooks.example.org/T/1\n").unwrap();
        let file = format!("{{ file = '{}' }}", file.display());
        let text = format!(
            "[slack.payments]\nwebhook_url = {file}\n[slack.ops]\ntoken = {file}\nchannel = 'C1'\n\
             [teams.support]\nwebhook_url = {file}\n[cloudevents.itsm]\nurl = 'http://127.0.0.1:9/x'\nsecret = {file}\n\
             [email.support]\nserver = 'mail.example.org:587'\nfrom = 'countersign@example.org'\n\
             to = ['Support <support@example.org>']\n"
        );
        let names = ["cloudevents:itsm", "email:support", "slack:ops", "slack:payments", "teams:support"];
        assert_eq!(settled(&text), (names.map(str::to_owned).to_vec(), Vec::new()));
        let mut problems = Vec::new();
        let channels = toml::from_str::<WrittenChannels>(&text).unwrap().settle(&mut problems);
        assert!(!format!("{channels:?}").contains("hooks.example.org"), "an address is a secret");
    }

    #[test]
    fn every_wrong_channel_is_named_with_what_is_wrong() {
        let check = |text: &str, expected: &str| {
            assert_eq!(settled(text), (Vec::new(), vec![expected.to_owned()]), "{text}");
        };
        check("[slack.a]", "`slack.a`: wants a webhook, or a token and a channel");
        check(
            "[slack.a]\nwebhook_url = { file = '/nowhere' }",
            "`slack.a`: cannot read the file `/nowhere`: No such file or directory (os error 2)",
        );
        check(
            "[teams.a]\nwebhook_url = { env = 'COUNTERSIGN_NO_SUCH' }",
            "`teams.a`: cannot read the variable `COUNTERSIGN_NO_SUCH`: it is not set, or no text",
        );
        check("[cloudevents.a]\nurl = 'https://x'", "`cloudevents.a`: wants an address and a secret");
        let secret = "secret = { file = '/etc/hostname' }";
        check(
            &format!("[cloudevents.a]\nurl = 'http://example.org'\n{secret}"),
            "`cloudevents.a`: has an address that is not encrypted",
        );
        check(
            &format!("[cloudevents.a]\nurl = 'file:///etc/passwd'\ninsecure = true\n{secret}"),
            "`cloudevents.a`: has an address that is not encrypted",
        );
        let mail = "server = 'mail.example.org:25'\nfrom = 'a@example.org'\nto = ['b@example.org']";
        check(&format!("[email.a]\n{mail}\nsecurity = 'none'"), "`email.a`: sends nothing in the open");
        check(&format!("[email.a]\n{mail}\norganisations = []"), "`email.a`: is for no organisation");
        check(&format!("[email.a]\n{mail}\nuser = 'a'"), "`email.a`: wants both `user` and `password`, or neither");
        check(
            "[email.a]\nserver = 'mail.example.org:25'\nfrom = 'a@example.org'",
            "`email.a`: wants addresses in `to`",
        );
        assert!(toml::from_str::<WrittenChannels>("[slack.a]\ntoken = 'xoxb-1'").is_err(), "no secret in the file");
    }
}
