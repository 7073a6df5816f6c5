//! The part `shown`: what GitHub showed of us before a decision and what it would not take, as far as the decision's texts
//! depend on that.

use countersign_domain::plan;
use serde::{Deserialize, Serialize};

use super::super::shelf::Content;
use super::names::Effect;

/// What the check run on the head did to the merge, and since version 2 what GitHub refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    pub(crate) effect: Effect,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusals: Option<Refusals>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusals {
    comment: Option<String>,
    requests: Option<String>,
    /// Since version 3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    receivers: Vec<String>,
}

impl Shown {
    pub(crate) fn new(effect: plan::Effect, refusals: &plan::Refusals) -> Self {
        let plan::Refusals { comment, requests, receivers } = refusals.clone();
        let refused = comment.is_some() || requests.is_some() || !receivers.is_empty();
        Self { effect: effect.into(), refusals: refused.then_some(Refusals { comment, requests, receivers }) }
    }

    /// What is refused; nothing where that was not kept.
    pub(crate) fn refusals(&self) -> plan::Refusals {
        let Some(refusals) = self.refusals.clone() else { return plan::Refusals::default() };
        let Refusals { comment, requests, receivers } = refusals;
        plan::Refusals { comment, requests, receivers }
    }
}

impl Content for Shown {
    const KIND: &'static str = "shown";
    const NEWEST: u32 = 3;

    fn version(&self) -> u32 {
        match &self.refusals {
            Some(refusals) if !refusals.receivers.is_empty() => 3,
            Some(_) => 2,
            None => 1,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    /// What is stored is read for ever: do not write these texts anew.
    #[test]
    fn what_was_shown_reads_as_it_was_written_by_the_oldest_version_that_can_say_it() {
        let check = |stored: &str, refusals: plan::Refusals, version: u32| {
            let shown: Shown = serde_json::from_str(stored).unwrap();
            assert_eq!((shown.refusals(), shown.version()), (refusals.clone(), version));
            assert_eq!(shown, Shown::new(plan::Effect::Holds, &refusals));
            assert_eq!(serde_json::to_string(&shown).unwrap(), stored);
        };
        check(r#"{"effect":"holds"}"#, plan::Refusals::default(), 1);
        let refusals = plan::Refusals { comment: Some("locked".into()), requests: None, receivers: Vec::new() };
        check(r#"{"effect":"holds","refusals":{"comment":"locked","requests":null}}"#, refusals.clone(), 2);
        let refusals = plan::Refusals { receivers: vec!["slack:payments".into()], ..refusals };
        let stored =
            r#"{"effect":"holds","refusals":{"comment":"locked","requests":null,"receivers":["slack:payments"]}}"#;
        check(stored, refusals, 3);
    }
}
