//! Deliveries go first: how many are being taken now, so that the work that follows from them waits for its turn.
//!
//! GitHub waits for its answers and gives up on them; a look may begin a little later.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::Store;

/// So many at once are the ordinary course of things, and nothing waits for them.
const FEW: usize = 8;

/// The deliveries that are being taken. A clone counts the same.
#[derive(Debug, Clone)]
pub(super) struct Arrivals(watch::Sender<usize>);

/// A delivery that is being taken, until this is dropped.
#[derive(Debug)]
pub(super) struct Arrival(watch::Sender<usize>);

impl Arrivals {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// One more.
    pub(super) fn one(&self) -> Arrival {
        self.0.send_modify(|count| *count += 1);
        Arrival(self.0.clone())
    }

    /// Waits until there are few.
    async fn few(&self) {
        // It cannot end before: this is a sender of it.
        let _ = self.0.subscribe().wait_for(|count| *count <= FEW).await;
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Store {
    /// Waits, but not longer than that, until only few deliveries are being taken in this process.
    pub async fn deliveries_first(&self, at_most: Duration) {
        // In a flood without end the work goes on all the same.
        let _ = timeout(at_most, self.arrivals.few()).await;
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use super::*;

    #[tokio::test]
    async fn only_many_deliveries_are_waited_for() {
        let arrivals = Arrivals::new();
        let mut taken: Vec<_> = (0..FEW).map(|_| arrivals.one()).collect();
        arrivals.few().await;
        taken.push(arrivals.one());
        let mut waiting = pin!(arrivals.few());
        assert!(poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context).is_pending())).await);
        taken.pop();
        waiting.await;
    }
}
