//! What only some policies ask for, so that most looks do without it.
//!
//! Absent: whether a policy asks ([`crate::needs()`]); what was not asked for is unknown here like what could not be had.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Known;
use crate::account::{Account, Oid, TeamName};

/// Facts that are read only where a policy in force asks for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Deployments of the head commit to the environments that are asked for, oldest first.
    pub deployments: Known<Vec<Deployment>>,
    /// The review threads, outdated ones too, oldest first.
    pub threads: Known<Vec<Thread>>,
    /// Whether a pull request of the author's was merged in this repository.
    pub merged_before: Known<bool>,
    /// The file CODEOWNERS at the tip of the base that GitHub reads; `None` where there is none.
    pub codeowners: Known<Option<CodeownersFile>>,
    /// Whether a team that owns touched files is one that GitHub takes for an owner: visible, with write access here.
    pub owning_teams: BTreeMap<TeamName, Known<bool>>,
}

/// The file CODEOWNERS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeownersFile {
    /// Where it is in the repository.
    pub path: String,
    /// The id of its text.
    pub blob: Oid,
    /// Its text.
    pub text: String,
}

/// Why a fact that no policy asks for is not there.
pub const NOT_ASKED: &str = "no policy asks for it";

impl Default for Asked {
    /// Nothing was asked for.
    fn default() -> Self {
        Self {
            deployments: Known::unknown(NOT_ASKED),
            threads: Known::unknown(NOT_ASKED),
            merged_before: Known::unknown(NOT_ASKED),
            codeowners: Known::unknown(NOT_ASKED),
            owning_teams: BTreeMap::new(),
        }
    }
}

/// A deployment of the head commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The environment's name on GitHub.
    pub environment: String,
    /// Who made it; `None` for a deleted account.
    pub by: Option<Account>,
    /// Its latest state in lower case, such as `success`, `failure`, `in_progress`; `pending` before its first one.
    pub state: String,
    /// When it was made.
    pub made_at: Timestamp,
}

/// A review thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The file it is on.
    pub path: String,
    /// Whether it is resolved.
    pub state: ThreadState,
}

/// Whether a review thread is resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThreadState {
    /// It is not.
    Open,
    /// It is.
    Resolved {
        /// By whom; `None` where GitHub names no person.
        by: Option<Account>,
    },
}
