//! What only some policies ask for. Whatever none asked for is left out.

use std::collections::BTreeSet;

use countersign_domain::facts;
use serde::{Deserialize, Serialize};

use super::known::{Known, back, list};
use super::names::Layer;

/// Facts that only some policies ask for.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnDemand {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    special_files: Option<Known<BTreeSet<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check_name: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    failures: Vec<ModelFailures>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFailures {
    layer: Layer,
    model: String,
    changes: u32,
}

impl OnDemand {
    /// Whether no policy asked for any of it.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { special_files, check_name, failures } = self;
        special_files.is_none() && check_name.is_none() && failures.is_empty()
    }
}

impl From<&facts::OnDemand> for OnDemand {
    fn from(on_demand: &facts::OnDemand) -> Self {
        let facts::OnDemand { special_files, check_name, failures } = on_demand;
        Self {
            special_files: special_files.as_ref().map(|special| Known::of(special, Clone::clone)),
            check_name: check_name.clone(),
            failures: list(failures),
        }
    }
}

impl From<OnDemand> for facts::OnDemand {
    fn from(on_demand: OnDemand) -> Self {
        let OnDemand { special_files, check_name, failures } = on_demand;
        Self {
            special_files: special_files.map(|special| special.fact(|paths| paths)),
            check_name,
            failures: back(failures),
        }
    }
}

impl From<&facts::ModelFailures> for ModelFailures {
    fn from(failures: &facts::ModelFailures) -> Self {
        let facts::ModelFailures { layer, model, changes } = failures;
        Self { layer: (*layer).into(), model: model.clone(), changes: *changes }
    }
}

impl From<ModelFailures> for facts::ModelFailures {
    fn from(failures: ModelFailures) -> Self {
        let ModelFailures { layer, model, changes } = failures;
        Self { layer: layer.into(), model, changes }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    /// What is stored is read for ever: do not write this text anew.
    const STORED: &str = r#"{"special_files":{"known":["a.lock","b.lock"]},"check_name":"countersign: release","failures":[{"layer":"organisation","model":"bumps","changes":2}]}"#;

    #[test]
    fn the_form_on_disk_stays() {
        let stored: OnDemand = serde_json::from_str(STORED).unwrap();
        assert_eq!(serde_json::to_string(&stored).unwrap(), STORED);
        let fact = facts::OnDemand::from(stored);
        assert_eq!(fact.failures[0].changes, 2);
        assert_eq!(fact.special_files, Some(facts::Known::Known(["a.lock", "b.lock"].map(str::to_owned).into())));
        assert_eq!(serde_json::to_string(&OnDemand::default()).unwrap(), "{}");
        assert!(serde_json::from_str::<OnDemand>(r#"{"modes":[]}"#).is_err());
    }
}
