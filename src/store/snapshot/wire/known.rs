//! A fact, or why there is none; and the ways of lists and of what may be empty.

use countersign_domain::facts;
use serde::{Deserialize, Deserializer, Serialize};

/// `{"known":…}` or `{"unknown":"why"}`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Known<T> {
    Known(T),
    Unknown(String),
}

impl<T> Known<T> {
    /// Keeps a fact.
    pub(crate) fn of<'a, D>(fact: &'a facts::Known<D>, convert: impl FnOnce(&'a D) -> T) -> Self {
        match fact {
            facts::Known::Known(value) => Self::Known(convert(value)),
            facts::Known::Unknown(why) => Self::Unknown(why.clone()),
        }
    }

    /// The way back.
    pub(crate) fn fact<D>(self, convert: impl FnOnce(T) -> D) -> facts::Known<D> {
        match self {
            Self::Known(value) => facts::Known::Known(convert(value)),
            Self::Unknown(why) => facts::Known::Unknown(why),
        }
    }

    /// The way back where it may fail.
    pub(crate) fn try_fact<D, E>(self, convert: impl FnOnce(T) -> Result<D, E>) -> Result<facts::Known<D>, E> {
        Ok(match self {
            Self::Known(value) => facts::Known::Known(convert(value)?),
            Self::Unknown(why) => facts::Known::Unknown(why),
        })
    }
}

/// Keeps a list.
pub(crate) fn list<'a, D: 'a, T: From<&'a D>, L: FromIterator<T>>(values: impl IntoIterator<Item = &'a D>) -> L {
    values.into_iter().map(T::from).collect()
}

/// The way back.
pub(crate) fn back<T, D: From<T>, L: FromIterator<D>>(values: impl IntoIterator<Item = T>) -> L {
    values.into_iter().map(D::from).collect()
}

/// Reads what may be `null` but must be there: left to itself, serde takes a missing field for a `null` one.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}
