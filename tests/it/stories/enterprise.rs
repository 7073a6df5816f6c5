//! GitHub Enterprise Server, as far as its addresses go: all else is its published description.

use github_stand_in::Verdict;

use crate::world::{PEER, World};

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_asked_below_the_addresses_of_an_enterprise_server() {
    let world = World::without_bot(PEER).await;
    let api = world.github.enterprise_url();
    let world = world.started(&[("github_api_url", &api)]).await;
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "1");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    let log = world.github.log();
    assert!(log.count() > 4, "{}", log.summary());
    for call in &log.entries {
        assert!(call.enterprise, "{} {}", call.method, call.path);
    }
}
