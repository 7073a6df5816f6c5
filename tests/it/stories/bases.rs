//! Bases, retargets, and commits that several pull requests share.

use github_stand_in::{NewPullRequest, PullRequest, Verdict};

use crate::world::{PEER, World};

const LAX: &str = "version = 1\n[[rule]]\nid = \"lax\"\nallow = \"nothing is asked here\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn green_on_a_lax_base_is_worth_nothing_after_a_retarget() {
    let mut world = World::without_bot(PEER).await;
    world.shop.branch("lax", "main");
    world.shop.commit("lax", "dave", [(".github/countersign.toml", LAX)]);
    world.start(&[]).await;
    let pull = world.shop.open_pull_request(NewPullRequest {
        author: "alice",
        title: "Slip in",
        base: "lax",
        ..NewPullRequest::default()
    });
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    assert_eq!(pull.check("countersign: lax").map(|check| check.state().to_owned()).as_deref(), Some("success"));
    assert_eq!(pull.check("countersign"), None);
    pull.retarget("alice", "main");
    world.settled().await;
    // The approval was given for another base, and the old check vouches for nothing any more.
    world.expect(&pull, "in_progress", "1");
    assert!(!pull.check("countersign: lax").unwrap().is_green());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_open_pull_requests_with_one_head_and_one_check_show_the_worst() {
    let world = World::with_policy(PEER).await;
    let first = world.opened("").await;
    first.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&first, "success", "");
    let second =
        NewPullRequest { author: "carol", title: "The same commit", head: "change-1", ..NewPullRequest::default() };
    let second = world.shop.open_pull_request(second);
    world.settled().await;
    assert_eq!(first.head(), second.head());
    world.expect(&first, "in_progress", "");
    second.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&first, "success", "");
    second.review("bob", Verdict::RequestChanges);
    world.settled().await;
    world.expect(&first, "failure", "");
    second.close("carol");
    world.settled().await;
    world.expect(&first, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_pushed_to_the_base_is_asked_of_every_open_pull_request() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    world.shop.commit("main", "dave", [(".github/countersign.toml", PEER.replace("count = 1", "count = 2"))]);
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
}

/// The check of that name on a pull request, if there is one: how it stands.
fn stands(pull: &PullRequest, name: &str) -> Option<String> {
    pull.check(name).map(|check| check.state().to_owned())
}

async fn into(world: &World, base: &str) -> PullRequest {
    let new = NewPullRequest { author: "alice", title: "Sell more", base, ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    pull
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_of_bases_has_one_name_and_the_default_branchs_policy() {
    let named = format!("{PEER}[check]\nnames = {{ \"release/**\" = \"countersign: release\" }}\n");
    let mut world = World::without_bot(&named).await;
    let lax = [("release/1", LAX), ("release", LAX)];
    let forging = format!("{LAX}[check]\nnames = {{ \"**\" = \"countersign: release\" }}\n");
    for (base, policy) in lax.into_iter().chain([("dev", forging.as_str())]) {
        world.shop.branch(base, "main");
        world.shop.commit(base, "dave", [(".github/countersign.toml", policy)]);
    }
    world.start(&[]).await;
    let family = "countersign: release";
    let pull = into(&world, "release/1").await;
    assert_eq!(stands(&pull, family).as_deref(), Some("in_progress"));
    assert_eq!(stands(&pull, "countersign: release/1"), None);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    assert_eq!(stands(&pull, family).as_deref(), Some("success"));
    // A branch whose own check would bear the family's name, and one whose policy would take it.
    let twin = into(&world, "release").await;
    assert_eq!(stands(&twin, family).as_deref(), Some("in_progress"));
    let forger = into(&world, "dev").await;
    assert_eq!(stands(&forger, family), None);
    assert_eq!(stands(&forger, "countersign: dev").as_deref(), Some("success"));
    // The default branch's policy gives the family up: its name vouches for nothing, and each base has its own again.
    world.shop.commit("main", "dave", [(".github/countersign.toml", PEER)]);
    world.settled().await;
    assert_eq!(stands(&pull, "countersign: release/1").as_deref(), Some("success"));
    assert_eq!(stands(&pull, family).as_deref(), Some("failure"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stricter_policy_on_the_default_branch_is_asked_of_the_whole_family() {
    let named = format!("{PEER}[check]\nnames = {{ \"release/**\" = \"countersign: release\" }}\n");
    let mut world = World::without_bot(&named).await;
    world.shop.branch("release/1", "main");
    world.start(&[]).await;
    let pull = into(&world, "release/1").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    assert_eq!(stands(&pull, "countersign: release").as_deref(), Some("success"));
    let stricter = named.replace("count = 1", "count = 2");
    world.shop.commit("main", "dave", [(".github/countersign.toml", stricter)]);
    world.settled().await;
    assert_eq!(stands(&pull, "countersign: release").as_deref(), Some("in_progress"));
}
