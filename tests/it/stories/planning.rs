//! `/countersign schedule`: by the author, by somebody who may push and by a stranger, and beside the description.

use github_stand_in::{Permission, Verdict};
use jiff::{SignedDuration, Timestamp};

use super::collisions::{early, hour};
use super::commands::says;
use super::schedule::at;
use crate::world::{PEER, World};

fn schedule(start: Timestamp, end: Timestamp) -> String {
    format!("/countersign schedule {start} {end}")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_author_and_whoever_may_push_plan_the_window_by_comment_and_nobody_else() {
    let world = early(World::with_policy(PEER).await).await;
    world.shop.grant("erin", Permission::Triage);
    let pull = world.opened("").await;
    let written = schedule(hour(&world, 4), hour(&world, 5));
    assert_eq!(says(&world, &pull, "erin", &written).await, ["-1"]);
    let told = world.summary(&pull);
    assert!(told.contains("only the author of this pull request, or somebody who may push"), "{told}");
    assert!(!told.contains("the planned window opens"), "{told}");
    assert_eq!(says(&world, &pull, "alice", "/countersign schedule 2030-01-30 19:00 21:00").await, ["-1"]);
    let told = world.summary(&pull);
    assert!(told.contains("has no time zone") && told.contains("2030-01-30 19:00 UTC 2030-01-30 21:00 UTC"), "{told}");
    assert_eq!(says(&world, &pull, "alice", &written).await, ["+1"]);
    assert!(world.summary(&pull).contains("the planned window opens at"));
    // Somebody who may push plans it anew, and is held to that: an approval is of what was planned when it was given.
    world.advance(std::time::Duration::from_secs(2));
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "the planned window opens at");
    world.advance(std::time::Duration::from_secs(2));
    let (opens, closes) = (hour(&world, 6), hour(&world, 8));
    assert_eq!(says(&world, &pull, "carol", &schedule(opens, closes)).await, ["+1"]);
    assert!(world.summary(&pull).contains("was edited from"), "{}", world.summary(&pull));
    world.advance(std::time::Duration::from_secs(2));
    pull.review("bob", Verdict::Approve);
    at(&world, opens).await;
    world.expect(&pull, "success", "");
    at(&world, closes - SignedDuration::from_secs(59)).await;
    world.expect(&pull, "action_required", "plan a new window");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_stands_before_the_description_until_that_is_edited() {
    let world = early(World::with_policy(PEER).await).await;
    let planned = |from: i64| format!("## Planned window\n{} to {}\n", hour(&world, from), hour(&world, from + 1));
    let first = planned(4);
    let second = planned(7);
    let pull = world.opened(&first).await;
    let opens = |from: Timestamp| format!("the planned window opens at {} UTC", from.strftime("%Y-%m-%d %H:%M"));
    let shows = |at: &str| assert!(world.summary(&pull).contains(at), "{at}:\n{}", world.summary(&pull));
    let (four, seven, ten) = (hour(&world, 4), hour(&world, 7), hour(&world, 10));
    shows(&opens(four));
    world.advance(std::time::Duration::from_secs(2));
    says(&world, &pull, "alice", &schedule(ten, ten + SignedDuration::from_hours(1))).await;
    shows(&opens(ten));
    world.advance(std::time::Duration::from_secs(2));
    pull.edit_body("alice", &format!("{first}\n## Summary\nmore\n"));
    world.settled().await;
    shows(&opens(ten));
    pull.edit_body("alice", &second);
    world.settled().await;
    shows(&opens(seven));
}
