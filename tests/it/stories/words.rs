//! What GitHub will not take beside the check run: the verdict stands, the check tells of it, and the same words are not
//! sent again until something changes.

use std::time::Duration;

use github_stand_in::{NewPullRequest, On, PullRequest, Verdict};

use crate::world::{PEER, World};

/// Comments that were sent, taken or not.
fn comments_sent(world: &World) -> usize {
    world.github.log().writes().filter(|entry| entry.operation.contains("comments")).count()
}

async fn dead(world: &World) -> u64 {
    world.store().queue_stats().await.expect("the queue can be counted").dead
}

/// A pull request whose conversation was locked before the bot heard of it.
async fn locked(world: &World) -> PullRequest {
    world.github.faults().forget_webhooks_of("pull_request", 1);
    let new = NewPullRequest { author: "alice", title: "Sell more", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    pull.lock("dave");
    pull.label("dave", "told");
    world.settled().await;
    pull
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_that_github_refuses_leaves_the_verdict_and_the_check_tells_of_it() {
    let world = World::with_policy(PEER).await;
    let pull = locked(&world).await;
    world.expect(&pull, "in_progress", "1");
    assert!(world.comment(&pull).is_none());
    let told = world.summary(&pull);
    assert!(told.contains("could not be written") && told.contains("issue is locked"), "{told}");
    assert_eq!((comments_sent(&world), dead(&world).await), (1, 0));
    let runs = pull.checks().len();
    pull.label("dave", "again");
    world.advance(Duration::from_secs(3_600));
    world.settled().await;
    assert_eq!((comments_sent(&world), pull.checks().len()), (1, runs), "the same words are not sent again");
    pull.unlock("dave");
    world.settled().await;
    assert!(world.comment(&pull).is_some(), "once it may be written it is");
    let told = world.summary(&pull);
    assert!(!told.contains("could not be written"), "{told}");
    assert_eq!(comments_sent(&world), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_edit_of_the_comment_leaves_green_as_it_is() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let before = world.comment(&pull).expect("a comment").body;
    pull.lock("dave");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    assert!(world.summary(&pull).contains("issue is locked"));
    assert_eq!((world.comment(&pull).expect("a comment").body, dead(&world).await), (before.clone(), 0));
    let sent = comments_sent(&world);
    pull.label("dave", "again");
    world.settled().await;
    assert_eq!(comments_sent(&world), sent, "the same words are not sent again");
    pull.unlock("dave");
    world.settled().await;
    assert_ne!(world.comment(&pull).expect("a comment").body, before, "it is folded");
    assert!(!world.summary(&pull).contains("issue is locked"));
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_is_tried_again_when_the_check_is_re_run() {
    let world = World::with_policy(PEER).await;
    let comments = On::Operation("issues/{issue_number}/comments");
    world.github.faults().fail_with(comments, 1_000, 403);
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "1");
    assert!(world.summary(&pull).contains("could not be written"));
    pull.rerequest("alice", "countersign");
    world.settled().await;
    assert_eq!((comments_sent(&world), dead(&world).await), (2, 0));
    assert!(world.summary(&pull).contains("could not be written"));
    world.github.faults().up();
    pull.rerequest("alice", "countersign");
    world.settled().await;
    assert!(world.comment(&pull).is_some());
    assert!(!world.summary(&pull).contains("could not be written"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_for_reviews_is_told_by_the_check() {
    let mut world = World::without_bot("").await;
    world.acme.team("cab", &["carol", "dave"]);
    let policy = "version = 1\n[approval]\nrequest = \"teams\"\n[authorities.cab]\nteams = [\"acme/cab\"]\n\
        [[rule]]\nid = \"board\"\napprovals = [{ from = [\"cab\"], count = 1 }]\n";
    world.shop.commit("main", "dave", [(".github/countersign.toml", policy)]);
    world.github.faults().fail_with(On::Operation("requested_reviewers"), 1, 422);
    world.start(&[]).await;
    let pull = world.opened("").await;
    let asked = || world.github.log().of("requested_reviewers").count();
    world.expect(&pull, "in_progress", "");
    assert!(world.summary(&pull).contains("ask for reviews"), "{}", world.summary(&pull));
    assert_eq!((asked(), dead(&world).await, pull.comments().len()), (1, 0, 1));
    pull.label("dave", "again");
    world.settled().await;
    assert_eq!(asked(), 1, "it is not asked again by itself");
    pull.rerequest("alice", "countersign");
    world.settled().await;
    assert_eq!(pull.requested(), ["cab"]);
    assert!(!world.summary(&pull).contains("ask for reviews"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_run_that_github_refuses_is_a_failure() {
    let world = World::with_policy(PEER).await;
    world.github.faults().fail_with(On::Operation("check-runs"), 1_000, 403);
    let pull = world.opened("").await;
    // A sweep, every ten minutes, tries once more what is dead.
    let mut died = false;
    for _ in 0..40 {
        world.advance(Duration::from_secs(60));
        world.settled().await;
        died |= dead(&world).await == 1;
    }
    assert!(died, "without a check run there is no verdict");
    world.github.faults().up();
    world.advance(Duration::from_secs(900));
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
}
