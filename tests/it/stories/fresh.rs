//! A look must be as new as its event, and what lowers must lower.

use std::time::Duration;

use countersign::signal::{Mark, Want};
use github_stand_in::{NewPullRequest, On, PullRequest, Verdict};
use jiff::Timestamp;

use crate::world::{CAB, PEER, World};

/// Another pull request of the same commit as the first.
fn twin(world: &World) -> PullRequest {
    let new =
        NewPullRequest { author: "carol", title: "The same commit", head: "change-1", ..NewPullRequest::default() };
    world.shop.open_pull_request(new)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissal_that_reads_never_show_stays_a_dismissal() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let review = pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.advance(Duration::from_secs(2));
    world.github.faults().freeze_reads();
    pull.dismiss("carol", review);
    world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
    // The tries are over after a minute.
    for _ in 0..12 {
        let looks = world.github.log().of("query Look").count();
        world.advance(Duration::from_secs(70));
        world.until("another look", || world.github.log().of("query Look").count() > looks).await;
    }
    // The one that was green before the dismissal is all there is.
    assert_eq!(pull.checks().iter().filter(|check| check.is_green()).count(), 1, "{:#?}", pull.checks());
    world.github.faults().fresh();
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_to_a_commit_that_another_made_green_takes_green_away_without_a_read() {
    let world = World::with_policy(PEER).await;
    let first = world.opened("").await;
    first.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&first, "success", "");
    let second = world.opened("").await;
    assert_ne!(first.head(), second.head());
    world.github.faults().down(On::Reads);
    second.reset_head("alice", &first.head());
    world.until("green is taken back", || !world.check(&second).unwrap().is_green()).await;
    world.expect(&second, "in_progress", "Looking again");
    world.github.faults().up();
    world.settled().await;
    world.expect(&second, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_answer_that_a_pull_request_is_not_there_does_not_let_go_of_the_check_it_shares() {
    let world = World::with_policy(PEER).await;
    let first = world.opened("").await;
    let second = twin(&world);
    world.settled().await;
    world.github.faults().fail_with(On::Operation("query Look"), 1, 404);
    let (repository, number) = (world.shop.id(), second.number());
    let mark = Mark::Pull { repository, number, want: Want::Anything, lowers: false };
    world.store().mark(0, &[], &[mark]).await.unwrap();
    world.settled().await;
    first.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&first, "in_progress", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn green_is_not_written_over_a_dismissal_that_arrived_while_it_was_decided() {
    let mut world = World::without_bot(CAB).await;
    let cab = world.acme.team("cab", &["carol", "dave"]);
    world.start(&[]).await;
    let pull = world.opened("").await;
    let faults = world.github.faults();
    // The approval is seen by the look that the membership asks for, which then waits for the team.
    faults.forget_webhooks(1);
    let review = pull.review("carol", Verdict::Approve);
    world.settled().await;
    faults.hang_next(On::Operation("query TeamMembers"), 1);
    cab.remove("dave");
    world.until("the team hangs", || faults.hanging() == 1).await;
    pull.dismiss("bob", review);
    world.github.settled().await;
    faults.answer();
    world.settled().await;
    assert!(pull.checks().iter().all(|check| !check.is_green()), "{:#?}", pull.checks());
    world.expect(&pull, "in_progress", "carol");
}

#[tokio::test(flavor = "multi_thread")]
async fn green_goes_before_anything_is_looked_at_when_the_base_changes_within_a_family() {
    let named = format!("{PEER}[check]\nnames = {{ \"release/**\" = \"countersign: release\" }}\n");
    let mut world = World::without_bot(&named).await;
    world.shop.branch("release/1", "main");
    world.shop.branch("release/2", "main");
    world.start(&[]).await;
    let new = NewPullRequest { author: "alice", title: "Mend", base: "release/1", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    let stands = || pull.check("countersign: release").map(|check| (check.state().to_owned(), check.title));
    assert_eq!(stands().unwrap().0, "success");
    world.github.faults().down(On::Operation("query Look"));
    pull.retarget("alice", "release/2");
    world.until("green is taken back", || stands().unwrap().0 != "success").await;
    assert!(stands().unwrap().1.contains("goes into another branch"), "{:?}", stands());
    world.github.faults().up();
    world.settled().await;
    assert_eq!(stands().unwrap().0, "in_progress", "the approval was given for another base");
}

/// The beginning of the next second: GitHub dates what happens from now on alike.
fn next_second(world: &World) {
    let clock = world.github.clock();
    clock.set(Timestamp::from_second(clock.now().as_second() + 1).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_or_a_retarget_in_the_second_of_an_approval_voids_it() {
    let mut world = World::without_bot(PEER).await;
    world.shop.branch("next", "main");
    world.start(&[]).await;
    let pull = world.opened("## Reason\nsales").await;
    next_second(&world);
    pull.review("bob", Verdict::Approve);
    pull.edit_body("alice", "## Reason\nfun");
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    world.advance(Duration::from_secs(2));
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    let new = NewPullRequest { author: "alice", title: "Sell more", base: "next", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    next_second(&world);
    pull.review("bob", Verdict::Approve);
    pull.retarget("alice", "main");
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
}
