//! Facts that only some policies ask for, each read only where a decision hangs on it.

use std::collections::BTreeSet;
use std::time::Duration;

use countersign_domain::Needs;
use countersign_domain::account::Oid;
use countersign_domain::decision::{Decision, RequirementResult, State};
use countersign_domain::facts::{ChangeState, File, Known, ModelFailures, RequiredCheck};
use countersign_domain::policy::PolicySet;
use moka::future::Cache;

use super::reverts;
use super::{Pipeline, Result};
use crate::github::{Installation, Look};
use crate::queue::Work;
use crate::signal::{Mark, Want};
use crate::store::ModelName;

/// Which files two commits leave special, by repository, base and head. It never changes.
pub(super) type SpecialFiles = Cache<(u64, Oid, Oid), BTreeSet<String>>;

/// The cache for that, empty.
pub(super) fn special_files() -> SpecialFiles {
    Cache::builder().max_capacity(10_000).build()
}

/// Which checks GitHub requires, by repository and branch, for ten minutes: nothing tells that it changed.
pub(super) type RequiredChecks = Cache<(u64, String), BTreeSet<RequiredCheck>>;

/// The cache for that, empty.
pub(super) fn required_checks() -> RequiredChecks {
    Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(600)).build()
}

impl Pipeline {
    /// The checks that GitHub requires on the base, where a policy asks for all of them.
    pub(super) async fn required_checks(
        &self,
        github: &Installation,
        look: &Look,
        needs: &Needs,
    ) -> Result<Option<Known<BTreeSet<RequiredCheck>>>> {
        if !needs.required_checks {
            return Ok(None);
        }
        let (repository, base) = (&look.repository, &look.change.base.name);
        let key = (repository.id, base.clone());
        if let Some(required) = self.required_checks.get(&key).await {
            return Ok(Some(Known::Known(required)));
        }
        let read = github.required_checks(&repository.owner, &repository.name, base).await?;
        if let Known::Known(required) = &read {
            self.required_checks.insert(key, required.clone()).await;
        }
        Ok(Some(read))
    }

    /// The changed files that are no regular ones, or whose mode changes.
    pub(super) async fn special_files(
        &self,
        github: &Installation,
        look: &Look,
        files: &Known<Vec<File>>,
    ) -> Result<Known<BTreeSet<String>>> {
        let files = match files {
            Known::Known(files) => files,
            Known::Unknown(why) => return Ok(Known::Unknown(why.clone())),
        };
        let (repository, base, head) = (&look.repository, &look.change.base.tip, &look.change.head.tip);
        let key = (repository.id, base.clone(), head.clone());
        if let Some(special) = self.special_files.get(&key).await {
            return Ok(Known::Known(special));
        }
        let read = github.special_files((&repository.owner, &repository.name), (base, head), files).await?;
        if let Known::Known(special) = &read {
            self.special_files.insert(key, special.clone()).await;
        }
        Ok(read)
    }

    /// How many changes that went in by each model are known to have failed; models without failures are left out.
    pub(super) async fn failures(&self, look: &Look, policies: &PolicySet) -> Result<Vec<ModelFailures>> {
        let repository = &look.repository;
        let mut failures = Vec::new();
        for (layer, policy) in policies.policies() {
            for model in &policy.models {
                let name = (layer, model.id.clone());
                let changes = self.store.failures_of(repository.id, &repository.owner, &name).await?;
                if changes > 0 {
                    failures.push(ModelFailures { layer, model: model.id.clone(), changes });
                }
            }
        }
        Ok(failures)
    }

    /// Remembers by which models the change would go in, before anything green is written; and of one that went in, which
    /// changes it reverts, and whether a deployment that brought it failed: whatever is open under their models is looked
    /// at again.
    pub(super) async fn remember_outcomes(
        &self,
        work: &Work,
        github: &Installation,
        look: &Look,
        decision: &Decision,
    ) -> Result<()> {
        let (repository, number) = (&look.repository, look.change.number);
        match look.change.state {
            ChangeState::Open => {
                let of_models = || decision.rules.iter().filter(|rule| rule.asks.iter().any(|ask| ask.key == "model"));
                let models: BTreeSet<ModelName> = of_models()
                    .filter(|rule| rule.asks.iter().any(is_covering))
                    .map(|rule| (rule.layer, rule.id.clone()))
                    .collect();
                if of_models().next().is_some() {
                    self.store.remember_models((repository.id, number), &repository.owner, &models).await?;
                }
            }
            ChangeState::Merged => {
                if let Some((at, commit)) = &look.merged {
                    let base = &look.change.base.name;
                    self.store.remember_merged((repository.id, number), base, commit, *at).await?;
                }
                for reverted in reverts::reverted(&look.change.body, &repository.owner, &repository.name) {
                    let now = self.store.now().await?;
                    let alike = self.store.remember_revert((repository.id, reverted), number, now).await?;
                    self.look_again(work, alike).await?;
                    let mark =
                        Mark::Pull { repository: repository.id, number: reverted, want: Want::Anything, lowers: false };
                    self.store.mark_because(&work.claim, &[mark]).await?;
                }
                if let Some(failed) = self.failed_deployment(github, look).await? {
                    let alike = self.store.remember_failed_deployment((repository.id, number), &failed).await?;
                    self.look_again(work, alike).await?;
                }
            }
            ChangeState::Closed => {}
        }
        Ok(())
    }

    /// Green may rest on a model that is suspended now.
    async fn look_again(&self, work: &Work, pulls: Vec<(u64, u64)>) -> Result<()> {
        let again = |(repository, number)| Mark::Pull { repository, number, want: Want::Anything, lowers: true };
        let marks: Vec<Mark> = pulls.into_iter().map(again).collect();
        if !marks.is_empty() {
            self.store.mark(work.claim.installation, &[], &marks).await?;
        }
        Ok(())
    }
}

/// Whether it says that a model covers the change.
fn is_covering(ask: &RequirementResult) -> bool {
    ask.key == "model" && ask.state == State::Satisfied
}
