//! One change from a poor description to approved and merged, as the people see it.
//!
//! A stand-in GitHub and the real bot on loopback: real HTTP, real signatures, a database in a temporary file. The
//! story asserts its own outcomes and fails where one is missed. `--stay` leaves both up until Ctrl-C.
#![expect(clippy::print_stdout, reason = "a demo is there to be read")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use countersign::app::App;
use countersign::clock::Clock;
use countersign::render::terminal;
use countersign::settings::{LogFormat, Settings, Written};
use countersign::store::Store;
use github_stand_in::{Changes, GitHub, Installed, NewPullRequest, Permission, PullRequest, Repository, Verdict};
use jiff::SignedDuration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A step that has not come to rest within this is stuck.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is due later than this is a sweep: nothing that the story waits for.
const SOON: Duration = Duration::from_secs(100);

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

const POOR: &str = "Adds the column for gift cards, see chat.\n";

/// What alice writes behind each line of the block.
const ANSWERS: [(&str, &str); 5] = [
    ("summary", "Add the column gift_card to the table orders"),
    ("reason", "Orders that were paid with a gift card cannot be told apart"),
    ("risk", "high"),
    ("test_plan", "Ran it on a copy of production: 4 s, no lock longer than 200 ms"),
    ("backout", "Run migrations/0042_gift_card.down.sql"),
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let stay = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--stay" => true,
        _ => bail!("the demo takes nothing but `--stay`: `cargo run --example demo -- --stay`"),
    };
    let begun = Instant::now();
    let demo = Demo::start().await?;
    demo.play().await?;
    heading(&format!("The story went as told, in {:.1} s.", begun.elapsed().as_secs_f64()));
    if stay {
        demo.stay().await?;
    }
    demo.stop().await
}

/// GitHub with organisation `acme` and its repository `shop`, and the bot beside it.
struct Demo {
    github: GitHub,
    shop: Repository,
    address: SocketAddr,
    store: Store,
    stop: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
    _directory: TempDir,
}

impl Demo {
    async fn start() -> anyhow::Result<Self> {
        if let Ok(filter) = std::env::var("COUNTERSIGN_LOG") {
            countersign::logs::begin(LogFormat::Human, &filter)?;
        }
        let github = GitHub::start(github_stand_in::Settings::default()).await;
        let shop = people_and_policies(&github);
        let directory = tempfile::tempdir()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let database = format!("sqlite://{}", directory.path().join("countersign.db").display());
        let settings = settings(&github, address, &database)?;
        let app = App::open(settings, Clock::with_offset(github.clock().offset())).await?;
        let (store, stop) = (app.store().clone(), CancellationToken::new());
        let running = tokio::spawn(app.run(listener, stop.clone()));
        github.send_webhooks_to(&format!("http://{address}/github/webhook"));
        Ok(Self { github, shop, address, store, stop, running, _directory: directory })
    }

    async fn play(&self) -> anyhow::Result<()> {
        heading("The repository acme/shop, and what is asked of a change there");
        println!("acme's own policy, countersign.toml in acme/.github:\n\n{}\n", indented(ORGANISATION));
        println!("the shop's, .github/countersign.toml in acme/shop:\n\n{}\n", indented(REPOSITORY));
        println!("alice and bob are developers (team acme/developers), carol and dave are the board (acme/cab).");
        println!("main is protected: nothing is merged without the check countersign.");

        let pull = self.alice_opens().await?;
        self.alice_fills_it_in(&pull).await?;
        self.they_approve(&pull).await?;
        self.a_push_voids(&pull).await?;
        self.an_edit_voids(&pull).await?;
        self.merged(&pull).await
    }

    async fn alice_opens(&self) -> anyhow::Result<PullRequest> {
        heading("alice opens #1, with a description of one line");
        println!("{}\n", indented(POOR));
        let pull = self.shop.open_pull_request(NewPullRequest {
            author: "alice",
            title: "Gift cards",
            body: POOR,
            changes: Changes::new()
                .write("migrations/0042_gift_card.sql", "ALTER TABLE orders ADD COLUMN gift_card text;\n")
                .write("migrations/0042_gift_card.down.sql", "ALTER TABLE orders DROP COLUMN gift_card;\n"),
            ..NewPullRequest::default()
        });
        self.settled().await?;
        self.sees("alice", &pull, &["What is still needed", "Risk"])?;
        println!("\nand the comment:\n\n{}", indented(&terminal::markdown(&self.comment(&pull)?)));
        self.expect(&pull, "action_required", &["backout"])?;
        let refused = pull.try_merge("alice").err().context("merged without a word about the back-out plan")?;
        println!("\nalice tries to merge all the same. GitHub: {}.", refused.join("; "));
        Ok(pull)
    }

    async fn alice_fills_it_in(&self, pull: &PullRequest) -> anyhow::Result<()> {
        heading("alice pastes the block from the comment and fills it in");
        let block = filled_in(&self.comment(pull)?)?;
        println!("{}\n", indented(&block));
        pull.edit_body("alice", &format!("{POOR}\n{block}"));
        self.settled().await?;
        self.sees("alice", pull, &["What is still needed"])?;
        self.expect(pull, "in_progress", &["bob", "carol"])
    }

    async fn they_approve(&self, pull: &PullRequest) -> anyhow::Result<()> {
        heading("bob approves, as a peer");
        pull.review("bob", Verdict::Approve);
        self.settled().await?;
        self.sees("bob", pull, &["What is still needed"])?;
        self.expect(pull, "in_progress", &["carol"])?;
        heading("carol approves, for the board");
        pull.review("carol", Verdict::Approve);
        self.settled().await?;
        self.sees("carol", pull, &["What the policies ask"])?;
        println!("\nand the comment is folded:\n\n{}", indented(&terminal::markdown(&self.comment(pull)?)));
        self.expect(pull, "success", &[])
    }

    async fn a_push_voids(&self, pull: &PullRequest) -> anyhow::Result<()> {
        heading("alice pushes one more commit: nobody has approved that");
        let index = "CREATE INDEX gift_cards ON orders (gift_card);\n";
        pull.push("alice", Changes::new().write("migrations/0043_gift_card_index.sql", index));
        self.settled().await?;
        self.sees("bob", pull, &["What is still needed"])?;
        self.expect(pull, "in_progress", &["bob", "carol"])?;
        heading("bob and carol look at the new commit and approve again");
        self.both_approve(pull).await
    }

    async fn an_edit_voids(&self, pull: &PullRequest) -> anyhow::Result<()> {
        heading("alice edits the back-out plan that bob and carol approved");
        let old = "Run migrations/0042_gift_card.down.sql";
        let new = "Restore last night's backup";
        println!("    - {old}\n    + {new}\n");
        pull.edit_body("alice", &pull.body().replace(old, new));
        self.settled().await?;
        self.sees("carol", pull, &["What is still needed"])?;
        self.expect(pull, "in_progress", &[old, new])?;
        heading("bob and carol read the new plan and approve again");
        self.both_approve(pull).await
    }

    async fn both_approve(&self, pull: &PullRequest) -> anyhow::Result<()> {
        pull.review("bob", Verdict::Approve);
        pull.review("carol", Verdict::Approve);
        self.settled().await?;
        self.sees("everybody", pull, &[])?;
        self.expect(pull, "success", &[])
    }

    async fn merged(&self, pull: &PullRequest) -> anyhow::Result<()> {
        heading("alice merges");
        if let Err(missing) = pull.try_merge("alice") {
            bail!("GitHub refuses to merge: {}", missing.join("; "));
        }
        self.settled().await?;
        ensure!(pull.is_merged(), "GitHub does not show the pull request as merged");
        println!("#1 is merged.");
        let asked_wrongly = self.github.violations();
        ensure!(asked_wrongly.is_empty(), "asked against GitHub's own description: {asked_wrongly:#?}");
        let (asked, written) = (self.github.log().count(), self.github.log().writes().count());
        println!("countersign asked GitHub {asked} times on the way; {written} of them were writes.");
        Ok(())
    }

    /// Prints the check as it stands in the pull request, and these sections of its summary.
    fn sees(&self, who: &str, pull: &PullRequest, sections: &[&str]) -> anyhow::Result<()> {
        let check = pull.check("countersign").context("there is no check")?;
        let (mark, state) = match check.state() {
            "success" => ("✔", "success"),
            "in_progress" => ("●", "in progress"),
            "action_required" => ("✎", "action required"),
            other => ("✘", other),
        };
        println!("what {who} sees:\n\n    {mark} countersign ({state}): {}", check.title);
        for name in sections {
            let section = section(&check.summary, name).with_context(|| format!("no `{name}` in the summary"))?;
            println!("\n{}", indented(&terminal::markdown(&section)));
        }
        Ok(())
    }

    fn comment(&self, pull: &PullRequest) -> anyhow::Result<String> {
        let mut ours = pull.comments().into_iter().filter(|comment| comment.author == self.github.bot_login());
        let comment = ours.next().context("there is no comment")?;
        ensure!(ours.next().is_none(), "there is more than one comment");
        Ok(comment.body)
    }

    /// The check must stand so, and its texts must say these words.
    fn expect(&self, pull: &PullRequest, state: &str, words: &[&str]) -> anyhow::Result<()> {
        let check = pull.check("countersign").context("there is no check")?;
        ensure!(check.state() == state, "the check should be {state} and is {}: {}", check.state(), check.title);
        for word in words {
            let said = check.title.contains(word) || check.summary.contains(word);
            ensure!(said, "the check should say `{word}`:\n{}\n{}", check.title, check.summary);
        }
        Ok(())
    }

    /// Waits until every webhook was answered and nothing is due. What waits for its time is given it: the clock that
    /// both share is moved on.
    async fn settled(&self) -> anyhow::Result<()> {
        let rests = async {
            loop {
                self.github.settled().await;
                let queue = self.store.queue_stats().await?;
                if queue.in_flight == 0 && queue.depth == 0 {
                    match self.store.until_next().await? {
                        Some(wait) if wait < SOON => {
                            let step = SignedDuration::try_from(wait)? + SignedDuration::from_millis(1);
                            self.github.clock().advance(step);
                            self.store.wake();
                        }
                        _ if self.github.is_settled() => return anyhow::Ok(()),
                        _ => {}
                    }
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, rests).await.context("the bot does not come to rest")?
    }

    async fn stay(&self) -> anyhow::Result<()> {
        let address = self.address;
        println!("\nStill up, until Ctrl-C:");
        println!("  countersign       http://{address}/healthz  http://{address}/readyz  http://{address}/metrics");
        println!("  stand-in GitHub   {} (REST), {}/graphql", self.github.rest_url(), self.github.rest_url());
        tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")
    }

    async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.running.await?
    }
}

/// The organisation, its people, its repositories and their policies.
fn people_and_policies(github: &GitHub) -> Repository {
    let acme = github.organisation("acme");
    acme.team("developers", &["alice", "bob"]);
    acme.team("cab", &["carol", "dave"]);
    acme.repository(".github").private().commit("main", "dave", [("countersign.toml", ORGANISATION)]);
    let shop = acme.repository("shop").private();
    for login in ["alice", "bob", "carol", "dave"] {
        shop.grant(login, Permission::Write);
    }
    shop.commit("main", "dave", [("README.md", "the shop\n"), (".github/countersign.toml", REPOSITORY)]);
    shop.require_check_of("main", "countersign", github.app_id());
    acme.install(Installed::All);
    shop
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

/// The block of the comment with alice's answers; every line of it must be one that she can answer.
fn filled_in(comment: &str) -> anyhow::Result<String> {
    let from = comment.find("```change").context("the comment has no block to paste")?;
    let length = comment[from + 3..].find("```").context("the block has no end")? + 3;
    let mut lines = Vec::new();
    for line in comment[from..from + length + 3].lines() {
        lines.push(match line.split_once(" = ") {
            Some((field, _)) => {
                let answer = ANSWERS.iter().find(|(name, _)| *name == field.trim());
                let (_, answer) = answer.with_context(|| format!("nothing was said of the field `{field}`"))?;
                format!("{} = \"{answer}\"", field.trim_end())
            }
            None => line.to_owned(),
        });
    }
    Ok(lines.join("\n") + "\n")
}

/// A section of a summary: from its heading to the next.
fn section(summary: &str, name: &str) -> Option<String> {
    let (_, rest) = summary.split_once(&format!("### {name}\n"))?;
    let body = rest.split("\n### ").next().unwrap_or(rest);
    Some(format!("### {name}\n{}\n", body.trim()))
}

fn heading(text: &str) {
    println!("\n== {text}\n");
}

fn indented(text: &str) -> String {
    let lines = text.trim_matches('\n').lines();
    let lines = lines.map(|line| if line.is_empty() { String::new() } else { format!("    {line}") });
    lines.collect::<Vec<_>>().join("\n")
}
