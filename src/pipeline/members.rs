//! What is known of teams and of what people may do: asked of GitHub, kept for at most 15 minutes, read again after a
//! membership event, whichever process took it.

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use countersign_domain::facts::Known;
use jiff::{SignedDuration, Timestamp};
use moka::future::Cache;

use crate::github::Error;

/// The oldest that a membership may be when it is decided by.
pub(super) const MOST_AGE: SignedDuration = SignedDuration::from_mins(15);

/// Which readings count for a look.
#[derive(Debug, Clone, Copy)]
pub(super) struct NotBefore {
    now: Timestamp,
    oldest: Timestamp,
}

impl NotBefore {
    /// Those of the last 15 minutes, and since members changed. The instants are of the clock that all processes share.
    pub(super) fn new(now: Timestamp, changed_at: Option<Timestamp>) -> Self {
        Self { now, oldest: now - MOST_AGE }.and(changed_at)
    }

    /// The instant of the look, by that clock.
    pub(super) fn now(self) -> Timestamp {
        self.now
    }

    /// Of those the ones since that instant too.
    pub(super) fn and(self, since: Option<Timestamp>) -> Self {
        Self { oldest: since.map_or(self.oldest, |since| since.max(self.oldest)), ..self }
    }
}

/// What was read lately, shared by all workers of a process.
#[derive(Clone)]
pub(super) struct Recent<K, V> {
    read: Cache<K, Arc<Read<V>>>,
}

struct Read<V> {
    fact: Known<V>,
    /// When the reading began, at the latest.
    at: Timestamp,
}

impl<K: Hash + Eq + Clone + Send + Sync + 'static, V: Clone + Send + Sync + 'static> Recent<K, V> {
    pub(super) fn new() -> Self {
        Self { read: Cache::builder().max_capacity(10_000).build() }
    }

    /// Lets go of what was read, because it is known to be wrong.
    pub(super) async fn forget(&self, key: &K) {
        self.read.invalidate(key).await;
    }

    /// The fact, by a reading that counts. One reading however many ask; what could not be read is tried again.
    pub(super) async fn of<F: Future<Output = Result<Known<V>, Error>>>(
        &self,
        key: K,
        not_before: NotBefore,
        read: impl Fn() -> F,
    ) -> Result<Known<V>, Error> {
        let NotBefore { now, oldest } = not_before;
        if self.read.get(&key).await.is_some_and(|read| read.at < oldest || read.fact.known().is_none()) {
            self.read.invalidate(&key).await;
        }
        loop {
            let own = AtomicBool::new(false);
            let reading = async {
                own.store(true, Ordering::Relaxed);
                Ok::<_, Error>(Arc::new(Read { fact: read().await?, at: now }))
            };
            // Large, and part of every look: kept off the stack.
            let found = Box::pin(self.read.try_get_with(key.clone(), reading)).await;
            let found = found.map_err(|error: Arc<Error>| (*error).clone())?;
            // Somebody else's reading may have been under way already when members changed.
            if own.load(Ordering::Relaxed) || found.at >= oldest {
                return Ok(found.fact.clone());
            }
            self.read.invalidate(&key).await;
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use std::cell::Cell;

    use tokio::sync::Notify;

    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    #[tokio::test]
    async fn a_reading_counts_for_fifteen_minutes_and_until_members_change() {
        let (recent, reads) = (Recent::new(), Cell::new(0));
        let check = async |minute: i64, changed_at: Option<i64>, expected: u32| {
            let read = async || {
                reads.set(reads.get() + 1);
                Ok(Known::Known(reads.get()))
            };
            let not_before = NotBefore::new(at(minute), changed_at.map(at));
            let found = recent.of("cab", not_before, read).await.unwrap();
            assert_eq!(found, Known::Known(expected), "at {minute}, changed at {changed_at:?}");
        };
        check(100, None, 1).await;
        check(115, None, 1).await;
        check(115, Some(100), 1).await;
        check(115, Some(101), 2).await;
        check(116, Some(101), 2).await;
        check(131, Some(101), 3).await;
    }

    #[tokio::test]
    async fn a_reading_that_was_under_way_when_members_changed_does_not_count_after_it() {
        let (recent, begun, go_on) = (Recent::new(), Notify::new(), Notify::new());
        let before = recent.of("cab", NotBefore::new(at(100), None), async || {
            begun.notify_one();
            go_on.notified().await;
            Ok(Known::Known("as they were"))
        });
        let after = async {
            begun.notified().await;
            let read = async || Ok(Known::Known("as they are"));
            let after = recent.of("cab", NotBefore::new(at(102), Some(at(101))), read);
            let (found, ()) = tokio::join!(after, async { go_on.notify_one() });
            found
        };
        let (before, after) = tokio::join!(before, after);
        assert_eq!(before.unwrap(), Known::Known("as they were"));
        assert_eq!(after.unwrap(), Known::Known("as they are"));
    }
}
