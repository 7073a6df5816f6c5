//! Commits, comparisons, trees, blobs and files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Outcome, RAW, invalid, not_found};
use crate::git::{DIRECTORY, EXECUTABLE, Entry, FILE, LINK, Objects};
use crate::graphql::pull_request::MOST_COMMITS;
use crate::server::{Answer, Call};
use crate::shape::{code as show, repository as show_repository};
use crate::state::State;
use crate::state::repository::Repository;

pub(super) fn commit(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let missing = || invalid(&format!("No commit found for SHA: {}", call.part("ref")), json!([]));
    let commit = it.resolve(call.part("ref")).ok_or_else(missing)?;
    let parent = commit.parents.first().and_then(|oid| it.objects.commit(oid));
    let before = parent.map_or_else(|| it.objects.write_tree(Default::default()), |parent| parent.tree.clone());
    let files = crate::diff::files(&it.objects, &before, &commit.tree);
    let (additions, deletions) = files.iter().fold((0, 0), |sum, it| (sum.0 + it.additions, sum.1 + it.deletions));
    let mut shown = show::commit(state, it, &commit);
    shown["stats"] = json!({ "additions": additions, "deletions": deletions, "total": additions + deletions });
    let listed = files.iter().take(300).map(|file| show::changed_file(state, it, &commit.oid, file));
    shown["files"] = listed.collect();
    Ok(Answer::new(200, shown))
}

pub(super) fn compare(state: &State, call: &Call) -> Outcome {
    let it = call.repository(state)?;
    let (base, head) = call.part("basehead").split_once("...").ok_or_else(not_found)?;
    // `owner:branch` names a branch of that owner's fork.
    let resolve = |reference: &str| match reference.split_once(':') {
        Some((owner, branch)) => {
            let forks = state.repositories.values().filter(|fork| fork.fork_of == Some(it.id) || fork.id == it.id);
            forks.filter(|fork| state.login(fork.owner) == owner).find_map(|fork| fork.resolve(branch))
        }
        None => it.resolve(reference),
    };
    let (base, head) = (resolve(base).ok_or_else(not_found)?, resolve(head).ok_or_else(not_found)?);
    let fork_point = it.objects.merge_base(&base.oid, &head.oid).ok_or_else(not_found)?;
    let fork_point = it.objects.commit(&fork_point).ok_or_else(not_found)?;
    let (ahead, behind) = (it.objects.range(&base.oid, &head.oid), it.objects.range(&head.oid, &base.oid));
    let files = crate::diff::files(&it.objects, &fork_point.tree, &head.tree);
    let status = match (ahead.len(), behind.len()) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    // Without a page GitHub gives the last 250 commits.
    let paged = call.asked("page").or(call.asked("per_page")).is_some();
    let (commits, headers) = if paged {
        call.page(&ahead, |commit| show::commit(state, it, commit))
    } else {
        let last = &ahead[ahead.len().saturating_sub(MOST_COMMITS)..];
        (last.iter().map(|commit| show::commit(state, it, commit)).collect(), Vec::new())
    };
    let page = format!("{}/compare/{}", show_repository::html_url(state, it), call.part("basehead"));
    // Files come with the first page only, and no more than 300 of them.
    let first = call.asked("page").is_none_or(|page| page == "1");
    let listed = files.iter().take(if first { 300 } else { 0 });
    let body = json!({
        "url": format!("{}/compare/{}", show_repository::url(state, it), call.part("basehead")),
        "html_url": page,
        "permalink_url": page,
        "diff_url": format!("{page}.diff"),
        "patch_url": format!("{page}.patch"),
        "base_commit": show::commit(state, it, &base),
        "merge_base_commit": show::commit(state, it, &fork_point),
        "status": status,
        "ahead_by": ahead.len(),
        "behind_by": behind.len(),
        "total_commits": ahead.len(),
        "commits": commits,
        "files": listed.map(|file| show::changed_file(state, it, &head.oid, file)).collect::<Value>(),
    });
    Ok(Answer { status: 200, body, headers })
}

pub(super) fn blob(state: &State, call: &Call) -> Outcome {
    let (it, oid) = (call.repository(state)?, call.part("file_sha"));
    let bytes = it.objects.blob(oid).ok_or_else(not_found)?;
    if call.accept == RAW {
        return Ok(Answer::new(200, String::from_utf8_lossy(&bytes).into_owned().into()));
    }
    Ok(Answer::new(
        200,
        json!({
            "sha": oid,
            "node_id": crate::shape::node("B", &[&it.id, &oid]),
            "size": bytes.len(),
            "url": format!("{}/git/blobs/{oid}", show_repository::url(state, it)),
            "content": STANDARD.encode(&*bytes),
            "encoding": "base64",
        }),
    ))
}

fn size(objects: &Objects, entry: &Entry) -> usize {
    objects.blob(&entry.oid).map_or(0, |bytes| bytes.len())
}

pub(super) fn tree(state: &State, call: &Call) -> Outcome {
    let (it, name) = (call.repository(state)?, call.part("tree_sha"));
    let oid = match it.resolve(name) {
        Some(commit) => commit.tree.clone(),
        None => it.objects.tree(name).map(|_| name.into()).ok_or_else(not_found)?,
    };
    let mut entries = Vec::new();
    if call.query.contains_key("recursive") {
        it.objects.walk(&oid, "", &mut entries);
    } else {
        let tree = it.objects.tree(&oid).ok_or_else(not_found)?;
        entries.extend(tree.iter().map(|(name, entry)| (name.clone(), entry.clone())));
    }
    let at = format!("{}/git", show_repository::url(state, it));
    let lines = entries.iter().map(|(path, entry)| {
        let (kind, under) = if entry.mode == DIRECTORY { ("tree", "trees") } else { ("blob", "blobs") };
        let mut line = json!({
            "path": path, "mode": format!("{:06o}", entry.mode), "type": kind, "sha": &entry.oid,
            "url": format!("{at}/{under}/{}", entry.oid),
        });
        if kind == "blob" {
            line["size"] = size(&it.objects, entry).into();
        }
        line
    });
    let body = json!({
        "sha": &oid,
        "url": format!("{at}/trees/{oid}"),
        "tree": lines.collect::<Value>(),
        "truncated": false,
    });
    Ok(Answer::new(200, body))
}

pub(super) fn contents(state: &State, call: &Call) -> Outcome {
    let (it, path) = (call.repository(state)?, call.part("path"));
    let reference = call.asked("ref").unwrap_or(&it.default_branch);
    let missing = || Answer::error(404, &format!("No commit found for the ref {reference}"));
    let commit = it.resolve(reference).ok_or_else(missing)?;
    let entry = it.objects.at(&commit.tree, path).ok_or_else(not_found)?;
    let body = match entry.mode {
        DIRECTORY => {
            let tree = it.objects.tree(&entry.oid).ok_or_else(not_found)?;
            let lines = tree.iter().map(|(name, entry)| line(state, it, &format!("{path}/{name}"), reference, entry));
            lines.collect()
        }
        FILE | EXECUTABLE | LINK => {
            let bytes = it.objects.blob(&entry.oid).ok_or_else(not_found)?;
            if call.accept == RAW {
                return Ok(Answer::new(200, String::from_utf8_lossy(&bytes).into_owned().into()));
            }
            let mut shown = line(state, it, path, reference, &entry);
            // Beyond a megabyte GitHub leaves the content out.
            let small = bytes.len() <= 1 << 20;
            shown["encoding"] = if small { "base64" } else { "none" }.into();
            shown["content"] = if small { STANDARD.encode(&*bytes) } else { String::new() }.into();
            shown
        }
        _ => return Err(not_found()),
    };
    Ok(Answer::new(200, body))
}

fn line(state: &State, repository: &Repository, path: &str, reference: &str, entry: &Entry) -> Value {
    let at = show_repository::url(state, repository);
    let page = show_repository::html_url(state, repository);
    let (kind, under) = if entry.mode == DIRECTORY { ("dir", "trees") } else { ("file", "blobs") };
    let address = format!("{at}/contents/{path}?ref={reference}");
    let git = format!("{at}/git/{under}/{}", entry.oid);
    let html = format!("{page}/blob/{reference}/{path}");
    json!({
        "type": kind,
        "name": path.rsplit('/').next(),
        "path": path.trim_start_matches('/'),
        "sha": &entry.oid,
        "size": size(&repository.objects, entry),
        "url": address,
        "git_url": git,
        "html_url": html,
        "download_url": if kind == "file" { Some(format!("{page}/raw/{reference}/{path}")) } else { None },
        "_links": { "self": address, "git": git, "html": html },
    })
}
