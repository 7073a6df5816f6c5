//! Emergencies beyond the change that is decided: whose a ticket is, which changes went in so, and the reviews they owe.
//!
//! A ticket is taken before anything green is written on the strength of it. Absent: whether a declaration holds, and
//! what a review does, which the domain says.

use std::collections::BTreeMap;

use countersign_domain::decision::Decision;
use countersign_domain::facts::{ChangeState, Facts, Known, OwedReview, TicketUse, ticket_key};
use countersign_domain::policy::PolicySet;

use super::pull::Decided;
use super::{Pipeline, Result};
use crate::github::{Installation, Look};

impl Pipeline {
    /// Adds to the facts what is known of emergencies beside the change.
    pub(super) async fn emergencies(&self, look: &Look, policies: &PolicySet, facts: &mut Facts) -> Result<()> {
        facts.on_demand.merged_at = look.merged.as_ref().map(|(at, _)| *at);
        facts.on_demand.merged_by = look.merged_by.clone();
        let mut tickets = BTreeMap::new();
        for ticket in facts.declared_tickets() {
            let known = self.store.ticket(&look.repository.owner, &ticket).await?;
            let used = known.map_or(TicketUse::Free, |change| used_for(look, change));
            tickets.insert(ticket, Known::Known(used));
        }
        facts.on_demand.tickets = tickets;
        if policies.policies().any(|(_, policy)| policy.emergency.is_some()) {
            let owed = self.store.reviews_owed(look.repository.id, look.change.number).await?;
            let owed = owed.into_iter().map(|(number, due)| OwedReview { due, number }).collect();
            facts.on_demand.reviews_owed = Some(Known::Known(owed));
        }
        Ok(())
    }

    /// Takes the tickets of the emergencies that a decision rests on. False where another change was first: then the facts
    /// say so.
    pub(super) async fn use_tickets(&self, look: &Look, decision: &Decision, facts: &mut Facts) -> Result<bool> {
        let own = (look.repository.id, look.change.number);
        let mut all_ours = true;
        for emergency in &decision.emergencies {
            let ticket = ticket_key(&emergency.ticket);
            let change = self.store.use_ticket(&look.repository.owner, &ticket, own).await?;
            if change != own {
                all_ours = false;
                facts.on_demand.tickets.insert(ticket, Known::Known(used_for(look, change)));
            }
        }
        Ok(all_ours)
    }

    /// Remembers until when an open change is an emergency, before anything green is written; that one which went in so
    /// is to be reviewed; and that its review was done. Whatever else is open in the repository is looked at again.
    /// `is_green`: whether the change is shown as green, or may be.
    pub(super) async fn remember_emergencies(
        &self,
        github: &Installation,
        decided: &Decided,
        is_green: bool,
    ) -> Result<()> {
        let Decided { look, facts, decision, loaded, .. } = decided;
        // What nobody ever declared is none and was none.
        if facts.declared_tickets().is_empty() {
            return Ok(());
        }
        let lanes: Vec<_> = loaded.policies.policies().filter_map(|(_, policy)| policy.emergency.as_ref()).collect();
        if lanes.is_empty() {
            return Ok(());
        }
        let change = (look.repository.id, look.change.number);
        match (look.change.state, &look.merged) {
            (ChangeState::Open, _) => {
                let until = decision.emergencies.iter().map(|emergency| emergency.until).max();
                // What is green still may go in as the emergency that it was.
                if until.is_some() || !is_green {
                    self.store.remember_emergency(change, until).await?;
                }
            }
            (ChangeState::Merged, Some((merged_at, _))) => {
                let due = lanes.iter().filter_map(|lane| lane.review_within.after(*merged_at)).min();
                let installation = github.id();
                self.store.owe_review(installation, change, *merged_at, due.unwrap_or(*merged_at)).await?;
                if let Some(review) = &decision.review {
                    self.store.review_done(installation, change, review.at, &review.by).await?;
                }
            }
            (ChangeState::Merged | ChangeState::Closed, _) => {}
        }
        Ok(())
    }
}

/// What the change that a ticket was used for is to the one that is looked at.
fn used_for(look: &Look, (repository, number): (u64, u64)) -> TicketUse {
    match repository == look.repository.id {
        true if number == look.change.number => TicketUse::Free,
        true => TicketUse::Here(number),
        false => TicketUse::Elsewhere,
    }
}
