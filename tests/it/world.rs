//! A world for a story: the stand-in GitHub, and the whole bot beside it over real HTTP, on one clock.

use std::net::SocketAddr;
use std::time::Duration;

use countersign::app::App;
use countersign::clock::Clock;
use countersign::logs;
use countersign::settings::{LogFormat, Settings, Written};
use countersign::store::Store;
use github_stand_in::{Check, Comment, GitHub, Installed, NewPullRequest, Owner, Permission, PullRequest, Repository};
use jiff::SignedDuration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::databases;

/// A story that does not come to rest within this is stuck.
const PATIENCE: Duration = Duration::from_secs(60);
/// What is due later than this is a sweep: nothing that a story waits for.
const SOON: Duration = Duration::from_secs(100);

/// One independent peer, and nothing else.
pub(crate) const PEER: &str = r#"
version = 1
[authorities.peer]
permission = "write"
[[rule]]
id = "peer"
why = "four eyes on every change"
approvals = [{ from = ["peer"], count = 1 }]
"#;

/// One of the team `acme/cab`.
pub(crate) const CAB: &str = r#"
version = 1
[authorities.cab]
teams = ["acme/cab"]
[[rule]]
id = "board"
approvals = [{ from = ["cab"], count = 1 }]
"#;

/// The world of a story: organisation `acme` with its repository `shop`, where alice, bob, carol and dave may push.
pub(crate) struct World {
    pub(crate) github: GitHub,
    pub(crate) acme: Owner,
    pub(crate) shop: Repository,
    bot: Option<Bot>,
    database: String,
    _directory: TempDir,
}

/// The bot at work.
struct Bot {
    address: SocketAddr,
    store: Store,
    stop: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
}

impl World {
    /// A world whose `shop` has this policy on `main`; the bot is at work and has swept.
    pub(crate) async fn with_policy(policy: &str) -> Self {
        let world = Self::without_bot(policy).await;
        world.started(&[]).await
    }

    /// The same, before the bot starts.
    pub(crate) async fn without_bot(policy: &str) -> Self {
        if let Ok(filter) = std::env::var("COUNTERSIGN_TEST_LOG") {
            // Begun by the first story, and good for all of them.
            let _ = logs::begin(LogFormat::Human, &filter);
        }
        let github = GitHub::start(github_stand_in::Settings::default()).await;
        let acme = github.organisation("acme");
        let shop = acme.repository("shop").private();
        for login in ["alice", "bob", "carol", "dave"] {
            shop.grant(login, Permission::Write);
        }
        let mut files = github_stand_in::Changes::new().write("README.md", "the shop\n");
        if !policy.is_empty() {
            files = files.write(".github/countersign.toml", policy);
        }
        shop.commit("main", "dave", files);
        acme.install(Installed::All);
        let directory = tempfile::tempdir().expect("a temporary directory");
        let database = databases::for_a_story(&directory).await;
        Self { github, acme, shop, bot: None, database, _directory: directory }
    }

    /// Starts the bot, with settings beside the usual ones.
    pub(crate) async fn started(mut self, settings: &[(&str, &str)]) -> Self {
        self.start(settings).await;
        self
    }

    /// Starts the bot again on the same database.
    pub(crate) async fn start(&mut self, settings: &[(&str, &str)]) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let clock = Clock::with_offset(self.github.clock().offset());
        let app = App::open(self.settings(address, settings), clock).await.expect("the bot opens");
        let store = app.store().clone();
        let stop = CancellationToken::new();
        let running = tokio::spawn(app.run(listener, stop.clone()));
        self.github.send_webhooks_to(&format!("http://{address}/github/webhook"));
        let swept = self.github.log().of("query OpenPulls").count();
        self.bot = Some(Bot { address, store, stop, running });
        self.until("the first sweep", || self.github.log().of("query OpenPulls").count() > swept).await;
        self.settled().await;
    }

    /// Stops the bot as SIGTERM does.
    pub(crate) async fn stop(&mut self) {
        if let Some(bot) = self.bot.take() {
            bot.stop.cancel();
            bot.running.await.expect("the bot does not panic").expect("the bot stops well");
        }
    }

    fn settings(&self, address: SocketAddr, more: &[(&str, &str)]) -> Settings {
        let mut text = toml::Table::new();
        let mut set = |key: &str, value: &str| text.insert(key.to_owned(), value.into());
        set("listen", &address.to_string());
        set("database_url", &self.database);
        set("github_api_url", &self.github.rest_url());
        set("github_app_id", &self.github.app_id().to_string());
        set("github_app_private_key", self.github.private_key_pem());
        set("webhook_secret", self.github.webhook_secret());
        for (key, value) in more.iter().filter(|(key, _)| *key != "channels") {
            set(key, value);
        }
        // Written as in the file.
        for (key, value) in more.iter().filter(|(key, _)| *key == "channels") {
            text.insert((*key).to_owned(), value.parse::<toml::Table>().expect("channels").into());
        }
        let written: Written = toml::from_str(&text.to_string()).expect("settings");
        written.settle().expect("settings that are right")
    }

    /// An address of the bot.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.bot.as_ref().expect("a bot at work").address)
    }

    /// Where the bot keeps everything.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// The bot's store.
    pub(crate) fn store(&self) -> &Store {
        &self.bot.as_ref().expect("a bot at work").store
    }

    /// Waits until every webhook has arrived and nothing is due soon. What waits for its time is given its time: the
    /// clock is moved, not slept through.
    pub(crate) async fn settled(&self) {
        let store = self.store();
        let comes_to_rest = async {
            loop {
                self.github.settled().await;
                let stats = store.queue_stats().await.expect("the queue can be counted");
                if stats.in_flight == 0 && stats.depth == 0 {
                    match store.until_next().await.expect("the queue can be asked") {
                        Some(wait) if wait < SOON => self.advance(wait),
                        _ if self.github.is_settled() => return,
                        _ => {}
                    }
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, comes_to_rest).await.is_err() {
            panic!("the story does not come to rest; GitHub was asked:\n{}", self.github.log().summary());
        }
    }

    /// Moves everybody's clock.
    pub(crate) fn advance(&self, by: Duration) {
        self.github.clock().advance(SignedDuration::try_from(by).expect("a step") + SignedDuration::from_millis(1));
        self.store().wake();
    }

    /// Waits until something holds, at most as long as a story may take.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let waits = async {
            while !holds() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, waits).await.is_err() {
            panic!("not in time: {what}; GitHub was asked:\n{}", self.github.log().summary());
        }
    }

    /// Alice opens a pull request with that description, and the bot has answered.
    pub(crate) async fn opened(&self, body: &str) -> PullRequest {
        let pull = self.shop.open_pull_request(NewPullRequest {
            author: "alice",
            title: "Sell more",
            body,
            ..NewPullRequest::default()
        });
        self.settled().await;
        pull
    }

    /// The check as people see it: how it stands, and its title.
    pub(crate) fn shows(&self, pull: &PullRequest) -> (String, String) {
        self.check(pull).map_or_else(Default::default, |check| (check.state().to_owned(), check.title))
    }

    /// Our newest check on the head.
    pub(crate) fn check(&self, pull: &PullRequest) -> Option<Check> {
        pull.check("countersign").filter(|check| check.app == "countersign")
    }

    /// What our check says; there has to be one.
    pub(crate) fn summary(&self, pull: &PullRequest) -> String {
        self.check(pull).expect("a check").summary
    }

    /// Our comment; more than one is a fault of its own.
    pub(crate) fn comment(&self, pull: &PullRequest) -> Option<Comment> {
        let ours: Vec<_> =
            pull.comments().into_iter().filter(|comment| comment.author == self.github.bot_login()).collect();
        assert!(ours.len() <= 1, "more than one comment: {ours:#?}");
        ours.into_iter().next()
    }

    /// Asserts how the check stands and what its title says.
    #[track_caller]
    pub(crate) fn expect(&self, pull: &PullRequest, state: &str, title: &str) {
        let (found, said) = self.shows(pull);
        assert!(
            found == state && said.contains(title),
            "expected {state} {title:?}, found {found} {said:?}\n{}",
            self.explained(pull)
        );
    }

    fn explained(&self, pull: &PullRequest) -> String {
        self.check(pull).map(|check| check.summary).unwrap_or_default()
    }
}

impl Drop for World {
    /// A story ends with nothing asked of GitHub that its types forbid.
    fn drop(&mut self) {
        if let Some(bot) = &self.bot {
            bot.stop.cancel();
        }
        if !std::thread::panicking() {
            self.github.assert_clean();
        }
    }
}
