//! How early green is taken back where time ends it: as early as it takes to take back all that is green.
//!
//! The more pull requests of an installation are green, the earlier, because GitHub
//! takes so many writes a minute and no more. Each decision counts anew; the number
//! may have grown since, and whoever turned green later is taken back earlier for it,
//! so that together they fit. Absent: which of them goes first (the riskiest, in the
//! domain) and the taking back itself.

use std::time::Duration;

use jiff::SignedDuration;
use moka::future::Cache;

use super::{Pipeline, Result};

/// So many are taken back within the minute that everything is at least.
const WITHIN_A_MINUTE: u64 = 60;

/// GitHub takes 80 writes a minute; some of them are for what comes up meanwhile.
const A_MINUTE: u64 = 75;

/// GitHub takes 500 writes an hour; a tenth of them may be used by then.
const AN_HOUR: u64 = 450;

/// For so long a count is taken for the present one.
const FRESH: Duration = Duration::from_secs(10);

/// For so long a higher count than the present one counts: while green is taken back its number goes down, and what was
/// taken back is not to come again for that.
const HIGH_WATER: Duration = Duration::from_secs(2 * 60 * 60);

/// How many pull requests of an installation are green.
#[derive(Clone)]
pub(super) struct Greens {
    counted: Cache<u64, u64>,
    highest: Cache<u64, u64>,
}

impl Greens {
    pub(super) fn new() -> Self {
        let cache = |lives| Cache::builder().max_capacity(10_000).time_to_live(lives).build();
        Self { counted: cache(FRESH), highest: cache(HIGH_WATER) }
    }
}

impl Pipeline {
    /// How early what time ends is taken back in an installation; `None` where a minute will do.
    pub(super) async fn lead(&self, installation: u64) -> Result<Option<SignedDuration>> {
        let counted = match self.greens.counted.get(&installation).await {
            Some(counted) => counted,
            None => {
                let counted = self.store.greens(installation).await?;
                self.greens.counted.insert(installation, counted).await;
                counted
            }
        };
        let highest = self.greens.highest.get(&installation).await.unwrap_or(0);
        if counted > highest {
            self.greens.highest.insert(installation, counted).await;
        }
        Ok(lead_of(counted.max(highest)))
    }
}

fn lead_of(greens: u64) -> Option<SignedDuration> {
    let more = greens.checked_sub(WITHIN_A_MINUTE + 1)? + 1;
    let (minutes, hours) = (more.div_ceil(A_MINUTE), greens / AN_HOUR);
    let seconds = (1 + minutes).saturating_mul(60).saturating_add(hours.saturating_mul(3_600));
    i64::try_from(seconds).ok().map(SignedDuration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_is_green_the_earlier_it_is_taken_back() {
        let check = |greens: u64, minutes: Option<i64>| {
            assert_eq!(lead_of(greens), minutes.map(SignedDuration::from_mins), "{greens} are green");
        };
        check(0, None);
        check(60, None);
        check(61, Some(2));
        check(135, Some(2));
        check(136, Some(3));
        check(400, Some(6));
        check(449, Some(7));
        check(450, Some(67));
        check(1_000, Some(134));
    }
}
