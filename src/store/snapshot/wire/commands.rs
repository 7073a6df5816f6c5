//! The part `commands`: what people asked for in comments, and what they had before them.

use countersign_domain::account::Oid;
use countersign_domain::facts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::error::Error;
use super::super::shelf::{Content, Cut, Ref, Shelf};
use super::account::Account;
use super::known::{Known, present};
use super::reviews::Seen;

/// The commands, oldest first.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Commands(Known<Vec<Command>>);

impl Content for Commands {
    const KIND: &'static str = "commands";
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Command {
    comment: u64,
    by: Account,
    at: Timestamp,
    line: String,
    #[serde(deserialize_with = "present")]
    can_write: Option<bool>,
    seen: Seen,
    #[serde(deserialize_with = "present")]
    head: Option<String>,
}

impl Commands {
    /// Refers to what is to be kept; nothing where nobody gave a command.
    pub(crate) fn cut(commands: &facts::Known<Vec<facts::Command>>, cut: &mut Cut) -> Option<Ref<Self>> {
        if commands.known().is_some_and(Vec::is_empty) {
            return None;
        }
        let kept = Known::of(commands, |list| list.iter().map(|command| Command::cut(command, cut)).collect());
        Some(cut.put(&Self(kept)))
    }

    pub(crate) fn restore(self, shelf: &Shelf<'_>) -> Result<facts::Known<Vec<facts::Command>>, Error> {
        self.0.try_fact(|commands| commands.into_iter().map(|command| command.restore(shelf)).collect())
    }
}

impl Command {
    fn cut(command: &facts::Command, cut: &mut Cut) -> Self {
        let facts::Command { comment, by, at, line, can_write, seen, head } = command;
        Self {
            comment: *comment,
            by: by.into(),
            at: *at,
            line: line.clone(),
            can_write: *can_write,
            seen: Seen::cut(seen, cut),
            head: head.as_ref().map(|oid| oid.as_str().to_owned()),
        }
    }

    fn restore(self, shelf: &Shelf<'_>) -> Result<facts::Command, Error> {
        let Self { comment, by, at, line, can_write, seen, head } = self;
        let (seen, head) = (seen.restore(shelf)?, head.map(Oid::new));
        Ok(facts::Command { comment, by: by.into(), at, line, can_write, seen, head })
    }
}
