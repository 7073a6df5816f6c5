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
}

impl Shown {
    pub(crate) fn new(effect: plan::Effect, refusals: &plan::Refusals) -> Self {
        let plan::Refusals { comment, requests } = refusals.clone();
        let refused = comment.is_some() || requests.is_some();
        Self { effect: effect.into(), refusals: refused.then_some(Refusals { comment, requests }) }
    }

    /// What is refused; nothing where that was not kept.
    pub(crate) fn refusals(&self) -> plan::Refusals {
        let Some(Refusals { comment, requests }) = self.refusals.clone() else { return plan::Refusals::default() };
        plan::Refusals { comment, requests }
    }
}

impl Content for Shown {
    const KIND: &'static str = "shown";
    const NEWEST: u32 = 2;

    fn version(&self) -> u32 {
        if self.refusals.is_some() { 2 } else { 1 }
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
        let refusals = plan::Refusals { comment: Some("locked".into()), requests: None };
        check(r#"{"effect":"holds","refusals":{"comment":"locked","requests":null}}"#, refusals, 2);
    }
}
