//! Where a change stands in its life, for the step that is kept with its decision.
//!
//! Before it goes in the decision says so; afterwards what is known of its deployments, of reverts, and of what people
//! said became of it. Absent: which step that is, which the store knows.

use std::collections::BTreeMap;

use countersign_domain::Records;
use countersign_domain::command::ChangeResult;
use countersign_domain::facts::ChangeState;
use countersign_domain::life::{self, Afterwards, Brought, Life};
use countersign_domain::policy::{LayerPolicy, PolicySet};
use jiff::{SignedDuration, Timestamp};

use super::pull::{Decided, policy_ref};
use super::{Pipeline, Result};
use crate::store::{ChangeDeployment, PolicyRef, Reviewed, Stands};

/// A change of which nobody decided before it went in is told of only so long afterwards: its life before is not known.
const JUST_NOW: SignedDuration = SignedDuration::from_hours(1);

impl Pipeline {
    /// Where the change stands, to be kept with its decision; nothing where no policy speaks about it.
    pub(super) async fn stands(&self, decided: &Decided) -> Result<Option<Stands>> {
        let life = match decided.look.change.state {
            ChangeState::Merged => decided.went_in.clone(),
            ChangeState::Closed => {
                let change = (decided.look.repository.id, decided.look.change.number);
                let was = self.store.stands(change.0, change.1).await?;
                life::before_merge(&decided.decision).filter(|_| was.is_some())
            }
            ChangeState::Open => life::before_merge(&decided.decision),
        };
        Ok(life.map(|life| Stands { state: life.state, marks: life.marks, policies: policies(decided) }))
    }

    /// Where a change stands that went in; nothing for any other, and for one whose life before is not known.
    pub(super) async fn life_since_it_went_in(&self, decided: &Decided) -> Result<Option<Life>> {
        let (look, facts) = (&decided.look, &decided.facts);
        let (repository, number) = (look.repository.id, look.change.number);
        let Some((merged_at, _)) = &look.merged else { return Ok(None) };
        let was = self.store.stands(repository, number).await?;
        let is_new = facts.as_of.duration_since(*merged_at) < JUST_NOW;
        if was.is_none() && !(is_new && life::is_governed(&decided.loaded.policies, facts)) {
            return Ok(None);
        }
        let records = Records::read(facts, &decided.loaded.fields, &decided.templates);
        let reached = life::environments(&decided.loaded.policies, &records, facts);
        let deployments = self.store.deployments_of(repository, number).await?;
        let is_reverted = self.store.is_reverted(repository, number).await?;
        let emergency = self.store.review_of((repository, number)).await?;
        let after = Afterwards {
            emergency: emergency.is_some() || was.is_some_and(|(_, marks)| marks.emergency),
            brought: brought(&reached, &deployments, is_reverted),
            said: self.result_said(decided).await?,
            review_due: self.review_owed((repository, number)).await?,
        };
        Ok(Some(life::went_in(&after)))
    }

    /// What was said became of the change, by somebody whose word counts. Where that cannot be told for a moment, as while
    /// a team cannot be read, what was kept of it stands.
    pub(super) async fn result_said(&self, decided: &Decided) -> Result<Option<ChangeResult>> {
        let now = decided.decision.after_merge.as_ref().and_then(|after| after.outcome.as_ref());
        match now {
            Some(outcome) => Ok(Some(outcome.result)),
            None => Ok(self.store.said_of(decided.look.repository.id, decided.look.change.number).await?),
        }
    }

    /// Until when a change that went in is still to be reviewed, whatever asks for it.
    pub(super) async fn review_owed(&self, (repository, number): (u64, u64)) -> Result<Option<Timestamp>> {
        let in_lane = self.store.review_of((repository, number)).await?.flatten();
        let review = self.store.review(repository, &Reviewed::Pull { number }).await?;
        let beside = review.filter(|review| !review.is_done).map(|review| review.due);
        Ok(in_lane.into_iter().chain(beside).min())
    }
}

/// Where a change came to: of each environment that it reaches the last deployment that brought it counts.
fn brought(reached: &BTreeMap<String, Vec<String>>, deployments: &[ChangeDeployment], is_reverted: bool) -> Brought {
    let last = |names: &Vec<String>| {
        let into = |there: &&ChangeDeployment| {
            names.iter().any(|name| name.to_lowercase() == there.environment.to_lowercase())
        };
        deployments.iter().rfind(into)
    };
    let last: Vec<(&String, Option<&ChangeDeployment>)> =
        reached.iter().map(|(name, names)| (name, last(names))).collect();
    let is_back = |there: &&ChangeDeployment| there.backed_out_at.is_some();
    if is_reverted || last.iter().any(|(_, there)| there.as_ref().is_some_and(is_back)) {
        return Brought::BackedOut;
    }
    let has_failed = |there: &ChangeDeployment| there.succeeded_at.is_none() && there.failed_at.is_some();
    if let Some((name, _)) = last.iter().find(|(_, there)| there.is_some_and(has_failed)) {
        return Brought::Failed((*name).clone());
    }
    let is_there = |there: &ChangeDeployment| there.succeeded_at.is_some();
    let missing = last.iter().filter(|(_, there)| !there.is_some_and(is_there)).map(|(name, _)| (*name).clone());
    let missing: Vec<String> = missing.collect();
    if missing.is_empty() { Brought::There } else { Brought::NotYet(missing) }
}

/// The policies in force. Of a change that went in the decision tells none.
fn policies(decided: &Decided) -> Vec<PolicyRef> {
    if decided.decision.policies.is_empty() {
        return of_layers(&decided.loaded.policies);
    }
    decided.decision.policies.iter().map(policy_ref).collect()
}

fn of_layers(policies: &PolicySet) -> Vec<PolicyRef> {
    let kept = |layer: &LayerPolicy| PolicyRef {
        layer: layer.layer.name().to_owned(),
        path: layer.source.path.clone(),
        blob: layer.source.blob.clone(),
        standing: layer.standing.name().to_owned(),
    };
    policies.layers.iter().map(kept).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use countersign_domain::account::Oid;
    use jiff::Timestamp;

    use super::*;

    /// A deployment into an environment: `ok`, `failed`, `back`, or begun.
    fn deployment(id: u64, told: &str) -> ChangeDeployment {
        let (environment, state) = told.split_once(' ').unwrap();
        let at = |states: &[&str]| states.contains(&state).then(|| Timestamp::from_second(1_000).unwrap());
        ChangeDeployment {
            deployment: id,
            environment: environment.to_owned(),
            head: Oid::new("c0ffee"),
            started_at: at(&["begun"]),
            succeeded_at: at(&["ok", "back"]),
            failed_at: at(&["failed"]),
            backed_out_at: at(&["back"]),
        }
    }

    #[test]
    fn a_change_is_there_once_every_environment_that_it_reaches_has_it() {
        let check = |reached: &[(&str, &[&str])], deployments: &[&str], is_reverted: bool, expected: Brought| {
            let reached = reached
                .iter()
                .map(|(name, names)| ((*name).to_owned(), names.iter().map(|name| (*name).to_owned()).collect()));
            let told: Vec<_> = deployments.iter().zip(1..).map(|(told, id)| deployment(id, told)).collect();
            assert_eq!(brought(&reached.collect(), &told, is_reverted), expected, "{deployments:?}");
        };
        let one: &[(&str, &[&str])] = &[("production", &["Prod", "prod-eu"])];
        let two: &[(&str, &[&str])] = &[("production", &["Prod"]), ("staging", &["stage"])];
        let not_yet = |names: &[&str]| Brought::NotYet(names.iter().map(|name| (*name).to_owned()).collect());
        check(&[], &[], false, Brought::There);
        check(&[], &["preview failed"], false, Brought::There);
        check(&[], &[], true, Brought::BackedOut);
        check(one, &[], false, not_yet(&["production"]));
        check(one, &["prod begun"], false, not_yet(&["production"]));
        check(one, &["stage ok"], false, not_yet(&["production"]));
        check(one, &["prod ok"], false, Brought::There);
        check(one, &["PROD-EU ok"], false, Brought::There);
        check(two, &["prod ok"], false, not_yet(&["staging"]));
        check(two, &["prod ok", "stage ok"], false, Brought::There);
        check(one, &["prod failed"], false, Brought::Failed("production".to_owned()));
        check(one, &["prod failed", "prod ok"], false, Brought::There);
        check(one, &["prod back"], false, Brought::BackedOut);
        check(one, &["prod back", "prod ok"], false, Brought::There);
        check(one, &["prod ok"], true, Brought::BackedOut);
    }
}
