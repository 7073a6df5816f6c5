//! What an approval survives: a move of the head that leaves the net diff as it was.

use github_stand_in::{Changes, NewPullRequest, PullRequest, Verdict};

use crate::world::{PEER, World};

/// A file of forty lines that differ, of which people change some.
fn text(changed: &[(usize, &str)]) -> String {
    let line = |number: usize| match changed.iter().find(|(at, _)| *at == number) {
        Some((_, line)) => format!("{line}\n"),
        None => format!("line {number}\n"),
    };
    (0..40).map(line).collect()
}

/// A world whose `main` has `pay.rs`, with alice's change of its line 5, which bob has approved.
async fn approved(changes: impl Into<Changes>) -> (World, PullRequest) {
    let world = World::without_bot(PEER).await;
    world.shop.commit("main", "dave", [("pay.rs", text(&[]))]);
    let world = world.started(&[]).await;
    let changes = changes.into();
    let new = NewPullRequest { author: "alice", title: "Charge in cents", changes, ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    (world, pull)
}

fn summary(world: &World, pull: &PullRequest) -> String {
    world.check(pull).expect("a check").summary
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebase_that_changes_nothing_keeps_the_approval_and_shows_it() {
    let change = [("pay.rs", text(&[(5, "let cents = 1;")]))];
    let (world, pull) = approved(change.clone()).await;
    let approved = pull.head();
    world.shop.commit("main", "dave", [("other.rs", "fn other() {}\n")]);
    world.settled().await;
    let before = world.github.log().count();
    pull.force_push("alice", change);
    world.settled().await;
    world.expect(&pull, "success", "");
    let said = format!("approved commit `{}`, and the diff is still the same", &approved[..7]);
    assert!(summary(&world, &pull).contains(&said), "{}", summary(&world, &pull));
    let log = world.github.log();
    assert!(log.count() - before <= 5, "{}", log.summary());
    // Nothing more is asked of what is known.
    let before = world.github.log().count();
    pull.comment("carol", "nice");
    pull.review("carol", Verdict::Comment);
    world.settled().await;
    let asked: Vec<_> = world.github.log().calls().skip(before).map(|call| call.operation.clone()).collect();
    assert!(asked.iter().all(|operation| operation == "query Look"), "{asked:?}");
}
