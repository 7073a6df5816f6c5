//! GitHub late, down, stale and forgetful; the bot stopped and started.

use std::time::{Duration, Instant};

use github_stand_in::{NewPullRequest, On, PullRequest, Verdict};
use jiff::SignedDuration;

use crate::world::{CAB, PEER, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissal_takes_green_away_although_nothing_can_be_read() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let review = pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    world.github.faults().down(On::Reads);
    pull.dismiss("carol", review);
    world.until("green is taken back without a read", || !world.check(&pull).unwrap().is_green()).await;
    world.expect(&pull, "in_progress", "Looking again: a review was dismissed by carol");
    world.github.faults().up();
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_by_command_takes_green_away_although_nothing_can_be_read() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    world.github.faults().down(On::Reads);
    pull.comment("carol", "/countersign hold the bank is away");
    world.until("green is taken back without a read", || !world.check(&pull).unwrap().is_green()).await;
    world.expect(&pull, "in_progress", "Looking again: a command of carol holds the merge");
    world.github.faults().up();
    world.settled().await;
    world.expect(&pull, "in_progress", "held by carol");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissal_takes_green_away_although_reads_are_stale() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let review = pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.github.faults().freeze_reads();
    pull.dismiss("carol", review);
    world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
    world.github.faults().fresh();
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_approval_overtaken_by_its_dismissal_is_no_approval() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    world.github.faults().latency(Duration::from_millis(300));
    world.github.faults().reverse_webhooks(2);
    let review = pull.review("bob", Verdict::Approve);
    pull.dismiss("carol", review);
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    assert!(pull.checks().iter().all(|check| !check.is_green()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_502_on_the_read_and_on_the_write_delays_and_doubles_nothing() {
    let world = World::with_policy(PEER).await;
    let faults = world.github.faults();
    faults.fail(On::Reads, 2);
    faults.fail(On::Writes, 2);
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "1");
    assert_eq!((pull.checks().len(), pull.comments().len()), (1, 1));
    faults.lose_answers(On::Writes, 1);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    let greens = pull.checks().iter().filter(|check| check.is_green()).count();
    assert_eq!(greens, 1, "the write whose answer was lost is not written again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_github_does_not_show_yet_is_waited_for() {
    let world = World::with_policy(PEER).await;
    world.github.faults().hide_new_pull_requests(SignedDuration::from_secs(3));
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_delivery_three_times_is_one() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    world.github.take_log();
    world.github.faults().duplicate_webhooks(1);
    pull.label("dave", "twice");
    world.settled().await;
    let labelled =
        world.github.deliveries().into_iter().rfind(|delivery| delivery.action.as_deref() == Some("labeled")).unwrap();
    world.github.redeliver(&labelled.guid);
    world.settled().await;
    let log = world.github.take_log();
    assert_eq!(log.of("query Look").count(), 1, "{}", log.summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_never_arrived_are_found_by_the_sweep() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    world.github.faults().forget_all_webhooks();
    pull.review("bob", Verdict::Approve);
    let lost =
        world.shop.open_pull_request(NewPullRequest { author: "carol", title: "Lost", ..NewPullRequest::default() });
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    assert_eq!(lost.checks().len(), 0);
    world.github.faults().remember_webhooks();
    world.advance(Duration::from_secs(601));
    world.settled().await;
    world.expect(&pull, "success", "");
    world.expect(&lost, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_bot_takes_up_what_it_missed() {
    let mut world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    world.stop().await;
    pull.review("bob", Verdict::Approve);
    world.start(&[]).await;
    world.expect(&pull, "success", "");
    assert_eq!(pull.comments().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_renewed() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    world.github.revoke_tokens();
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_github_refuses_does_not_stop_the_verdict() {
    let world = World::with_policy(PEER).await;
    world.github.faults().fail_with(On::Operation("check-runs"), 1, 422);
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "Waiting");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_evaluated_says_so_after_ten_tries_and_lives_again_with_the_next_event() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    world.github.faults().fail_with(On::Operation("query Look"), 1_000, 418);
    pull.label("dave", "trouble");
    world.settled().await;
    // The last tries are minutes apart.
    for _ in 0..4 {
        world.advance(Duration::from_secs(600));
        world.settled().await;
    }
    world.expect(&pull, "failure", "Could not be evaluated");
    world.github.faults().up();
    pull.label("dave", "again");
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_some_policies_ask_for_is_unknown_where_github_errs() {
    let cases = [
        ("deployments = [{ environment = \"staging\" }]", "Commit.deployments"),
        ("deployments = [{ environment = \"staging\" }]", "Deployment.latestStatus"),
        ("resolved_threads = true", "PullRequest.reviewThreads"),
        ("resolved_threads = true", "PullRequestReviewThread.resolvedBy"),
        ("signed = true", "Commit.signature"),
        ("when = { first_contribution = true }\ndeny = \"ask first\"", "Query.search"),
    ];
    for (asks, field) in cases {
        let policy = format!("version = 1\n[[rule]]\nid = \"asks\"\n{asks}\n[[rule]]\nid = \"rest\"\nallow = \"so\"\n");
        let mut world = World::without_bot(&policy).await;
        let new = NewPullRequest { author: "alice", title: "Sell more", ..NewPullRequest::default() };
        let pull = world.shop.open_pull_request(new);
        world.shop.deploy(&pull.head(), "staging", "github-actions[bot]");
        let thread = pull.start_thread("bob", "change.txt", "why?");
        pull.resolve_thread("bob", thread);
        world.github.faults().fail_field(field);
        world.start(&[]).await;
        let summary = world.check(&pull).unwrap().summary;
        assert!(summary.contains("GitHub did not "), "{field}: {summary}");
        world.expect(&pull, "failure", "");
        world.github.faults().heal_fields();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_membership_takes_green_away_although_nothing_can_be_read() {
    for on in [On::Reads, On::Operation("query TeamMembers")] {
        let mut world = World::without_bot(CAB).await;
        let cab = world.acme.team("cab", &["carol", "dave"]);
        world.start(&[]).await;
        let pull = world.opened("").await;
        pull.review("carol", Verdict::Approve);
        world.settled().await;
        world.expect(&pull, "success", "");
        world.github.faults().down(on);
        cab.remove("carol");
        world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
        world.expect(&pull, "in_progress", "Looking again");
        world.github.faults().up();
        world.settled().await;
        world.expect(&pull, "in_progress", "dave");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_that_could_not_be_read_is_read_again_without_an_event() {
    let mut world = World::without_bot(CAB).await;
    world.acme.team("cab", &["carol"]);
    world.github.faults().deny_members("acme");
    world.start(&[]).await;
    let pull = world.opened("").await;
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "failure", "");
    world.github.faults().allow_all();
    world.settled().await;
    world.expect(&pull, "failure", "");
    world.advance(Duration::from_secs(301));
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_graphql_could_not_do_just_now_is_tried_for_longer_than_ten_times() {
    let timeout = "Something went wrong while executing your query. This may be the result of a timeout.";
    let cases = [
        ("", timeout),
        ("RATE_LIMITED", "API limit exceeded for installation."),
        ("", "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."),
    ];
    for (kind, message) in cases {
        let world = World::with_policy(PEER).await;
        let pull = world.opened("").await;
        world.github.faults().err_queries(On::Operation("query Look"), 12, kind, message);
        pull.review("bob", Verdict::Approve);
        world.settled().await;
        // The later tries are minutes apart.
        for _ in 0..14 {
            world.advance(Duration::from_secs(600));
            world.settled().await;
        }
        world.expect(&pull, "success", "");
        assert!(pull.checks().iter().all(|check| check.state() != "failure"), "`{message}` counts as no attempt");
    }
}

/// Longer than a withdrawal may take on a machine that is never idle, and shorter than one read that hangs.
const IN_TIME: Duration = Duration::from_secs(15);

/// Green goes although what is asked hangs; the verdict follows when it is answered.
async fn goes_in_time(world: &World, pull: &PullRequest, lowers: impl FnOnce()) {
    world.settled().await;
    world.expect(pull, "success", "");
    let started = Instant::now();
    lowers();
    world.until("green is taken back", || !world.check(pull).unwrap().is_green()).await;
    assert!(started.elapsed() < IN_TIME, "{:?}", started.elapsed());
    world.expect(pull, "in_progress", "Looking again");
    assert!(world.github.faults().hanging() > 0, "the read goes on");
    let runs = pull.checks().len();
    world.github.faults().answer();
    world.settled().await;
    assert_eq!(pull.checks().len(), runs, "the run that was taken back is edited in place");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissal_takes_green_away_although_the_look_hangs() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let review = pull.review("bob", Verdict::Approve);
    goes_in_time(&world, &pull, || {
        world.github.faults().hang(On::Reads);
        pull.dismiss("carol", review);
    })
    .await;
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_membership_takes_green_away_although_the_team_hangs() {
    let mut world = World::without_bot(CAB).await;
    let cab = world.acme.team("cab", &["carol", "dave"]);
    world.start(&[]).await;
    let pull = world.opened("").await;
    pull.review("carol", Verdict::Approve);
    goes_in_time(&world, &pull, || {
        world.github.faults().hang(On::Operation("query TeamMembers"));
        cab.remove("carol");
    })
    .await;
    world.expect(&pull, "in_progress", "dave");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissal_takes_green_away_although_a_policy_hangs() {
    let world = World::without_bot("").await;
    let policies = world.acme.repository(".github").private();
    policies.commit("main", "dave", [("countersign.toml", PEER)]);
    let world = world.started(&[]).await;
    let pull = world.opened("").await;
    let review = pull.review("bob", Verdict::Approve);
    world.settled().await;
    // A wrong policy that nobody was told of: what was valid before it is asked for beside the next look.
    world.github.faults().forget_all_webhooks();
    world.shop.commit("main", "dave", [(".github/countersign.toml", "version = 1\n[[rules]]\n")]);
    world.settled().await;
    world.github.faults().remember_webhooks();
    goes_in_time(&world, &pull, || {
        world.github.faults().hang(On::Operation("query FileHistory"));
        pull.dismiss("carol", review);
    })
    .await;
    world.expect(&pull, "failure", "");
}

/// A sibling is writing green, with everything asked of both, when the approval of the first is dismissed.
#[tokio::test(flavor = "multi_thread")]
async fn green_that_is_taken_back_is_not_written_again_by_a_sibling_in_the_middle_of_its_write() {
    let world = World::with_policy(PEER).await;
    let first = world.opened("").await;
    let review = first.review("bob", Verdict::Approve);
    world.settled().await;
    let second =
        NewPullRequest { author: "carol", title: "The same commit", head: "change-1", ..NewPullRequest::default() };
    let second = world.shop.open_pull_request(second);
    second.review("bob", Verdict::RequestChanges);
    world.settled().await;
    world.expect(&first, "failure", "");
    let faults = world.github.faults();
    faults.hang_next(On::Operation("check-runs"), 1);
    second.review("bob", Verdict::Approve);
    world.until("the sibling writes", || faults.hanging() == 1).await;
    faults.down(On::GraphQl);
    let asked = world.github.log().of("query Look").count();
    first.dismiss("carol", review);
    world.until("the dismissal cannot be looked at", || world.github.log().of("query Look").count() > asked).await;
    let said = || first.checks().iter().any(|check| check.title.contains("Looking again"));
    world.until("it is said without the sibling's leave", said).await;
    faults.answer();
    let greens = || first.checks().iter().filter(|check| check.is_green()).count();
    world.until("the sibling's green is there", || greens() == 2).await;
    world.until("and taken back", || !world.check(&first).unwrap().is_green()).await;
    faults.up();
    world.settled().await;
    world.expect(&first, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn green_that_a_sibling_wrote_is_taken_back_without_a_read() {
    let world = World::with_policy(PEER).await;
    let first = world.opened("").await;
    let second =
        NewPullRequest { author: "carol", title: "The same commit", head: "change-1", ..NewPullRequest::default() };
    let second = world.shop.open_pull_request(second);
    let review = second.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&second, "in_progress", "");
    first.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&second, "success", "");
    world.github.faults().down(On::Reads);
    second.dismiss("carol", review);
    world.until("green is taken back", || !world.check(&second).unwrap().is_green()).await;
    world.expect(&second, "in_progress", "Looking again");
    world.github.faults().up();
    world.settled().await;
    world.expect(&second, "in_progress", "1");
}
