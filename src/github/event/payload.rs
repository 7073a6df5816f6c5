//! A payload read tolerantly, part by part: what is missing or odd is empty, and no error.

use countersign_domain::account::{Account, AccountKind, Oid};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::signal::{Mark, MovedCheck, RepositoryName, Want};

/// What every event says beside its own part.
pub(super) struct Context<'a> {
    /// The payload's action.
    pub(super) action: &'a str,
    /// Our own App, to know our own check runs and comments.
    pub(super) app_id: u64,
    /// The repository's number; 0 where the payload has none.
    pub(super) repository: u64,
    /// When the door had read it.
    pub(super) received_at: Timestamp,
}

impl Context<'_> {
    /// A mark of every open pull request with that head; `None` where the payload does not name it.
    pub(super) fn head(&self, head: &str, check: Option<MovedCheck>, want: Want, lowers: bool) -> Option<Mark> {
        let known = self.repository > 0 && !head.is_empty();
        known.then(|| Mark::Head { repository: self.repository, head: Oid::new(head), check, want, lowers })
    }
}

/// A payload, or a part of one, read tolerantly.
#[derive(Clone, Copy)]
pub(super) struct Payload<'a>(pub(super) &'a Value);

impl<'a> Payload<'a> {
    pub(super) fn at(self, key: &str) -> Self {
        Self(&self.0[key])
    }

    pub(super) fn text(self, key: &str) -> &'a str {
        self.0[key].as_str().unwrap_or_default()
    }

    pub(super) fn number(self, key: &str) -> u64 {
        self.0[key].as_u64().unwrap_or_default()
    }

    pub(super) fn instant(self, key: &str) -> Option<Timestamp> {
        self.0[key].as_str()?.parse().ok()
    }

    pub(super) fn list(self, key: &str) -> impl Iterator<Item = Payload<'a>> {
        self.0[key].as_array().into_iter().flatten().map(Payload)
    }

    pub(super) fn account(self, key: &str) -> Option<Account> {
        let account = self.at(key);
        let kind = match account.text("type") {
            "User" => AccountKind::User,
            "Bot" => AccountKind::Bot,
            _ => AccountKind::Other,
        };
        let id = account.number("id");
        (id > 0).then(|| Account { id, login: account.text("login").trim_end_matches("[bot]").to_owned(), kind })
    }

    pub(super) fn repository(self) -> Option<RepositoryName> {
        Repository::deserialize(&self.0["repository"]).ok()?.name()
    }
}

/// A repository as webhooks and REST lists give it.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::github) struct Repository {
    #[serde(default)]
    id: u64,
    #[serde(default)]
    name: String,
    owner: Option<crate::github::reads::RestAccount>,
    #[serde(default)]
    default_branch: Option<String>,
}

impl Repository {
    /// What it is called; `None` where the payload does not say enough.
    pub(in crate::github) fn name(&self) -> Option<RepositoryName> {
        let owner = self.owner.as_ref()?.login.clone();
        let name = RepositoryName {
            id: self.id,
            owner,
            name: self.name.clone(),
            default_branch: self.default_branch.clone().unwrap_or_default(),
        };
        (name.id > 0 && !name.owner.is_empty() && !name.name.is_empty()).then_some(name)
    }
}
