//! What is about to hold a change, as lines before everything else.

use countersign_domain::decision::Decision;

use super::phrase::Voice;

/// A paragraph for each freeze that is near; empty where none is.
pub(super) fn lines(decision: &Decision) -> Vec<String> {
    let voice = Voice { names_people: decision.names_people };
    decision.announced.iter().map(|freeze| format!("❄️ {}", voice.sentence(freeze))).collect()
}
