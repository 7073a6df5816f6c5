//! What approvals and moves of the head are judged by: the net diffs of heads, read only where one was left behind.
//!
//! The list of files of the look is compared first: where it differs already, nothing
//! more is asked. Everything kept here is named by commits and blobs and never changes;
//! only who is behind a commit does, and is kept for ten minutes. What GitHub no longer
//! has is unknown, and an approval of it void. Absent: judging; see `net_diff` of the domain.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use countersign_domain::Needs;
use countersign_domain::account::{Account, AccountKind, Oid};
use countersign_domain::facts::{Commit, File, FileStatus, Known, Review, ReviewVerdict, commits_hash, oids_hash};
use countersign_domain::net_diff::{Carried, DiffFile, Diffs, HeadDiff, HeadMove, Side, Sides};
use countersign_domain::patch;
use moka::future::Cache;

use super::{Pipeline, Result};
use crate::github::{self, Comparison, Found, Installation, ListedFile, Look, Lookup, git_blob};

/// More moves of one person than this are not looked into: all of them count.
const MOST_MOVES: usize = 4;
/// More heads than this are not compared for one decision: the latest approvals of those who may push come first.
const MOST_HEADS: usize = 8;
/// Bytes of comparisons that are kept, patches and all.
const KEPT: u64 = 16 << 20;
/// How long it is taken for granted that GitHub does not have something, or who is behind a commit.
const FOR_NOW: Duration = Duration::from_secs(600);

/// A head of a repository against a base, with the hash over the commits between.
type Key = (u64, String, Oid, String);

/// What was read of git, shared by all workers of a process.
#[derive(Clone)]
pub(super) struct Kept {
    comparisons: Cache<Key, Arc<Comparison>>,
    sides: Cache<Key, Arc<Vec<Known<Sides>>>>,
    carried: Cache<Carried, bool>,
    people: Cache<(u64, Oid), Commit>,
    gone: Cache<Key, String>,
}

impl Kept {
    pub(super) fn new() -> Self {
        let weight = |_: &Key, comparison: &Arc<Comparison>| {
            let files = comparison.files.iter().map(|file| 200 + file.patch.as_ref().map_or(0, String::len));
            u32::try_from(files.sum::<usize>()).unwrap_or(u32::MAX)
        };
        Self {
            comparisons: Cache::builder().max_capacity(KEPT).weigher(weight).build(),
            sides: Cache::builder().max_capacity(2_000).build(),
            carried: Cache::builder().max_capacity(20_000).build(),
            people: Cache::builder().max_capacity(10_000).time_to_live(FOR_NOW).build(),
            gone: Cache::builder().max_capacity(10_000).time_to_live(FOR_NOW).build(),
        }
    }
}

/// What is to be compared: the heads with the hashes over their commits, and from which to which.
#[derive(Default)]
struct Wanted {
    heads: BTreeMap<Oid, String>,
    pairs: BTreeSet<HeadMove>,
    moves: BTreeMap<Account, Vec<HeadMove>>,
}

impl Wanted {
    /// Whether the head can be compared as it was then: only once, because a head has one list of commits at a time.
    fn head(&mut self, head: &Oid, commits: &str) -> bool {
        match self.heads.get(head) {
            Some(known) => known == commits,
            None if self.heads.len() >= MOST_HEADS => false,
            None => {
                self.heads.insert(head.clone(), commits.to_owned());
                true
            }
        }
    }
}

/// One reading of net diffs.
struct Reading<'a> {
    github: &'a Installation,
    look: &'a Look,
    kept: &'a Kept,
    heads: BTreeMap<Oid, (Key, Known<Arc<Comparison>>)>,
}

impl Pipeline {
    /// The net diffs of heads that reviews were given on and of moves by people who approve.
    pub(super) async fn diffs(
        &self,
        github: &Installation,
        look: &Look,
        needs: &Needs,
        reviews: &Known<Vec<Review>>,
        moves: &BTreeMap<Account, Vec<HeadMove>>,
    ) -> Result<Diffs> {
        let (Known::Known(commits), Known::Known(reviews)) = (&look.commits, reviews) else {
            return Ok(Diffs::default());
        };
        if !needs.same_diff {
            return Ok(Diffs::default());
        }
        let wanted = self.wanted(look, &commits_hash(commits), reviews, moves).await?;
        if wanted.pairs.is_empty() {
            return Ok(Diffs::default());
        }
        let mut reading = Reading { github, look, kept: &self.kept, heads: BTreeMap::new() };
        reading.compare(&wanted).await?;
        reading.read(wanted).await
    }

    /// What the head now changes, as GitHub compares it with its base.
    pub(super) async fn comparison_now(&self, github: &Installation, look: &Look) -> Result<Known<Arc<Comparison>>> {
        let Known::Known(commits) = &look.commits else { return Ok(Known::unknown("the commits could not be read")) };
        let reading = Reading { github, look, kept: &self.kept, heads: BTreeMap::new() };
        reading.comparison(&reading.key(&look.change.head.tip, &commits_hash(commits))).await
    }

    async fn wanted(
        &self,
        look: &Look,
        now_commits: &str,
        reviews: &[Review],
        moves: &BTreeMap<Account, Vec<HeadMove>>,
    ) -> Result<Wanted> {
        let (now, base) = (&look.change.head.tip, &look.change.base.name);
        let mut wanted = Wanted::default();
        wanted.head(now, now_commits);
        for (person, review) in approvals(reviews) {
            let (Some(head), Known::Known(commits)) = (&review.commit, &review.seen.commits) else { continue };
            if head != now && review.seen.base.known() == Some(base) && wanted.head(head, commits) {
                wanted.pairs.insert(HeadMove { before: head.clone(), after: now.clone() });
            }
            let Some(moved) = moves.get(person).filter(|moved| moved.len() <= MOST_MOVES) else { continue };
            if look.change.author.as_ref() != Some(person) && self.ends_are_known(look, moved, &mut wanted).await? {
                wanted.pairs.extend(moved.iter().cloned());
                wanted.moves.insert(person.clone(), moved.clone());
            }
        }
        Ok(wanted)
    }

    /// Whether every head of these moves was looked at, against the base that is the base now.
    async fn ends_are_known(&self, look: &Look, moves: &[HeadMove], wanted: &mut Wanted) -> Result<bool> {
        let pull = (look.repository.id, look.change.number);
        for head in moves.iter().flat_map(|moved| [&moved.before, &moved.after]) {
            let looked_at = self.store.commits_at(pull, head).await?;
            let known = looked_at.filter(|(base, _)| *base == look.change.base.name);
            if !known.is_some_and(|(_, commits)| wanted.head(head, &commits)) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Each person's latest review, where it approves, and every command, which takes nothing from either, in the order in
/// which they matter.
fn approvals(reviews: &[Review]) -> Vec<(&Account, &Review)> {
    let mut latest: BTreeMap<&Account, &Review> = BTreeMap::new();
    let mut commands: Vec<(&Account, &Review)> = Vec::new();
    for review in reviews {
        let given = review.author.as_ref().map(|author| (author, review));
        if review.is_command() { commands.extend(given) } else { latest.extend(given) }
    }
    let approves = |(person, review): &(&Account, &Review)| {
        person.kind == AccountKind::User && review.verdict == ReviewVerdict::Approved
    };
    let mut approvals: Vec<_> = latest.into_iter().chain(commands).filter(approves).collect();
    approvals.sort_by_key(|(_, review)| (!review.can_write, Reverse(review.submitted_at)));
    approvals
}

impl Reading<'_> {
    /// Compares the heads with their base: the one now last, and only where the list of its files leaves it open.
    async fn compare(&mut self, wanted: &Wanted) -> Result<()> {
        let now = &self.look.change.head.tip;
        for (head, commits) in wanted.heads.iter().filter(|(head, _)| *head != now) {
            let key = self.key(head, commits);
            let compared = self.comparison(&key).await?;
            self.heads.insert(head.clone(), (key, compared));
        }
        let open = |moved: &HeadMove| {
            let other = if moved.after == *now { &moved.before } else { &moved.after };
            let other = self.comparison_of(other);
            other.is_some_and(|other| self.look.files.known().is_none_or(|files| same_list(other, files)))
        };
        if wanted.pairs.iter().any(|moved| (moved.before == *now || moved.after == *now) && open(moved))
            && let Some(commits) = wanted.heads.get(now)
        {
            let key = self.key(now, commits);
            let compared = self.comparison(&key).await?;
            self.heads.insert(now.clone(), (key, compared));
        }
        Ok(())
    }

    fn key(&self, head: &Oid, commits: &str) -> Key {
        (self.look.repository.id, self.look.change.base.name.clone(), head.clone(), commits.to_owned())
    }

    fn comparison_of(&self, head: &Oid) -> Option<&Arc<Comparison>> {
        self.heads.get(head)?.1.known()
    }

    /// What a head changes, if its commits are those that were there when it was looked at.
    async fn comparison(&self, key: &Key) -> Result<Known<Arc<Comparison>>> {
        if let Some(known) = self.kept.comparisons.get(key).await {
            return Ok(Known::Known(known));
        }
        if let Some(why) = self.kept.gone.get(key).await {
            return Ok(Known::Unknown(why));
        }
        let (repository, (_, _, head, commits)) = (&self.look.repository, key);
        let base = &self.look.change.base.tip;
        let why = match self.github.comparison(&repository.owner, &repository.name, base, head).await {
            Ok(Known::Known(compared)) if oids_hash(compared.commits.iter()) == *commits => {
                let compared = Arc::new(compared);
                self.kept.comparisons.insert(key.clone(), Arc::clone(&compared)).await;
                return Ok(Known::Known(compared));
            }
            Ok(Known::Known(_)) => "the base has taken in commits of it since".to_owned(),
            Ok(Known::Unknown(why)) => why,
            // The look showed it: GitHub's reads lag behind one another.
            Err(github::Error::NotFound(_)) if *head == self.look.change.head.tip => {
                return Err(github::Error::Outage("GitHub cannot compare the head yet".to_owned()).into());
            }
            Err(github::Error::NotFound(_)) => format!("GitHub no longer has commit {}", head.short()),
            Err(github::Error::Refused(why)) => why,
            Err(error) => return Err(error.into()),
        };
        self.kept.gone.insert(key.clone(), why.clone()).await;
        Ok(Known::Unknown(why))
    }

    /// Reads what the comparisons leave open, in one request.
    async fn read(self, wanted: Wanted) -> Result<Diffs> {
        let open: Vec<&HeadMove> = wanted.pairs.iter().filter(|moved| self.is_open(moved)).collect();
        let befores: BTreeSet<&Oid> = wanted.moves.values().flatten().map(|moved| &moved.before).collect();
        let lookup = self.lookup(&open, &befores).await;
        let repository = &self.look.repository;
        let found = match self.github.look_up(&repository.owner, &repository.name, &lookup).await {
            Ok(found) => found,
            // What cannot be shown the same is different: no reason to give the pull request up.
            Err(error @ (github::Error::Odd(_) | github::Error::Refused(_) | github::Error::NotFound(_))) => {
                tracing::warn!(%error, "git could not be asked for a net diff");
                Found::default()
            }
            Err(error) => return Err(error.into()),
        };
        for (oid, commit) in &found.commits {
            self.kept.people.insert((repository.id, oid.clone()), commit.clone()).await;
        }
        let (mut heads, mut carried) = (BTreeMap::new(), BTreeSet::new());
        for (head, (key, compared)) in &self.heads {
            let diff = match compared {
                Known::Known(compared) => {
                    let opened = open.iter().any(|moved| moved.before == *head || moved.after == *head);
                    let sides = if opened { self.sides(key, compared, &found).await } else { None };
                    let people = if befores.contains(head) { self.people(compared).await } else { None };
                    Known::Known(head_diff(compared, sides.as_deref(), people))
                }
                Known::Unknown(why) => Known::Unknown(why.clone()),
            };
            heads.insert(head.clone(), diff);
        }
        for moved in &open {
            self.carry(moved, &heads, &found, &mut carried).await;
        }
        Ok(Diffs { heads, carried, moves: wanted.moves, patches: None })
    }

    /// Whether the lists of files leave it open that the diffs are the same.
    fn is_open(&self, moved: &HeadMove) -> bool {
        let ends = self.comparison_of(&moved.before).zip(self.comparison_of(&moved.after));
        let name = |file: &ListedFile| (file.path.clone(), file.old_path.clone(), file.status);
        ends.is_some_and(|(before, after)| before.files.iter().map(name).eq(after.files.iter().map(name)))
    }

    async fn lookup(&self, open: &[&HeadMove], befores: &BTreeSet<&Oid>) -> Lookup {
        let mut lookup = Lookup::default();
        for head in open.iter().flat_map(|moved| [&moved.before, &moved.after]) {
            let Some((key, Known::Known(compared))) = self.heads.get(head) else { continue };
            if self.kept.sides.get(key).await.is_none() {
                for file in &compared.files {
                    let ends = [old_end(compared, file), new_end(head, file)];
                    for end in ends.into_iter().flatten() {
                        lookup.paths.entry(end).or_insert(false);
                    }
                }
            }
        }
        for moved in open {
            let Some((before, after)) = self.comparison_of(&moved.before).zip(self.comparison_of(&moved.after)) else {
                continue;
            };
            for (then, now) in before.files.iter().zip(&after.files).filter(|(then, now)| may_be_carried(then, now)) {
                if self.is_settled(moved, then, now).await {
                    continue;
                }
                let ends = [old_end(before, then), old_end(after, now)];
                lookup.paths.extend(ends.into_iter().flatten().map(|end| (end, true)));
            }
        }
        let listed: BTreeSet<&Oid> =
            self.look.commits.known().into_iter().flatten().map(|commit| &commit.oid).collect();
        for commit in befores.iter().filter_map(|head| self.comparison_of(head)).flat_map(|head| &head.commits) {
            let is_known = self.kept.people.contains_key(&(self.look.repository.id, commit.clone()));
            if !listed.contains(commit) && !is_known {
                lookup.commits.insert(commit.clone());
            }
        }
        lookup
    }

    /// Whether it is known already if the edit was carried over.
    async fn is_settled(&self, moved: &HeadMove, then: &ListedFile, now: &ListedFile) -> bool {
        let (Some(old_base), Some(new_base)) =
            (self.kept_base(&moved.before, then).await, self.kept_base(&moved.after, now).await)
        else {
            return false;
        };
        let edit = Carried { old_base, old_head: then.blob.clone(), new_base, new_head: now.blob.clone() };
        self.kept.carried.contains_key(&edit)
    }

    async fn kept_base(&self, head: &Oid, file: &ListedFile) -> Option<Oid> {
        let (key, compared) = self.heads.get(head)?;
        let sides = self.kept.sides.get(key).await?;
        let place = compared.known()?.files.iter().position(|listed| listed.path == file.path)?;
        Some(sides.get(place)?.known()?.old.as_ref()?.blob.clone())
    }

    /// The sides of each file of a head, by what git has; what does not agree with the comparison is not known.
    async fn sides(&self, key: &Key, compared: &Comparison, found: &Found) -> Option<Arc<Vec<Known<Sides>>>> {
        if let Some(known) = self.kept.sides.get(key).await {
            return Some(known);
        }
        let sides: Vec<_> = compared.files.iter().map(|file| sides_of(compared, &key.2, file, found)).collect();
        let whole = sides.iter().all(|sides| sides.known().is_some());
        let sides = Arc::new(sides);
        if whole {
            self.kept.sides.insert(key.clone(), Arc::clone(&sides)).await;
        }
        Some(sides)
    }

    /// Those behind the commits of a head, if they are known of each.
    async fn people(&self, compared: &Comparison) -> Option<Vec<Commit>> {
        let listed = self.look.commits.known()?;
        let mut people = Vec::with_capacity(compared.commits.len());
        for oid in &compared.commits {
            let commit = match listed.iter().find(|commit| commit.oid == *oid) {
                Some(commit) => commit.clone(),
                None => self.kept.people.get(&(self.look.repository.id, oid.clone())).await?,
            };
            people.push(commit);
        }
        Some(people)
    }

    /// Finds the edits that are the same hunk for hunk: the patch makes of either base exactly what git has in its head.
    async fn carry(
        &self,
        moved: &HeadMove,
        heads: &BTreeMap<Oid, Known<HeadDiff>>,
        found: &Found,
        carried: &mut BTreeSet<Carried>,
    ) {
        let diff = |head: &Oid| heads.get(head).and_then(Known::known);
        let (Some(before), Some(after)) = (diff(&moved.before), diff(&moved.after)) else { return };
        let Some(listed) = self.comparison_of(&moved.before) else { return };
        for ((then, now), listed) in before.files.iter().zip(&after.files).zip(&listed.files) {
            let (Some(edit), Some(patch)) = (edit(then, now), &listed.patch) else { continue };
            let same = match self.kept.carried.get(&edit).await {
                Some(same) => same,
                None => {
                    let texts = found.texts.get(&edit.old_base).zip(found.texts.get(&edit.new_base));
                    let makes = |onto: &str| patch::carry(patch, onto).map(|text| git_blob(&text));
                    let same = texts.is_some_and(|(old, new)| {
                        makes(old).as_ref() == Some(&edit.old_head) && makes(new).as_ref() == Some(&edit.new_head)
                    });
                    self.kept.carried.insert(edit.clone(), same).await;
                    same
                }
            };
            if same {
                carried.insert(edit);
            }
        }
    }
}

/// Whether the comparison lists the files that the look does, with as many lines.
fn same_list(compared: &Comparison, files: &[File]) -> bool {
    let listed: BTreeSet<_> = files.iter().map(|file| (&file.path, file.added, file.removed)).collect();
    let compared: BTreeSet<_> = compared.files.iter().map(|file| (&file.path, file.added, file.removed)).collect();
    listed == compared
}

/// Where a file stood before; nowhere if it is new.
fn old_end(compared: &Comparison, file: &ListedFile) -> Option<(Oid, String)> {
    let path = file.old_path.as_ref().unwrap_or(&file.path);
    (file.status != FileStatus::Added).then(|| (compared.merge_base.clone(), path.clone()))
}

/// Where a file stands now; nowhere if it is gone.
fn new_end(head: &Oid, file: &ListedFile) -> Option<(Oid, String)> {
    (file.status != FileStatus::Removed).then(|| (head.clone(), file.path.clone()))
}

/// Whether only hunks can show that an edit is the same.
fn may_be_carried(then: &ListedFile, now: &ListedFile) -> bool {
    then.blob != now.blob && then.patch.is_some() && !matches!(then.status, FileStatus::Added | FileStatus::Removed)
}

fn sides_of(compared: &Comparison, head: &Oid, file: &ListedFile, found: &Found) -> Known<Sides> {
    let side = |end: Option<(Oid, String)>| match end {
        None => Ok(None),
        Some(end) => found.paths.get(&end).cloned().flatten().map(Some).ok_or(()),
    };
    match (side(old_end(compared, file)), side(new_end(head, file))) {
        (Ok(old), Ok(new)) if new.as_ref().or(old.as_ref()).is_some_and(|side: &Side| side.blob == file.blob) => {
            Known::Known(Sides { old, new })
        }
        _ => Known::unknown("GitHub does not give it"),
    }
}

fn head_diff(compared: &Comparison, sides: Option<&Vec<Known<Sides>>>, people: Option<Vec<Commit>>) -> HeadDiff {
    let side = |place: usize| match sides.and_then(|sides| sides.get(place)) {
        Some(sides) => sides.clone(),
        None => Known::unknown("the lists of files differ already"),
    };
    let file = |(place, file): (usize, &ListedFile)| DiffFile {
        path: file.path.clone(),
        old_path: file.old_path.clone(),
        status: file.status,
        added: file.added,
        removed: file.removed,
        sides: side(place),
    };
    HeadDiff {
        commits: compared.commits.clone(),
        people: people.map_or_else(|| Known::unknown("nobody asked"), Known::Known),
        files: compared.files.iter().enumerate().map(file).collect(),
    }
}

/// The four blobs of an edit that differs in its base or its head.
fn edit(then: &DiffFile, now: &DiffFile) -> Option<Carried> {
    let (Known::Known(was), Known::Known(is)) = (&then.sides, &now.sides) else { return None };
    let blob = |side: &Option<Side>| side.as_ref().map(|side| side.blob.clone());
    let edit = Carried {
        old_base: blob(&was.old)?,
        old_head: blob(&was.new)?,
        new_base: blob(&is.old)?,
        new_head: blob(&is.new)?,
    };
    (was != is).then_some(edit)
}
