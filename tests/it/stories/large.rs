//! Pull requests that take more than one request to read.

use std::time::Duration;

use github_stand_in::{Changes, Commit, NewPullRequest, On, PullRequest, Verdict};

use crate::world::{PEER, World};

/// Only the last file of many is under `z/`.
const LAST_FILE: &str = r#"
version = 1
[[rule]]
id = "frozen"
when = { files = ["z/**"] }
deny = "nothing under z changes"
[[rule]]
id = "rest"
allow = "all else is free"
"#;

fn open(world: &World, changes: Changes) -> PullRequest {
    let new = NewPullRequest { author: "alice", title: "Much", changes, ..NewPullRequest::default() };
    world.shop.open_pull_request(new)
}

fn files(count: usize) -> Changes {
    (0..count).fold(Changes::new(), |changes, number| changes.write(&format!("src/{number}.rs"), "fn f() {}\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_changed_files_counts() {
    let world = World::with_policy(LAST_FILE).await;
    let free = open(&world, files(240));
    let frozen = open(&world, files(240).write("z/last.rs", "fn z() {}\n"));
    world.settled().await;
    world.expect(&free, "success", "");
    world.expect(&frozen, "failure", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_files_than_github_lists_are_unknown_to_what_needs_them_alone() {
    let world = World::with_policy(LAST_FILE).await;
    let pull = open(&world, files(3_001));
    world.settled().await;
    world.expect(&pull, "failure", "");
    let world = World::with_policy(PEER).await;
    let pull = open(&world, files(3_001));
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

/// A pull request of so many commits beside one that bob wrote and alice pushed, from before the bot came.
async fn with_commits(commits: usize) -> (World, PullRequest) {
    let world = World::without_bot(PEER).await;
    let pull = open(&world, Changes::new());
    let (author, changes) = (Some(world.github.identity("bob")), [("bob.rs", "fn bob() {}\n")].into());
    pull.push_commit(Commit { by: "alice", author, changes, ..Commit::default() });
    for number in 0..commits {
        pull.push("alice", [(format!("{number}.rs").as_str(), "fn f() {}\n")]);
    }
    (world.started(&[]).await, pull)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wrote_the_first_of_many_commits_cannot_approve() {
    for commits in [120, 260] {
        let (world, pull) = with_commits(commits).await;
        pull.review("bob", Verdict::Approve);
        world.settled().await;
        world.expect(&pull, "in_progress", "1");
        pull.review("carol", Verdict::Approve);
        world.settled().await;
        world.expect(&pull, "success", "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_github_cannot_finish_is_asked_for_by_half_pages() {
    let world = World::with_policy(LAST_FILE).await;
    world.opened("").await;
    world.github.take_log();
    world.github.faults().fail(On::Reads, 1);
    let pull = open(&world, files(240).write("z/last.rs", "fn z() {}\n"));
    world.settled().await;
    world.expect(&pull, "failure", "");
    let log = world.github.log();
    let pages: Vec<_> = log.of("query Look").map(|call| call.body["page"].as_u64().unwrap()).collect();
    assert_eq!(pages[..2], [100, 50], "{}", log.summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_in_the_middle_of_a_look_makes_it_worth_nothing() {
    let world = World::with_policy(LAST_FILE).await;
    let pull = open(&world, files(240));
    world.settled().await;
    world.expect(&pull, "success", "");
    world.github.faults().latency(Duration::from_millis(100));
    let looks = || world.github.log().of("query Look").count();
    let before = looks();
    pull.label("dave", "again");
    world.until("the look begins", || looks() > before).await;
    pull.push("alice", [("z/last.rs", "fn z() {}\n")]);
    world.settled().await;
    world.expect(&pull, "failure", "");
    assert!(pull.checks().iter().all(|check| !check.is_green()), "nothing green on the new head");
}
