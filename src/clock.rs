//! The one clock. Everything that needs to know what time it is asks here, so that
//! a test can move the whole bot through a day at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// The machine's time, and an offset that tests move.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that goes with a shared offset in milliseconds.
    pub fn with_offset(offset_ms: Arc<AtomicI64>) -> Self {
        Self { offset_ms }
    }

    /// Now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine for the time")]
    pub fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_millis(self.offset_ms.load(Ordering::Relaxed))
    }

    /// The offset, for a database whose own clock is asked.
    pub fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }
}
