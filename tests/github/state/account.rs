//! Accounts, organisations and teams.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::repository::Permission;

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub id: u64,
    /// As REST shows it: an App's account ends in `[bot]`.
    pub login: String,
    pub name: Option<String>,
    pub email: String,
    pub kind: AccountKind,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) enum AccountKind {
    User,
    Bot,
    Organisation(Organisation),
}

#[derive(Clone, Debug)]
pub(crate) struct Organisation {
    /// Members, and whether they own it.
    pub members: BTreeMap<u64, bool>,
    /// What every member may do in every repository.
    pub base_permission: Option<Permission>,
}

impl Account {
    pub(crate) fn organisation(&self) -> Option<&Organisation> {
        if let AccountKind::Organisation(it) = &self.kind { Some(it) } else { None }
    }

    /// The login as GraphQL shows it: an App's account without its `[bot]`.
    pub(crate) fn plain_login(&self) -> &str {
        self.login.strip_suffix("[bot]").unwrap_or(&self.login)
    }

    pub(crate) fn kind_name(&self) -> &'static str {
        match self.kind {
            AccountKind::User => "User",
            AccountKind::Bot => "Bot",
            AccountKind::Organisation(_) => "Organization",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Team {
    pub id: u64,
    pub organisation: u64,
    pub slug: String,
    pub name: String,
    pub parent: Option<u64>,
    pub secret: bool,
    /// Its own members, and whether they maintain it.
    pub members: BTreeMap<u64, bool>,
    pub created_at: Timestamp,
}
