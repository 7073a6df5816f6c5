//! Telling people what happens to a change, on the channels that the settings define.
//!
//! A message is plain text in parts; each channel puts it into its own form and escapes it there, so that nothing of an
//! author's ever pings anybody, makes a link or ends a header. Absent: GitHub, decisions, what is told to whom, and when
//! a message is tried again.

mod cloudevents;
mod email;
mod http;
mod message;
mod run;
mod slack;
mod teams;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

pub use self::message::{Fact, Message};
pub use self::run::{Outbox, run};
use crate::settings::{Channel, Channels as Settings, OpenChannel};

/// The channels, ready to send.
#[derive(Clone)]
pub struct Channels {
    http: http::Http,
    channels: BTreeMap<String, OpenChannel>,
}

impl fmt::Debug for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.channels.keys()).finish()
    }
}

/// What a receiver said when it took a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The answer's status, as `200` or `250`.
    pub status: String,
    /// The message's id as the receiver knows it.
    pub id: String,
}

/// Why a receiver has not taken a message; nothing of its address or secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Failure {
    /// Why: lower case, no full stop.
    pub why: String,
    /// How long the receiver asks to be left alone.
    pub after: Option<Duration>,
    /// Whether the receiver takes nothing at all for now, whichever message it is.
    pub is_down: bool,
}

impl Failure {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), after: None, is_down: false }
    }

    fn down(why: impl Into<String>) -> Self {
        Self { is_down: true, ..Self::new(why) }
    }
}

/// A message on its way: the same id and instant each time it is tried.
#[derive(Debug, Clone, Copy)]
pub struct Sending<'a> {
    /// Its id, by which a receiver tells a second try from a second message.
    pub id: &'a str,
    /// What is said.
    pub message: &'a Message,
    /// Now.
    pub now: Timestamp,
}

impl Channels {
    /// The channels of the settings.
    ///
    /// # Errors
    /// Where nothing can be asked over HTTPS here.
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self { http: http::Http::new()?, channels: settings.0.clone() })
    }

    /// Their names, as `slack:payments`, each with the owners, in lower case, whose repositories may write to it; `None`:
    /// all.
    pub fn owners(&self) -> BTreeMap<String, Option<BTreeSet<String>>> {
        self.channels.iter().map(|(name, channel)| (name.clone(), channel.owners.clone())).collect()
    }

    /// Sends a message once, within half a minute.
    ///
    /// # Errors
    /// Why the receiver has not taken it, or may not have.
    pub async fn send(&self, channel: &str, sending: Sending<'_>) -> Result<Receipt, Failure> {
        let Some(known) = self.channels.get(channel) else {
            return Err(Failure::new(format!("the settings name no channel `{channel}`")));
        };
        let sent = async {
            match &known.channel {
                Channel::SlackWebhook { url } => slack::webhook(&self.http, url, sending).await,
                Channel::SlackBot { url, token, channel } => slack::bot(&self.http, url, token, channel, sending).await,
                Channel::Teams { url } => teams::card(&self.http, url, sending).await,
                Channel::CloudEvents { url, secret } => cloudevents::event(&self.http, url, secret, sending).await,
                Channel::Email(mail) => email::mail(mail, sending).await,
            }
        };
        let timed = tokio::time::timeout(Duration::from_secs(30), sent).await;
        timed.unwrap_or_else(|_| Err(Failure::down("there was no answer within 30 s")))
    }
}
