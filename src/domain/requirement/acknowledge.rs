//! `acknowledge`: one of those named says, by command, that they know of the change as it is.
//!
//! Their word is as good as an approval's: membership then and now, independence, and the diff that they had before
//! them; a push that changes more than they saw asks them anew. Absent: the change request's words, which an
//! acknowledgement does not judge.

use super::approvals::{declared, look_again};
use crate::account::AccountKind;
use crate::command::{self, Asks};
use crate::condition::Finding;
use crate::decision::{Act, Actor, RequirementResult, State};
use crate::evaluate::Context;
use crate::facts::{Command, Known};
use crate::layer::Layer;
use crate::policy::Who;
use crate::text::Phrase;

/// What `acknowledge` of a rule comes to.
pub(super) fn acknowledge(cx: &Context<'_>, layer: Layer, from: &[Who]) -> RequirementResult {
    let result = |state, observed, acts| RequirementResult {
        key: "acknowledge",
        state,
        wanted: Phrase::words("word of ").then(declared::names(cx, layer, from)).and(" that they know of this change"),
        observed,
        acts,
    };
    let given = match &cx.facts.commands {
        Known::Known(given) => given,
        Known::Unknown(why) => {
            let unread = Finding::unread("the commands", why);
            return result(State::Unknown, unread.observed, vec![look_again()]);
        }
    };
    let judged: Vec<(&Command, Finding)> = given
        .iter()
        .filter(|command| is_one(command))
        .map(|command| (command, counts(cx, layer, from, command)))
        .collect();
    if let Some((command, _)) = judged.iter().find(|(_, finding)| finding.is_so()) {
        let said = Phrase::default().person(&command.by).and(" acknowledged it at ").instant(command.at);
        return result(State::Satisfied, said, Vec::new());
    }
    if let Some((_, doubt)) = judged.iter().rev().find(|(_, finding)| finding.is_unknown()) {
        let acts = if doubt.acts.is_empty() { vec![look_again()] } else { doubt.acts.clone() };
        return result(State::Unknown, doubt.observed.clone(), acts);
    }
    let observed = match judged.last() {
        Some((command, finding)) => {
            Phrase::words("the word of ").person(&command.by).and(" does not count: ").then(finding.observed.clone())
        }
        None => Phrase::words("nobody has acknowledged it yet"),
    };
    let of = declared::each_of(cx, layer, from);
    let by = Actor::People { count: 1, candidates: declared::candidates(cx, layer, from), of };
    let what = Phrase::words("acknowledge it with ").quote("/countersign acknowledge");
    result(State::Waiting, observed, vec![Act { by, what }])
}

/// Whether a command is an acknowledgement by a person.
fn is_one(command: &Command) -> bool {
    command.by.kind == AccountKind::User && command::read(&command.line) == Ok(Asks::Acknowledge)
}

/// Whether an acknowledgement counts for a rule of that layer that asks these.
pub(crate) fn counts(cx: &Context<'_>, layer: Layer, from: &[Who], command: &Command) -> Finding {
    declared::declares(cx, layer, from, command)
}
