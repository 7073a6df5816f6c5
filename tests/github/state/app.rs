//! Apps, their installations, tokens and deliveries.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

#[derive(Clone, Debug)]
pub(crate) struct App {
    pub id: u64,
    pub slug: String,
    pub name: String,
    /// The account that acts for it.
    pub bot: u64,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct Installation {
    pub id: u64,
    pub account: u64,
    /// All repositories of the account, or these.
    pub selected: Option<BTreeSet<u64>>,
    pub suspended_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Installation {
    /// Whether a repository of its account belongs to it.
    pub(crate) fn covers(&self, repository: u64) -> bool {
        self.suspended_at.is_none() && self.selected.as_ref().is_none_or(|it| it.contains(&repository))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub installation: u64,
    pub expires_at: Timestamp,
    /// Fewer repositories than the installation has, if it was asked for.
    pub repositories: Option<BTreeSet<u64>>,
}

/// One attempt to hand an event to the App.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub id: u64,
    pub guid: String,
    pub event: String,
    pub action: Option<String>,
    pub installation: Option<u64>,
    pub repository: Option<u64>,
    pub at: Timestamp,
    pub redelivery: bool,
    pub seconds: f64,
    /// What the App answered; nothing while it is under way, 0 if nobody answered.
    pub status: Option<u16>,
    pub request_headers: BTreeMap<String, String>,
    /// The body as it was signed.
    pub payload: String,
    pub response: String,
}

impl Delivery {
    pub(crate) fn failed(&self) -> bool {
        self.status.is_some_and(|status| !(200..300).contains(&status))
    }

    pub(crate) fn outcome(&self) -> &'static str {
        match self.status {
            None => "pending",
            Some(0) => "failed to connect to host",
            Some(200..300) => "OK",
            Some(_) => "Invalid HTTP Response",
        }
    }
}
