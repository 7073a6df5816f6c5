//! The real binary as a process of its own, to be killed, stopped and started again, and the GitHub that it serves.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use countersign::clock::Clock;
use countersign::failpoint;
use countersign::store::Store;
use github_stand_in::{Changes, GitHub, Installed, NewPullRequest, Permission, PullRequest, Repository};
use tempfile::TempDir;

use crate::world::PEER;

/// What does not come to pass within this is a fault.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// How often something is asked for again.
const STEP: Duration = Duration::from_millis(10);

/// The abnormal end that a failpoint gives a process.
const ABORTED: i32 = 6;

/// A GitHub with some organisations, each with the repository `shop` under the policy of one independent peer.
///
/// There are several because GitHub grants 80 writes a minute to each installation, and what a test measures is not
/// how long those take.
pub(crate) struct Scene {
    pub(crate) github: GitHub,
    pub(crate) shops: Vec<Repository>,
    database: String,
    directory: TempDir,
    processes: AtomicUsize,
}

/// `countersign serve` at work.
pub(crate) struct Process {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Scene {
    pub(crate) async fn new(organisations: usize, database: &str) -> Self {
        let settings = github_stand_in::Settings { webhooks_at_once: 8, ..github_stand_in::Settings::default() };
        let github = GitHub::start(settings).await;
        let shop = |number: usize| {
            let owner = github.organisation(&format!("acme-{number}"));
            let shop = owner.repository("shop").private();
            for login in ["alice", "bob", "carol"] {
                shop.grant(login, Permission::Write);
            }
            shop.commit("main", "carol", Changes::new().write(".github/countersign.toml", PEER));
            owner.install(Installed::All);
            shop
        };
        let shops = (0..organisations).map(shop).collect();
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self { github, shops, database: database.to_owned(), directory, processes: AtomicUsize::new(0) }
    }

    /// Starts a process on the database, with settings beside the usual ones, and waits until it is ready. Webhooks
    /// go to the newest.
    pub(crate) async fn serve(&self, settings: &[(&str, &str)]) -> Process {
        let mut process = self.spawn(settings);
        process.until_ready().await;
        self.github.send_webhooks_to(&process.url("/github/webhook"));
        process
    }

    fn spawn(&self, settings: &[(&str, &str)]) -> Process {
        let number = self.processes.fetch_add(1, Ordering::Relaxed);
        let log = self.directory.path().join(format!("process-{number}.log"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COUNTERSIGN_")) {
            command.env_remove(name);
        }
        command
            .arg("serve")
            .env("COUNTERSIGN_LISTEN", "127.0.0.1:0")
            .env("COUNTERSIGN_PUBLIC_URL", "https://countersign.example.org")
            .env("COUNTERSIGN_DATABASE_URL", &self.database)
            .env("COUNTERSIGN_GITHUB_API_URL", self.github.rest_url())
            .env("COUNTERSIGN_GITHUB_APP_ID", self.github.app_id().to_string())
            .env("COUNTERSIGN_GITHUB_APP_PRIVATE_KEY", self.github.private_key_pem())
            .env("COUNTERSIGN_WEBHOOK_SECRET", self.github.webhook_secret())
            .env("COUNTERSIGN_LOG_FORMAT", "json")
            .env("COUNTERSIGN_LOG", "info,countersign=debug")
            .envs(settings.iter().copied())
            .current_dir(self.directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).expect("a file for the log"));
        let child = command.spawn().expect("the binary starts");
        Process { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), log }
    }

    /// The directory of this scene.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Opens so many pull requests, going round the repositories.
    pub(crate) fn open(&self, pulls: usize) -> Vec<PullRequest> {
        let open = |number: usize| {
            let head = format!("change-{number}");
            self.shops[number % self.shops.len()].open_pull_request(NewPullRequest {
                author: "alice",
                title: "One of many",
                head: &head,
                ..NewPullRequest::default()
            })
        };
        (0..pulls).map(open).collect()
    }

    /// The database, as somebody beside the processes sees it.
    pub(crate) async fn store(&self) -> Store {
        Store::open(&self.database, Clock::default()).await.expect("the database opens")
    }

    /// Waits until no pull request is due or under way, and every webhook is answered.
    pub(crate) async fn at_rest(&self, store: &Store) {
        let started = Instant::now();
        loop {
            let stats = store.queue_stats().await.expect("the queue can be counted");
            let soon = store.until_next().await.expect("the queue can be asked");
            let soon = soon.is_some_and(|wait| wait < Duration::from_secs(100));
            if stats.depth == 0 && stats.in_flight == 0 && !soon && self.github.is_settled() {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "no rest: {stats:?}\n{}", self.logs());
            tokio::time::sleep(STEP).await;
        }
    }

    /// Waits until something holds.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let started = Instant::now();
        while !holds() {
            assert!(started.elapsed() < PATIENCE, "not in time: {what}\n{}", self.logs());
            tokio::time::sleep(STEP).await;
        }
    }

    /// Asserts that nothing was lost and nothing is shown twice: every pull request has one current verdict, by
    /// GitHub and by the database, no two runs say the same, and one comment tells what to do.
    pub(crate) async fn assert_whole(&self, store: &Store, pulls: &[PullRequest], state: &str) {
        let mut kept = BTreeMap::new();
        for shop in &self.shops {
            for pull in store.open_pulls(shop.id()).await.expect("the indexes can be read") {
                kept.insert(pull.head.to_string(), pull);
            }
        }
        for pull in pulls {
            let runs = ours(pull);
            let newest = runs.last().unwrap_or_else(|| panic!("#{} has no verdict\n{}", pull.number(), self.logs()));
            assert_eq!(newest.state(), state, "#{}: {}\n{}", pull.number(), newest.title, self.logs());
            for (index, run) in runs.iter().enumerate() {
                let twice = runs[..index].iter().any(|other| other.external_id == run.external_id);
                assert!(!twice, "#{} shows `{}` twice\n{}", pull.number(), run.title, self.logs());
            }
            let comments = pull.comments().into_iter().filter(|it| it.author == self.github.bot_login()).count();
            assert_eq!(comments, 1, "comments on #{}\n{}", pull.number(), self.logs());
            let known = kept.get(&pull.head().to_string()).expect("the indexes know it");
            assert_eq!(known.decided_head.as_ref(), Some(&known.head), "#{} was decided", pull.number());
            let (id, fingerprint) = known.run.clone().expect("what GitHub shows is known");
            assert_eq!((id, fingerprint), (newest.id, newest.external_id.clone()), "#{}", pull.number());
        }
        self.github.assert_clean();
    }

    /// The ends of the processes' logs, for a test that fails.
    pub(crate) fn logs(&self) -> String {
        let end = |number: usize| {
            let log = self.directory.path().join(format!("process-{number}.log"));
            let text = fs::read_to_string(log).unwrap_or_default();
            let lines: Vec<_> = text.lines().collect();
            format!("-- process {number}\n{}", lines[lines.len().saturating_sub(60)..].join("\n"))
        };
        (0..self.processes.load(Ordering::Relaxed)).map(end).collect::<Vec<_>>().join("\n")
    }
}

impl Process {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Reads from the log where it listens, and asks whether it is ready.
    async fn until_ready(&mut self) {
        let client = reqwest::Client::new();
        let started = Instant::now();
        loop {
            if let Some(address) = self.listens_on() {
                self.address = address;
                let ready = client.get(self.url("/readyz")).send().await;
                if ready.is_ok_and(|answer| answer.status().is_success()) {
                    return;
                }
            }
            let over = self.child.try_wait().expect("it can be asked after");
            assert!(over.is_none() && started.elapsed() < PATIENCE, "it does not start: {over:?}\n{}", self.log());
            tokio::time::sleep(STEP).await;
        }
    }

    fn listens_on(&self) -> Option<SocketAddr> {
        let log = self.log();
        let line = log.lines().find(|line| line.contains("\"serving\""))?;
        serde_json::from_str::<serde_json::Value>(line).ok()?["address"].as_str()?.parse().ok()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it is dead");
    }

    /// Sends a signal: `TERM`, `STOP`, `CONT`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", self.child.id())).status();
        assert!(sent.expect("a shell").success(), "SIG{name} is sent");
    }

    /// Waits for it to end by itself.
    pub(crate) async fn ended(&mut self, within: Duration) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be asked after") {
                return status;
            }
            assert!(started.elapsed() < within, "it does not end within {within:?}\n{}", self.log());
            tokio::time::sleep(STEP).await;
        }
    }

    /// Waits for it to stop dead at its failpoint.
    pub(crate) async fn aborted(&mut self, place: &str) {
        let status = self.ended(PATIENCE).await;
        assert_eq!(status.signal(), Some(ABORTED), "{} `{place}`: {status}\n{}", failpoint::VARIABLE, self.log());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Our runs on the head, oldest first.
pub(crate) fn ours(pull: &PullRequest) -> Vec<github_stand_in::Check> {
    pull.checks().into_iter().filter(|check| check.app == "countersign").collect()
}
