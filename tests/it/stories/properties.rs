//! Rules that speak by a repository's custom properties.

use std::time::Duration;

use github_stand_in::{On, Verdict};

use crate::world::{PEER, World};

const TIERED: &str = "[[rule]]\nid = \"critical\"\nwhen = { properties = { tier = [\"0\", \"1\"] } }\n\
    approvals = [{ from = [\"peer\"], count = 2 }]\n";

const READ: &str = "GET /repos/{owner}/{repo}";

fn reads(world: &World) -> usize {
    world.github.log().entries.iter().filter(|entry| entry.operation == READ).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn custom_properties_are_read_where_a_policy_asks_and_kept_for_fifteen_minutes() {
    let world = World::with_policy(&format!("{PEER}{TIERED}")).await;
    world.shop.property("tier", "2");
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    assert_eq!(reads(&world), 1);
    // It becomes critical: a look within 15 minutes goes by what was read, a later one reads again.
    world.shop.property("tier", "1");
    world.advance(Duration::from_secs(16 * 60));
    pull.retitle("alice", "Pay twice");
    world.settled().await;
    world.expect(&pull, "in_progress", "");
    assert_eq!(reads(&world), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custom_property_that_cannot_be_read_never_passes() {
    let world = World::with_policy(&format!("{PEER}{TIERED}")).await;
    world.github.faults().fail_with(On::Operation(READ), 100, 404);
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "failure", "");
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("custom properties could not be read"), "{summary}");
}
