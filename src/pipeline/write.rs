//! Writing on GitHub: within the budget, under the lease, and what is said without a look.

use std::time::Duration;

use countersign_domain::Priority;
use countersign_domain::check_name;
use countersign_domain::plan::{Action, Run, RunStatus};
use jiff::{SignedDuration, Timestamp};

use super::lane::lane;
use super::{Error, Pipeline, Result, patience, refused};
use crate::failpoint;
use crate::github::{self, Installation, Look, Place, Written};
use crate::queue::Work;
use crate::render::{self, Reason};
use crate::signal::Want;
use crate::store::{Cost, RepositoryRow, ShownIds, ShownRunIds, Subject};

/// What GitHub counts for a request that creates content.
pub(super) const POINTS_A_WRITE: u32 = 5;

/// How long words that the budget has no room for wait at least: each try costs a look, and many of them would keep the
/// budget from ever having room.
const WORDS_WAIT: SignedDuration = SignedDuration::from_mins(1);

/// What became of the actions of a look.
pub(super) struct Carried {
    /// What GitHub shows of us then.
    pub(super) shown: ShownIds,
    /// When what only words and found the budget used up is to be tried again.
    pub(super) later: Option<Timestamp>,
}

impl Pipeline {
    /// Carries out the actions, the most urgent first. For all but wording a used-up budget ends the look, which is
    /// taken again; wording is left for later, and nothing else waits for it.
    pub(super) async fn write(
        &self,
        work: &Work,
        github: &Installation,
        look: &Look,
        actions: &[Action],
        mut shown: ShownIds,
    ) -> Result<Carried> {
        let place = Place { owner: &look.repository.owner, name: &look.repository.name, number: look.change.number };
        let mut later = None;
        for (priority, action) in in_order(actions, shown.run.as_ref().map(|run| run.status), work.claim.awaited) {
            // In a flood of events only the last look words what has not changed otherwise.
            if priority == Priority::Wording && self.store.asked_again(&work.claim).await? {
                continue;
            }
            // Green is not written over what takes it away; other events, be there ever so many, do not hold it up.
            if is_green(action) && self.store.lowered_since(&work.claim).await? {
                return Err(Error::Overtaken);
            }
            let written = match self.write_one(work, github, place, action, priority).await {
                Err(Error::OwnBudget { until, refused: Priority::Wording }) => {
                    later = Some(self.worded_at(until).await?);
                    continue;
                }
                Err(Error::GitHub(error)) if error.is_refusal() => {
                    let why = error.to_string();
                    let Some(comment) = refused::kept(action, &why) else { return Err(error.into()) };
                    tracing::warn!(%error, "GitHub does not take the comment");
                    shown.refused.comment = Some(comment);
                    continue;
                }
                written => written?,
            };
            match written {
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
                    shown.refused.comment = None;
                    failpoint::reach("comment-written");
                }
                Written::Requests | Written::Reaction => {}
            }
        }
        Ok(Carried { shown, later })
    }

    /// When words that the budget has no room for before then are tried again.
    pub(super) async fn worded_at(&self, until: Timestamp) -> Result<Timestamp> {
        Ok(until.max(self.store.now().await? + WORDS_WAIT))
    }

    /// One write: its part of the budget first, then the lease once more, so that no fenced worker writes late.
    pub(super) async fn write_one(
        &self,
        work: &Work,
        github: &Installation,
        place: Place<'_>,
        action: &Action,
        priority: Priority,
    ) -> Result<Written> {
        let writes = github::requests(action);
        self.pay(github.id(), Cost { writes, points: writes * POINTS_A_WRITE, priority }).await?;
        self.write_paid(work, github, place, action).await
    }

    /// One write for which the budget has granted its part.
    pub(super) async fn write_paid(
        &self,
        work: &Work,
        github: &Installation,
        place: Place<'_>,
        action: &Action,
    ) -> Result<Written> {
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
            Action::React { .. } => "command answered",
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

    /// The base has changed since the check was given: what is green is taken back before anything is looked at, because
    /// it was decided for another branch. Under a name that is no longer its own only where nobody else speaks through
    /// it; within a family of one name always, because it would speak for this pull request too.
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
            let retargeted = work.claim.wants.iter().any(|want| matches!(want, Want::Base { .. }));
            if retargeted && self.is_green(row, number, shown).await? {
                self.take_back(work, github, row, number, shown, &Reason::Retargeted).await?;
            }
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

    /// A dead row of a pull request or a merge group: people are told that it could not be evaluated, by a path that
    /// needs no look.
    pub(super) async fn give_up(&self, work: &Work, error: &str) -> Result<()> {
        let (repository, number) = match &work.claim.subject {
            Subject::Pull { repository, number } => (*repository, *number),
            Subject::Group { repository, .. } => return self.give_up_group(work, *repository, error).await,
            // It goes on waiting: nobody is let through by what failed.
            Subject::Gate { .. } | Subject::Push { .. } | Subject::Sweep { .. } | Subject::Redelivery => {
                tracing::error!(error, attempts = work.claim.attempts, "given up until the next event");
                return Ok(());
            }
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
    pub(super) async fn say(
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
        // Others that share the check must not turn it green again by what this one was when it was last decided. What was
        // forgotten before this began to be said by a former try, whatever became of that.
        let is_first = match work.claim.subject {
            Subject::Pull { .. } => self.store.forget_outcome(row.name.id, number).await?,
            _ => true,
        };
        let lane = lane(row.name.id, &run.head, &run.name);
        if !self.hold_soon(work, &lane).await? {
            // Nobody is waited for longer. It is not remembered, and so said again once the check is held, should they
            // have written something green on top of it.
            self.say_now(work, github, row, number, shown, (&run, is_first)).await?;
            return Err(Error::Held);
        }
        let said = match self.say_now(work, github, row, number, shown, (&run, is_first)).await {
            Ok(said) => self.remember_said(work, (row.name.id, number), shown, said, run).await,
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
        (run, is_first): (&Run, bool),
    ) -> Result<Option<u64>> {
        // Where there was no former try nothing is read first: reads may hang.
        let before = if is_first { None } else { self.said_before(github, row, shown, run).await };
        let id = match before {
            Some(id) => Some(id),
            None => {
                let place = Place { owner: &row.name.owner, name: &row.name.name, number };
                // What is shown is not known but from memory: it may be green.
                let said = Action::CreateRun(run.clone());
                match self.write_one(work, github, place, &said, Priority::Withdrawal).await? {
                    Written::Run { id, .. } => Some(id),
                    Written::Comment { .. } | Written::Requests | Written::Reaction => None,
                }
            }
        };
        failpoint::reach("said");
        Ok(id)
    }

    pub(super) async fn remember_said(
        &self,
        work: &Work,
        (repository, number): (u64, u64),
        shown: &mut ShownIds,
        id: Option<u64>,
        run: Run,
    ) -> Result<()> {
        let Some(id) = id else { return Ok(()) };
        let Run { name, head, status, fingerprint, .. } = run;
        let run = shown.run.insert(ShownRunIds { id, status, fingerprint, head, name });
        match &work.claim.subject {
            Subject::Group { base, .. } => self.store.remember_group_run(repository, base, run).await?,
            _ => self.store.remember_shown(repository, number, shown).await?,
        }
        Ok(())
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
        let said = tokio::time::timeout(patience::READ, read).await.ok()?.ok()??;
        let newer = shown.run.as_ref().is_none_or(|known| said.id > known.id);
        (newer && said.fingerprint == run.fingerprint).then_some(said.id)
    }
}

/// Whether a pull request may go in by what this writes.
fn is_green(action: &Action) -> bool {
    matches!(action, Action::CreateRun(run) | Action::UpdateRun { run, .. } if run.status == RunStatus::Success)
}

/// The actions with what each of them does to what is shown, the most urgent first.
fn in_order(actions: &[Action], shown: Option<RunStatus>, awaited: bool) -> Vec<(Priority, &Action)> {
    let mut actions: Vec<_> = actions.iter().map(|action| (Priority::of(action, shown, awaited), action)).collect();
    actions.sort_by_key(|(priority, _)| *priority);
    actions
}

#[cfg(test)]
mod tests {
    use countersign_domain::account::Oid;

    use super::*;

    #[test]
    fn actions_of_one_look_go_in_the_order_of_their_priorities() {
        let run = |status| Run {
            name: "countersign".into(),
            head: Oid::new("c0ffee"),
            status,
            title: String::new(),
            summary: String::new(),
            annotations: Vec::new(),
            fingerprint: "new".into(),
        };
        let check = |status, shown: RunStatus, comment: Action, expected: [Priority; 2], run_first: bool| {
            let actions = [Action::CreateRun(run(status)), comment];
            let found = in_order(&actions, Some(shown), false);
            assert_eq!(found.iter().map(|(priority, _)| *priority).collect::<Vec<_>>(), expected);
            assert_eq!(matches!(found[0].1, Action::CreateRun(_)), run_first, "{status:?} where {shown:?} is shown");
        };
        let (failure, success) = (RunStatus::Failure, RunStatus::Success);
        let (new, edited) = (|| Action::CreateComment("a".into()), Action::UpdateComment { id: 9, body: "b".into() });
        check(failure, success, new(), [Priority::Withdrawal, Priority::Answer], true);
        check(failure, failure, new(), [Priority::Answer, Priority::Wording], false);
        check(success, failure, edited, [Priority::Grant, Priority::Wording], true);
    }
}
