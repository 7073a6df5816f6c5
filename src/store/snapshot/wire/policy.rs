//! Policy files as they were read, their texts by reference.

use countersign_domain::{facts, policy};
use serde::{Deserialize, Serialize};

use super::super::error::Error;
use super::super::shelf::{Cut, Ref, Shelf};
use super::known::present;
use super::names::Layer;
use super::texts::PolicyText;

/// The policy file of one layer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    layer: Layer,
    path: String,
    read: Read,
    #[serde(deserialize_with = "present")]
    last_good: Option<Version>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Read {
    Text(Version),
    Absent,
    Unreachable(String),
    Unseen,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Version {
    blob: String,
    text: Ref<PolicyText>,
}

/// The repository's policy file at the head.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditedPolicy {
    #[serde(deserialize_with = "present")]
    text: Option<Ref<PolicyText>>,
}

impl Source {
    pub(crate) fn cut(source: &policy::Source, cut: &mut Cut) -> Self {
        let policy::Source { layer, path, read, last_good } = source;
        let read = match read {
            policy::Read::Text(version) => Read::Text(Version::cut(version, cut)),
            policy::Read::Absent => Read::Absent,
            policy::Read::Unreachable(why) => Read::Unreachable(why.clone()),
            policy::Read::Unseen => Read::Unseen,
        };
        let last_good = last_good.as_ref().map(|version| Version::cut(version, cut));
        Self { layer: (*layer).into(), path: path.clone(), read, last_good }
    }

    pub(crate) fn restore(self, shelf: &Shelf<'_>) -> Result<policy::Source, Error> {
        let Self { layer, path, read, last_good } = self;
        let read = match read {
            Read::Text(version) => policy::Read::Text(version.restore(shelf)?),
            Read::Absent => policy::Read::Absent,
            Read::Unreachable(why) => policy::Read::Unreachable(why),
            Read::Unseen => policy::Read::Unseen,
        };
        let last_good = last_good.map(|version| version.restore(shelf)).transpose()?;
        Ok(policy::Source { layer: layer.into(), path, read, last_good })
    }
}

impl Version {
    fn cut(version: &policy::Version, cut: &mut Cut) -> Self {
        let policy::Version { blob, text } = version;
        Self { blob: blob.clone(), text: cut.put(&PolicyText(text.clone())) }
    }

    fn restore(self, shelf: &Shelf<'_>) -> Result<policy::Version, Error> {
        let Self { blob, text } = self;
        let PolicyText(text) = shelf.take(&text)?;
        Ok(policy::Version { blob, text })
    }
}

impl EditedPolicy {
    pub(crate) fn cut(edited: &facts::EditedPolicy, cut: &mut Cut) -> Self {
        let facts::EditedPolicy { text } = edited;
        Self { text: text.as_ref().map(|text| cut.put(&PolicyText(text.clone()))) }
    }

    pub(crate) fn restore(self, shelf: &Shelf<'_>) -> Result<facts::EditedPolicy, Error> {
        let text = self.text.map(|text| shelf.take(&text)).transpose()?;
        Ok(facts::EditedPolicy { text: text.map(|PolicyText(text)| text) })
    }
}
