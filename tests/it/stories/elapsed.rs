//! `soak` and `notice`: what counts from when countersign received it, and turns by itself.

use github_stand_in::{Changes, PullRequest, Verdict};
use jiff::{SignedDuration, Timestamp};

use super::schedule::{at, just_at};
use crate::world::{PEER, World};

const LIES: &str = "version = 1\n[[rule]]\nid = \"lies\"\nsoak = \"30m\"\n";
const TOLD: &str = "version = 1\n[[rule]]\nid = \"told\"\nnotice = \"24h\"\n[schedule]\nplanned_window = \"off\"\n";

fn after(from: Timestamp, minutes: i64) -> Timestamp {
    from + SignedDuration::from_mins(minutes)
}

/// It is green so many minutes after an instant, give or take a minute for what led there, and was not before.
async fn turns(world: &World, pull: &PullRequest, (from, minutes): (Timestamp, i64), waits: &str) {
    just_at(world, after(from, minutes) - SignedDuration::from_secs(1)).await;
    world.expect(pull, "in_progress", waits);
    at(world, after(from, minutes + 1)).await;
    world.expect(pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_soaks_from_when_it_was_seen_and_a_push_starts_it_anew() {
    let world = World::with_policy(LIES).await;
    let now = || world.github.clock().now();
    let opened = now();
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "which is long enough at");
    turns(&world, &pull, (opened, 30), "the head is").await;
    let pushed = now();
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    world.settled().await;
    turns(&world, &pull, (pushed, 30), "the head is").await;
    // Nothing but a push starts it anew.
    pull.label("dave", "urgent");
    pull.edit_body("alice", "## Summary\nAnother one\n");
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_begins_to_ask_finds_what_was_seen_before() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    let opened = world.github.clock().now();
    at(&world, after(opened, 31)).await;
    world.shop.commit("main", "dave", Changes::new().write(".github/countersign.toml", LIES));
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn notice_counts_from_the_receipt_of_the_announcement_and_its_edit_starts_it_anew() {
    let world = World::with_policy(TOLD).await;
    let now = || world.github.clock().now();
    let (opened, day) = (now(), 24 * 60);
    let pull = world.opened("## Impact\nnobody\n").await;
    at(&world, after(opened, 60)).await;
    pull.edit_body("alice", "## Impact\nnobody\n\n## Test plan\nran it twice\n");
    world.settled().await;
    turns(&world, &pull, (opened, day), "the change is announced as it is since").await;
    // A push changes what goes in, and not what is announced.
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    world.settled().await;
    world.expect(&pull, "success", "");
    let edited = now();
    pull.edit_body("alice", "## Impact\neverybody who pays\n\n## Test plan\nran it twice\n");
    world.settled().await;
    turns(&world, &pull, (edited, day), "impact was edited").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notice_counts_from_when_a_draft_becomes_ready_and_another_base_starts_it_anew() {
    let world = World::with_policy(TOLD).await;
    world.shop.branch("release", "main");
    let now = || world.github.clock().now();
    let day = 24 * 60;
    let pull = world.opened("## Impact\nnobody\n").await;
    pull.draft("alice");
    world.settled().await;
    world.expect(&pull, "in_progress", "Draft: nothing is asked of anybody");
    at(&world, after(now(), 2 * day)).await;
    let ready = now();
    pull.ready("alice");
    world.settled().await;
    turns(&world, &pull, (ready, day), "the change is announced as it is since").await;
    pull.retarget("alice", "release");
    world.settled().await;
    let back = now();
    pull.retarget("alice", "main");
    world.settled().await;
    turns(&world, &pull, (back, day), "the change is announced as it is since").await;
}
