//! The life of a change: each step from state to state, with whose deed it was, what told of it, when, and by which policy.

use std::time::Duration;

use countersign::store::Transition;
use github_stand_in::{Changes, NewPullRequest, Oid, On, PullRequest, Verdict};
use jiff::{SignedDuration, Timestamp};

use super::record::{GOOD, RECORD};
use crate::commands::{folder, run as run_in};
use crate::world::{PEER, World};

const DEPLOYED: &str = "[environments.production]\nnames = [\"prod\"]\n";

/// The steps of the change so far, as in `assess → authorise by alice`. Each has an instant, a policy, and a decision that
/// is kept; and its cause is a delivery that was received, where anybody did anything.
async fn steps(world: &World, pull: &PullRequest) -> Vec<String> {
    let store = world.store();
    let steps = store.transitions_of(world.shop.id(), pull.number()).await.expect("read");
    let mut told = Vec::new();
    for (step, place) in steps.iter().zip(1..) {
        assert_eq!(step.sequence, place);
        let decision = store.decision(step.decision).await.expect("read").expect("the decision is kept");
        assert_eq!((decision.as_of, decision.number), (step.at, pull.number()));
        assert_eq!(step.policies[0].path, "acme/shop/.github/countersign.toml");
        match &step.cause {
            Some(cause) => {
                let received = store.received_at(cause).await.expect("read").expect("it was received");
                assert!(step.at.duration_since(received) < SignedDuration::from_mins(1), "{step:?}");
            }
            None => assert_eq!(step.actor, None, "what nobody told of is nobody's deed"),
        }
        told.push(line(step));
    }
    told
}

fn line(step: &Transition) -> String {
    let marks =
        |marks: countersign_domain::life::Marks| marks.names().map(|mark| format!(" {mark}")).collect::<String>();
    let from = step.from.map_or("nothing", |state| state.key());
    let by = step.actor.as_ref().map_or("time".to_owned(), ToString::to_string);
    format!("{from}{} → {}{} by {by}", marks(step.marks_before), step.to.key(), marks(step.marks))
}

#[track_caller]
fn ends(steps: &[String], expected: &[&str]) {
    assert!(steps.len() >= expected.len() && steps[steps.len() - expected.len()..] == *expected, "{steps:#?}");
}

async fn approved(world: &World, pull: &PullRequest) {
    pull.review("bob", Verdict::Approve);
    world.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_goes_from_draft_to_closed_and_each_step_is_kept() {
    let world = World::with_policy(&format!("{RECORD}{DEPLOYED}")).await;
    let new = NewPullRequest { author: "alice", title: "Sell more", draft: true, ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    assert!(world.summary(&pull).starts_with("State: **draft**. Next: the author"), "{}", world.summary(&pull));
    pull.ready("alice");
    world.settled().await;
    assert!(world.summary(&pull).starts_with("State: **assess**. Next: the author"), "{}", world.summary(&pull));
    pull.edit_body("carol", GOOD);
    world.settled().await;
    let summary = world.summary(&pull);
    assert!(summary.starts_with("State: **authorise**. Next: one person of `peer`: approve"), "{summary}");
    let comment = world.comment(&pull).expect("a comment").body;
    assert!(comment.contains("State: **authorise**. Next: the approvals below."), "{comment}");
    // Bob has the description before him as it is now: GitHub tells instants to the second.
    world.advance(Duration::from_secs(2));
    approved(&world, &pull).await;
    let summary = world.summary(&pull);
    assert!(summary.starts_with("State: **scheduled**. Next: somebody with write access: merge"), "{summary}");
    world.advance(Duration::from_secs(2));
    let commit = pull.merge("dave");
    world.settled().await;
    world.advance(Duration::from_secs(2));
    let deployment = world.shop.deploy(&commit, "prod", "carol");
    world.shop.deployment_status(deployment, "carol", "in_progress");
    world.settled().await;
    let open = [
        "nothing → draft by alice",
        "draft → assess by alice",
        "assess → authorise by carol",
        "authorise → scheduled by bob",
        "scheduled → implement by dave",
    ];
    assert_eq!(steps(&world, &pull).await, open);
    let comment = world.comment(&pull).expect("a comment").body;
    let said = "State: **implement**. Next: somebody with write access: deploy it to `production`, or say";
    assert!(comment.contains(said), "{comment}");
    world.shop.deployment_status(deployment, "carol", "success");
    world.settled().await;
    assert_eq!(steps(&world, &pull).await[5..], ["implement → closed:successful by carol"]);
    let comment = world.comment(&pull).expect("a comment").body;
    assert!(comment.contains("nothing is asked") && comment.ends_with("State: **closed**, successful.\n"), "{comment}");
    let database = ["--database-url", world.database()];
    let shown = run_in(folder(&[]).path(), &["life", "acme/shop#1", database[0], database[1]]);
    shown.ended(0, "authorise               by carol, delivery ").ended(0, "acme/shop/.github/countersign.toml ");
    let shown = run_in(folder(&[]).path(), &["life", "acme/shop#1", database[0], database[1], "--format", "json"]);
    let step = &shown.json()["transitions"][5];
    assert_eq!((&step["from"], &step["to"]), (&"implement".into(), &"closed:successful".into()));
    assert_eq!((&step["actor"]["login"], step["decision"].is_string()), (&"carol".into(), true));
    let none = run_in(folder(&[]).path(), &["life", "acme/shop", database[0], database[1]]);
    none.refused("write it as `OWNER/NAME#NUMBER`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_back_is_a_step_and_no_change_of_state_is_none() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    approved(&world, &pull).await;
    pull.retitle("alice", "Sell even more");
    world.settled().await;
    world.shop.check_run(&pull.head(), "github-actions", "ci", github_stand_in::Outcome::Success);
    world.settled().await;
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    world.settled().await;
    pull.draft("alice");
    world.settled().await;
    let expected = [
        "nothing → authorise by alice",
        "authorise → scheduled by bob",
        "scheduled → authorise by alice",
        "authorise → draft by alice",
    ];
    assert_eq!(steps(&world, &pull).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_closed_without_going_in_is_cancelled_and_lives_again_when_it_is_reopened() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    pull.close("carol");
    world.settled().await;
    ends(&steps(&world, &pull).await, &["authorise → closed:cancelled by carol"]);
    world.advance(Duration::from_secs(2));
    pull.reopen("alice");
    world.settled().await;
    ends(&steps(&world, &pull).await, &["closed:cancelled → authorise by alice"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reaches_no_environment_is_implemented_when_it_goes_in_and_a_revert_backs_it_out() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    approved(&world, &pull).await;
    world.advance(Duration::from_secs(2));
    pull.merge("dave");
    world.settled().await;
    ends(&steps(&world, &pull).await, &["scheduled → closed:successful by dave"]);
    let revert = world.opened(&format!("Reverts acme/shop#{}\n", pull.number())).await;
    approved(&world, &revert).await;
    world.advance(Duration::from_secs(2));
    revert.merge("carol");
    world.settled().await;
    ends(&steps(&world, &pull).await, &["closed:successful → closed:backed-out by carol"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_in_before_anybody_could_look_begins_with_its_merge() {
    let world = World::with_policy(PEER).await;
    world.github.faults().down(On::Reads);
    let new = NewPullRequest { author: "alice", title: "Sell more", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    pull.merge("dave");
    world.github.settled().await;
    world.github.faults().up();
    world.settled().await;
    assert_eq!(steps(&world, &pull).await, ["nothing → closed:successful by dave"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_policy_speaks_there_is_no_life_to_tell_of() {
    let world = World::with_policy("").await;
    let pull = world.opened("").await;
    pull.merge("dave");
    world.settled().await;
    assert_eq!(steps(&world, &pull).await, [""; 0]);
}

/// A change that was approved and went in; the commit by which it did.
async fn merged(world: &World) -> (PullRequest, Oid) {
    let pull = world.opened("").await;
    approved(world, &pull).await;
    world.advance(Duration::from_secs(2));
    let commit = pull.merge("dave");
    world.settled().await;
    world.advance(Duration::from_secs(2));
    (pull, commit)
}

async fn deployed(world: &World, commit: &Oid, by: &str, state: &str) {
    let deployment = world.shop.deploy(commit, "prod", by);
    world.shop.deployment_status(deployment, by, state);
    world.settled().await;
    world.advance(Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_deployment_fails_a_change_a_later_one_heals_it_and_a_rollback_backs_it_out() {
    let world = World::with_policy(&format!("{PEER}{DEPLOYED}")).await;
    let (one, before) = merged(&world).await;
    deployed(&world, &before, "carol", "success").await;
    let (two, after) = merged(&world).await;
    deployed(&world, &after, "carol", "failure").await;
    ends(&steps(&world, &two).await, &["scheduled → implement by dave", "implement → closed:failed by carol"]);
    deployed(&world, &after, "bob", "success").await;
    ends(&steps(&world, &two).await, &["closed:failed → closed:successful by bob"]);
    deployed(&world, &before, "dave", "success").await;
    ends(&steps(&world, &two).await, &["closed:successful → closed:backed-out by dave"]);
    ends(&steps(&world, &one).await, &["implement → closed:successful by carol"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_who_may_push_and_took_no_part_say_became_of_a_change_closes_it() {
    let world = World::with_policy(&format!("{PEER}{DEPLOYED}")).await;
    let (pull, _) = merged(&world).await;
    pull.comment("mallory", "/countersign outcome successful all is well");
    world.settled().await;
    ends(&steps(&world, &pull).await, &["scheduled → implement by dave"]);
    for (by, result) in [("alice", "successful"), ("dave", "backed-out")] {
        pull.comment(by, &format!("/countersign outcome {result} say its author, and who merged it"));
        world.settled().await;
        ends(&steps(&world, &pull).await, &["scheduled → implement by dave"]);
    }
    pull.comment("carol", "/countersign outcome with-issues it was slow");
    world.settled().await;
    ends(&steps(&world, &pull).await, &["implement → closed:with-issues by carol"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_a_change_sends_it_back_to_its_authorities() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    approved(&world, &pull).await;
    pull.comment("carol", "/countersign hold the bank is away");
    world.settled().await;
    assert!(world.summary(&pull).starts_with("State: **authorise**. Next: `carol`: lift"), "{}", world.summary(&pull));
    pull.comment("carol", "/countersign unhold");
    world.settled().await;
    ends(&steps(&world, &pull).await, &["scheduled → authorise by carol", "authorise → scheduled by carol"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_marks_what_is_scheduled_while_it_lasts() {
    let world = World::without_bot("").await;
    let now = world.github.clock().now().as_second();
    let from = Timestamp::from_second((now / 3_600 + 2) * 3_600).expect("an instant");
    let until = from + SignedDuration::from_hours(2);
    let freeze = format!("{PEER}[[freeze]]\nid = \"peak\"\nwhy = \"trading\"\nfrom = {from}\nuntil = {until}\n");
    world.shop.commit("main", "dave", Changes::new().write(".github/countersign.toml", &freeze));
    let world = world.started(&[]).await;
    let pull = world.opened("").await;
    approved(&world, &pull).await;
    for instant in [from, until] {
        world.github.clock().set(instant + SignedDuration::from_secs(1));
        world.store().wake();
        world.settled().await;
    }
    let expected = [
        "authorise → scheduled by bob",
        "scheduled → scheduled frozen by time",
        "scheduled frozen → scheduled by time",
    ];
    ends(&steps(&world, &pull).await, &expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_is_marked_to_its_end_and_reviewed_before_it_is_closed() {
    let lane =
        "[emergency]\ndeclared_by = [\"peer\"]\nexpires = \"4h\"\napprovals = [{ from = [\"peer\"], count = 1 }]\n";
    let world = World::with_policy(&format!("{PEER}{lane}")).await;
    let pull = world.opened("").await;
    pull.comment("carol", "/countersign emergency INC-7 payments are down");
    world.settled().await;
    approved(&world, &pull).await;
    world.advance(Duration::from_secs(2));
    pull.merge("alice");
    world.settled().await;
    let open = [
        "nothing → authorise by alice",
        "authorise → authorise emergency by carol",
        "authorise emergency → scheduled emergency by bob",
        "scheduled emergency → review emergency by alice",
    ];
    assert_eq!(steps(&world, &pull).await, open);
    let comment = world.comment(&pull).expect("a comment").body;
    assert!(comment.contains("State: **review**, emergency. Next: somebody with write access who took"), "{comment}");
    pull.comment("dave", "/countersign outcome with-issues it took two tries");
    world.settled().await;
    ends(&steps(&world, &pull).await, &["review emergency → closed:with-issues emergency by dave"]);
}
