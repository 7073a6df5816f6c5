//! Asking GitHub to ask for reviews: nobody twice, and nobody who was taken off again.

use std::collections::BTreeSet;

use countersign_domain::Priority;
use countersign_domain::decision::Reviewer;
use countersign_domain::facts::ChangeState;
use countersign_domain::plan::{self, Action};

use jiff::Timestamp;

use super::{Error, Pipeline, Result, refused};
use crate::github::{Installation, Look, Place};
use crate::queue::Work;
use crate::store::Refused;

impl Pipeline {
    /// Asks for the reviews that the decision wants asked for. What GitHub refuses is not tried again, until somebody asks
    /// for the check again: a request is a courtesy, and no verdict waits for it. Gives when it is to be tried again, where
    /// the budget has no room for it.
    pub(super) async fn request_reviews(
        &self,
        work: &Work,
        github: &Installation,
        look: &Look,
        wanted: &[Reviewer],
        refused: &mut Refused,
    ) -> Result<Option<Timestamp>> {
        let Some(mut asked) = look.asked_reviewers.clone() else { return Ok(None) };
        if look.change.state != ChangeState::Open || plan::requests(wanted, &asked).is_none() {
            return Ok(None);
        }
        let pull = (look.repository.id, look.change.number);
        let anew = refused.requests.is_some() && refused::may_be_taken_now(&work.claim.wants);
        let remembered = if anew { BTreeSet::new() } else { self.store.asked_reviewers(pull).await? };
        asked.extend(wanted.iter().filter(|reviewer| remembered.contains(&name(reviewer))).cloned());
        let Some(action) = plan::requests(wanted, &asked) else { return Ok(None) };
        let place = Place { owner: &look.repository.owner, name: &look.repository.name, number: pull.1 };
        match self.write_one(work, github, place, &action, Priority::Wording).await {
            Ok(_) => refused.requests = None,
            Err(Error::OwnBudget { until, refused: _ }) => return self.worded_at(until).await.map(Some),
            Err(Error::GitHub(error)) if error.is_refusal() => {
                tracing::warn!(%error, "GitHub does not ask for these reviews");
                refused.requests = Some(error.to_string());
            }
            Err(error) => return Err(error),
        }
        if let Action::RequestReviews(reviewers) = action {
            let names: BTreeSet<String> = reviewers.iter().map(name).collect();
            self.store.remember_asked(pull, &names, self.store.now().await?).await?;
        }
        Ok(None)
    }
}

/// A reviewer's name in the store: a person's number outlasts a change of login.
fn name(reviewer: &Reviewer) -> String {
    match reviewer {
        Reviewer::Team(team) => format!("team:{team}"),
        Reviewer::Person(person) => format!("user:{}", person.id),
    }
}
