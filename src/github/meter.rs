//! What installations ask of GitHub, counted for the budget that the store keeps, and what GitHub says is left.
//!
//! Deliberately absent: limits. Here is only counted; whoever keeps the budget takes the counts away.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use reqwest::header::HeaderMap;

use super::error::used_up_until;

/// Reads that were paid for and never sent count for later ones, up to so many.
const MOST_CREDIT: i64 = 100;

/// What an installation asked since its count was last taken away.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Metered {
    /// Reads that nobody paid for beforehand, each a point.
    pub reads: u32,
    /// The least that GitHub said is left of its hour, over REST or GraphQL.
    pub left: Option<u32>,
    /// When the hour of REST ends, where GitHub said that nothing is left of it: no write is taken before then.
    pub used_up_until: Option<Timestamp>,
    /// When the hour of GraphQL ends, where nothing is left of it: nothing can be looked at before then.
    pub reads_used_up_until: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Count {
    /// Below zero where more was paid for than was read.
    reads: i64,
    left: Option<u32>,
    used_up_until: Option<Timestamp>,
    reads_used_up_until: Option<Timestamp>,
}

/// The counts of all installations.
#[derive(Debug, Default)]
pub(super) struct Meter(Mutex<BTreeMap<u64, Count>>);

impl Meter {
    fn counts(&self) -> MutexGuard<'_, BTreeMap<u64, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A read is sent.
    pub(super) fn read(&self, installation: u64) {
        self.counts().entry(installation).or_default().reads += 1;
    }

    /// So many reads are paid for already.
    pub(super) fn paid(&self, installation: u64, reads: u32) {
        self.counts().entry(installation).or_default().reads -= i64::from(reads);
    }

    /// An answer came with these headers. GitHub counts what is asked over GraphQL and over REST apart.
    pub(super) fn answered(&self, installation: u64, headers: &HeaderMap, is_graphql: bool, now: Timestamp) {
        let value = headers.get("x-ratelimit-remaining").and_then(|value| value.to_str().ok());
        let Some(left) = value.and_then(|value| value.trim().parse::<u32>().ok()) else { return };
        let mut counts = self.counts();
        let count = counts.entry(installation).or_default();
        count.left = Some(count.left.map_or(left, |known| known.min(left)));
        let until = if is_graphql { &mut count.reads_used_up_until } else { &mut count.used_up_until };
        *until = (*until).max(used_up_until(headers, now));
    }

    /// Takes the count away.
    pub(super) fn take(&self, installation: u64) -> Metered {
        let mut counts = self.counts();
        let count = counts.entry(installation).or_default();
        let reads = u32::try_from(count.reads).unwrap_or(0);
        count.reads = count.reads.clamp(-MOST_CREDIT, 0);
        Metered {
            reads,
            left: count.left.take(),
            used_up_until: count.used_up_until.take(),
            reads_used_up_until: count.reads_used_up_until.take(),
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn what_was_paid_for_is_not_counted_again() {
        let meter = Meter::default();
        meter.paid(1, 2);
        (0..3).for_each(|_| meter.read(1));
        meter.read(2);
        assert_eq!(meter.take(1), Metered { reads: 1, ..Metered::default() });
        assert_eq!(meter.take(1), Metered::default());
        meter.paid(2, 3);
        assert_eq!(meter.take(2).reads, 0);
        (0..3).for_each(|_| meter.read(2));
        assert_eq!(meter.take(2).reads, 1, "two were paid for and not sent");
    }

    #[test]
    fn the_least_that_is_left_counts() {
        let meter = Meter::default();
        for left in ["70", "50", "many", "60"] {
            let mut headers = HeaderMap::new();
            headers.insert("x-ratelimit-remaining", HeaderValue::from_static(left));
            meter.answered(1, &headers, false, Timestamp::UNIX_EPOCH);
        }
        assert_eq!(meter.take(1), Metered { left: Some(50), ..Metered::default() });
        assert_eq!(meter.take(1).left, None);
    }

    #[test]
    fn what_is_used_up_comes_back_when_github_says() {
        let check = |left: &'static str, reset: &'static str, expected: Option<i64>| {
            let meter = Meter::default();
            // REST and GraphQL have an hour each.
            for is_graphql in [false, true] {
                for (left, reset) in [("7", "5000"), (left, reset), ("0", "30")] {
                    let mut headers = HeaderMap::new();
                    headers.insert("x-ratelimit-remaining", HeaderValue::from_static(left));
                    headers.insert("x-ratelimit-reset", HeaderValue::from_static(reset));
                    meter.answered(1, &headers, is_graphql, Timestamp::UNIX_EPOCH);
                }
                let taken = meter.take(1);
                let (until, other) = match is_graphql {
                    true => (taken.reads_used_up_until, taken.used_up_until),
                    false => (taken.used_up_until, taken.reads_used_up_until),
                };
                assert_eq!(until.map(Timestamp::as_second), expected, "{left} left until {reset}");
                assert_eq!(other, None, "nothing was said of the other one");
                assert_eq!(meter.take(1), Metered::default());
            }
        };
        check("0", "1800", Some(1_800));
        check("0", "86400", Some(3_600));
        check("0", "soon", Some(60));
        check("1", "1800", Some(30));
    }
}
