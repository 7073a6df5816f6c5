//! The mark of an emergency, wherever a change is shown: in the title, and as a line before everything else.

use countersign_domain::decision::{Decision, EmergencyReport};
use countersign_domain::text::Phrase;

use super::escape::shorten;
use super::phrase::{QUOTE_LIMIT, Voice, sentence};

/// The longest ticket in a title, in characters.
const TICKET: usize = 40;

/// What stands before the state in a title; nothing where the change is no emergency.
pub(super) fn mark(decision: &Decision) -> String {
    let voice = Voice { names_people: decision.names_people };
    let ticket = |emergency: &EmergencyReport| Phrase::default().quote(shorten(&emergency.ticket, TICKET));
    let marked = |emergency| format!("Emergency {}: ", voice.plain(&ticket(emergency)));
    decision.emergencies.first().map(marked).unwrap_or_default()
}

/// Who declared it, why, and until when, as a paragraph; nothing where the change is no emergency.
pub(super) fn line(decision: &Decision) -> Option<String> {
    let voice = Voice { names_people: decision.names_people };
    let emergency = decision.emergencies.first()?;
    let quoted = |text: &str| shorten(text, QUOTE_LIMIT);
    let said = Phrase::default().quote(quoted(&emergency.ticket)).and(", declared by ").person(&emergency.by);
    let said = said.and(" at ").instant(emergency.at).and(", until ").instant(emergency.until).and(": ");
    let said = voice.markdown(&said.quote(quoted(&emergency.reason)));
    Some(format!("🚨 **This change goes in as an emergency**: {}", sentence(&said)))
}
