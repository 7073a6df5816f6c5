//! Snapshots: what an evaluation was given and what it came to, in a form that is read for ever.
//!
//! A snapshot is [`Part`]s, each named by its kind and the hash of its bytes, so that
//! what rarely changes is stored once for many decisions. The part `change` refers to
//! the others. A part is JSON, `{"v":1,"content":…}`, with the fields in one order and
//! sets sorted by the types of `wire`: equal content is equal bytes is one part.
//!
//! INVARIANT: what version 1 of a part wrote is read by every later countersign. A fact
//! that is added makes a new version of its part: keep the former type under `wire`,
//! read it by its number, and say in its conversion what the fact is where it was not
//! kept. A part is written as the oldest version that can say it. `fixtures/` holds
//! snapshots that have to go on being restored. The types of
//! the domain are taken apart field by field, so that a new one does not compile until
//! it is thought of here.
//!
//! Absent: keeping and fetching the bytes, and evaluating what was restored.

mod error;
mod outcome;
mod shelf;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::BTreeMap;

use countersign_domain::facts::Facts;
use countersign_domain::policy::Source;
use countersign_domain::record::Template;

pub use self::error::Error;
pub use self::outcome::{
    StoredOutcome, differences, history_of, outcome_of, shown_of, stored_history, stored_outcome, stored_shown,
};
use self::shelf::{Cut, Shelf};
pub(super) use self::wire::Plan as StoredPlan;
use self::wire::{Afterwards, Calendars, ChangePart, Collisions, Gate, Received};
pub use super::pack::hash;
pub use super::part::Part;

/// Everything that an evaluation was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The facts.
    pub facts: Facts,
    /// The policy files of the layers, as they were read.
    pub sources: Vec<Source>,
    /// The texts of the packs that they switch on.
    pub packs: BTreeMap<String, String>,
    /// The templates that the description was read against.
    pub templates: Vec<Template>,
}

/// Cuts what an evaluation was given into parts, each once; the last one is the `change`.
pub fn parts(facts: &Facts, sources: &[Source], templates: &[Template]) -> Vec<Part> {
    let mut cut = Cut::default();
    // Parts of their own, to which nothing refers.
    if let Some(gate) = &facts.on_demand.gate {
        cut.put(&Gate::from(gate));
    }
    if let Some(afterwards) = &facts.on_demand.afterwards {
        cut.put(&Afterwards::from(afterwards));
    }
    let change = ChangePart::cut(facts, sources, templates, &mut cut);
    if let Some(received) = &facts.on_demand.received {
        let received = Received::cut(received, &mut cut);
        cut.put(&received);
    }
    if let Some(collisions) = &facts.on_demand.collisions {
        cut.put(&Collisions::from(collisions));
    }
    if !facts.on_demand.calendars.is_empty() {
        let calendars = Calendars::cut(&facts.on_demand.calendars, &mut cut);
        cut.put(&calendars);
    }
    cut.put(&change);
    cut.into_parts()
}

/// Puts a snapshot together again from exactly one `change` and the parts that it refers to.
///
/// Other parts may lie among them, such as the `decision`. Each part is found by the
/// hash of its bytes, so that a part which was tampered with is a missing one. Whether
/// the `change` is the one that a decision names is for the caller to compare, with [`hash`].
///
/// # Errors
/// Where a part is missing, of a version that is not known, or broken.
pub fn restore(parts: &[Part]) -> Result<Snapshot, Error> {
    restored(&Shelf::new(parts))
}

/// The same of parts that were found to have their hashes already: kind, hash and bytes of each.
///
/// # Errors
/// Those of [`restore`].
pub fn restore_checked<'a>(parts: impl IntoIterator<Item = (&'a str, &'a str, &'a [u8])>) -> Result<Snapshot, Error> {
    restored(&Shelf::checked(parts))
}

/// The `change` with what it refers to, and what lies beside it.
fn restored(shelf: &Shelf<'_>) -> Result<Snapshot, Error> {
    let mut snapshot = shelf.only::<ChangePart>()?.restore(shelf)?;
    let on_demand = &mut snapshot.facts.on_demand;
    on_demand.gate = shelf.beside::<Gate>()?.map(Into::into);
    on_demand.collisions = shelf.beside::<Collisions>()?.map(Into::into);
    on_demand.afterwards = shelf.beside::<Afterwards>()?.map(Into::into);
    on_demand.received = shelf.beside::<Received>()?.map(|received| received.restore(shelf)).transpose()?;
    let calendars = shelf.beside::<Calendars>()?.map(|calendars| calendars.restore(shelf)).transpose()?;
    on_demand.calendars = calendars.unwrap_or_default();
    Ok(snapshot)
}
