//! The emergency lane: from a comment to green to its end, one ticket for one change, and the review that is owed.

use std::time::Duration;

use github_stand_in::{PullRequest, Verdict};

use crate::world::World;

/// Two of the board, and one of them in an emergency that another of them declared.
const LANE: &str = r#"
version = 1
[authorities.cab]
teams = ["acme/cab"]
[[rule]]
id = "board"
approvals = [{ from = ["cab"], count = 2 }]
[emergency]
declared_by = ["cab"]
ticket = '^INC-\d+$'
expires = "4h"
review_within = "2h"
approvals = [{ from = ["cab"], count = 1 }]
"#;

const DECLARES: &str = "/countersign emergency INC-7 payments are down";

async fn world() -> World {
    let mut world = World::without_bot(LANE).await;
    world.acme.team("cab", &["bob", "carol", "dave"]);
    world.start(&[]).await;
    world
}

/// Somebody writes a comment; how the bot answers it.
async fn says(world: &World, pull: &PullRequest, by: &str, body: &str) -> Vec<String> {
    let comment = pull.comment(by, body);
    world.settled().await;
    let comments = pull.comments();
    let comment = comments.iter().find(|known| known.id == comment).expect("the comment");
    comment.reactions.iter().map(|(_, what)| what.clone()).collect()
}

async fn approves(world: &World, pull: &PullRequest, by: &str) {
    pull.review(by, Verdict::Approve);
    world.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declared_emergency_goes_green_with_its_own_approvals_until_it_expires() {
    let world = world().await;
    let pull = world.opened("").await;
    approves(&world, &pull, "dave").await;
    world.expect(&pull, "in_progress", "approval");
    assert_eq!(says(&world, &pull, "alice", DECLARES).await, ["-1"], "her own change");
    world.expect(&pull, "in_progress", "approval");
    assert!(world.summary(&pull).contains("does not hold"), "{}", world.summary(&pull));
    assert_eq!(says(&world, &pull, "carol", "/countersign emergency CHG-7 down").await, ["-1"], "no such ticket");
    world.expect(&pull, "in_progress", "approval");
    assert_eq!(says(&world, &pull, "carol", DECLARES).await, ["+1"]);
    world.expect(&pull, "success", "Emergency INC-7");
    assert!(world.summary(&pull).contains("payments are down"), "{}", world.summary(&pull));
    // One ticket is for one change.
    let other = world.opened("").await;
    approves(&world, &other, "dave").await;
    assert_eq!(says(&world, &other, "carol", DECLARES).await, ["-1"]);
    world.expect(&other, "in_progress", "approval");
    assert!(world.summary(&other).contains(&format!("that of `#{}`", pull.number())), "{}", world.summary(&other));
    // It ends, and green goes a little before it.
    world.advance(Duration::from_secs(4 * 3_600 - 61));
    world.settled().await;
    world.expect(&pull, "in_progress", "approval");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_after_the_declaration_is_another_change() {
    let world = world().await;
    let pull = world.opened("").await;
    assert_eq!(says(&world, &pull, "carol", DECLARES).await, ["+1"]);
    approves(&world, &pull, "carol").await;
    world.expect(&pull, "in_progress", "approval");
    approves(&world, &pull, "dave").await;
    world.expect(&pull, "success", "Emergency INC-7");
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    approves(&world, &pull, "dave").await;
    world.expect(&pull, "in_progress", "approval");
    assert_eq!(says(&world, &pull, "carol", DECLARES).await, ["+1"], "it is its own ticket");
    world.expect(&pull, "success", "Emergency INC-7");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overdue_review_holds_other_changes_until_somebody_independent_gives_it() {
    let world = world().await;
    let pull = world.opened("").await;
    assert_eq!(says(&world, &pull, "carol", DECLARES).await, ["+1"]);
    approves(&world, &pull, "dave").await;
    world.expect(&pull, "success", "Emergency INC-7");
    let other = world.opened("").await;
    approves(&world, &other, "carol").await;
    approves(&world, &other, "dave").await;
    world.expect(&other, "success", "");
    pull.merge("alice");
    world.settled().await;
    let issues = world.shop.issues();
    assert_eq!(issues.len(), 1, "one review");
    assert!(issues[0].body().contains("as an emergency"), "{}", issues[0].body());
    world.expect(&other, "success", "");
    world.advance(Duration::from_secs(2 * 3_600 + 1));
    world.settled().await;
    assert!(!world.check(&other).expect("a check").is_green(), "{}", world.summary(&other));
    assert!(world.summary(&other).contains(&format!("#{}", pull.number())), "{}", world.summary(&other));
    for by in ["alice", "carol"] {
        assert_eq!(says(&world, &pull, by, "/countersign outcome successful all is well").await, ["-1"], "{by}");
        assert!(!world.check(&other).expect("a check").is_green(), "{by}");
    }
    issues[0].comment("carol", "/countersign outcome successful it was me");
    world.settled().await;
    assert!(issues[0].is_open(), "whoever declares one does not review it");
    issues[0].comment("bob", "/countersign outcome successful I looked at all of it");
    world.settled().await;
    assert!(!issues[0].is_open());
    world.expect(&other, "success", "");
    assert_eq!(says(&world, &pull, "bob", "/countersign outcome with-issues one thing").await, ["+1"], "here, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_review_is_owed_of_what_went_in_by_a_merge_group_too() {
    let world = world().await;
    let pull = world.opened("").await;
    assert_eq!(says(&world, &pull, "carol", DECLARES).await, ["+1"]);
    approves(&world, &pull, "dave").await;
    world.advance(Duration::from_secs(2));
    let group = world.shop.merge_group("dave", &[&pull]);
    world.settled().await;
    assert_eq!(group.check("countersign").map(|check| check.state().to_owned()).as_deref(), Some("success"));
    group.land();
    world.settled().await;
    assert!(pull.is_merged());
    let other = world.opened("").await;
    approves(&world, &other, "carol").await;
    approves(&world, &other, "dave").await;
    world.expect(&other, "success", "");
    world.advance(Duration::from_secs(2 * 3_600 + 1));
    world.settled().await;
    world.expect(&other, "failure", &format!("the review of #{}", pull.number()));
    assert_eq!(says(&world, &pull, "bob", "/countersign outcome successful I looked at all of it").await, ["+1"]);
    world.expect(&other, "success", "");
}
