//! What went in is reviewed: issues for it, their answers, what went in without our word, and what became of changes.

use std::time::Duration;

use github_stand_in::{Issue, On, PullRequest, Verdict};

use crate::world::{PEER, World};

/// One independent peer, and a review of every change within two days.
fn pir() -> String {
    format!("{PEER}[pir]\nwithin = \"2d\"\n")
}

/// A change that bob approved.
async fn approved(world: &World) -> PullRequest {
    let pull = world.opened("## Backout plan\nRevert it.\n").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    pull
}

/// One that alice merged, too.
async fn merged(world: &World) -> PullRequest {
    let pull = approved(world).await;
    pull.merge("alice");
    world.settled().await;
    pull
}

/// The one issue there is.
fn issue(world: &World) -> Issue {
    let issues = world.shop.issues();
    assert_eq!(issues.len(), 1, "{:?}", issues.iter().map(Issue::title).collect::<Vec<_>>());
    issues.into_iter().next().expect("an issue")
}

/// Somebody comments on an issue; how the bot answers it.
async fn says(world: &World, issue: &Issue, by: &str, body: &str) -> Vec<String> {
    let comment = issue.comment(by, body);
    world.settled().await;
    let comments = issue.comments();
    let comment = comments.iter().find(|known| known.id == comment).expect("the comment");
    comment.reactions.iter().map(|(_, what)| what.clone()).collect()
}

const WELL: &str = "/countersign outcome successful all is well";

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_pir_matches_gets_one_issue_that_somebody_independent_answers() {
    let world = World::with_policy(&pir()).await;
    let pull = merged(&world).await;
    let issue = issue(&world);
    assert_eq!(issue.title(), format!("Review of #{}: Sell more", pull.number()));
    for said in ["Revert it", "approved by `bob`", "merged by `alice`", "The policy asks for a review"] {
        assert!(issue.body().contains(said), "{said}: {}", issue.body());
    }
    pull.label("bob", "seen");
    world.settled().await;
    assert_eq!(says(&world, &issue, "alice", WELL).await, ["-1"], "her own change");
    assert_eq!(says(&world, &issue, "mallory", WELL).await, ["-1"], "who may not push");
    assert!(says(&world, &issue, "bob", "/countersign hold it").await.is_empty(), "no command for an issue");
    assert!(issue.is_open());
    assert_eq!(says(&world, &issue, "bob", WELL).await, ["+1"]);
    assert!(!issue.is_open());
    assert_eq!(world.shop.issues().len(), 1);
    assert!(world.store().unauthorised(world.shop.id()).await.expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_pir_does_not_match_owes_no_review() {
    let world = World::with_policy(&format!("{PEER}[pir]\nwhen = {{ risk = \">= high\" }}\n")).await;
    merged(&world).await;
    assert!(world.shop.issues().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_whose_opening_was_not_heard_of_is_found_again_and_not_opened_twice() {
    let world = World::with_policy(&pir()).await;
    let pull = approved(&world).await;
    world.github.faults().lose_answers(On::Operation("POST /repos/{owner}/{repo}/issues"), 1);
    pull.merge("alice");
    world.settled().await;
    let issue = issue(&world);
    pull.comment("bob", WELL);
    world.settled().await;
    assert!(!issue.is_open(), "it is known which one it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_to_write_issues_the_review_is_owed_and_done_on_the_pull_request() {
    let world = World::with_policy(&pir()).await;
    world.shop.allow_issues(false);
    let pull = merged(&world).await;
    assert!(world.shop.issues().is_empty());
    world.shop.allow_issues(true);
    world.advance(Duration::from_secs(24 * 3_600 + 1));
    world.settled().await;
    let issue = issue(&world);
    pull.comment("bob", WELL);
    world.settled().await;
    assert!(!issue.is_open());
}
