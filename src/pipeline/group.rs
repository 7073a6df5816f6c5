//! A merge group: its members are the queue's entries up to the group's head, each is evaluated now, and the group's
//! head gets the one answer. A group that cannot be explained fails.

use countersign_domain::Priority;
use countersign_domain::account::Oid;
use countersign_domain::decision::Outcome as Verdict;
use countersign_domain::plan::Action;
use countersign_domain::text::Phrase;

use super::{Pipeline, Result, unfinished};
use crate::github::{self, Installation, Place, QueueEntry, SaidRun, Target};
use crate::queue::{FRESHNESS, Outcome, Work};
use crate::render::{COMMENT_MARKER, GroupMember, group_answer};
use crate::store::RepositoryRow;

impl Pipeline {
    pub(super) async fn group(&self, work: &Work, repository: u64, base: &str, head: &Oid) -> Result<Outcome> {
        let Some(row) = self.store.repository(repository).await? else { return Ok(Outcome::Done { next: None }) };
        tracing::Span::current().record("pull", format!("{}/{} group {}", row.name.owner, row.name.name, head.short()));
        let github = self.github.installation(work.claim.installation);
        self.pay_for_look(github.id(), work.claim.priority()).await?;
        let queue = github.merge_queue(&row.name.owner, &row.name.name, base).await?;
        let Some(members) = members(&queue, head) else {
            // Time alone asked, two weeks after the group was made: it is gone, and nobody reads what would be said.
            if work.claim.causes.is_empty() {
                return Ok(Outcome::Done { next: None });
            }
            // The queue lags behind its own event, or the group is gone: only the last try says so.
            if work.claim.tries < u32::try_from(FRESHNESS.len()).unwrap_or(u32::MAX) {
                return Ok(Outcome::Again);
            }
            return self.answer_group(work, &github, &row, (base, None), head, &[]).await;
        };
        let (mut answered, mut name) = (Vec::with_capacity(members.len()), None);
        for number in members {
            let (member, check) = self.member(&github, &row, base, number).await?;
            answered.push(member);
            name = name.or(check);
        }
        self.answer_group(work, &github, &row, (base, name), head, &answered).await
    }

    /// What a member comes to, and the name of the check that says so, where it could be looked at.
    async fn member(
        &self,
        github: &Installation,
        row: &RepositoryRow,
        base: &str,
        number: Option<u64>,
    ) -> Result<(GroupMember, Option<String>)> {
        let unknown = |number: u64, why: &str| {
            let next = Phrase::words(why);
            (GroupMember { number, title: None, outcome: Verdict::Unknown, next, names_people: false }, None)
        };
        let Some(number) = number else {
            return Ok(unknown(0, "the merge queue does not say which pull request this is"));
        };
        let target = Target { owner: row.name.owner.clone(), name: row.name.name.clone(), number, comment: None };
        let moved = || github::Error::Outage("a member of the group moved while it was read".to_owned());
        let mut look = match github.look(&target, COMMENT_MARKER).await? {
            github::Outcome::Whole(look) => look,
            github::Outcome::Torn => return Err(moved().into()),
        };
        if look.change.base.name != base {
            return Ok(unknown(number, "it goes into another branch now"));
        }
        let governing = self.governing(github, &look).await?;
        if !self.asked(github, &mut look, &governing.loaded.needs).await? {
            return Err(moved().into());
        }
        let title = look.change.title.clone();
        let read = self.read_beside(github, look, None, governing).await?;
        let decision = self.decide(read).await?.decision;
        let member = GroupMember {
            number,
            title: Some(title),
            outcome: decision.own_outcome,
            next: decision.next,
            names_people: decision.names_people,
        };
        Ok((member, Some(decision.check_name)))
    }

    async fn answer_group(
        &self,
        work: &Work,
        github: &Installation,
        row: &RepositoryRow,
        (base, name): (&str, Option<String>),
        head: &Oid,
        members: &[GroupMember],
    ) -> Result<Outcome> {
        // Members go into one base and so share one check; without any, its last name is all there is.
        let name = match name {
            Some(name) => name,
            None => self.last_check_name(&row.name, base).await?,
        };
        let run = group_answer(head, &name, members);
        if members.iter().all(|member| member.outcome == Verdict::Silent) && !members.is_empty() {
            return Ok(Outcome::Done { next: None });
        }
        let (owner, repository) = (row.name.owner.as_str(), row.name.name.as_str());
        let (now, status) = (self.store.now().await?, run.status);
        let said = github.own_run(owner, repository, head, &name).await?;
        let stands = |said: &SaidRun| {
            said.fingerprint == run.fingerprint && !unfinished::is_too_old(status, said.started_at, now)
        };
        let since = match said.filter(stands) {
            Some(said) => said.started_at,
            None => {
                let place = Place { owner, name: repository, number: 0 };
                self.write_one(work, github, place, &Action::CreateRun(run), Priority::Gate).await?;
                None
            }
        };
        Ok(Outcome::Done { next: unfinished::looked_at(status, since.unwrap_or(now)) })
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
