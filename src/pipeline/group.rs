//! A merge group: its members are the queue's entries up to the group's head, each is evaluated now, and the group's
//! head gets the one answer. A group that cannot be explained fails.
//!
//! What concerns a member concerns the group: its row is due with the member's, and what can only lower takes the green
//! of the group away as it takes that of a pull request away. A look at a member counts only where it is as new as what
//! the member's own row was told of.

use countersign_domain::Priority;
use countersign_domain::account::Oid;
use countersign_domain::decision::Outcome as Verdict;
use countersign_domain::facts::ChangeState;
use countersign_domain::plan::{self, Answer, Comment, Run, RunStatus, Shown, ShownRun};
use countersign_domain::text::Phrase;
use jiff::Timestamp;

use super::lane::lane;
use super::pull::{is_asked_again, newest_run, next_due};
use super::read::{Asking, Reading, why_taken_back};
use super::{Error, Pipeline, Result, ending, unfinished};
use crate::github::{Installation, OwnRun, Place, QueueEntry, Target, Written};
use crate::queue::{Outcome, Work};
use crate::render::{GroupMember, Reason, could_not_evaluate, group_answer};
use crate::store::{GreenUntil, MemberTold, RepositoryRow, ShownIds, ShownRunIds, Subject};

/// Which group.
#[derive(Clone, Copy)]
struct Group<'a> {
    row: &'a RepositoryRow,
    base: &'a str,
    head: &'a Oid,
}

/// What was read of a group.
struct GroupRead {
    /// What its members come to; none where GitHub does not show who they are.
    members: Vec<GroupMember>,
    /// The name of the check that answers for them.
    name: Option<String>,
    /// Our own runs on its head.
    own_runs: Vec<OwnRun>,
    /// When time alone may change what a member comes to.
    next: Option<Timestamp>,
    /// Until when all of them have what is asked.
    until: Option<GreenUntil>,
}

/// What a member comes to.
struct Judged {
    /// `None` where it went in before the group.
    member: Option<GroupMember>,
    name: Option<String>,
    next: Option<Timestamp>,
    until: Option<GreenUntil>,
}

impl Pipeline {
    pub(super) async fn group(&self, work: &Work, repository: u64, base: &str, head: &Oid) -> Result<Outcome> {
        let Some(row) = self.store.repository(repository).await? else { return Ok(Outcome::Done { next: None }) };
        tracing::Span::current().record("pull", format!("{}/{} group {}", row.name.owner, row.name.name, head.short()));
        let known = self.store.group(repository, head).await?;
        if known.gone {
            return Ok(Outcome::Done { next: None });
        }
        let (github, group) = (self.github.installation(work.claim.installation), Group { row: &row, base, head });
        let reason = self.what_changed(work, group).await?;
        let is_green = known.run.as_ref().is_some_and(|run| run.status == RunStatus::Success);
        let mut shown = ShownIds { run: known.run, ..ShownIds::default() };
        let reading = Box::pin(async {
            self.pay_for_look(github.id(), work.claim.priority()).await?;
            Box::pin(self.read_group(work, &github, group, is_green)).await
        });
        match self.or_take_back(work, &github, &row, 0, (&mut shown, &reason), reading).await? {
            Reading::Whole(read) => self.answer_group(work, &github, group, *read, shown.run).await,
            Reading::NotYet(why) => {
                tracing::debug!(tries = work.claim.tries, why, "looking again");
                Ok(Outcome::Again)
            }
            Reading::Gone => Ok(Outcome::Done { next: None }),
        }
    }

    /// For the words on a group's check that is taken back: which member changed, and what of it.
    async fn what_changed(&self, work: &Work, group: Group<'_>) -> Result<Reason> {
        let claim = &work.claim;
        let told = match claim.lowers {
            true => self.store.told_of_members(group.row.name.id, group.head).await?,
            false => Vec::new(),
        };
        let told_last = |member: &&MemberTold| claim.causes.iter().rposition(|cause| member.causes.contains(cause));
        let changed = told.iter().filter(|member| told_last(member).is_some());
        let changed = changed.max_by_key(|member| (member.lowers, told_last(member)));
        Ok(changed.map_or_else(
            || why_taken_back(work),
            |member| Reason::MemberChanged { number: member.number, what: member.lowered.clone() },
        ))
    }

    async fn read_group(
        &self,
        work: &Work,
        github: &Installation,
        group: Group<'_>,
        is_green: bool,
    ) -> Result<Reading<GroupRead>> {
        let Group { row, base, head } = group;
        let (repository, asking) = (row.name.id, Asking::of(work));
        let queue = github.merge_queue(&row.name.owner, &row.name.name, base, head).await?;
        let mut read = GroupRead { members: Vec::new(), name: None, own_runs: queue.own_runs, next: None, until: None };
        let Some(entries) = members(&queue.entries, head) else {
            let told = self.store.told_of_members(repository, head).await?;
            let has_landed = !told.is_empty() && told.iter().all(|member| !member.open);
            // Where time alone asked and nothing is green it is gone, too: nobody reads what would be said.
            if has_landed || (work.claim.causes.is_empty() && !asking.lowers && !is_green) {
                return Ok(Reading::Gone);
            }
            // The queue lags behind its own event, or the group is gone: only the last try says so.
            return Ok(match asking.may_wait() {
                true => Reading::NotYet("the merge queue does not show the group"),
                false => Reading::Whole(Box::new(read)),
            });
        };
        let numbers: Vec<u64> = entries.iter().flatten().copied().collect();
        // Before any of them is looked at: what is told of a member from now on makes the group due.
        self.store.remember_members(repository, base, head, &numbers).await?;
        let told = self.store.told_of_members(repository, head).await?;
        let unnamed = entries.iter().filter(|entry| entry.is_none());
        read.members.extend(unnamed.map(|_| unknown(None, "the merge queue does not say which pull request this is")));
        if !read.members.is_empty() && asking.may_wait() {
            return Ok(Reading::NotYet("the merge queue does not say who is in the group"));
        }
        for member in &told {
            let is_queued = numbers.contains(&member.number);
            let judged = match self.member(asking, github, group, (member, is_queued)).await? {
                Reading::Whole(judged) => *judged,
                Reading::NotYet(why) => return Ok(Reading::NotYet(why)),
                Reading::Gone => unknown(Some(member.number), "GitHub does not show it").into(),
            };
            read.members.extend(judged.member);
            read.name = read.name.or(judged.name);
            read.next = read.next.into_iter().chain(judged.next).min();
            read.until = read.until.into_iter().chain(judged.until).min_by_key(|green| green.at);
        }
        Ok(Reading::Whole(Box::new(read)))
    }

    /// What a member comes to, by a look that is as new as its own row wants it to be. What it changes is in the group's
    /// commit although it left the queue since, unless it went in before.
    async fn member(
        &self,
        asking: Asking<'_>,
        github: &Installation,
        Group { row, base, .. }: Group<'_>,
        (told, is_queued): (&MemberTold, bool),
    ) -> Result<Reading<Judged>> {
        let (owner, name, number) = (row.name.owner.clone(), row.name.name.clone(), told.number);
        let target = Target { owner, name, number, comment: None };
        let asking = Asking {
            wants: &told.wants,
            lowers: asking.lowers || told.lowers,
            newest: told.causes.last().or(asking.newest),
            ..asking
        };
        let read = match self.read(asking, github, &target).await? {
            Reading::Whole(read) => *read,
            Reading::NotYet(why) => return Ok(Reading::NotYet(why)),
            Reading::Gone => return Ok(Reading::Gone),
        };
        let change = &read.look.change;
        let why = match change.state {
            ChangeState::Merged if !is_queued => {
                return Ok(Reading::Whole(Box::new(Judged { member: None, name: None, next: None, until: None })));
            }
            _ if !is_queued && asking.may_wait() => {
                return Ok(Reading::NotYet("the merge queue does not show every pull request of the group"));
            }
            _ if change.base.name != base => Some("it goes into another branch now"),
            ChangeState::Closed => Some("it was closed"),
            _ if !is_queued => Some("it was in this group, and has left the merge queue"),
            _ => None,
        };
        if let Some(why) = why {
            return Ok(Reading::Whole(Box::new(unknown(Some(number), why).into())));
        }
        let title = Some(read.look.change.title.clone());
        let decided = self.decide(github.id(), read).await?;
        // It may go in before it is looked at by itself.
        self.remember_emergencies(github, &decided, true).await?;
        let next = next_due(&decided.look, &decided.decision);
        let until = ending::green_until(&decided.decision, |at| decided.again_at(at));
        let decision = decided.decision;
        let (outcome, names_people) = (decision.own_outcome, decision.names_people);
        let member = GroupMember { number: Some(number), title, outcome, next: decision.next, names_people };
        Ok(Reading::Whole(Box::new(Judged { member: Some(member), name: Some(decision.check_name), next, until })))
    }

    /// Says what the group comes to, holding its check.
    async fn answer_group(
        &self,
        work: &Work,
        github: &Installation,
        group: Group<'_>,
        read: GroupRead,
        stored: Option<ShownRunIds>,
    ) -> Result<Outcome> {
        let Group { row, base, head } = group;
        // Members go into one base and so share one check; without any, its last name is all there is.
        let name = match &read.name {
            Some(name) => name.clone(),
            None => self.last_check_name(&row.name, base).await?,
        };
        let is_explained = !read.members.is_empty();
        if is_explained && read.members.iter().all(|member| member.outcome == Verdict::Silent) {
            return Ok(Outcome::Done { next: None });
        }
        let run = match is_explained {
            true => group_answer(head, &name, &read.members),
            false => could_not_evaluate(head, &name, &Reason::GroupUnknown { base: base.to_owned() }),
        };
        let (lane, status) = (lane(row.name.id, head, &name), run.status);
        if !self.hold(work, &lane).await? {
            return Err(Error::Held);
        }
        let shown = self.show_group(work, github, group, run, (&read.own_runs, stored)).await;
        self.let_go(work, &lane).await?;
        let next = shown?.into_iter().chain(read.next).min();
        self.store.done_until(&work.claim, next, read.until.as_ref().filter(|_| status == RunStatus::Success)).await?;
        Ok(Outcome::Recorded)
    }

    /// Writes the group's run where it differs from what is there, and says when it has to be written anew for its age.
    async fn show_group(
        &self,
        work: &Work,
        github: &Installation,
        Group { row, base, head }: Group<'_>,
        run: Run,
        (own_runs, stored): (&[OwnRun], Option<ShownRunIds>),
    ) -> Result<Option<Timestamp>> {
        let (now, status, name) = (self.store.now().await?, run.status, run.name.clone());
        let there = newest_run(own_runs, stored.as_ref(), head, &name);
        let found = there.as_ref().and_then(|there| own_runs.iter().find(|run| run.id == there.id));
        let since = found.and_then(|run| run.started_at);
        let must_be_new =
            is_asked_again(&work.claim.wants, there.as_ref()) || unfinished::is_too_old(status, since, now);
        let shown = there.as_ref().filter(|_| !must_be_new);
        let shown = shown.map(|run| ShownRun { id: run.id, status: run.status, fingerprint: run.fingerprint.clone() });
        let answer = Answer { run: Some(run), comment: Comment::Leave };
        let (mut since, mut current) = (since, there.clone());
        for action in plan::plan(&answer, &Shown { run: shown, comment: None }) {
            // Green is not written over what takes it away.
            if status == RunStatus::Success && self.store.lowered_since(&work.claim).await? {
                return Err(Error::Overtaken);
            }
            let priority = Priority::of(&action, there.as_ref().map(|run| run.status), false).min(Priority::Gate);
            let place = Place { owner: &row.name.owner, name: &row.name.name, number: 0 };
            if let Written::Run { id, status, fingerprint } =
                self.write_one(work, github, place, &action, priority).await?
            {
                since = since.filter(|_| there.as_ref().is_some_and(|there| there.id == id));
                current = Some(ShownRunIds { id, status, fingerprint, head: head.clone(), name: name.clone() });
            }
        }
        if let Some(run) = current.filter(|run| stored.as_ref() != Some(run)) {
            self.store.remember_group_run(row.name.id, base, &run).await?;
        }
        Ok(unfinished::looked_at(status, since.unwrap_or(now)))
    }

    /// [`Pipeline::give_up`] for a merge group.
    pub(super) async fn give_up_group(&self, work: &Work, repository: u64, error: &str) -> Result<()> {
        let Subject::Group { base, head, .. } = &work.claim.subject else { return Ok(()) };
        let Some(row) = self.store.repository(repository).await? else { return Ok(()) };
        let known = self.store.group(repository, head).await?;
        if known.gone {
            return Ok(());
        }
        let name = match &known.run {
            Some(run) => run.name.clone(),
            None => self.last_check_name(&row.name, base).await?,
        };
        let reason = Reason::GroupGaveUp { attempts: work.claim.attempts, why: error.to_owned() };
        let run = could_not_evaluate(head, &name, &reason);
        let mut shown = ShownIds { run: known.run, ..ShownIds::default() };
        let github = self.github.installation(work.claim.installation);
        self.say(work, &github, &row, 0, &mut shown, run).await?;
        tracing::error!(error, attempts = work.claim.attempts, "the group is given up until the next event");
        Ok(())
    }
}

/// A member of which it is not known what it comes to.
fn unknown(number: Option<u64>, why: &str) -> GroupMember {
    GroupMember { number, title: None, outcome: Verdict::Unknown, next: Phrase::words(why), names_people: false }
}

impl From<GroupMember> for Judged {
    fn from(member: GroupMember) -> Self {
        Self { member: Some(member), name: None, next: None, until: None }
    }
}

/// The numbers of the group's members, `None` within where the queue does not say; no list where the group's head is
/// not in the queue.
fn members(queue: &[QueueEntry], head: &Oid) -> Option<Vec<Option<u64>>> {
    // Entries that are built together may show one head: the group reaches up to the last of them.
    let last = queue.iter().rposition(|entry| entry.head.as_ref() == Some(head))?;
    Some(queue[..=last].iter().map(|entry| entry.number).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_the_entries_up_to_the_groups_head() {
        let entry = |number: Option<u64>, head: &str, position: u64| QueueEntry {
            number,
            head: Some(Oid::new(head)),
            position,
        };
        let queue = [entry(Some(1), "a", 1), entry(None, "b", 2), entry(Some(3), "c", 3), entry(Some(4), "c", 4)];
        let check = |head: &str, expected: Option<&[Option<u64>]>| {
            assert_eq!(members(&queue, &Oid::new(head)).as_deref(), expected);
        };
        check("a", Some(&[Some(1)]));
        check("b", Some(&[Some(1), None]));
        check("c", Some(&[Some(1), None, Some(3), Some(4)]));
        check("z", None);
    }
}
