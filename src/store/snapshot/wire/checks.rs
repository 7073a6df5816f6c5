//! The part `checks`: check runs and statuses of the head.

use countersign_domain::facts;
use serde::{Deserialize, Serialize};

use super::super::shelf::Content;
use super::account::Account;
use super::known::{Known, back, list};

/// The checks, in the order in which they were given: the newest of a name and its maker comes last.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Checks(Known<Vec<Check>>);

impl Content for Checks {
    const KIND: &'static str = "checks";
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    name: String,
    maker: Maker,
    state: State,
    required: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Maker {
    App { id: u64, slug: String },
    Creator(Option<Account>),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Running,
    Concluded(String),
}

impl From<&facts::Known<Vec<facts::Check>>> for Checks {
    fn from(checks: &facts::Known<Vec<facts::Check>>) -> Self {
        Self(Known::of(checks, list))
    }
}

impl From<Checks> for facts::Known<Vec<facts::Check>> {
    fn from(checks: Checks) -> Self {
        checks.0.fact(back)
    }
}

impl From<&facts::Check> for Check {
    fn from(check: &facts::Check) -> Self {
        let facts::Check { name, maker, state, required } = check;
        Self { name: name.clone(), maker: maker.into(), state: state.into(), required: *required }
    }
}

impl From<Check> for facts::Check {
    fn from(check: Check) -> Self {
        let Check { name, maker, state, required } = check;
        Self { name, maker: maker.into(), state: state.into(), required }
    }
}

impl From<&facts::CheckMaker> for Maker {
    fn from(maker: &facts::CheckMaker) -> Self {
        match maker {
            facts::CheckMaker::App { id, slug } => Self::App { id: *id, slug: slug.clone() },
            facts::CheckMaker::Creator(account) => Self::Creator(account.as_ref().map(Account::from)),
        }
    }
}

impl From<Maker> for facts::CheckMaker {
    fn from(maker: Maker) -> Self {
        match maker {
            Maker::App { id, slug } => Self::App { id, slug },
            Maker::Creator(account) => Self::Creator(account.map(Into::into)),
        }
    }
}

impl From<&facts::CheckState> for State {
    fn from(state: &facts::CheckState) -> Self {
        match state {
            facts::CheckState::Running => Self::Running,
            facts::CheckState::Concluded(conclusion) => Self::Concluded(conclusion.clone()),
        }
    }
}

impl From<State> for facts::CheckState {
    fn from(state: State) -> Self {
        match state {
            State::Running => Self::Running,
            State::Concluded(conclusion) => Self::Concluded(conclusion),
        }
    }
}
