//! Pushes to a branch that a policy governs: whether what they brought came by pull requests.
//!
//! Every merge moves its branch by a push, too: by hand, squashed, rebased, by a queue. So a push is looked at a while
//! after it came, when the looks at pull requests have told by which commit each went in; only what none of them explains
//! is asked of GitHub, commit by commit. It is unauthorised once GitHub says so; what GitHub does not say is asked again.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::Priority;
use countersign_domain::account::{Account, AccountKind, Oid};
use countersign_domain::command::{self, Asks};
use countersign_domain::decision::{ChangeOutcome, CommandResult, Outcome as Verdict};
use countersign_domain::facts::{Attribution, Enforced, Known};
use countersign_domain::plan;
use countersign_domain::policy::Permission;
use countersign_domain::text::Phrase;
use jiff::{SignedDuration, Timestamp};

use super::review::five_days_after;
use super::{Error, Pipeline, Result, patience};
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
/// Of more people than this GitHub is not asked whether their word on one push counts.
const MOST_PEOPLE: usize = 50;
/// A look-up tells of no more commits than these.
const COMMITS_AT_ONCE: usize = 100;

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
            let governed = self.store.governed(repository, branch, push.at, None).await?;
            let Some((governed, check)) = governed else { return over };
            let now = self.store.now().await?;
            let told_at = push.at + TOLD_AFTER;
            if told_at > now {
                return Ok(Outcome::Done { next: Some(told_at) });
            }
            if self.store.went_in_as(repository, branch, head).await? {
                return over;
            }
            match self.is_guarded(work, &github, at, &check).await? {
                Known::Known(true) => {}
                Known::Known(false) => return over,
                // What stays unknown counts as guarded.
                Known::Unknown(_) if push.at + ASKED_FOR < now => {}
                Known::Unknown(why) => {
                    tracing::debug!(why, "GitHub is asked again whether a branch is guarded");
                    return Ok(Outcome::Done { next: Some(now + ASKED_AGAIN) });
                }
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

    /// Whether anybody is kept from pushing there: the default branch always counts, another where its rules ask for the
    /// check.
    async fn is_guarded(&self, work: &Work, github: &Installation, at: At<'_>, check: &str) -> Result<Known<bool>> {
        let name = &at.row.name;
        if name.default_branch.is_empty() || at.branch == name.default_branch {
            return Ok(Known::Known(true));
        }
        self.pay_for_look(github.id(), work.claim.priority()).await?;
        Ok(match github.enforced(&name.owner, &name.name, at.branch, check).await {
            Enforced::Yes => Known::Known(true),
            Enforced::No(_) => Known::Known(false),
            Enforced::Unknown(why) => Known::Unknown(why),
        })
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
    ) -> Result<Option<Timestamp>> {
        let repository = at.row.name.id;
        let Some(row) = self.store.review(repository, what).await? else { return Ok(None) };
        let (outcome, again) = match row.issue.filter(|_| !row.is_done) {
            Some(issue) => self.said_of_push(work, github, at, issue).await?,
            None => (None, None),
        };
        if let Some(outcome) = &outcome {
            self.came_to(work, repository, what, outcome).await?;
        }
        let written = || -> ReviewText {
            text::of_push(at.branch, at.push.head.as_str(), &at.push.by.login, at.push.at, row.due)
        };
        let done = outcome.map(|outcome| outcome.at);
        let later = self.tend(work, github, &at.row.name, what, &row, done, written).await?;
        Ok(later.into_iter().chain(again).min())
    }

    /// What the people who may say so say became of a push, and an answer to each of them. When to look again for what is
    /// not known of them.
    async fn said_of_push(
        &self,
        work: &Work,
        github: &Installation,
        at: At<'_>,
        issue: u64,
    ) -> Result<(Option<ChangeOutcome>, Option<Timestamp>)> {
        let name = &at.row.name;
        let said: Vec<CommandRow> = self.store.commands((name.id, issue)).await?;
        let is_one = |row: &CommandRow| {
            row.by.kind == AccountKind::User && matches!(command::read(&row.line), Ok(Asks::Outcome { .. }))
        };
        let said: Vec<CommandRow> = said.into_iter().filter(is_one).collect();
        let people: BTreeSet<Account> = said.iter().map(|row| row.by.clone()).collect();
        if people.is_empty() {
            return Ok((None, None));
        }
        self.pay_for_look(github.id(), work.claim.priority()).await?;
        let refused = self.whose_word(github, at, people).await?;
        let now = self.store.now().await?;
        let (mut last, mut results, mut again) = (None, Vec::new(), None);
        for row in said {
            let asks = command::read(&row.line).ok();
            let refused = match refused.get(&row.by) {
                Some(Known::Known(refused)) => refused.clone(),
                // Not answered before it is known.
                Some(Known::Unknown(why)) => {
                    tracing::debug!(why, comment = row.comment, "whose word it is on a push is asked again");
                    let later = now + patience::of_unknown(now.duration_since(row.at));
                    again = again.into_iter().chain([later]).min();
                    continue;
                }
                None => continue,
            };
            if let (None, Some(Asks::Outcome { result, text })) = (&refused, &asks) {
                last = Some(ChangeOutcome { result: *result, text: text.clone(), by: row.by.clone(), at: row.at });
            }
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
        self.answer_on_issue(work, github, at, issue, &results).await?;
        Ok((last, again))
    }

    /// Of each, why their word on a push does not count; nothing where it does.
    async fn whose_word(
        &self,
        github: &Installation,
        at: At<'_>,
        people: BTreeSet<Account>,
    ) -> Result<BTreeMap<Account, Known<Option<Phrase>>>> {
        let name = &at.row.name;
        let behind = self.behind(github, at).await?;
        let mut told = BTreeMap::new();
        for by in people.into_iter().take(MOST_PEOPLE) {
            let refused = match &behind {
                Known::Unknown(why) => Known::Unknown(why.clone()),
                Known::Known(behind) if behind.contains(&by) => {
                    Known::Known(Some(Phrase::default().person(&by).and(" took part in it")))
                }
                Known::Known(_) => match github.permission(&name.owner, &name.name, &by).await? {
                    Known::Known(Some(held)) if held >= Permission::Write => Known::Known(None),
                    Known::Known(_) => {
                        Known::Known(Some(Phrase::default().person(&by).and(" may not push to this repository")))
                    }
                    Known::Unknown(why) => Known::Unknown(why),
                },
            };
            told.insert(by, refused);
        }
        Ok(told)
    }

    async fn answer_on_issue(
        &self,
        work: &Work,
        github: &Installation,
        at: At<'_>,
        issue: u64,
        results: &[CommandResult],
    ) -> Result<()> {
        let name = &at.row.name;
        let unanswered = self.store.unanswered_commands((name.id, issue)).await?;
        let place = Place { owner: &name.owner, name: &name.name, number: issue };
        for action in plan::reactions(results, &unanswered.keys().copied().collect()) {
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
        Ok(())
    }

    /// Whoever pushed, and whoever is behind what was pushed; for commits that are nobody's the pusher answers.
    async fn behind(&self, github: &Installation, at: At<'_>) -> Result<Known<BTreeSet<Account>>> {
        let (name, push) = (&at.row.name, at.push);
        let mut people = BTreeSet::from([push.by.clone()]);
        let between = github.between(&name.owner, &name.name, push.before.as_str(), push.head.as_str()).await?;
        let commits = match between {
            Known::Known(between) => between.commits,
            Known::Unknown(why) => return Ok(Known::Unknown(why)),
        };
        for some in commits.chunks(COMMITS_AT_ONCE) {
            let commits: BTreeSet<Oid> = some.iter().cloned().collect();
            let count = commits.len();
            let found = github.look_up(&name.owner, &name.name, &Lookup { commits, ..Lookup::default() }).await?;
            if found.commits.len() < count {
                return Ok(Known::unknown("GitHub does not show all commits that were pushed"));
            }
            for commit in found.commits.into_values() {
                people.extend(commit.co_authors);
                for who in [commit.author, commit.committer] {
                    if let Attribution::Account(account) = who {
                        people.insert(account);
                    }
                }
            }
        }
        Ok(Known::Known(people))
    }
}
