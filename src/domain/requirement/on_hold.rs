//! `hold`: somebody who may push keeps the change from going in, by command, until it is lifted.
//!
//! Whoever gave it lifts it, or anybody who may push. Whether somebody could is as of the first look after the command,
//! so that nothing that was lifted comes back. What is not known holds, and lifts nothing of others.

use jiff::Timestamp;

use crate::account::Account;
use crate::command::Asks;
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::facts::Command;
use crate::text::Phrase;

/// What holds a change.
#[derive(Debug, Default)]
pub(crate) struct Holds<'a>(Vec<Held<'a>>);

#[derive(Debug)]
struct Held<'a> {
    by: &'a Account,
    since: Timestamp,
    reason: String,
}

impl<'a> Holds<'a> {
    /// Follows a command, later than all before it; why it does nothing, where it does not.
    pub(crate) fn follow(&mut self, command: &'a Command, asks: &Asks) -> Option<Phrase> {
        let could = command.could_write();
        match asks {
            Asks::Hold { .. } if could == Some(false) => {
                Some(Phrase::words("only somebody who may push to this repository may hold it"))
            }
            Asks::Hold { reason } => {
                self.0.retain(|held| held.by != &command.by);
                self.0.push(Held { by: &command.by, since: command.at, reason: reason.clone() });
                None
            }
            Asks::Unhold if self.0.is_empty() => Some(Phrase::words("nobody holds this pull request")),
            Asks::Unhold => {
                let before = self.0.len();
                self.0.retain(|held| could != Some(true) && held.by != &command.by);
                let lead = "only whoever holds it, or somebody who may push to this repository, may lift the hold";
                (self.0.len() == before).then(|| match could {
                    None => {
                        Phrase::words("it could not be read whether ").person(&command.by).and(" may push; ").and(lead)
                    }
                    _ => Phrase::words(lead),
                })
            }
            _ => None,
        }
    }

    /// What the change waits for, where anybody holds it.
    pub(crate) fn result(&self) -> Option<RequirementResult> {
        let first = self.0.first()?;
        let said = Phrase::words("held by ").person(first.by).and(" since ").instant(first.since);
        let said = said.and(": ").quote(&first.reason);
        let observed = match self.0.len() - 1 {
            0 => said,
            more => said.and(format!(", and {more} more")),
        };
        let what = Phrase::words("lift the hold with ").quote("/countersign unhold");
        let what = what.and("; anybody who may push to this repository can");
        let by = Actor::People { count: 1, candidates: vec![first.by.clone()], of: Vec::new() };
        Some(RequirementResult {
            key: "hold",
            state: State::Waiting,
            wanted: Phrase::words("a merge that nobody holds"),
            observed,
            acts: vec![Act { by, what }],
        })
    }
}
