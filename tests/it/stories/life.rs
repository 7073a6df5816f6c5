//! The life of a change: each step from state to state, with whose deed it was, what told of it, when, and by which policy.

use std::time::Duration;

use countersign::store::Transition;
use github_stand_in::{NewPullRequest, PullRequest, Verdict};
use jiff::SignedDuration;

use crate::world::{PEER, World};

/// A summary, and somebody's approval.
const ASKING: &str = r#"
version = 1
[record]
required = ["summary"]
[authorities.peer]
permission = "write"
[[rule]]
id = "peer"
approvals = [{ from = ["peer"], count = 1 }]
"#;

const DEPLOYED: &str = "[environments.production]\nnames = [\"prod\"]\n";

const SUMMARY: &str = "## Summary\nSell more with a bigger button.\n";

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
    let world = World::with_policy(&format!("{ASKING}{DEPLOYED}")).await;
    let new = NewPullRequest { author: "alice", title: "Sell more", draft: true, ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    assert!(world.summary(&pull).starts_with("State: **draft**. Next: the author"), "{}", world.summary(&pull));
    pull.ready("alice");
    world.settled().await;
    assert!(world.summary(&pull).starts_with("State: **assess**. Next: the author"), "{}", world.summary(&pull));
    pull.edit_body("carol", SUMMARY);
    world.settled().await;
    let summary = world.summary(&pull);
    assert!(summary.starts_with("State: **authorise**. Next: one person of `peer`: approve"), "{summary}");
    let comment = world.comment(&pull).expect("a comment").body;
    assert!(comment.contains("State: **authorise**. Next: the approvals below."), "{comment}");
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
    world.shop.deployment_status(deployment, "carol", "success");
    world.settled().await;
    assert_eq!(steps(&world, &pull).await[5..], ["implement → closed:successful by carol"]);
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
    let steps = steps(&world, &pull).await;
    assert!(steps.last().is_some_and(|step| step.starts_with("closed:successful → closed:backed-out")), "{steps:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_policy_speaks_there_is_no_life_to_tell_of() {
    let world = World::with_policy("").await;
    let pull = world.opened("").await;
    pull.merge("dave");
    world.settled().await;
    assert_eq!(steps(&world, &pull).await, [""; 0]);
}
