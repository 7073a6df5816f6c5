//! Deliveries that GitHub could not hand over.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign::store::DeliveryWalk;
use github_stand_in::PullRequest;

use crate::world::{PEER, World};

const LIST: &str = "GET /app/hook/deliveries";
const AGAIN: &str = "/attempts";
/// Longer than from one sweep to the next, and than an attempt is under way.
const LATER: Duration = Duration::from_secs(1_000);

/// So many events that never arrive.
fn lost(world: &World, pull: &PullRequest, labels: std::ops::Range<usize>) {
    world.github.faults().forget_all_webhooks();
    labels.for_each(|number| pull.label("dave", &format!("label {number}")));
    world.github.faults().remember_webhooks();
}

/// How many deliveries have no attempt that arrived.
fn missing(world: &World) -> usize {
    let mut arrived: BTreeMap<String, bool> = BTreeMap::new();
    for attempt in world.github.deliveries() {
        *arrived.entry(attempt.guid).or_default() |= matches!(attempt.status, Some(200..300));
    }
    arrived.values().filter(|arrived| !**arrived).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_hundreds_of_lost_deliveries_each_is_asked_for_once_over_all_pages() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    lost(&world, &pull, 0..260);
    assert_eq!(missing(&world), 260);
    // Somebody at GitHub's pages was faster.
    let by_hand = world.github.deliveries().into_iter().rfind(|it| it.status == Some(0)).expect("a lost one");
    world.github.redeliver(&by_hand.guid);
    world.settled().await;
    world.github.take_log();
    world.advance(LATER);
    world.settled().await;
    let log = world.github.take_log();
    assert_eq!(missing(&world), 0, "{}", log.summary());
    assert_eq!(log.of(AGAIN).count(), 259, "{}", log.summary());
    assert!(log.of(LIST).count() > 2, "{}", log.summary());
    // What was read before is not read again.
    world.advance(LATER * 2);
    pull.label("dave", "one more");
    world.settled().await;
    world.advance(LATER);
    world.settled().await;
    world.github.take_log();
    world.advance(LATER);
    world.settled().await;
    let log = world.github.take_log();
    assert_eq!((log.of(LIST).count(), log.of(AGAIN).count()), (1, 0), "{}", log.summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_back_through_the_attempts_goes_on_where_it_was_broken_off() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let before = world.github.clock().now();
    lost(&world, &pull, 0..3);
    let last = world.github.deliveries().into_iter().next_back().expect("a delivery");
    lost(&world, &pull, 3..5);
    let top = world.github.clock().now();
    let walk = DeliveryWalk { seen_until: before, top, cursor: format!("v1_{}", last.id + 1) };
    world.store().remember_missed(&[], &walk).await.expect("kept");
    world.advance(LATER);
    world.settled().await;
    assert_eq!(missing(&world), 2, "from the cursor back");
    world.advance(LATER);
    world.settled().await;
    assert_eq!(missing(&world), 0);
    // A cursor that GitHub does not know is given up.
    lost(&world, &pull, 5..6);
    let walk = DeliveryWalk { seen_until: top, top, cursor: "of another time".into() };
    world.store().remember_missed(&[], &walk).await.expect("kept");
    world.advance(LATER);
    world.settled().await;
    assert_eq!(missing(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_fails_again_is_asked_for_ever_more_rarely() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    lost(&world, &pull, 0..1);
    world.github.take_log();
    world.github.faults().forget_webhooks_of("pull_request", 2);
    for _ in 0..2 {
        world.advance(LATER);
        world.settled().await;
    }
    assert_eq!(world.github.log().of(AGAIN).count(), 2);
    world.advance(LATER);
    world.settled().await;
    assert_eq!((world.github.log().of(AGAIN).count(), missing(&world)), (2, 1), "forty minutes after the second");
    world.advance(LATER * 2);
    world.settled().await;
    assert_eq!((world.github.log().of(AGAIN).count(), missing(&world)), (3, 0));
}
