//! Merge groups.

use github_stand_in::{NewPullRequest, Verdict};

use crate::world::{PEER, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_as_good_as_its_worst_member() {
    let world = World::with_policy(PEER).await;
    let (good, bad) = (world.opened("").await, world.opened("").await);
    good.review("bob", Verdict::Approve);
    world.settled().await;
    let group = world.shop.merge_group("dave", &[&good, &bad]);
    world.settled().await;
    let check = group.check("countersign").unwrap();
    assert!(!check.is_green(), "{check:#?}");
    assert!(check.title.contains(&format!("#{}", bad.number())), "{}", check.title);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_approved_members_passes() {
    let world = World::with_policy(PEER).await;
    let (one, two) = (world.opened("").await, world.opened("").await);
    one.review("bob", Verdict::Approve);
    two.review("carol", Verdict::Approve);
    world.settled().await;
    let group = world.shop.merge_group("dave", &[&one, &two]);
    world.settled().await;
    assert_eq!(group.check("countersign").map(|check| check.state().to_owned()).as_deref(), Some("success"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_into_a_family_of_bases_is_answered_under_its_name() {
    let mut world =
        World::without_bot(&format!("{PEER}[check]\nnames = {{ \"release/**\" = \"countersign: release\" }}\n")).await;
    world.shop.branch("release/1", "main");
    world.start(&[]).await;
    let new = NewPullRequest { author: "alice", title: "Mend", base: "release/1", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    let group = world.shop.merge_group("dave", &[&pull]);
    world.settled().await;
    let stands = |name: &str| group.check(name).map(|check| check.state().to_owned());
    assert_eq!(stands("countersign: release").as_deref(), Some("success"));
    assert_eq!(stands("countersign: release/1"), None);
}
