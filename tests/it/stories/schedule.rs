//! A change that plans its own window: held before it, let in while it is open, taken back before it closes. And a
//! rule that speaks at some hours of the week.

use github_stand_in::Verdict;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::world::{PEER, World};

/// Everybody's clock shows that instant, and the bot has done what is due.
async fn at(world: &World, instant: Timestamp) {
    world.github.clock().set(instant);
    world.store().wake();
    world.settled().await;
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
