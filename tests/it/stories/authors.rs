//! Who is behind a change: signatures, committers, agents, newcomers; and which environments it reaches.

use github_stand_in::{Commit, NewPullRequest, PullRequest, Signature};

use crate::world::World;

/// A pull request by that account, with the commit that opening it makes.
async fn opened_by(world: &World, author: &str) -> PullRequest {
    let new = NewPullRequest { author, title: "Sell more", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    pull
}

#[tokio::test(flavor = "multi_thread")]
async fn every_commit_is_signed() {
    let world = World::with_policy("version = 1\n[[rule]]\nid = \"signed\"\nsigned = true\n").await;
    world.expect(&world.opened("").await, "action_required", "sign every commit");
    let by_alice = |signature| Commit { by: "alice", signature: Some(signature), ..Commit::default() };
    world.shop.push("signed", by_alice(Signature::Valid));
    let new = NewPullRequest { author: "alice", title: "Signed", head: "signed", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.push_commit(by_alice(Signature::Invalid));
    world.settled().await;
    world.expect(&pull, "action_required", "sign every commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_is_asked_more_until_something_of_theirs_was_merged() {
    let policy = "version = 1\n[[rule]]\nid = \"newcomers\"\nwhen = { first_contribution = true }\ndeny = \"ask first\"\n\
                  [[rule]]\nid = \"rest\"\nallow = \"known here\"\n";
    let world = World::with_policy(policy).await;
    let first = opened_by(&world, "alice").await;
    world.expect(&first, "failure", "ask first");
    first.merge("dave");
    world.settled().await;
    world.expect(&opened_by(&world, "alice").await, "success", "");
    world.expect(&opened_by(&world, "bob").await, "failure", "ask first");
    // Once it was merged it stays so, and is not searched for again.
    world.github.take_log();
    world.expect(&opened_by(&world, "alice").await, "success", "");
    let log = world.github.take_log();
    assert_eq!(log.of("query MergedBefore").count(), 0, "{}", log.summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_a_bot_or_whom_the_policy_calls_one() {
    let policy = "version = 1\n[authorities.agents]\nusers = [\"carol\"]\n\
                  [[rule]]\nid = \"agents\"\nwhen = { agent = true }\ndeny = \"no machines\"\n\
                  [[rule]]\nid = \"rest\"\nallow = \"people\"\n";
    let world = World::with_policy(policy).await;
    world.expect(&opened_by(&world, "alice").await, "success", "");
    world.expect(&opened_by(&world, "carol").await, "failure", "no machines");
    world.expect(&opened_by(&world, "helper[bot]").await, "failure", "no machines");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_committer_is_asked_more_whoever_opens() {
    let policy = "version = 1\n[[rule]]\nid = \"contractors\"\nwhen = { committer_in = [\"user:carol\"] }\ndeny = \"not yet\"\n\
                  [[rule]]\nid = \"rest\"\nallow = \"ours\"\n";
    let world = World::with_policy(policy).await;
    let pull = opened_by(&world, "alice").await;
    world.expect(&pull, "success", "");
    let carol = world.github.identity("carol");
    pull.push_commit(Commit { by: "alice", author: Some(carol), ..Commit::default() });
    world.settled().await;
    world.expect(&pull, "failure", "not yet");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_is_reached_by_paths_or_named_by_the_author() {
    let policy = "version = 1\n[environments.production]\nnames = [\"prod\"]\npaths = [\"deploy/**\"]\n\
                  [[rule]]\nid = \"production\"\nwhen = { environments = [\"production\"] }\ndeny = \"frozen\"\n\
                  [[rule]]\nid = \"rest\"\nallow = \"elsewhere\"\n";
    let world = World::with_policy(policy).await;
    let pull = world.opened("").await;
    world.expect(&pull, "success", "");
    pull.edit_body("alice", "## Environments\nprod\n");
    world.settled().await;
    world.expect(&pull, "failure", "frozen");
    pull.edit_body("alice", "## Environments\nstaging\n");
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.push("alice", [("deploy/prod.yaml", "replicas: 2\n")]);
    world.settled().await;
    world.expect(&pull, "failure", "frozen");
}
