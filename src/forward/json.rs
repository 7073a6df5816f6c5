//! The forward schedule as JSON, for whoever makes something of it. Instants are RFC 3339 in UTC.

use serde_json::{Value, json};

use super::{Forward, HeldTime, PlannedChange};

impl Forward {
    /// As JSON.
    pub fn json(&self) -> Value {
        let changes: Vec<_> = self.changes.iter().map(change).collect();
        let holds: Vec<_> = self.holds.iter().map(held).collect();
        json!({
            "organisation": self.organisation,
            "from": self.from,
            "until": self.until,
            "complete": !self.cut,
            "changes": changes,
            "holds": holds,
        })
    }
}

fn change(change: &PlannedChange) -> Value {
    json!({
        "repository": change.repository,
        "number": change.number,
        "title": change.title,
        "url": change.url,
        "start": change.start,
        "end": change.end,
        "services": change.services,
        "implementer": change.implementer,
        "risk": change.risk,
        "outcome": change.outcome,
        "as_of": change.as_of,
    })
}

fn held(held: &HeldTime) -> Value {
    let of = [("merge", held.merges), ("deploy", held.deploys)];
    let holds: Vec<_> = of.into_iter().filter_map(|(name, holds)| holds.then_some(name)).collect();
    json!({
        "kind": held.kind.name(),
        "repository": held.repository,
        "id": held.id,
        "why": held.why,
        "start": held.start,
        "end": held.end,
        "holds": holds,
        "services": held.services,
        "some_changes_only": held.some,
    })
}
