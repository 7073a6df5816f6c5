//! The stage: the stand-in GitHub, the bot beside it on one clock, and how what people see is told.
//!
//! Whatever is told is kept, so that the README's excerpt can be held against it. Absent: the story.

use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use countersign::app::App;
use countersign::clock::Clock;
use countersign::render::terminal;
use countersign::settings::{LogFormat, Settings, Written};
use countersign::store::Store;
use github_stand_in::{Changes, GitHub, Installed, NewPullRequest, Permission, PullRequest, Repository, Verdict};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A step that has not come to rest within this is stuck.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is due later than this is a sweep: nothing that the story waits for.
const SOON: Duration = Duration::from_secs(100);
/// What is due within this is a look that is taken again: it is waited for where the clock is not to be moved.
const AT_ONCE: Duration = Duration::from_secs(5);

/// When the story begins: a Monday morning.
const BEGINS: &str = "2026-03-02T09:00:00Z";

/// `countersign.toml` in `acme/.github`: what the organisation asks of every change.
const ORGANISATION: &str = r#"
version = 1

[record]                                   # what every description must say
required = ["summary", "reason", "risk", "test_plan", "backout"]

[authorities.peer]
teams = ["acme/developers"]

[authorities.cab]
teams = ["acme/cab"]                       # the change advisory board

[[rule]]
id = "peer"
why = "four eyes on every change"
approvals = [{ from = ["peer"], count = 1 }]

[[rule]]
id = "board"
why = "a risky change concerns more than one team"
when = { risk = ">= high" }
approvals = [{ from = ["cab"], count = 1 }]
"#;

/// `.github/countersign.toml` in `acme/shop`: what this repository adds.
const REPOSITORY: &str = r#"
version = 1

[[risk.factor]]
id = "schema-migration"
why = "a migration is hard to undo"
when = { files = ["migrations/**"] }
score = 65
"#;

/// How the time passes that something waits for.
#[derive(Clone, Copy)]
enum Passing {
    /// As it does.
    Itself,
    /// The clock is moved on.
    Moved,
}

/// All that was told so far.
static TOLD: Mutex<String> = Mutex::new(String::new());

/// GitHub with organisation `acme` and its repository `shop`, and the bot beside it.
pub(crate) struct Stage {
    pub(crate) github: GitHub,
    pub(crate) shop: Repository,
    policies: Repository,
    address: SocketAddr,
    store: Store,
    stop: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
    _directory: TempDir,
}

impl Stage {
    pub(crate) async fn set() -> anyhow::Result<Self> {
        if let Ok(filter) = std::env::var("COUNTERSIGN_LOG") {
            countersign::logs::begin(LogFormat::Human, &filter)?;
        }
        let github = GitHub::start(github_stand_in::Settings::default()).await;
        github.clock().set(BEGINS.parse()?);
        let (shop, policies) = people_and_policies(&github);
        let directory = tempfile::tempdir()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let database = format!("sqlite://{}", directory.path().join("countersign.db").display());
        let settings = settings(&github, address, &database)?;
        let app = App::open(settings, Clock::with_offset(github.clock().offset())).await?;
        let (store, stop) = (app.store().clone(), CancellationToken::new());
        let running = tokio::spawn(app.run(listener, stop.clone()));
        github.send_webhooks_to(&format!("http://{address}/github/webhook"));
        let stage = Self { github, shop, policies, address, store, stop, running, _directory: directory };
        stage.settled().await?;
        Ok(stage)
    }

    /// Tells what is there when the story begins.
    pub(crate) fn introduce(&self) {
        heading("The repository acme/shop, and what is asked of a change there");
        tell(format!("acme's own policy, countersign.toml in acme/.github:\n\n{}\n", indented(ORGANISATION)));
        tell(format!("the shop's, .github/countersign.toml in acme/shop:\n\n{}\n", indented(REPOSITORY)));
        tell("alice and bob are developers (team acme/developers), carol and dave are the board (acme/cab),");
        tell("erin is on call (acme/on-call).");
        tell("main is protected: nothing is merged without the check countersign.");
    }

    /// Dave adds to the organisation's policy, on top of what was added before.
    pub(crate) async fn dave_adds(&self, more: &[&str]) -> anyhow::Result<()> {
        let text = format!("{ORGANISATION}{}", more.concat());
        self.policies.commit("main", "dave", Changes::new().write("countersign.toml", &text));
        tell(format!("{}\n", indented(more.last().copied().unwrap_or_default())));
        self.settled().await
    }

    pub(crate) async fn opens(
        &self,
        author: &str,
        title: &str,
        body: &str,
        changes: Changes,
    ) -> anyhow::Result<PullRequest> {
        let new = NewPullRequest { author, title, body, changes, ..NewPullRequest::default() };
        let pull = self.shop.open_pull_request(new);
        self.settled().await?;
        Ok(pull)
    }

    pub(crate) async fn approves(&self, pull: &PullRequest, by: &str) -> anyhow::Result<()> {
        // GitHub tells by the second when a description was edited and when a review was given: it could be either first.
        self.github.clock().advance(SignedDuration::from_secs(2));
        pull.review(by, Verdict::Approve);
        self.settled().await
    }

    /// Somebody writes a comment; it and the bot's reaction are told, which must be this one.
    pub(crate) async fn writes(&self, pull: &PullRequest, by: &str, body: &str, reaction: &str) -> anyhow::Result<()> {
        let comment = pull.comment(by, body);
        self.settled().await?;
        let comments = pull.comments();
        let found = comments.iter().find(|known| known.id == comment).context("the comment is not there")?;
        let reactions: Vec<&str> = found.reactions.iter().map(|(_, what)| what.as_str()).collect();
        ensure!(reactions == [reaction], "the answer to `{body}` should be {reaction} and is {reactions:?}");
        tell(format!("    {by}: {body}\n    countersign: {}\n", if reaction == "+1" { "👍" } else { "👎" }));
        Ok(())
    }

    pub(crate) async fn merges(&self, pull: &PullRequest, by: &str) -> anyhow::Result<()> {
        // GitHub tells when it went in by the second, and what was decided in that second could be either side of it.
        self.github.clock().advance(SignedDuration::from_secs(2));
        if let Err(missing) = pull.try_merge(by) {
            anyhow::bail!("GitHub refuses to merge: {}", missing.join("; "));
        }
        self.settled().await?;
        self.github.clock().advance(SignedDuration::from_secs(2));
        ensure!(pull.is_merged(), "GitHub does not show the pull request as merged");
        tell(format!("#{} is merged.", pull.number()));
        Ok(())
    }

    /// Somebody tries to merge what GitHub must not let in.
    pub(crate) fn cannot_merge(&self, pull: &PullRequest, by: &str) -> anyhow::Result<()> {
        let refused = pull.try_merge(by).err().context("it went in although the check does not say success")?;
        tell(format!("\n{by} tries to merge all the same. GitHub: {}.", refused.join("; ")));
        Ok(())
    }

    /// Prints the check as it stands in the pull request, and these sections of its summary.
    pub(crate) fn sees(&self, who: &str, pull: &PullRequest, sections: &[&str]) -> anyhow::Result<()> {
        let check = pull.check("countersign").context("there is no check")?;
        let (mark, state) = match check.state() {
            "success" => ("✔", "success"),
            "in_progress" => ("●", "in progress"),
            "action_required" => ("✎", "action required"),
            other => ("✘", other),
        };
        tell(format!("what {who} sees:\n\n    {mark} countersign ({state}): {}", check.title));
        for name in sections {
            let section = section(&check.summary, name).with_context(|| format!("no `{name}` in the summary"))?;
            tell(format!("\n{}", indented(&terminal::markdown(&section))));
        }
        Ok(())
    }

    pub(crate) fn comment(&self, pull: &PullRequest) -> anyhow::Result<String> {
        let mut ours = pull.comments().into_iter().filter(|comment| comment.author == self.github.bot_login());
        let comment = ours.next().context("there is no comment")?;
        ensure!(ours.next().is_none(), "there is more than one comment");
        Ok(comment.body)
    }

    /// The check must stand so, and its texts must say these words.
    pub(crate) fn expect(&self, pull: &PullRequest, state: &str, words: &[&str]) -> anyhow::Result<()> {
        let check = pull.check("countersign").context("there is no check")?;
        ensure!(check.state() == state, "the check should be {state} and is {}: {}", check.state(), check.title);
        for word in words {
            let said = check.title.contains(word) || check.summary.contains(word);
            ensure!(said, "the check should say `{word}`:\n{}\n{}", check.title, check.summary);
        }
        Ok(())
    }

    /// It is that time, and the bot has done what is due by then.
    pub(crate) async fn at(&self, instant: &str) -> anyhow::Result<()> {
        let instant: Timestamp = instant.parse()?;
        ensure!(instant > self.github.clock().now(), "{instant} is over already");
        self.github.clock().set(instant);
        self.store.wake();
        self.rests(Passing::Itself).await
    }

    /// Waits until every webhook was answered and nothing is due. What waits for its time is given it: the clock that
    /// both share is moved on.
    pub(crate) async fn settled(&self) -> anyhow::Result<()> {
        self.rests(Passing::Moved).await
    }

    async fn rests(&self, passing: Passing) -> anyhow::Result<()> {
        let rests = async {
            loop {
                self.github.settled().await;
                let queue = self.store.queue_stats().await?;
                if queue.in_flight == 0 && queue.depth == 0 {
                    match (self.store.until_next().await?, passing) {
                        (Some(wait), Passing::Moved) if wait < SOON => {
                            let step = SignedDuration::try_from(wait)? + SignedDuration::from_millis(1);
                            self.github.clock().advance(step);
                            self.store.wake();
                        }
                        (Some(wait), Passing::Itself) if wait < AT_ONCE => {}
                        _ if self.github.is_settled() => return anyhow::Ok(()),
                        _ => {}
                    }
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, rests).await.context("the bot does not come to rest")?
    }

    /// GitHub was asked nothing that its own description forbids; how often it was asked.
    pub(crate) fn counted(&self) -> anyhow::Result<()> {
        let asked_wrongly = self.github.violations();
        ensure!(asked_wrongly.is_empty(), "asked against GitHub's own description: {asked_wrongly:#?}");
        let (asked, written) = (self.github.log().count(), self.github.log().writes().count());
        tell(format!("countersign asked GitHub {asked} times on the way; {written} of them were writes."));
        Ok(())
    }

    pub(crate) async fn stay(&self) -> anyhow::Result<()> {
        let address = self.address;
        tell("\nStill up, until Ctrl-C:");
        tell(format!(
            "  countersign       http://{address}/healthz  http://{address}/readyz  http://{address}/metrics"
        ));
        tell(format!("  stand-in GitHub   {0} (REST), {0}/graphql", self.github.rest_url()));
        tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")
    }

    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.running.await?
    }
}

/// The organisation, its people, its repositories and their policies.
fn people_and_policies(github: &GitHub) -> (Repository, Repository) {
    let acme = github.organisation("acme");
    acme.team("developers", &["alice", "bob"]);
    acme.team("cab", &["carol", "dave"]);
    acme.team("on-call", &["erin"]);
    let policies = acme.repository(".github").private();
    policies.commit("main", "dave", [("countersign.toml", ORGANISATION)]);
    let shop = acme.repository("shop").private();
    for login in ["alice", "bob", "carol", "dave", "erin"] {
        shop.grant(login, Permission::Write);
    }
    shop.commit("main", "dave", [("README.md", "the shop\n"), (".github/countersign.toml", REPOSITORY)]);
    shop.require_check_of("main", "countersign", github.app_id());
    acme.install(Installed::All);
    (shop, policies)
}

fn settings(github: &GitHub, address: SocketAddr, database: &str) -> anyhow::Result<Settings> {
    let mut table = toml::Table::new();
    for (key, value) in [
        ("listen", address.to_string()),
        ("database_url", database.to_owned()),
        ("github_api_url", github.rest_url()),
        ("github_app_id", github.app_id().to_string()),
        ("github_app_private_key", github.private_key_pem().to_owned()),
        ("webhook_secret", github.webhook_secret().to_owned()),
    ] {
        table.insert(key.to_owned(), value.into());
    }
    let written: Written = toml::from_str(&table.to_string())?;
    written.settle().map_err(|problems| anyhow::anyhow!("{problems:#?}"))
}

/// A section of a summary: from its heading to the next.
fn section(summary: &str, name: &str) -> Option<String> {
    let (_, rest) = summary.split_once(&format!("### {name}\n"))?;
    let body = rest.split("\n### ").next().unwrap_or(rest);
    Some(format!("### {name}\n{}\n", body.trim()))
}

/// Prints it, and keeps that it was told.
#[expect(clippy::print_stdout, reason = "a demo is there to be read")]
pub(crate) fn tell(text: impl Display) {
    let line = format!("{text}\n");
    print!("{line}");
    TOLD.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push_str(&line);
}

/// All that was told so far.
pub(crate) fn told() -> String {
    TOLD.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
}

pub(crate) fn heading(text: &str) {
    tell(format!("\n== {text}\n"));
}

pub(crate) fn indented(text: &str) -> String {
    let lines = text.trim_matches('\n').lines();
    let lines = lines.map(|line| if line.is_empty() { String::new() } else { format!("    {line}") });
    lines.collect::<Vec<_>>().join("\n")
}
