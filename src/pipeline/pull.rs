//! One pull request: look, decide, write what differs, keep the decision.

use std::sync::Arc;

use countersign_domain::decision::{Decision, Outcome as Verdict, SEMANTICS};
use countersign_domain::facts::{ChangeState, Facts};
use countersign_domain::needs::CheckBy;
use countersign_domain::plan::{self, RunStatus, Shown, ShownComment, ShownRun};
use countersign_domain::policy::{self, PolicySet, Source};
use countersign_domain::record::Template;
use countersign_domain::{Needs, Records, evaluate, wants_modes};
use jiff::{SignedDuration, Timestamp};

use super::loaded::Loaded;
use super::policies::Governing;
use super::{Error, Pipeline, Result, fresh, unfinished};
use crate::failpoint;
use crate::github::{self, Ask, Installation, Look, Target};
use crate::queue::{FRESHNESS, Outcome, Work};
use crate::render::{self, COMMENT_MARKER, Lowered, Reason};
use crate::signal::{Mark, PullIndex, Want};
use crate::store::{
    CaredCheck, CaredChecks, Cares, ChangeRow, Claim, NewDecision, PolicyRef, RepositoryRow, ShownIds, ShownRunIds,
    Subject, TemplateVersion, snapshot,
};

/// Tries of a look that pass before an event that only takes green away does so without one: half a second and one.
const PATIENT_TRIES: u32 = 2;

/// How long somebody who writes to the same check of the same commit is waited for.
const LANE_WAIT: SignedDuration = SignedDuration::from_millis(250);

/// The shortest and the longest time after which what could not be read is tried again.
const LEAST_PATIENCE: SignedDuration = SignedDuration::from_mins(5);
const MOST_PATIENCE: SignedDuration = SignedDuration::from_hours(6);

/// Why a look that came to nothing is taken again.
const MOVED: &str = "the pull request moved while it was read";

/// A decision and all that went into it.
pub(super) struct Decided {
    pub(super) decision: Decision,
    facts: Facts,
    sources: Vec<Source>,
    templates: Vec<Template>,
    loaded: Arc<Loaded>,
}

impl Pipeline {
    pub(super) async fn pull(&self, work: &Work, repository: u64, number: u64) -> Result<Outcome> {
        let Some(row) = self.store.repository(repository).await? else { return Ok(Outcome::Done { next: None }) };
        tracing::Span::current().record("pull", format!("{}/{}#{number}", row.name.owner, row.name.name));
        failpoint::reach("row-claimed");
        let github = self.github.installation(work.claim.installation);
        let shown = self.store.shown(repository, number).await?;
        self.take_back_retargeted(work, &github, &row, number, &shown).await?;
        self.take_back_closed(work, &github, &row, number, &shown).await?;
        let target = Target {
            owner: row.name.owner.clone(),
            name: row.name.name.clone(),
            number,
            comment: shown.comment_node.clone(),
        };
        self.pay_for_look(github.id(), work.claim.lowers).await?;
        let mut look = match github.look(&target, COMMENT_MARKER).await {
            Ok(github::Outcome::Whole(look)) => look,
            Ok(github::Outcome::Torn) => {
                return self.not_yet(work, &github, &row, number, &shown, MOVED).await;
            }
            // A pull request that was just told of and is not there yet will be.
            Err(github::Error::NotFound(_))
                if !work.claim.wants.is_empty()
                    && work.claim.tries < u32::try_from(FRESHNESS.len()).unwrap_or(u32::MAX) =>
            {
                return self
                    .not_yet(work, &github, &row, number, &shown, "GitHub does not show the pull request yet")
                    .await;
            }
            Err(github::Error::NotFound(_)) => {
                self.forget(work, repository, number).await?;
                return Ok(Outcome::Done { next: None });
            }
            Err(error) => {
                return self.or_take_back(work, &github, &shown, Err(error.into())).await;
            }
        };
        failpoint::reach("look-done");
        if let Some(why) = stale(work, &look)? {
            return self.not_yet(work, &github, &row, number, &shown, why).await;
        }
        // Which policies are in force is only told by a look that counts; what they ask for beside it counts by itself.
        let governing = self.governing(&github, &look).await;
        let governing = self.or_take_back(work, &github, &shown, governing).await?;
        let asked = self.asked(&github, &mut look, &governing.loaded.needs).await;
        if !self.or_take_back(work, &github, &shown, asked).await? {
            return self.not_yet(work, &github, &row, number, &shown, MOVED).await;
        }
        if let Some(why) = stale(work, &look)? {
            return self.not_yet(work, &github, &row, number, &shown, why).await;
        }
        match self.answer(work, &github, &look, governing, shown.clone()).await {
            Err(Error::Moved) => self.not_yet(work, &github, &row, number, &shown, MOVED).await,
            outcome => outcome,
        }
    }

    /// Decides and writes, holding the check against others who share the commit.
    async fn answer(
        &self,
        work: &Work,
        github: &Installation,
        look: &Look,
        governing: Governing,
        shown: ShownIds,
    ) -> Result<Outcome> {
        let name = governing.check_name.clone();
        self.take_back_renamed(work, github, look, &shown, &name).await?;
        let lane = format!("{}:{}:{name}", look.repository.id, look.change.head.tip);
        let holder = work.claim.holder();
        if !self.store.hold(&lane, &holder, self.rules.lease).await? {
            return Ok(Outcome::Parked { until: self.store.now().await? + LANE_WAIT });
        }
        let outcome = self.answer_alone(work, github, look, shown, governing).await;
        // With a decision that was recorded the lane was given back.
        if !matches!(outcome, Ok(Outcome::Recorded)) {
            self.store.release_lane(&lane, &holder).await?;
        }
        outcome
    }

    async fn answer_alone(
        &self,
        work: &Work,
        github: &Installation,
        look: &Look,
        stored: ShownIds,
        governing: Governing,
    ) -> Result<Outcome> {
        let name = &governing.check_name.clone();
        let members_since = work.claim.wants.iter().filter_map(|want| match want {
            Want::Members(at) => Some(*at),
            _ => None,
        });
        let decided = self.decide(github, look, members_since.max(), governing).await;
        let decided = self.or_take_back(work, github, &stored, decided).await?;
        failpoint::reach("decided");
        let decision = &decided.decision;
        self.remember_outcomes(work, github, look, decision).await?;
        let mut shown = merge_shown(look, &stored, name, &work.claim.wants);
        let there = ids(look, &stored, name);
        let answer = match look.change.state {
            ChangeState::Open => self.rendered(look, &decided, is_open(there.run.as_ref(), &shown)),
            ChangeState::Closed | ChangeState::Merged => self.last_word(work, look, &decided, &shown).await?,
        };
        if unfinished::would_go_stale(look, there.run.as_ref(), &answer, decision.as_of) {
            shown.run = None;
        }
        let actions = plan::plan(&answer, &shown);
        let now_shown = self.write(work, github, look, &actions, there).await?;
        self.request_reviews(work, github, look, &decision.requests).await?;
        // The last word on what is closed rests on what GitHub showed, which no replay has; a decision on it has no text.
        let told = answer.run.as_ref().filter(|_| look.change.state == ChangeState::Open);
        let texts = told.map(|run| run.fingerprint.clone()).unwrap_or_default();
        let new = new_decision(look, &decided, texts, now_shown);
        match self.store.record_decision(&work.claim, &new).await? {
            Some(id) => {
                failpoint::reach("decision-stored");
                tracing::Span::current().record("decision", id.to_string());
                let took = self.since_asked(work).await?;
                self.telemetry.decision(decision.outcome.name(), took);
                tracing::info!(
                    outcome = decision.outcome.name(),
                    head = decision.head.short(),
                    writes = actions.len(),
                    "decided"
                );
            }
            None => tracing::warn!("the lease was lost; the decision is left to whoever has it now"),
        }
        Ok(Outcome::Recorded)
    }

    /// Adds to a look what the policies ask for beside it; false where the pull request has moved since.
    pub(super) async fn asked(&self, github: &Installation, look: &mut Look, needs: &Needs) -> Result<bool> {
        let ask = Ask { environments: needs.environments.clone(), threads: needs.threads };
        let read = github.asked(look, ask).await?;
        let whole = read.is_some();
        look.asked = read.unwrap_or_default();
        Ok(whole)
    }

    /// From a look to a decision. Pure but for the reads that the policies need.
    pub(super) async fn decide(
        &self,
        github: &Installation,
        look: &Look,
        members_since: Option<Timestamp>,
        governing: Governing,
    ) -> Result<Decided> {
        let Governing { sources, loaded, family, check_name: name } = governing;
        let mut facts = self.facts(github, look, &loaded.needs, members_since, &name).await?;
        facts.on_demand.check_name = family;
        facts.on_demand.failures = self.failures(look, &loaded.policies).await?;
        if wants_modes(&loaded.policies, &facts.files) {
            facts.on_demand.special_files = Some(self.special_files(github, look, &facts.files).await?);
        }
        facts.siblings = self.siblings(&facts, &name).await?;
        let templates = self.templates(look).await?;
        let records = Records::read(&facts, &loaded.fields, &templates);
        let decision = evaluate(&loaded.policies, &records, &facts);
        Ok(Decided { decision, facts, sources, templates, loaded })
    }

    /// The templates of every version seen: a text that stood in one is a prompt, not an answer.
    async fn templates(&self, look: &Look) -> Result<Vec<Template>> {
        let repository = look.repository.id;
        let mut known = self.store.template_versions(repository).await?;
        for template in &look.templates {
            if !known.iter().any(|version| version.text == template.text) {
                let version = TemplateVersion { path: template.blob.clone(), text: template.text.clone() };
                self.store.add_template(repository, &version, self.store.now().await?).await?;
                known.push(version);
            }
        }
        Ok(known.into_iter().map(|version| Template { text: version.text }).collect())
    }

    /// What is shown of a pull request that is no longer open. A check that others share is theirs to write: they are
    /// looked at again, now that this one has no part in it.
    async fn last_word(&self, work: &Work, look: &Look, decided: &Decided, shown: &Shown) -> Result<plan::Answer> {
        let others = &decided.facts.siblings;
        if !others.is_empty() {
            let repository = look.repository.id;
            let again = |number| Mark::Pull { repository, number, want: Want::Anything, lowers: false };
            let marks: Vec<_> = others.iter().map(|other| again(other.number)).collect();
            self.store.mark(work.claim.installation, &[index(look)], &marks).await?;
        }
        let green = shown.run.as_ref().is_some_and(|run| run.status == RunStatus::Success);
        let vouches = green && look.change.state == ChangeState::Closed && others.is_empty();
        let (head, name) = (&decided.decision.head, &decided.decision.check_name);
        Ok(plan::Answer {
            run: vouches.then(|| render::could_not_evaluate(head, name, &Reason::Closed)),
            comment: plan::Comment::Fold(render::no_longer_open(look.change.state == ChangeState::Merged)),
        })
    }

    fn rendered(&self, look: &Look, decided: &Decided, has_open_run: bool) -> plan::Answer {
        let context = render::Context {
            server: self.rules.pages.clone(),
            owner: look.repository.owner.clone(),
            repository: look.repository.name.clone(),
            number: look.change.number,
            author: look.change.author.clone(),
            has_open_run,
        };
        render::answer(&decided.decision, &context)
    }

    /// GitHub shows no such pull request: the indexes count it as closed until an event says otherwise.
    async fn forget(&self, work: &Work, repository: u64, number: u64) -> Result<()> {
        if let Some(index) = self.store.pull_index(repository, number).await? {
            self.store.mark(work.claim.installation, &[PullIndex { open: false, ..index }], &[]).await?;
        }
        Ok(())
    }

    /// Takes green away where the event can only do that, and what it asks to be read cannot be read.
    async fn or_take_back<T>(
        &self,
        work: &Work,
        github: &Installation,
        shown: &ShownIds,
        read: Result<T>,
    ) -> Result<T> {
        if let (true, Err(Error::GitHub(_)), Subject::Pull { repository, number }) =
            (work.claim.lowers, &read, &work.claim.subject)
            && let Some(row) = self.store.repository(*repository).await?
        {
            self.take_back(work, github, &row, *number, shown, &Reason::LookingAgain(lowered(&work.claim))).await?;
        }
        read
    }

    /// The look does not count: again a little later. Where the event can only take green away and a fresh look is not
    /// to be had within two seconds, green goes without one.
    async fn not_yet(
        &self,
        work: &Work,
        github: &Installation,
        row: &RepositoryRow,
        number: u64,
        shown: &ShownIds,
        why: &str,
    ) -> Result<Outcome> {
        tracing::debug!(tries = work.claim.tries, why, "looking again");
        if work.claim.lowers && work.claim.tries >= PATIENT_TRIES {
            self.take_back(work, github, row, number, shown, &Reason::LookingAgain(lowered(&work.claim))).await?;
        }
        Ok(Outcome::Again)
    }
}

/// Why a look is not new enough to count, where there is patience left to take it again.
fn stale(work: &Work, look: &Look) -> Result<Option<&'static str>> {
    let unmet = fresh::unmet(look, &work.claim.wants);
    if unmet.is_empty() {
        return Ok(None);
    }
    if work.claim.tries < u32::try_from(FRESHNESS.len()).unwrap_or(u32::MAX) {
        return Ok(Some("GitHub's reads lag behind its events"));
    }
    if unmet.iter().any(|want| matches!(want, Want::UpdatedAt(_) | Want::Closed(_) | Want::Head { .. })) {
        let lag = "its reads have lagged behind its events for a minute";
        return Err(github::Error::Outage(lag.to_owned()).into());
    }
    tracing::warn!(?unmet, "events that GitHub's reads never showed");
    Ok(None)
}

/// The pure part, from what was read to the decision: records, evaluation.
pub fn decision_of(policies: &PolicySet, facts: &Facts, templates: &[Template]) -> Decision {
    let fields = policy::field_set(policies);
    let records = Records::read(facts, &fields, templates);
    evaluate(policies, &records, facts)
}

/// What was taken back, for the words on the check.
fn lowered(claim: &Claim) -> Lowered {
    claim
        .wants
        .iter()
        .rev()
        .map(|want| match want {
            Want::Review { .. } => Lowered::Review,
            Want::Check { .. } | Want::Status { .. } => Lowered::Check,
            Want::Deployment { .. } => Lowered::Deployment,
            Want::Thread { .. } => Lowered::Thread,
            Want::Head { .. } => Lowered::Push,
            Want::UpdatedAt(_) => Lowered::Description,
            Want::Members(_) => Lowered::Membership,
            Want::Tip(_) | Want::DefaultTip(_) => Lowered::Policy,
            Want::Anything | Want::Closed(_) | Want::Rerun(_) => Lowered::Other,
        })
        .next()
        .unwrap_or(Lowered::Other)
}

/// What GitHub shows of us: by the look, or by our own knowledge where the look lags behind our own writes.
fn merge_shown(look: &Look, stored: &ShownIds, name: &str, wants: &[Want]) -> Shown {
    let ids = ids(look, stored, name);
    let rerun = wants.iter().any(|want| match (want, &ids.run) {
        (Want::Rerun(0), _) | (Want::Rerun(_), None) => true,
        (Want::Rerun(run), Some(newest)) => newest.id <= *run,
        _ => false,
    });
    let run =
        ids.run.filter(|_| !rerun).map(|run| ShownRun { id: run.id, status: run.status, fingerprint: run.fingerprint });
    let comment = match (&look.own_comment, ids.comment) {
        (Some(comment), _) => Some(comment.shown.clone()),
        // Written and not shown yet, or deleted: writing to it tells which.
        (None, Some(id)) => Some(ShownComment { id, body: String::new() }),
        (None, None) => None,
    };
    Shown { run, comment }
}

/// Whether a run of ours that is there is anything but neutral, or was asked for again, which GitHub takes for pending.
fn is_open(there: Option<&ShownRunIds>, shown: &Shown) -> bool {
    there.is_some_and(|run| {
        let asked_again = shown.run.is_none();
        let odd = run.fingerprint.is_empty();
        asked_again || odd || run.status != RunStatus::Neutral
    })
}

/// Our newest run of that name on the head, and our comment.
fn ids(look: &Look, stored: &ShownIds, name: &str) -> ShownIds {
    let head = &look.change.head.tip;
    let stored_run = stored.run.clone().filter(|run| run.head == *head && run.name == name);
    let newest = look.own_runs.iter().rfind(|run| run.name == name);
    let looked = newest.map(|run| ShownRunIds {
        id: run.id,
        // A state that we never give, such as stale: whatever is decided is written anew.
        status: run.status.unwrap_or(RunStatus::Neutral),
        fingerprint: if run.status.is_some() { run.fingerprint.clone() } else { String::new() },
        head: head.clone(),
        name: name.to_owned(),
    });
    let run = match (looked, stored_run) {
        (Some(looked), Some(stored)) if stored.id > looked.id => Some(stored),
        (Some(looked), _) => Some(looked),
        (None, stored) => stored,
    };
    let (comment, comment_node) = match &look.own_comment {
        Some(comment) => (Some(comment.shown.id), Some(comment.node.clone())),
        None => (stored.comment, stored.comment_node.clone()),
    };
    ShownIds { run, comment, comment_node }
}

fn new_decision(look: &Look, decided: &Decided, texts: String, shown: ShownIds) -> NewDecision {
    let decision = &decided.decision;
    let policies = decision.policies.iter().map(|policy| PolicyRef {
        layer: policy.layer.name().to_owned(),
        path: policy.source.path.clone(),
        blob: policy.source.blob.clone(),
        standing: policy.standing.name().to_owned(),
    });
    let mut parts = snapshot::parts(&decided.facts, &decided.sources, &decided.templates);
    parts.push(snapshot::outcome_of(decision));
    let open = look.change.state == ChangeState::Open;
    let anew = unfinished::anew_at(look, shown.run.as_ref().filter(|_| open), decision.as_of);
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
        texts,
        next_due: next_due(look, decision).into_iter().chain(anew).min(),
        cares: cares(&decided.loaded.needs),
        teams: decided.facts.teams.keys().cloned().collect(),
        shown,
        pull: Some(index(look)),
        change: Some(change_row(look, decision)),
    }
}

/// When the decision may change without an event: by time alone, or because what could not be read now can be.
fn next_due(look: &Look, decision: &Decision) -> Option<Timestamp> {
    let is_unknown = [decision.outcome, decision.own_outcome].contains(&Verdict::Unknown);
    if !is_unknown || look.change.state != ChangeState::Open {
        return decision.next_instant;
    }
    let again = decision.as_of.saturating_add(patience(decision.as_of.duration_since(look.change.updated_at)));
    again.ok().into_iter().chain(decision.next_instant).min()
}

/// How long what could not be read is left alone: a quarter of the time since anything was done to the pull request, so
/// that one that lies about costs little and one that somebody waits for is tried soon.
fn patience(unchanged_for: SignedDuration) -> SignedDuration {
    (unchanged_for / 4).clamp(LEAST_PATIENCE, MOST_PATIENCE)
}

/// What of all that moves can change the decision.
fn cares(needs: &Needs) -> Cares {
    Cares { checks: cared_checks(needs), environments: needs.environments.clone(), threads: needs.threads }
}

fn cared_checks(needs: &Needs) -> CaredChecks {
    if needs.required_checks {
        return CaredChecks::All;
    }
    let cared = needs.checks.iter().map(|(name, by)| CaredCheck {
        name: name.clone(),
        app: match by {
            CheckBy::App(slug) => Some(slug.clone()),
            CheckBy::Creator(_) => None,
        },
    });
    CaredChecks::Only(cared.collect())
}

fn index(look: &Look) -> PullIndex {
    PullIndex {
        repository: look.repository.id,
        number: look.change.number,
        head: look.change.head.tip.clone(),
        base: look.change.base.name.clone(),
        open: look.change.state == ChangeState::Open,
        updated_at: look.change.updated_at,
    }
}

fn change_row(look: &Look, decision: &Decision) -> ChangeRow {
    let files = look.files.known();
    ChangeRow {
        repository: look.repository.id,
        number: look.change.number,
        author: look.change.author.as_ref().map(|author| author.id),
        opened_at: Some(look.created_at),
        merged_at: None,
        files: files.map(|files| files.len() as u64),
        lines: files.map(|files| files.iter().map(|file| file.added + file.removed).sum()),
        risk_level: decision.risk.level.name().to_owned(),
        risk_score: decision.risk.score,
        outcome: decision.outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::account::Oid;

    #[test]
    fn what_could_not_be_read_is_tried_again_after_a_quarter_of_the_time_that_nothing_happened() {
        let check = |minutes: i64, expected: i64| {
            let after = patience(SignedDuration::from_mins(minutes));
            assert_eq!(after, SignedDuration::from_mins(expected), "nothing happened for {minutes} minutes");
        };
        check(-1, 5);
        check(0, 5);
        check(20, 5);
        check(60, 15);
        check(24 * 60, 6 * 60);
        check(365 * 24 * 60, 6 * 60);
    }

    #[test]
    fn a_run_is_open_unless_it_is_a_neutral_one_of_ours_that_nobody_asked_for_again() {
        let check = |status: RunStatus, fingerprint: &str, asked_again: bool, expected: bool| {
            let fingerprint = fingerprint.to_owned();
            let shown = ShownRun { id: 1, status, fingerprint: fingerprint.clone() };
            let (head, name) = (Oid::new("c0ffee"), "countersign".to_owned());
            let there = ShownRunIds { id: 1, status, fingerprint, head, name };
            let shown = Shown { run: Some(shown).filter(|_| !asked_again), comment: None };
            assert_eq!(is_open(Some(&there), &shown), expected, "{there:?} {asked_again}");
        };
        check(RunStatus::Neutral, "cs1", false, false);
        check(RunStatus::Neutral, "cs1", true, true);
        // A state that we never give, such as stale, has no fingerprint.
        check(RunStatus::Neutral, "", false, true);
        for status in [RunStatus::InProgress, RunStatus::Success, RunStatus::Failure, RunStatus::ActionRequired] {
            check(status, "cs1", false, true);
        }
        assert!(!is_open(None, &Shown::default()));
    }
}
