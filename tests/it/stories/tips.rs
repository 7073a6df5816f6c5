//! Policies are read from branches as they were last pushed, whatever the pull request's own date.

use github_stand_in::{On, PullRequest, Verdict};

use crate::world::{PEER, World};

const POLICY: &str = ".github/countersign.toml";

/// How often pull requests were looked at.
fn looks(world: &World) -> usize {
    world.github.log().of("query Look").count()
}

/// That policy with this many approvals.
fn asking(count: u32) -> String {
    PEER.replace("count = 1", &format!("count = {count}"))
}

/// Reads lag until a look was taken in vain, and once more; then they show everything.
async fn lagging(world: &World, push: impl FnOnce()) {
    world.github.faults().freeze_reads();
    let before = looks(world);
    push();
    world.until("the look is taken again", || looks(world) > before + 1).await;
    world.github.faults().fresh();
    world.settled().await;
}

fn never_green(pull: &PullRequest) {
    assert!(pull.checks().iter().all(|check| !check.is_green()), "{:#?}", pull.checks());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_shows_the_older_of_two_pushed_policies_counts_for_neither() {
    let world = World::with_policy(&asking(2)).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    let faults = world.github.faults();
    // Both events are received once both were pushed, the later one first.
    faults.reverse_webhooks(2);
    world.shop.commit("main", "dave", [(POLICY, asking(1))]);
    lagging(&world, || _ = world.shop.commit("main", "dave", [(POLICY, asking(3))])).await;
    never_green(&pull);
    world.expect(&pull, "in_progress", "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stricter_policy_of_the_organisation_is_waited_for() {
    let mut world = World::without_bot("").await;
    let home = world.acme.repository(".github").private();
    home.commit("main", "dave", [("countersign.toml", PEER)]);
    world.start(&[]).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    lagging(&world, || _ = home.commit("main", "dave", [("countersign.toml", asking(2))])).await;
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_for_something_else_is_held_to_the_pushed_policy_too() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let faults = world.github.faults();
    faults.hang(On::Operation("query Look"));
    pull.review("bob", Verdict::Approve);
    world.until("a look hangs", || faults.hanging() > 0).await;
    // The approval is shown, and the policy that is pushed now is not.
    faults.freeze_reads();
    world.shop.commit("main", "dave", [(POLICY, asking(2))]);
    world.github.settled().await;
    let before = looks(&world);
    faults.answer();
    world.until("the look is taken again", || looks(&world) > before + 1).await;
    faults.fresh();
    world.settled().await;
    never_green(&pull);
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_touches_no_policy_costs_no_patience() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let before = looks(&world);
    world.shop.commit("main", "dave", [(POLICY, asking(2))]);
    world.shop.commit("main", "dave", [("README.md", "the shop, again\n")]);
    world.settled().await;
    world.expect(&pull, "in_progress", "2");
    assert!(looks(&world) <= before + 2, "{}", world.github.log().summary());
}
