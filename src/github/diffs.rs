//! What a head changes: GitHub's comparison, and what git has at both ends of it.
//!
//! REST's comparison gives the point where the head left its base, statuses, paths, new
//! blobs and patches, and of all that at most 300 files; it gives no modes and no old
//! blobs. Those come from the commits themselves, path by path, so that the size of the
//! repository does not matter. Absent: judging any of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use countersign_domain::account::Oid;
use countersign_domain::facts::{Commit, FileStatus, Known};
use countersign_domain::net_diff::Side;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::client::Installation;
use super::error::{Error, Result};
use super::look::commit;

/// GitHub lists at most this many files of a comparison, and at most so many commits on its first page (its documents
/// on "Compare two commits").
const MOST_FILES: usize = 300;
/// Paths that one request asks for.
const AT_ONCE: usize = 200;
/// So few are not asked for in halves.
const LEAST_AT_ONCE: usize = 25;
/// Commits of which one request asks who is behind them.
const MOST_COMMITS: usize = 100;

/// A file as GitHub's REST lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Its path; after a rename the new one.
    pub path: String,
    /// Its path before a rename or copy.
    pub old_path: Option<String>,
    /// What happened to it.
    pub status: FileStatus,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
    /// Its blob; of a removed file the old one. Empty where GitHub gives none.
    pub blob: Oid,
    /// The commit that the list shows it at, the head: where GitHub says.
    pub at: Option<Oid>,
    /// The hunks; absent for what is not text, or too long.
    pub patch: Option<String>,
}

/// What GitHub's comparison shows of a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The commit where the head left its base.
    pub merge_base: Oid,
    /// The commits from base to head.
    pub commits: Vec<Oid>,
    /// The changed files, ordered by path.
    pub files: Vec<ListedFile>,
}

/// What is asked of git: who is behind commits, and what stands at paths of commits, with its text or without.
#[derive(Debug, Default)]
pub struct Lookup {
    /// The paths, by their commit; `true` where the text is wanted.
    pub paths: BTreeMap<(Oid, String), bool>,
    /// The commits.
    pub commits: BTreeSet<Oid>,
}

/// What git has.
#[derive(Debug, Default)]
pub struct Found {
    /// What stands at each path; nothing where nothing does. A path that could not be asked for is left out.
    pub paths: BTreeMap<(Oid, String), Option<Side>>,
    /// The texts that are whole and unchanged, by their blobs.
    pub texts: BTreeMap<Oid, String>,
    /// The commits, with those behind them.
    pub commits: BTreeMap<Oid, Commit>,
}

#[derive(Deserialize)]
struct RestFile {
    sha: Option<String>,
    filename: String,
    previous_filename: Option<String>,
    contents_url: Option<String>,
    status: String,
    additions: u64,
    deletions: u64,
    patch: Option<String>,
}

impl From<RestFile> for ListedFile {
    fn from(file: RestFile) -> Self {
        Self {
            at: file.contents_url.as_deref().and_then(commit_of),
            path: file.filename,
            old_path: file.previous_filename,
            status: match file.status.as_str() {
                "added" => FileStatus::Added,
                "removed" => FileStatus::Removed,
                "renamed" => FileStatus::Renamed,
                "copied" => FileStatus::Copied,
                "changed" => FileStatus::Changed,
                _ => FileStatus::Modified,
            },
            added: file.additions,
            removed: file.deletions,
            blob: Oid::new(file.sha.unwrap_or_default()),
            patch: file.patch,
        }
    }
}

/// The commit that a file's address asks for.
fn commit_of(contents_url: &str) -> Option<Oid> {
    let (_, commit) = contents_url.rsplit_once("?ref=")?;
    (!commit.is_empty()).then(|| Oid::new(commit))
}

impl Installation {
    /// What the head changes since it left the base. Unknown where there is more than GitHub lists; `Err(NotFound)`
    /// where one of them is gone or they have nothing in common.
    pub async fn comparison(&self, owner: &str, name: &str, base: &Oid, head: &Oid) -> Result<Known<Comparison>> {
        #[derive(Deserialize)]
        struct Answer {
            merge_base_commit: Sha,
            total_commits: usize,
            commits: Vec<Sha>,
            #[serde(default)]
            files: Vec<RestFile>,
        }
        #[derive(Deserialize)]
        struct Sha {
            sha: String,
        }
        let path = format!("/repos/{owner}/{name}/compare/{base}...{head}");
        let answer: Answer = self.rest(Method::GET, &path, None).await?;
        if answer.files.len() >= MOST_FILES {
            return Ok(Known::unknown(format!("GitHub compares no more than {MOST_FILES} files")));
        }
        if answer.commits.len() != answer.total_commits {
            let (given, all) = (answer.commits.len(), answer.total_commits);
            return Ok(Known::unknown(format!("GitHub gave {given} of {all} commits")));
        }
        let mut files: Vec<ListedFile> = answer.files.into_iter().map(Into::into).collect();
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(Known::Known(Comparison {
            merge_base: Oid::new(answer.merge_base_commit.sha),
            commits: answer.commits.into_iter().map(|commit| Oid::new(commit.sha)).collect(),
            files,
        }))
    }

    /// Whether a commit is the head itself or came before it; `Err(NotFound)` where one of them is gone.
    pub async fn contains(&self, owner: &str, name: &str, head: &Oid, commit: &Oid) -> Result<bool> {
        #[derive(Deserialize)]
        struct Answer {
            status: String,
        }
        // On a further page GitHub lists no files.
        let path = format!("/repos/{owner}/{name}/compare/{commit}...{head}?per_page=1&page=2");
        let answer: Answer = self.rest(Method::GET, &path, None).await?;
        Ok(matches!(answer.status.as_str(), "ahead" | "identical"))
    }

    /// The changed files of a pull request, with old names and patches; `None` where GitHub lists only a part. They are
    /// those of whatever head it has by then: each says of which.
    pub async fn pull_files(&self, owner: &str, name: &str, number: u64) -> Result<Option<Vec<ListedFile>>> {
        let files = self.rest_pages::<RestFile>(&format!("/repos/{owner}/{name}/pulls/{number}/files"), 30).await?;
        Ok(files.map(|files| files.into_iter().map(Into::into).collect()))
    }

    /// What git has, in one request for each 200 paths. What GitHub leaves out is left out.
    pub async fn look_up(&self, owner: &str, name: &str, lookup: &Lookup) -> Result<Found> {
        let mut found = Found::default();
        let paths: Vec<_> = lookup.paths.iter().collect();
        let commits: Vec<&Oid> = lookup.commits.iter().take(MOST_COMMITS).collect();
        let mut pages: Vec<(&[_], &[_])> = paths.chunks(AT_ONCE).map(|paths| (paths, &[][..])).collect();
        match pages.first_mut() {
            Some(first) => first.1 = &commits,
            None if commits.is_empty() => {}
            None => pages.push((&[], &commits)),
        }
        while let Some((paths, commits)) = pages.pop() {
            match self.look_up_page(owner, name, paths, commits, &mut found).await {
                // What GitHub could not finish in its time is asked again in halves.
                Err(Error::Outage(_)) if paths.len() > LEAST_AT_ONCE => {
                    let (first, second) = paths.split_at(paths.len() / 2);
                    pages.extend([(first, commits), (second, &[][..])]);
                }
                outcome => outcome?,
            }
        }
        Ok(found)
    }

    async fn look_up_page(
        &self,
        owner: &str,
        name: &str,
        paths: &[(&(Oid, String), &bool)],
        commits: &[&Oid],
        found: &mut Found,
    ) -> Result<()> {
        #[derive(Deserialize)]
        struct Data {
            repository: Option<Map<String, Value>>,
        }
        let (query, variables) = question(owner, name, paths, commits);
        let answer = self.graphql::<Data>(&query, "NetDiff", variables).await?;
        let Some(repository) = answer.data.repository else {
            return Err(Error::NotFound(format!("{owner}/{name}")));
        };
        let ends = ends(paths);
        for (number, (key, _)) in paths.iter().enumerate() {
            let Some(end) = ends.get(&key.0) else { continue };
            // A commit that is gone says nothing of its paths.
            let Some(entry) = repository.get(&format!("e{end}")).and_then(|commit| commit.get(format!("f{number}")))
            else {
                continue;
            };
            // Nothing there is one thing, and an answer that could not be had another.
            let field = format!("f{number}");
            if answer.errors.iter().any(|error| error.path.iter().any(|part| part.as_str() == Some(field.as_str()))) {
                continue;
            }
            let (side, text) = stands_there(entry);
            if let (Some(side), Some(text)) = (&side, text) {
                found.texts.extend(whole(&side.blob, text));
            }
            if side.is_some() || entry.is_null() {
                found.paths.insert((*key).clone(), side);
            }
        }
        for (number, oid) in commits.iter().enumerate() {
            let commit = repository.get(&format!("c{number}")).and_then(commit);
            found
                .commits
                .extend(commit.filter(|commit| commit.oid == **oid).map(|commit| (commit.oid.clone(), commit)));
        }
        Ok(())
    }
}

/// The commits of which paths are asked for, numbered.
fn ends<'a>(paths: &[(&'a (Oid, String), &bool)]) -> BTreeMap<&'a Oid, usize> {
    let commits: BTreeSet<&Oid> = paths.iter().map(|((commit, _), _)| commit).collect();
    commits.into_iter().zip(0..).collect()
}

/// The request, made for its paths: a document that is written down cannot ask for a number of them.
fn question(owner: &str, name: &str, paths: &[(&(Oid, String), &bool)], commits: &[&Oid]) -> (String, Value) {
    let mut variables = json!({ "owner": owner, "name": name });
    let (mut declared, mut asked) = (String::new(), String::new());
    // Writing to a `String` does not fail.
    for (commit, end) in ends(paths) {
        let _ = writeln!(asked, "    e{end}: object(oid: {:?}) {{ ... on Commit {{", commit.as_str());
        for (number, ((_, path), text)) in paths.iter().enumerate().filter(|(_, ((of, _), _))| of == commit) {
            let text = if **text { " object { ... on Blob { text isTruncated } }" } else { "" };
            let _ = write!(declared, ", $p{number}: String!");
            let _ = writeln!(asked, "      f{number}: file(path: $p{number}) {{ mode oid{text} }}");
            variables[format!("p{number}")] = path.as_str().into();
        }
        asked.push_str("    } }\n");
    }
    for (number, commit) in commits.iter().enumerate() {
        let _ = writeln!(
            asked,
            "    c{number}: object(oid: {:?}) {{ ... on Commit {{ ...CommitBits }} }}",
            commit.as_str()
        );
    }
    let bits = if commits.is_empty() { "" } else { include_str!("commit_bits.graphql") };
    let document = format!(
        "query NetDiff($owner: String!, $name: String!{declared}) {{\n  repository(owner: $owner, name: $name) {{\n\
         {asked}  }}\n}}\n{bits}"
    );
    (document, variables)
}

/// What stands at a path, and its text where that was asked for and is whole.
fn stands_there(entry: &Value) -> (Option<Side>, Option<&str>) {
    let side = entry["mode"].as_u64().and_then(|mode| u32::try_from(mode).ok()).zip(entry["oid"].as_str());
    let side = side.map(|(mode, blob)| Side { mode, blob: Oid::new(blob) });
    let object = &entry["object"];
    let text = object["text"].as_str().filter(|_| object["isTruncated"] == Value::Bool(false));
    (side, text)
}

/// The text, if it is what git has: GitHub shows other encodings than UTF-8 as if they were, and cuts what is long.
fn whole(blob: &Oid, text: &str) -> Option<(Oid, String)> {
    (git_blob(text) == *blob).then(|| (blob.clone(), text.to_owned()))
}

/// The id that git gives to a file of this content.
pub fn git_blob(text: &str) -> Oid {
    let mut whole = format!("blob {}\0", text.len()).into_bytes();
    whole.extend_from_slice(text.as_bytes());
    Oid::new(hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &whole)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_known_by_gits_id() {
        assert_eq!(git_blob("").as_str(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(git_blob("hello\n").as_str(), "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn a_file_says_of_which_head_it_is() {
        let check = |url: &str, expected: Option<&str>| assert_eq!(commit_of(url), expected.map(Oid::new), "{url}");
        check("https://api.github.com/repos/acme/shop/contents/a%3Fref=b.rs?ref=c0ffee", Some("c0ffee"));
        check("https://api.github.com/repos/acme/shop/contents/a.rs?ref=", None);
        check("https://api.github.com/repos/acme/shop/contents/a.rs", None);
    }

    #[test]
    fn a_text_that_github_changed_or_cut_is_none() {
        let blob = git_blob("ca\u{f1}a\n");
        assert!(whole(&blob, "ca\u{f1}a\n").is_some());
        assert!(whole(&blob, "ca\u{f1}a").is_none());
        let entry =
            |truncated: bool| json!({ "mode": 33188, "oid": "b", "object": { "text": "x", "isTruncated": truncated } });
        assert_eq!(stands_there(&entry(false)).1, Some("x"));
        assert_eq!(stands_there(&entry(true)).1, None);
        // A submodule has a commit where a file has its text.
        assert_eq!(stands_there(&json!({ "mode": 57344, "oid": "c", "object": null })).1, None);
    }
}
