//! What the first look after an approval found of its giver: in which teams they were, what they might do in the
//! repository. The first answer that is known stays.
//!
//! What could not be read then is looked for again as long as any reading counts, a quarter of an hour; what comes later
//! says nothing of the time of the approval. Absent: what it means for the approval, which the domain says.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::Needs;
use countersign_domain::account::{Account, AccountKind, TeamName};
use countersign_domain::facts::{Known, Review, ReviewVerdict};
use countersign_domain::policy::Permission;
use jiff::Timestamp;

use super::members::{MOST_AGE, NotBefore};
use super::told::Told;
use super::{Pipeline, Result};
use crate::github::{Installation, Look};
use crate::store::{First, FirstSeen};

/// Why an answer that came too late is not known.
const LATE: &str = "it could not be read until too long after the approval";

/// Teams and their members now.
type Teams = BTreeMap<TeamName, Known<BTreeSet<Account>>>;

/// What people may do now.
type Permissions = BTreeMap<Account, Known<Option<Permission>>>;

/// Who belongs to what now, and who may do what.
pub(super) struct Standing<'a> {
    pub(super) teams: &'a mut Teams,
    pub(super) permissions: &'a mut Permissions,
    /// What events told of members.
    pub(super) told: &'a mut Told,
}

impl Pipeline {
    /// Adds to each approval what was found of its giver when it was first seen. What is not remembered yet is so from
    /// this look on.
    pub(super) async fn first_standing(
        &self,
        github: &Installation,
        look: &Look,
        needs: &Needs,
        not_before: NotBefore,
        (reviews, standing): (&mut Known<Vec<Review>>, Standing<'_>),
    ) -> Result<()> {
        let Known::Known(reviews) = reviews else { return Ok(()) };
        let Standing { teams, permissions, told: events } = standing;
        let nothing_asked = teams.is_empty() && !needs.permissions;
        if nothing_asked || !reviews.iter().any(|review| approver(review).is_some()) {
            return Ok(());
        }
        let pull = (look.repository.id, look.change.number);
        let (now, mut found) = (not_before.now(), self.store.first_seen(pull).await?);
        for (team, since) in worth_reading_again(reviews, teams, (&found, now), &needs.only_teams) {
            let members = self.members_of(github, &team, not_before.and(Some(since)), events).await?;
            teams.insert(team, members);
        }
        for (account, since) in permissions_to_read(reviews, (&found, now)) {
            if let Some(held) = permissions.get_mut(account) {
                *held = self.permission_of(github, look, account, not_before.and(Some(since))).await?;
            }
        }
        let new = FirstSeen {
            teams: first_teams(reviews, teams, (&found, now)),
            permissions: first_permissions(reviews, permissions, (&found, now)),
        };
        if !(new.teams.is_empty() && new.permissions.is_empty()) {
            self.store.remember_first_seen(pull, &new).await?;
            found.teams.extend(new.teams);
            found.permissions.extend(new.permissions);
        }
        for review in reviews.iter_mut() {
            let Some(approver) = approver(review) else { continue };
            let of_team = |(team, members): (&TeamName, &Known<_>)| {
                let first = found.teams.get(&(review.id, team.clone()))?;
                Some((team.clone(), told(*first, members, now)?))
            };
            let member_of = teams.iter().filter_map(of_team).collect();
            let first = found.permissions.get(&review.id).zip(permissions.get(approver));
            let held = first.and_then(|(first, held)| told(*first, held, now));
            review.seen.member_of = member_of;
            review.seen.held = held;
        }
        Ok(())
    }
}

/// What was found first. Nothing where it is still looked for, and where it cannot be read now either: as now, then.
fn told<T, N>(first: First<T>, known_now: &Known<N>, now: Timestamp) -> Option<Known<T>> {
    match first.found {
        Some(found) => Some(Known::Known(found)),
        None if is_open(Some(&first), now) || known_now.known().is_none() => None,
        None => Some(Known::unknown(LATE)),
    }
}

/// Whether an answer may still come.
fn is_open<T>(first: Option<&First<T>>, now: Timestamp) -> bool {
    first.is_none_or(|first| first.found.is_none() && now.duration_since(first.at) <= MOST_AGE)
}

/// Who approves with it, where it is a person.
fn approver(review: &Review) -> Option<&Account> {
    let approves = review.verdict == ReviewVerdict::Approved;
    review.author.as_ref().filter(|author| approves && author.kind == AccountKind::User)
}

/// Every approval, with its giver.
fn approvals(reviews: &[Review]) -> impl Iterator<Item = (&Review, &Account)> {
    reviews.iter().filter_map(|review| Some((review, approver(review)?)))
}

/// Teams whose members have to be read since the approval, to say for good that its giver was not in them: who joins and
/// approves at once is not to be taken for somebody who joined afterwards. Only an approval that would be in vain is
/// worth a request: by somebody who is in none of the teams by which alone people approve.
fn worth_reading_again(
    reviews: &[Review],
    teams: &Teams,
    (found, now): (&FirstSeen, Timestamp),
    only: &BTreeSet<TeamName>,
) -> BTreeMap<TeamName, Timestamp> {
    let belongs = |approver: &Account| {
        let members = only.iter().filter_map(|team| teams.get(team)?.known());
        members.into_iter().any(|members| members.contains(approver))
    };
    let mut since = BTreeMap::new();
    for (review, _) in approvals(reviews).filter(|(_, approver)| !belongs(approver)) {
        let is_read = |team: &&TeamName| teams.get(*team).is_some_and(|members| members.known().is_some());
        for team in only.iter().filter(is_read) {
            if is_open(found.teams.get(&(review.id, team.clone())), now) {
                let latest = since.entry(team.clone()).or_insert(review.submitted_at);
                *latest = review.submitted_at.max(*latest);
            }
        }
    }
    since
}

/// The same of what people may do, of which no event tells.
fn permissions_to_read<'a>(
    reviews: &'a [Review],
    (found, now): (&FirstSeen, Timestamp),
) -> BTreeMap<&'a Account, Timestamp> {
    let open = approvals(reviews).filter(|(review, _)| is_open(found.permissions.get(&review.id), now));
    let mut since = BTreeMap::new();
    for (review, approver) in open {
        let latest = since.entry(approver).or_insert(review.submitted_at);
        *latest = review.submitted_at.max(*latest);
    }
    since
}

/// What this look adds to what is remembered: answers, and that there was none.
fn added<T>(first: Option<&First<T>>, found: Option<T>, now: Timestamp) -> Option<First<T>> {
    let is_new = first.is_none() || found.is_some();
    (is_new && is_open(first, now)).then(|| First { found, at: first.map_or(now, |first| first.at) })
}

fn first_teams(
    reviews: &[Review],
    teams: &Teams,
    (found, now): (&FirstSeen, Timestamp),
) -> BTreeMap<(u64, TeamName), First<bool>> {
    let mut new = BTreeMap::new();
    for (review, approver) in approvals(reviews) {
        for (team, members) in teams {
            let key = (review.id, team.clone());
            let was = members.known().map(|members| members.contains(approver));
            if let Some(first) = added(found.teams.get(&key), was, now) {
                new.insert(key, first);
            }
        }
    }
    new
}

fn first_permissions(
    reviews: &[Review],
    permissions: &Permissions,
    (found, now): (&FirstSeen, Timestamp),
) -> BTreeMap<u64, First<Option<Permission>>> {
    let of_approval = |(review, approver): (&Review, &Account)| {
        let held = permissions.get(approver)?.known().copied();
        Some((review.id, added(found.permissions.get(&review.id), held, now)?))
    };
    approvals(reviews).filter_map(of_approval).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_read_at_first_counts_for_a_quarter_of_an_hour_and_not_later() {
        let minute = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
        let at = minute(100);
        let check = |found: Option<bool>, later: i64, now: &Known<bool>, adds: bool, says: Option<Known<bool>>| {
            let (first, later) = (First { found, at }, minute(100 + later));
            let adds = adds.then_some(First { found: now.known().copied(), at });
            assert_eq!(added(Some(&first), now.known().copied(), later), adds, "{first:?} at {later}");
            assert_eq!(told(first, now, later), says, "{first:?} at {later}");
        };
        let away = || Known::<bool>::unknown("away");
        assert_eq!(added(None, Some(true), at), Some(First { found: Some(true), at }));
        assert_eq!(added(None::<&First<bool>>, None, at), Some(First { found: None, at }));
        check(Some(false), 1, &Known::Known(true), false, Some(Known::Known(false)));
        check(None, 15, &Known::Known(true), true, None);
        check(None, 15, &away(), false, None);
        check(None, 16, &Known::Known(true), false, Some(Known::unknown(LATE)));
        check(None, 16, &away(), false, None);
    }
}
