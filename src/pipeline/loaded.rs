//! Policies that were read lately: what the same files say is worked out once for many looks.
//!
//! The files' texts themselves are the key, so that nothing here can be stale. Reading files of ordinary length takes
//! longer than deciding by them.

use std::sync::Arc;

use countersign_domain::policy::{self, PolicySet, Source};
use countersign_domain::record::FieldSet;
use countersign_domain::{Needs, needs};
use moka::future::Cache;

/// How many bytes of policy files are remembered. What is made of a file takes many times its length.
const MOST_BYTES: u64 = 128 << 10;

/// What policy files come to.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) policies: PolicySet,
    pub(super) needs: Needs,
    /// The fields that descriptions are read for.
    pub(super) fields: FieldSet,
}

impl Loaded {
    fn of(sources: &[Source]) -> Self {
        let (policies, _) = policy::load(sources);
        let (needs, fields) = (needs(&policies), policy::field_set(&policies));
        Self { policies, needs, fields }
    }
}

/// The policies that were read lately, shared by all workers of a process.
#[derive(Clone)]
pub(super) struct LoadedPolicies(Cache<Vec<Source>, Arc<Loaded>>);

impl LoadedPolicies {
    pub(super) fn new() -> Self {
        Self(Cache::builder().weigher(|sources: &Vec<Source>, _| weight(sources)).max_capacity(MOST_BYTES).build())
    }

    /// What these files come to.
    pub(super) async fn of(&self, sources: &[Source]) -> Arc<Loaded> {
        self.0.get_with_by_ref(sources, async { Arc::new(Loaded::of(sources)) }).await
    }
}

/// The length of the files' texts in bytes.
fn weight(sources: &[Source]) -> u32 {
    let texts = sources.iter().map(|source| {
        let now = if let policy::Read::Text(version) = &source.read { version.text.len() } else { 0 };
        now + source.last_good.as_ref().map_or(0, |version| version.text.len())
    });
    u32::try_from(texts.sum::<usize>()).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::layer::Layer;
    use countersign_domain::policy::{Read, Version};

    fn sources(text: &str, last_good: Option<&str>) -> Vec<Source> {
        let version = |text: &str| Version { blob: "one blob".to_owned(), text: text.to_owned() };
        let read = Read::Text(version(text));
        let last_good = last_good.map(version);
        vec![Source { layer: Layer::Repository, path: "acme/shop".to_owned(), read, last_good }]
    }

    #[tokio::test]
    async fn the_same_files_are_read_once_and_anything_else_anew() {
        let loaded = LoadedPolicies::new();
        let first = loaded.of(&sources("version = 1", None)).await;
        assert!(Arc::ptr_eq(&first, &loaded.of(&sources("version = 1", None)).await));
        for other in [sources("version = 1 ", None), sources("version = 1", Some("version = 1"))] {
            assert!(!Arc::ptr_eq(&first, &loaded.of(&other).await), "{other:?}");
        }
    }

    #[tokio::test]
    async fn what_is_remembered_is_bounded() {
        let loaded = LoadedPolicies::new();
        for number in 0..100 {
            loaded.of(&sources(&format!("version = 1 # {number}\n{}", "#".repeat(10_000)), None)).await;
        }
        loaded.0.run_pending_tasks().await;
        assert!(loaded.0.weighted_size() <= MOST_BYTES && loaded.0.entry_count() > 0);
    }
}
