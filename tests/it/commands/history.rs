//! `--github` of `countersign backtest` and `countersign init`, against the stand-in.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use countersign::clock::Clock;
use countersign::github::GitHub;
use countersign::history::{Progress, Wanted, fill};
use countersign::pipeline::Pipeline;
use countersign::settings::GitHubAddress;
use countersign::store::{Changes, Store};
use countersign::telemetry::Telemetry;
use github_stand_in::{NewPullRequest, On, PullRequest, Verdict};
use jiff::Timestamp;
use secrecy::SecretString;
use tempfile::TempDir;

use super::{Ran, folder, run, run_with};
use crate::world::{PEER, World};

/// A world without a bot, and a folder with a token and policies.
async fn world(policy: &str) -> (World, TempDir) {
    let world = World::without_bot(policy).await;
    let two = PEER.replace("count = 1", "count = 2");
    let folder = folder(&[("token", &format!("{}\n", world.acme.token())), ("new.toml", &two), ("peer.toml", PEER)]);
    (world, folder)
}

fn opened(world: &World, body: &str) -> PullRequest {
    world.shop.open_pull_request(NewPullRequest {
        author: "alice",
        title: "Sell more",
        body,
        ..NewPullRequest::default()
    })
}

/// Opened by alice, approved by these people, and in.
fn merged(world: &World, approved_by: &[&str]) -> PullRequest {
    let pull = opened(world, "## Summary\n\nMore is sold\n");
    for who in approved_by {
        pull.review(who, Verdict::Approve);
    }
    pull.merge("dave");
    pull
}

fn backtest(world: &World, folder: &Path, arguments: &[&str]) -> Ran {
    let api = world.github.rest_url();
    let whose = ["backtest", "--github", "acme/shop", "--token-file", "token", "--github-api-url", &api];
    run(folder, &[&whose[..], arguments].concat())
}

fn looks(world: &World) -> usize {
    world.github.log().of("query Look").count()
}

#[tokio::test]
async fn what_went_in_is_read_from_github_and_a_policy_is_tried_on_it() {
    let (world, folder) = world(PEER).await;
    let one = merged(&world, &["bob"]).number();
    merged(&world, &["bob", "carol"]);
    merged(&world, &[]);
    opened(&world, "");
    let question = ["--export", "past.db", "--policy", "new.toml"];
    let ran = backtest(&world, folder.path(), &question);
    ran.ended(0, "of 3 changes, 1 would have come out differently\n1 that passed would have been held\n");
    let which = format!("acme/shop#{one}: pass → wait\n  repository/peer approvals: satisfied → waiting\n");
    ran.ended(0, &which);
    assert!(ran.stderr.contains("3 pull requests of `acme/shop` went in since"), "{ran:#?}");
    assert!(!ran.stdout.contains("not known"), "{ran:#?}");
    // What was read is of export form, and can be replayed as what was decided can.
    run(folder.path(), &["backtest", "--store", "past.db", "--policy", "new.toml"]).ended(0, "of 3 changes, 1 would");
    run(folder.path(), &["replay", "--database-url", "sqlite:past.db"]).ended(0, "3 decisions replayed");
}

#[tokio::test]
async fn what_githubs_history_cannot_tell_is_not_known() {
    let (world, folder) = world(PEER).await;
    // What the approval was given for was replaced: whether the diff stayed the same is not told any more.
    let moved = opened(&world, "");
    moved.review("bob", Verdict::Approve);
    moved.push("alice", github_stand_in::Changes::new().write("more.txt", "more\n"));
    moved.merge("dave");
    let moved = moved.number();
    merged(&world, &["bob"]);
    merged(&world, &[]);
    let told = |policy: &str| {
        let ran = backtest(&world, folder.path(), &["--export", "past.db", "--policy", policy, "--format", "json"]);
        ran.ended(0, "").json()
    };
    let told_of_two = told("new.toml");
    assert_eq!(told_of_two["not_known"].as_array().map(Vec::len), Some(1), "{told_of_two:#}");
    assert_eq!(told_of_two["not_known"][0]["number"], moved);
    assert_eq!(told_of_two["not_known"][0]["lacks"][0], "what was changed when approvals were given");
    // Nor are teams: whoever is in one today may not have been then.
    world.acme.team("cab", &["bob"]);
    let team = PEER.replace("permission = \"write\"", "teams = [\"acme/cab\"]");
    fs::write(folder.path().join("team.toml"), &team).unwrap();
    let told_of_team = told("team.toml");
    assert_eq!(told_of_team["not_known"].as_array().map(Vec::len), Some(3), "{told_of_team:#}");
    let lacks = told_of_team["not_known"][1]["lacks"].as_array().unwrap();
    assert!(lacks.contains(&"the members of `acme/cab`".into()), "{told_of_team:#}");
    assert_eq!(world.github.log().of("query TeamMembers").count(), 0, "today's members are not asked for");
}

#[tokio::test]
async fn it_goes_on_where_it_was_interrupted_and_reads_nothing_twice() {
    let (world, folder) = world(PEER).await;
    for _ in 0..3 {
        merged(&world, &["bob"]);
    }
    let faults = world.github.faults();
    world.github.faults().meanwhile(On::Operation("query Look"), move || {
        faults.fail_with(On::Operation("query Look"), 1, 403);
    });
    let arguments = ["--export", "past.db", "--policy", "new.toml"];
    let ran = backtest(&world, folder.path(), &arguments);
    ran.refused("help: what was read is kept in `past.db`: the same command goes on from there");
    assert_eq!(looks(&world), 2);
    let ran = backtest(&world, folder.path(), &arguments);
    ran.ended(0, "of 3 changes, 3 would have come out differently");
    assert!(ran.stderr.contains("1 of them known already"), "{ran:#?}");
    assert_eq!(looks(&world), 4, "the first is there");
    merged(&world, &["bob"]);
    backtest(&world, folder.path(), &["--export", "past.db"])
        .ended(0, "wrote 1 change of GitHub's history to `past.db`\n");
    assert_eq!(looks(&world), 5);
}

#[tokio::test]
async fn only_what_went_in_since_then_is_read() {
    let (world, folder) = world(PEER).await;
    merged(&world, &["bob"]);
    let ran = backtest(&world, folder.path(), &["--export", "past.db", "--from", "2090-01-01"]);
    ran.ended(0, "wrote 0 changes of GitHub's history to `past.db`\n");
    assert_eq!(looks(&world), 0);
}

#[tokio::test]
async fn what_the_server_decided_is_taken_from_its_database_and_the_app_asks_for_the_rest() {
    let mut world = World::without_bot(PEER).await;
    merged(&world, &["bob"]);
    world.start(&[]).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.merge("dave");
    world.settled().await;
    world.stop().await;
    let (database, api) = (world.database().to_owned(), world.github.rest_url());
    let folder = folder(&[("new.toml", &PEER.replace("count = 1", "count = 2"))]);
    let before = looks(&world);
    let arguments = ["backtest", "--github", "acme/shop", "--export", "past.db", "--policy", "new.toml"];
    let app = world.github.app_id().to_string();
    let environment = [
        ("COUNTERSIGN_DATABASE_URL", database.as_str()),
        ("COUNTERSIGN_GITHUB_API_URL", &api),
        ("COUNTERSIGN_GITHUB_APP_ID", &app),
        ("COUNTERSIGN_GITHUB_APP_PRIVATE_KEY", world.github.private_key_pem()),
    ];
    let ran = run_with(folder.path(), &arguments, "", &environment);
    ran.ended(0, "of 2 changes, 2 would have come out differently\n");
    assert_eq!(looks(&world) - before, 1, "what was decided is not read again");
    // The server's own database is no such file.
    if let Some(path) = database.strip_prefix("sqlite:") {
        let path = path.trim_start_matches("//");
        let ran = run_with(folder.path(), &["backtest", "--github", "acme/shop", "--export", path], "", &environment);
        ran.refused("is the database of a server");
    }
}

#[tokio::test]
async fn where_little_is_left_of_githubs_hour_the_rest_is_left_to_others() {
    let (world, _folder) = world(PEER).await;
    merged(&world, &["bob"]);
    merged(&world, &["bob"]);
    world.github.faults().leave_graphql_points(900);
    let kept = tempfile::tempdir().unwrap();
    let store =
        Store::open(&format!("sqlite:{}", kept.path().join("past.db").display()), Clock::default()).await.unwrap();
    store.migrate().await.unwrap();
    let (address, token) = (GitHubAddress::from_rest(&world.github.rest_url()), SecretString::from(world.acme.token()));
    let github = GitHub::with_token(address, token, Clock::default(), Telemetry::new()).unwrap();
    let pipeline = Pipeline::of_history(store.clone(), github.clone(), Telemetry::new());
    let told = Mutex::new(Vec::new());
    let waits = async {
        while !told.lock().unwrap().iter().any(|told| matches!(told, Progress::Waiting { .. })) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let installation = github.installation(0);
    let wanted = Wanted { repository: ("acme", "shop"), since: Timestamp::MIN, to: &store };
    tokio::select! {
        filled = fill(&pipeline, &installation, wanted, |one| told.lock().unwrap().push(one)) => panic!("{filled:?}"),
        () = waits => {}
    }
    let told = told.into_inner().unwrap();
    let Some(Progress::Waiting { until, why }) = told.last() else { panic!("{told:?}") };
    assert!(why.contains("for others") && *until > Clock::default().now(), "{told:?}");
    // What was read by then is kept.
    let all = Changes { since: Timestamp::MIN, repository: None, owner: None, at_most: 9 };
    assert_eq!(store.decided_changes(&all).await.unwrap().0.len(), 1);
}

#[tokio::test]
async fn who_may_not_read_the_repository_is_told_so() {
    let (world, folder) = world(PEER).await;
    let root = folder.path();
    let ran = backtest(&world, root, &["--policy", "new.toml"]);
    ran.refused("`--github` needs `--export FILE`");
    world.github.revoke_tokens();
    backtest(&world, root, &["--export", "past.db"]).refused("GitHub does not take the credentials: Bad credentials");
    let api = world.github.rest_url();
    let ran = run(root, &["backtest", "--github", "acme/shop", "--export", "past.db", "--github-api-url", &api]);
    ran.refused("COUNTERSIGN_GITHUB_APP_ID").refused("gh auth token");
    let other = ["backtest", "--github", "acme/till", "--export", "past.db", "--github-api-url", &api];
    fs::write(root.join("token"), world.acme.token()).unwrap();
    run(root, &[&other[..], &["--token-file", "token"]].concat()).refused("GitHub shows no repository `acme/till`");
    let ran = run(root, &["backtest", "--github", "shop", "--export", "past.db", "--token-file", "token"]);
    ran.refused("`shop` is no repository\n  help: write it as `OWNER/NAME`");
}

#[tokio::test]
async fn policy_and_token_are_not_both_read_from_standard_input() {
    let folder = folder(&[]);
    let from = ["backtest", "--github", "acme/shop", "--export", "past.db", "--token-file", "-"];
    for other in ["--policy", "--against", "--outcomes"] {
        let rest = if other == "--policy" {
            [other, "-", "--layer", "repository"]
        } else {
            [other, "-", "--policy", "new.toml"]
        };
        run(folder.path(), &[&from[..], &rest].concat()).refused("`-` is given more than once");
    }
}

const TEMPLATE: &str = "## What changes\n\n<!-- tell us -->\n\n## Rollback plan\n\n<!-- how -->\n";

fn init(world: &World, folder: &Path, arguments: &[&str]) -> Ran {
    let api = world.github.rest_url();
    let whose = ["init", "--github", "acme/shop", "--token-file", "token", "--github-api-url", &api];
    run(folder, &[&whose[..], arguments].concat())
}

#[tokio::test]
async fn init_reads_template_owners_and_descriptions_of_merged_pull_requests_from_github() {
    let (world, folder) = world("").await;
    let files = github_stand_in::Changes::new()
        .write(".github/PULL_REQUEST_TEMPLATE.md", TEMPLATE)
        .write("docs/CODEOWNERS", "* @acme/web\n");
    world.shop.commit("main", "dave", files);
    for body in ["## What changes\n\nThe colour\n\n## Rollback plan\n\nRevert\n", "## What changes\n\nThe size\n", ""] {
        opened(&world, body).merge("dave");
    }
    opened(&world, "## Rollback plan\n\nRevert, but it is not in\n");
    let ran = init(&world, folder.path(), &[]);
    ran.ended(0, "`.github/PULL_REQUEST_TEMPLATE.md`").ended(0, "`docs/CODEOWNERS`");
    ran.ended(0, "3 merged pull requests of `acme/shop`");
    ran.ended(0, "summary              2 of 3  line 1: ## What changes");
    ran.ended(0, "backout              1 of 3  line 5: ## Rollback plan");
    ran.ended(0, "to add to `.github/PULL_REQUEST_TEMPLATE.md`:\n\n## Risk\n");
    ran.ended(0, "\nnext, from the root of a checkout of `acme/shop`:\n");
    let policy = fs::read_to_string(folder.path().join(".github/countersign.toml")).unwrap();
    assert!(policy.contains("required = [\"summary\", \"risk\", \"backout\"]"), "{policy}");
    assert!(policy.contains("mode = \"observe\"") && policy.contains("codeowners = \"any\""), "{policy}");
    run(folder.path(), &["check"]).ended(0, ": no problem");
}

#[tokio::test]
async fn init_reads_folders_of_templates_from_github_and_refuses_where_a_policy_is() {
    let (world, folder) = world(PEER).await;
    let files = github_stand_in::Changes::new()
        .write(".github/PULL_REQUEST_TEMPLATE/fix.md", "## Summary\n\n## Rollback plan\n")
        .write(".github/PULL_REQUEST_TEMPLATE/config.yml", "## Impact\n");
    world.shop.commit("main", "dave", files);
    init(&world, folder.path(), &[]).refused("`acme/shop` has `.github/countersign.toml` already");
    let ran = init(&world, folder.path(), &["--force"]);
    ran.ended(0, "`.github/PULL_REQUEST_TEMPLATE/fix.md`").ended(0, "0 merged pull requests of `acme/shop`");
    ran.ended(0, "summary           not known  line 1: ## Summary");
    assert!(!ran.stdout.contains("impact"), "{ran:#?}");
}
