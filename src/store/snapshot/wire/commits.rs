//! The part `commits`: what goes in, and who is behind it.

use countersign_domain::account::Oid;
use countersign_domain::facts;
use serde::{Deserialize, Serialize};

use super::super::shelf::Content;
use super::account::Account;
use super::known::{Known, back, list};

/// The commits, in the order in which they were given.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Commits(Known<Vec<Commit>>);

impl Content for Commits {
    const KIND: &'static str = "commits";
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Commit {
    oid: String,
    author: Attribution,
    committer: Attribution,
    co_authors: Vec<Account>,
    verified: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
enum Attribution {
    #[serde(rename = "account")]
    Account(Account),
    #[serde(rename = "github")]
    GitHub,
    #[serde(rename = "nobody")]
    Nobody { name: String },
}

impl From<&facts::Known<Vec<facts::Commit>>> for Commits {
    fn from(commits: &facts::Known<Vec<facts::Commit>>) -> Self {
        Self(Known::of(commits, list))
    }
}

impl From<Commits> for facts::Known<Vec<facts::Commit>> {
    fn from(commits: Commits) -> Self {
        commits.0.fact(back)
    }
}

impl From<&facts::Commit> for Commit {
    fn from(commit: &facts::Commit) -> Self {
        let facts::Commit { oid, author, committer, co_authors, verified } = commit;
        Self {
            oid: oid.as_str().to_owned(),
            author: author.into(),
            committer: committer.into(),
            co_authors: list(co_authors),
            verified: *verified,
        }
    }
}

impl From<Commit> for facts::Commit {
    fn from(commit: Commit) -> Self {
        let Commit { oid, author, committer, co_authors, verified } = commit;
        Self {
            oid: Oid::new(oid),
            author: author.into(),
            committer: committer.into(),
            co_authors: back(co_authors),
            verified,
        }
    }
}

impl From<&facts::Attribution> for Attribution {
    fn from(attribution: &facts::Attribution) -> Self {
        match attribution {
            facts::Attribution::Account(account) => Self::Account(account.into()),
            facts::Attribution::GitHub => Self::GitHub,
            facts::Attribution::Nobody { name } => Self::Nobody { name: name.clone() },
        }
    }
}

impl From<Attribution> for facts::Attribution {
    fn from(attribution: Attribution) -> Self {
        match attribution {
            Attribution::Account(account) => Self::Account(account.into()),
            Attribution::GitHub => Self::GitHub,
            Attribution::Nobody { name } => Self::Nobody { name },
        }
    }
}
