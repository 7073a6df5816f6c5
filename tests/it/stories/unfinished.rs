//! Checks that wait for weeks: GitHub gives up a run that is not concluded after 14 days.

use std::time::Duration;

use jiff::SignedDuration;

use crate::world::{PEER, World};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_for_weeks_is_written_anew_before_it_goes_stale() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    for day in 1..=30 {
        world.advance(DAY);
        world.settled().await;
        let (state, _) = world.shows(&pull);
        assert_eq!((state.as_str(), pull.checks().len()), ("in_progress", 1 + day / 13), "on day {day}");
    }
    let first = &pull.checks()[0];
    assert_eq!(first.conclusion.as_deref(), Some("stale"), "the first one is over");
    assert_eq!(pull.comments().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_went_stale_while_the_bot_was_away_is_written_anew() {
    let mut world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    world.stop().await;
    world.github.clock().advance(SignedDuration::from_hours(15 * 24));
    world.expect(&pull, "stale", "1");
    world.start(&[]).await;
    world.expect(&pull, "in_progress", "1");
    assert_eq!(pull.checks().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_a_merge_group_that_waits_for_weeks_is_written_anew_until_the_group_is_gone() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let group = world.shop.merge_group("dave", &[&pull]);
    world.settled().await;
    for day in 1..=14 {
        world.advance(DAY);
        world.settled().await;
        let newest = group.check("countersign").unwrap();
        assert_eq!((newest.state(), group.checks().len()), ("in_progress", 1 + day / 13), "on day {day}");
    }
    group.give_up("dequeued");
    for _ in 15..=28 {
        world.advance(DAY);
        world.settled().await;
    }
    assert_eq!(group.checks().len(), 2, "nobody reads what would be said");
}
