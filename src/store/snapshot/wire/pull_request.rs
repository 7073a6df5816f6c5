//! The pull request itself and its repository, the description by reference.

use countersign_domain::account::Oid;
use countersign_domain::facts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::error::Error;
use super::super::shelf::{Cut, Ref, Shelf};
use super::account::Account;
use super::known::present;
use super::names::ChangeState;
use super::texts::Body;

/// The repository of a pull request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Repository {
    id: u64,
    owner: String,
    name: String,
    public: bool,
    default_branch: String,
}

/// The pull request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PullRequest {
    number: u64,
    title: String,
    body: Ref<Body>,
    #[serde(deserialize_with = "present")]
    author: Option<Account>,
    state: ChangeState,
    draft: bool,
    base: Branch,
    head: Branch,
    #[serde(deserialize_with = "present")]
    head_owner: Option<String>,
    fork: bool,
    labels: Vec<String>,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Branch {
    name: String,
    tip: String,
}

impl From<&facts::Repository> for Repository {
    fn from(repository: &facts::Repository) -> Self {
        let facts::Repository { id, owner, name, public, default_branch } = repository;
        Self {
            id: *id,
            owner: owner.clone(),
            name: name.clone(),
            public: *public,
            default_branch: default_branch.clone(),
        }
    }
}

impl From<Repository> for facts::Repository {
    fn from(repository: Repository) -> Self {
        let Repository { id, owner, name, public, default_branch } = repository;
        Self { id, owner, name, public, default_branch }
    }
}

impl PullRequest {
    pub(crate) fn cut(change: &facts::Change, cut: &mut Cut) -> Self {
        let facts::Change {
            number,
            title,
            body,
            author,
            state,
            draft,
            base,
            head,
            head_owner,
            fork,
            labels,
            updated_at,
        } = change;
        Self {
            number: *number,
            title: title.clone(),
            body: cut.put(&Body(body.clone())),
            author: author.as_ref().map(Account::from),
            state: (*state).into(),
            draft: *draft,
            base: base.into(),
            head: head.into(),
            head_owner: head_owner.clone(),
            fork: *fork,
            labels: labels.clone(),
            updated_at: *updated_at,
        }
    }

    pub(crate) fn restore(self, shelf: &Shelf<'_>) -> Result<facts::Change, Error> {
        let Self { number, title, body, author, state, draft, base, head, head_owner, fork, labels, updated_at } = self;
        let Body(body) = shelf.take(&body)?;
        Ok(facts::Change {
            number,
            title,
            body,
            author: author.map(Into::into),
            state: state.into(),
            draft,
            base: base.into(),
            head: head.into(),
            head_owner,
            fork,
            labels,
            updated_at,
        })
    }
}

impl From<&facts::Branch> for Branch {
    fn from(branch: &facts::Branch) -> Self {
        let facts::Branch { name, tip } = branch;
        Self { name: name.clone(), tip: tip.as_str().to_owned() }
    }
}

impl From<Branch> for facts::Branch {
    fn from(branch: Branch) -> Self {
        let Branch { name, tip } = branch;
        Self { name, tip: Oid::new(tip) }
    }
}
