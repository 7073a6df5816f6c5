//! A freeze over far more green pull requests than GitHub lets one take back in a minute.

use std::time::{Duration, Instant};

use github_stand_in::{Changes, NewPullRequest, PullRequest, Verdict};
use jiff::{SignedDuration, Timestamp};

use super::commands::says;
use super::schedule::at;
use crate::world::{PEER, World};

/// Nobody is asked, so that every pull request is green.
const OPEN_TO_ALL: &str = "version = 1\n[[rule]]\nid = \"all\"\nallow = \"nobody is asked here\"\n";

const MANY: usize = 400;

/// Waits until nothing is due any more; the clock stands still.
pub(super) async fn worked(world: &World) {
    let begun = Instant::now();
    loop {
        world.github.settled().await;
        let stats = world.store().queue_stats().await.unwrap();
        if stats.depth == 0 && stats.in_flight == 0 {
            return;
        }
        assert!(begun.elapsed().as_secs() < 300, "it goes on and on: {stats:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Moves the clock in steps, each worked off, until an instant or until it holds.
async fn until(world: &World, instant: Timestamp, step: SignedDuration, holds: impl Fn() -> bool) {
    let clock = world.github.clock();
    while clock.now() < instant && !holds() {
        clock.set(instant.min(clock.now() + step));
        world.store().wake();
        worked(world).await;
    }
}

fn open(world: &World, number: usize) -> PullRequest {
    let head = format!("change-{number}");
    let title = "One of many";
    world.shop.open_pull_request(NewPullRequest { author: "alice", title, head: &head, ..NewPullRequest::default() })
}

/// The world under a freeze that begins in some hours and lasts a day: its begin and end.
async fn frozen_in_hours(world: &World) -> (Timestamp, Timestamp) {
    let begins = Timestamp::from_second((world.github.clock().now().as_second() / 3_600 + 8) * 3_600).unwrap();
    let ends = begins + SignedDuration::from_hours(24);
    let freeze = format!(
        "{OPEN_TO_ALL}[[freeze]]\nid = \"year-end\"\nwhy = \"trading peak\"\nfrom = {begins}\nuntil = {ends}\n"
    );
    world.shop.commit("main", "dave", Changes::new().write(".github/countersign.toml", &freeze));
    worked(world).await;
    (begins, ends)
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_green_ones_are_taken_back_in_two_waves_before_a_freeze_begins() {
    const FEW: usize = 60;
    let world = World::with_policy(OPEN_TO_ALL).await;
    let (begins, _) = frozen_in_hours(&world).await;
    let pulls: Vec<PullRequest> = (0..FEW).map(|number| open(&world, number)).collect();
    let green = || pulls.iter().filter(|pull| world.check(pull).is_some_and(|check| check.is_green())).count();
    let (second, now) = (SignedDuration::from_secs(1), || world.github.clock().now());
    until(&world, begins - SignedDuration::from_hours(2), second * 20, || green() == FEW).await;
    world.github.clock().set(begins - second * 180);
    world.store().wake();
    worked(&world).await;
    assert_eq!(green(), FEW, "three minutes before nothing is taken back");
    world.github.take_log();
    until(&world, begins, second, || green() < FEW).await;
    let (first, started) = (now(), Instant::now());
    until(&world, begins, second, || green() == 0).await;
    println!(
        "{FEW} green: the first is taken back {:#} before the freeze, the last {:#} before it, {:.2} s of work",
        begins.duration_since(first),
        begins.duration_since(now()),
        started.elapsed().as_secs_f64()
    );
    assert_eq!(green(), 0);
    // Whoever turned green while fewer were goes a minute before it, the others two.
    assert!(begins.duration_since(first) > second * 110, "{:#}", begins.duration_since(first));
    assert!(begins.duration_since(now()) > second * 50, "with time to spare: {:#}", begins.duration_since(now()));
    let log = world.github.take_log();
    assert!(log.entries.iter().all(|entry| ![403, 429].contains(&entry.status)), "{}", log.summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_four_hundred_green_ones_none_is_green_when_a_freeze_begins() {
    let world = World::with_policy(OPEN_TO_ALL).await;
    let now = || world.github.clock().now();
    let (begins, ends) = frozen_in_hours(&world).await;
    let mut pulls: Vec<PullRequest> = Vec::new();
    while pulls.len() < MANY {
        pulls.extend((pulls.len()..pulls.len() + 40).map(|number| open(&world, number)));
        worked(&world).await;
    }
    let green = || pulls.iter().filter(|pull| world.check(pull).is_some_and(|check| check.is_green())).count();
    let all_are = || green() == MANY;
    until(&world, begins - SignedDuration::from_hours(4), SignedDuration::from_secs(20), all_are).await;
    assert_eq!(green(), MANY, "each of them is green");
    world.github.clock().set(begins - SignedDuration::from_mins(30));
    world.store().wake();
    worked(&world).await;
    assert_eq!(green(), MANY, "half an hour before nothing is taken back");
    world.github.take_log();
    let some_are_not = || green() < MANY;
    let second = SignedDuration::from_secs(1);
    until(&world, begins - second, SignedDuration::from_secs(5), some_are_not).await;
    let lead = begins.duration_since(now());
    until(&world, begins - second, SignedDuration::from_secs(5), || green() == 0).await;
    let spare = begins.duration_since(now());
    let log = world.github.take_log();
    println!(
        "{MANY} green: the first is taken back {lead:#} before the freeze, the last {spare:#} before it; {} calls, {} of them writes",
        log.count(),
        log.writes().count()
    );
    assert_eq!(green(), 0, "none is green at the instant");
    assert!(spare > SignedDuration::from_secs(30), "it was not close: {spare:#}");
    assert!(log.entries.iter().all(|entry| ![403, 429].contains(&entry.status)), "{}", log.summary());
    let created = log.writes().filter(|entry| entry.method == "POST").count();
    assert_eq!(created, MANY, "each is taken back once\n{}", log.summary());
    for pull in [&pulls[0], &pulls[MANY - 1]] {
        world.expect(pull, "in_progress", "closing for year-end at");
    }
    // A second into the freeze all of them are frozen still, and at its end they come back as fast as GitHub takes it.
    until(&world, begins + second, second, || false).await;
    assert_eq!(green(), 0);
    world.github.clock().set(ends);
    world.store().wake();
    worked(&world).await;
    until(&world, ends + SignedDuration::from_hours(3), SignedDuration::from_secs(10), all_are).await;
    let log = world.github.take_log();
    let took = now().duration_since(ends);
    println!(
        "{MANY} green again {took:#} after its end; {} calls, {} of them writes",
        log.count(),
        log.writes().count()
    );
    assert_eq!(green(), MANY);
    assert!(took < SignedDuration::from_mins(15), "as fast as GitHub takes it: {took:#}");
    assert!(log.entries.iter().all(|entry| ![403, 429].contains(&entry.status)), "{}", log.summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_is_announced_a_day_ahead_with_one_edit_and_lifted_for_one_change_until_that_expires() {
    let mut world = World::without_bot("").await;
    world.acme.team("cab", &["carol", "dave"]);
    let hours = |hours: i64| Timestamp::from_second((world.github.clock().now().as_second() / 3_600 + hours) * 3_600);
    let (begins, ends) = (hours(30).unwrap(), hours(130).unwrap());
    let policy = format!(
        "{PEER}[authorities.cab]\nteams = [\"acme/cab\"]\n[[freeze]]\nid = \"year-end\"\nwhy = \"trading peak\"\n\
         from = {begins}\nuntil = {ends}\nwaive = {{ from = [\"cab\"], count = 1, for = \"24h\" }}\n"
    );
    world.shop.commit("main", "dave", [(".github/countersign.toml", policy)]);
    world.start(&[]).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    let near = "Freeze `year-end` begins at";
    let tells = || (world.summary(&pull).contains(near), world.comment(&pull).is_some_and(|it| it.body.contains(near)));
    assert_eq!(tells(), (false, false));
    world.github.take_log();
    at(&world, begins - SignedDuration::from_hours(24)).await;
    assert_eq!(tells(), (true, true));
    let log = world.github.take_log();
    assert_eq!(log.writes().count(), 2, "an edit of the check and one of the comment: {}", log.summary());
    world.expect(&pull, "success", "");
    at(&world, begins).await;
    world.expect(&pull, "in_progress", "frozen by year-end until");
    assert_eq!(tells(), (false, false));
    // Somebody whom the policy does not name lifts nothing; one of the board does, for a day.
    assert_eq!(says(&world, &pull, "bob", "/countersign waive year-end it is small").await, ["-1"]);
    world.expect(&pull, "in_progress", "frozen by year-end until");
    assert_eq!(says(&world, &pull, "carol", "/countersign waive year-end it cannot wait").await, ["+1"]);
    world.expect(&pull, "success", "");
    assert!(world.summary(&pull).contains("waived by `carol` until"), "{}", world.summary(&pull));
    let waived = world.github.clock().now();
    at(&world, waived + SignedDuration::from_mins(23 * 60)).await;
    world.expect(&pull, "success", "");
    at(&world, waived + SignedDuration::from_hours(24)).await;
    world.expect(&pull, "in_progress", "frozen by year-end until");
}
