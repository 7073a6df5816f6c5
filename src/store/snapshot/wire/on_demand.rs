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
