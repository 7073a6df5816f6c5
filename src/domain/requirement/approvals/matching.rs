//! Giving each approval to one entry, so that as many places as can be are filled.
//!
//! A maximum matching, found by augmenting paths: giving approvals out one after
//! another, first come first served, would ask for more people than are needed.

/// Which entry each person stands for, so that as many places as possible are taken.
///
/// `places[e]` is how many people entry `e` wants; `fits(p, e)` whether person `p` may stand for it.
pub(super) fn assign(people: usize, places: &[usize], fits: &dyn Fn(usize, usize) -> bool) -> Vec<Option<usize>> {
    let mut given = vec![None; people];
    for person in 0..people {
        let mut tried = vec![false; places.len()];
        place(person, places, fits, &mut given, &mut tried);
    }
    given
}

/// How many places of each entry stay empty.
pub(super) fn missing(places: &[usize], given: &[Option<usize>]) -> Vec<usize> {
    let taken = |entry: usize| given.iter().filter(|place| **place == Some(entry)).count();
    places.iter().enumerate().map(|(entry, wanted)| wanted.saturating_sub(taken(entry))).collect()
}

/// Finds a place for the person, moving others to make room.
fn place(
    person: usize,
    places: &[usize],
    fits: &dyn Fn(usize, usize) -> bool,
    given: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for entry in 0..places.len() {
        if tried[entry] || !fits(person, entry) {
            continue;
        }
        tried[entry] = true;
        let holders: Vec<usize> = (0..given.len()).filter(|other| given[*other] == Some(entry)).collect();
        if holders.len() < places[entry] || holders.into_iter().any(|other| place(other, places, fits, given, tried)) {
            given[person] = Some(entry);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `fits[p]` lists the entries for which person `p` may stand.
    fn check(places: &[usize], fits: &[&[usize]], filled: usize) {
        let given = assign(fits.len(), places, &|person, entry| fits[person].contains(&entry));
        let taken = given.iter().flatten().count();
        assert_eq!(taken, filled, "{places:?} {fits:?} gave {given:?}");
        let open: usize = missing(places, &given).iter().sum();
        assert_eq!(open, places.iter().sum::<usize>() - filled);
    }

    #[test]
    fn people_are_moved_where_that_fills_more_places() {
        // First come first served would put 0 into entry 0 and leave 1 without a place.
        check(&[1, 1], &[&[0, 1], &[0]], 2);
        check(&[1, 1], &[&[0], &[0]], 1);
        check(&[2, 1], &[&[0, 1], &[0, 1], &[0]], 3);
        check(&[1, 1, 1], &[&[0, 1], &[1, 2], &[0]], 3);
        check(&[2], &[&[0]], 1);
        check(&[], &[&[]], 0);
    }
}
