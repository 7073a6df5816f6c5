//! Commits, changed files, statuses on commits.

use serde_json::{Value, json};

use super::{node, people, repository};
use crate::diff::{FileChange, Kind};
use crate::git::{Commit, Identity, Signature};
use crate::state::checks::Status;
use crate::state::repository::Repository;
use crate::state::{State, stamp};

pub(crate) fn commit_node(repository: &Repository, oid: &str) -> String {
    node("C", &[&repository.id, &oid])
}

fn identity_user(state: &State, identity: &Identity) -> Value {
    state.by_identity(identity).map_or(Value::Null, |it| people::user(state, it.id))
}

/// A commit as REST shows it.
pub(crate) fn commit(state: &State, repository: &Repository, commit: &Commit) -> Value {
    let at = repository::url(state, repository);
    let page = repository::html_url(state, repository);
    let date = stamp(commit.date);
    let signed = commit.signature.is_some();
    let parents = commit.parents.iter().map(
        |oid| json!({ "sha": oid, "url": format!("{at}/commits/{oid}"), "html_url": format!("{page}/commit/{oid}") }),
    );
    json!({
        "sha": &commit.oid,
        "node_id": commit_node(repository, &commit.oid),
        "url": format!("{at}/commits/{}", commit.oid),
        "html_url": format!("{page}/commit/{}", commit.oid),
        "comments_url": format!("{at}/commits/{}/comments", commit.oid),
        "commit": {
            "author": { "name": commit.author.name, "email": commit.author.email, "date": date },
            "committer": { "name": commit.committer.name, "email": commit.committer.email, "date": date },
            "message": commit.message,
            "tree": { "sha": &commit.tree, "url": format!("{at}/git/trees/{}", commit.tree) },
            "url": format!("{at}/git/commits/{}", commit.oid),
            "comment_count": 0,
            "verification": {
                "verified": matches!(commit.signature, Some(Signature::Valid | Signature::ByGitHub)),
                "reason": match commit.signature {
                    None => "unsigned",
                    Some(Signature::Invalid) => "unknown_key",
                    Some(_) => "valid",
                },
                "signature": signed.then_some("a signature"),
                "payload": signed.then_some("what was signed"),
                "verified_at": signed.then_some(date),
            },
        },
        "author": identity_user(state, &commit.author),
        "committer": identity_user(state, &commit.committer),
        "parents": parents.collect::<Vec<_>>(),
    })
}

/// A commit as a push tells of it.
pub(crate) fn pushed_commit(state: &State, repository: &Repository, commit: &Commit) -> Value {
    let parent = commit.parents.first().and_then(|oid| repository.objects.commit(oid));
    let before = parent.map(|it| it.tree.clone()).unwrap_or_else(|| repository.objects.write_tree(Default::default()));
    let files = crate::diff::files(&repository.objects, &before, &commit.tree);
    let paths = |kinds: &[Kind]| -> Vec<String> {
        files.iter().filter(|it| kinds.contains(&it.kind)).map(|it| it.path.clone()).collect()
    };
    let mut removed = paths(&[Kind::Removed]);
    removed.extend(files.iter().filter_map(|it| it.previous.clone()));
    let person = |identity: &Identity| {
        let login = state.by_identity(identity).map(|it| it.login.clone());
        json!({ "name": identity.name, "email": identity.email, "username": login })
    };
    json!({
        "id": &commit.oid,
        "tree_id": &commit.tree,
        "distinct": true,
        "message": commit.message,
        "timestamp": stamp(commit.date),
        "url": format!("{}/commit/{}", repository::html_url(state, repository), commit.oid),
        "author": person(&commit.author),
        "committer": person(&commit.committer),
        "added": paths(&[Kind::Added, Kind::Renamed]),
        "removed": removed,
        "modified": paths(&[Kind::Modified, Kind::Changed]),
    })
}

/// The commit at the head of a suite or a merge group.
pub(crate) fn head_commit(commit: &Commit) -> Value {
    let person = |it: &Identity| json!({ "name": it.name, "email": it.email });
    json!({
        "id": &commit.oid,
        "tree_id": &commit.tree,
        "message": commit.message,
        "timestamp": stamp(commit.date),
        "author": person(&commit.author),
        "committer": person(&commit.committer),
    })
}

/// A changed file as `pulls/{n}/files` and `compare` show it.
pub(crate) fn changed_file(state: &State, repository: &Repository, head: &str, file: &FileChange) -> Value {
    let at = repository::url(state, repository);
    let page = repository::html_url(state, repository);
    let mut it = super::fields(json!({
        "sha": &file.oid,
        "filename": file.path,
        "status": match file.kind {
            Kind::Added => "added",
            Kind::Modified => "modified",
            Kind::Removed => "removed",
            Kind::Renamed => "renamed",
            Kind::Changed => "changed",
        },
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": format!("{page}/blob/{head}/{}", file.path),
        "raw_url": format!("{page}/raw/{head}/{}", file.path),
        "contents_url": format!("{at}/contents/{}?ref={head}", file.path),
    }));
    it.extend(file.patch.as_ref().map(|patch| ("patch".to_owned(), patch.as_str().into())));
    it.extend(file.previous.as_ref().map(|previous| ("previous_filename".to_owned(), previous.as_str().into())));
    it.into()
}

/// A status on a commit, as the combined list shows it.
pub(crate) fn status(state: &State, repository: &Repository, commit: &str, status: &Status) -> Value {
    json!({
        "id": status.id,
        "node_id": node("SC", &[&repository.id, &commit, &status.id]),
        "url": format!("{}/statuses/{commit}", repository::url(state, repository)),
        "avatar_url": format!("{}/avatars/{}", state.url, status.creator),
        "state": status.state,
        "context": status.context,
        "description": status.description,
        "target_url": status.target_url,
        "created_at": stamp(status.at),
        "updated_at": stamp(status.at),
    })
}
