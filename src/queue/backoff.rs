//! How long to wait before the next try.

use std::time::Duration;

/// When to look again where a read was not new enough, try after try, in milliseconds. After the last one a handler
/// takes what it gets, where it may.
pub const FRESHNESS: [u64; 7] = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(600);

/// The wait before the look after so many that were not new enough; the last one goes on.
pub(super) fn freshness(tries: u32) -> Duration {
    let index = usize::try_from(tries).unwrap_or(usize::MAX).min(FRESHNESS.len() - 1);
    Duration::from_millis(FRESHNESS.get(index).copied().unwrap_or_default())
}

/// The wait after so many failures before this one: doubled each time up to ten minutes, and of that between half and
/// all, so that what failed together does not come back together.
pub(super) fn after_failure(before: u32, jitter: f64) -> Duration {
    let whole = FIRST.saturating_mul(1u32.checked_shl(before).unwrap_or(u32::MAX)).min(LONGEST);
    whole.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_wait_longer_each_time_up_to_ten_minutes() {
        let seconds = |before| after_failure(before, 1.0).as_secs();
        assert_eq!([0, 1, 2, 5, 9, 10, 31, 32, 4_000].map(seconds), [1, 2, 4, 32, 512, 600, 600, 600, 600]);
        assert_eq!(after_failure(3, 0.0), Duration::from_secs(4), "half of it at the least");
    }

    #[test]
    fn freshness_goes_through_its_table_and_stays_at_the_end() {
        assert_eq!([0, 1, 6, 7, 99].map(|tries| freshness(tries).as_millis()), [500, 1_000, 30_000, 30_000, 30_000]);
    }
}
