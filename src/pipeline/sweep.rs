//! What brings back events that were lost: the open pull requests compared with what we know.

use std::collections::BTreeMap;

use countersign_domain::Priority;
use jiff::SignedDuration;

use super::{Pipeline, Result};
use crate::github;
use crate::queue::Outcome;
use crate::signal::{Mark, PullIndex, Want};
use crate::store::{OpenPull, Subject};

impl Pipeline {
    /// Every open pull request of the installation; only those that differ from what we know get a look.
    pub(super) async fn sweep(&self, installation: u64) -> Result<Outcome> {
        let github = self.github.installation(installation);
        self.pay_for_look(installation, Priority::Grant).await?;
        let mut looks = 0_usize;
        let mut seen = 0_usize;
        for repository in github.repositories().await? {
            self.store.remember_repository(installation, &repository).await?;
            let known: BTreeMap<u64, OpenPull> =
                self.store.open_pulls(repository.id).await?.into_iter().map(|pull| (pull.number, pull)).collect();
            let open = github.open_pulls(&repository.owner, &repository.name).await?;
            seen += open.len();
            let closed = known.keys().filter(|number| !open.iter().any(|pull| pull.number == **number)).copied();
            let differing: Vec<_> = open.iter().filter(|pull| differs(pull, known.get(&pull.number))).collect();
            let read: Vec<_> = differing.iter().map(|pull| index(repository.id, pull)).collect();
            let look = |number| Mark::Pull { repository: repository.id, number, want: Want::Anything, lowers: false };
            let marks: Vec<_> = differing.iter().map(|pull| pull.number).chain(closed).map(look).collect();
            looks += marks.len();
            self.store.mark(installation, &read, &marks).await?;
        }
        self.wake_gates(installation).await?;
        tracing::info!(installation, open = seen, looks, "swept");
        Ok(Outcome::Done { next: Some(self.next_sweep().await?) })
    }

    /// A deployment that was given up waits on, and nothing but a policy that is pushed would tell of it again.
    async fn wake_gates(&self, installation: u64) -> Result<()> {
        let given_up = self.store.given_up_gates(installation).await?;
        let marks: Vec<_> = given_up
            .into_iter()
            .filter_map(|gate| match gate {
                Subject::Gate { repository, run, environment } => Some(Mark::Gate { repository, run, environment }),
                _ => None,
            })
            .collect();
        if !marks.is_empty() {
            self.store.mark(installation, &[], &marks).await?;
        }
        Ok(())
    }

    pub(super) async fn next_sweep(&self) -> Result<jiff::Timestamp> {
        let every = SignedDuration::try_from(self.rules.sweep_every).unwrap_or(SignedDuration::from_mins(10));
        Ok(self.store.now().await? + every)
    }
}

/// Whether what GitHub lists is not what we last decided on and wrote.
fn differs(open: &github::OpenPull, known: Option<&OpenPull>) -> bool {
    let Some(known) = known else { return true };
    let shown = known.run.as_ref().is_none_or(|(_, fingerprint)| open.own_runs.values().any(|own| own == fingerprint));
    known.decided_head.as_ref() != Some(&open.head)
        || known.base != open.base
        || known.updated_at < open.updated_at
        || !shown
}

fn index(repository: u64, pull: &github::OpenPull) -> PullIndex {
    PullIndex {
        repository,
        number: pull.number,
        head: pull.head.clone(),
        base: pull.base.clone(),
        open: true,
        updated_at: pull.updated_at,
    }
}
