//! Writing on GitHub: within the budget, under the lease, and what is said without a look.

use std::time::Duration;

use countersign_domain::check_name;
use countersign_domain::plan::{Action, Run, RunStatus};

use super::lane::lane;
use super::{Error, Pipeline, Result};
use crate::failpoint;
use crate::github::{self, Installation, Look, Place, Written};
use crate::queue::Work;
use crate::render::{self, Reason};
use crate::signal::Want;
use crate::store::{Cost, RepositoryRow, ShownIds, ShownRunIds, Subject};

/// How long a word that needs no look waits to learn whether it was said before.
const PATIENCE: Duration = Duration::from_secs(2);

impl Pipeline {
    /// Carries out the actions and gives what GitHub shows of us then.
    pub(super) async fn write(
        &self,
        work: &Work,
        github: &Installation,
        look: &Look,
        actions: &[Action],
        mut shown: ShownIds,
    ) -> Result<ShownIds> {
        let place = Place { owner: &look.repository.owner, name: &look.repository.name, number: look.change.number };
        for action in actions {
            // In a flood of events only the last look words what has not changed otherwise.
            if is_wording(action, shown.run.as_ref()) && self.store.asked_again(&work.claim).await? {
                continue;
            }
            let green = shown.run.as_ref().is_some_and(|run| run.status == RunStatus::Success);
            match self.write_one(work, github, place, action, lowers(action, green)).await? {
                Written::Run { id, status, fingerprint } => {
                    let run = match action {
                        Action::CreateRun(run) | Action::UpdateRun { run, .. } => run,
                        _ => continue,
                    };
                    shown.run =
                        Some(ShownRunIds { id, status, fingerprint, head: run.head.clone(), name: run.name.clone() });
                    failpoint::reach("run-written");
                }
                Written::Comment { id, node } => {
                    shown.comment = Some(id);
                    shown.comment_node = Some(node);
                    failpoint::reach("comment-written");
                }
                Written::Requests => {}
            }
        }
        Ok(shown)
    }

    /// One write: its part of the budget first, then the lease once more, so that no fenced worker writes late.
    pub(super) async fn write_one(
        &self,
        work: &Work,
        github: &Installation,
        place: Place<'_>,
        action: &Action,
        lowers: bool,
    ) -> Result<Written> {
        self.pay(github.id(), Cost { writes: 1, points: 5, lowers }).await?;
        let now = self.store.now().await?;
        // Nothing is waited for between this and the write.
        if !work.lease.may_write() {
            return Err(github::Error::Outage("less than half of the lease is left".to_owned()).into());
        }
        let write = github.apply(place, action, render::bare_verdict, now);
        let written = tokio::time::timeout(self.write_within(), write).await;
        let outcome = written
            .unwrap_or_else(|_| Err(github::Error::Outage("a write took longer than half of the lease".to_owned())));
        self.telemetry.write(match action {
            Action::CreateRun(_) => "run created",
            Action::UpdateRun { .. } => "run updated",
            Action::CreateComment(_) => "comment created",
            Action::UpdateComment { .. } => "comment updated",
            Action::RequestReviews(_) => "reviews requested",
        });
        Ok(outcome?)
    }

    /// A write ends within the lease it was begun under.
    fn write_within(&self) -> Duration {
        self.rules.lease / 2
    }

    /// Takes a green check back without a look. Nothing is green afterwards; nothing else is touched.
    pub(super) async fn take_back(
        &self,
        work: &Work,
        github: &Installation,
        row: &RepositoryRow,
        number: u64,
        shown: &mut ShownIds,
        reason: &Reason,
    ) -> Result<()> {
        let Some(green) = shown.run.as_ref().filter(|run| run.status == RunStatus::Success) else { return Ok(()) };
        let run = render::could_not_evaluate(&green.head, &green.name, reason);
        tracing::info!(head = green.head.short(), check = %green.name, ?reason, "green is taken back");
        self.say(work, github, row, number, shown, run).await?;
        failpoint::reach("withdrawn");
        Ok(())
    }

    /// The base has changed since the check was given, and with it the check's name: the old one is taken back before
    /// anything is looked at, because another pull request may come to share it.
    pub(super) async fn take_back_retargeted(
        &self,
        work: &Work,
        github: &Installation,
        row: &RepositoryRow,
        number: u64,
        shown: &mut ShownIds,
    ) -> Result<()> {
        let (Some(run), Some(index)) = (&shown.run, self.store.pull_index(row.name.id, number).await?) else {
            return Ok(());
        };
        let own = check_name(&index.base, &row.name.default_branch);
        if run.name == own || run.name == self.last_check_name(&row.name, &index.base).await? {
            return Ok(());
        }
        let sharing = self.store.open_pulls_at(row.name.id, &run.head, &run.name).await?;
        if sharing.iter().any(|pull| pull.number != number) {
            Ok(())
        } else {
            self.take_back(work, github, row, number, shown, &Reason::Retargeted).await
        }
    }

    /// The policy of the default branch gives this base's check another name now: what is green under the old one is
    /// taken back, because no decision will speak through it again.
    pub(super) async fn take_back_renamed(
        &self,
        work: &Work,
        github: &Installation,
        look: &Look,
        shown: &mut ShownIds,
        name: &str,
    ) -> Result<()> {
        let Some(run) = shown.run.as_ref().filter(|run| run.name != name) else { return Ok(()) };
        let number = look.change.number;
        let sharing = self.store.open_pulls_at(look.repository.id, &run.head, &run.name).await?;
        // Whoever was decided for it under that name speaks through it still.
        if run.head != look.change.head.tip
            || sharing.iter().any(|pull| pull.number != number && pull.outcome.is_some())
        {
            return Ok(());
        }
        let Some(row) = self.store.repository(look.repository.id).await? else { return Ok(()) };
        self.take_back(work, github, &row, number, shown, &Reason::Renamed { to: name.to_owned() }).await
    }

    /// A pull request that was closed vouches for nothing, so that whoever opens it again finds no green from before.
    pub(super) async fn take_back_closed(
        &self,
        work: &Work,
        github: &Installation,
        row: &RepositoryRow,
        number: u64,
        shown: &mut ShownIds,
    ) -> Result<()> {
        let told = work.claim.wants.iter().any(|want| matches!(want, Want::Closed(_)));
        let (true, Some(run)) = (told, &shown.run) else { return Ok(()) };
        let open = self.store.pull_index(row.name.id, number).await?.is_none_or(|index| index.open);
        let sharing = self.store.open_pulls_at(row.name.id, &run.head, &run.name).await?;
        if open || sharing.iter().any(|pull| pull.number != number) {
            return Ok(());
        }
        self.take_back(work, github, row, number, shown, &Reason::Closed).await
    }

    /// A dead row: people are told that it could not be evaluated, by a path that needs no look.
    pub(super) async fn give_up(&self, work: &Work, error: &str) -> Result<()> {
        let Subject::Pull { repository, number } = work.claim.subject else {
            return Ok(());
        };
        let Some(row) = self.store.repository(repository).await? else { return Ok(()) };
        let Some(index) = self.store.pull_index(repository, number).await? else { return Ok(()) };
        let mut shown = self.store.shown(repository, number).await?;
        let reason = Reason::GaveUp { attempts: work.claim.attempts, why: error.to_owned() };
        let name = self.last_check_name(&row.name, &index.base).await?;
        let run = render::could_not_evaluate(&index.head, &name, &reason);
        let github = self.github.installation(work.claim.installation);
        self.say(work, &github, &row, number, &mut shown, run).await?;
        tracing::error!(error, attempts = work.claim.attempts, "given up until the next event");
        Ok(())
    }

    /// Says it, holding the check against others who share the commit.
    async fn say(
        &self,
        work: &Work,
        github: &Installation,
        row: &RepositoryRow,
        number: u64,
        shown: &mut ShownIds,
        run: Run,
    ) -> Result<()> {
        let already =
            shown.run.as_ref().is_some_and(|there| there.fingerprint == run.fingerprint && there.head == run.head);
        if already {
            return Ok(());
        }
        // Others that share the check must not turn it green again by what this one was when it was last decided.
        self.store.forget_outcome(row.name.id, number).await?;
        let lane = lane(row.name.id, &run.head, &run.name);
        if !self.hold_soon(work, &lane).await? {
            // Nobody is waited for longer. It is not remembered, and so said again once the check is held, should they
            // have written something green on top of it.
            self.say_now(work, github, row, number, shown, &run).await?;
            return Err(Error::Held);
        }
        let said = match self.say_now(work, github, row, number, shown, &run).await {
            Ok(said) => self.remember_said(row.name.id, number, shown, said, run).await,
            Err(error) => Err(error),
        };
        self.let_go(work, &lane).await?;
        said
    }

    /// The number of the run that says it, be it written now or by a former try; `None` where GitHub gives none.
    async fn say_now(
        &self,
        work: &Work,
        github: &Installation,
        row: &RepositoryRow,
        number: u64,
        shown: &ShownIds,
        run: &Run,
    ) -> Result<Option<u64>> {
        // Where there was no former try nothing is read first: reads may hang.
        let tried = work.claim.attempts > 0 || work.claim.parks > 0;
        let before = if tried { self.said_before(github, row, shown, run).await } else { None };
        let id = match before {
            Some(id) => Some(id),
            None => {
                let place = Place { owner: &row.name.owner, name: &row.name.name, number };
                match self.write_one(work, github, place, &Action::CreateRun(run.clone()), true).await? {
                    Written::Run { id, .. } => Some(id),
                    Written::Comment { .. } | Written::Requests => None,
                }
            }
        };
        failpoint::reach("said");
        Ok(id)
    }

    async fn remember_said(
        &self,
        repository: u64,
        number: u64,
        shown: &mut ShownIds,
        id: Option<u64>,
        run: Run,
    ) -> Result<()> {
        let Some(id) = id else { return Ok(()) };
        let Run { name, head, status, fingerprint, .. } = run;
        shown.run = Some(ShownRunIds { id, status, fingerprint, head, name });
        Ok(self.store.remember_shown(repository, number, shown).await?)
    }

    /// The number of the run that says just this already: a former try wrote it, and died or heard no answer.
    ///
    /// Only one that is newer than the newest we remember can be it. An older one was edited since, and a read that
    /// lags behind would take what is green by now for taken back. Where nothing can be read it is said again: twice
    /// is better than not at all.
    async fn said_before(
        &self,
        github: &Installation,
        row: &RepositoryRow,
        shown: &ShownIds,
        run: &Run,
    ) -> Option<u64> {
        let read = github.own_run(&row.name.owner, &row.name.name, &run.head, &run.name);
        let (id, fingerprint) = tokio::time::timeout(PATIENCE, read).await.ok()?.ok()??;
        let newer = shown.run.as_ref().is_none_or(|known| id > known.id);
        (newer && fingerprint == run.fingerprint).then_some(id)
    }
}

/// Whether the action takes green away: that goes first, from the part of the budget that is kept for it.
fn lowers(action: &Action, green: bool) -> bool {
    match action {
        Action::CreateRun(run) | Action::UpdateRun { run, .. } => green && run.status != RunStatus::Success,
        Action::CreateComment(_) | Action::UpdateComment { .. } | Action::RequestReviews(_) => false,
    }
}

/// Whether the action changes words only: not how the check stands, and no first word to people.
fn is_wording(action: &Action, shown: Option<&ShownRunIds>) -> bool {
    match action {
        Action::CreateRun(run) | Action::UpdateRun { run, .. } => shown.is_some_and(|there| there.status == run.status),
        Action::CreateComment(_) | Action::RequestReviews(_) => false,
        Action::UpdateComment { .. } => true,
    }
}
