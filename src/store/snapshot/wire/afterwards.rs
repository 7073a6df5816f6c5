//! The part `afterwards`: what became of changes that went in before, and which reviews of them are overdue.

use countersign_domain::facts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::shelf::Content;
use super::known::{back, list, present};
use super::names::Layer;

/// What is known of changes that went in before.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Afterwards {
    track_record: Vec<TrackRecord>,
    overdue: Vec<OverdueReview>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrackRecord {
    of: RecordOf,
    successful: u32,
    outcomes: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum RecordOf {
    Service { layer: Layer, name: String },
    Team(String),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OverdueReview {
    number: u64,
    #[serde(deserialize_with = "present")]
    issue: Option<u64>,
    due: Timestamp,
}

impl Content for Afterwards {
    const KIND: &'static str = "afterwards";
}

impl From<&facts::Afterwards> for Afterwards {
    fn from(afterwards: &facts::Afterwards) -> Self {
        let facts::Afterwards { track_record, overdue } = afterwards;
        Self { track_record: list(track_record), overdue: list(overdue) }
    }
}

impl From<Afterwards> for facts::Afterwards {
    fn from(afterwards: Afterwards) -> Self {
        let Afterwards { track_record, overdue } = afterwards;
        Self { track_record: back(track_record), overdue: back(overdue) }
    }
}

impl From<&facts::TrackRecord> for TrackRecord {
    fn from(record: &facts::TrackRecord) -> Self {
        let facts::TrackRecord { of, successful, outcomes } = record;
        let of = match of {
            facts::RecordOf::Service { layer, name } => {
                RecordOf::Service { layer: (*layer).into(), name: name.clone() }
            }
            facts::RecordOf::Team(team) => RecordOf::Team(team.clone()),
        };
        Self { of, successful: *successful, outcomes: *outcomes }
    }
}

impl From<TrackRecord> for facts::TrackRecord {
    fn from(record: TrackRecord) -> Self {
        let TrackRecord { of, successful, outcomes } = record;
        let of = match of {
            RecordOf::Service { layer, name } => facts::RecordOf::Service { layer: layer.into(), name },
            RecordOf::Team(team) => facts::RecordOf::Team(team),
        };
        Self { of, successful, outcomes }
    }
}

impl From<&facts::OverdueReview> for OverdueReview {
    fn from(overdue: &facts::OverdueReview) -> Self {
        let facts::OverdueReview { due, number, issue } = overdue;
        Self { number: *number, issue: *issue, due: *due }
    }
}

impl From<OverdueReview> for facts::OverdueReview {
    fn from(overdue: OverdueReview) -> Self {
        let OverdueReview { number, issue, due } = overdue;
        Self { due, number, issue }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    /// What is stored is read for ever: do not write this text anew.
    #[test]
    fn what_became_of_changes_reads_as_it_was_written() {
        let stored = r#"{"track_record":[{"of":{"service":{"layer":"repository","name":"payments"}},"successful":7,"outcomes":8},{"of":{"team":"team:acme/pay"},"successful":0,"outcomes":1}],"overdue":[{"number":12,"issue":34,"due":"2026-03-02T10:00:00Z"},{"number":0,"issue":null,"due":"2026-03-02T11:00:00Z"}]}"#;
        let read: Afterwards = serde_json::from_str(stored).unwrap();
        let fact = facts::Afterwards::from(read);
        assert_eq!(fact.track_record[0].outcomes, 8);
        assert_eq!(serde_json::to_string(&Afterwards::from(&fact)).unwrap(), stored);
    }
}
