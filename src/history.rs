//! Changes that went in before anybody decided about them, filled in from GitHub's history: a store in which a backtest
//! finds them beside those that were decided.
//!
//! It goes on where it was interrupted, because each change is kept by itself and what is there is not read again. One is
//! read after the other: that uses up GitHub's hour well within an hour. Absent: how one is read
//! ([`Pipeline::past_change`]), and how progress is shown.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::github::{self, Installation, MergedPull, Target};
use crate::pipeline::{PastRead, Pipeline};
use crate::store::{Changes, Store};

/// How often in a row GitHub may be out of reach, and how long it is waited for each time.
const OUTAGES: u32 = 5;
const OUTAGE_WAIT: SignedDuration = SignedDuration::from_secs(10);

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So many went in, of which so many are there already.
    Listed {
        /// How many went in.
        merged: usize,
        /// Those that are there.
        there: usize,
    },
    /// So many of those that were missing are done with.
    Read {
        /// How many.
        done: usize,
        /// Of how many.
        of: usize,
    },
    /// Nothing is read before then.
    Waiting {
        /// When it goes on.
        until: Timestamp,
        /// For people, what for.
        why: String,
    },
}

/// What came of it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Filled {
    /// How many changes were read.
    pub read: usize,
    /// Those that could not be, by their numbers, each with the reason, for people.
    pub unreadable: Vec<(u64, String)>,
}

/// Which changes, and where they go.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// The repository's owner and name.
    pub repository: (&'a str, &'a str),
    /// Those that went in at that instant or later.
    pub since: Timestamp,
    /// Where they are kept.
    pub to: &'a Store,
}

/// Fills in what is missing.
///
/// # Errors
/// For people; what was read until then is kept.
pub async fn fill(
    pipeline: &Pipeline,
    github: &Installation,
    wanted: Wanted<'_>,
    mut tell: impl FnMut(Progress),
) -> anyhow::Result<Filled> {
    let clock = github.github().clock().clone();
    let Wanted { repository: (owner, name), since, to } = wanted;
    let merged = listed(github, (owner, name), since, &clock, &mut tell).await?;
    let there = there(to, owner, name).await?;
    let missing: Vec<u64> = merged.iter().map(|pull| pull.number).filter(|number| !there.contains(number)).collect();
    tell(Progress::Listed { merged: merged.len(), there: merged.len() - missing.len() });
    let mut filled = Filled::default();
    for (done, number) in missing.iter().enumerate() {
        tell(Progress::Read { done, of: missing.len() });
        let target = Target { owner: owner.to_owned(), name: name.to_owned(), number: *number, comment: None };
        let mut outages = 0;
        loop {
            match pipeline.past_change(github, &target).await? {
                PastRead::Whole(change) => {
                    to.keep_past_change(&change.repository, &change.decision).await?;
                    filled.read += 1;
                    if let Some(until) = change.rest_until.filter(|_| done + 1 < missing.len()) {
                        wait(&clock, until, "the rest of GitHub's hour is for others", &mut tell).await;
                    }
                    break;
                }
                PastRead::Unreadable(why) => {
                    filled.unreadable.push((*number, why));
                    break;
                }
                PastRead::Wait(until) => wait(&clock, until, "GitHub's budget is used up", &mut tell).await,
                PastRead::Outage(why) if outages < OUTAGES => {
                    outages += 1;
                    wait(&clock, clock.now() + OUTAGE_WAIT, &why, &mut tell).await;
                }
                PastRead::Outage(why) => anyhow::bail!("{why}"),
            }
        }
    }
    tell(Progress::Read { done: missing.len(), of: missing.len() });
    Ok(filled)
}

/// The pull requests that went in. A limit is waited for; the list is short, and begun anew then.
async fn listed(
    github: &Installation,
    repository: (&str, &str),
    since: Timestamp,
    clock: &Clock,
    tell: &mut impl FnMut(Progress),
) -> anyhow::Result<Vec<MergedPull>> {
    loop {
        match github.merged_since(repository, since).await {
            Ok(merged) => return Ok(merged),
            Err(github::Error::Limited(until) | github::Error::ReadsLimited(until)) => {
                wait(clock, until, "GitHub's budget is used up", tell).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The numbers of the changes that are there.
async fn there(store: &Store, owner: &str, name: &str) -> anyhow::Result<BTreeSet<u64>> {
    let Some(repository) = store.repository_called(owner, name).await? else { return Ok(BTreeSet::new()) };
    let all = Changes { since: Timestamp::MIN, repository: Some(repository), owner: None, at_most: u32::MAX };
    let (changes, _) = store.decided_changes(&all).await?;
    Ok(changes.into_iter().map(|change| change.number).collect())
}

async fn wait(clock: &Clock, until: Timestamp, why: &str, tell: &mut impl FnMut(Progress)) {
    tell(Progress::Waiting { until, why: why.to_owned() });
    let length = Duration::try_from(until.duration_since(clock.now())).unwrap_or_default();
    tokio::time::sleep(length.max(Duration::from_millis(100))).await;
}
