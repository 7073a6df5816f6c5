//! The part `collisions`: what others plan that has something in common with the change. And the plan of a change as it
//! is kept for others.

use std::collections::BTreeSet;

use countersign_domain::facts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::shelf::Content;
use super::known::{Known, back, list, present};
use super::names::Layer;

/// The plans of others.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Collisions(Known<Vec<OtherPlan>>);

impl Content for Collisions {
    const KIND: &'static str = "collisions";
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OtherPlan {
    change: OtherChange,
    earlier: bool,
    plan: Plan,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum OtherChange {
    Here(u64),
    Elsewhere { repository: String, number: u64 },
    Unnamed,
}

/// What a change plans.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    start: Timestamp,
    end: Timestamp,
    services: Vec<PlannedService>,
    needs: Vec<PlannedService>,
    #[serde(deserialize_with = "present")]
    implementer: Option<String>,
    folders: BTreeSet<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlannedService {
    layer: Layer,
    name: String,
}

impl From<&facts::Known<Vec<facts::OtherPlan>>> for Collisions {
    fn from(collisions: &facts::Known<Vec<facts::OtherPlan>>) -> Self {
        Self(Known::of(collisions, list))
    }
}

impl From<Collisions> for facts::Known<Vec<facts::OtherPlan>> {
    fn from(collisions: Collisions) -> Self {
        collisions.0.fact(back)
    }
}

impl From<&facts::OtherPlan> for OtherPlan {
    fn from(other: &facts::OtherPlan) -> Self {
        let facts::OtherPlan { change, earlier, plan } = other;
        let change = match change {
            facts::OtherChange::Here(number) => OtherChange::Here(*number),
            facts::OtherChange::Elsewhere { repository, number } => {
                OtherChange::Elsewhere { repository: repository.clone(), number: *number }
            }
            facts::OtherChange::Unnamed => OtherChange::Unnamed,
        };
        Self { change, earlier: *earlier, plan: plan.into() }
    }
}

impl From<OtherPlan> for facts::OtherPlan {
    fn from(other: OtherPlan) -> Self {
        let OtherPlan { change, earlier, plan } = other;
        let change = match change {
            OtherChange::Here(number) => facts::OtherChange::Here(number),
            OtherChange::Elsewhere { repository, number } => facts::OtherChange::Elsewhere { repository, number },
            OtherChange::Unnamed => facts::OtherChange::Unnamed,
        };
        Self { change, earlier, plan: plan.into() }
    }
}

impl From<&facts::Plan> for Plan {
    fn from(plan: &facts::Plan) -> Self {
        let facts::Plan { start, end, services, needs, implementer, folders } = plan;
        let (services, needs) = (list(services), list(needs));
        Self { start: *start, end: *end, services, needs, implementer: implementer.clone(), folders: folders.clone() }
    }
}

impl From<Plan> for facts::Plan {
    fn from(plan: Plan) -> Self {
        let Plan { start, end, services, needs, implementer, folders } = plan;
        Self { start, end, services: back(services), needs: back(needs), implementer, folders }
    }
}

impl From<&facts::PlannedService> for PlannedService {
    fn from(service: &facts::PlannedService) -> Self {
        let facts::PlannedService { layer, name } = service;
        Self { layer: (*layer).into(), name: name.clone() }
    }
}

impl From<PlannedService> for facts::PlannedService {
    fn from(service: PlannedService) -> Self {
        let PlannedService { layer, name } = service;
        Self { layer: layer.into(), name }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    /// What is stored is read for ever: do not write these texts anew.
    #[test]
    fn plans_of_others_read_as_they_were_written() {
        let plan = r#"{"start":"2026-01-30T19:00:00Z","end":"2026-01-30T21:00:00Z","services":[{"layer":"organisation","name":"payments"}],"needs":[],"implementer":"carol","folders":["db/migrations/"]}"#;
        for change in [r#"{"here":3}"#, r#"{"elsewhere":{"repository":"till","number":4}}"#, r#""unnamed""#] {
            let stored = format!(r#"{{"known":[{{"change":{change},"earlier":true,"plan":{plan}}}]}}"#);
            let read: Collisions = serde_json::from_str(&stored).unwrap();
            let fact = facts::Known::from(read);
            assert_eq!(serde_json::to_string(&Collisions::from(&fact)).unwrap(), stored);
        }
        let unknown = r#"{"unknown":"too many"}"#;
        let read: Collisions = serde_json::from_str(unknown).unwrap();
        assert_eq!(serde_json::to_string(&Collisions::from(&facts::Known::from(read))).unwrap(), unknown);
    }
}
