//! Review threads that a rule wants resolved.

use crate::world::{PEER, World};

const RESOLVED: &str = "version = 1\n[[rule]]\nid = \"answered\"\nresolved_threads = true\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_resolved_by_somebody_independent() {
    let world = World::with_policy(RESOLVED).await;
    let pull = world.opened("").await;
    world.expect(&pull, "success", "");
    let thread = pull.start_thread("bob", "change.txt", "why?");
    world.settled().await;
    world.expect(&pull, "in_progress", "1 of 1 review thread: the one in change.txt is open");
    pull.resolve_thread("alice", thread);
    world.settled().await;
    world.expect(&pull, "in_progress", "alice resolved the one in change.txt: alice opened this pull request");
    pull.unresolve_thread("bob", thread);
    pull.resolve_thread("bob", thread);
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.unresolve_thread("alice", thread);
    world.settled().await;
    world.expect(&pull, "in_progress", "is open");
}

#[tokio::test(flavor = "multi_thread")]
async fn remarks_and_threads_that_no_rule_asks_for_are_not_looked_at() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    world.github.take_log();
    let thread = pull.start_thread("bob", "change.txt", "why?");
    pull.resolve_thread("alice", thread);
    world.settled().await;
    let log = world.github.take_log();
    assert_eq!(log.calls().count(), 0, "{}", log.summary());
}
