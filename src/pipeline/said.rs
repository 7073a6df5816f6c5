//! All that is said of one decision: the check run first, then the comment and the requests for reviews, and the check run
//! once more where it turns out that GitHub takes something of these no longer, or takes it again.

use countersign_domain::plan::{self, Effect, Shown};
use jiff::Timestamp;

use super::effect::{EFFECT_DAYS, EffectOfEdit};
use super::pull::{Decided, shown_run};
use super::write::Carried;
use super::{Pipeline, Result, refused, unfinished};
use crate::github::{Installation, Look};
use crate::queue::Work;
use crate::render;
use crate::signal::Want;
use crate::store::ShownIds;

/// What was said, and what GitHub shows then.
pub(super) struct Said {
    /// The fingerprint of the check run; empty where there is none.
    pub(super) texts: String,
    /// What GitHub shows of us.
    pub(super) shown: ShownIds,
    /// When what found the budget used up is to be tried again.
    pub(super) later: Option<Timestamp>,
    /// How much there was to write at first.
    pub(super) writes: usize,
}

impl Pipeline {
    /// Says it. `there` is what GitHub shows of us, `shown` the same as far as it may stay.
    pub(super) async fn say_all(
        &self,
        work: &Work,
        github: &Installation,
        decided: &Decided,
        effect: Effect,
        mut there: ShownIds,
        mut shown: Shown,
    ) -> Result<Said> {
        let (look, decision) = (&decided.look, &decided.decision);
        if work.claim.wants.contains(&Want::Explain) {
            there.explained = Some(look.change.head.tip.clone());
        }
        let answer = self.rendered(decided, effect, &there);
        refused::forget_settled(&mut there.refused, &plan::plan(&answer, &shown), decision, look);
        let told = refused::told(&there.refused);
        let mut answer = self.rendered(decided, effect, &there);
        if unfinished::would_go_stale(look, there.run.as_ref(), &answer, decision.as_of) {
            shown.run = None;
        }
        let mut actions = plan::plan(&answer, &shown);
        let anew = refused::may_be_taken_now(&work.claim.wants);
        actions.retain(|action| anew || !refused::is_known(&there.refused, action));
        let mut written = self.write(work, github, look, &actions, there).await?;
        let refused = &mut written.shown.refused;
        let later = self.request_reviews(work, github, look, &decision.requests, refused).await?;
        let answered = self.answer_commands(work, github, look, &decision.commands).await?;
        if refused::told(&written.shown.refused) != told {
            answer = self.rendered(decided, effect, &written.shown);
            written = self.tell_anew(work, github, look, &answer, written).await?;
        }
        let texts = answer.run.map(|run| run.fingerprint).unwrap_or_default();
        let later = written.later.into_iter().chain(later).chain(answered).min();
        Ok(Said { texts, shown: written.shown, later, writes: actions.len() })
    }

    /// The check run once more, because what it tells of GitHub's refusals was found to be otherwise.
    async fn tell_anew(
        &self,
        work: &Work,
        github: &Installation,
        look: &Look,
        answer: &plan::Answer,
        written: Carried,
    ) -> Result<Carried> {
        let answer = plan::Answer { run: answer.run.clone(), comment: plan::Comment::Leave };
        let shown = Shown { run: written.shown.run.clone().map(shown_run), comment: None };
        let Carried { shown, later } =
            self.write(work, github, look, &plan::plan(&answer, &shown), written.shown).await?;
        Ok(Carried { shown, later: written.later.into_iter().chain(later).min() })
    }

    /// What a rendering needs to know besides the decision.
    pub(super) fn context(&self, decided: &Decided, effect: Effect, shown: &ShownIds) -> render::Context {
        let look = &decided.look;
        render::Context {
            server: self.rules.pages.clone(),
            owner: look.repository.owner.clone(),
            repository: look.repository.name.clone(),
            number: look.change.number,
            author: look.change.author.clone(),
            effect,
            refusals: decided.refusals(&shown.refused),
            went_in: decided.went_in.clone(),
            explain: shown.explained.is_some(),
        }
    }

    fn rendered(&self, decided: &Decided, effect: Effect, shown: &ShownIds) -> plan::Answer {
        let answer = render::answer(&decided.decision, &self.context(decided, effect, shown));
        match &decided.effect_of_edit {
            Some(EffectOfEdit { layer, effect }) => {
                render::effect::told(answer, &decided.decision, *layer, effect, EFFECT_DAYS)
            }
            None => answer,
        }
    }
}
