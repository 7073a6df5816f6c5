//! What the first look after an approval found of its giver's memberships. The first answer that is known stays.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::Needs;
use countersign_domain::account::{Account, AccountKind, TeamName};
use countersign_domain::facts::{Known, Review, ReviewVerdict};
use jiff::Timestamp;

use super::members::NotBefore;
use super::{Pipeline, Result};
use crate::github::{Installation, Look};
use crate::store::FirstMemberships;

/// Teams and their members now.
type Teams = BTreeMap<TeamName, Known<BTreeSet<Account>>>;

impl Pipeline {
    /// Adds to each approval in which of the teams its giver was when it was first seen. What is not remembered yet is
    /// so from this look on; what cannot be read now is asked for again at the next one.
    pub(super) async fn first_memberships(
        &self,
        github: &Installation,
        look: &Look,
        needs: &Needs,
        not_before: NotBefore,
        (reviews, teams): (&mut Known<Vec<Review>>, &mut Teams),
    ) -> Result<()> {
        let Known::Known(reviews) = reviews else { return Ok(()) };
        if teams.is_empty() || !reviews.iter().any(|review| approver(review).is_some()) {
            return Ok(());
        }
        let pull = (look.repository.id, look.change.number);
        let mut found = self.store.first_memberships(pull).await?;
        for (team, since) in worth_reading_again(reviews, teams, &found, &needs.only_teams) {
            let members = self.members_of(github, &team, not_before.and(Some(since))).await?;
            teams.insert(team, members);
        }
        let new = first_answers(reviews, teams, &found);
        if !new.is_empty() {
            self.store.remember_first_memberships(pull, &new, self.store.now().await?).await?;
            found.extend(new);
        }
        for review in reviews.iter_mut().filter(|review| approver(review).is_some()) {
            let of_review =
                teams.keys().filter_map(|team| Some((team.clone(), *found.get(&(review.id, team.clone()))?)));
            review.seen.member_of = of_review.collect();
        }
        Ok(())
    }
}

/// Who approves with it, where it is a person.
fn approver(review: &Review) -> Option<&Account> {
    let approves = review.verdict == ReviewVerdict::Approved;
    review.author.as_ref().filter(|author| approves && author.kind == AccountKind::User)
}

/// Every approval that a team has no answer for yet.
fn unanswered<'a>(
    reviews: &'a [Review],
    teams: &'a Teams,
    found: &'a FirstMemberships,
) -> impl Iterator<Item = (&'a Review, &'a Account, &'a TeamName, &'a BTreeSet<Account>)> {
    let approvals = reviews.iter().filter_map(|review| Some((review, approver(review)?)));
    approvals.flat_map(move |(review, approver)| {
        let known = teams.iter().filter_map(|(team, members)| Some((team, members.known()?)));
        let open = known.filter(|(team, _)| !found.contains_key(&(review.id, (*team).clone())));
        open.map(move |(team, members)| (review, approver, team, members))
    })
}

/// Teams whose members have to be read since the approval, to say for good that its giver was not in them: who joins and
/// approves at once is not to be taken for somebody who joined afterwards. Only an approval that would be in vain is
/// worth a request: by somebody who is in none of the teams by which alone people approve.
fn worth_reading_again(
    reviews: &[Review],
    teams: &Teams,
    found: &FirstMemberships,
    only: &BTreeSet<TeamName>,
) -> BTreeMap<TeamName, Timestamp> {
    let belongs = |approver: &Account| {
        let members = only.iter().filter_map(|team| teams.get(team)?.known());
        members.into_iter().any(|members| members.contains(approver))
    };
    let mut since = BTreeMap::new();
    for (review, approver, team, _) in unanswered(reviews, teams, found) {
        if only.contains(team) && !belongs(approver) {
            let latest = since.entry(team.clone()).or_insert(review.submitted_at);
            *latest = review.submitted_at.max(*latest);
        }
    }
    since
}

fn first_answers(reviews: &[Review], teams: &Teams, found: &FirstMemberships) -> FirstMemberships {
    unanswered(reviews, teams, found)
        .map(|(review, approver, team, members)| ((review.id, team.clone()), members.contains(approver)))
        .collect()
}
