//! What people may do and where they belong: as it was when they approved, whatever GitHub still shows or shows again.

use std::time::Duration;

use github_stand_in::{On, Permission, PullRequest, Verdict};

use super::same_diff::replays;
use crate::world::{CAB, World};

/// One who maintains the repository.
const KEEPERS: &str = "version = 1\n[authorities.keepers]\npermission = \"maintain\"\n\
                       [[rule]]\nid = \"keepers\"\napprovals = [{ from = [\"keepers\"], count = 1 }]\n";

/// More than any look is taken again.
const LADDER: Duration = Duration::from_secs(61);

/// As long as a reading of members counts.
const QUARTER: Duration = Duration::from_secs(15 * 60);

fn greens(pull: &PullRequest) -> usize {
    pull.checks().iter().filter(|check| check.is_green()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_a_team_that_github_still_shows_them_in_leaves_it_unknown() {
    let mut world = World::without_bot(CAB).await;
    let cab = world.acme.team("cab", &["bob", "carol"]);
    world.start(&[]).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    world.github.faults().freeze_reads();
    cab.remove("bob");
    world.until("green is taken back", || !world.check(&pull).expect("a check").is_green()).await;
    world.settled().await;
    world.expect(&pull, "failure", "");
    let said = world.summary(&pull);
    assert!(said.contains("GitHub does not show yet that bob left"), "{said}");
    // Nor does whatever comes next within a quarter of an hour count him in, and then GitHub shows it.
    pull.retitle("alice", "Sell even more");
    world.github.faults().fresh();
    world.settled().await;
    world.expect(&pull, "in_progress", "carol");
    assert_eq!(greens(&pull), 1, "{:#?}", pull.checks());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joined_an_excepted_team_that_github_does_not_show_them_in_leaves_it_unknown() {
    let policy = "version = 1\n[authorities.staff]\npermission = \"write\"\nexcept = [\"team:acme/contractors\"]\n\
                  [[rule]]\nid = \"staff\"\napprovals = [{ from = [\"staff\"], count = 1 }]\n";
    let mut world = World::without_bot(policy).await;
    let contractors = world.acme.team("contractors", &["dave"]);
    world.start(&[]).await;
    let pull = world.opened("").await;
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    world.github.faults().freeze_reads();
    contractors.add("carol");
    world.until("green is taken back", || !world.check(&pull).expect("a check").is_green()).await;
    world.settled().await;
    world.expect(&pull, "failure", "");
    let said = world.summary(&pull);
    assert!(said.contains("GitHub does not show yet that carol joined"), "{said}");
    world.github.faults().fresh();
    world.advance(QUARTER);
    world.settled().await;
    world.expect(&pull, "in_progress", "1 approval");
    assert_eq!(greens(&pull), 1, "{:#?}", pull.checks());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_maintains_the_repository_only_since_they_approved_approves_again() {
    let world = World::without_bot(KEEPERS).await.started(&[]).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "1 approval");
    world.shop.grant("bob", Permission::Maintain);
    world.advance(QUARTER);
    pull.retitle("alice", "Sell even more");
    world.settled().await;
    world.expect(&pull, "in_progress", "1 approval");
    let said = world.summary(&pull);
    let why = "the approval by `bob` does not count: `bob` was not yet in `keepers` when the approval was first seen";
    assert!(said.contains(why) && said.contains("again"), "{said}");
    replays(&world, &pull, "reviews").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_maintains_the_repository_just_before_they_approve_is_not_taken_for_somebody_who_does_later() {
    let world = World::without_bot(KEEPERS).await.started(&[]).await;
    let first = world.opened("").await;
    first.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&first, "in_progress", "1 approval");
    // What he might do was read a moment ago.
    world.advance(Duration::from_secs(60));
    world.shop.grant("bob", Permission::Maintain);
    let next = world.opened("").await;
    next.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&next, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_push_only_since_they_approved_approves_again() {
    let mut world = World::without_bot(CAB).await;
    world.acme.team("cab", &["erin"]);
    world.start(&[]).await;
    let pull = world.opened("").await;
    world.shop.grant("erin", Permission::Read);
    pull.review("erin", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "");
    world.shop.grant("erin", Permission::Write);
    pull.retitle("alice", "Sell even more");
    world.settled().await;
    world.expect(&pull, "in_progress", "erin");
    let said = world.summary(&pull);
    assert!(said.contains("`erin` could not push to this repository when the approval was first seen"), "{said}");
    pull.review("erin", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_that_is_read_long_after_an_approval_says_nothing_of_its_time() {
    let mut world = World::without_bot(CAB).await;
    let cab = world.acme.team("cab", &["carol", "dave"]);
    world.start(&[]).await;
    world.github.faults().deny_members("acme");
    let pull = world.opened("").await;
    pull.review("dave", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "failure", "");
    world.advance(QUARTER + LADDER);
    world.github.faults().allow_all();
    cab.add("bob");
    world.settled().await;
    world.expect(&pull, "in_progress", "carol or dave");
    let said = world.summary(&pull);
    let why = "whether `dave` was in `cab` when the approval was first seen could not be read in time";
    assert!(said.contains(why) && said.contains("again"), "{said}");
    replays(&world, &pull, "reviews").await;
    pull.review("dave", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_is_read_long_after_an_approval_says_nothing_of_its_time() {
    let world = World::without_bot(KEEPERS).await;
    world.shop.grant("bob", Permission::Maintain);
    let world = world.started(&[]).await;
    let pull = world.opened("").await;
    let faults = world.github.faults();
    faults.fail_with(On::Operation("GET /repos/{owner}/{repo}/collaborators/{username}/permission"), 50, 403);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "failure", "");
    world.advance(QUARTER + LADDER);
    faults.up();
    pull.retitle("alice", "Sell even more");
    world.settled().await;
    world.expect(&pull, "in_progress", "1 approval");
    let said = world.summary(&pull);
    assert!(
        said.contains("whether `bob` was in `keepers` when the approval was first seen could not be read"),
        "{said}"
    );
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}
