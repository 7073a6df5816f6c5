//! The commits of a large change, from GitHub's comparison of base and head.

use countersign_domain::facts::{Commit, Known};
use serde::Deserialize;
use serde_json::json;

use super::super::client::Installation;
use super::super::error::Result;
use super::{MOST_PAGES, Target, convert, reading, wire};

const QUERY: &str = include_str!("commits.graphql");

#[derive(Deserialize)]
struct Data {
    repository: Option<Repository>,
}

#[derive(Deserialize)]
struct Repository {
    #[serde(rename = "ref")]
    branch: Option<Ref>,
}

#[derive(Deserialize)]
struct Ref {
    compare: Option<Comparison>,
}

#[derive(Deserialize)]
struct Comparison {
    commits: wire::List<wire::Commit>,
}

impl Installation {
    /// All commits from base to head, or why they are not known.
    pub(super) async fn compared_commits(&self, target: &Target, base: &str, head: &str) -> Result<Known<Vec<Commit>>> {
        let mut commits = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let variables = json!({
                "owner": target.owner, "name": target.name,
                "base": format!("refs/heads/{base}"), "head": head, "after": after,
            });
            let answer = self.graphql::<Data>(QUERY, "ComparedCommits", variables).await?;
            if answer.errors.iter().any(|error| error.is_within("signature")) {
                return Ok(Known::unknown(reading::UNSIGNED_OR_NOT));
            }
            let page =
                answer.data.repository.and_then(|repository| repository.branch).and_then(|branch| branch.compare);
            let Some(page) = page.map(|comparison| comparison.commits) else {
                return Ok(Known::unknown("GitHub could not compare base and head"));
            };
            commits.extend(page.nodes.into_iter().flatten().map(convert::commit));
            match page.page_info.filter(|info| info.has_next_page).and_then(|info| info.end_cursor) {
                Some(cursor) => after = Some(cursor),
                None if commits.len() as u64 == page.total_count.unwrap_or_default() => {
                    return Ok(Known::Known(commits));
                }
                None => break,
            }
        }
        Ok(Known::unknown(format!("GitHub gave {} commits and not all of them", commits.len())))
    }
}
