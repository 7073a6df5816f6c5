//! Whom each approval stands for, where the owners of files are asked too.
//!
//! Entries are filled by different people, but one person may answer for several
//! parts of what one entry asks of owners. So each person is given to one entry, in
//! every way that there is, and the places of each room are filled by a matching; all
//! entries that ask no owners are one room.

use std::collections::BTreeMap;

use super::matching;

/// A place to be filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    /// The entry it is of; all entries that ask no owners are one.
    pub(super) pool: usize,
    /// Nobody takes two places of one room.
    pub(super) room: usize,
    /// How many people it wants.
    pub(super) places: usize,
}

/// Who stands for what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Assigned {
    /// The slots that each person stands for.
    pub(super) slots: Vec<Vec<usize>>,
    /// How many are missing of each slot.
    pub(super) missing: Vec<usize>,
}

impl Assigned {
    /// Whether nobody is missing.
    pub(super) fn is_whole(&self) -> bool {
        self.missing.iter().all(|open| *open == 0)
    }
}

/// So many ways of giving people to entries are tried, and so many slots looked at for it.
const MOST_WAYS: usize = 4096;
const MOST_STEPS: usize = 1 << 17;

/// The assignment that leaves the fewest places open; `None` where there are more ways than can be tried.
pub(super) fn assign(people: usize, slots: &[Slot], fits: &dyn Fn(usize, usize) -> bool) -> Option<Assigned> {
    let mut pools: Vec<usize> = slots.iter().map(|slot| slot.pool).collect();
    pools.sort_unstable();
    pools.dedup();
    let fits_pool = |person: usize, pool: usize| {
        slots.iter().enumerate().any(|(place, slot)| slot.pool == pool && fits(person, place))
    };
    let options: Vec<Vec<usize>> =
        (0..people).map(|person| pools.iter().copied().filter(|pool| fits_pool(person, *pool)).collect()).collect();
    let counts = options.iter().map(|pools| pools.len().max(1));
    let may_try = |ways: &usize| *ways <= MOST_WAYS && (*ways == 1 || ways * slots.len() <= MOST_STEPS);
    let ways = counts.clone().try_fold(1_usize, usize::checked_mul).filter(may_try)?;
    let mut best: Option<(usize, Assigned)> = None;
    for way in 0..ways {
        let mut number = way;
        let pool_of: Vec<Option<usize>> = options
            .iter()
            .zip(counts.clone())
            .map(|(pools, count)| {
                let pool = pools.get(number % count).copied();
                number /= count;
                pool
            })
            .collect();
        let assigned = filled(slots, &pool_of, fits);
        let open = assigned.missing.iter().sum();
        if best.as_ref().is_none_or(|(least, _)| open < *least) {
            best = Some((open, assigned));
        }
        if open == 0 {
            break;
        }
    }
    best.map(|(_, assigned)| assigned)
}

/// The places as people fill them who are each given to one pool.
fn filled(slots: &[Slot], pool_of: &[Option<usize>], fits: &dyn Fn(usize, usize) -> bool) -> Assigned {
    let mut assigned = Assigned { slots: vec![Vec::new(); pool_of.len()], missing: vec![0; slots.len()] };
    let mut rooms: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (place, slot) in slots.iter().enumerate() {
        rooms.entry((slot.pool, slot.room)).or_default().push(place);
    }
    for ((pool, _), room) in rooms {
        let places: Vec<usize> = room.iter().map(|slot| slots[*slot].places).collect();
        let fits_here = |person: usize, place: usize| pool_of[person] == Some(pool) && fits(person, room[place]);
        let given = matching::assign(pool_of.len(), &places, &fits_here);
        for (slot, missing) in room.iter().zip(matching::missing(&places, &given)) {
            assigned.missing[*slot] = missing;
        }
        for (person, place) in given.into_iter().enumerate() {
            assigned.slots[person].extend(place.map(|place| room[place]));
        }
    }
    assigned
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slots as (pool, room, places), who fits which, and how many places stay open.
    #[track_caller]
    fn check(slots: &[(usize, usize, usize)], fits: &[&[usize]], open: Option<usize>) {
        let slots: Vec<Slot> =
            slots.iter().map(|(pool, room, places)| Slot { pool: *pool, room: *room, places: *places }).collect();
        let assigned = assign(fits.len(), &slots, &|person, slot| fits[person].contains(&slot));
        assert_eq!(assigned.as_ref().map(|assigned| assigned.missing.iter().sum()), open, "{slots:?} {fits:?}");
        for (person, own) in assigned.iter().flat_map(|assigned| assigned.slots.iter().enumerate()) {
            assert!(own.iter().all(|slot| fits[person].contains(slot)));
            assert!(own.iter().all(|slot| slots[*slot].pool == slots[own[0]].pool), "{person} is of two entries");
        }
    }

    #[test]
    fn one_person_answers_for_several_rooms_of_one_entry_and_for_no_two_places_of_one() {
        check(&[(1, 0, 1), (1, 1, 1)], &[&[0, 1]], Some(0));
        check(&[(1, 0, 1), (1, 0, 1)], &[&[0, 1]], Some(1));
        check(&[(1, 0, 1), (1, 0, 1), (1, 1, 1)], &[&[0, 1, 2], &[0]], Some(0));
        check(&[(1, 0, 2)], &[&[0]], Some(1));
    }

    #[test]
    fn nobody_stands_for_two_entries() {
        // Either could be the one of the plain entry, and then nobody is left for one of the files.
        check(&[(0, 0, 1), (1, 0, 1), (1, 1, 1)], &[&[0, 1], &[0, 2]], Some(1));
        check(&[(0, 0, 1), (1, 0, 1), (1, 1, 1)], &[&[0, 1], &[0, 1, 2]], Some(0));
        check(&[(0, 0, 1), (0, 0, 1), (1, 0, 1)], &[&[0, 1], &[0], &[0, 2]], Some(0));
        check(&[(1, 0, 1), (2, 0, 1)], &[&[0, 1]], Some(1));
        // Wherever an entry stands among the others.
        check(&[(0, 0, 1), (2, 0, 1), (0, 0, 1)], &[&[0, 2]], Some(2));
    }

    #[test]
    fn more_ways_than_can_be_tried_are_no_answer() {
        let many = vec![[0_usize, 1].as_slice(); 13];
        check(&[(0, 0, 13), (1, 0, 13)], &many, None);
        check(&[(0, 0, 13)], &vec![[0_usize].as_slice(); 13], Some(0));
        check(&[], &[&[]], Some(0));
    }
}
