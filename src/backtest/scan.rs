//! Many changes at once: read page by page, decided on as many threads as there are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use countersign_domain::decision::SEMANTICS;
use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinSet, spawn_blocking};

use super::{Change, Compared, Effect, Parts, Policies, Question, compare};
use crate::store::{self, Changes, DecidedChange, SnapshotRef, Store};

/// How many changes are read at a time.
const PAGE: usize = 100;

/// Whose changes, and from when on.
#[derive(Debug, Clone)]
pub struct Which {
    /// Those whose last decision holds for this instant or a later one.
    pub since: Timestamp,
    /// Those of this repository; `None`: of all.
    pub repository: Option<u64>,
    /// Those of this owner's repositories; `None`: of all.
    pub owner: Option<String>,
    /// But for this one, by repository and number: it is the one that asks.
    pub except: Option<(u64, u64)>,
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
    // Whole tables are read, and deciding takes long: nobody else's thread is held up by either.
    let (store, here) = (store.clone(), Handle::current());
    ended(spawn_blocking(move || here.block_on(Box::pin(shared_out(&store, question, which, bounds)))).await)
}

/// Shares the changes out among as many threads as there are.
async fn shared_out(store: &Store, question: Question, which: Which, bounds: Bounds) -> store::Result<Effect> {
    let Which { since, repository, owner, except } = which;
    let wanted = Changes { since, repository, owner, at_most: bounds.changes };
    let (mut changes, left_out) = store.decided_changes(&wanted).await?;
    changes.retain(|change| except != Some((change.repository, change.number)));
    let names = names(store, &changes).await?;
    let next = AtomicUsize::new(0);
    let job = Arc::new(Job { store: store.clone(), question, changes, names, until: bounds.until, next });
    let mut workers = JoinSet::new();
    for _ in 0..std::thread::available_parallelism().map_or(1, usize::from).min(8) {
        let (job, here) = (Arc::clone(&job), Handle::current());
        workers.spawn_blocking(move || here.block_on(Box::pin(work(&job))));
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
    let repositories: BTreeSet<u64> = changes.iter().map(|change| change.repository).collect();
    for repository in repositories {
        let row = store.repository(repository).await?;
        let name = row.map(|row| format!("{}/{}", row.name.owner, row.name.name));
        names.insert(repository, name.unwrap_or_else(|| format!("repository {repository}")));
    }
    Ok(names)
}

/// Takes page after page until there is none left.
async fn work(job: &Job) -> store::Result<Effect> {
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
        parts.take(packed);
        job.decide(page, &snapshots, &parts, &mut policies, &mut effect);
    }
}

impl Job {
    fn decide(
        &self,
        page: &[DecidedChange],
        snapshots: &BTreeMap<uuid::Uuid, SnapshotRef>,
        parts: &Parts,
        policies: &mut Policies,
        effect: &mut Effect,
    ) {
        for change in page {
            if self.until.is_some_and(|until| Instant::now() >= until) {
                effect.left_out += 1;
                continue;
            }
            let name = self.names.get(&change.repository).cloned().unwrap_or_default();
            let compared = self.compared(snapshots.get(&change.decision), parts, policies);
            effect.add(Change { repository: name, number: change.number }, compared);
        }
    }

    fn compared(&self, kept: Option<&SnapshotRef>, parts: &Parts, policies: &mut Policies) -> Result<Compared, String> {
        let kept = kept.ok_or("its decision is not kept any more")?;
        if kept.semantics != SEMANTICS {
            let theirs = kept.semantics;
            return Err(format!("it follows the rules numbered {theirs}, and this version has those of {SEMANTICS}"));
        }
        let history = parts.history(&kept.parts)?;
        compare(&parts.snapshot(&kept.parts)?, history.as_deref(), &self.question, policies)
    }
}
