//! Commands in comments: what their givers had before them and who they are, and the answer on the comment.
//!
//! What a command rests on is found out and remembered as it is for an approval. Absent: what comes of it, which the
//! domain says.

use std::collections::BTreeMap;

use countersign_domain::Priority;
use countersign_domain::account::{Account, AccountKind, Oid};
use countersign_domain::command::{self, Asks};
use countersign_domain::decision::CommandResult;
use countersign_domain::facts::{Command, Known, Review, Seen};
use countersign_domain::plan::{self, Action};
use countersign_domain::policy::Permission;
use jiff::{SignedDuration, Timestamp};

use super::members::NotBefore;
use super::{Error, Pipeline, Result, patience};
use crate::github::{Installation, Look, Place, ReviewRead};
use crate::queue::Work;
use crate::store::CommandRow;

/// An event that was so long on its way may have been overtaken by a push: what its giver saw is not known then.
const LATE: SignedDuration = SignedDuration::from_secs(60);

/// So many people are asked about; what others may do stays unknown.
const MOST_PEOPLE: usize = 50;

impl Pipeline {
    /// The commands of the pull request, oldest first, with what each rests on.
    pub(super) async fn commands(
        &self,
        github: &Installation,
        look: &Look,
        not_before: NotBefore,
    ) -> Result<Vec<Command>> {
        let pull = (look.repository.id, look.change.number);
        let rows = self.store.commands(pull).await?;
        let mut asked: Vec<Account> = Vec::new();
        let mut commands = Vec::with_capacity(rows.len());
        for row in rows.into_iter().filter(|row| row.by.kind == AccountKind::User) {
            let known = asked.contains(&row.by);
            let matters = takes_a_right(&row) && (known || asked.len() < MOST_PEOPLE);
            // What is found out is remembered of the command for ever, and so is not from before it.
            let since = not_before.and(Some(row.at));
            let can_write = if matters { self.can_write(github, look, &row.by, since).await? } else { None };
            if matters && !known {
                asked.push(row.by.clone());
            }
            commands.push(self.command(look, row, can_write).await?);
        }
        Ok(commands)
    }

    async fn can_write(
        &self,
        github: &Installation,
        look: &Look,
        account: &Account,
        not_before: NotBefore,
    ) -> Result<Option<bool>> {
        let held = self.permission_of(github, look, account, not_before).await?;
        Ok(held.known().map(|held| held.is_some_and(|held| held >= Permission::Write)))
    }

    async fn command(&self, look: &Look, row: CommandRow, can_write: Option<bool>) -> Result<Command> {
        let head = head_then(&row);
        let mut command = Command {
            comment: row.comment,
            by: row.by,
            at: row.at,
            line: row.line,
            can_write,
            seen: nothing_seen(),
            head,
        };
        // The first look that counts is the one at which it is known who gave it.
        let Some(can_write) = can_write else { return Ok(command) };
        let read = ReviewRead {
            id: command.key(),
            author: Some(command.by.clone()),
            state: "approved".to_owned(),
            // The description may have been edited while the event was on its way.
            submitted_at: row.written_at,
            commit: command.head.clone(),
            can_write,
            dismissal: None,
        };
        command.seen = self.seen_by(look, &read).await?;
        Ok(command)
    }

    /// Answers the commands that nobody has answered. What GitHub does not take (the comment is gone, the conversation is
    /// locked) is not tried again: the check says the same. When to look again for those that could not be answered yet.
    pub(super) async fn answer_commands(
        &self,
        work: &Work,
        github: &Installation,
        look: &Look,
        commands: &[CommandResult],
    ) -> Result<Option<Timestamp>> {
        if commands.is_empty() {
            return Ok(None);
        }
        let pull = (look.repository.id, look.change.number);
        let unanswered = self.store.unanswered_commands(pull).await?;
        let place = Place { owner: &look.repository.owner, name: &look.repository.name, number: pull.1 };
        let now = self.store.now().await?;
        let mut later = unknown_until(commands, &unanswered, now);
        for action in plan::reactions(commands, &unanswered.keys().copied().collect()) {
            let Action::React { comment, .. } = action else { continue };
            match self.write_one(work, github, place, &action, Priority::Answer).await {
                Ok(_) => {}
                Err(Error::GitHub(error)) if error.is_refusal() => {
                    tracing::warn!(%error, comment, "GitHub does not take the answer to a command");
                }
                // An answer is a courtesy: what was decided is kept whatever becomes of it.
                Err(Error::OwnBudget { until, refused: _ }) => {
                    return Ok(later.into_iter().chain([self.worded_at(until).await?]).min());
                }
                Err(Error::GitHub(error)) => {
                    let age = unanswered.get(&comment).map(|at| now.duration_since(*at)).unwrap_or_default();
                    if let Some(wait) = patience::of_answer(age) {
                        tracing::warn!(%error, comment, "the answer to a command has to wait");
                        later = later.into_iter().chain(now.checked_add(wait)).min();
                        continue;
                    }
                    tracing::warn!(%error, comment, "the answer to a command is given up");
                }
                Err(error) => return Err(error),
            }
            self.store.remember_answered(comment, self.store.now().await?).await?;
        }
        Ok(later)
    }
}

/// When to look again for commands of which it is not known yet what becomes of them.
fn unknown_until(
    commands: &[CommandResult],
    unanswered: &BTreeMap<u64, Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    let unknown = commands.iter().filter(|command| !command.is_known);
    let given = unknown.filter_map(|command| unanswered.get(&command.comment));
    given.filter_map(|at| now.checked_add(patience::of_unknown(now.duration_since(*at))).ok()).min()
}

/// The head that its giver had before them.
fn head_then(row: &CommandRow) -> Option<Oid> {
    row.head.clone().filter(|_| row.at.duration_since(row.written_at) <= LATE)
}

fn nothing_seen() -> Seen {
    let unknown = || Known::unknown("it is not known yet who gave the command");
    let member_of = BTreeMap::new();
    Seen { base: unknown(), commits: unknown(), body: unknown(), member_of, could_write: None, held: None }
}

/// Whether it matters who gave it.
fn takes_a_right(row: &CommandRow) -> bool {
    !matches!(command::read(&row.line), Err(_) | Ok(Asks::Recheck | Asks::Explain | Asks::Help))
}

/// The reviews, and behind them what stands for the commands, so that both are found out about in one way.
pub(super) fn beside(reviews: &Known<Vec<Review>>, commands: &[Command]) -> Known<Vec<Review>> {
    let counts = |command: &&Command| {
        command.can_write.is_some()
            && matches!(
                command::read(&command.line),
                Ok(Asks::Waive { .. } | Asks::Emergency { .. } | Asks::Acknowledge)
            )
    };
    let bound = commands.iter().filter(counts).map(Command::as_review);
    Known::Known(reviews.known().into_iter().flatten().cloned().chain(bound).collect())
}

/// What was found out of reviews and commands, given back to them.
pub(super) fn give_back(found: Known<Vec<Review>>, reviews: &mut Known<Vec<Review>>, commands: &mut [Command]) {
    let Known::Known(found) = found else { return };
    for known in found {
        if let Some(command) = commands.iter_mut().find(|command| command.key() == known.id) {
            command.seen = known.seen;
        } else if let Known::Known(reviews) = reviews
            && let Some(review) = reviews.iter_mut().find(|review| review.id == known.id)
        {
            *review = known;
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    fn row(line: &str, head: Option<&str>, seconds_on_the_way: i64) -> CommandRow {
        let written_at = Timestamp::from_second(1_000).unwrap();
        let by = Account { id: 3, login: "carol".to_owned(), kind: AccountKind::User };
        let at = written_at + SignedDuration::from_secs(seconds_on_the_way);
        CommandRow { comment: 7, by, line: line.to_owned(), head: head.map(Oid::new), written_at, at }
    }

    #[test]
    fn what_whoever_commanded_saw_is_not_known_where_the_event_came_late() {
        let check = |head: Option<&str>, seconds: i64, expected: Option<&str>| {
            assert_eq!(head_then(&row("hold x", head, seconds)), expected.map(Oid::new), "{head:?} after {seconds} s");
        };
        check(Some("c0ffee"), 60, Some("c0ffee"));
        check(Some("c0ffee"), 61, None);
        check(None, 0, None);
    }

    #[test]
    fn nobody_is_looked_up_for_what_anybody_may_ask() {
        let check = |line: &str, matters: bool| assert_eq!(takes_a_right(&row(line, None, 0)), matters, "{line}");
        for line in ["recheck", "explain", "help", "", "nonsense", "waive"] {
            check(line, false);
        }
        for line in ["hold x", "unhold", "waive board x", "emergency INC-1 x", "acknowledge"] {
            check(line, true);
        }
    }

    #[test]
    fn what_is_found_out_of_a_command_is_no_review() {
        let known = |line: &str| Command {
            comment: 7,
            by: row(line, None, 0).by,
            at: Timestamp::UNIX_EPOCH,
            line: line.to_owned(),
            can_write: Some(true),
            seen: nothing_seen(),
            head: None,
        };
        let (mut reviews, mut commands) = (Known::Known(Vec::new()), vec![known("waive board x"), known("hold x")]);
        commands[1].comment = 8;
        let mut bound = beside(&reviews, &commands);
        let Known::Known(found) = &mut bound else { panic!("{bound:?}") };
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [commands[0].key()]);
        found[0].seen.could_write = Some(false);
        give_back(bound, &mut reviews, &mut commands);
        assert_eq!(reviews, Known::Known(Vec::new()));
        assert_eq!((commands[0].seen.could_write, commands[1].seen.could_write), (Some(false), None));
    }
}
