//! Accounts.

use countersign_domain::account;
use serde::{Deserialize, Serialize};

use super::names::AccountKind;

/// An account. Sets of them are sorted by number, login, kind.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    id: u64,
    login: String,
    kind: AccountKind,
}

impl From<&account::Account> for Account {
    fn from(account: &account::Account) -> Self {
        let account::Account { id, login, kind } = account;
        Self { id: *id, login: login.clone(), kind: (*kind).into() }
    }
}

impl From<Account> for account::Account {
    fn from(account: Account) -> Self {
        let Account { id, login, kind } = account;
        Self { id, login, kind: kind.into() }
    }
}
