//! Freezes that go by a calendar's file of the policy's own repository.

use github_stand_in::{Changes, Installed, PullRequest, Verdict};
use jiff::SignedDuration;

use crate::world::{PEER, World};

const FREEZE: &str = "[[freeze]]\nid = \"holidays\"\nwhy = \"nobody is here\"\ncalendar = \"calendars/holidays.ics\"\ntimezone = \"UTC\"\n";
const FILE: &str = "calendars/holidays.ics";

/// A calendar of one event between two hours from now.
fn between(world: &World, from: i64, until: i64) -> String {
    let now = world.github.clock().now();
    let at = |hours: i64| (now + SignedDuration::from_hours(hours)).strftime("%Y%m%dT%H%M%SZ").to_string();
    let (from, until) = (at(from), at(until));
    format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:{from}\r\nDTEND:{until}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
}

async fn pushed(world: &World, text: &str) {
    world.shop.commit("main", "dave", Changes::new().write(FILE, text));
    world.settled().await;
}

async fn approved(world: &World) -> PullRequest {
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    pull
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_goes_by_the_calendar_beside_its_policy_and_a_push_of_that_is_looked_at() {
    let world = World::without_bot(&format!("{PEER}{FREEZE}")).await;
    let later = between(&world, 24, 48);
    world.shop.commit("main", "dave", Changes::new().write(FILE, &later));
    let world = world.started(&[]).await;
    let pull = approved(&world).await;
    world.expect(&pull, "success", "");
    pushed(&world, &between(&world, -1, 5)).await;
    world.expect(&pull, "in_progress", "frozen by holidays");
    // A wrong one changes nothing: the last valid one goes on.
    pushed(&world, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:tomorrow\n").await;
    world.expect(&pull, "in_progress", "frozen by holidays");
    let summary = world.summary(&pull);
    assert!(summary.contains("by the last valid") && summary.contains("line 3"), "{summary}");
    pushed(&world, &later).await;
    world.expect(&pull, "success", "");
    let before = world.github.log().of("query NetDiff").count();
    pull.edit_body("alice", "looked at again at the same commit of the base");
    world.settled().await;
    assert_eq!(world.github.log().of("query NetDiff").count(), before, "it is read once for a commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_never_was_a_valid_calendar_nothing_goes_in() {
    let world = World::with_policy(&format!("{PEER}{FREEZE}")).await;
    let pull = approved(&world).await;
    world.expect(&pull, "failure", "");
    let summary = world.summary(&pull);
    assert!(summary.contains("there is no such file"), "{summary}");
    pushed(&world, "BEGIN:VCALENDAR\nEND:VCALENDER\n").await;
    world.expect(&pull, "failure", "");
    let summary = world.summary(&pull);
    assert!(summary.contains("line 2"), "{summary}");
    pushed(&world, &between(&world, 24, 48)).await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisations_freeze_goes_by_the_calendar_in_its_own_repository() {
    let world = World::without_bot(PEER).await;
    let frozen = between(&world, -1, 5);
    let rules = world.acme.repository(".github").private();
    let policy = format!("version = 1\n{FREEZE}");
    rules.commit("main", "dave", Changes::new().write("countersign.toml", &policy).write(FILE, &frozen));
    world.acme.install(Installed::All);
    let world = world.started(&[]).await;
    let pull = approved(&world).await;
    world.expect(&pull, "in_progress", "frozen by holidays");
    let over = between(&world, -3, -2);
    rules.commit("main", "dave", Changes::new().write(FILE, &over));
    world.settled().await;
    world.expect(&pull, "success", "");
}
