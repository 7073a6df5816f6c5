//! Who is in a team, and since when; who is behind a bot's change; who may do what.

use std::time::Duration;

use github_stand_in::{NewPullRequest, On, Permission, PullRequest, Verdict};

use super::same_diff::replays;
use crate::world::{CAB, PEER, World};

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_the_team_after_having_approved_approves_again() {
    let mut world = World::without_bot(CAB).await;
    let cab = world.acme.team("cab", &["carol"]);
    world.start(&[]).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "carol");
    cab.add("bob");
    world.settled().await;
    world.expect(&pull, "in_progress", "bob or carol");
    let said = world.summary(&pull);
    let why = "the approval by `bob` does not count: `bob` was not yet in `cab` when the approval was first seen";
    assert!(said.contains(why) && said.contains("again"), "{said}");
    replays(&world, &pull, "reviews").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_a_team_below_the_one_that_is_asked_takes_green_along() {
    let mut world = World::without_bot(CAB).await;
    let night = world.acme.team("cab", &["carol"]).child("operations", &[]).child("night", &["bob"]);
    world.start(&[]).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    night.remove("bob");
    world.settled().await;
    world.expect(&pull, "in_progress", "carol");
}

/// The event of who left `cab` is taken by another process, which has looked already, and all that this one could know
/// is what the database says: that members of `acme` changed.
fn leaves_unheard(world: &World, leaves: impl Fn()) {
    world.github.faults().forget_webhooks_of("membership", 1);
    leaves();
    world.acme.team("elsewhere", &["carol"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_membership_that_ended_is_not_remembered_whichever_process_took_the_event() {
    let mut world = World::without_bot(CAB).await;
    let cab = world.acme.team("cab", &["bob", "carol"]);
    world.start(&[]).await;
    let (pull, member) = (world.opened("").await, world.opened("").await);
    for pull in [&pull, &member] {
        pull.review("bob", Verdict::Approve);
    }
    world.settled().await;
    world.expect(&pull, "success", "");
    leaves_unheard(&world, || cab.remove("bob"));
    world.settled().await;
    world.expect(&pull, "success", "");
    // Neither for a merge group, nor for whatever comes next.
    let group = world.shop.merge_group("dave", &[&member]);
    world.settled().await;
    assert!(!group.check("countersign").expect("a check").is_green(), "{:#?}", group.check("countersign"));
    pull.retitle("alice", "Sell even more");
    world.settled().await;
    world.expect(&pull, "in_progress", "carol");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_is_read_again_after_members_changed() {
    let policy = "version = 1\n[authorities.keepers]\npermission = \"maintain\"\n\
                  [[rule]]\nid = \"keepers\"\napprovals = [{ from = [\"keepers\"], count = 1 }]\n";
    let world = World::without_bot(policy).await;
    world.shop.grant("bob", Permission::Maintain);
    let world = world.started(&[]).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    leaves_unheard(&world, || world.shop.grant("bob", Permission::Write));
    pull.retitle("alice", "Sell even more");
    world.settled().await;
    world.expect(&pull, "in_progress", "1 approval");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_nobody_tells_of_counts_for_a_quarter_of_an_hour() {
    let policy = "version = 1\n[authorities.keepers]\npermission = \"maintain\"\n\
                  [[rule]]\nid = \"keepers\"\napprovals = [{ from = [\"keepers\"], count = 1 }]\n";
    let world = World::without_bot(policy).await;
    world.shop.grant("bob", Permission::Maintain);
    let world = world.started(&[]).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    world.github.faults().forget_all_webhooks();
    world.shop.grant("bob", Permission::Write);
    world.github.faults().remember_webhooks();
    let after = async |minutes: u64, title: &str| {
        world.advance(Duration::from_secs(minutes * 60));
        pull.retitle("alice", title);
        world.settled().await;
    };
    after(13, "Sell even more").await;
    world.expect(&pull, "success", "");
    after(3, "Sell more still").await;
    world.expect(&pull, "in_progress", "1 approval");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_and_approves_at_once_is_not_taken_for_somebody_who_joined_later() {
    let mut world = World::without_bot(CAB).await;
    let cab = world.acme.team("cab", &["carol"]);
    world.start(&[]).await;
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "carol");
    // The event that would have ended what is known of the team never arrives.
    world.github.faults().forget_webhooks_of("membership", 1);
    cab.add("bob");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_known_answer_counts_where_the_team_could_not_be_read_at_first() {
    let mut world = World::without_bot(CAB).await;
    let cab = world.acme.team("cab", &["carol", "dave"]);
    world.start(&[]).await;
    world.github.faults().deny_members("acme");
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    pull.review("dave", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "failure", "");
    world.github.faults().allow_all();
    cab.remove("dave");
    world.settled().await;
    world.expect(&pull, "in_progress", "carol");
    cab.add("bob");
    cab.add("dave");
    world.settled().await;
    world.expect(&pull, "in_progress", "");
    let said = world.summary(&pull);
    for person in ["bob", "dave"] {
        assert!(said.contains(&format!("`{person}` was not yet in `cab`")), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_a_team_that_is_excepted_takes_green_along_although_nothing_can_be_read() {
    let policy = "version = 1\n[authorities.staff]\npermission = \"write\"\nexcept = [\"team:acme/contractors\"]\n\
                  [[rule]]\nid = \"staff\"\napprovals = [{ from = [\"staff\"], count = 1 }]\n";
    for on in [On::Reads, On::Operation("query TeamMembers")] {
        let mut world = World::without_bot(policy).await;
        let contractors = world.acme.team("contractors", &["dave"]);
        world.start(&[]).await;
        let pull = world.opened("").await;
        pull.review("carol", Verdict::Approve);
        world.settled().await;
        world.expect(&pull, "success", "");
        world.github.faults().down(on);
        contractors.add("carol");
        world.until("green is taken back", || !world.check(&pull).expect("a check").is_green()).await;
        world.expect(&pull, "in_progress", "Looking again");
        world.github.faults().up();
        world.settled().await;
        world.expect(&pull, "in_progress", "1 approval");
    }
}

fn bumped(world: &World, head: &str) -> PullRequest {
    let new = NewPullRequest { author: "bumper[bot]", title: "Bump", head, ..NewPullRequest::default() };
    world.shop.open_pull_request(new)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dispatched_the_run_that_made_a_bots_change_cannot_approve_it() {
    let world = World::with_policy(PEER).await;
    let run = world.shop.dispatch("bob", "main", "bump");
    let pull = bumped(&world, "bump-1");
    run.end("success");
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "1 approval");
    let said = world.summary(&pull);
    assert!(said.contains("`bob` operates the bot that made this change"), "{said}");
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    // Nor who sets a workflow to work on the bot's own branch, even afterwards.
    let update = world.shop.dispatch("carol", "bump-1", "update");
    world.settled().await;
    world.expect(&pull, "in_progress", "1 approval");
    update.end("success");
    // What ran and was over long before made nothing.
    world.advance(Duration::from_secs(3_600));
    let next = bumped(&world, "bump-2");
    world.settled().await;
    assert!(world.summary(&next).contains("Nobody is seen to have set"), "{}", world.summary(&next));
    next.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&next, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dispatched_a_bots_push_onto_a_persons_branch_cannot_approve_it() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let before = world.shop.dispatch("dave", "main", "nightly");
    before.end("success");
    world.advance(Duration::from_secs(3_600));
    let run = world.shop.dispatch("bob", "main", "format");
    pull.push("formatter[bot]", [("more.rs", "fn more() {}\n")]);
    run.end("success");
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "1 approval");
    pull.review("dave", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_maintains_the_repository_is_looked_up_where_a_policy_asks() {
    let policy = "version = 1\n[authorities.keepers]\npermission = \"maintain\"\n\
                  [[rule]]\nid = \"keepers\"\napprovals = [{ from = [\"keepers\"], count = 1 }]\n";
    let world = World::without_bot(policy).await;
    world.shop.grant("dave", Permission::Maintain);
    let world = world.started(&[]).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "1 approval");
    let said = world.summary(&pull);
    assert!(said.contains("the approval by `bob` does not count"), "{said}");
    pull.review("dave", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    // What GitHub does not say is no yes, and is read again by itself.
    world.github.faults().down(On::Operation("GET /repos/{owner}/{repo}/collaborators/{username}/permission"));
    let next = world.opened("").await;
    next.review("erin", Verdict::Approve);
    next.review("dave", Verdict::Approve);
    world.until("it is asked", || world.check(&next).is_some()).await;
    world.github.faults().up();
    world.settled().await;
    world.expect(&next, "success", "");
}
