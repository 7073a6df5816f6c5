//! What hangs on commits: check suites and runs, statuses, deployments and their gates.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::git::Oid;

/// Everything that was said about one commit in one repository.
#[derive(Clone, Debug, Default)]
pub(crate) struct CommitMarks {
    pub suites: Vec<Arc<CheckSuite>>,
    /// Oldest first.
    pub runs: Vec<Arc<CheckRun>>,
    /// Oldest first; the newest of a context counts.
    pub statuses: Vec<Arc<Status>>,
}

#[derive(Clone, Debug)]
pub(crate) struct CheckSuite {
    pub id: u64,
    pub app: u64,
    pub commit: Oid,
    pub branch: Option<String>,
    pub before: Option<Oid>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub workflow: Option<Workflow>,
}

#[derive(Clone, Debug)]
pub(crate) struct Workflow {
    pub run: u64,
    pub id: u64,
    pub name: String,
    pub event: String,
}

#[derive(Clone, Debug)]
pub(crate) struct CheckRun {
    pub id: u64,
    pub suite: u64,
    pub app: u64,
    pub commit: Oid,
    pub name: String,
    /// In GitHub's lower case: `queued`, `in_progress`, `completed`.
    pub status: String,
    pub conclusion: Option<String>,
    pub external_id: Option<String>,
    pub details_url: Option<String>,
    pub started_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    pub title: Option<String>,
    pub summary: Option<String>,
    pub text: Option<String>,
    /// As they were sent.
    pub annotations: Vec<Value>,
}

impl CheckRun {
    pub(crate) fn completed(&self) -> bool {
        self.status == "completed"
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Status {
    pub id: u64,
    pub context: String,
    /// In GitHub's lower case.
    pub state: String,
    pub description: Option<String>,
    pub target_url: Option<String>,
    pub creator: u64,
    pub at: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct Deployment {
    pub id: u64,
    pub commit: Oid,
    pub reference: String,
    pub environment: String,
    pub creator: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub statuses: Vec<Arc<DeploymentStatus>>,
}

#[derive(Clone, Debug)]
pub(crate) struct DeploymentStatus {
    pub id: u64,
    pub state: String,
    pub description: String,
    pub creator: u64,
    pub at: Timestamp,
}

/// A deployment that waits at an environment's protection rule.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub deployment: u64,
    pub run: u64,
    pub environment: String,
    /// State and comment of the App's answers, in order.
    pub answers: Vec<(String, String)>,
}

impl CommitMarks {
    pub(crate) fn suite(&self, id: u64) -> Option<&Arc<CheckSuite>> {
        self.suites.iter().find(|it| it.id == id)
    }

    pub(crate) fn suite_runs(&self, suite: u64) -> impl Iterator<Item = &Arc<CheckRun>> {
        self.runs.iter().filter(move |run| run.suite == suite)
    }

    /// The newest run of each name in each suite: what GitHub counts.
    pub(crate) fn latest_runs(&self) -> Vec<&Arc<CheckRun>> {
        let mut latest: BTreeMap<(u64, &str), &Arc<CheckRun>> = BTreeMap::new();
        for run in &self.runs {
            latest.insert((run.suite, &run.name), run);
        }
        let mut latest: Vec<_> = latest.into_values().collect();
        latest.sort_by_key(|run| run.id);
        latest
    }

    /// The newest status of each context.
    pub(crate) fn latest_statuses(&self) -> Vec<&Arc<Status>> {
        let mut latest: BTreeMap<&str, &Arc<Status>> = BTreeMap::new();
        for status in &self.statuses {
            latest.insert(&status.context, status);
        }
        let mut latest: Vec<_> = latest.into_values().collect();
        latest.sort_by_key(|status| status.id);
        latest
    }

    /// Status and conclusion of a suite: the worst of the newest runs of each name.
    pub(crate) fn suite_outcome(&self, suite: u64) -> (&'static str, Option<&str>) {
        let runs: Vec<_> = self.latest_runs().into_iter().filter(|run| run.suite == suite).collect();
        if runs.is_empty() || runs.iter().all(|run| run.status == "queued") {
            return ("queued", None);
        }
        if !runs.iter().all(|run| run.completed()) {
            return ("in_progress", None);
        }
        let worst = runs.iter().filter_map(|run| run.conclusion.as_deref()).max_by_key(|it| badness(it));
        ("completed", worst)
    }

    /// The state of everything on this commit, in the words of `StatusState`; nothing if there is nothing.
    pub(crate) fn rollup(&self) -> Option<&'static str> {
        let runs = self.latest_runs().into_iter().map(|run| match run.conclusion.as_deref() {
            _ if !run.completed() => "PENDING",
            Some("success" | "neutral" | "skipped") => "SUCCESS",
            _ => "FAILURE",
        });
        let statuses = self.latest_statuses().into_iter().map(|status| match status.state.as_str() {
            "success" => "SUCCESS",
            "pending" => "PENDING",
            "error" => "ERROR",
            _ => "FAILURE",
        });
        let rank = |state: &&str| ["SUCCESS", "PENDING", "ERROR", "FAILURE"].iter().position(|it| it == state);
        runs.chain(statuses).max_by_key(rank)
    }
}

fn badness(conclusion: &str) -> usize {
    let order =
        ["skipped", "neutral", "success", "stale", "cancelled", "action_required", "timed_out", "startup_failure"];
    order.iter().position(|it| *it == conclusion).unwrap_or(order.len())
}
