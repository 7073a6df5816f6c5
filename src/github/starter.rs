//! What a repository has for a first policy to begin with: templates, CODEOWNERS, a policy.
//!
//! Absent: which of the files counts, and what is made of them.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::account::Oid;
use serde::Deserialize;
use serde_json::json;

use super::client::Installation;
use super::diffs::Lookup;
use super::error::{Error, Result};

/// Files on the default branch: those at its root, in `.github`, in `docs`, and in the folders of templates in each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StarterFiles {
    /// The commit that was read; `None` where the repository is empty.
    commit: Option<Oid>,
    /// Their paths.
    pub paths: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Data {
    repository: Option<Repository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    default_branch_ref: Option<Branch>,
    #[serde(flatten)]
    trees: BTreeMap<String, Option<Tree>>,
}

#[derive(Deserialize)]
struct Branch {
    target: Option<Commit>,
}

#[derive(Deserialize)]
struct Commit {
    oid: String,
}

#[derive(Deserialize)]
struct Tree {
    entries: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

/// The folder that a field of the query asks for, with a slash at its end.
fn folder(field: &str) -> Option<&'static str> {
    Some(match field {
        "root" => "",
        "github" => ".github/",
        "docs" => "docs/",
        "choices1" => ".github/PULL_REQUEST_TEMPLATE/",
        "choices2" => ".github/pull_request_template/",
        "choices3" => "PULL_REQUEST_TEMPLATE/",
        "choices4" => "pull_request_template/",
        "choices5" => "docs/PULL_REQUEST_TEMPLATE/",
        "choices6" => "docs/pull_request_template/",
        _ => return None,
    })
}

impl Installation {
    /// The names of those files.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such repository, or it may not be seen.
    pub async fn starter_files(&self, owner: &str, name: &str) -> Result<StarterFiles> {
        const QUERY: &str = include_str!("starter.graphql");
        let answer = self.graphql::<Data>(QUERY, "Starter", json!({ "owner": owner, "name": name })).await?;
        let Some(repository) = answer.data.repository else {
            return Err(Error::NotFound(format!("{owner}/{name}")));
        };
        let commit = repository.default_branch_ref.and_then(|branch| branch.target).map(|commit| Oid::new(commit.oid));
        let mut paths = BTreeSet::new();
        for (field, tree) in repository.trees {
            let Some((folder, tree)) = folder(&field).zip(tree) else { continue };
            let files = tree.entries.into_iter().flatten().filter(|entry| entry.kind == "blob");
            paths.extend(files.map(|entry| format!("{folder}{}", entry.name)));
        }
        Ok(StarterFiles { commit, paths })
    }

    /// The texts of some of these files; what is no text, or longer than GitHub gives out, is left out.
    ///
    /// # Errors
    /// GitHub's.
    pub async fn starter_texts(
        &self,
        (owner, name): (&str, &str),
        files: &StarterFiles,
        wanted: &[String],
    ) -> Result<BTreeMap<String, String>> {
        let Some(commit) = files.commit.as_ref().filter(|_| !wanted.is_empty()) else { return Ok(BTreeMap::new()) };
        let paths = wanted.iter().map(|path| ((commit.clone(), path.clone()), true)).collect();
        let found = self.look_up(owner, name, &Lookup { paths, ..Lookup::default() }).await?;
        let text = |((_, path), side): ((Oid, String), Option<_>)| {
            let side: countersign_domain::net_diff::Side = side?;
            Some((path, found.texts.get(&side.blob)?.clone()))
        };
        Ok(found.paths.into_iter().filter_map(text).collect())
    }
}
