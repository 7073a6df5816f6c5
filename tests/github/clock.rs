//! The one clock of a test: real time and an offset that the test moves.
//!
//! Bot and stand-in share the offset, so that a freeze ends and a token expires for both at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Real time plus a shared offset. Clones move together.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    milliseconds: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that shows real time until it is moved.
    pub fn new() -> Self {
        Self::default()
    }

    /// A clock over an offset in milliseconds that somebody else may hold too.
    pub fn sharing(offset: Arc<AtomicI64>) -> Self {
        Self { milliseconds: offset }
    }

    /// The offset itself, in milliseconds, to hand to the bot.
    pub fn offset(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.milliseconds)
    }

    /// Now, as everybody on this clock sees it.
    pub fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_millis(self.milliseconds.load(Ordering::SeqCst))
    }

    /// Moves the clock, ahead or back.
    pub fn advance(&self, by: SignedDuration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.milliseconds.fetch_add(by, Ordering::SeqCst);
    }

    /// Moves the clock so that it shows `instant` now; it runs on from there.
    pub fn set(&self, instant: Timestamp) {
        let ahead = instant.duration_since(Timestamp::now());
        let ahead = i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX);
        self.milliseconds.store(ahead, Ordering::SeqCst);
    }
}
