//! The merge queue of a branch, read together with our own check runs on the head of one of its groups.
//!
//! Deliberately absent: who is in a group, and what the queue's not naming one means.

use countersign_domain::account::Oid;
use serde::Deserialize;
use serde_json::json;

use super::super::client::Installation;
use super::super::error::Result;
use super::super::reads::PageInfo;
use super::convert::own_runs;
use super::{OwnRun, wire};

const QUERY: &str = include_str!("queue.graphql");

/// What GitHub showed of a merge queue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queue {
    /// Its entries, first come first.
    pub entries: Vec<QueueEntry>,
    /// Our own check runs on the commit that was asked about, oldest first.
    pub own_runs: Vec<OwnRun>,
}

/// An entry of a merge queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueEntry {
    /// The pull request's number; `None` where GitHub does not say.
    pub number: Option<u64>,
    /// The commit that the queue built for it.
    pub head: Option<Oid>,
    /// Its place, from 1.
    pub position: u64,
}

#[derive(Deserialize)]
struct Data {
    repository: Option<Repository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    merge_queue: Option<MergeQueue>,
    head: Option<Head>,
}

#[derive(Deserialize)]
struct MergeQueue {
    entries: Option<Entries>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entries {
    page_info: PageInfo,
    nodes: Vec<Option<Entry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    position: u64,
    head_commit: Option<wire::Oid>,
    pull_request: Option<Pull>,
}

#[derive(Deserialize)]
struct Pull {
    number: u64,
}

#[derive(Deserialize)]
struct Head {
    ours: Option<wire::List<wire::Suite>>,
}

impl Installation {
    /// The entries of a branch's merge queue, and our own runs on the head of a group.
    pub async fn merge_queue(&self, owner: &str, name: &str, branch: &str, head: &Oid) -> Result<Queue> {
        let (head, app) = (head.as_str(), self.github().app_id());
        let mut queue = Queue::default();
        let mut after: Option<String> = None;
        loop {
            let variables =
                json!({ "owner": owner, "name": name, "branch": branch, "head": head, "app": app, "after": after });
            let answer = self.graphql::<Data>(QUERY, "MergeQueue", variables).await?;
            let Some(repository) = answer.data.repository else { break };
            queue.own_runs = own_runs(repository.head.and_then(|head| head.ours));
            let Some(entries) = repository.merge_queue.and_then(|queue| queue.entries) else { break };
            queue.entries.extend(entries.nodes.into_iter().map(|entry| match entry {
                Some(entry) => QueueEntry {
                    number: entry.pull_request.map(|pull| pull.number),
                    head: entry.head_commit.map(|commit| Oid::new(commit.oid)),
                    position: entry.position,
                },
                // It may be in any group.
                None => QueueEntry { number: None, head: None, position: 0 },
            }));
            match entries.page_info.end_cursor.filter(|_| entries.page_info.has_next_page) {
                Some(cursor) => after = Some(cursor),
                None => break,
            }
        }
        queue.entries.sort_by_key(|entry| entry.position);
        Ok(queue)
    }
}
