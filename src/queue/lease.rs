//! How long the right to work on a row still lasts, as this process knows it.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

/// A lease; a clone shows the same.
///
/// It is counted from before each heartbeat was sent, so that it ends here no later than in the store. The time is
/// that of the machine's running, which nobody moves.
#[derive(Debug, Clone)]
pub struct Lease {
    length: Duration,
    ends: Arc<Mutex<Instant>>,
}

impl Lease {
    /// A lease of that length, asked for at that instant.
    pub(super) fn new(length: Duration, asked: Instant) -> Self {
        Self { length, ends: Arc::new(Mutex::new(asked + length)) }
    }

    /// Prolongs it from when that was asked. One that ran out before stays so, though nobody has taken the row yet.
    pub(super) fn prolong(&self, asked: Instant) {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        if *ends > Instant::now() {
            *ends = asked + self.length;
        }
    }

    /// What is left of it; zero where it is over.
    pub fn left(&self) -> Duration {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).saturating_duration_since(Instant::now())
    }

    /// Whether a write may start: half of the lease is left for it to end within.
    pub fn may_write(&self) -> bool {
        self.left() >= self.length / 2
    }

    /// Does the work as long as the lease lasts; `None` where it ran out first. A process that was stopped for longer
    /// than that goes not one step further when it runs again, because somebody else may have the row by then.
    pub(super) async fn fence<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        poll_fn(|context| if self.left().is_zero() { Poll::Ready(None) } else { work.as_mut().poll(context).map(Some) })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_goes_no_step_further_than_its_lease() {
        let long = Duration::from_secs(10);
        let over = Lease::new(long, Instant::now() - long);
        over.prolong(Instant::now());
        assert_eq!(over.fence(async { "late" }).await, None, "not even its first step");
        let lease = Lease::new(long, Instant::now());
        assert_eq!(lease.fence(async { "in time" }).await, Some("in time"));
        let stopped = lease.fence(async {
            lease.prolong(Instant::now() - long); // as if the process had stood still for as long
            tokio::task::yield_now().await;
            "late"
        });
        assert_eq!(stopped.await, None, "not past the step in which it ran out");
    }
}
