//! Who pushed what a pull request brings: by the events that were seen, and by GitHub's list of a branch's activity where
//! any of them may be missing.
//!
//! Absent: what a push makes of its author, which the domain says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_domain::Needs;
use countersign_domain::account::{Account, Oid};
use countersign_domain::facts::Known;
use countersign_domain::net_diff::HeadMove;
use jiff::Timestamp;
use moka::future::Cache;

use super::facts::{head_place, listed_commits};
use super::{Pipeline, Result};
use crate::github::{self, Activity, Installation, Look};
use crate::store::SeenMove;

/// The commits of a head that a pull request was opened with, by its repository, its number and that head.
pub(super) type Opened = Cache<(u64, u64, Oid), Arc<Vec<Oid>>>;

/// The cache for that, empty.
pub(super) fn opened() -> Opened {
    Cache::builder().max_capacity(1_000).build()
}

/// Moves of the head, by who made them.
pub(super) type Moves = BTreeMap<Account, Vec<HeadMove>>;

impl Pipeline {
    /// Everybody who was seen moving the head, and the moves of those of whom none is missing. Where events do not tell of
    /// every push since the branch was made, GitHub's activity list does.
    pub(super) async fn pushers(
        &self,
        github: &Installation,
        look: &Look,
        needs: &Needs,
    ) -> Result<(Known<BTreeSet<Account>>, Moves)> {
        let unknown = |why: &str| Ok((Known::unknown(why), Moves::new()));
        if !needs.pushers {
            return unknown("no rule asks who pushed");
        }
        let change = &look.change;
        let (repository, head) = (&look.repository, &change.head);
        let commits = listed_commits(look);
        let seen = self.store.pushers_of(head_place(look), &commits).await?;
        let mut pushers: BTreeSet<Account> = seen.iter().map(|push| push.sender.clone()).collect();
        let mut moves = moves(&seen);
        if change.fork {
            // Pushes to a fork are told to nobody but its owner; what moved the head here is.
            let Some(owner) = look.head_owner.clone() else {
                return unknown("the repository that the change comes from is gone");
            };
            // What happened while nobody listened may have been a push by anybody who may push there.
            if has_gap(&seen, &head.tip) {
                return unknown("a push to the fork was not seen, and nobody but its owner can list them");
            }
            // What the owner pushed is not known by both its ends.
            moves.remove(&owner);
            pushers.insert(owner);
            return Ok((Known::Known(pushers), moves));
        }
        if is_whole(&seen, &head.tip) {
            return Ok((Known::Known(pushers), moves));
        }
        let activity = match github.activity(&repository.owner, &repository.name, &head.name).await {
            Ok(Some(activity)) => activity,
            Ok(None) => return unknown("the branch was pushed too often to read who did"),
            Err(error @ (github::Error::NotFound(_) | github::Error::Forbidden(_))) => {
                return unknown(&format!("who pushed the head cannot be read: {error}"));
            }
            Err(error) => return Err(error.into()),
        };
        // A branch may go on, or be made again, once its pull request is in.
        let is_part = |push: &Activity| look.merged.as_ref().is_none_or(|(at, _)| push.at <= *at);
        let activity: Vec<Activity> = activity.into_iter().filter(is_part).collect();
        let opened_with = match self.opened_with(github, look, &activity, &commits).await? {
            Known::Known(commits) => commits,
            Known::Unknown(why) => return unknown(&why),
        };
        // Where the commits are not known, any push may have brought one.
        let is_of_change = |commit: &Oid| commits.contains(commit) || opened_with.contains(commit);
        let brought = |push: &Activity| look.commits.known().is_none() || is_of_change(&push.after);
        // Who made the branch at a commit of the base has brought nothing.
        let made = |push: &Activity| push.before.as_str().bytes().all(|digit| digit == b'0');
        let is_move = |push: &&Activity| brought(push) || (push.at >= look.created_at && !made(push));
        let pushes: Vec<_> = activity.iter().filter(is_move).collect();
        if !pushes.iter().any(|push| push.after == head.tip) {
            return unknown("GitHub does not say who pushed the head");
        }
        for push in pushes {
            let Some(actor) = &push.actor else { return unknown("somebody whose account is gone pushed the head") };
            if !is_seen(&seen, push, actor) {
                // What was pushed before we watched is not known by both its ends.
                moves.remove(actor);
            }
            pushers.insert(actor.clone());
        }
        Ok((Known::Known(pushers), moves))
    }

    /// The commits that the pull request had when it was opened, and that a rebase may have replaced since: whoever pushed
    /// them stays behind what became of them. Empty where they are its commits still.
    async fn opened_with(
        &self,
        github: &Installation,
        look: &Look,
        activity: &[Activity],
        commits: &[Oid],
    ) -> Result<Known<BTreeSet<Oid>>> {
        let mut brought = BTreeSet::new();
        if look.commits.known().is_none() {
            return Ok(Known::Known(brought));
        }
        let repository = &look.repository;
        for head in first_heads(activity, look.created_at) {
            if commits.contains(head) {
                continue;
            }
            let key = (repository.id, look.change.number, head.clone());
            if let Some(known) = self.opened.get(&key).await {
                brought.extend(known.iter().cloned());
                continue;
            }
            let base = &look.change.base.tip;
            let compared = match github.comparison(&repository.owner, &repository.name, base, head).await {
                Ok(Known::Known(compared)) => compared.commits,
                Ok(Known::Unknown(why)) => return Ok(Known::Unknown(why)),
                Err(github::Error::NotFound(_) | github::Error::Refused(_)) => {
                    let why = format!("GitHub no longer has commit {}, with which it was opened", head.short());
                    return Ok(Known::Unknown(why));
                }
                Err(error) => return Err(error.into()),
            };
            brought.extend(compared.iter().cloned());
            self.opened.insert(key, Arc::new(compared)).await;
        }
        Ok(Known::Known(brought))
    }
}

/// Where the head may have been when the pull request was opened. GitHub tells the second only: what was pushed within it
/// may have come before or after.
fn first_heads(activity: &[Activity], opened_at: Timestamp) -> BTreeSet<&Oid> {
    let instants: BTreeSet<Timestamp> = activity.iter().map(|push| push.at).collect();
    let before = instants.range(..opened_at).next_back().copied();
    let within = instants.get(&opened_at).copied();
    let first = instants.first().copied().filter(|_| before.is_none() && within.is_none());
    let is_first = |push: &&Activity| [before, within, first].contains(&Some(push.at));
    activity.iter().filter(is_first).map(|push| &push.after).collect()
}

/// Whether the moves of a fork's head leave one out: they are not one way to where it is now.
fn has_gap(seen: &[SeenMove], head: &Oid) -> bool {
    let ends: BTreeSet<&Oid> = seen.iter().map(|moved| &moved.after).collect();
    let starts: BTreeSet<&Oid> = seen.iter().filter_map(|moved| moved.before.as_ref()).collect();
    !seen.is_empty() && (!ends.contains(head) || starts.difference(&ends).count() > 1)
}

/// The moves of those people of whom every move is known by both its ends.
fn moves(seen: &[SeenMove]) -> Moves {
    let mut moves = Moves::new();
    for push in seen {
        let made = moves.entry(push.sender.clone()).or_default();
        let moved = push.before.clone().map(|before| HeadMove { before, after: push.after.clone() });
        made.extend(moved.filter(|moved| !made.contains(moved)));
    }
    let has_end = |push: &&SeenMove, made: &[HeadMove]| made.iter().any(|moved| moved.after == push.after);
    moves.retain(|who, made| seen.iter().filter(|push| push.sender == *who).all(|push| has_end(&push, made)));
    moves
}

/// Whether these moves make one way from where the branch was made to its head: then none is missing. A head that was
/// moved back to where it had been shows nothing of the sort.
fn is_whole(seen: &[SeenMove], head: &Oid) -> bool {
    let mut before = BTreeMap::new();
    for moved in seen {
        let is_told = moved.made || moved.before.is_some();
        let from = moved.before.as_ref();
        if !is_told || before.insert(&moved.after, from).is_some_and(|other| other != from) {
            return false;
        }
    }
    let mut at = Some(head);
    while let Some(from) = at.and_then(|at| before.remove(at)) {
        at = from;
    }
    before.is_empty() && at.is_none()
}

/// Whether an event told of that push too, by the same account.
fn is_seen(seen: &[SeenMove], push: &Activity, actor: &Account) -> bool {
    seen.iter()
        .any(|moved| moved.sender == *actor && moved.after == push.after && moved.before.as_ref() == Some(&push.before))
}

#[cfg(test)]
mod tests {
    use countersign_domain::account::AccountKind;

    use super::*;

    #[test]
    fn a_pull_request_was_opened_with_what_was_pushed_last_before_it() {
        let check = |pushes: &[(i64, &str)], expected: &[&str]| {
            let at = |second: i64| Timestamp::from_second(second).expect("an instant");
            let pushed = |(second, after): &(i64, &str)| Activity {
                before: Oid::new("0"),
                after: Oid::new(*after),
                at: at(*second),
                actor: None,
            };
            let newest_first: Vec<Activity> = pushes.iter().rev().map(pushed).collect();
            let expected: Vec<Oid> = expected.iter().map(|oid| Oid::new(*oid)).collect();
            assert_eq!(
                first_heads(&newest_first, at(10)).into_iter().cloned().collect::<Vec<_>>(),
                expected,
                "{pushes:?}"
            );
        };
        check(&[(1, "a"), (9, "b"), (11, "c")], &["b"]);
        check(&[(1, "a"), (10, "b"), (10, "c")], &["a", "b", "c"]);
        check(&[(11, "c"), (12, "d")], &["c"]);
        check(&[], &[]);
    }

    #[test]
    fn a_move_of_a_forks_head_that_was_not_seen_leaves_a_gap() {
        let check = |moves: &[(&str, &str)], gap: bool| {
            let sender = Account { id: 1, login: "ann".to_owned(), kind: AccountKind::User };
            let moved = |(before, after): &(&str, &str)| SeenMove {
                before: Some(*before).filter(|before| !before.is_empty()).map(Oid::new),
                made: false,
                after: Oid::new(*after),
                sender: sender.clone(),
                at: Timestamp::UNIX_EPOCH,
            };
            let moves: Vec<SeenMove> = moves.iter().map(moved).collect();
            assert_eq!(has_gap(&moves, &Oid::new("c")), gap, "{moves:?}");
        };
        check(&[], false);
        check(&[("a", "b"), ("b", "c")], false);
        check(&[("c", "b"), ("b", "c")], false);
        check(&[("", "c")], false);
        check(&[("a", "b")], true);
        check(&[("a", "b"), ("d", "c")], true);
    }

    #[test]
    fn pushes_are_whole_where_they_are_one_way_from_the_making_of_the_branch_to_its_head() {
        let check = |moves: &[(&str, &str)], expected: bool| {
            let sender = Account { id: 1, login: "ann".to_owned(), kind: AccountKind::User };
            let moved = |&(before, after): &(&str, &str)| SeenMove {
                before: Some(before).filter(|before| !before.is_empty() && *before != "made").map(Oid::new),
                made: before == "made",
                after: Oid::new(after),
                sender: sender.clone(),
                at: Timestamp::UNIX_EPOCH,
            };
            let moves: Vec<SeenMove> = moves.iter().map(moved).collect();
            assert_eq!(is_whole(&moves, &Oid::new("c")), expected, "{moves:?}");
        };
        check(&[("made", "a"), ("a", "c")], true);
        check(&[("a", "c"), ("made", "a"), ("a", "c")], true);
        check(&[("made", "c")], true);
        check(&[], false);
        check(&[("a", "c")], false);
        check(&[("", "c")], false);
        check(&[("made", "a")], false);
        check(&[("made", "a"), ("b", "c")], false);
        check(&[("made", "c"), ("a", "b")], false);
        check(&[("made", "c"), ("a", "c")], false);
        check(&[("a", "c"), ("c", "a")], false);
    }
}
