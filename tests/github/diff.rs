//! What changed between two trees: files, lines, patches, and which file is another one renamed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use similar::{ChangeTag, TextDiff};

use crate::git::{DIRECTORY, Entry, Objects, Oid, Tree};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Added,
    Modified,
    Removed,
    Renamed,
    /// Only the mode differs.
    Changed,
}

#[derive(Clone, Debug)]
pub(crate) struct FileChange {
    pub path: String,
    pub previous: Option<String>,
    pub kind: Kind,
    pub additions: usize,
    pub deletions: usize,
    /// Absent where there is nothing to show, and for what is not text.
    pub patch: Option<String>,
    pub oid: Oid,
}

/// Differences already computed, by the two trees.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<HashMap<(Oid, Oid), Files>>);

/// Shared: a pull request may change thousands.
pub(crate) type Files = Arc<Vec<FileChange>>;

/// The files that differ between two trees, sorted by path.
pub(crate) fn files(objects: &Objects, from: &Oid, to: &Oid) -> Files {
    let key = (from.clone(), to.clone());
    let Cache(cache) = objects.diffs();
    if let Some(known) = cache.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Arc::clone(known);
    }
    let mut pairs = Vec::new();
    compare(objects, Some(from), Some(to), "", &mut pairs);
    let found = Arc::new(describe(objects, pairs));
    cache.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&found));
    found
}

type Pair = (String, Option<Entry>, Option<Entry>);

fn compare(objects: &Objects, from: Option<&Oid>, to: Option<&Oid>, prefix: &str, into: &mut Vec<Pair>) {
    if from == to {
        return;
    }
    let read = |oid: Option<&Oid>| oid.and_then(|oid| objects.tree(oid)).unwrap_or_else(|| Arc::new(Tree::new()));
    let (old, new) = (read(from), read(to));
    let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        let (before, after) = (old.get(name), new.get(name));
        if before == after {
            continue;
        }
        let directory = |entry: Option<&Entry>| entry.filter(|it| it.mode == DIRECTORY).map(|it| it.oid.clone());
        let file = |entry: Option<&Entry>| entry.filter(|it| it.mode != DIRECTORY).cloned();
        compare(objects, directory(before).as_ref(), directory(after).as_ref(), &path, into);
        if file(before).is_some() || file(after).is_some() {
            into.push((path, file(before), file(after)));
        }
    }
}

fn describe(objects: &Objects, pairs: Vec<Pair>) -> Vec<FileChange> {
    let (mut gone, mut come, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for (path, before, after) in pairs {
        match (before, after) {
            (Some(before), None) => gone.push((path, before)),
            (None, Some(after)) => come.push((path, after)),
            (Some(before), Some(after)) => {
                let kind = if before.oid == after.oid { Kind::Changed } else { Kind::Modified };
                changes.push(change(objects, path, None, kind, Some(&before), Some(&after)));
            }
            (None, None) => {}
        }
    }
    for (path, after) in come {
        match take_origin(objects, &after, &mut gone) {
            Some((old, before)) => {
                changes.push(change(objects, path, Some(old), Kind::Renamed, Some(&before), Some(&after)));
            }
            None => changes.push(change(objects, path, None, Kind::Added, None, Some(&after))),
        }
    }
    for (path, before) in gone {
        changes.push(change(objects, path, None, Kind::Removed, Some(&before), None));
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}

/// The removed file that this new one most likely was: the same content, or at least half of it.
fn take_origin(objects: &Objects, new: &Entry, gone: &mut Vec<(String, Entry)>) -> Option<(String, Entry)> {
    if let Some(at) = gone.iter().position(|(_, old)| old.oid == new.oid) {
        return Some(gone.remove(at));
    }
    let text = text(objects, Some(new)).filter(|it| !it.is_empty())?;
    let best = gone
        .iter()
        .enumerate()
        .filter_map(|(at, (_, old))| {
            let old = self::text(objects, Some(old))?;
            Some((TextDiff::from_lines(old.as_str(), text.as_str()).ratio(), at))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= 0.5).then(|| gone.remove(best.1))
}

/// The text of a file, or nothing if it is not text.
fn text(objects: &Objects, entry: Option<&Entry>) -> Option<String> {
    let Some(entry) = entry else { return Some(String::new()) };
    let bytes = objects.blob(&entry.oid)?;
    if bytes.contains(&0) { None } else { String::from_utf8(bytes.to_vec()).ok() }
}

fn change(
    objects: &Objects,
    path: String,
    previous: Option<String>,
    kind: Kind,
    before: Option<&Entry>,
    after: Option<&Entry>,
) -> FileChange {
    let oid = after.or(before).map_or_else(Oid::zero, |entry| entry.oid.clone());
    let mut it = FileChange { path, previous, kind, additions: 0, deletions: 0, patch: None, oid };
    let (Some(old), Some(new)) = (text(objects, before), text(objects, after)) else { return it };
    if old == new {
        return it;
    }
    let diff = TextDiff::from_lines(old.as_str(), new.as_str());
    for line in diff.iter_all_changes() {
        match line.tag() {
            ChangeTag::Insert => it.additions += 1,
            ChangeTag::Delete => it.deletions += 1,
            ChangeTag::Equal => {}
        }
    }
    let patch = diff.unified_diff().context_radius(3).missing_newline_hint(true).to_string();
    it.patch = Some(patch.trim_end_matches('\n').to_owned());
    it
}
