//! What GitHub lets an installation ask: we stay within it, and what has to wait for it is done later.

use std::time::Duration;

use countersign::store::{Cost, Spent};
use countersign_domain::Priority;
use github_stand_in::{Changes, Entry, NewPullRequest, PullRequest, Verdict};
use jiff::{SignedDuration, Timestamp};

use crate::world::{PEER, World};

/// The installation of `acme`.
fn installation(world: &World) -> u64 {
    let payloads = world.github.deliveries().into_iter().map(|delivery| delivery.payload);
    payloads.filter_map(|payload| payload["installation"]["id"].as_u64()).next_back().unwrap()
}

/// Everybody's clock shows the first second of a minute: the budget's windows begin with it.
fn a_minute_begins(world: &World) {
    let minutes = world.github.clock().now().as_second() / 60;
    world.github.clock().set(Timestamp::from_second((minutes + 3) * 60 + 1).unwrap());
}

/// Uses up what all but withdrawals share.
async fn use_up(world: &World) {
    for points in [100, 10, 1] {
        let cost = Cost { writes: 0, points, priority: Priority::Gate };
        while matches!(world.store().spend(installation(world), cost).await.unwrap(), Spent::Granted(_)) {}
    }
}

/// Five points for a write, one for all else; what the App asks for itself is nobody's.
fn points_asked(world: &World) -> usize {
    let points = |entry: &Entry| if entry.write { 5 } else { 1 };
    world.github.log().of("").filter(|entry| !entry.operation.contains(" /app")).map(points).sum()
}

/// Waits until a scrape says that so many of the installation's points are used: what a look took beyond its first
/// request is charged once the look is done.
async fn points_are_used(world: &World, expected: impl Fn() -> usize) {
    let start = format!("countersign_budget_used{{installation=\"{}\",window=\"points\"}} ", installation(world));
    let begun = std::time::Instant::now();
    loop {
        let text = reqwest::get(world.address("/metrics")).await.unwrap().text().await.unwrap();
        let expected = expected();
        let shown = text.lines().find_map(|line| line.strip_prefix(&start));
        if shown == Some(expected.to_string().as_str()) {
            return;
        }
        let asked = world.github.log().summary();
        assert!(
            begun.elapsed().as_secs() < 10,
            "{shown:?} points are used, not {expected}; GitHub was asked:\n{asked}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until the only row there is was put off.
async fn put_off(world: &World) {
    let begun = std::time::Instant::now();
    loop {
        world.github.settled().await;
        let stats = world.store().queue_stats().await.unwrap();
        if stats.depth == 0 && stats.in_flight == 0 {
            return;
        }
        assert!(begun.elapsed().as_secs() < 60, "it is not put off: {stats:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_finds_the_budget_used_up_waits_and_is_done_later() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    a_minute_begins(&world);
    use_up(&world).await;
    world.github.take_log();
    pull.review("bob", Verdict::Approve);
    put_off(&world).await;
    let log = world.github.take_log();
    assert_eq!(log.count(), 0, "{}", log.summary());
    world.settled().await;
    world.expect(&pull, "success", "");
    // What only words waits for more room than what the verdict took, and costs a look of its own.
    let log = world.github.log();
    assert_eq!(log.of("query Look").count(), 2, "{}", log.summary());
    let last = log.writes().last().unwrap();
    assert!(last.operation.contains("comments"), "{}", log.summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_is_looked_at_from_what_is_kept_for_it() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let review = pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    a_minute_begins(&world);
    use_up(&world).await;
    let before = world.github.clock().now();
    pull.dismiss("carol", review);
    world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
    assert!(world.github.clock().now().duration_since(before) < SignedDuration::from_secs(50), "at once");
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissal_is_looked_at_at_once_where_its_row_waits_for_the_budget() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let review = pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    a_minute_begins(&world);
    use_up(&world).await;
    world.github.take_log();
    pull.label("dave", "again");
    put_off(&world).await;
    let log = world.github.take_log();
    assert_eq!(log.count(), 0, "{}", log.summary());
    let before = world.github.clock().now();
    pull.dismiss("carol", review);
    world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
    assert!(world.github.clock().now().duration_since(before) < SignedDuration::from_secs(20), "at once");
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_waits_for_the_budget_the_most_urgent_is_written_first() {
    let world = World::with_policy(PEER).await;
    let (withdrawn, member) = (world.opened("").await, world.opened("").await);
    let (awaited, granted, worded) = (world.opened("").await, world.opened("").await, world.opened("").await);
    let review = withdrawn.review("bob", Verdict::Approve);
    member.review("carol", Verdict::Approve);
    world.settled().await;
    a_minute_begins(&world);
    let all = Cost { writes: 80, points: 0, priority: Priority::Withdrawal };
    assert!(matches!(world.store().spend(installation(&world), all).await.unwrap(), Spent::Granted(_)));
    world.github.take_log();
    // The least urgent comes first.
    worded.edit_comment("dave", world.comment(&worded).unwrap().id, "Dave's words.");
    granted.review("bob", Verdict::Approve);
    awaited.rerequest("alice", "countersign");
    let group = world.shop.merge_group("dave", &[&member]);
    withdrawn.dismiss("dave", review);
    world.settled().await;
    let log = world.github.take_log();
    let mut order: Vec<Option<u64>> = Vec::new();
    for entry in log.writes() {
        if !order.contains(&entry.pull_request) {
            order.push(entry.pull_request);
        }
    }
    let expected = [Some(&withdrawn), None, Some(&awaited), Some(&granted), Some(&worded)];
    assert_eq!(order, expected.map(|pull| pull.map(PullRequest::number)), "{}", log.summary());
    world.expect(&withdrawn, "in_progress", "1");
    assert!(group.check("countersign").unwrap().is_green());
    assert_eq!(awaited.checks().len(), 2, "it was asked for again");
    world.expect(&granted, "success", "");
    assert!(!world.comment(&worded).unwrap().body.contains("Dave"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_the_budget_loses_its_green_in_time() {
    let world = World::with_policy(PEER).await;
    let hours = world.github.clock().now().as_second() / 3_600;
    let opens = Timestamp::from_second((hours + 2) * 3_600).unwrap();
    let closes = opens + SignedDuration::from_hours(1);
    let written = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M").to_string();
    let pull = world.opened(&format!("## Planned window\n{} to {} UTC\n", written(opens), written(closes))).await;
    pull.review("bob", Verdict::Approve);
    world.github.clock().set(opens + SignedDuration::from_secs(1));
    world.store().wake();
    world.settled().await;
    world.expect(&pull, "success", "");
    // The writes of this hour are used up but for withdrawals, well into the next one.
    for _ in 0..7 {
        let all = Cost { writes: 65, points: 0, priority: Priority::Withdrawal };
        assert!(matches!(world.store().spend(installation(&world), all).await.unwrap(), Spent::Granted(_)));
        world.advance(Duration::from_secs(120));
    }
    world.settled().await;
    pull.rerequest("alice", "countersign");
    world.settled().await;
    world.expect(&pull, "success", "");
    world.github.clock().set(closes - SignedDuration::from_mins(1));
    world.store().wake();
    world.settled().await;
    world.expect(&pull, "action_required", "plan a new window");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_for_further_annotations_are_paid_for() {
    let world = World::without_bot(PEER).await;
    a_minute_begins(&world);
    let world = world.started(&[]).await;
    let wrong: String = (0..60).map(|n| format!("unheard-of-{n} = {n}\n")).collect();
    let changes = Changes::new().write(".github/countersign.toml", &format!("version = 1\n{wrong}"));
    let new = NewPullRequest { author: "alice", title: "Edit", changes, ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    assert!(world.check(&pull).unwrap().annotations.len() > 50);
    points_are_used(&world, || points_asked(&world)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_github_grants_nothing_more_it_is_left_alone_until_the_hour_ends() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    world.github.faults().leave_points(1);
    pull.label("dave", "again");
    world.settled().await;
    world.github.take_log();
    pull.review("bob", Verdict::Approve);
    world.github.settled().await;
    world.advance(Duration::from_secs(50 * 60));
    // What the App asks for itself shows that the workers are awake.
    world.until("lost deliveries are looked for", || world.github.log().of("hook/deliveries").count() > 0).await;
    let log = world.github.take_log();
    assert!(log.calls().all(|entry| entry.operation.contains(" /app")), "{}", log.summary());
    world.advance(Duration::from_secs(11 * 60));
    world.settled().await;
    world.expect(&pull, "success", "");
    assert!(world.github.log().calls().all(|entry| entry.status < 400), "nothing was refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_read_is_charged_and_less_is_asked_where_github_says_that_less_is_left() {
    let world = World::without_bot(PEER).await;
    a_minute_begins(&world);
    let world = world.started(&[]).await;
    let pull = world.opened("").await;
    points_are_used(&world, || points_asked(&world)).await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    points_are_used(&world, || points_asked(&world)).await;
    // The answer to the next look says how little is left of the hour, and that is kept for withdrawals.
    world.github.faults().leave_points(50);
    pull.label("dave", "again");
    world.settled().await;
    points_are_used(&world, || 810).await;
    pull.edit_body("alice", "More words.");
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_looked_at_a_dismissal_takes_green_away_at_once() {
    // The hour of GraphQL ends with a look that was still granted, or is over when one is asked for.
    for left in [1, 0] {
        let world = World::with_policy(PEER).await;
        let pull = world.opened("").await;
        let review = pull.review("bob", Verdict::Approve);
        world.settled().await;
        world.expect(&pull, "success", "");
        world.github.faults().leave_graphql_points(left);
        pull.label("dave", "again");
        world.settled().await;
        world.expect(&pull, "success", "");
        world.github.take_log();
        let before = world.github.clock().now();
        pull.dismiss("carol", review);
        world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
        assert!(world.github.clock().now().duration_since(before) < SignedDuration::from_secs(20), "at once");
        world.settled().await;
        let log = world.github.take_log();
        assert_eq!(log.of("query").count(), 0, "{}", log.summary());
        assert_eq!(log.writes().count(), 1, "{}", log.summary());
        world.advance(Duration::from_secs(61 * 60));
        world.settled().await;
        world.expect(&pull, "in_progress", "1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissal_that_finds_no_points_for_a_look_takes_green_away_without() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let review = pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    a_minute_begins(&world);
    for points in [100, 10, 1] {
        let cost = Cost { writes: 0, points, priority: Priority::Withdrawal };
        while matches!(world.store().spend(installation(&world), cost).await.unwrap(), Spent::Granted(_)) {}
    }
    world.github.take_log();
    pull.dismiss("carol", review);
    world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
    let log = world.github.take_log();
    assert_eq!(log.of("query").count(), 0, "{}", log.summary());
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
}
