//! A change that plans its own window: held before it, let in while it is open, taken back before it closes. And a
//! rule that speaks at some hours of the week.

use std::time::Duration;

use countersign::store::{Claim, Subject};
use github_stand_in::{Changes, On, PullRequest, Verdict};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::frozen::worked;
use crate::world::{PEER, World};

/// The policy on the base becomes this.
fn write_policy(world: &World, policy: &str) {
    world.shop.commit("main", "dave", Changes::new().write(".github/countersign.toml", policy));
}

/// Everybody's clock shows that instant, and the bot has done what is due.
pub(super) async fn at(world: &World, instant: Timestamp) {
    world.github.clock().set(instant);
    world.store().wake();
    world.settled().await;
}

/// The same, and the clock stands still then.
pub(super) async fn just_at(world: &World, instant: Timestamp) {
    world.github.clock().set(instant);
    world.store().wake();
    worked(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_goes_in_within_the_window_that_it_plans() {
    let world = World::with_policy(PEER).await;
    let minutes = world.github.clock().now().as_second() / 60;
    let opens = Timestamp::from_second((minutes + 120) * 60).unwrap();
    let closes = opens + SignedDuration::from_hours(1);
    let written = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M").to_string();
    let pull = world.opened(&format!("## Planned window\n{} to {} UTC\n", written(opens), written(closes))).await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", &format!("the planned window opens at {} UTC", written(opens)));
    at(&world, opens).await;
    world.expect(&pull, "success", "");
    at(&world, closes - SignedDuration::from_mins(1)).await;
    world.expect(&pull, "action_required", "plan a new window");
    let before = pull.checks().into_iter().any(|check| check.summary.contains("the planned window is about to close"));
    assert!(before, "green goes before the window closes: {:#?}", pull.checks());
}

/// A green pull request whose planned window, which is open, closes in half an hour.
async fn green_until(world: &World) -> (PullRequest, Timestamp) {
    let minutes = world.github.clock().now().as_second() / 60;
    let opens = Timestamp::from_second((minutes + 2) * 60).unwrap();
    let closes = opens + SignedDuration::from_mins(30);
    let written = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M").to_string();
    let pull = world.opened(&format!("## Planned window\n{} to {} UTC\n", written(opens), written(closes))).await;
    pull.review("bob", Verdict::Approve);
    at(world, opens).await;
    world.expect(&pull, "success", "");
    (pull, closes - SignedDuration::from_mins(1))
}

/// Waits until nobody works: a lease must not run out because the clock was moved.
async fn workers_rest(world: &World) {
    world.github.settled().await;
    while world.store().queue_stats().await.unwrap().in_flight > 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn expect_ended(world: &World, pull: &PullRequest) {
    world.expect(pull, "in_progress", "what it stood on counted until");
    let summary = world.check(pull).unwrap().summary;
    assert!(summary.contains("plan a new window"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn green_that_time_ends_goes_at_its_instant_although_reads_are_parked() {
    let world = World::with_policy(PEER).await;
    let (pull, ends) = green_until(&world).await;
    world.github.faults().leave_graphql_points(0);
    pull.label("dave", "again");
    world.settled().await;
    world.github.clock().set(ends - SignedDuration::from_secs(30));
    world.store().wake();
    world.github.settled().await;
    world.expect(&pull, "success", "");
    world.github.take_log();
    world.github.clock().set(ends);
    world.store().wake();
    world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
    expect_ended(&world, &pull);
    world.until("the write is in the log", || world.github.log().writes().count() > 0).await;
    let log = world.github.take_log();
    assert_eq!((log.of("query").count(), log.writes().count()), (0, 1), "{}", log.summary());
    world.advance(Duration::from_secs(61 * 60));
    world.settled().await;
    world.expect(&pull, "action_required", "plan a new window");
}

#[tokio::test(flavor = "multi_thread")]
async fn green_that_time_ends_goes_at_its_instant_although_the_look_fails_or_hangs() {
    for hangs in [false, true] {
        let world = World::with_policy(PEER).await;
        let (pull, ends) = green_until(&world).await;
        let faults = world.github.faults();
        if hangs {
            faults.hang(On::Reads);
        } else {
            faults.down(On::Reads);
        }
        world.github.clock().set(ends);
        world.store().wake();
        world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
        expect_ended(&world, &pull);
        faults.up();
        faults.answer();
        world.settled().await;
        world.expect(&pull, "action_required", "plan a new window");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn green_that_time_ends_goes_at_its_instant_although_its_row_waits_out_an_outage() {
    let world = World::with_policy(PEER).await;
    let (pull, ends) = green_until(&world).await;
    world.github.faults().down(On::Reads);
    pull.label("dave", "again");
    // Tries follow each other, later each time; at last the next would come after the instant.
    loop {
        workers_rest(&world).await;
        let left = Duration::try_from(ends.duration_since(world.github.clock().now())).unwrap_or_default();
        let wait = world.store().until_next().await.unwrap().unwrap_or(left);
        // Whoever has begun meanwhile, or is about to, must not lose their lease to the clock.
        let stats = world.store().queue_stats().await.unwrap();
        if stats.depth + stats.in_flight > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
            continue;
        }
        if left <= wait {
            break;
        }
        world.expect(&pull, "success", "");
        world.advance(wait);
    }
    world.github.clock().set(ends);
    world.store().wake();
    world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
    expect_ended(&world, &pull);
    world.github.faults().up();
    world.settled().await;
    world.expect(&pull, "action_required", "plan a new window");
}

#[tokio::test(flavor = "multi_thread")]
async fn time_that_only_eases_leaves_green_as_it_is_although_reads_are_parked() {
    let eases = "[[rule]]\nid = \"hours\"\napprovals = [{ from = [\"peer\"], count = 1 }]\n\
        when = { at = { days = \"Mon-Sun\", hours = \"00:00-12:00\", timezone = \"UTC\" } }\n";
    let world = World::with_policy(&format!("{PEER}{eases}")).await;
    let midnight = world.github.clock().now().to_zoned(TimeZone::UTC).date().tomorrow().unwrap();
    let noon = midnight.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp();
    at(&world, noon - SignedDuration::from_mins(20)).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    world.github.faults().leave_graphql_points(0);
    pull.label("dave", "again");
    world.settled().await;
    world.github.clock().set(noon + SignedDuration::from_mins(5));
    let claims = world.store().claim("test", 9, Duration::from_secs(30)).await.unwrap();
    let is_pull = |claim: &Claim| matches!(claim.subject, Subject::Pull { .. });
    assert!(!claims.iter().any(is_pull), "it waits for the reads: {claims:#?}");
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_denies_from_friday_noon_on_takes_green_away_and_lifts_by_itself() {
    let friday = "[[rule]]\nid = \"no-friday\"\ndeny = \"it waits for the weekend\"\n\
        when = { at = { days = \"Fri\", hours = \"12:00-24:00\", timezone = \"America/New_York\" } }\n";
    let world = World::with_policy(&format!("{PEER}{friday}")).await;
    let zone = TimeZone::get("America/New_York").unwrap();
    let today = world.github.clock().now().to_zoned(zone.clone()).date();
    let day = today.nth_weekday(1, Weekday::Friday).unwrap();
    let on = |day: jiff::civil::Date, hour: i8| day.at(hour, 0, 0, 0).to_zoned(zone.clone()).unwrap().timestamp();
    let (noon, midnight) = (on(day, 12), on(day.tomorrow().unwrap(), 0));
    at(&world, noon - SignedDuration::from_mins(30)).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    at(&world, noon - SignedDuration::from_mins(1)).await;
    world.expect(&pull, "failure", "it waits for the weekend");
    at(&world, midnight - SignedDuration::from_mins(30)).await;
    world.expect(&pull, "failure", "it waits for the weekend");
    at(&world, midnight).await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_takes_green_back_before_it_begins_and_gives_it_again_at_its_end() {
    let world = World::with_policy(PEER).await;
    let minutes = world.github.clock().now().as_second() / 60;
    let begins = Timestamp::from_second((minutes + 120) * 60).unwrap();
    let ends = begins + SignedDuration::from_hours(60);
    let freeze =
        format!("{PEER}[[freeze]]\nid = \"year-end\"\nwhy = \"trading peak\"\nfrom = {begins}\nuntil = {ends}\n");
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    // A freeze that is put into the policy is known to every open pull request, and holds none of them yet.
    write_policy(&world, &freeze);
    world.settled().await;
    world.expect(&pull, "success", "");
    just_at(&world, begins - SignedDuration::from_mins(1)).await;
    world.expect(&pull, "in_progress", "closing for year-end at");
    at(&world, begins).await;
    world.expect(&pull, "in_progress", "frozen by year-end until");
    // What happens meanwhile lifts nothing.
    pull.label("dave", "urgent");
    world.settled().await;
    world.expect(&pull, "in_progress", "frozen by year-end until");
    just_at(&world, ends - SignedDuration::from_secs(1)).await;
    world.expect(&pull, "in_progress", "frozen by year-end until");
    at(&world, ends).await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_lets_changes_in_while_it_is_open() {
    let minutes_of = |at: Timestamp| (at.as_second() / 60).rem_euclid(24 * 60);
    let world = World::with_policy(PEER).await;
    let now = world.github.clock().now();
    let clock = |minutes: i64| format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
    let opens = minutes_of(now) + 120;
    let window = format!(
        "{PEER}[[window]]\nid = \"evenings\"\nhours = \"{}-{}\"\ntimezone = \"UTC\"\n",
        clock(opens),
        clock(opens + 60)
    );
    write_policy(&world, &window);
    world.settled().await;
    let opens = Timestamp::from_second((now.as_second() / 60 + 120) * 60).unwrap();
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "the window evenings opens at");
    at(&world, opens).await;
    world.expect(&pull, "success", "");
    just_at(&world, opens + SignedDuration::from_mins(59)).await;
    world.expect(&pull, "in_progress", "the window evenings is about to close, at");
    at(&world, opens + SignedDuration::from_hours(1)).await;
    world.expect(&pull, "in_progress", "the window evenings opens at");
    at(&world, opens + SignedDuration::from_hours(24)).await;
    world.expect(&pull, "success", "");
}
