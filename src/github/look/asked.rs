//! What only some policies ask for, read beside the look and whole or not at all, like it.
//!
//! It costs a request of its own, and none where no policy asks. What GitHub gave in
//! part, or put an error in place of, is unknown.

use std::collections::BTreeSet;

use countersign_domain::facts::{self, Change, Deployment, Known, NOT_ASKED, Thread, ThreadState};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::client::{Installation, Partial};
use super::super::error::Result;
use super::convert::account;
use super::reading::Paged;
use super::{Look, MOST_PAGES, wire};

const QUERY: &str = include_str!("asked.graphql");

/// What is to be read beside the look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// The environments, as GitHub calls them, whose deployments of the head are wanted.
    pub environments: BTreeSet<String>,
    /// Whether the review threads are wanted.
    pub threads: bool,
}

impl Ask {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What was read beside the look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRead {
    /// What was asked for.
    pub ask: Ask,
    /// The deployments, oldest first.
    pub deployments: Known<Vec<DeploymentRead>>,
    /// The review threads, each with its node id, oldest first.
    pub threads: Known<Vec<(String, Thread)>>,
}

/// A deployment as GitHub shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentRead {
    /// Its node id.
    pub node: String,
    /// When its latest status was made; `None` where it has none.
    pub status_at: Option<Timestamp>,
    /// What it says.
    pub deployment: Deployment,
}

impl Default for AskedRead {
    fn default() -> Self {
        Self { ask: Ask::default(), deployments: Known::unknown(NOT_ASKED), threads: Known::unknown(NOT_ASKED) }
    }
}

impl AskedRead {
    /// As facts, the rest of which are read apart from the pull request.
    pub fn facts(&self) -> facts::Asked {
        let Self { ask: _, deployments, threads } = self;
        facts::Asked {
            deployments: deployments.as_ref().map(|all| all.iter().map(|read| read.deployment.clone()).collect()),
            threads: threads.as_ref().map(|all| all.iter().map(|(_, thread)| thread.clone()).collect()),
            ..facts::Asked::default()
        }
    }
}

#[derive(Deserialize)]
struct Data {
    repository: Option<Repository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    pull_request: Option<PullRequest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PullRequest {
    updated_at: Timestamp,
    base_ref_name: String,
    base_ref_oid: String,
    head_ref_oid: String,
    base_ref: Option<Ref>,
    review_threads: Option<wire::List<ThreadNode>>,
    head: Option<wire::List<HeadNode>>,
}

#[derive(Deserialize)]
struct Ref {
    target: Option<wire::Oid>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThreadNode {
    id: String,
    path: String,
    is_resolved: bool,
    resolved_by: Option<wire::Actor>,
}

#[derive(Deserialize)]
struct HeadNode {
    commit: HeadCommit,
}

#[derive(Deserialize)]
struct HeadCommit {
    oid: String,
    deployments: Option<wire::List<DeploymentNode>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeploymentNode {
    id: String,
    environment: Option<String>,
    created_at: Timestamp,
    creator: Option<wire::Actor>,
    latest_status: Option<StatusNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatusNode {
    state: String,
    created_at: Timestamp,
}

/// A reading in the making.
struct Reading<'a> {
    look: &'a Look,
    ask: Ask,
    deployments: Paged<DeploymentRead>,
    threads: Paged<(String, Thread)>,
}

/// Where the next page of each list begins; `None` leaves the list out, `Some(None)` begins at its start.
#[derive(Debug, Clone, Default, PartialEq)]
struct Pages {
    deployments: Option<Option<String>>,
    threads: Option<Option<String>>,
}

impl Installation {
    /// Reads what is asked for beside a look; `None` where the pull request has moved since.
    pub async fn asked(&self, look: &Look, ask: Ask) -> Result<Option<AskedRead>> {
        if ask.is_nothing() {
            return Ok(Some(AskedRead::default()));
        }
        let mut pages =
            Pages { deployments: (!ask.environments.is_empty()).then_some(None), threads: ask.threads.then_some(None) };
        let mut reading = Reading { look, ask, deployments: Paged::empty(), threads: Paged::empty() };
        for _ in 0..MOST_PAGES {
            let variables = reading.variables(&pages);
            let page = self.graphql(QUERY, "Asked", variables).await?;
            if !reading.add(page, &pages) {
                return Ok(None);
            }
            pages = reading.next();
            if pages == Pages::default() {
                break;
            }
        }
        Ok(Some(reading.finish()))
    }
}

impl Reading<'_> {
    fn variables(&self, pages: &Pages) -> Value {
        let (repository, number) = (&self.look.repository, self.look.change.number);
        json!({
            "owner": repository.owner,
            "name": repository.name,
            "number": number,
            "page": 100,
            "deployments": pages.deployments.is_some(),
            "deploymentsAfter": pages.deployments.clone().flatten(),
            "environments": self.ask.environments,
            "threads": pages.threads.is_some(),
            "threadsAfter": pages.threads.clone().flatten(),
        })
    }

    /// Takes a page; false where the pull request has moved.
    fn add(&mut self, page: Partial<Data>, asked: &Pages) -> bool {
        let Partial { data, errors } = page;
        let erred = |field: &str| errors.iter().any(|error| error.is_within(field));
        let Some(pull) = data.repository.and_then(|repository| repository.pull_request) else {
            // What erred took all around it along.
            self.lose(asked);
            return !errors.is_empty();
        };
        if !pull.is_at(&self.look.change) {
            return false;
        }
        if asked.deployments.is_some() {
            let head = pull.head.and_then(|head| head.nodes.into_iter().flatten().next()).map(|node| node.commit);
            let of_head = head.filter(|commit| commit.oid == self.look.change.head.tip.as_str());
            let list = of_head.and_then(|commit| commit.deployments).filter(|_| !erred("deployments"));
            self.deployments.add(list, "deployments", deployment);
        }
        if asked.threads.is_some() {
            let list = pull.review_threads.filter(|_| !erred("reviewThreads"));
            self.threads.add(list, "review threads", |node| Some(thread(node)));
        }
        true
    }

    /// Takes what was asked for as not given.
    fn lose(&mut self, asked: &Pages) {
        if asked.deployments.is_some() {
            self.deployments.add(None, "deployments", deployment);
        }
        if asked.threads.is_some() {
            self.threads.add(None, "review threads", |node| Some(thread(node)));
        }
    }

    /// The pages that are still to be read.
    fn next(&self) -> Pages {
        let again = |next: &Option<String>| next.clone().map(Some);
        Pages { deployments: again(&self.deployments.next), threads: again(&self.threads.next) }
    }

    fn finish(self) -> AskedRead {
        let Self { look: _, ask, deployments, threads } = self;
        let not_asked = AskedRead::default();
        AskedRead {
            deployments: match ask.environments.is_empty() {
                true => not_asked.deployments,
                false => deployments.finish("deployments"),
            },
            threads: if ask.threads { threads.finish("review threads") } else { not_asked.threads },
            ask,
        }
    }
}

impl PullRequest {
    /// Whether it still stands where it was looked at.
    fn is_at(&self, change: &Change) -> bool {
        let tip = self.base_ref.as_ref().and_then(|base| base.target.as_ref()).map(|target| &target.oid);
        self.updated_at == change.updated_at
            && self.base_ref_name == change.base.name
            && tip.unwrap_or(&self.base_ref_oid) == change.base.tip.as_str()
            && self.head_ref_oid == change.head.tip.as_str()
    }
}

fn deployment(node: DeploymentNode) -> Option<DeploymentRead> {
    let state = node.latest_status.as_ref().map_or("pending".to_owned(), |status| status.state.to_ascii_lowercase());
    let by = node.creator.as_ref().and_then(account);
    Some(DeploymentRead {
        node: node.id,
        status_at: node.latest_status.map(|status| status.created_at),
        deployment: Deployment { environment: node.environment?, by, state, made_at: node.created_at },
    })
}

fn thread(node: ThreadNode) -> (String, Thread) {
    let by = || node.resolved_by.as_ref().and_then(account);
    let state = if node.is_resolved { ThreadState::Resolved { by: by() } } else { ThreadState::Open };
    (node.id, Thread { path: node.path, state })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use countersign_domain::account::Oid;
    use countersign_domain::facts::{Branch, ChangeState};

    use super::*;

    fn change() -> Change {
        let branch = |name: &str, tip: &str| Branch { name: name.into(), tip: Oid::new(tip) };
        Change {
            number: 1,
            title: String::new(),
            body: String::new(),
            author: None,
            state: ChangeState::Open,
            draft: false,
            base: branch("main", "b2"),
            head: branch("feature", "h2"),
            head_owner: None,
            fork: false,
            labels: Vec::new(),
            updated_at: "2026-11-23T08:00:00Z".parse().unwrap(),
        }
    }

    fn is_still(change_of: impl FnOnce(&mut Value)) -> bool {
        let mut pull = json!({
            "updatedAt": "2026-11-23T08:00:00Z", "baseRefName": "main", "baseRefOid": "b1", "headRefOid": "h2",
            "baseRef": { "target": { "oid": "b2" } },
        });
        change_of(&mut pull);
        serde_json::from_value::<PullRequest>(pull).unwrap().is_at(&change())
    }

    #[test]
    fn what_was_read_beside_a_look_counts_only_where_nothing_moved() {
        assert!(is_still(|_| ()));
        assert!(!is_still(|pull| pull["updatedAt"] = json!("2026-11-23T08:00:01Z")));
        assert!(!is_still(|pull| pull["baseRefName"] = json!("next")));
        assert!(!is_still(|pull| pull["baseRef"]["target"]["oid"] = json!("b3")));
        assert!(!is_still(|pull| pull["headRefOid"] = json!("h3")));
        // Where the base branch is gone, its last tip is told by the pull request itself.
        assert!(is_still(|pull| (pull["baseRef"], pull["baseRefOid"]) = (Value::Null, json!("b2"))));
        assert!(!is_still(|pull| pull["baseRef"] = Value::Null));
    }
}
