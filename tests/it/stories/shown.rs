//! What a policy says for people reaches them, whom a name means on GitHub, and what a change of rules does not do.

use github_stand_in::Verdict;

use crate::world::{PEER, World};

#[tokio::test(flavor = "multi_thread")]
async fn why_a_rule_asks_and_which_controls_it_serves_stand_on_the_check() {
    let policy = r#"
version = 1
[authorities.peer]
permission = "write"
[[rule]]
id = "peer"
why = "four eyes on every change"
controls = ["SOC2:CC8.1"]
approvals = [{ from = ["peer"], count = 1 }]
"#;
    let world = World::with_policy(policy).await;
    let pull = world.opened("").await;
    let summary = world.check(&pull).unwrap().summary;
    for said in ["four eyes on every change", "SOC2:CC8.1"] {
        assert!(summary.contains(said), "{summary}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_a_child_team_is_one_of_the_team_above() {
    let policy = r#"
version = 1
[authorities.cab]
teams = ["acme/cab"]
[[rule]]
id = "board"
approvals = [{ from = ["cab"], count = 1 }]
"#;
    let mut world = World::without_bot(policy).await;
    world.acme.team("cab", &["carol"]).child("cab-emea", &["bob"]);
    world.start(&[]).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_rule_is_judged_anew_and_ends_no_approval() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    let other = PEER.replace("id = \"peer\"", "id = \"four-eyes\"").replace("four eyes on", "two people see");
    world.shop.commit("main", "dave", [(".github/countersign.toml", other)]);
    world.settled().await;
    world.expect(&pull, "success", "");
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("four-eyes"), "judged by the old rule: {summary}");
}
