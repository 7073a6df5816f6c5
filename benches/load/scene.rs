//! A GitHub with organisations under one policy, and the bot beside it.

use std::time::{Duration, Instant};

use anyhow::bail;
use countersign::clock::Clock;
use countersign::store::Store;
use github_stand_in::{
    Changes, Check, GitHub, Installed, Limits, NewPullRequest, Permission, PullRequest, Repository, Settings,
};
use tempfile::TempDir;

use crate::Options;
use crate::bot::Bot;

/// What does not come to pass within this is a fault.
const PATIENCE: Duration = Duration::from_secs(600);

/// What alice writes: nothing is missing, so that approvals are what is waited for.
const DESCRIPTION: &str = "Gift cards can be told apart in reports.

## Summary
Add the column gift_card to the table orders

## Reason
Orders that were paid with a gift card cannot be told apart

## Risk
Medium - the table is large

## Back-out plan
Run migrations/0042_gift_card.down.sql
";

/// GitHub, the bot, and somebody who looks into its database.
pub(crate) struct Scene {
    pub(crate) github: GitHub,
    pub(crate) shops: Vec<Repository>,
    pub(crate) bot: Bot,
    store: Store,
    directory: TempDir,
}

impl Scene {
    /// So many organisations, each with a repository `shop`. There are several because GitHub grants 80 writes a minute
    /// to each installation, and how long those take is not what is measured.
    pub(crate) async fn begin(options: &Options, organisations: usize) -> anyhow::Result<Self> {
        let settings = Settings { webhooks_at_once: 8, ..Settings::default() };
        let github = GitHub::start(settings).await;
        github.faults().limits(Limits::none());
        let shops: Vec<_> = (0..organisations).map(|number| shop(&github, number)).collect();
        let directory = tempfile::tempdir()?;
        let file = || format!("sqlite://{}", directory.path().join("countersign.db").display());
        let database = options.database.clone().unwrap_or_else(file);
        let bot = Bot::start(&options.bot, &github, &database, directory.path()).await?;
        let store = Store::open(&database, Clock::default()).await?;
        github.send_webhooks_to(&format!("http://{}/github/webhook", bot.address()));
        let scene = Self { github, shops, bot, store, directory };
        scene.until("the first sweep", || scene.github.log().of("query OpenPulls").count() >= organisations).await?;
        scene.at_rest().await?;
        Ok(scene)
    }

    /// The directory of the bot's database.
    pub(crate) fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// Alice opens a pull request that concerns both teams.
    pub(crate) fn open(&self, number: usize) -> PullRequest {
        let head = format!("change-{number}");
        let file = format!("migrations/{number:05}_gift_card.sql");
        self.shops[number % self.shops.len()].open_pull_request(NewPullRequest {
            author: "alice",
            title: "Gift cards",
            body: DESCRIPTION,
            head: &head,
            changes: Changes::new()
                .write(&file, "ALTER TABLE orders ADD COLUMN gift_card text;\n")
                .write("src/orders.rs", "pub struct Order { gift_card: Option<String> }\n"),
            ..NewPullRequest::default()
        })
    }

    /// Waits until every webhook is answered and nothing is due or under way.
    pub(crate) async fn at_rest(&self) -> anyhow::Result<()> {
        let started = Instant::now();
        loop {
            let rows = self.store.queue_stats().await?;
            let soon = self.store.until_next().await?.is_some_and(|wait| wait < Duration::from_secs(100));
            if rows.depth == 0 && rows.in_flight == 0 && !soon && self.github.is_settled() {
                return Ok(());
            }
            if started.elapsed() > PATIENCE {
                bail!("no rest: {rows:?}\n{}", self.bot.log());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until something holds.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn() -> bool) -> anyhow::Result<()> {
        let started = Instant::now();
        while !holds() {
            if started.elapsed() > PATIENCE {
                bail!("not in time: {what}\n{}", self.bot.log());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

/// Our newest check on the head.
pub(crate) fn check(pull: &PullRequest) -> Option<Check> {
    pull.check("countersign").filter(|check| check.app == "countersign")
}

fn shop(github: &GitHub, number: usize) -> Repository {
    let login = format!("acme-{number}");
    let owner = github.organisation(&login);
    owner.team("developers", &["alice", "bob"]);
    owner.team("cab", &["carol", "dave"]);
    let shop = owner.repository("shop").private();
    for person in ["alice", "bob", "carol", "dave"] {
        shop.grant(person, Permission::Write);
    }
    let policy = format!(
        r#"version = 1
[record]
required = ["summary", "reason", "risk", "backout"]
[authorities.developers]
teams = ["{login}/developers"]
[authorities.cab]
teams = ["{login}/cab"]
[[rule]]
id = "peer"
why = "four eyes on every change"
approvals = [{{ from = ["developers"], count = 1 }}]
[[rule]]
id = "board"
why = "a migration concerns more than one team"
when = {{ files = ["migrations/**"] }}
approvals = [{{ from = ["cab"], count = 1 }}]
"#
    );
    shop.commit("main", "dave", Changes::new().write("README.md", "the shop\n"));
    shop.commit("main", "dave", Changes::new().write(".github/countersign.toml", policy.as_str()));
    shop.require_check_of("main", "countersign", github.app_id());
    owner.install(Installed::All);
    shop
}
