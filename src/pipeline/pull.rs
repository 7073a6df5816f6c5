//! One pull request: look, decide, write what differs, keep the decision.

use std::sync::Arc;

use countersign_domain::account::Oid;
use countersign_domain::decision::{Decision, Outcome as Verdict, PolicyReport, SEMANTICS};
use countersign_domain::facts::{ChangeState, Facts, Sibling};
use countersign_domain::life::Life;
use countersign_domain::needs::CheckBy;
use countersign_domain::plan::{Effect, Refusals, RunStatus, Shown, ShownComment, ShownRun};
use countersign_domain::policy::{self, PolicySet, Source};
use countersign_domain::record::{FieldSet, Template};
use countersign_domain::{Needs, Records, evaluate, evaluate_each};
use jiff::Timestamp;

use super::effect::EffectOfEdit;
use super::lane::lane;
use super::loaded::Loaded;
use super::policies::Governing;
use super::read::{Asking, Read, Reading, why_taken_back};
use super::{Error, Pipeline, Result, ending, patience, received, refused, unfinished};
use crate::failpoint;
use crate::github::{Installation, Look, OwnRun, Target};
use crate::queue::{Outcome, Work};
use crate::render::{self, Reason};
use crate::signal::{Mark, PullIndex, Want};
use crate::store::{
    CaredCheck, CaredChecks, Cares, ChangeRow, NewDecision, Planning, PolicyRef, Refused, ShownIds, ShownRunIds,
    snapshot,
};

/// A decision and all that went into it.
pub(super) struct Decided {
    pub(super) decision: Decision,
    check_name: String,
    pub(super) look: Box<Look>,
    pub(super) facts: Facts,
    sources: Vec<Source>,
    pub(super) templates: Vec<Template>,
    pub(super) loaded: Arc<Loaded>,
    /// Where the change stands, where it went in.
    pub(super) went_in: Option<Life>,
    /// What the policy that the pull request edits would have done, where it edits one.
    pub(super) effect_of_edit: Option<EffectOfEdit>,
    /// Receivers of `[[notify]]` that the settings do not name.
    unknown_receivers: Vec<String>,
}

impl Decided {
    /// What the check tells of that cannot be done beside it.
    pub(super) fn refusals(&self, refused: &Refused) -> Refusals {
        Refusals { receivers: self.unknown_receivers.clone(), ..refused::told(refused) }
    }

    /// What the same comes to at another instant.
    pub(super) fn again_at(&self, at: Timestamp) -> Decision {
        let facts = Facts { as_of: at, ..self.facts.clone() };
        decision_with(&self.loaded.policies, &self.loaded.fields, &facts, &self.templates)
    }
}

impl Pipeline {
    pub(super) async fn pull(&self, work: &Work, repository: u64, number: u64) -> Result<Outcome> {
        let Some(row) = self.store.repository(repository).await? else { return Ok(Outcome::Done { next: None }) };
        tracing::Span::current().record("pull", format!("{}/{}#{number}", row.name.owner, row.name.name));
        failpoint::reach("row-claimed");
        let github = self.github.installation(work.claim.installation);
        let mut shown = self.store.shown(repository, number).await?;
        self.take_back_retargeted(work, &github, &row, number, &mut shown).await?;
        self.take_back_closed(work, &github, &row, number, &mut shown).await?;
        let target = Target {
            owner: row.name.owner.clone(),
            name: row.name.name.clone(),
            number,
            comment: shown.comment_node.clone(),
        };
        if let Some(next) = self.take_back_early(work, &github, &row, number, &mut shown).await? {
            return Ok(Outcome::Done { next: Some(next) });
        }
        // Refused, too, it takes green back.
        let reading = Box::pin(async {
            self.pay_for_look(github.id(), work.claim.priority()).await?;
            self.read(Asking::of(work), &github, &target).await
        });
        let reason = why_taken_back(work);
        match self.or_take_back(work, &github, &row, number, (&mut shown, &reason), reading).await? {
            Reading::Whole(read) => self.answer(work, &github, *read, shown).await,
            Reading::NotYet(why) => {
                tracing::debug!(tries = work.claim.tries, why, "looking again");
                Ok(Outcome::Again)
            }
            Reading::Gone => {
                self.forget(work, repository, number).await?;
                Ok(Outcome::Done { next: None })
            }
        }
    }

    /// Decides and writes, holding the check against others who share the commit.
    async fn answer(&self, work: &Work, github: &Installation, read: Read, mut shown: ShownIds) -> Result<Outcome> {
        let name = &read.governing.check_name;
        self.take_back_renamed(work, github, &read.look, &mut shown, name).await?;
        let effect_of_edit = Box::pin(self.effect_of_edit(github, &read)).await;
        let lane = lane(read.look.repository.id, &read.look.change.head.tip, name);
        if !self.hold(work, &lane).await? {
            return Err(Error::Held);
        }
        let outcome = Box::pin(self.answer_alone(work, github, read, shown, effect_of_edit)).await;
        // With a decision that was recorded the lane was given back.
        if !matches!(outcome, Ok(Outcome::Recorded)) {
            self.let_go(work, &lane).await?;
        }
        outcome
    }

    async fn answer_alone(
        &self,
        work: &Work,
        github: &Installation,
        read: Read,
        stored: ShownIds,
        effect_of_edit: Option<EffectOfEdit>,
    ) -> Result<Outcome> {
        let mut decided = self.decide(github.id(), read).await?;
        decided.effect_of_edit = effect_of_edit;
        failpoint::reach("decided");
        let (look, decision) = (&decided.look, &decided.decision);
        self.remember_outcomes(work, github, look, decision).await?;
        let there = ids(look, &stored, &decided.check_name);
        let is_green = there.run.as_ref().is_some_and(|run| run.status == RunStatus::Success);
        self.remember_emergencies(github, &decided, is_green).await?;
        let shown = merge_shown(look, there.clone(), &work.claim.wants);
        if look.change.state != ChangeState::Open {
            self.leave_to_others(work, look, &decided.facts.siblings).await?;
        }
        // What is owed is known before it is told of.
        let review = Box::pin(self.after_merge(work, github, &decided)).await?;
        decided.went_in = self.life_since_it_went_in(&decided).await?;
        let decision = &decided.decision;
        let effect = effect(there.run.as_ref(), &shown);
        let said = self.say_all(work, github, &decided, effect, there, shown).await;
        let said = said.map_err(|error| error.no_later_than(decision.next_instant))?;
        let mut new = new_decision(&decided, effect, said.texts, said.shown);
        new.stands = self.stands(&decided).await?;
        let context = self.context(&decided, effect, &new.shown);
        let telling = self.tell(&decided, new.stands.as_ref(), &context).await?;
        new.told = telling.told;
        new.next_due = new.next_due.into_iter().chain(said.later).chain(telling.next).chain(review).min();
        match self.store.record_decision(&work.claim, &new).await? {
            Some(id) => {
                failpoint::reach("decision-stored");
                tracing::Span::current().record("decision", id.to_string());
                let took = self.since_asked(work).await?;
                self.telemetry.decision(decision.outcome.name(), took);
                tracing::info!(
                    outcome = decision.outcome.name(),
                    head = decision.head.short(),
                    writes = said.writes,
                    "decided"
                );
            }
            None => tracing::warn!("the lease was lost; the decision is left to whoever has it now"),
        }
        Ok(Outcome::Recorded)
    }

    /// From what was read to a decision, beside the pull requests that share the check.
    pub(super) async fn decide(&self, installation: u64, read: Read) -> Result<Decided> {
        let Read { look, governing, mut facts, templates, .. } = read;
        let Governing { sources, loaded, check_name, .. } = governing;
        facts.siblings = self.siblings(&facts, &check_name).await?;
        let records = Records::read(&facts, &loaded.fields, &templates);
        self.collisions(installation, &loaded.policies, &records, &mut facts).await?;
        let mut decision = evaluate(&loaded.policies, &records, &facts);
        // Each time another lane loses its ticket, so that it comes to an end.
        while !self.use_tickets(&look, &decision, &mut facts).await? {
            decision = evaluate(&loaded.policies, &records, &facts);
        }
        let unknown_receivers = self.unknown_receivers(&decision, &look.repository.owner);
        Ok(Decided {
            decision,
            check_name,
            look,
            facts,
            sources,
            templates,
            loaded,
            went_in: None,
            effect_of_edit: None,
            unknown_receivers,
        })
    }

    /// A check that open pull requests share is theirs to write: they are looked at again, now that this one has no part
    /// in it.
    async fn leave_to_others(&self, work: &Work, look: &Look, others: &[Sibling]) -> Result<()> {
        if others.is_empty() {
            return Ok(());
        }
        let repository = look.repository.id;
        let again = |number| Mark::Pull { repository, number, want: Want::Anything, lowers: false };
        let marks: Vec<_> = others.iter().map(|other| again(other.number)).collect();
        self.store.mark(work.claim.installation, &[index(look)], &marks).await?;
        Ok(())
    }

    /// GitHub shows no such pull request: the indexes count it as closed until an event says otherwise.
    async fn forget(&self, work: &Work, repository: u64, number: u64) -> Result<()> {
        if let Some(index) = self.store.pull_index(repository, number).await? {
            self.store.mark(work.claim.installation, &[PullIndex { open: false, ..index }], &[]).await?;
        }
        // Whoever made way for what it planned is looked at again.
        let installation = work.claim.installation;
        let planning = Planning { installation, change: (repository, number), public: false, yields: false };
        self.store.keep_plan(planning, None).await?;
        Ok(())
    }
}

/// The pure part, from what was read to the decision: records, evaluation.
pub fn decision_of(policies: &PolicySet, facts: &Facts, templates: &[Template]) -> Decision {
    decision_with(policies, &policy::field_set(policies), facts, templates)
}

/// The same with the fields of these policies, for whoever decides by them many times.
pub fn decision_with(policies: &PolicySet, fields: &FieldSet, facts: &Facts, templates: &[Template]) -> Decision {
    evaluate(policies, &Records::read(facts, fields, templates), facts)
}

/// Two decisions on the same facts; the descriptions are read once where both policies ask the same fields.
pub fn decisions_with(
    [one, other]: [(&PolicySet, &FieldSet); 2],
    facts: &Facts,
    templates: &[Template],
) -> [Decision; 2] {
    let records = Records::read(facts, one.1, templates);
    let others = (one.1 != other.1).then(|| Records::read(facts, other.1, templates));
    evaluate_each([(one.0, &records), (other.0, others.as_ref().unwrap_or(&records))], facts)
}

/// What a change that is to be deployed comes to at a gate, and that decision to be kept.
pub(super) fn decided_at_gate(read: Read, pages: &str) -> (Decision, NewDecision) {
    let Read { look, governing, facts, templates, .. } = read;
    let Governing { sources, loaded, check_name, .. } = governing;
    let decision = decision_with(&loaded.policies, &loaded.fields, &facts, &templates);
    let decided = Decided {
        decision,
        check_name,
        look,
        facts,
        sources,
        templates,
        loaded,
        went_in: None,
        effect_of_edit: None,
        unknown_receivers: Vec::new(),
    };
    let context = render::Context {
        server: pages.to_owned(),
        owner: decided.look.repository.owner.clone(),
        repository: decided.look.repository.name.clone(),
        number: decided.look.change.number,
        author: decided.look.change.author.clone(),
        effect: Effect::None,
        refusals: Refusals::default(),
        went_in: None,
        explain: false,
    };
    let texts = render::answer(&decided.decision, &context).run.map(|run| run.fingerprint).unwrap_or_default();
    let new = new_decision(&decided, Effect::None, texts, ShownIds::default());
    // It is no decision on the pull request: that went in.
    let new = NewDecision { pull: None, change: None, green_until: None, ..new };
    (decided.decision, new)
}

/// What GitHub shows of us: by the look, or by our own knowledge where the look lags behind our own writes.
fn merge_shown(look: &Look, ids: ShownIds, wants: &[Want]) -> Shown {
    let rerun = is_asked_again(wants, ids.run.as_ref());
    let run = ids.run.filter(|_| !rerun).map(shown_run);
    let comment = match (&look.own_comment, ids.comment) {
        (Some(comment), _) => Some(comment.shown.clone()),
        // Written and not shown yet, or deleted: writing to it tells which.
        (None, Some(id)) => Some(ShownComment { id, body: String::new() }),
        (None, None) => None,
    };
    Shown { run, comment }
}

pub(super) fn shown_run(run: ShownRunIds) -> ShownRun {
    ShownRun { id: run.id, status: run.status, fingerprint: run.fingerprint }
}

/// Whether somebody pressed "Re-run" on the run that is there, or on all.
pub(super) fn is_asked_again(wants: &[Want], there: Option<&ShownRunIds>) -> bool {
    wants.iter().any(|want| match (want, there) {
        (Want::Rerun(0), _) | (Want::Rerun(_), None) => true,
        (Want::Rerun(run), Some(newest)) => newest.id <= *run,
        _ => false,
    })
}

/// What the run of ours that is there does to the merge. One that was asked for again is pending to GitHub.
fn effect(there: Option<&ShownRunIds>, shown: &Shown) -> Effect {
    let Some(run) = there else { return Effect::None };
    let closed = render::could_not_evaluate(&run.head, &run.name, &Reason::Closed);
    let asked_again = shown.run.is_none();
    // A state that we never give has no fingerprint.
    let odd = run.fingerprint.is_empty();
    match run.status {
        RunStatus::Success => Effect::Vouches,
        _ if run.fingerprint == closed.fingerprint => Effect::Vouches,
        RunStatus::Neutral if !asked_again && !odd => Effect::None,
        _ => Effect::Holds,
    }
}

/// Our newest run of that name on the head, and our comment.
fn ids(look: &Look, stored: &ShownIds, name: &str) -> ShownIds {
    let head = &look.change.head.tip;
    let run = newest_run(&look.own_runs, stored.run.as_ref(), head, name);
    let (comment, comment_node) = match &look.own_comment {
        Some(comment) => (Some(comment.shown.id), Some(comment.node.clone())),
        None => (stored.comment, stored.comment_node.clone()),
    };
    let explained = stored.explained.clone().filter(|explained| explained == head);
    ShownIds { run, comment, comment_node, refused: stored.refused.clone(), explained }
}

/// Our newest run of that name on that commit: of those that were read, oldest first, or the one that is stored, where
/// the read lags behind it.
pub(super) fn newest_run(read: &[OwnRun], stored: Option<&ShownRunIds>, head: &Oid, name: &str) -> Option<ShownRunIds> {
    let stored = stored.filter(|run| run.head == *head && run.name == name).cloned();
    let newest = read.iter().rfind(|run| run.name == name);
    let looked = newest.map(|run| ShownRunIds {
        id: run.id,
        // A state that we never give, such as stale: whatever is decided is written anew.
        status: run.status.unwrap_or(RunStatus::Neutral),
        fingerprint: if run.status.is_some() { run.fingerprint.clone() } else { String::new() },
        head: head.clone(),
        name: name.to_owned(),
    });
    match (looked, stored) {
        (Some(looked), Some(stored)) if stored.id > looked.id => Some(stored),
        (Some(looked), _) => Some(looked),
        (None, stored) => stored,
    }
}

fn new_decision(decided: &Decided, effect: Effect, texts: String, shown: ShownIds) -> NewDecision {
    let (look, decision) = (&decided.look, &decided.decision);
    let policies = decision.policies.iter().map(policy_ref);
    let mut parts = snapshot::parts(&decided.facts, &decided.sources, &decided.templates);
    parts.push(snapshot::outcome_of(decision));
    // Only where no policy asks anything do the texts depend on what was shown before, or where GitHub refuses something.
    let refusals = decided.refusals(&shown.refused);
    if decision.outcome == Verdict::Silent || refusals != Refusals::default() {
        parts.push(snapshot::shown_of(effect, &refusals));
    }
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
        green_until: ending::green_until(decision, |at| decided.again_at(at)),
        cares: cares(&decided.loaded.needs),
        teams: decided.facts.teams.keys().cloned().collect(),
        shown,
        pull: Some(index(look)),
        shows: Some(received::shows(look)),
        // What is not open any more is asked nothing: the backtest goes by what it was asked last.
        change: open.then(|| change_row(look, decision)),
        told: None,
        stands: None,
    }
}

/// A policy in force, as it is kept with the decision.
pub(super) fn policy_ref(policy: &PolicyReport) -> PolicyRef {
    PolicyRef {
        layer: policy.layer.name().to_owned(),
        path: policy.source.path.clone(),
        blob: policy.source.blob.clone(),
        standing: policy.standing.name().to_owned(),
    }
}

/// When the decision may change without an event: by time alone, or because what could not be read now can be.
pub(super) fn next_due(look: &Look, decision: &Decision) -> Option<Timestamp> {
    let is_unknown = [decision.outcome, decision.own_outcome].contains(&Verdict::Unknown);
    if !is_unknown || look.change.state != ChangeState::Open {
        return decision.next_instant;
    }
    let again =
        decision.as_of.saturating_add(patience::of_unknown(decision.as_of.duration_since(look.change.updated_at)));
    again.ok().into_iter().chain(decision.next_instant).min()
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

pub(super) fn change_row(look: &Look, decision: &Decision) -> ChangeRow {
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

    #[test]
    fn a_run_holds_or_vouches_unless_it_is_a_neutral_one_of_ours_that_nobody_asked_for_again() {
        let check = |status: RunStatus, fingerprint: &str, asked_again: bool, expected: Effect| {
            let fingerprint = fingerprint.to_owned();
            let shown = ShownRun { id: 1, status, fingerprint: fingerprint.clone() };
            let (head, name) = (Oid::new("c0ffee"), "countersign".to_owned());
            let there = ShownRunIds { id: 1, status, fingerprint, head, name };
            let shown = Shown { run: Some(shown).filter(|_| !asked_again), comment: None };
            assert_eq!(effect(Some(&there), &shown), expected, "{there:?} {asked_again}");
        };
        check(RunStatus::Neutral, "cs1", false, Effect::None);
        check(RunStatus::Neutral, "cs1", true, Effect::Holds);
        // A state that we never give, such as stale, has no fingerprint.
        check(RunStatus::Neutral, "", false, Effect::Holds);
        for status in [RunStatus::InProgress, RunStatus::Failure, RunStatus::ActionRequired] {
            check(status, "cs1", false, Effect::Holds);
        }
        check(RunStatus::Success, "cs1", false, Effect::Vouches);
        check(RunStatus::Success, "cs1", true, Effect::Vouches);
        let closed = render::could_not_evaluate(&Oid::new("c0ffee"), "countersign", &Reason::Closed);
        check(RunStatus::Failure, &closed.fingerprint, false, Effect::Vouches);
        assert_eq!(effect(None, &Shown::default()), Effect::None);
    }
}
