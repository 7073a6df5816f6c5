//! A deployment that waits at an environment which countersign guards: it goes on where each change that it brings was
//! authorised before it went in and no freeze or window holds its deployment at this moment.
//!
//! What it brings are the commits that the environment does not have yet. What it has is
//! told by the last deployment that went through this gate; before there is any, by the
//! last one that succeeded before the gate was first asked, if it is on the default
//! branch. Whatever is not known holds the deployment, and it is looked at again; only a
//! commit without an authorised change is refused. Absent: deployments that ask nobody.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::account::Oid;
use countersign_domain::decision::{Decision, Outcome as Verdict, State};
use countersign_domain::facts::{Gate, Known};
use countersign_domain::plan::RunStatus;
use countersign_domain::text::Phrase;
use countersign_domain::{AUTHORISED, Priority};
use jiff::Timestamp;

use super::facts::body_at;
use super::pull::decided_at_gate;
use super::read::{Asking, Read, Reading};
use super::write::POINTS_A_WRITE;
use super::{Error, Pipeline, Result, patience};
use crate::failpoint;
use crate::github::{self, Installation, OwnRun, Target};
use crate::queue::{Outcome, Work};
use crate::render::gate::{Brought, GateLine, approved, held, refused};
use crate::store::{Cost, GateAnswer, GateRow, NewDecision, NewGate, RepositoryRow};

/// GitHub takes ten words on a deployment that waits. The last is left for what may still be to say.
const MOST_WORDS: u32 = 9;

/// More pull requests than this are not looked at for one deployment.
const MOST_PULLS: usize = 100;

/// Which deployment waits.
#[derive(Clone, Copy)]
struct At<'a> {
    row: &'a RepositoryRow,
    run: u64,
    environment: &'a str,
    asked: &'a GateRow,
}

/// What a deployment comes to.
#[derive(Default)]
struct Judged {
    /// Why it is refused.
    refused: Vec<GateLine>,
    /// Why it waits.
    held: Vec<GateLine>,
    decisions: Vec<(u64, NewDecision)>,
    brings: Vec<u64>,
    takes_back: Vec<u64>,
    /// When time alone may change it.
    next: Option<Timestamp>,
}

impl Judged {
    fn held(why: impl Into<String>) -> Self {
        Self { held: vec![GateLine::of_all(Phrase::words(why.into()))], ..Self::default() }
    }
}

/// What a pull request comes to at a gate.
struct AtGate {
    decision: Decision,
    new: NewDecision,
    /// The commit by which it went into the default branch.
    merged_as: Option<Oid>,
}

impl AtGate {
    fn authorised(&self) -> Option<&countersign_domain::decision::RequirementResult> {
        self.decision.rules.iter().flat_map(|rule| &rule.asks).find(|ask| ask.key == AUTHORISED)
    }

    fn is_authorised(&self) -> bool {
        self.authorised().is_some_and(|ask| ask.state == State::Satisfied)
    }

    fn is_refused(&self) -> bool {
        self.authorised().is_some_and(|ask| ask.state == State::Blocked)
    }
}

/// What lies between what an environment has and what is to go there.
struct Way {
    commits: Vec<Oid>,
    /// What is there now and would not be any more.
    leaves: Vec<Oid>,
}

impl Pipeline {
    pub(super) async fn gate(&self, work: &Work, repository: u64, run: u64, environment: &str) -> Result<Outcome> {
        let over = Ok(Outcome::Done { next: None });
        let Some(row) = self.store.repository(repository).await? else { return over };
        let named = format!("{}/{} deployment to {environment}", row.name.owner, row.name.name);
        tracing::Span::current().record("pull", named);
        let Some(asked) = self.store.gate(repository, run, environment).await? else { return over };
        if asked.answered || self.store.now().await? >= asked.ends_at() {
            return over;
        }
        let github = self.github.installation(work.claim.installation);
        self.pay_for_look(github.id(), work.claim.priority()).await?;
        let at = At { row: &row, run, environment, asked: &asked };
        let Some(judged) = Box::pin(self.judge(work, &github, at)).await? else { return Ok(Outcome::Again) };
        failpoint::reach("decided");
        self.answer_gate(work, &github, at, judged).await
    }

    /// What a deployment comes to; nothing where GitHub may lag behind, and it is looked at again.
    async fn judge(&self, work: &Work, github: &Installation, at: At<'_>) -> Result<Option<Judged>> {
        if at.asked.head.as_str().is_empty() {
            return Ok(Some(Judged::held("GitHub does not say which commit is to be deployed")));
        }
        let way = match self.way(github, at).await? {
            Known::Known(way) => way,
            Known::Unknown(why) => return Ok(Some(Judged::held(why))),
        };
        let bringing = self.bringing(github, at, &way.commits).await?;
        let may_lag = Asking::of(work).may_wait();
        if may_lag && bringing.values().any(|pulls| pulls.known().is_none_or(Vec::is_empty)) {
            tracing::debug!(tries = work.claim.tries, "GitHub does not tell yet who brought a commit");
            return Ok(None);
        }
        let numbers: BTreeSet<u64> = bringing.values().filter_map(Known::known).flatten().copied().collect();
        if numbers.len() > MOST_PULLS {
            let many =
                format!("it brings {} pull requests, and no more than {MOST_PULLS} are looked at", numbers.len());
            return Ok(Some(Judged::held(many)));
        }
        let mut pulls = BTreeMap::new();
        for number in numbers {
            match Box::pin(self.at_gate(work, github, at, number)).await? {
                Reading::Whole(pull) => pulls.insert(number, *pull),
                Reading::NotYet(why) if may_lag => {
                    tracing::debug!(tries = work.claim.tries, why, number, "looking again");
                    return Ok(None);
                }
                Reading::NotYet(why) => return Ok(Some(Judged::held(format!("#{number} could not be read: {why}")))),
                Reading::Gone => return Ok(Some(Judged::held(format!("GitHub does not show #{number}")))),
            };
        }
        let arrives = pulls.values().any(|pull| pull.merged_as.as_ref() == Some(&at.asked.head));
        let mut judged = together(&way.commits, &bringing, pulls);
        if !arrives && !self.store.went_in_as(at.row.name.id, &at.row.name.default_branch, &at.asked.head).await? {
            // What a change had on the way to what was approved is nobody's to deploy.
            let said = Phrase::words("no pull request is known to have gone into the default branch as this commit");
            judged.held.push(GateLine::of_commit(&at.asked.head, said));
        }
        judged.takes_back = self.taken_back(github, at, &way.leaves, &judged.brings).await?;
        Ok(Some(judged))
    }

    /// What lies between what the environment has and what is to go there. The commit itself always counts where it is not
    /// our own gate that says what is there.
    async fn way(&self, github: &Installation, at: At<'_>) -> Result<Known<Way>> {
        let (owner, name, head) = (&at.row.name.owner, &at.row.name.name, &at.asked.head);
        let ours = self.store.last_through_gate(at.row.name.id, at.environment).await?;
        let is_ours = ours.is_some();
        let Some(there) = (match ours {
            Some(there) => Some(there),
            None => self.there_before(github, at).await?,
        }) else {
            let why = "no deployment to it is known to compare with, from before countersign guarded it";
            return Ok(Known::unknown(why));
        };
        let between = match github.between(owner, name, there.as_str(), head.as_str()).await? {
            Known::Known(between) => between,
            Known::Unknown(why) => return Ok(Known::Unknown(why)),
        };
        let mut commits = between.commits;
        if !is_ours && commits.last() != Some(head) {
            commits.push(head.clone());
        }
        let leaves = match between.is_behind {
            true => github.between(owner, name, head.as_str(), there.as_str()).await?.known().cloned(),
            false => None,
        };
        Ok(Known::Known(Way { commits, leaves: leaves.map(|leaves| leaves.commits).unwrap_or_default() }))
    }

    /// What was in the environment before anybody was asked: anyone who may push may make a deployment, so it counts only
    /// from before the first one waited here, and on the default branch.
    async fn there_before(&self, github: &Installation, at: At<'_>) -> Result<Option<Oid>> {
        let name = &at.row.name;
        let first = self.store.first_asked(name.id, at.environment).await?.unwrap_or(at.asked.asked_at);
        let there = match self.store.last_deployed(name.id, at.environment, first).await? {
            Some(there) => Some(there),
            None => github.last_deployment(&name.owner, &name.name, at.environment, first).await?,
        };
        let Some(there) = there.filter(|_| !name.default_branch.is_empty()) else { return Ok(None) };
        match github.contains(&name.owner, &name.name, &Oid::new(&name.default_branch), &there).await {
            Ok(true) => Ok(Some(there)),
            Ok(false) | Err(github::Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn bringing(
        &self,
        github: &Installation,
        at: At<'_>,
        commits: &[Oid],
    ) -> Result<BTreeMap<Oid, Known<Vec<u64>>>> {
        let name = &at.row.name;
        Ok(github.bringing(&name.owner, &name.name, name.id, commits).await?)
    }

    /// What a pull request comes to at the gate, by a look now and by the last decision before it went in.
    async fn at_gate(&self, work: &Work, github: &Installation, at: At<'_>, number: u64) -> Result<Reading<AtGate>> {
        let name = &at.row.name;
        let target = Target { owner: name.owner.clone(), name: name.name.clone(), number, comment: None };
        let asking = Asking { wants: &[], lowers: false, ..Asking::of(work) };
        let mut read = match self.read(asking, github, &target).await? {
            Reading::Whole(read) => *read,
            Reading::NotYet(why) => return Ok(Reading::NotYet(why)),
            Reading::Gone => return Ok(Reading::Gone),
        };
        let authority = match read.look.merged.as_ref().map(|(merged_at, _)| *merged_at) {
            Some(merged_at) => {
                let bodies = self.store.bodies(name.id, number).await?;
                match body_at(&read.look, merged_at, &bodies) {
                    // Whatever its author makes of it afterwards: what was authorised is what stood then.
                    Known::Known(body) => {
                        read.facts.change.body = body;
                        Known::Known(self.authority((name.id, number), &read, merged_at).await?)
                    }
                    Known::Unknown(_) => Known::unknown(
                        "its description was edited since it went in, and its text from before is not known",
                    ),
                }
            }
            None => Known::unknown("GitHub does not show when it went in"),
        };
        let into_default = read.look.change.base.name == name.default_branch;
        let merged_as = read.look.merged.as_ref().filter(|_| into_default).map(|(_, commit)| commit.clone());
        read.facts.on_demand.gate = Some(Gate { environment: at.environment.to_owned(), authority });
        let (decision, new) = decided_at_gate(read, &self.rules.pages);
        Ok(Reading::Whole(Box::new(AtGate { decision, new, merged_as })))
    }

    /// What a change came to before it went in: by the last decision, else by the check that GitHub shows it went in with.
    /// What is green is written before the decision is kept, and taken back by a check of its own.
    async fn authority(&self, pull: (u64, u64), read: &Read, merged_at: Timestamp) -> Result<Option<Verdict>> {
        let (head, check) = (&read.look.change.head.tip, read.governing.check_name.as_str());
        let decided = self.store.authority(pull, (head, check), merged_at).await?;
        let is_authorised = matches!(decided, Some(Verdict::Pass | Verdict::Neutral));
        let was_green = !is_authorised && was_green(&read.look.own_runs, check, merged_at);
        Ok(if was_green { Some(Verdict::Pass) } else { decided })
    }

    /// The pull requests whose commits would be there no more.
    async fn taken_back(&self, github: &Installation, at: At<'_>, leaves: &[Oid], brings: &[u64]) -> Result<Vec<u64>> {
        let bringing = self.bringing(github, at, leaves).await?;
        let numbers: BTreeSet<u64> = bringing.values().filter_map(Known::known).flatten().copied().collect();
        Ok(numbers.into_iter().filter(|number| !brings.contains(number)).collect())
    }

    /// Answers, or says once why it waits, and keeps that.
    async fn answer_gate(&self, work: &Work, github: &Installation, at: At<'_>, judged: Judged) -> Result<Outcome> {
        let now = self.store.now().await?;
        // What lasts no longer, or was changed meanwhile, is looked at again before anything is said.
        if judged.next.is_some_and(|next| next <= now) || self.store.asked_again(&work.claim).await? {
            return Err(Error::Overtaken);
        }
        let (answer, text) = match (judged.refused.is_empty(), judged.held.is_empty()) {
            (false, _) => (GateAnswer::Rejected, refused(&judged.refused)),
            (true, false) => return self.wait_at_gate(work, github, at, judged, now).await,
            (true, true) => (GateAnswer::Approved, approved(&judged.brings, &judged.takes_back)),
        };
        let is_taken = self.tell_gate(work, github, at, Some(answer), &text).await?;
        failpoint::reach("gate-answered");
        // GitHub may not show yet what it has just asked about.
        if !is_taken && Asking::of(work).may_wait() {
            return Ok(Outcome::Again);
        }
        let answer = if is_taken { answer } else { GateAnswer::Gone };
        tracing::info!(run = at.run, environment = at.environment, answer = answer.name(), "answered");
        let deployment = at.asked.deployment;
        let new =
            NewGate { deployment, answer: Some(answer), said: Some(text), decisions: judged.decisions, next: None };
        self.keep_gate(work, new).await
    }

    /// Says why it waits, where that was not said before. Words that GitHub does not take are not said again.
    async fn wait_at_gate(
        &self,
        work: &Work,
        github: &Installation,
        at: At<'_>,
        judged: Judged,
        now: Timestamp,
    ) -> Result<Outcome> {
        let text = held(&judged.held);
        let again = now.saturating_add(patience::of_unknown(now.duration_since(at.asked.asked_at)));
        let next = judged.next.into_iter().chain(again.ok()).chain([at.asked.ends_at()]).min();
        if at.asked.said.as_ref() == Some(&text) || at.asked.said_times >= MOST_WORDS {
            return Ok(Outcome::Done { next });
        }
        self.tell_gate(work, github, at, None, &text).await?;
        tracing::info!(run = at.run, environment = at.environment, "the deployment waits");
        let deployment = at.asked.deployment;
        let new = NewGate { deployment, answer: None, said: Some(text), decisions: judged.decisions, next };
        self.keep_gate(work, new).await
    }

    async fn keep_gate(&self, work: &Work, new: NewGate) -> Result<Outcome> {
        for (_, decision) in &new.decisions {
            self.telemetry.decision(decision.outcome.name(), None);
        }
        if !self.store.record_gate(&work.claim, &new).await? {
            tracing::warn!("the lease was lost; the deployment is left to whoever has it now");
        }
        Ok(Outcome::Recorded)
    }

    /// Sends our word; false where GitHub does not take it.
    async fn tell_gate(
        &self,
        work: &Work,
        github: &Installation,
        at: At<'_>,
        answer: Option<GateAnswer>,
        text: &str,
    ) -> Result<bool> {
        self.pay(github.id(), Cost { writes: 1, points: POINTS_A_WRITE, priority: Priority::Gate }).await?;
        // Nothing is waited for between this and the write.
        if !work.lease.may_write() {
            return Err(github::Error::Outage("less than half of the lease is left".to_owned()).into());
        }
        let name = (at.row.name.owner.as_str(), at.row.name.name.as_str());
        let write = github.answer_gate(name, (at.run, at.environment), answer.map(GateAnswer::name), text);
        let written = tokio::time::timeout(self.rules.lease / 2, write).await;
        self.telemetry.write("gate answered");
        match written {
            Ok(Ok(())) => Ok(true),
            Ok(Err(github::Error::NotFound(_) | github::Error::Refused(_))) => {
                tracing::warn!(
                    run = at.run,
                    environment = at.environment,
                    "GitHub does not take our word on this deployment"
                );
                Ok(false)
            }
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(github::Error::Outage("a write took longer than half of the lease".to_owned()).into()),
        }
    }
}

/// Whether the newest of our checks that were there when a change went in was green: what is concluded is never edited, so
/// that it stands as it stood. GitHub tells the second; a check that was begun within it counts as there.
pub(super) fn was_green(runs: &[OwnRun], check: &str, merged_at: Timestamp) -> bool {
    let by_then = |at: Option<Timestamp>| at.is_some_and(|at| at.as_second() <= merged_at.as_second());
    let was_there = |run: &&OwnRun| run.name == check && (run.started_at.is_none() || by_then(run.started_at));
    let newest = runs.iter().rfind(was_there);
    newest.is_some_and(|run| run.status == Some(RunStatus::Success) && by_then(run.completed_at))
}

/// What all that a deployment brings comes to. Each commit needs a pull request that was authorised; each such pull
/// request needs that nothing holds it.
fn together(commits: &[Oid], bringing: &BTreeMap<Oid, Known<Vec<u64>>>, pulls: BTreeMap<u64, AtGate>) -> Judged {
    let mut judged = Judged::default();
    let line = |number: u64, pull: &AtGate, said: Phrase| GateLine {
        what: Brought::Pull(number),
        said,
        names_people: pull.decision.names_people,
    };
    let mut named: BTreeSet<u64> = BTreeSet::new();
    for commit in commits {
        let brought_by: Vec<u64> = match bringing.get(commit) {
            Some(Known::Known(numbers)) => numbers.clone(),
            Some(Known::Unknown(why)) => {
                judged.held.push(GateLine::of_commit(commit, Phrase::words(why.clone())));
                continue;
            }
            None => Vec::new(),
        };
        let found: Vec<(u64, &AtGate)> =
            brought_by.iter().filter_map(|number| Some((*number, pulls.get(number)?))).collect();
        if found.is_empty() {
            let said = Phrase::words("no pull request that went in has this commit");
            judged.refused.push(GateLine::of_commit(commit, said));
        } else if !found.iter().any(|(_, pull)| pull.is_authorised()) {
            let are_refused = found.iter().all(|(_, pull)| pull.is_refused());
            for (number, pull) in found.into_iter().filter(|(number, _)| named.insert(*number)) {
                let said = pull.authorised().map(|ask| ask.observed.clone()).unwrap_or_default();
                let lines = if are_refused { &mut judged.refused } else { &mut judged.held };
                lines.push(line(number, pull, said));
            }
        }
    }
    for (number, pull) in pulls {
        judged.next = judged.next.into_iter().chain(pull.decision.next_instant).min();
        if pull.is_authorised() {
            judged.brings.push(number);
            if pull.decision.outcome != Verdict::Pass {
                let said = open(&pull.decision);
                judged.held.push(line(number, &pull, said));
            }
        }
        judged.decisions.push((number, pull.new));
    }
    judged
}

/// What holds a change at the gate.
fn open(decision: &Decision) -> Phrase {
    let asks = decision.rules.iter().filter(|rule| rule.mode == countersign_domain::policy::Mode::Enforce);
    let mut asks = asks.flat_map(|rule| &rule.asks);
    let open = asks.find(|ask| !matches!(ask.state, State::Satisfied | State::Waived | State::NotApplicable));
    open.map_or_else(|| Phrase::words("it could not be decided"), |ask| ask.observed.clone())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn a_change_went_in_green_where_its_newest_check_of_then_was() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let run = |started: i64, status: RunStatus, completed: Option<i64>| OwnRun {
            id: started.unsigned_abs(),
            name: "countersign".to_owned(),
            status: Some(status),
            fingerprint: String::new(),
            started_at: Some(at(started)),
            completed_at: completed.map(at),
        };
        let check =
            |runs: &[OwnRun], expected: bool| assert_eq!(was_green(runs, "countersign", at(100)), expected, "{runs:?}");
        let green = run(80, RunStatus::Success, Some(90));
        check(&[], false);
        check(std::slice::from_ref(&green), true);
        check(&[run(80, RunStatus::Success, Some(101))], false);
        // It was taken back before, or it may have been.
        check(&[green.clone(), run(95, RunStatus::InProgress, None)], false);
        check(&[green.clone(), run(100, RunStatus::Failure, Some(100))], false);
        // It was taken back afterwards.
        check(&[green.clone(), run(101, RunStatus::InProgress, None)], true);
        // The one that waited then was green only afterwards.
        check(&[green.clone(), run(95, RunStatus::Success, Some(120))], false);
        check(&[run(80, RunStatus::Neutral, Some(90))], false);
        check(&[OwnRun { name: "countersign: mine".to_owned(), ..green }], false);
    }
}
