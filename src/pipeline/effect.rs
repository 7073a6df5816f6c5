//! What the policy that a pull request edits would have done to the changes of its repository.
//!
//! It is worked out before the check is held, within a bound of count and time, and goes into the comment alone: no
//! verdict depends on it. Only changes of the same repository are named, so that everybody who reads the comment may
//! read them. A fork's edit is read for its syntax and nothing more.

use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign_domain::diagnostic::Severity;
use countersign_domain::facts::{ChangeState, Known};
use countersign_domain::layer::Layer;
use countersign_domain::policy::{self, check_edit};
use jiff::{SignedDuration, Timestamp};
use moka::future::Cache;

use super::Pipeline;
use super::read::Read;
use crate::backtest::{self, Bounds, Effect, Question, Which};

/// How far back changes are looked at.
pub(super) const EFFECT_DAYS: u32 = 90;

/// The most changes that are looked at, and the longest time.
const MOST: u32 = 2_000;
const LONGEST: Duration = Duration::from_secs(1);

/// How long an answer is good: the comment is not edited for each change that is decided meanwhile.
const GOOD_FOR: Duration = Duration::from_secs(3600);

/// Repository, number, base, and the text at the head.
type Key = (u64, u64, String, Option<String>);

/// What was worked out lately.
pub(super) type Effects = Cache<Key, Arc<Effect>>;

/// None yet.
pub(super) fn effects() -> Effects {
    Cache::builder().max_capacity(16).time_to_live(GOOD_FOR).build()
}

impl Pipeline {
    /// What the edited policy would have done; `None` where none is edited, where it has errors, or where it cannot be
    /// told now.
    pub(super) async fn effect_of_edit(&self, read: &Read) -> Option<Arc<Effect>> {
        let change = &read.facts.change;
        let Some(Known::Known(edited)) = &read.facts.policy_edit else { return None };
        if change.fork
            || change.draft
            || change.state != ChangeState::Open
            || is_as_before(read, edited.text.as_deref())
        {
            return None;
        }
        let wrong = edited.text.as_deref().is_some_and(|text| {
            let found = check_edit(&read.governing.loaded.policies, Layer::Repository, text);
            found.iter().any(|problem| problem.severity == Severity::Error)
        });
        if wrong {
            return None;
        }
        let key = (read.facts.repository.id, change.number, change.base.name.clone(), edited.text.clone());
        if let Some(known) = self.effects.get(&key).await {
            return Some(known);
        }
        let days = SignedDuration::from_hours(24 * i64::from(EFFECT_DAYS));
        let since = read.facts.as_of.checked_sub(days).unwrap_or(Timestamp::MIN);
        let which = Which { since, repository: Some(key.0), except: Some(change.number) };
        let question =
            Question { layer: Layer::Repository, new: edited.text.clone(), against: None, base: Some(key.2.clone()) };
        let bounds = Bounds { changes: MOST, until: Instant::now().checked_add(LONGEST) };
        let store = self.store.clone();
        // In a task of its own: whatever befalls it, the verdict does not wait for it.
        let scan = tokio::spawn(async move { backtest::scan(&store, question, which, bounds).await });
        match tokio::time::timeout(2 * LONGEST, scan).await {
            Ok(Ok(Ok(effect))) => {
                let effect = Arc::new(effect);
                self.effects.insert(key, effect.clone()).await;
                Some(effect)
            }
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "what the edited policy would have done cannot be told");
                None
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "what the edited policy would have done was not worked out");
                None
            }
            Err(_) => {
                tracing::warn!("what the edited policy would have done was not worked out in time");
                None
            }
        }
    }
}

/// Whether the head has the text of the base.
fn is_as_before(read: &Read, edited: Option<&str>) -> bool {
    match (&read.look.repository_policy, edited) {
        (policy::Read::Text(version), Some(text)) => version.text == text,
        (policy::Read::Absent, None) => true,
        _ => false,
    }
}
