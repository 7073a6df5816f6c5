//! Many changes at once: read page by page, decided on as many threads as there are.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use countersign_domain::decision::SEMANTICS;
use jiff::Timestamp;
use tokio::task::{JoinError, JoinSet};

use super::{Change, Compared, Effect, Parts, Policies, Question, compare};
use crate::store::{self, Changes, DecidedChange, SnapshotRef, Store};

/// How many changes are read at a time.
const PAGE: usize = 250;

/// Whose changes, and from when on.
#[derive(Debug, Clone, Copy)]
pub struct Which {
    /// Those whose last decision holds for this instant or a later one.
    pub since: Timestamp,
    /// Those of this repository; `None`: of all.
    pub repository: Option<u64>,
    /// But for the one with this number: it is the one that asks.
    pub except: Option<u64>,
}

/// How much is done at the most.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// So many changes, those decided last.
    pub changes: u32,
    /// What was not begun by then is left out; `None`: all are waited for.
    pub until: Option<Instant>,
}

impl Bounds {
    /// Everything, however long it takes.
    pub const NONE: Self = Self { changes: u32::MAX, until: None };
}

/// A repository's name, for people.
type Names = BTreeMap<u64, String>;

/// What all workers share.
struct Job {
    store: Store,
    question: Question,
    changes: Vec<DecidedChange>,
    names: Names,
    until: Option<Instant>,
    /// The first change that nobody has taken.
    next: AtomicUsize,
}

/// What a policy would have done to the changes of the store.
///
/// # Errors
/// The database's.
pub async fn scan(store: &Store, question: Question, which: Which, bounds: Bounds) -> store::Result<Effect> {
    let wanted = Changes { since: which.since, repository: which.repository, at_most: bounds.changes };
    let (mut changes, left_out) = store.decided_changes(&wanted).await?;
    changes.retain(|change| which.except != Some(change.number));
    let names = names(store, &changes).await?;
    let next = AtomicUsize::new(0);
    let job = Arc::new(Job { store: store.clone(), question, changes, names, until: bounds.until, next });
    let mut workers = JoinSet::new();
    for _ in 0..std::thread::available_parallelism().map_or(1, usize::from).min(8) {
        workers.spawn(work(job.clone()));
    }
    let mut effect = Effect { left_out, ..Effect::default() };
    while let Some(worked) = workers.join_next().await {
        effect.join(ended(worked)?);
    }
    effect.sort();
    Ok(effect)
}

/// What a task came to. Nobody ends one early, so that only a panic can: that is for whoever called.
fn ended<T>(task: Result<T, JoinError>) -> T {
    task.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

async fn names(store: &Store, changes: &[DecidedChange]) -> store::Result<Names> {
    let mut names = Names::new();
    for change in changes {
        if !names.contains_key(&change.repository) {
            let row = store.repository(change.repository).await?;
            let name = row.map(|row| format!("{}/{}", row.name.owner, row.name.name));
            names.insert(change.repository, name.unwrap_or_else(|| format!("repository {}", change.repository)));
        }
    }
    Ok(names)
}

/// Takes page after page until there is none left.
async fn work(job: Arc<Job>) -> store::Result<Effect> {
    let mut effect = Effect::default();
    let (mut parts, mut policies) = (Parts::default(), Policies::default());
    loop {
        let from = job.next.fetch_add(PAGE, Ordering::Relaxed);
        let Some(page) = job.changes.get(from..(from + PAGE).min(job.changes.len())).filter(|page| !page.is_empty())
        else {
            return Ok(effect);
        };
        if job.until.is_some_and(|until| Instant::now() >= until) {
            effect.left_out += page.len() as u64;
            continue;
        }
        let ids: Vec<_> = page.iter().map(|change| change.decision).collect();
        let snapshots = job.store.snapshots(&ids).await?;
        let packed = parts.missing(&job.store, snapshots.values().flat_map(|kept| &kept.parts)).await?;
        let of_page = Arc::clone(&job);
        // Deciding takes long: others who wait for the database go on meanwhile.
        let decided = tokio::task::spawn_blocking(move || {
            parts.take(packed);
            let found =
                of_page.decide(from..(from + PAGE).min(of_page.changes.len()), &snapshots, &parts, &mut policies);
            (parts, policies, found)
        });
        let found;
        (parts, policies, found) = ended(decided.await);
        effect.join(found);
    }
}

impl Job {
    fn decide(
        &self,
        page: std::ops::Range<usize>,
        snapshots: &BTreeMap<uuid::Uuid, SnapshotRef>,
        parts: &Parts,
        policies: &mut Policies,
    ) -> Effect {
        let mut effect = Effect::default();
        for change in self.changes.get(page).into_iter().flatten() {
            if self.until.is_some_and(|until| Instant::now() >= until) {
                effect.left_out += 1;
                continue;
            }
            let name = self.names.get(&change.repository).cloned().unwrap_or_default();
            let compared = self.compared(snapshots.get(&change.decision), parts, policies);
            effect.add(Change { repository: name, number: change.number }, compared);
        }
        effect
    }

    fn compared(&self, kept: Option<&SnapshotRef>, parts: &Parts, policies: &mut Policies) -> Result<Compared, String> {
        let kept = kept.ok_or("its decision is not kept any more")?;
        if kept.semantics != SEMANTICS {
            let theirs = kept.semantics;
            return Err(format!("it follows the rules numbered {theirs}, and this version has those of {SEMANTICS}"));
        }
        compare(&parts.snapshot(&kept.parts)?, &self.question, policies)
    }
}
