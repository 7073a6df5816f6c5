//! The file CODEOWNERS at a commit, and which teams GitHub takes for owners.
//!
//! Absent: reading the file, which is the domain's. What GitHub does not give whole
//! is unknown, never absent.

use countersign_domain::account::{Oid, TeamName};
use countersign_domain::codeowners::{PATHS, TOO_LONG};
use countersign_domain::facts::{CodeownersFile, Known};
use serde::Deserialize;
use serde_json::json;

use super::client::{Installation, Partial};
use super::error::Result;
use super::reads::PageInfo;

/// What git calls a file and an executable file.
const REGULAR: [u32; 2] = [0o100_644, 0o100_755];

#[derive(Deserialize)]
struct Data {
    repository: Option<Repository>,
}

#[derive(Deserialize)]
struct Repository {
    object: Option<Files>,
}

/// What there is at each of the places, in GitHub's order.
#[derive(Deserialize)]
struct Files {
    first: Option<Entry>,
    second: Option<Entry>,
    third: Option<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    oid: String,
    mode: u32,
    object: Option<Blob>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Blob {
    text: Option<String>,
    #[serde(default)]
    is_truncated: bool,
    #[serde(default)]
    byte_size: u64,
}

impl Installation {
    /// The file CODEOWNERS that GitHub reads at a commit; `None` where there is none.
    ///
    /// # Errors
    /// GitHub's, where asking again may help.
    pub async fn codeowners(&self, owner: &str, name: &str, commit: &Oid) -> Result<Known<Option<CodeownersFile>>> {
        const QUERY: &str = include_str!("codeowners.graphql");
        let variables = json!({ "owner": owner, "name": name, "commit": commit.as_str() });
        Ok(file(self.graphql(QUERY, "Codeowners", variables).await?))
    }

    /// Whether GitHub takes a team for an owner in that repository: visible, and with write access of its own or by a
    /// team above it.
    ///
    /// # Errors
    /// GitHub's, where asking again may help.
    pub async fn is_owning(&self, team: &TeamName, (name, repository): (&str, u64)) -> Result<Known<bool>> {
        const QUERY: &str = include_str!("owning_team.graphql");
        let mut after: Option<String> = None;
        loop {
            let variables =
                json!({ "organisation": team.organisation, "team": team.slug, "name": name, "after": after });
            let answer: Partial<Teams> = self.graphql(QUERY, "OwningTeam", variables).await?;
            if let Some(error) = answer.errors.first() {
                return Ok(Known::unknown(error.message.clone()));
            }
            let Some(team) = answer.data.organization.and_then(|organisation| organisation.team) else {
                return Ok(Known::Known(false));
            };
            if team.privacy == "SECRET" {
                return Ok(Known::Known(false));
            }
            let here = team.repositories.edges.iter().flatten().find(|edge| edge.node.database_id == Some(repository));
            if let Some(edge) = here {
                return Ok(Known::Known(["WRITE", "MAINTAIN", "ADMIN"].contains(&edge.permission.as_str())));
            }
            after = team.repositories.page_info.end_cursor.filter(|_| team.repositories.page_info.has_next_page);
            if after.is_none() {
                return Ok(Known::Known(false));
            }
        }
    }
}

fn file(answer: Partial<Data>) -> Known<Option<CodeownersFile>> {
    if let Some(error) = answer.errors.first() {
        return Known::unknown(error.message.clone());
    }
    let Some(files) = answer.data.repository.and_then(|repository| repository.object) else {
        return Known::unknown("GitHub does not show the commit at the tip of the base");
    };
    let there = [files.first, files.second, files.third].into_iter().zip(PATHS);
    let Some((entry, path)) = there.filter_map(|(entry, path)| Some((entry?, path))).next() else {
        return Known::Known(None);
    };
    match entry.object {
        Some(blob) if blob.byte_size >= TOO_LONG => {
            Known::unknown(format!("{path} has 3 MB or more, and GitHub does not load it"))
        }
        Some(Blob { text: Some(text), is_truncated: false, .. }) if REGULAR.contains(&entry.mode) => {
            Known::Known(Some(CodeownersFile { path: path.to_owned(), blob: Oid::new(entry.oid), text }))
        }
        _ => Known::unknown(format!("{path} is no text, or longer than GitHub gives out")),
    }
}

#[derive(Deserialize)]
struct Teams {
    organization: Option<Organisation>,
}

#[derive(Deserialize)]
struct Organisation {
    team: Option<Team>,
}

#[derive(Deserialize)]
struct Team {
    privacy: String,
    repositories: Repositories,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repositories {
    page_info: PageInfo,
    edges: Vec<Option<Edge>>,
}

#[derive(Deserialize)]
struct Edge {
    permission: String,
    node: Node,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    database_id: Option<u64>,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The path of the file that counts, `none`, or why it is not known.
    fn check(files: &Value, expected: &str) {
        let data = serde_json::from_value(json!({ "repository": { "object": files } })).unwrap();
        let said = match file(Partial { data, errors: Vec::new() }) {
            Known::Known(Some(file)) => file.path,
            Known::Known(None) => "none".to_owned(),
            Known::Unknown(why) => why,
        };
        assert_eq!(said, expected, "{files}");
    }

    fn entry(mode: u32, blob: &Value) -> Value {
        json!({ "oid": "c0", "mode": mode, "object": blob })
    }

    #[test]
    fn the_first_file_that_is_there_counts_and_is_read_whole_or_not_at_all() {
        let text = || entry(0o100_644, &json!({ "text": "* @a", "isTruncated": false, "byteSize": 4 }));
        check(&json!({}), "none");
        check(&Value::Null, "GitHub does not show the commit at the tip of the base");
        check(&json!({ "third": text() }), "docs/CODEOWNERS");
        check(&json!({ "second": text(), "third": text() }), "CODEOWNERS");
        check(&json!({ "first": text(), "second": text() }), ".github/CODEOWNERS");
        let long = entry(0o100_644, &json!({ "text": "*", "isTruncated": true, "byteSize": 3 << 20 }));
        check(
            &json!({ "first": long, "second": text() }),
            ".github/CODEOWNERS has 3 MB or more, and GitHub does not load it",
        );
        let cut = entry(0o100_644, &json!({ "text": "*", "isTruncated": true, "byteSize": 600_000 }));
        let binary = entry(0o100_644, &json!({ "text": null, "isTruncated": false, "byteSize": 4 }));
        let link = entry(0o120_000, &json!({ "text": "OWNERS", "isTruncated": false, "byteSize": 6 }));
        let folder = entry(0o040_000, &json!({}));
        for odd in [cut, binary, link, folder, entry(0o160_000, &Value::Null)] {
            check(&json!({ "second": odd, "third": text() }), "CODEOWNERS is no text, or longer than GitHub gives out");
        }
    }
}
