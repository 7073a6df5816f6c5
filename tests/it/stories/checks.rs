//! Checks of others, our own check forged, and our own check run again.

use github_stand_in::{NewPullRequest, On, Outcome, Verdict};

use crate::world::{PEER, World};

const CI: &str = "version = 1\n[[rule]]\nid = \"tested\"\nchecks = [\"ci\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn red_after_green_is_red() {
    let world = World::with_policy(CI).await;
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "ci");
    pull.check_run("github-actions", "ci", Outcome::Success);
    world.settled().await;
    world.expect(&pull, "success", "");
    // Another run of the workflow, in a suite of its own: GitHub goes on listing the green one.
    pull.another_suite("github-actions");
    pull.check_run("github-actions", "ci", Outcome::Failure);
    world.settled().await;
    world.expect(&pull, "action_required", "ci");
    pull.another_suite("github-actions");
    pull.check_run("github-actions", "ci", Outcome::Success);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_github_requires_and_nobody_has_reported_is_waited_for() {
    let world = World::without_bot("version = 1\n[[rule]]\nid = \"tested\"\nchecks = [{ required = true }]\n").await;
    world.shop.require_check("main", "build");
    world.shop.require_check("main", "countersign");
    world.shop.protect_with_check("main", "scan");
    let world = world.started(&[]).await;
    world.github.faults().fail_with(On::Operation("GET /repos/{owner}/{repo}/branches"), 1, 403);
    let pull = world.opened("").await;
    world.expect(&pull, "failure", "which checks GitHub requires on main could not be read");
    pull.check_run("github-actions", "build", Outcome::Success);
    world.settled().await;
    world.expect(&pull, "in_progress", "scan, which GitHub requires on main, has not reported on this commit");
    pull.check_run("github-actions", "scan", Outcome::Success);
    world.settled().await;
    world.expect(&pull, "success", "");
    // Not read again for ten minutes.
    let read = world.github.log().of("GET /repos/{owner}/{repo}/branches").count();
    assert_eq!(read, 2, "{}", world.github.log().summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_skipped_check_is_no_success() {
    let world = World::with_policy(CI).await;
    let pull = world.opened("").await;
    pull.check_run("github-actions", "ci", Outcome::Skipped);
    world.settled().await;
    world.expect(&pull, "action_required", "ci");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_that_name_from_another_app_is_another_check() {
    let world = World::with_policy(CI).await;
    let pull = world.opened("").await;
    pull.check_run("somebody-elses", "ci", Outcome::Success);
    pull.status("mallory", "ci", "success");
    world.settled().await;
    world.expect(&pull, "in_progress", "ci");
}

#[tokio::test(flavor = "multi_thread")]
async fn results_of_a_workflow_that_the_pull_request_edits_wait_for_a_reader() {
    let world = World::with_policy(CI).await;
    let changes = [(".github/workflows/ci.yml", "on: push\n")];
    let pull = world.shop.open_pull_request(NewPullRequest {
        author: "alice",
        title: "Faster",
        changes: changes.into(),
        ..NewPullRequest::default()
    });
    pull.check_run("github-actions", "ci", Outcome::Success);
    world.settled().await;
    world.expect(&pull, "in_progress", "");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_with_our_name_from_somebody_else_blocks() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.check_run("github-actions", "countersign", Outcome::Success);
    world.settled().await;
    world.expect(&pull, "failure", "");
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("github-actions"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rerequested_check_gets_a_new_run_even_where_nothing_differs() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let before = pull.checks().len();
    pull.rerequest("alice", "countersign");
    world.settled().await;
    let runs = pull.checks();
    assert_eq!(runs.len(), before + 1);
    assert_eq!(runs[before].external_id, runs[before - 1].external_id);
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_changes_nothing_writes_nothing() {
    let world = World::with_policy(CI).await;
    let pull = world.opened("").await;
    world.github.take_log();
    pull.label("dave", "whatever");
    pull.check_run("github-actions", "lint", Outcome::Success);
    pull.request_review("alice", "bob");
    world.settled().await;
    let log = world.github.take_log();
    assert_eq!(log.writes().count(), 0, "{}", log.summary());
    assert_eq!(log.reads().count(), 1, "only the label is looked at\n{}", log.summary());
}
