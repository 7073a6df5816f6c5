//! `/countersign schedule START END [ZONE]`: the window of a change, planned by a comment.
//!
//! The newest such command of the author, or of somebody who may push, stands in place of what the description plans,
//! for as long as that plans what it planned when the command was given: whoever edits it later has the last word. An
//! edit within the second of the command counts as later. What the description said then may not be known; where it
//! differs from the command now, nobody can tell which of the two was last, and none of them counts.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::account::AccountKind;
use crate::command::{self, Asks};
use crate::facts::{Command, Facts, Known};
use crate::record::{ChangeRecord, Content, Value, planned_by};
use crate::text::Phrase;

/// The windows that were planned by command, oldest first.
#[derive(Debug)]
pub(crate) struct Schedule(Vec<Planned>);

#[derive(Debug)]
struct Planned {
    at: Timestamp,
    window: (Timestamp, Timestamp),
    /// The line of the command.
    said: String,
    /// The description when it was given.
    then: Known<ChangeRecord>,
}

impl Schedule {
    /// Reads the commands that count. `at_command`: the description as it stood at each, by the command's key.
    pub(crate) fn read(facts: &Facts, at_command: &BTreeMap<u64, Known<ChangeRecord>>) -> Self {
        let given = facts.commands.known().into_iter().flatten().filter(|command| command.by.kind == AccountKind::User);
        let planned = given.filter_map(|command| {
            let Ok(Asks::Schedule { window }) = command::read(&command.line) else { return None };
            if refused(facts, command, &window).is_some() {
                return None;
            }
            let then = at_command.get(&command.key()).cloned();
            let then = then.unwrap_or_else(|| Known::unknown("the description at that time was not read"));
            Some(Planned { at: command.at, window: planned_by(&window).ok()?, said: window, then })
        });
        Self(planned.collect())
    }

    /// Puts the window of the newest command up to an instant into what the description said then.
    pub(crate) fn put_into(&self, record: &mut ChangeRecord, until: Timestamp) {
        let Some(planned) = self.0.iter().rfind(|planned| planned.at <= until) else { return };
        let (start, end) = planned.window;
        let content = match &planned.then {
            Known::Known(then) if !then.plans_as(record) => return,
            Known::Known(_) => Content::Value(Value::Window { start, end }),
            Known::Unknown(_) if record.plans(planned.window) => return,
            Known::Unknown(_) => {
                let why = "whether the description was edited after `/countersign schedule` is not known; \
                    give the command again, or plan the same window in both";
                Content::Ambiguous(why.to_owned())
            }
        };
        record.plan(content, planned.said.clone());
    }

    /// The descriptions that were received, each as it stood with what was planned by command while it did.
    pub(crate) fn announced(&self, texts: Vec<(Timestamp, ChangeRecord)>) -> Vec<(Timestamp, ChangeRecord)> {
        let mut announced = Vec::with_capacity(texts.len());
        let mut rest = texts.into_iter().peekable();
        while let Some((from, text)) = rest.next() {
            let until = rest.peek().map_or(Timestamp::MAX, |(next, _)| *next);
            let planned = self.0.iter().map(|planned| planned.at).filter(|at| *at > from && *at < until);
            for at in std::iter::once(from).chain(planned) {
                let mut stood = text.clone();
                self.put_into(&mut stood, at);
                announced.push((at, stood));
            }
        }
        announced
    }
}

/// Why a command plans nothing, where it does not.
pub(crate) fn refused(facts: &Facts, command: &Command, window: &str) -> Option<Phrase> {
    let is_author = facts.change.author.as_ref() == Some(&command.by);
    match command.could_write() {
        _ if is_author => {}
        Some(true) => {}
        Some(false) => {
            let who = "only the author of this pull request, or somebody who may push to this repository, may plan it";
            return Some(Phrase::words(who));
        }
        None => {
            let what = Phrase::words("it could not be read whether ").person(&command.by);
            return Some(what.and(" may push to this repository, and only they and the author may plan it"));
        }
    }
    match planned_by(window) {
        Err(unreadable) => Some(Phrase::default().message(&format!("{}; {}", unreadable.message, unreadable.help))),
        Ok((_, end)) if end <= command.at => Some(Phrase::words("the window was over when it was planned")),
        Ok(_) => None,
    }
}
