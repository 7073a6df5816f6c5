//! How long what has to be said waits for what it would rather know first.

use std::time::Duration;

use jiff::SignedDuration;

/// How long green that has to go waits for all looks together, from when it was asked to.
const GREEN: Duration = Duration::from_secs(2);

/// How long a word that needs no look waits to learn whether it was said before.
pub(super) const READ: Duration = Duration::from_secs(2);

/// How long a word that needs no look waits for a check that somebody else holds.
pub(super) const CHECK: Duration = Duration::from_secs(1);

/// The shortest and the longest time after which what could not be read is tried again.
const LEAST: SignedDuration = SignedDuration::from_mins(5);
const MOST: SignedDuration = SignedDuration::from_hours(6);

/// How long green waits for this look: one that is not the first has what the former ones left. What waited before the
/// first, in a backlog, gets a look all the same.
pub(super) fn of_green(tries: u32, waited: Duration) -> Duration {
    if tries == 0 { GREEN } else { GREEN.saturating_sub(waited) }
}

/// How long what could not be read is left alone: a quarter of the time since anything was done to the pull request, so
/// that one that lies about costs little and one that somebody waits for is tried soon.
pub(super) fn of_unknown(unchanged_for: SignedDuration) -> SignedDuration {
    (unchanged_for / 4).clamp(LEAST, MOST)
}

/// The shortest time after which an answer to a command is tried again, and how old the command is when none is tried any
/// more.
const ANSWER: SignedDuration = SignedDuration::from_mins(1);
const NO_ANSWER: SignedDuration = SignedDuration::from_hours(24);

/// How long the answer to a command that is so old is left alone where GitHub does not take it: each try costs a look.
/// `None` where it is given up; the check says the same.
pub(super) fn of_answer(age: SignedDuration) -> Option<SignedDuration> {
    (age < NO_ANSWER).then(|| (age / 2).clamp(ANSWER, MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn green_waits_two_seconds_over_all_looks() {
        let check = |tries: u32, waited: u64, left: u64| {
            assert_eq!(of_green(tries, Duration::from_millis(waited)), Duration::from_millis(left), "{tries} {waited}");
        };
        check(0, 20, 2_000);
        check(0, 3_600_000, 2_000);
        check(1, 600, 1_400);
        check(2, 1_700, 300);
        check(2, 9_000, 0);
    }

    #[test]
    fn what_could_not_be_read_is_tried_again_after_a_quarter_of_the_time_that_nothing_happened() {
        let check = |minutes: i64, expected: i64| {
            let after = of_unknown(SignedDuration::from_mins(minutes));
            assert_eq!(after, SignedDuration::from_mins(expected), "nothing happened for {minutes} minutes");
        };
        check(-1, 5);
        check(0, 5);
        check(20, 5);
        check(60, 15);
        check(24 * 60, 6 * 60);
        check(365 * 24 * 60, 6 * 60);
    }

    #[test]
    fn an_answer_that_is_not_taken_is_tried_ever_more_seldom_and_given_up_after_a_day() {
        let check = |minutes: i64, expected: Option<i64>| {
            let after = of_answer(SignedDuration::from_mins(minutes));
            assert_eq!(after, expected.map(SignedDuration::from_mins), "after {minutes} minutes");
        };
        check(-1, Some(1));
        check(0, Some(1));
        check(10, Some(5));
        check(18 * 60, Some(6 * 60));
        check(24 * 60, None);
        // So a command that GitHub never takes an answer to costs few looks.
        let (mut age, mut tries) = (SignedDuration::ZERO, 0);
        while let Some(wait) = of_answer(age) {
            (age, tries) = (age + wait, tries + 1);
        }
        assert_eq!(tries, 19);
    }
}
