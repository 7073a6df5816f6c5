//! Pushes to a branch that a policy governs: whether what they brought came by pull requests.
//!
//! Every merge moves its branch by a push, too: by hand, squashed, rebased, by a queue. So a push is looked at a while
//! after it came, when the looks at pull requests have told by which commit each went in; only what none of them explains
//! is asked of GitHub, commit by commit. It is unauthorised once GitHub says so; what GitHub does not say is asked again.

use std::collections::BTreeSet;

use countersign_domain::Priority;
use countersign_domain::account::{Account, AccountKind, Oid};
use countersign_domain::command::{self, Asks};
use countersign_domain::decision::{ChangeOutcome, CommandResult, Outcome as Verdict};
use countersign_domain::facts::{Attribution, Known};
use countersign_domain::plan;
use countersign_domain::policy::Permission;
use countersign_domain::text::Phrase;
use jiff::SignedDuration;

use super::review::five_days_after;
use super::{Error, Pipeline, Result};
use crate::github::{Installation, Lookup, Place};
use crate::queue::{Outcome, Work};
use crate::render::review::{self as text, ReviewText};
use crate::store::{CommandRow, PushRow, RepositoryRow, Reviewed, Unauthorised};

/// How long after a push the looks at pull requests have told what they know of it.
const TOLD_AFTER: SignedDuration = SignedDuration::from_mins(2);
/// How long after GitHub did not say it is asked again.
const ASKED_AGAIN: SignedDuration = SignedDuration::from_mins(10);
/// For how long GitHub is asked.
const ASKED_FOR: SignedDuration = SignedDuration::from_hours(3 * 24);

/// A push that is looked at.
#[derive(Clone, Copy)]
struct At<'a> {
    row: &'a RepositoryRow,
    branch: &'a str,
    push: &'a PushRow,
}

impl Pipeline {
    pub(super) async fn pushed(&self, work: &Work, repository: u64, branch: &str, head: &Oid) -> Result<Outcome> {
        let over = Ok(Outcome::Done { next: None });
        let Some(row) = self.store.repository(repository).await? else { return over };
        let Some(push) = self.store.push_of(repository, branch, head).await? else { return over };
        let named = format!("{}/{} push to {branch}", row.name.owner, row.name.name);
        tracing::Span::current().record("pull", named);
        let github = self.github.installation(work.claim.installation);
        let at = At { row: &row, branch, push: &push };
        let what = Reviewed::Push { branch: branch.to_owned(), head: head.clone() };
        if self.store.review(repository, &what).await?.is_none() {
            let governed = self.store.governed(repository, branch, push.at).await?;
            let Some(governed) = governed.filter(|outcome| *outcome != Verdict::Silent) else { return over };
            let now = self.store.now().await?;
            let told_at = push.at + TOLD_AFTER;
            if told_at > now {
                return Ok(Outcome::Done { next: Some(told_at) });
            }
            if self.store.went_in_as(repository, branch, head).await? {
                return over;
            }
            match self.came_by_pulls(work, &github, at).await? {
                Known::Known(true) => return over,
                Known::Unknown(why) if push.at + ASKED_FOR < now => {
                    tracing::warn!(why, branch, head = head.short(), "it stays unknown how a push came about");
                    return over;
                }
                Known::Unknown(why) => {
                    tracing::debug!(why, "GitHub is asked again how a push came about");
                    return Ok(Outcome::Done { next: Some(now + ASKED_AGAIN) });
                }
                Known::Known(false) => self.note_push(at, &what, governed).await?,
            }
            if governed == Verdict::Neutral {
                return over;
            }
        }
        let next = self.tend_push(work, &github, at, &what).await?;
        Ok(Outcome::Done { next })
    }

    /// Whether each commit that a push brought belongs to a pull request that went into its branch.
    async fn came_by_pulls(&self, work: &Work, github: &Installation, at: At<'_>) -> Result<Known<bool>> {
        self.pay_for_look(github.id(), work.claim.priority()).await?;
        let (name, push) = (&at.row.name, at.push);
        // Its tip is enough to tell where there is too much between.
        let tip = std::slice::from_ref(&push.head);
        let bringing = github.bringing(&name.owner, &name.name, name.id, tip).await?;
        let of_tip = match self.by_pulls(at, bringing.into_values()).await? {
            Known::Known(true) => Known::Known(true),
            other => return Ok(other),
        };
        match github.between(&name.owner, &name.name, push.before.as_str(), push.head.as_str()).await? {
            Known::Unknown(why) => Ok(Known::Unknown(why)),
            Known::Known(between) if between.is_behind => Ok(Known::Known(false)),
            Known::Known(between) if between.commits.is_empty() => Ok(of_tip),
            Known::Known(between) => {
                let bringing = github.bringing(&name.owner, &name.name, name.id, &between.commits).await?;
                self.by_pulls(at, bringing.into_values()).await
            }
        }
    }

    async fn by_pulls(&self, at: At<'_>, commits: impl Iterator<Item = Known<Vec<u64>>>) -> Result<Known<bool>> {
        for pulls in commits {
            let pulls = match pulls {
                Known::Known(pulls) => pulls,
                Known::Unknown(why) => return Ok(Known::Unknown(why)),
            };
            let mut into_branch = false;
            for number in pulls {
                match self.store.pull_index(at.row.name.id, number).await? {
                    Some(index) => into_branch |= index.base == at.branch,
                    None => return Ok(Known::unknown(format!("the base of #{number} is not known"))),
                }
            }
            if !into_branch {
                return Ok(Known::Known(false));
            }
        }
        Ok(Known::Known(true))
    }

    /// Keeps it as evidence; and, where a policy decides there, that it is to be reviewed.
    async fn note_push(&self, at: At<'_>, what: &Reviewed, governed: Verdict) -> Result<()> {
        let (repository, push) = (at.row.name.id, at.push);
        tracing::warn!(branch = at.branch, head = push.head.short(), by = push.by.login, "unauthorised change");
        let it = Unauthorised {
            what: what.clone(),
            head: push.head.clone(),
            branch: at.branch.to_owned(),
            by: Some((push.by.id, push.by.login.clone())),
            why: "it was pushed without a pull request".to_owned(),
            at: push.at,
        };
        self.store.note_unauthorised(repository, &it).await?;
        if governed != Verdict::Neutral {
            self.store.owe(repository, what, text::UNAUTHORISED, five_days_after(push.at)).await?;
        }
        Ok(())
    }

    async fn tend_push(
        &self,
        work: &Work,
        github: &Installation,
        at: At<'_>,
        what: &Reviewed,
    ) -> Result<Option<jiff::Timestamp>> {
        let repository = at.row.name.id;
        let Some(row) = self.store.review(repository, what).await? else { return Ok(None) };
        let outcome = match row.issue {
            Some(issue) => self.said_of_push(work, github, at, issue).await?,
            None => None,
        };
        if let Some(outcome) = &outcome {
            self.came_to(work, repository, what, outcome).await?;
        }
        let written = || -> ReviewText {
            text::of_push(at.branch, at.push.head.as_str(), &at.push.by.login, at.push.at, row.due)
        };
        self.tend(work, github, &at.row.name, what, &row, outcome.map(|outcome| outcome.at), written).await
    }

    /// What the people who may say so say became of a push, and an answer to each of them.
    async fn said_of_push(
        &self,
        work: &Work,
        github: &Installation,
        at: At<'_>,
        issue: u64,
    ) -> Result<Option<ChangeOutcome>> {
        let name = &at.row.name;
        let said: Vec<CommandRow> = self.store.commands((name.id, issue)).await?;
        let said = said.into_iter().filter(|row| row.by.kind == AccountKind::User);
        let (mut last, mut results, mut behind) = (None, Vec::new(), None);
        for row in said {
            let Ok(Asks::Outcome { result, text }) = command::read(&row.line) else { continue };
            if behind.is_none() {
                behind = Some(self.behind(github, at).await?);
            }
            let took_part = behind.as_ref().is_some_and(|people| people.contains(&row.by));
            let held = github.permission(&name.owner, &name.name, &row.by).await?;
            let refused = match &held {
                _ if took_part => Some(Phrase::default().person(&row.by).and(" took part in it")),
                Known::Known(Some(held)) if *held >= Permission::Write => None,
                Known::Known(_) => Some(Phrase::default().person(&row.by).and(" may not push to this repository")),
                // Not answered before it is known.
                Known::Unknown(_) => continue,
            };
            if refused.is_none() {
                last = Some(ChangeOutcome { result, text, by: row.by.clone(), at: row.at });
            }
            let asks = command::read(&row.line).ok();
            results.push(CommandResult {
                comment: row.comment,
                by: row.by,
                line: row.line,
                asks,
                on_head: false,
                refused,
                is_known: true,
            });
        }
        let unanswered = self.store.unanswered_commands((name.id, issue)).await?;
        let place = Place { owner: &name.owner, name: &name.name, number: issue };
        for action in plan::reactions(&results, &unanswered.keys().copied().collect()) {
            let plan::Action::React { comment, .. } = action else { continue };
            match self.write_one(work, github, place, &action, Priority::Answer).await {
                Ok(_) => {}
                Err(Error::GitHub(error)) if error.is_refusal() => {
                    tracing::warn!(%error, comment, "GitHub does not take the answer to a command");
                }
                Err(error) => return Err(error),
            }
            self.store.remember_answered(comment, self.store.now().await?).await?;
        }
        Ok(last)
    }

    /// Whoever pushed, and whoever is behind what was pushed; for commits that are nobody's the pusher answers.
    async fn behind(&self, github: &Installation, at: At<'_>) -> Result<BTreeSet<Account>> {
        let (name, push) = (&at.row.name, at.push);
        let mut people = BTreeSet::from([push.by.clone()]);
        let between = github.between(&name.owner, &name.name, push.before.as_str(), push.head.as_str()).await?;
        let commits = match between {
            Known::Known(between) => between.commits,
            Known::Unknown(_) => vec![push.head.clone()],
        };
        let lookup = Lookup { commits: commits.into_iter().collect(), ..Lookup::default() };
        let found = github.look_up(&name.owner, &name.name, &lookup).await?;
        for commit in found.commits.into_values() {
            people.extend(commit.co_authors);
            for who in [commit.author, commit.committer] {
                if let Attribution::Account(account) = who {
                    people.insert(account);
                }
            }
        }
        Ok(people)
    }
}
