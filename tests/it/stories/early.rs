//! Events that come before the one that says where the head is now.

use github_stand_in::{Outcome, PullRequest};

use crate::world::World;

const CI: &str = r#"
version = 1
[[rule]]
id = "built"
checks = ["ci"]
"#;

/// Alice pushes, and nobody is told. Reads show her commit, and nothing that comes later.
fn pushed_untold(world: &World, pull: &PullRequest) -> String {
    world.github.faults().forget_webhooks_of("pull_request", 1);
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    world.github.faults().freeze_reads();
    let is_push = |delivery: &github_stand_in::Delivery| delivery.action.as_deref() == Some("synchronize");
    world.github.deliveries().into_iter().rfind(is_push).expect("a push").guid
}

/// It was looked at more than once since, because what was read is too old; now reads show all there is.
async fn looked_twice_and_then_fresh(world: &World, looks: usize) {
    world.until("it was looked for", || world.github.log().of("query Look").count() > looks + 1).await;
    world.github.faults().fresh();
    world.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_is_told_before_the_push_it_ran_on_is_waited_for() {
    let world = World::with_policy(CI).await;
    let pull = world.opened("").await;
    let push = pushed_untold(&world, &pull);
    pull.check_run("github-actions", "ci", Outcome::Success);
    world.settled().await;
    let looks = world.github.log().of("query Look").count();
    world.github.redeliver(&push);
    looked_twice_and_then_fresh(&world, looks).await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_on_a_push_that_was_never_told_is_waited_for_by_whatever_finds_the_push() {
    let world = World::with_policy(&CI.replace("\"ci\"", "{ name = \"ci\", creator = \"jenkins[bot]\" }")).await;
    let pull = world.opened("").await;
    pull.status("jenkins[bot]", "ci", "success");
    world.settled().await;
    world.expect(&pull, "success", "");
    pushed_untold(&world, &pull);
    pull.status("jenkins[bot]", "ci", "failure");
    world.settled().await;
    let looks = world.github.log().of("query Look").count();
    // Anything makes it be looked at, and only that look finds where the head is.
    pull.label("dave", "whatever");
    looked_twice_and_then_fresh(&world, looks).await;
    world.expect(&pull, "action_required", "ci");
}
