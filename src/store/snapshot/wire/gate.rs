//! The part `gate`: the deployment that a decision was made for, and what was known of the change's authority.

use countersign_domain::facts;
use serde::{Deserialize, Serialize};

use super::super::shelf::Content;
use super::known::Known;
use super::names::Outcome;

/// A deployment that waits, and what is known of one change in it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gate {
    environment: String,
    authority: Known<Option<Outcome>>,
}

impl Content for Gate {
    const KIND: &'static str = "gate";
}

impl From<&facts::Gate> for Gate {
    fn from(gate: &facts::Gate) -> Self {
        let facts::Gate { environment, authority } = gate;
        let authority = Known::of(authority, |outcome| outcome.map(Outcome::from));
        Self { environment: environment.clone(), authority }
    }
}

impl From<Gate> for facts::Gate {
    fn from(gate: Gate) -> Self {
        let Gate { environment, authority } = gate;
        Self { environment, authority: authority.fact(|outcome| outcome.map(Into::into)) }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    /// What is stored is read for ever: do not write these texts anew.
    #[test]
    fn a_gate_reads_as_it_was_written() {
        for stored in [
            r#"{"environment":"production","authority":{"known":"pass"}}"#,
            r#"{"environment":"prod-eu","authority":{"known":null}}"#,
            r#"{"environment":"prod-eu","authority":{"unknown":"why"}}"#,
        ] {
            let gate: Gate = serde_json::from_str(stored).unwrap();
            let fact = facts::Gate::from(gate);
            assert_eq!(serde_json::to_string(&Gate::from(&fact)).unwrap(), stored);
        }
    }
}
