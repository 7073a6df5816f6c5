//! Plans that meet: each kind on both pull requests, what is proposed, and who makes way where the policy blocks.

use github_stand_in::{Changes, NewPullRequest, PullRequest, Verdict};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::world::{PEER, World};

const SERVICES: &str = "[services.payments]\npaths = [\"payments/**\"]\ndepends_on = [\"ledger\"]\n\
    [services.ledger]\npaths = [\"ledger/**\"]\n[services.web]\npaths = [\"web/**\"]\n";

/// The instant so many hours after the next full hour.
pub(super) fn hour(world: &World, hours: i64) -> Timestamp {
    let next = world.github.clock().now().as_second() / 3_600 + 1;
    Timestamp::from_second((next + hours) * 3_600).unwrap()
}

/// The world at five past seven in the morning, so that no hour and no day ends on the way.
pub(super) async fn early(world: World) -> World {
    let tomorrow = world.github.clock().now().to_zoned(TimeZone::UTC).date().tomorrow().unwrap();
    world.github.clock().set(tomorrow.at(7, 5, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp());
    world.store().wake();
    world.settled().await;
    world
}

/// A change to that file, planned between those hours, with more in its description.
async fn planned(world: &World, path: &str, hours: (i64, i64), more: &str) -> PullRequest {
    let body = format!("## Planned window\n{} to {}\n{more}", hour(world, hours.0), hour(world, hours.1));
    let changes = Changes::new().write(path, "changed\n");
    let new = NewPullRequest { author: "alice", title: "Sell more", body: &body, changes, ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    pull
}

#[track_caller]
fn says(world: &World, pull: &PullRequest, words: &str) {
    let summary = world.summary(pull);
    assert!(summary.contains(words), "`{words}` is not said on #{}:\n{summary}", pull.number());
}

#[track_caller]
fn says_nothing(world: &World, pull: &PullRequest) {
    let summary = world.summary(pull);
    assert!(!summary.contains("as well:"), "#{}:\n{summary}", pull.number());
}

async fn world() -> World {
    early(World::with_policy(&format!("{PEER}{SERVICES}")).await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_to_one_service_are_shown_on_both_with_the_next_free_slot_until_one_makes_way() {
    let world = world().await;
    let first = planned(&world, "web/a.ts", (4, 6), "").await;
    says_nothing(&world, &first);
    let second = planned(&world, "web/b.ts", (5, 6), "").await;
    let both = "both change the service `web`";
    for (own, other, order) in [(&first, &second, "this one was"), (&second, &first, "it was")] {
        says(&world, own, &format!("`#{}` is planned for", other.number()));
        says(&world, own, both);
        says(&world, own, &format!("{order} planned earlier"));
        let comment = world.comment(own).expect("a comment").body;
        assert!(comment.contains("Without holding the merge") && comment.contains("plan another window"), "{comment}");
    }
    let slot = format!("/countersign schedule {} {}", hour(&world, 6), hour(&world, 7));
    says(&world, &second, &slot);
    // It is taken as it was proposed, and both are told.
    second.comment("alice", &slot);
    world.settled().await;
    says_nothing(&world, &first);
    says_nothing(&world, &second);
    // What is closed is in nobody's way.
    let third = planned(&world, "web/c.ts", (4, 5), "").await;
    says(&world, &first, &format!("`#{}` is planned for", third.number()));
    third.close("alice");
    world.settled().await;
    says_nothing(&world, &first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_to_what_a_service_depends_on_is_shown_on_both() {
    let world = world().await;
    let payments = planned(&world, "payments/a.rs", (4, 6), "").await;
    let ledger = planned(&world, "ledger/a.rs", (5, 7), "").await;
    says(&world, &payments, "it changes the service `ledger`, on which what this one changes depends");
    says(&world, &ledger, "what it changes depends on the service `ledger`, which this one changes");
    // A push that touches it no more takes it away from both.
    ledger.push("alice", Changes::new().remove("ledger/a.rs").write("docs/a.md", "x\n"));
    world.settled().await;
    says_nothing(&world, &payments);
    says_nothing(&world, &ledger);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_implementer_at_two_places_is_shown_on_both() {
    let world = world().await;
    let first = planned(&world, "a.rs", (4, 6), "## Implementer\n@carol\n").await;
    let second = planned(&world, "b.rs", (5, 7), "## Implementer\n@Carol\n").await;
    for pull in [&first, &second] {
        says(&world, pull, "`carol` carries out both");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_folder_of_migrations_is_shown_on_both() {
    let world = world().await;
    let first = planned(&world, "db/migrations/0001.sql", (4, 6), "").await;
    let second = planned(&world, "db/migrations/0002.sql", (5, 7), "").await;
    for pull in [&first, &second] {
        says(&world, pull, "both change migrations in `db/migrations/`");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_falls_into_a_freeze_or_out_of_a_window_is_shown_before_it_comes() {
    let world = world().await;
    let (begins, ends) = (hour(&world, 5), hour(&world, 9));
    let (opens, closes) = (hour(&world, 0), hour(&world, 12));
    let clock = |at: Timestamp| at.strftime("%H:%M").to_string();
    let holds = format!(
        "{PEER}{SERVICES}[[freeze]]\nid = \"peak\"\nwhy = \"trading\"\nfrom = {begins}\nuntil = {ends}\n\
         [[window]]\nid = \"shift\"\nhours = \"{}-{}\"\ntimezone = \"UTC\"\n",
        clock(opens),
        clock(closes)
    );
    world.shop.commit("main", "dave", Changes::new().write(".github/countersign.toml", &holds));
    world.settled().await;
    let frozen = planned(&world, "a.rs", (4, 6), "").await;
    says(&world, &frozen, "falls into the freeze `peak`");
    says(&world, &frozen, &format!("/countersign schedule {} {}", hour(&world, 9), hour(&world, 11)));
    let late = planned(&world, "b.rs", (11, 13), "").await;
    says(&world, &late, "is not within the window `shift`");
    says(&world, &late, &format!("/countersign schedule {} {}", hour(&world, 24), hour(&world, 26)));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_policy_blocks_whoever_planned_later_makes_way() {
    let block = "[schedule]\ncollisions = \"block\"\nplanned_window = \"off\"\n";
    let world = early(World::with_policy(&format!("{PEER}{SERVICES}{block}")).await).await;
    let first = planned(&world, "web/a.ts", (4, 6), "").await;
    let second = planned(&world, "web/b.ts", (5, 7), "").await;
    for pull in [&first, &second] {
        pull.review("bob", Verdict::Approve);
    }
    world.settled().await;
    world.expect(&first, "success", "");
    world.expect(&second, "action_required", "plan another window");
    // With the first out of the way the second may go.
    first.merge("dave");
    world.settled().await;
    world.expect(&second, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_grows_into_one_that_was_planned_later_takes_its_green_away() {
    let block = "[schedule]\ncollisions = \"block\"\nplanned_window = \"off\"\n";
    let world = early(World::with_policy(&format!("{PEER}{SERVICES}{block}")).await).await;
    let first = planned(&world, "docs/a.md", (4, 6), "").await;
    let second = planned(&world, "web/b.ts", (5, 7), "").await;
    second.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&second, "success", "");
    first.push("alice", Changes::new().write("web/a.ts", "x\n"));
    world.settled().await;
    world.expect(&second, "action_required", "plan another window");
}

#[tokio::test(flavor = "multi_thread")]
async fn services_of_the_organisation_are_one_over_its_repositories() {
    let mut world = World::without_bot(PEER).await;
    let home = world.acme.repository(".github").private();
    let policy = format!("version = 1\n{SERVICES}[[rule]]\nid = \"all\"\nallow = \"the repositories say\"\n");
    home.commit("main", "dave", Changes::new().write("countersign.toml", &policy));
    let till = world.acme.repository("till").private();
    till.commit("main", "dave", Changes::new().write("README.md", "the till\n"));
    world.start(&[]).await;
    let world = early(world).await;
    let here = planned(&world, "web/a.ts", (4, 6), "").await;
    let body = format!("## Planned window\n{} to {}\n", hour(&world, 5), hour(&world, 7));
    let changes = Changes::new().write("web/a.ts", "x\n");
    let new = NewPullRequest { author: "alice", title: "Sell", body: &body, changes, ..NewPullRequest::default() };
    let there = till.open_pull_request(new);
    world.settled().await;
    says(&world, &here, &format!("another change, `till#{}`, is planned for", there.number()));
    says(&world, &there, &format!("another change, `shop#{}`, is planned for", here.number()));
}
