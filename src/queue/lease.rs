//! How long the right to work on a row still lasts, as this process knows it.

use std::sync::{Arc, Mutex, PoisonError};
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

    pub(super) fn prolong(&self, asked: Instant) {
        *self.ends.lock().unwrap_or_else(PoisonError::into_inner) = asked + self.length;
    }

    /// What is left of it; zero where it is over.
    pub fn left(&self) -> Duration {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).saturating_duration_since(Instant::now())
    }

    /// Whether a write may start: half of the lease is left for it to end within.
    pub fn may_write(&self) -> bool {
        self.left() >= self.length / 2
    }
}
