//! What the policy that a pull request edits would have done to the changes of its repository, or of all repositories
//! of its organisation.
//!
//! It is worked out before the check is held, within a bound of count and time, and goes into the comment alone: no
//! verdict depends on it. Only changes of the same repository are named, so that everybody who reads the comment may
//! read them. A fork's edit is read for its syntax and nothing more.
//! Of an organisation's policy no change is named: who reads its pull request may not read every repository.

use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign_domain::diagnostic::Severity;
use countersign_domain::facts::{ChangeState, File, Known};
use countersign_domain::layer::{Layer, ORGANISATION_POLICY, ORGANISATION_REPOSITORY};
use countersign_domain::policy::{self, check_edit};
use jiff::{SignedDuration, Timestamp};
use moka::future::Cache;

use super::Pipeline;
use super::read::Read;
use crate::backtest::{self, Bounds, Effect, Question, Which};
use crate::github::{Installation, Lookup};

/// How far back changes are looked at.
pub(super) const EFFECT_DAYS: u32 = 90;

/// The most changes that are looked at, and the longest time.
const MOST: u32 = 2_000;
const LONGEST: Duration = Duration::from_secs(1);

/// How long an answer is good: the comment is not edited for each change that is decided meanwhile.
const GOOD_FOR: Duration = Duration::from_secs(3600);

/// Repository, number, layer, base, and the text at the head.
type Key = (u64, u64, Layer, String, Option<String>);

/// What was worked out lately.
pub(super) type Effects = Cache<Key, Arc<Effect>>;

/// None yet.
pub(super) fn effects() -> Effects {
    Cache::builder().max_capacity(16).time_to_live(GOOD_FOR).build()
}

/// A policy file that a pull request edits.
struct Edit {
    layer: Layer,
    /// Its text at the head; `None` where it is deleted.
    text: Option<String>,
}

/// What an edited policy would have done, and of which layer it is.
#[derive(Debug, Clone)]
pub(super) struct EffectOfEdit {
    pub(super) layer: Layer,
    pub(super) effect: Arc<Effect>,
}

impl Pipeline {
    /// What the edited policy would have done; `None` where none is edited, where it has errors, or where it cannot be
    /// told now.
    pub(super) async fn effect_of_edit(&self, github: &Installation, read: &Read) -> Option<EffectOfEdit> {
        let change = &read.facts.change;
        if change.fork || change.draft || change.state != ChangeState::Open {
            return None;
        }
        let Edit { layer, text } = self.edited(github, read).await?;
        let wrong = text.as_deref().is_some_and(|text| {
            let found = check_edit(&read.governing.loaded.policies, layer, text);
            found.iter().any(|problem| problem.severity == Severity::Error)
        });
        if wrong {
            return None;
        }
        let repository = &read.facts.repository;
        let key = (repository.id, change.number, layer, change.base.name.clone(), text.clone());
        if let Some(effect) = self.effects.get(&key).await {
            return Some(EffectOfEdit { layer, effect });
        }
        let days = SignedDuration::from_hours(24 * i64::from(EFFECT_DAYS));
        let since = read.facts.as_of.checked_sub(days).unwrap_or(Timestamp::MIN);
        let except = Some((repository.id, change.number));
        let (which, base) = match layer {
            Layer::Organisation => {
                (Which { since, repository: None, owner: Some(repository.owner.clone()), except }, None)
            }
            Layer::BuiltIn | Layer::Repository => {
                (Which { since, repository: Some(repository.id), owner: None, except }, Some(change.base.name.clone()))
            }
        };
        let effect = self.worked_out(Question { layer, new: text, against: None, base }, which).await?;
        self.effects.insert(key, effect.clone()).await;
        Some(EffectOfEdit { layer, effect })
    }

    async fn worked_out(&self, question: Question, which: Which) -> Option<Arc<Effect>> {
        let bounds = Bounds { changes: MOST, until: Instant::now().checked_add(LONGEST) };
        let store = self.store.clone();
        // In a task of its own: whatever befalls it, the verdict does not wait for it.
        let scan = tokio::spawn(async move { backtest::scan(&store, question, which, bounds).await });
        match tokio::time::timeout(2 * LONGEST, scan).await {
            Ok(Ok(Ok(effect))) => Some(Arc::new(effect)),
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

    /// The policy file that the pull request edits: the repository's, else its organisation's.
    async fn edited(&self, github: &Installation, read: &Read) -> Option<Edit> {
        let (layer, text, before) = match &read.facts.policy_edit {
            Some(Known::Known(edited)) => (Layer::Repository, edited.text.clone(), &read.look.repository_policy),
            _ => (Layer::Organisation, organisation_text(github, read).await?, &read.look.organisation_policy),
        };
        (!is_as_before(before, text.as_deref())).then_some(Edit { layer, text })
    }
}

/// The organisation's policy file at the head, where the pull request edits the one that is in force.
async fn organisation_text(github: &Installation, read: &Read) -> Option<Option<String>> {
    let (repository, change) = (&read.facts.repository, &read.facts.change);
    let touches = |file: &File| {
        file.path == ORGANISATION_POLICY
            || file.old_path.known().and_then(Option::as_deref) == Some(ORGANISATION_POLICY)
    };
    let in_force = repository.name == ORGANISATION_REPOSITORY && change.base.name == repository.default_branch;
    if !in_force || !read.facts.files.known().is_some_and(|files| files.iter().any(touches)) {
        return None;
    }
    let place = (change.head.tip.clone(), ORGANISATION_POLICY.to_owned());
    let lookup = Lookup { paths: [(place.clone(), true)].into(), ..Lookup::default() };
    let mut found = match github.look_up(&repository.owner, &repository.name, &lookup).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "the organisation's policy at the head could not be read");
            return None;
        }
    };
    match found.paths.remove(&place)? {
        Some(side) => found.texts.remove(&side.blob).map(Some),
        None => Some(None),
    }
}

/// Whether the head has the text of the base.
fn is_as_before(before: &policy::Read, edited: Option<&str>) -> bool {
    match (before, edited) {
        (policy::Read::Text(version), Some(text)) => version.text == text,
        (policy::Read::Absent, None) => true,
        _ => false,
    }
}
