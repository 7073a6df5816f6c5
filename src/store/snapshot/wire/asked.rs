//! The part `asked`: what only some policies ask for.
//!
//! A fact that was not asked for is left out, so that one that is added later leaves
//! what was stored before as it is. Absent: who owns files (`owners`).

use countersign_domain::facts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::shelf::Content;
use super::account::Account;
use super::known::{Known, back, list, present};

/// The facts that were asked for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deployments: Option<Known<Vec<Deployment>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    threads: Option<Known<Vec<Thread>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    merged_before: Option<Known<bool>>,
}

impl Content for Asked {
    const KIND: &'static str = "asked";
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deployment {
    environment: String,
    #[serde(deserialize_with = "present")]
    by: Option<Account>,
    state: String,
    made_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Thread {
    path: String,
    state: ThreadState,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ThreadState {
    Open,
    Resolved(Option<Account>),
}

impl Asked {
    /// What is to be kept; nothing where nothing was asked for.
    pub(crate) fn of(asked: &facts::Asked) -> Option<Self> {
        let facts::Asked { deployments, threads, merged_before, codeowners: _, owning_teams: _ } = asked;
        let asked = Self {
            deployments: kept(deployments, list),
            threads: kept(threads, list),
            merged_before: kept(merged_before, |merged| *merged),
        };
        let is_any = asked.deployments.is_some() || asked.threads.is_some() || asked.merged_before.is_some();
        is_any.then_some(asked)
    }
}

impl From<Asked> for facts::Asked {
    fn from(asked: Asked) -> Self {
        let Asked { deployments, threads, merged_before } = asked;
        Self {
            deployments: fact(deployments, back),
            threads: fact(threads, back),
            merged_before: fact(merged_before, |merged| merged),
            ..Self::default()
        }
    }
}

/// A fact that was asked for.
fn kept<'a, D, T>(fact: &'a facts::Known<D>, convert: impl FnOnce(&'a D) -> T) -> Option<Known<T>> {
    match fact {
        facts::Known::Unknown(why) if why == facts::NOT_ASKED => None,
        fact => Some(Known::of(fact, convert)),
    }
}

/// The way back.
fn fact<T, D>(kept: Option<Known<T>>, convert: impl FnOnce(T) -> D) -> facts::Known<D> {
    kept.map_or_else(|| facts::Known::unknown(facts::NOT_ASKED), |kept| kept.fact(convert))
}

impl From<&facts::Deployment> for Deployment {
    fn from(deployment: &facts::Deployment) -> Self {
        let facts::Deployment { environment, by, state, made_at } = deployment;
        Self {
            environment: environment.clone(),
            by: by.as_ref().map(Account::from),
            state: state.clone(),
            made_at: *made_at,
        }
    }
}

impl From<Deployment> for facts::Deployment {
    fn from(deployment: Deployment) -> Self {
        let Deployment { environment, by, state, made_at } = deployment;
        Self { environment, by: by.map(Into::into), state, made_at }
    }
}

impl From<&facts::Thread> for Thread {
    fn from(thread: &facts::Thread) -> Self {
        let facts::Thread { path, state } = thread;
        let state = match state {
            facts::ThreadState::Open => ThreadState::Open,
            facts::ThreadState::Resolved { by } => ThreadState::Resolved(by.as_ref().map(Account::from)),
        };
        Self { path: path.clone(), state }
    }
}

impl From<Thread> for facts::Thread {
    fn from(thread: Thread) -> Self {
        let Thread { path, state } = thread;
        let state = match state {
            ThreadState::Open => facts::ThreadState::Open,
            ThreadState::Resolved(by) => facts::ThreadState::Resolved { by: by.map(Into::into) },
        };
        Self { path, state }
    }
}
