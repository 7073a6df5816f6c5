//! Merge groups.

use std::time::Duration;

use countersign::signal::Mark;
use countersign_domain::account::Oid;
use github_stand_in::{MergeGroup, NewPullRequest, On, PullRequest, Review, Verdict};
use jiff::{SignedDuration, Timestamp};

use crate::world::{PEER, World};

/// A pull request with everything that is asked, and the approval it has.
async fn approved(world: &World) -> (PullRequest, Review) {
    let pull = world.opened("## Reason\nsales").await;
    let review = pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.advance(Duration::from_secs(2));
    (pull, review)
}

/// A green group of two, with the approval of the first.
async fn green_group(world: &World) -> (MergeGroup, PullRequest, Review, PullRequest) {
    let ((one, review), (two, _)) = (approved(world).await, approved(world).await);
    let group = world.shop.merge_group("dave", &[&one, &two]);
    world.settled().await;
    assert_eq!(shows(&group), ("success".to_owned(), "Everything asked of these pull requests is there".to_owned()));
    world.advance(Duration::from_secs(2));
    (group, one, review, two)
}

/// How the group's check stands, and its title.
fn shows(group: &MergeGroup) -> (String, String) {
    group.check("countersign").map_or_else(Default::default, |check| (check.state().to_owned(), check.title))
}

fn is_green(group: &MergeGroup) -> bool {
    shows(group).0 == "success"
}

/// How often the group was green.
fn greens(group: &MergeGroup) -> usize {
    group.checks().iter().filter(|check| check.is_green()).count()
}

/// Gives the group its time until it was looked at nine times more: the tries are over then.
async fn nine_looks(world: &World) {
    let queues = || world.github.log().of("query MergeQueue").count();
    let enough = queues() + 9;
    let looks = async {
        while queues() < enough {
            let stats = world.store().queue_stats().await.unwrap();
            if stats.in_flight == 0 && stats.depth == 0 {
                world.advance(Duration::from_secs(70));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), looks).await.expect("nine looks in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_as_good_as_its_worst_member() {
    let world = World::with_policy(PEER).await;
    let (good, bad) = (world.opened("").await, world.opened("").await);
    good.review("bob", Verdict::Approve);
    world.settled().await;
    let group = world.shop.merge_group("dave", &[&good, &bad]);
    world.settled().await;
    let check = group.check("countersign").unwrap();
    assert!(!check.is_green(), "{check:#?}");
    assert!(check.title.contains(&format!("#{}", bad.number())), "{}", check.title);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_approved_members_passes() {
    let world = World::with_policy(PEER).await;
    let (one, two) = (world.opened("").await, world.opened("").await);
    one.review("bob", Verdict::Approve);
    two.review("carol", Verdict::Approve);
    world.settled().await;
    let group = world.shop.merge_group("dave", &[&one, &two]);
    world.settled().await;
    assert_eq!(group.check("countersign").map(|check| check.state().to_owned()).as_deref(), Some("success"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_into_a_family_of_bases_is_answered_under_its_name() {
    let mut world =
        World::without_bot(&format!("{PEER}[check]\nnames = {{ \"release/**\" = \"countersign: release\" }}\n")).await;
    world.shop.branch("release/1", "main");
    world.start(&[]).await;
    let new = NewPullRequest { author: "alice", title: "Mend", base: "release/1", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    let group = world.shop.merge_group("dave", &[&pull]);
    world.settled().await;
    let stands = |name: &str| group.check(name).map(|check| check.state().to_owned());
    assert_eq!(stands("countersign: release").as_deref(), Some("success"));
    assert_eq!(stands("countersign: release/1"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_green_from_a_member_takes_it_from_its_group() {
    let events: [fn(&PullRequest, Review); 4] = [
        |pull, review| pull.dismiss("carol", review),
        |pull, _| {
            pull.review("carol", Verdict::RequestChanges);
        },
        |pull, _| pull.edit_body("alice", "## Reason\nfun"),
        // The commit of the group has it still, whatever the queue shows.
        |pull, _| pull.close("alice"),
    ];
    for (number, event) in events.into_iter().enumerate() {
        let world = World::with_policy(PEER).await;
        let (group, one, review, _) = green_group(&world).await;
        event(&one, review);
        world.settled().await;
        let (state, title) = shows(&group);
        assert_ne!(state, "success", "event {number}");
        assert!(title.contains(&format!("#{}", one.number())), "event {number}: {title}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_gets_green_once_its_member_has_what_it_lacked() {
    let world = World::with_policy(PEER).await;
    let (good, bad) = (approved(&world).await.0, world.opened("").await);
    let group = world.shop.merge_group("dave", &[&good, &bad]);
    world.settled().await;
    assert_eq!(shows(&group).0, "in_progress");
    bad.review("carol", Verdict::Approve);
    world.settled().await;
    assert_eq!((shows(&group).0.as_str(), group.checks().len()), ("success", 1), "edited in place");
}

#[tokio::test(flavor = "multi_thread")]
async fn green_of_a_group_goes_without_a_read_and_says_which_member_changed() {
    for hangs in [false, true] {
        let world = World::with_policy(PEER).await;
        let (group, one, review, _) = green_group(&world).await;
        let faults = world.github.faults();
        if hangs {
            faults.hang(On::Operation("query MergeQueue"));
        } else {
            faults.down(On::Reads);
        }
        one.dismiss("carol", review);
        world.until("the group's green is taken back", || !is_green(&group)).await;
        let said = format!("Looking again: #{} changed in the queue, a review was dismissed", one.number());
        assert!(shows(&group).1.starts_with(&said), "{:?}", shows(&group));
        faults.up();
        faults.answer();
        world.settled().await;
        assert_eq!(shows(&group), ("in_progress".to_owned(), format!("Held by #{}, which is waiting", one.number())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissal_that_reads_never_show_keeps_its_group_from_green() {
    let world = World::with_policy(PEER).await;
    let (group, one, review, _) = green_group(&world).await;
    world.github.faults().freeze_reads();
    one.dismiss("carol", review);
    world.until("the group's green is taken back", || !is_green(&group)).await;
    nine_looks(&world).await;
    assert_eq!(greens(&group), 1, "{:#?}", group.checks());
    world.github.faults().fresh();
    world.settled().await;
    assert_eq!(shows(&group).0, "in_progress");
}

/// The dismissal is told before the group is, and a copy of GitHub that lags shows the group without it.
#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_a_member_is_as_new_as_what_the_member_was_told() {
    let world = World::with_policy(PEER).await;
    let (pull, review) = approved(&world).await;
    world.github.faults().forget_webhooks_of("merge_group", 1);
    let group = world.shop.merge_group("dave", &[&pull]);
    world.settled().await;
    world.github.faults().freeze_reads();
    pull.dismiss("carol", review);
    world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
    let (repository, head) = (world.shop.id(), Oid::new(group.head().to_string()));
    let told = Mark::Group { repository, base: "main".into(), head };
    world.store().mark(0, &[], &[told]).await.unwrap();
    nine_looks(&world).await;
    assert_eq!(greens(&group), 0, "{:#?}", group.checks());
    world.github.faults().fresh();
    world.settled().await;
    assert_eq!(shows(&group).0, "in_progress");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_cannot_be_explained_fails() {
    let unexplained = [
        (
            "Repository.mergeQueue",
            "Could not be decided: the pull requests of this group are not known",
            "its merge queue does not show this commit",
        ),
        (
            "MergeQueueEntry.pullRequest",
            "Could not be decided: the merge queue does not name one of its pull requests",
            "the merge queue does not say which pull request this is",
        ),
    ];
    for (field, title, says) in unexplained {
        let world = World::with_policy(PEER).await;
        let (pull, _) = approved(&world).await;
        world.github.faults().fail_field(field);
        let group = world.shop.merge_group("dave", &[&pull]);
        world.settled().await;
        let check = group.check("countersign").unwrap();
        assert_eq!((check.state(), check.title.as_str()), ("failure", title), "{check:#?}");
        assert!(check.summary.contains(says), "{check:#?}");
        world.github.faults().heal_fields();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_goes_into_another_branch_now_fails_its_group() {
    let mut world = World::without_bot(PEER).await;
    world.shop.branch("next", "main");
    world.start(&[]).await;
    let (group, one, ..) = green_group(&world).await;
    one.retarget("alice", "next");
    world.settled().await;
    let check = group.check("countersign").unwrap();
    let title = format!("Held by #{}, which could not be decided", one.number());
    assert_eq!((check.state(), check.title.as_str()), ("failure", title.as_str()));
    assert!(check.summary.contains("it goes into another branch now"), "{}", check.summary);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_cannot_be_evaluated_says_so_after_ten_tries_and_lives_again() {
    let world = World::with_policy(PEER).await;
    let (group, one, ..) = green_group(&world).await;
    world.github.faults().fail_with(On::Operation("query MergeQueue"), 1_000, 418);
    one.label("dave", "trouble");
    world.settled().await;
    // The last tries are minutes apart.
    for _ in 0..4 {
        world.advance(Duration::from_secs(600));
        world.settled().await;
    }
    assert_eq!(shows(&group), ("failure".to_owned(), "Could not be evaluated".to_owned()));
    world.github.faults().up();
    one.label("dave", "again");
    world.settled().await;
    assert!(is_green(&group), "{:?}", shows(&group));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_costs_one_read_of_the_queue_one_look_a_member_and_one_write() {
    let world = World::with_policy(PEER).await;
    let ((one, _), (two, _)) = (approved(&world).await, approved(&world).await);
    world.github.take_log();
    let group = world.shop.merge_group("dave", &[&one, &two]);
    world.settled().await;
    let log = world.github.take_log();
    let count = |operation| log.of(operation).count();
    assert_eq!((count("query MergeQueue"), count("query Look"), log.writes().count()), (1, 2, 1), "{}", log.summary());
    assert_eq!(log.count(), 4, "{}", log.summary());
    // What changes nothing is not written.
    one.label("dave", "quick");
    world.settled().await;
    assert_eq!((world.github.take_log().writes().count(), group.checks().len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_groups_check_is_written_anew_when_somebody_asks_for_it_again() {
    let world = World::with_policy(PEER).await;
    let (group, ..) = green_group(&world).await;
    world.shop.rerequest_suite(&group.head(), world.github.app_id(), "dave");
    world.settled().await;
    assert_eq!((shows(&group).0.as_str(), group.checks().len()), ("success", 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_loses_its_green_a_minute_before_the_window_of_a_member_closes() {
    for is_down in [false, true] {
        let world = World::with_policy(PEER).await;
        let hours = world.github.clock().now().as_second() / 3_600;
        let opens = Timestamp::from_second((hours + 2) * 3_600).unwrap();
        let closes = opens + SignedDuration::from_hours(1);
        let written = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M").to_string();
        let pull = world.opened(&format!("## Planned window\n{} to {} UTC\n", written(opens), written(closes))).await;
        pull.review("bob", Verdict::Approve);
        let comes = |at: Timestamp| {
            world.github.clock().set(at);
            world.store().wake();
        };
        comes(opens + SignedDuration::from_secs(1));
        world.settled().await;
        let group = world.shop.merge_group("dave", &[&pull]);
        world.settled().await;
        assert!(is_green(&group), "{:?}", shows(&group));
        if is_down {
            world.github.faults().down(On::Reads);
        }
        comes(closes - SignedDuration::from_mins(1));
        if is_down {
            world.until("the group's green is taken back", || !is_green(&group)).await;
            assert!(shows(&group).1.contains("what it stood on counted until"), "{:?}", shows(&group));
            world.github.faults().up();
        }
        world.settled().await;
        assert_eq!(
            shows(&group),
            ("action_required".to_owned(), format!("Held by #{}, which needs its author", pull.number()))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_went_in_is_left_alone() {
    for is_told in [true, false] {
        let world = World::with_policy(PEER).await;
        let (group, one, ..) = green_group(&world).await;
        if !is_told {
            world.github.faults().forget_webhooks_of("merge_group", 1);
        }
        group.land();
        world.settled().await;
        one.label("dave", "done");
        world.settled().await;
        assert_eq!((shows(&group).0.as_str(), group.checks().len()), ("success", 1), "told: {is_told}");
    }
}
