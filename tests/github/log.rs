//! What was asked of the stand-in, when, and how it was answered.

use std::collections::BTreeMap;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::Value;

/// One request, from its arrival to its answer.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When it arrived.
    pub start: Instant,
    /// When its answer was ready.
    pub end: Instant,
    /// When it arrived, by the clock of the test.
    pub at: Timestamp,
    /// `GET`, `POST` and so on.
    pub method: String,
    /// Without `/api/v3` and without the query.
    pub path: String,
    /// Whether it came below `/api`, where GitHub Enterprise Server has everything.
    pub enterprise: bool,
    /// What it was: `POST /repos/{owner}/{repo}/check-runs`, or `query Look`.
    pub operation: String,
    /// The repository that it was about, as `owner/name`.
    pub repository: Option<String>,
    /// The pull request that it was about, also for a write to its head commit.
    pub pull_request: Option<u64>,
    /// Whether it was to change something.
    pub write: bool,
    /// The answer's status.
    pub status: u16,
    /// What a write sent, and a GraphQL request's variables.
    pub body: Value,
    /// The points that it cost.
    pub points: u64,
    /// The installation's token that it came with. Each process fetches its own, and is known by it.
    pub token: Option<String>,
}

impl Entry {
    /// Whether it only fetched a token.
    pub fn is_token(&self) -> bool {
        self.operation.ends_with("/access_tokens")
    }

    /// Whether it went to GraphQL.
    pub fn is_graphql(&self) -> bool {
        self.path.ends_with("/graphql")
    }
}

/// What one process asked about one pull request, from the first request to the last.
#[derive(Clone, Debug)]
pub struct Look {
    /// The token that the process used.
    pub token: String,
    /// When its first request arrived.
    pub start: Instant,
    /// When the answer to its last one was ready.
    pub end: Instant,
}

/// The requests of a stretch of time, in the order of their arrival.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// All of them, fetching of tokens included.
    pub entries: Vec<Entry>,
}

impl Log {
    /// The requests that count: all but the fetching of tokens.
    pub fn calls(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.is_token())
    }

    /// How many requests count.
    pub fn count(&self) -> usize {
        self.calls().count()
    }

    /// The requests that were to change something.
    pub fn writes(&self) -> impl Iterator<Item = &Entry> {
        self.calls().filter(|entry| entry.write)
    }

    /// The requests that only read.
    pub fn reads(&self) -> impl Iterator<Item = &Entry> {
        self.calls().filter(|entry| !entry.write)
    }

    /// The requests whose operation contains this: `check-runs`, `query Look`.
    pub fn of<'a>(&'a self, operation: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.operation.contains(operation))
    }

    /// The requests about one pull request.
    pub fn about(&self, repository: &str, number: u64) -> impl Iterator<Item = &Entry> {
        self.calls().filter(move |it| it.pull_request == Some(number) && it.repository.as_deref() == Some(repository))
    }

    /// From when to when each pull request was being asked about, one interval a request.
    pub fn by_pull_request(&self) -> BTreeMap<(String, u64), Vec<(Instant, Instant)>> {
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in self.calls() {
            if let (Some(repository), Some(number)) = (&entry.repository, entry.pull_request) {
                found.entry((repository.clone(), number)).or_default().push((entry.start, entry.end));
            }
        }
        found
    }

    /// The pull requests that were asked about twice at the same time.
    pub fn overlapping(&self) -> Vec<(String, u64)> {
        let overlaps = |intervals: &Vec<(Instant, Instant)>| {
            let mut intervals = intervals.clone();
            intervals.sort();
            intervals.windows(2).any(|pair| pair[1].0 < pair[0].1)
        };
        let intervals = self.by_pull_request();
        intervals
            .into_iter()
            .filter(|(_, intervals)| overlaps(intervals))
            .map(|(pull_request, _)| pull_request)
            .collect()
    }

    /// The looks at each pull request in the order of their beginning: what one process asked about it from one
    /// `query Look` to the next.
    pub fn looks(&self) -> BTreeMap<(String, u64), Vec<Look>> {
        let mut entries: Vec<_> = self.calls().collect();
        entries.sort_by_key(|entry| entry.start);
        let mut found: BTreeMap<_, Vec<Look>> = BTreeMap::new();
        for entry in entries {
            let (Some(repository), Some(number), Some(token)) = (&entry.repository, entry.pull_request, &entry.token)
            else {
                continue;
            };
            let looks = found.entry((repository.clone(), number)).or_default();
            match looks.iter_mut().rev().find(|look| look.token == *token) {
                Some(look) if entry.operation != "query Look" => look.end = look.end.max(entry.end),
                _ => looks.push(Look { token: token.clone(), start: entry.start, end: entry.end }),
            }
        }
        found
    }

    /// One line a request, for a test that fails.
    pub fn summary(&self) -> String {
        let line = |entry: &Entry| {
            let number = entry.pull_request.map(|number| format!(" #{number}")).unwrap_or_default();
            format!("{} {}{number}", entry.status, entry.operation)
        };
        self.entries.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
