//! What is known of teams and of what they may do: asked of GitHub, kept for at most 15 minutes, read again after a
//! membership event.

use std::hash::Hash;
use std::sync::Arc;

use countersign_domain::facts::Known;
use jiff::{SignedDuration, Timestamp};
use moka::future::Cache;

use crate::github::Error;

/// The oldest that a membership may be when it is decided by.
pub(super) const MOST_AGE: SignedDuration = SignedDuration::from_mins(15);

/// What was read lately, shared by all workers of a process.
#[derive(Clone)]
pub(super) struct Recent<K, V> {
    read: Cache<K, Arc<Read<V>>>,
}

struct Read<V> {
    fact: Known<V>,
    at: Timestamp,
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static> Recent<K, V> {
    pub(super) fn new() -> Self {
        Self { read: Cache::builder().max_capacity(10_000).build() }
    }

    /// The fact, read after `since` and at most 15 minutes ago. One reading however many ask; what could not be read is
    /// tried again.
    pub(super) async fn of(
        &self,
        key: K,
        since: Option<Timestamp>,
        now: Timestamp,
        read: impl Future<Output = Result<Known<V>, Error>>,
    ) -> Result<Known<V>, Error> {
        let oldest = since.map_or(now - MOST_AGE, |since| since.max(now - MOST_AGE));
        if self.read.get(&key).await.is_some_and(|read| read.at < oldest || read.fact.known().is_none()) {
            self.read.invalidate(&key).await;
        }
        let read = async { Ok::<_, Error>(Arc::new(Read { fact: read.await?, at: now })) };
        // Large, and part of every look: kept off the stack.
        let read = Box::pin(self.read.try_get_with(key, read)).await.map_err(|error: Arc<Error>| (*error).clone())?;
        Ok(read.fact.clone())
    }
}
