//! Who joined a team and who left it, as events told lately: what GitHub shows of a team is held to it.
//!
//! A list of members that is read within seconds of an event may be of before. It is read again as long as looks are;
//! after that it is unknown: whoever left may be in a team below, and be excepted from something as well as asked, and so
//! may whoever joined. That ends when no reading from before would count any more either.
//! Absent: teams above the one that an event names. Whoever leaves one may be in those all the same.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::account::{Account, TeamName};
use countersign_domain::facts::Known;
use jiff::{SignedDuration, Timestamp};

use crate::queue::FRESHNESS;
use crate::signal::MemberMove;

/// What events told of members, and whether what was read shows it.
pub(super) struct Told {
    moves: Vec<(Timestamp, MemberMove)>,
    now: Timestamp,
    is_shown_late: bool,
}

impl Told {
    /// What was told, the oldest first.
    pub(super) fn new(moves: Vec<(Timestamp, MemberMove)>, now: Timestamp) -> Self {
        Self { moves, now, is_shown_late: false }
    }

    /// Whether something that was read does not show what it may show soon.
    pub(super) fn is_shown_late(&self) -> bool {
        self.is_shown_late
    }

    /// The members of a team where those that GitHub shows are not what was told; nothing where they are.
    pub(super) fn hold(&mut self, team: &TeamName, shown: &BTreeSet<Account>) -> Option<Known<BTreeSet<Account>>> {
        let mut last = BTreeMap::new();
        for (at, moved) in &self.moves {
            let is_of_team = moved.slug.is_empty() || moved.slug.eq_ignore_ascii_case(&team.slug);
            if is_of_team && moved.organisation.eq_ignore_ascii_case(&team.organisation) {
                last.insert(&moved.account, (*at, moved.joined));
            }
        }
        last.retain(|account, (_, joined)| shown.contains(*account) != *joined);
        let latest = last.values().map(|(at, _)| *at).max()?;
        self.is_shown_late |= self.now.duration_since(latest) <= ladder();
        let (moved, (_, joined)) = last.first_key_value()?;
        let what = if *joined { "joined" } else { "left" };
        Some(Known::unknown(format!("GitHub does not show yet that {moved} {what}")))
    }
}

/// How long a look is taken again.
fn ladder() -> SignedDuration {
    SignedDuration::from_millis(FRESHNESS.iter().sum::<u64>().cast_signed())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use countersign_domain::account::AccountKind;

    use super::*;

    fn account(id: u64) -> Account {
        Account { id, login: format!("u{id}"), kind: AccountKind::User }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn members_that_are_shown_are_held_to_what_events_told() {
        let check = |told: &[(&str, u64, bool)], now: i64, shown: &[u64], held: bool, late: bool| {
            let moved = |(slug, id, joined): &(&str, u64, bool)| MemberMove {
                organisation: "acme".into(),
                slug: (*slug).into(),
                account: account(*id),
                joined: *joined,
            };
            let mut events = Told::new(told.iter().map(|told| (at(100), moved(told))).collect(), at(now));
            let cab = TeamName::parse("Acme/cab").unwrap();
            let of = |ids: &[u64]| ids.iter().map(|id| account(*id)).collect::<BTreeSet<_>>();
            let found = events.hold(&cab, &of(shown));
            let left = held.then(|| Known::unknown("GitHub does not show yet that u1 left"));
            assert_eq!(found, left, "of {shown:?} after {told:?}");
            assert_eq!(events.is_shown_late(), late, "of {shown:?} after {told:?} at {now}");
        };
        check(&[], 101, &[1, 2], false, false);
        check(&[("cab", 1, false)], 101, &[2], false, false);
        check(&[("cab", 1, false)], 101, &[1, 2], true, true);
        check(&[("cab", 1, false)], 170, &[1, 2], true, false);
        check(&[("", 1, false)], 101, &[1, 2], true, true);
        check(&[("night", 1, false)], 101, &[1, 2], false, false);
        check(&[("cab", 1, false), ("cab", 1, true)], 101, &[1, 2], false, false);
        check(&[("cab", 1, true), ("cab", 1, false)], 101, &[1, 2], true, true);
        let mut joined = Told::new(
            vec![(
                at(100),
                MemberMove { organisation: "acme".into(), slug: "cab".into(), account: account(3), joined: true },
            )],
            at(101),
        );
        let cab = TeamName::parse("acme/cab").unwrap();
        let held = joined.hold(&cab, &BTreeSet::from([account(1)]));
        assert_eq!(held, Some(Known::unknown("GitHub does not show yet that u3 joined")));
        assert!(joined.is_shown_late());
        assert_eq!(joined.hold(&cab, &BTreeSet::from([account(1), account(3)])), None);
    }
}
