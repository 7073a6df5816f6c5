//! A deployment of the head that a rule asks for.

use github_stand_in::{NewPullRequest, Verdict};

use crate::world::{PEER, World};

const STAGED: &str = r#"
version = 1
[environments.staging]
names = ["stage"]
[[rule]]
id = "proved"
deployments = [{ environment = "staging" }]
"#;

const ACTIONS: &str = "github-actions[bot]";

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_of_the_head_counts_in_its_latest_state() {
    let world = World::with_policy(STAGED).await;
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "has not been deployed to staging");
    let deployment = world.shop.deploy(&pull.head(), "stage", ACTIONS);
    world.shop.deployment_status(deployment, ACTIONS, "in_progress");
    world.settled().await;
    world.expect(&pull, "in_progress", "the deployment to stage is in_progress");
    world.shop.deployment_status(deployment, ACTIONS, "success");
    world.settled().await;
    world.expect(&pull, "success", "");
    // A later one of the same commit failed: what is there now is not proved.
    let again = world.shop.deploy(&pull.head(), "stage", ACTIONS);
    world.shop.deployment_status(again, ACTIONS, "failure");
    world.settled().await;
    world.expect(&pull, "action_required", "stage");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_of_another_commit_or_by_somebody_else_does_not_count() {
    let world = World::with_policy(STAGED).await;
    let pull = world.opened("").await;
    let succeed = |commit: &_, by: &str| {
        let deployment = world.shop.deploy(commit, "stage", by);
        world.shop.deployment_status(deployment, by, "success");
    };
    succeed(&pull.head(), "alice");
    world.settled().await;
    world.expect(&pull, "in_progress", "has not been deployed");
    succeed(&pull.head(), ACTIONS);
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    world.settled().await;
    world.expect(&pull, "in_progress", "has not been deployed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_no_rule_asks_for_is_not_looked_at() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.github.take_log();
    let deployment = world.shop.deploy(&pull.head(), "stage", ACTIONS);
    world.shop.deployment_status(deployment, ACTIONS, "failure");
    world.settled().await;
    let log = world.github.take_log();
    assert_eq!(log.calls().count(), 0, "{}", log.summary());
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_costs_one_request_more_and_nothing_else() {
    let world = World::with_policy(STAGED).await;
    let pull = world.opened("").await;
    world.github.take_log();
    pull.label("dave", "whatever");
    world.settled().await;
    let log = world.github.take_log();
    assert_eq!((log.reads().count(), log.writes().count()), (2, 0), "{}", log.summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_deployment_takes_green_away_although_reads_are_stale() {
    let world = World::with_policy(STAGED).await;
    let pull = world.opened("").await;
    let deployment = world.shop.deploy(&pull.head(), "stage", ACTIONS);
    world.shop.deployment_status(deployment, ACTIONS, "success");
    world.settled().await;
    world.expect(&pull, "success", "");
    world.github.faults().freeze_reads();
    world.shop.deployment_status(deployment, ACTIONS, "failure");
    world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
    world.expect(&pull, "in_progress", "Looking again");
    world.github.faults().fresh();
    world.settled().await;
    world.expect(&pull, "action_required", "stage");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_that_reads_do_not_show_yet_is_waited_for() {
    let world = World::with_policy(STAGED).await;
    let pull = world.opened("").await;
    let deployment = world.shop.deploy(&pull.head(), "stage", ACTIONS);
    world.settled().await;
    world.github.faults().freeze_reads();
    world.github.take_log();
    world.shop.deployment_status(deployment, ACTIONS, "success");
    world.until("it was looked for", || world.github.log().of("query Asked").count() > 1).await;
    world.github.faults().fresh();
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_of_many_pages_of_deployments_decides() {
    let mut world = World::without_bot(STAGED).await;
    let new = NewPullRequest { author: "alice", title: "Sell more", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    for _ in 0..120 {
        let deployment = world.shop.deploy(&pull.head(), "stage", ACTIONS);
        world.shop.deployment_status(deployment, ACTIONS, "failure");
    }
    let last = world.shop.deploy(&pull.head(), "stage", ACTIONS);
    world.shop.deployment_status(last, ACTIONS, "success");
    world.start(&[]).await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_group_asks_for_the_deployments_of_its_members() {
    let world = World::with_policy(STAGED).await;
    let (one, two) = (world.opened("").await, world.opened("").await);
    let deployed = |pull: &github_stand_in::PullRequest| {
        let deployment = world.shop.deploy(&pull.head(), "stage", ACTIONS);
        world.shop.deployment_status(deployment, ACTIONS, "success");
    };
    deployed(&one);
    world.settled().await;
    let group = world.shop.merge_group("dave", &[&one, &two]);
    world.settled().await;
    assert!(!group.check("countersign").unwrap().is_green());
    deployed(&two);
    let group = world.shop.merge_group("dave", &[&one, &two]);
    world.settled().await;
    assert!(group.check("countersign").unwrap().is_green());
}
