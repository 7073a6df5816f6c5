//! The calendars that freezes and windows went by: a part beside `change`, there where a policy named one. Texts by reference.

use std::collections::BTreeMap;

use countersign_domain::{facts, layer};
use serde::{Deserialize, Serialize};

use super::super::error::Error;
use super::super::shelf::{Content, Cut, Ref, Shelf};
use super::known::{Known, present};
use super::names::Layer;
use super::texts::CalendarText;

/// Each calendar with the layer that names it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Calendars(Vec<Calendar>);

impl Content for Calendars {
    const KIND: &'static str = "calendars";
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Calendar {
    layer: Layer,
    path: String,
    file: Known<File>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    text: Ref<CalendarText>,
    #[serde(deserialize_with = "present")]
    instead: Option<String>,
}

/// The calendars as the facts have them.
type Facts = BTreeMap<(layer::Layer, String), facts::Known<facts::CalendarFile>>;

impl Calendars {
    /// Cuts the texts, and refers to them.
    pub(crate) fn cut(calendars: &Facts, cut: &mut Cut) -> Self {
        let calendar = |((layer, path), file): (&(layer::Layer, String), &facts::Known<facts::CalendarFile>)| {
            let file = Known::of(file, |file| {
                // What it says comes of its text again.
                let facts::CalendarFile { text, instead, calendar: _ } = file;
                File { text: cut.put(&CalendarText(text.clone())), instead: instead.clone() }
            });
            Calendar { layer: (*layer).into(), path: path.clone(), file }
        };
        Self(calendars.iter().map(calendar).collect())
    }

    /// Finds the texts, and reads them. What was valid once is read for ever; where it is not, it is not known.
    pub(crate) fn restore(self, shelf: &Shelf<'_>) -> Result<Facts, Error> {
        let calendar = |Calendar { layer, path, file }: Calendar| {
            let file = file.try_fact(|File { text, instead }| {
                let CalendarText(text) = shelf.take(&text)?;
                let read = facts::CalendarFile::new(text, instead);
                Ok::<_, Error>(
                    read.map_or_else(|problem| facts::Known::unknown(problem.to_string()), facts::Known::Known),
                )
            })?;
            let file = match file {
                facts::Known::Known(file) => file,
                facts::Known::Unknown(why) => facts::Known::Unknown(why),
            };
            Ok(((layer.into(), path), file))
        };
        self.0.into_iter().map(calendar).collect()
    }
}
