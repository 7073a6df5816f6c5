//! What the gate of an environment asks of GitHub: the commits between two deployments, who brought them, and the answer.
//!
//! Absent: what the answer is, and whose deployment counts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use countersign_domain::account::Oid;
use countersign_domain::facts::Known;
use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::client::Installation;
use super::error::{Error, Result};
use super::reads::encode;

/// More commits than this between two deployments are not looked at.
const MOST_COMMITS: usize = 250;
/// Commits on one page of a comparison.
const A_PAGE: usize = 100;
/// Commits of which one request asks who brought them.
const AT_ONCE: usize = 50;
/// Pull requests that one commit may belong to.
const MOST_PULLS: usize = 20;

/// The commits that one commit has and another does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Between {
    /// Those that the head has and the base does not, oldest first.
    pub commits: Vec<Oid>,
    /// Whether the base has any that the head does not.
    pub is_behind: bool,
}

impl Installation {
    /// What lies between two commits, or branches. Unknown where it is too much, or they have nothing in common.
    pub async fn between(&self, owner: &str, name: &str, base: &str, head: &str) -> Result<Known<Between>> {
        #[derive(Deserialize)]
        struct Answer {
            total_commits: usize,
            behind_by: u64,
            commits: Vec<Commit>,
        }
        #[derive(Deserialize)]
        struct Commit {
            sha: String,
        }
        let mut between = Between { commits: Vec::new(), is_behind: false };
        for page in 1.. {
            let (base, head) = (encode(base), encode(head));
            let path = format!("/repos/{owner}/{name}/compare/{base}...{head}?per_page={A_PAGE}&page={page}");
            let answer: Answer = match self.rest(Method::GET, &path, None).await {
                Ok(answer) => answer,
                Err(Error::NotFound(_)) => {
                    return Ok(Known::unknown("GitHub cannot compare it with what is there now"));
                }
                Err(error) => return Err(error),
            };
            if answer.total_commits > MOST_COMMITS {
                let more = format!(
                    "{} commits lie between, and no more than {MOST_COMMITS} are looked at",
                    answer.total_commits
                );
                return Ok(Known::unknown(more));
            }
            let is_last = answer.commits.len() < A_PAGE;
            between.is_behind = answer.behind_by > 0;
            between.commits.extend(answer.commits.into_iter().map(|commit| Oid::new(commit.sha)));
            if between.commits.len() == answer.total_commits {
                return Ok(Known::Known(between));
            }
            if is_last {
                break;
            }
        }
        Ok(Known::unknown("GitHub did not list all commits that lie between"))
    }

    /// The numbers of the pull requests that went in and have these commits. A commit of which GitHub does not tell, or not whole, is
    /// unknown.
    pub async fn bringing(
        &self,
        owner: &str,
        name: &str,
        repository: u64,
        commits: &[Oid],
    ) -> Result<BTreeMap<Oid, Known<Vec<u64>>>> {
        #[derive(Deserialize)]
        struct Data {
            repository: Option<Map<String, Value>>,
        }
        let mut found = BTreeMap::new();
        for commits in commits.chunks(AT_ONCE) {
            let variables = json!({ "owner": owner, "name": name });
            let answer = self.graphql::<Data>(&question(commits), "Bringing", variables).await?;
            let Some(known) = answer.data.repository else {
                return Err(Error::NotFound(format!("{owner}/{name}")));
            };
            for (place, commit) in commits.iter().enumerate() {
                let pulls = known.get(&format!("c{place}")).and_then(|commit| pulls(commit, repository));
                let told = pulls.map_or_else(|| Known::unknown("GitHub does not say who brought it"), Known::Known);
                found.insert(commit.clone(), told);
            }
        }
        Ok(found)
    }

    /// The commit of the newest deployment to an environment that was made before that and is still there.
    pub async fn last_deployment(
        &self,
        owner: &str,
        name: &str,
        environment: &str,
        before: Timestamp,
    ) -> Result<Option<Oid>> {
        const QUERY: &str = include_str!("last_deployment.graphql");
        #[derive(Deserialize)]
        struct Data {
            repository: Option<Repository>,
        }
        #[derive(Deserialize)]
        struct Repository {
            deployments: Option<Deployments>,
        }
        #[derive(Deserialize)]
        struct Deployments {
            nodes: Vec<Option<Deployment>>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Deployment {
            commit_oid: String,
            created_at: Timestamp,
            state: Option<String>,
        }
        let variables = json!({ "owner": owner, "name": name, "environment": environment });
        let answer = self.graphql::<Data>(QUERY, "LastDeployment", variables).await?;
        let deployments = answer.data.repository.and_then(|repository| repository.deployments);
        let nodes = deployments.into_iter().flat_map(|deployments| deployments.nodes).flatten();
        let active = |one: &Deployment| one.state.as_deref() == Some("ACTIVE") && one.created_at < before;
        Ok(nodes.into_iter().find(active).map(|one| Oid::new(one.commit_oid)))
    }

    /// Answers for a deployment that waits, or, without a state, says how it stands. GitHub takes 1,024 characters.
    pub async fn answer_gate(
        &self,
        (owner, name): (&str, &str),
        (run, environment): (u64, &str),
        state: Option<&str>,
        comment: &str,
    ) -> Result<()> {
        let path = format!("/repos/{owner}/{name}/actions/runs/{run}/deployment_protection_rule");
        let mut body = json!({ "environment_name": environment, "comment": comment });
        if let Some(state) = state {
            body["state"] = state.into();
        }
        self.rest_taken(Method::POST, &path, &body).await
    }
}

/// The request, made for its commits: a document that is written down cannot ask for a number of them.
fn question(commits: &[Oid]) -> String {
    let mut asked = String::new();
    for (place, commit) in commits.iter().enumerate() {
        // Writing to a `String` does not fail.
        let _ = writeln!(asked, "    c{place}: object(oid: {:?}) {{ ...Brought }}", commit.as_str());
    }
    format!(
        "query Bringing($owner: String!, $name: String!) {{\n  repository(owner: $owner, name: $name) {{\n{asked}  }}\n}}\n\
         fragment Brought on Commit {{ associatedPullRequests(first: {MOST_PULLS}) {{ totalCount nodes {{ number merged \
         repository {{ databaseId }} }} }} }}\n"
    )
}

/// The pull requests of this repository that went in and have the commit; nothing where GitHub does not list them all.
fn pulls(commit: &Value, repository: u64) -> Option<Vec<u64>> {
    let listed = &commit["associatedPullRequests"];
    let nodes = listed["nodes"].as_array()?;
    if listed["totalCount"].as_u64() != Some(nodes.len() as u64) {
        return None;
    }
    let mut found = Vec::new();
    for node in nodes {
        let (number, merged) = (node["number"].as_u64()?, node["merged"].as_bool()?);
        if merged && node["repository"]["databaseId"].as_u64()? == repository {
            found.push(number);
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_github_does_not_list_whole_is_not_known() {
        let node = |number: u64, merged: bool, home: u64| json!({ "number": number, "merged": merged, "repository": { "databaseId": home } });
        let check = |total: u64, nodes: Value, expected: Option<&[u64]>| {
            let commit = json!({ "associatedPullRequests": { "totalCount": total, "nodes": nodes } });
            assert_eq!(pulls(&commit, 7).as_deref(), expected, "{commit}");
        };
        check(3, json!([node(1, true, 7), node(2, false, 7), node(3, true, 8)]), Some(&[1]));
        check(0, json!([]), Some(&[]));
        check(2, json!([node(1, true, 7)]), None);
        check(1, json!([null]), None);
        assert_eq!(pulls(&Value::Null, 7), None);
    }
}
