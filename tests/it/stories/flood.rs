//! Many events at once: none is lost, none costs more than it must.

use std::time::{Duration, Instant};

use github_stand_in::{NewPullRequest, Outcome};

use crate::world::{PEER, World};

const CI: &str = "version = 1\n[[rule]]\nid = \"tested\"\nchecks = [\"ci-49\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn fifty_check_events_cost_six_calls_and_two_posts_where_a_rule_cares() {
    let all = (0..50).map(|number| format!("\"ci-{number}\"")).collect::<Vec<_>>().join(", ");
    let world = World::with_policy(&CI.replace("\"ci-49\"", &all)).await;
    let pull = world.opened("").await;
    world.github.take_log();
    let started = Instant::now();
    for number in 0..50 {
        pull.check_run("github-actions", &format!("ci-{number}"), Outcome::Success);
        tokio::time::sleep(Duration::from_millis(35)).await;
    }
    assert!(started.elapsed() < Duration::from_secs(3));
    world.settled().await;
    let log = world.github.take_log();
    let (calls, posts) = (log.count(), log.writes().count());
    println!("50 check events: {calls} calls, {posts} of them writes");
    assert!(calls <= 6 && posts <= 2, "{calls} calls, {posts} posts\n{}", log.summary());
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_check_events_cost_nothing_where_no_rule_cares() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    world.github.take_log();
    for number in 0..50 {
        pull.check_run("github-actions", &format!("ci-{number}"), Outcome::Success);
    }
    world.settled().await;
    let log = world.github.take_log();
    assert_eq!(log.count(), 0, "{}", log.summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_one_of_many_pull_requests_is_answered_once() {
    let world = World::with_policy(PEER).await;
    let open = |number: usize| {
        let head = format!("burst-{number}");
        world.shop.open_pull_request(NewPullRequest {
            author: "alice",
            title: "One of many",
            head: &head,
            ..NewPullRequest::default()
        })
    };
    let pulls: Vec<_> = (0..40).map(open).collect();
    world.settled().await;
    for pull in &pulls {
        world.expect(pull, "in_progress", "1");
        assert_eq!((pull.checks().len(), pull.comments().len()), (1, 1));
    }
}
