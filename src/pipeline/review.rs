//! Reviews of what went in: what owes one, the issue that asks for it, and what was said became of a change.
//!
//! What is owed is kept before anything is written. The issue is begun, then opened, then remembered: whoever finds one
//! begun and not remembered looks for it by its mark, and opens none before GitHub's list must show it. Where GitHub takes
//! no issue the review is owed all the same, and done by a comment on the pull request. Absent: whose word counts.

use countersign_domain::Priority;
use countersign_domain::account::Account;
use countersign_domain::decision::{ChangeOutcome, Outcome as Verdict};
use countersign_domain::facts::{Afterwards, ChangeState, Enforced, Facts};
use countersign_domain::policy::{Length, PolicySet};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::gate::was_green;
use super::pull::Decided;
use super::write::POINTS_A_WRITE;
use super::{Error, Pipeline, Result};
use crate::failpoint;
use crate::github::{self, Installation, Look};
use crate::queue::Work;
use crate::render::escape::code;
use crate::render::phrase::instant;
use crate::render::review::{self as text, ReviewText, ReviewedChange};
use crate::signal::{Mark, RepositoryName, Want};
use crate::store::{ChangeDeployment, Cost, ReviewRow, Reviewed, Unauthorised};

/// What went in longer ago owes nothing that it did not owe then: a policy asks nothing of what was before it.
const LATELY: SignedDuration = SignedDuration::from_hours(30 * 24);
/// An issue that was opened is in GitHub's list by then.
const LISTED_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// How long after GitHub took no issue it is asked again.
const ASKED_AGAIN: SignedDuration = SignedDuration::from_hours(24);

impl Pipeline {
    /// Keeps what a change that went in owes and came to, and tends its issue. When to look again for what has to wait.
    pub(super) async fn after_merge(
        &self,
        work: &Work,
        github: &Installation,
        decided: &Decided,
    ) -> Result<Option<Timestamp>> {
        let (look, decision) = (&decided.look, &decided.decision);
        let (ChangeState::Merged, Some((merged_at, _))) = (look.change.state, &look.merged) else { return Ok(None) };
        let (repository, number) = (&look.repository, look.change.number);
        let what = Reviewed::Pull { number };
        // A change may have taken the policy away by which it owes a review.
        let after = decision.after_merge.as_ref();
        let outcome = after.and_then(|after| after.outcome.as_ref());
        if let Some(after) = after {
            self.store.remember_services((repository.id, number), &repository.owner, &after.services).await?;
        }
        if let Some(outcome) = outcome {
            self.came_to(work, repository.id, &what, outcome).await?;
        }
        if self.store.review(repository.id, &what).await?.is_none()
            && let Some((causes, due)) = self.owed(decided, *merged_at).await?
        {
            self.store.owe(repository.id, &what, &causes, due).await?;
        }
        let Some(row) = self.store.review(repository.id, &what).await? else { return Ok(None) };
        let outcome = outcome.map(|outcome| outcome.at);
        // Of an emergency every lane has its say.
        let in_lane = row.causes.split(',').any(|cause| cause == text::EMERGENCY);
        let done = if in_lane { decision.review.as_ref().map(|review| review.at) } else { outcome };
        let name = RepositoryName {
            id: repository.id,
            owner: repository.owner.clone(),
            name: repository.name.clone(),
            default_branch: repository.default_branch.clone(),
        };
        let deployments = self.store.deployments_of(repository.id, number).await?;
        let written = || change_text(decided, *merged_at, &row, &deployments);
        self.tend(work, github, &name, &what, &row, done, written).await
    }

    /// Adds to the facts what became of changes that went in before.
    pub(super) async fn afterwards(&self, look: &Look, policies: &PolicySet, facts: &mut Facts) -> Result<()> {
        if look.change.state != ChangeState::Open {
            return Ok(());
        }
        let (repository, number) = (&look.repository, look.change.number);
        let mut found = Afterwards {
            overdue: self.store.overdue_reviews(repository.id, number, facts.as_of).await?,
            ..Afterwards::default()
        };
        if policies.policies().any(|(_, policy)| !policy.services.is_empty()) {
            found.track_record = self.store.track_record(repository.id, &repository.owner).await?;
        }
        facts.on_demand.afterwards = Some(found).filter(|found| *found != Afterwards::default());
        Ok(())
    }

    /// Why a change that went in is to be reviewed, and until when; nothing where it is not.
    async fn owed(&self, decided: &Decided, merged_at: Timestamp) -> Result<Option<(String, Timestamp)>> {
        let (look, decision) = (&decided.look, &decided.decision);
        let (repository, number) = (look.repository.id, look.change.number);
        let mut owed: Vec<(&str, Timestamp)> = Vec::new();
        if let Some(due) = self.store.emergency_review_due((repository, number)).await? {
            owed.push((text::EMERGENCY, due));
        }
        let lately = decision.as_of.duration_since(merged_at) <= LATELY;
        // GitHub tells the second in which it went in.
        let merged_by = merged_at.saturating_add(SignedDuration::from_secs(1)).unwrap_or(merged_at);
        let governed = self.store.governed(repository, &look.change.base.name, merged_by, Some(number)).await?;
        if let Some((governed, check)) = governed.filter(|_| lately) {
            if let Some(due) = decision.after_merge.as_ref().and_then(|after| after.due) {
                owed.push((text::PIR, due));
            }
            // Where no policy is left, the check is what it was called before.
            let check = decision.after_merge.as_ref().map_or(check.as_str(), |_| decision.check_name.as_str());
            if self.note_bypass(decided, governed, check).await? {
                owed.push((text::UNAUTHORISED, five_days_after(merged_at)));
            }
        }
        let due = owed.iter().map(|(_, due)| *due).min();
        let causes: Vec<&str> = owed.iter().map(|(cause, _)| *cause).collect();
        Ok(due.map(|due| (causes.join(","), due)))
    }

    /// Keeps that a change went in without our success, where it did. Into a branch beside the default one whose rules
    /// do not ask for the check anybody merges as they like.
    async fn note_bypass(&self, decided: &Decided, governed: Verdict, check: &str) -> Result<bool> {
        let look = &decided.look;
        let Some((merged_at, commit)) = &look.merged else { return Ok(false) };
        let (repository, change) = (look.repository.id, &look.change);
        let is_default = change.base.name == look.repository.default_branch;
        if !is_default && matches!(decided.facts.enforced, Enforced::No(_)) {
            return Ok(false);
        }
        if was_green(&look.own_runs, check, *merged_at) {
            return Ok(false);
        }
        let last = self.store.authority((repository, change.number), (&change.head.tip, check), *merged_at).await?;
        let why = match last.or(Some(governed).filter(|outcome| *outcome == Verdict::Neutral)) {
            Some(Verdict::Pass | Verdict::Neutral | Verdict::Silent) => return Ok(false),
            Some(last) => format!("it was merged while the check said {}", last.name()),
            None => "it was merged before its head was decided".to_owned(),
        };
        let by = look.merged_by.as_ref().map(|by| (by.id, by.login.clone()));
        tracing::warn!(number = change.number, by = by.as_ref().map(|(_, login)| login), why, "unauthorised change");
        let it = Unauthorised {
            what: Reviewed::Pull { number: change.number },
            head: commit.clone(),
            branch: change.base.name.clone(),
            by,
            why,
            at: *merged_at,
        };
        self.store.note_unauthorised(repository, &it).await?;
        Ok(true)
    }

    /// Keeps what became of something. Where it failed, what would go in by the same models is looked at again.
    pub(super) async fn came_to(
        &self,
        work: &Work,
        repository: u64,
        what: &Reviewed,
        outcome: &ChangeOutcome,
    ) -> Result<()> {
        let is_new = self.store.remember_outcome(repository, what, outcome).await?;
        let Reviewed::Pull { number } = what else { return Ok(()) };
        // What failed is told again by each look: the first may have died before it told anybody.
        if is_new || outcome.has_failed() {
            let alike = self.store.alike((repository, *number)).await?;
            let again = |(repository, number)| Mark::Pull { repository, number, want: Want::Anything, lowers: true };
            let marks: Vec<Mark> = alike.into_iter().map(again).collect();
            if !marks.is_empty() {
                self.store.mark(work.claim.installation, &[], &marks).await?;
            }
        }
        Ok(())
    }

    /// Opens the issue of a review that is owed, and closes that of one that is done. When to look again for what has to
    /// wait.
    #[expect(clippy::too_many_arguments, reason = "what is reviewed, where, and how it stands")]
    pub(super) async fn tend(
        &self,
        work: &Work,
        github: &Installation,
        at: &RepositoryName,
        what: &Reviewed,
        row: &ReviewRow,
        done: Option<Timestamp>,
        written: impl FnOnce() -> ReviewText,
    ) -> Result<Option<Timestamp>> {
        if let Some(at_instant) = done.filter(|_| !row.is_done) {
            self.store.review_over(at.id, what, at_instant).await?;
        }
        let is_done = row.is_done || done.is_some();
        if row.is_closed || (is_done && row.begun_at.is_none()) {
            return Ok(None);
        }
        let tended = async {
            match self.issue(work, github, at, what, row, is_done, written).await? {
                Tended::Issue(issue) if is_done => {
                    self.pay_for_words(github).await?;
                    match github.close_issue((&at.owner, &at.name), issue).await {
                        // One that was deleted is as good as closed.
                        Ok(()) | Err(github::Error::NotFound(_)) => {}
                        Err(error) => return Err(error.into()),
                    }
                    self.store.review_issue_closed(at.id, what).await?;
                    Ok(None)
                }
                Tended::Issue(_) => Ok(None),
                Tended::Later(later) => Ok(later),
            }
        };
        match tended.await {
            Err(Error::GitHub(error)) if error.is_refusal() => {
                tracing::warn!(%error, subject = what.key(), "GitHub takes no issue for a review");
                self.store.review_issue_refused(at.id, what, &error.to_string()).await?;
                Ok(self.store.now().await?.checked_add(ASKED_AGAIN).ok())
            }
            Err(Error::OwnBudget { until, refused: Priority::Wording }) => self.worded_at(until).await.map(Some),
            tended => tended,
        }
    }

    /// The issue: that which is remembered, that which a former try opened, or a new one.
    #[expect(clippy::too_many_arguments, reason = "what is reviewed, where, and how it stands")]
    async fn issue(
        &self,
        work: &Work,
        github: &Installation,
        at: &RepositoryName,
        what: &Reviewed,
        row: &ReviewRow,
        is_done: bool,
        written: impl FnOnce() -> ReviewText,
    ) -> Result<Tended> {
        if let Some(issue) = row.issue {
            return Ok(Tended::Issue(issue));
        }
        let now = self.store.now().await?;
        let refused_until = row.refused.as_ref().and_then(|(_, at)| at.checked_add(ASKED_AGAIN).ok());
        if let Some(until) = refused_until.filter(|until| *until > now) {
            return Ok(Tended::Later((!is_done).then_some(until)));
        }
        let place = (at.owner.as_str(), at.name.as_str());
        let mark = text::mark(&what.key());
        if let Some(begun_at) = row.begun_at {
            if let Some(issue) = github.own_issue(place, &mark).await? {
                self.store.review_issue_opened(at.id, what, issue).await?;
                self.look_at_answers(work, at.id, what).await?;
                return Ok(Tended::Issue(issue));
            }
            let listed_at = begun_at.checked_add(LISTED_AFTER).unwrap_or(now);
            if is_done || (listed_at > now && row.refused.is_none()) {
                return Ok(Tended::Later((!is_done).then_some(listed_at)));
            }
        } else {
            self.store.begin_review_issue(at.id, what).await?;
        }
        failpoint::reach("review-begun");
        self.pay_for_words(github).await?;
        if !work.lease.may_write() {
            return Err(github::Error::Outage("less than half of the lease is left".to_owned()).into());
        }
        let ReviewText { title, body } = written();
        let issue = github.open_issue(place, &title, &format!("{mark}\n{body}")).await?;
        failpoint::reach("review-opened");
        self.store.review_issue_opened(at.id, what, issue).await?;
        self.look_at_answers(work, at.id, what).await?;
        Ok(Tended::Issue(issue))
    }

    /// What was said on the issue before it was remembered made nothing due.
    async fn look_at_answers(&self, work: &Work, repository: u64, what: &Reviewed) -> Result<()> {
        let mark = match what {
            Reviewed::Pull { number } => {
                Mark::Pull { repository, number: *number, want: Want::Anything, lowers: false }
            }
            Reviewed::Push { branch, head } => Mark::Pushed { repository, branch: branch.clone(), head: head.clone() },
        };
        Ok(self.store.mark(work.claim.installation, &[], &[mark]).await?)
    }

    async fn pay_for_words(&self, github: &Installation) -> Result<()> {
        let cost = Cost { writes: 1, points: POINTS_A_WRITE, priority: Priority::Wording };
        self.pay(github.id(), cost).await
    }
}

/// The issue for a change, with what is known of it.
fn change_text(decided: &Decided, merged_at: Timestamp, row: &ReviewRow, deployed: &[ChangeDeployment]) -> ReviewText {
    let (look, change) = (&decided.look, &decided.look.change);
    let by = |account: Option<&Account>| code(account.map_or("somebody", |account| account.login.as_str()));
    let mut timeline = vec![(look.created_at, format!("opened by {}", by(change.author.as_ref())))];
    for review in look.reviews.known().into_iter().flatten().filter(|review| review.state == "approved") {
        timeline.push((review.submitted_at, format!("approved by {}", by(review.author.as_ref()))));
    }
    timeline.push((merged_at, format!("merged by {}", by(look.merged_by.as_ref()))));
    timeline.sort();
    let deployments = deployed.iter().map(|deployment| {
        let said = match (deployment.backed_out_at, deployment.failed_at, deployment.succeeded_at) {
            (Some(at), _, _) => format!("backed out at {}", instant(at)),
            (None, Some(at), _) => format!("failed at {}", instant(at)),
            (None, None, Some(at)) => format!("succeeded at {}", instant(at)),
            (None, None, None) => "not over yet".to_owned(),
        };
        format!("{}: {said}", code(&deployment.environment))
    });
    text::of_change(&ReviewedChange {
        number: change.number,
        title: &change.title,
        causes: &row.causes,
        due: row.due,
        base: &change.base.name,
        timeline,
        record: &decided.decision.record,
        deployments: deployments.collect(),
    })
}

/// What became of an issue.
enum Tended {
    /// It is there.
    Issue(u64),
    /// Not yet.
    Later(Option<Timestamp>),
}

/// Until when what no policy gives a time for is reviewed.
pub(super) fn five_days_after(at: Timestamp) -> Timestamp {
    Length::BusinessDays { count: 5, zone: TimeZone::UTC }.after(at).unwrap_or(at)
}
