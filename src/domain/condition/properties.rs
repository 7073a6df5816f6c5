//! `properties`: the repository's custom properties on GitHub have these values.
//!
//! A property that is not set has no value, and that is known. Names and values
//! compare letter by letter, as GitHub keeps them.

use std::collections::BTreeMap;

use super::Finding;
use crate::facts::{Facts, Known, Properties};
use crate::text::Phrase;

/// Whether each of the properties has one of its wanted values.
pub(crate) fn properties(facts: &Facts, wanted: &BTreeMap<String, Vec<String>>) -> Finding {
    let set = match known(facts) {
        Ok(set) => set,
        Err(unread) => return unread,
    };
    Finding::all(wanted.iter().map(|(name, values)| {
        let said = Phrase::words("the repository's property ").quote(name);
        let Some(found) = set.get(name).filter(|found| !found.is_empty()) else {
            return Finding::does_not(said.and(" is not set"));
        };
        let shown = Phrase::join(found.iter().map(|value| Phrase::default().quote(value)), ", ");
        Finding::of(values.iter().any(|value| found.contains(value)), said.and(" is ").then(shown))
    }))
}

/// The properties that are set, or what to answer where they were not read.
pub(super) fn known(facts: &Facts) -> Result<&Properties, Finding> {
    match &facts.on_demand.properties {
        Some(Known::Known(set)) => Ok(set),
        Some(Known::Unknown(why)) => Err(Finding::unread("the repository's custom properties", why)),
        None => Err(Finding::unknown(Phrase::words("the repository's custom properties were not read"))),
    }
}
