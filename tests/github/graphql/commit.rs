//! Commits, trees, blobs.

use std::sync::Arc;

use apollo_compiler::response::JsonValue;

use super::{Args, Connection, Cx, Object, Resolved, Val, checks, leaf, people, repository, stamp, unbuilt};
use crate::diff;
use crate::git::{Commit, DIRECTORY, Entry, Identity, Oid, Signature, Tree};
use crate::shape::{code as names, node, repository as show_repository};
use crate::state::pull_request::PullRequest;
use crate::state::repository::Repository;

/// What GitHub hands out of a blob's text at most.
const BLOB_LIMIT: usize = 512_000;

pub(super) fn commit<'s>(cx: Cx<'s>, home: &'s Arc<Repository>, it: Arc<Commit>) -> Object<'s> {
    Object::new(cx, "Commit", move |field, args| {
        let marks = home.marks(&it.oid);
        Ok(match field {
            "id" => leaf(names::commit_node(home, &it.oid)),
            "oid" => leaf(&it.oid),
            "abbreviatedOid" => leaf(&it.oid[..7]),
            "url" => leaf(format!("{}/commit/{}", show_repository::html_url(cx.state, home), it.oid)),
            "repository" => Val::Object(repository::repository(cx, home)),
            "message" => leaf(it.message.as_str()),
            "messageHeadline" => leaf(it.headline()),
            "messageBody" => leaf(it.body()),
            "authoredDate" | "committedDate" => stamp(it.date),
            "author" => Val::Object(people::git_actor(cx, &it, &it.author)),
            "committer" => Val::Object(people::git_actor(cx, &it, &it.committer)),
            "authors" => {
                let dated = Arc::clone(&it);
                let show = move |who: &Identity| people::git_actor(cx, &dated, who);
                return Connection::new(cx, "GitActorConnection", it.authors(), show).page(args);
            }
            "authoredByCommitter" => leaf(it.author.email == it.committer.email),
            "committedViaWeb" => leaf(it.signature == Some(Signature::ByGitHub)),
            "signature" => Val::maybe(it.signature.map(|signature| self::signature(cx, &it, signature))),
            "tree" => {
                let found = home.objects.tree(&it.tree).unwrap_or_default();
                Val::Object(tree(cx, home, &it.tree, found))
            }
            "file" => {
                let path = args.text("path").unwrap_or("").to_owned();
                let entry = home.objects.at(&it.tree, &path);
                Val::maybe(entry.map(|entry| tree_entry(cx, home, path, entry)))
            }
            "parents" => {
                let parents = it.parents.iter().filter_map(|oid| home.objects.commit(oid));
                return commits(cx, home, "CommitConnection", parents.collect(), args);
            }
            "history" => return history(cx, home, &it, args),
            "additions" | "deletions" | "changedFilesIfAvailable" => {
                let parent = it.parents.first().and_then(|oid| home.objects.commit(oid));
                let before = parent.map_or_else(|| home.objects.write_tree(Tree::new()), |it| it.tree.clone());
                let files = diff::files(&home.objects, &before, &it.tree);
                leaf(match field {
                    "additions" => files.iter().map(|file| file.additions).sum(),
                    "deletions" => files.iter().map(|file| file.deletions).sum(),
                    _ => files.len(),
                })
            }
            "associatedPullRequests" => {
                let oid = it.oid.clone();
                let holds = |found: &&Arc<PullRequest>| {
                    let merged = found.merged.as_ref().is_some_and(|merge| merge.commit == oid);
                    merged || home.commits(found).iter().any(|commit| commit.oid == oid)
                };
                return repository::pull_requests(cx, home, home.pull_requests.values().filter(holds).collect(), args);
            }
            "status" => Val::maybe(marks.and_then(|marks| checks::status(cx, home, &it.oid, marks))),
            "statusCheckRollup" => Val::maybe(marks.and_then(|marks| checks::rollup(cx, home, &it.oid, marks))),
            "checkSuites" => return checks::suites(cx, home, marks, args),
            "deployments" => return checks::deployments(cx, home, Some(&it.oid), args),
            _ => return unbuilt(),
        })
    })
}

pub(super) fn commits<'s>(
    cx: Cx<'s>,
    home: &'s Arc<Repository>,
    name: &'static str,
    commits: Vec<Arc<Commit>>,
    args: &Args<'_>,
) -> Resolved<'s> {
    Connection::new(cx, name, commits, move |it| commit(cx, home, Arc::clone(it))).page(args)
}

/// The commits that led here, newest first: all, or those that changed a path.
fn history<'s>(cx: Cx<'s>, home: &'s Arc<Repository>, it: &Commit, args: &Args<'_>) -> Resolved<'s> {
    let path = args.text("path");
    let instant = |name: &str| args.text(name).and_then(|it| it.parse::<jiff::Timestamp>().ok());
    let (since, until) = (instant("since"), instant("until"));
    let emails = args.inside("author", "emails").and_then(JsonValue::as_array);
    let emails: Option<Vec<&str>> = emails.map(|it| it.iter().filter_map(JsonValue::as_str).collect());
    let changes = |commit: &Commit, path: &str| {
        let here = home.objects.at(&commit.tree, path);
        let parents = commit.parents.iter().filter_map(|oid| home.objects.commit(oid));
        let mut parents = parents.map(|parent| home.objects.at(&parent.tree, path)).peekable();
        if parents.peek().is_none() { here.is_some() } else { parents.all(|there| there != here) }
    };
    let all = home.objects.range("", &it.oid);
    let wanted = all.iter().rev().filter(|commit| {
        path.is_none_or(|path| changes(commit, path))
            && since.is_none_or(|since| commit.date >= since)
            && until.is_none_or(|until| commit.date <= until)
            && emails.as_ref().is_none_or(|emails| emails.contains(&commit.author.email.as_str()))
    });
    commits(cx, home, "CommitHistoryConnection", wanted.cloned().collect(), args)
}

fn signature<'s>(cx: Cx<'s>, it: &Commit, signature: Signature) -> Object<'s> {
    let committer = it.committer.clone();
    let valid = signature != Signature::Invalid;
    let date = it.date;
    Object::new(cx, "GpgSignature", move |field, _| {
        Ok(match field {
            "email" => leaf(committer.email.as_str()),
            "isValid" => leaf(valid),
            "state" => leaf(if valid { "VALID" } else { "UNKNOWN_KEY" }),
            "wasSignedByGitHub" => leaf(signature == Signature::ByGitHub),
            "keyId" => leaf("0123456789ABCDEF"),
            "verifiedAt" => {
                if valid {
                    stamp(date)
                } else {
                    Val::NULL
                }
            }
            "signer" => match cx.state.by_identity(&committer) {
                Some(account) if valid => people::user(cx, account.id),
                _ => Val::NULL,
            },
            _ => return unbuilt(),
        })
    })
}

pub(super) fn tree<'s>(cx: Cx<'s>, home: &'s Arc<Repository>, oid: &str, it: Arc<Tree>) -> Object<'s> {
    let oid = Oid::from(oid);
    Object::new(cx, "Tree", move |field, _| {
        Ok(match field {
            "id" => leaf(node("TR", &[&home.id, &oid])),
            "oid" => leaf(&oid),
            "abbreviatedOid" => leaf(&oid[..7]),
            "repository" => Val::Object(repository::repository(cx, home)),
            "entries" => Val::list(it.iter().map(|(name, entry)| tree_entry(cx, home, name.clone(), entry.clone()))),
            _ => return unbuilt(),
        })
    })
}

fn tree_entry<'s>(cx: Cx<'s>, home: &'s Arc<Repository>, path: String, entry: Entry) -> Object<'s> {
    Object::new(cx, "TreeEntry", move |field, _| {
        Ok(match field {
            "name" => leaf(path.rsplit('/').next().unwrap_or_default()),
            "path" => leaf(path.as_str()),
            "oid" => leaf(&entry.oid),
            "mode" => leaf(entry.mode),
            "type" => leaf(if entry.mode == DIRECTORY { "tree" } else { "blob" }),
            "size" => leaf(home.objects.blob(&entry.oid).map_or(0, |bytes| bytes.len())),
            "object" => {
                let found = home.objects.find(&entry.oid);
                Val::maybe(found.map(|found| repository::git_object(cx, home, &entry.oid, found)))
            }
            _ => return unbuilt(),
        })
    })
}

pub(super) fn blob<'s>(cx: Cx<'s>, home: &'s Arc<Repository>, oid: &str, bytes: Arc<Vec<u8>>) -> Object<'s> {
    let oid = Oid::from(oid);
    Object::new(cx, "Blob", move |field, _| {
        let text = if bytes.contains(&0) { None } else { std::str::from_utf8(&bytes).ok() };
        let truncated = bytes.len() > BLOB_LIMIT;
        Ok(match field {
            "id" => leaf(node("B", &[&home.id, &oid])),
            "oid" => leaf(&oid),
            "abbreviatedOid" => leaf(&oid[..7]),
            "repository" => Val::Object(repository::repository(cx, home)),
            "byteSize" => leaf(bytes.len()),
            "isBinary" => leaf(text.is_none()),
            "isTruncated" => leaf(truncated),
            "text" => leaf(text.map(|text| {
                let end = (0..=text.len().min(BLOB_LIMIT)).rev().find(|at| text.is_char_boundary(*at));
                &text[..end.unwrap_or_default()]
            })),
            _ => return unbuilt(),
        })
    })
}
