//! Who may waive: counted as approvers are, by membership then and now, the right to push, independence, and what they
//! had before them.
//!
//! Absent: what is waived by it, and for how long (`evaluate::waived`). An approval waives nothing, and whoever waives
//! has approved nothing.

use super::entry::Entry;
use crate::account::Account;
use crate::condition::Finding;
use crate::evaluate::Context;
use crate::facts::Command;
use crate::layer::Layer;
use crate::policy::{ApprovalSettings, Waive};
use crate::text::Phrase;

/// So many people are named.
const PEOPLE: usize = 5;

/// Whether a command of its giver's counts for waiving what stands in that layer.
pub(crate) fn counts(cx: &Context<'_>, layer: Layer, waive: &Waive, command: &Command) -> Finding {
    let entry = entry(cx, layer, waive);
    if let Some(part) = entry.settings.unenforced.first() {
        return Finding::unknown(Phrase::words("this version of countersign does not enforce ").quote(&part.key));
    }
    if command.can_write.is_none() {
        let what = Phrase::words("whether ").person(&command.by).and(" may push to this repository could not be read");
        return Finding::unknown(what);
    }
    entry.counts(cx, &command.by, &command.as_review())
}

/// Who may waive it, as in `2 of carol or dave (acme/cab)`.
pub(crate) fn who_may(cx: &Context<'_>, layer: Layer, waive: &Waive) -> Phrase {
    let entry = entry(cx, layer, waive);
    let people = entry.candidates(cx);
    let of = || Phrase::join(entry.names(cx).into_iter().map(|name| Phrase::default().quote(name)), " or ");
    if people.named.is_empty() || people.more || !cx.names_people() {
        let lead = if waive.count == 1 { "somebody of ".to_owned() } else { format!("{} people of ", waive.count) };
        return Phrase::words(lead).then(of());
    }
    let lead = if waive.count == 1 { String::new() } else { format!("{} of ", waive.count) };
    let mut names: Vec<Phrase> = people.named.iter().take(PEOPLE).map(one).collect();
    if people.named.len() > PEOPLE {
        names.push(Phrase::words(format!("{} more", people.named.len() - PEOPLE)));
    }
    let named = Phrase::words(lead).then(Phrase::join(names, " or "));
    if entry.names(cx).is_empty() { named } else { named.and(" (").then(of()).and(")") }
}

fn one(person: &Account) -> Phrase {
    Phrase::default().person(person)
}

fn entry<'w>(cx: &Context<'_>, layer: Layer, waive: &'w Waive) -> Entry<'w> {
    let mut settings = cx.policies.approval_for(layer, &ApprovalSettings::default());
    // How long it lasts says the waiver.
    settings.expires.clear();
    Entry { layer, from: &waive.from, count: waive.count, settings, part: None, pool: 0, unread: None }
}
