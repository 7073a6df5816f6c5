//! A pull request that went in, read afterwards from GitHub's history, as the change that it was when it did.
//!
//! It is read by the same look as those that are open. What is read beside it is only what time has not changed: who
//! pushed, and old names of files. Who was in which team then, what was in other files then, and what reviewers had before
//! them where GitHub does not show it any more, is not known, and never taken from today. Absent: which pull requests, and
//! waiting for the budget.

use countersign_domain::account::AccountKind;
use countersign_domain::decision::SEMANTICS;
use countersign_domain::facts::{
    Asked, ChangeState, Enforced, Facts, Known, OnDemand, Review, ReviewVerdict, commits_hash,
};
use countersign_domain::layer::{Layer, ORGANISATION_POLICY, ORGANISATION_REPOSITORY, REPOSITORY_POLICY};
use countersign_domain::net_diff::Diffs;
use countersign_domain::policy::{Read, Source};
use countersign_domain::record::Template;
use countersign_domain::{Needs, Priority};
use jiff::Timestamp;

use super::facts::{body_at, domain_review, policy_edit, seen};
use super::pull::{change_row, decision_with, policy_ref};
use super::{Error, Pipeline, Result};
use crate::github::{self, Installation, Look, Outcome, Target};
use crate::render::COMMENT_MARKER;
use crate::signal::RepositoryName;
use crate::store::{CaredChecks, Cares, ChangeRow, NewDecision, SeenRow, ShownIds, snapshot};

/// Points of GitHub's hour that are left to whoever serves open pull requests.
const LEFT_TO_OTHERS: i64 = 1_000;

/// A change that went in, ready to be kept.
#[derive(Debug)]
pub struct PastChange {
    /// Its repository.
    pub repository: RepositoryName,
    /// What it comes to by the policies of today, with its snapshot.
    pub decision: NewDecision,
    /// Until when nothing more is to be read: what is left of GitHub's hour is for others.
    pub rest_until: Option<Timestamp>,
}

/// What reading one came to.
#[derive(Debug)]
pub enum PastRead {
    /// All that there is.
    Whole(Box<PastChange>),
    /// Nothing is granted before then.
    Wait(Timestamp),
    /// GitHub could not be reached; for people, why.
    Outage(String),
    /// This one cannot be read, others may; for people, why.
    Unreadable(String),
}

impl Pipeline {
    /// Reads a pull request that went in, in the budget of the installation and after everybody else.
    ///
    /// # Errors
    /// What waiting does not help against: GitHub refuses everything, or the database cannot be written.
    pub async fn past_change(&self, github: &Installation, target: &Target) -> anyhow::Result<PastRead> {
        let read = Box::pin(self.read_past(github, target)).await;
        self.charge(github.id()).await;
        match read {
            Ok(read) => Ok(read),
            Err(Error::OwnBudget { until, .. }) => Ok(PastRead::Wait(until)),
            Err(Error::GitHub(github::Error::Limited(until) | github::Error::ReadsLimited(until))) => {
                Ok(PastRead::Wait(until))
            }
            Err(Error::GitHub(github::Error::Outage(why))) => Ok(PastRead::Outage(why)),
            Err(Error::Moved) => Ok(PastRead::Unreadable("it moved while it was read".to_owned())),
            Err(Error::GitHub(error @ (github::Error::NotFound(_) | github::Error::Odd(_)))) => {
                Ok(PastRead::Unreadable(error.to_string()))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn read_past(&self, github: &Installation, target: &Target) -> Result<PastRead> {
        self.pay_for_look(github.id(), Priority::Wording).await?;
        let look = match github.look(target, COMMENT_MARKER).await? {
            Outcome::Whole(look) => *look,
            Outcome::Torn => return Err(Error::Moved),
        };
        let Some(merged_at) = look.merged.as_ref().map(|(at, _)| *at) else {
            return Ok(PastRead::Unreadable("it did not go in".to_owned()));
        };
        let rest_until = look.budget.filter(|(left, _)| *left < LEFT_TO_OTHERS).map(|(_, reset)| reset);
        let (look, mut unknown) = as_it_went_in(look, merged_at);
        let facts = self.past_facts(github, &look, merged_at).await?;
        unknown.extend(gaps(&facts));
        let repository = RepositoryName {
            id: look.repository.id,
            owner: look.repository.owner.clone(),
            name: look.repository.name.clone(),
            default_branch: look.repository.default_branch.clone(),
        };
        let decision = self.past_decision(&look, facts, merged_at, unknown).await;
        Ok(PastRead::Whole(Box::new(PastChange { repository, decision, rest_until })))
    }

    async fn past_facts(&self, github: &Installation, look: &Look, merged_at: Timestamp) -> Result<Facts> {
        let needs = Needs { pushers: true, old_names: true, ..Needs::default() };
        let (files, _) = self.files(github, look, &needs).await?;
        let (pushers, _) = self.pushers(github, look, &needs).await?;
        let operators = self.operators(look, &pushers).await?;
        Ok(Facts {
            as_of: merged_at,
            repository: look.repository.clone(),
            change: look.change.clone(),
            files,
            commits: look.commits.clone(),
            reviews: reviews(look, merged_at),
            // Nobody was there to take any.
            commands: Known::Known(Vec::new()),
            checks: look.checks.as_ref().map(|checks| checks.iter().map(|read| read.check.clone()).collect()),
            pushers,
            operators,
            teams: Default::default(),
            accounts: Default::default(),
            enforced: Enforced::Unknown("GitHub's history does not tell".to_owned()),
            policy_edit: policy_edit(look),
            asked: Asked::default(),
            siblings: Vec::new(),
            app_id: github.github().app_id(),
            on_demand: OnDemand::default(),
            diffs: Diffs::default(),
        })
    }

    async fn past_decision(
        &self,
        look: &Look,
        facts: Facts,
        merged_at: Timestamp,
        unknown: Vec<String>,
    ) -> NewDecision {
        let sources = sources(look);
        let templates: Vec<Template> =
            look.templates.iter().map(|version| Template { text: version.text.clone() }).collect();
        let loaded = self.loaded.of(&sources).await;
        let decision = decision_with(&loaded.policies, &loaded.fields, &facts, &templates);
        let mut parts = snapshot::parts(&facts, &sources, &templates);
        parts.push(snapshot::outcome_of(&decision));
        parts.push(snapshot::history_of(unknown));
        let policies = decision.policies.iter().map(policy_ref);
        let change = ChangeRow { merged_at: Some(merged_at), ..change_row(look, &decision) };
        NewDecision {
            head: decision.head.clone(),
            check_name: decision.check_name.clone(),
            as_of: decision.as_of,
            outcome: decision.outcome,
            own_outcome: decision.own_outcome,
            semantics: SEMANTICS,
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            policies: policies.collect(),
            parts,
            texts: String::new(),
            next_due: None,
            green_until: None,
            cares: Cares::from(CaredChecks::Only(Vec::new())),
            teams: Vec::new(),
            shown: ShownIds::default(),
            pull: None,
            shows: None,
            change: Some(change),
            told: None,
            stands: None,
        }
    }
}

/// The look as it would have been at that instant, and what of that is not known.
fn as_it_went_in(mut look: Look, merged_at: Timestamp) -> (Look, Vec<String>) {
    let mut unknown = Vec::new();
    match body_at(&look, merged_at, &[]) {
        Known::Known(body) => look.change.body = body,
        Known::Unknown(_) => unknown.push("what the description said when it went in".to_owned()),
    }
    look.change.state = ChangeState::Open;
    look.change.updated_at = merged_at;
    if look.change.author.as_ref().is_some_and(|author| author.kind == AccountKind::Bot) {
        unknown.push("who operated the bot that made the change".to_owned());
    }
    (look, unknown)
}

/// The reviews that were given by then, each with what its giver had before them as far as that is still to be seen.
fn reviews(look: &Look, merged_at: Timestamp) -> Known<Vec<Review>> {
    let commits = look.commits.known().map(|commits| commits_hash(commits)).unwrap_or_default();
    look.reviews.as_ref().map(|reviews| {
        let given = reviews.iter().filter(|review| review.submitted_at <= merged_at);
        let with_seen = given.map(|review| {
            // Of a head that was replaced since, GitHub does not tell which commits it brought then.
            let given_here = review.commit.as_ref() == Some(&look.change.head.tip);
            let bound_to = SeenRow {
                base: look.change.base.name.clone(),
                commits: if given_here { commits.clone() } else { String::new() },
                at: review.submitted_at,
                could_write: None,
            };
            domain_review(review, seen(look, review, &bound_to, &[]))
        });
        let mut reviews: Vec<Review> = with_seen.collect();
        reviews.sort_by_key(|review| (review.submitted_at, review.id));
        reviews
    })
}

/// What is not known of approvals, for people.
fn gaps(facts: &Facts) -> Vec<String> {
    let reviews = facts.reviews.known().into_iter().flatten();
    let approvals: Vec<&Review> = reviews.filter(|review| review.verdict == ReviewVerdict::Approved).collect();
    let here = |review: &Review| review.commit.as_ref() == Some(&facts.change.head.tip);
    let is_unseen = |review: &Review| {
        let seen = &review.seen;
        seen.base.known().is_none() || seen.commits.known().is_none() || seen.body.known().is_none()
    };
    let mut gaps = Vec::new();
    if approvals.iter().any(|review| here(review) && is_unseen(review)) {
        gaps.push("what reviewers had before them".to_owned());
    }
    if approvals.iter().any(|review| !here(review)) {
        gaps.push("what was changed when approvals were given".to_owned());
    }
    gaps
}

/// The policy files of today: what was in force then decided nothing. Where the base is gone, the default branch's.
fn sources(look: &Look) -> Vec<Source> {
    let (owner, name) = (&look.repository.owner, &look.repository.name);
    let organisation = match &look.organisation_policy {
        Read::Unseen if !look.selected_only => Read::Absent,
        read => read.clone(),
    };
    let repository = match &look.repository_policy {
        Read::Unreachable(_) => look.default_policy.clone(),
        read => read.clone(),
    };
    let of_organisation = format!("{owner}/{ORGANISATION_REPOSITORY}/{ORGANISATION_POLICY}");
    let of_repository = format!("{owner}/{name}/{REPOSITORY_POLICY}");
    vec![
        Source { layer: Layer::Organisation, path: of_organisation, read: organisation, last_good: None },
        Source { layer: Layer::Repository, path: of_repository, read: repository, last_good: None },
    ]
}
