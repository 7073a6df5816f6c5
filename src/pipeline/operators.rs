//! Who is behind a bot's change: whoever it is assigned to, and whoever dispatched a run that may have made it.
//!
//! Who dispatched a run on the head's branch or commit counts, and who dispatched one that was at work when the pull
//! request was opened or its head was moved by a bot: GitHub does not say which run did it. That bars too many rather
//! than too few. Absent: the co-authors of commits, which the domain sees for itself.

use std::collections::BTreeSet;

use countersign_domain::account::{Account, AccountKind};
use countersign_domain::facts::Known;
use jiff::{SignedDuration, Timestamp};

use super::facts::{head_place, listed_commits};
use super::{Pipeline, Result};
use crate::github::Look;
use crate::store::DispatchRow;

/// GitHub ends a run after 35 days; one of which no end was told may have lasted as long.
const LONGEST_RUN: SignedDuration = SignedDuration::from_hours(35 * 24);

/// What GitHub's clock and ours, and an event on its way, may differ by.
const SLACK: SignedDuration = SignedDuration::from_mins(5);

impl Pipeline {
    /// The people who are seen to operate the bot that opened the pull request or moved its head; none where no bot did.
    pub(super) async fn operators(&self, look: &Look, pushers: &Known<BTreeSet<Account>>) -> Result<BTreeSet<Account>> {
        let by_bot = look.change.author.as_ref().is_some_and(is_bot);
        let pushed_by_bot = pushers.known().is_some_and(|pushers| pushers.iter().any(is_bot));
        if !by_bot && !pushed_by_bot {
            return Ok(BTreeSet::new());
        }
        let moves = self.store.pushers_of(head_place(look), &listed_commits(look)).await?;
        let mut instants: BTreeSet<Timestamp> =
            moves.iter().filter(|moved| is_bot(&moved.sender)).map(|moved| moved.at).collect();
        // What no event told happened before the pull request was opened, or not much later.
        if by_bot || instants.is_empty() {
            instants.insert(look.created_at);
        }
        let (repository, head) = (look.repository.id, &look.change.head);
        let during = instants.first().zip(instants.last()).map(|(first, last)| (*first - SLACK, *last + SLACK));
        let runs = self.store.dispatches(repository, (&head.name, &head.tip), during, LONGEST_RUN).await?;
        let may_have_made = |run: &&DispatchRow| {
            let on_branch = !look.change.fork && run.branch == head.name;
            on_branch || run.head == head.tip || instants.iter().any(|at| was_at_work(run, *at))
        };
        let mut operators: BTreeSet<Account> = runs.iter().filter(may_have_made).map(|run| run.actor.clone()).collect();
        if by_bot {
            operators.extend(look.assignees.iter().cloned());
        }
        Ok(operators)
    }
}

fn is_bot(account: &Account) -> bool {
    account.kind == AccountKind::Bot
}

fn was_at_work(run: &DispatchRow, at: Timestamp) -> bool {
    let ended_at = run.ended_at.unwrap_or(run.started_at + LONGEST_RUN);
    run.started_at - SLACK <= at && at <= ended_at + SLACK
}
