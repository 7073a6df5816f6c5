//! The gate of an environment: what is deployed was authorised, and nothing holds its deployment now.

use std::time::Duration;

use countersign::signal::Mark;
use countersign_domain::decision::Outcome;
use github_stand_in::{Changes, NewPullRequest, Oid, On, Outcome as Ended, PullRequest, Verdict};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::commands::{folder, run as run_in};
use crate::world::{PEER, World};

/// A pull request that was approved and went in; the commit by which it did.
async fn merged(world: &World) -> (PullRequest, Oid) {
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    world.advance(Duration::from_secs(2));
    let commit = pull.merge("bob");
    world.settled().await;
    world.advance(Duration::from_secs(2));
    (pull, commit)
}

/// `production` has what `main` has, by a deployment from before anybody was asked.
async fn deployed(world: &World) -> Oid {
    let there = world.shop.tip("main");
    let deployment = world.shop.deploy(&there, "production", "dave");
    world.shop.deployment_status(deployment, "dave", "success");
    world.settled().await;
    world.advance(Duration::from_secs(2));
    there
}

/// What the App answered last: the state, empty where it only said something, and the words.
fn answered(world: &World, run: u64) -> (String, String) {
    world.shop.gate_answers(run).pop().unwrap_or_default()
}

/// A policy with a window for deployments to `production`, from noon to one.
const AT_NOON: &str = "[environments.production]\nnames = [\"production\", \"prod-eu\"]\n[[window]]\nid = \"noon\"\nholds = [\"deploy\"]\nwhen = { environments = [\"production\"] }\ntimezone = \"UTC\"\nhours = \"12:00-13:00\"\n";

/// Everybody's clock shows the next time of that hour, and the bot has done what is due.
async fn at_hour(world: &World, hour: i8) {
    let now = world.github.clock().now().to_zoned(TimeZone::UTC);
    let today = now.with().hour(hour).minute(0).second(0).subsec_nanosecond(0).build().unwrap();
    let next = if today > now { today } else { today.tomorrow().unwrap() };
    world.github.clock().set(next.timestamp());
    world.store().wake();
    world.settled().await;
}

/// The deployment of a run that went on succeeds, as anybody who deploys says.
async fn succeeds(world: &World, run: u64) {
    world.shop.deployment_status(world.shop.gated_deployment(run), "dave", "in_progress");
    world.shop.deployment_status(world.shop.gated_deployment(run), "dave", "success");
    world.settled().await;
    world.advance(Duration::from_secs(2));
}

/// A deployment waits, and the bot has said what it has to say.
async fn gate(world: &World, commit: &Oid, environment: &str) -> u64 {
    let run = world.shop.gate(commit, environment, "dave");
    world.settled().await;
    run
}

#[track_caller]
fn expect(world: &World, run: u64, state: &str, words: &str) {
    let (found, said) = answered(world, run);
    assert!(found == state && said.contains(words), "expected {state:?} {words:?}, found {found:?} {said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_of_authorised_changes_goes_on_and_says_which() {
    let world = World::with_policy(PEER).await;
    deployed(&world).await;
    let ((one, _), (two, commit)) = (merged(&world).await, merged(&world).await);
    world.github.take_log();
    let run = gate(&world, &commit, "production").await;
    expect(&world, run, "approved", &format!("#{}, #{}.", one.number(), two.number()));
    let log = world.github.take_log();
    let counts = (log.of("query Bringing").count(), log.of("query Look").count(), log.writes().count());
    assert_eq!(counts, (1, 2, 1), "{}", log.summary());
    assert_eq!(world.shop.gate_answers(run).len(), 1);
    let stored = world.store().decisions(world.shop.id(), two.number(), 1).await.unwrap().remove(0);
    assert_eq!((stored.key, stored.outcome), (format!("gate:{}/{run}/production", world.shop.id()), Outcome::Pass));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_waits_for_its_window_and_goes_on_when_that_opens_without_any_event() {
    let world = World::with_policy(&format!("{PEER}{AT_NOON}")).await;
    at_hour(&world, 9).await;
    deployed(&world).await;
    let (pull, commit) = merged(&world).await;
    let (run, eu) = (gate(&world, &commit, "production").await, gate(&world, &commit, "Prod-EU").await);
    let staging = gate(&world, &commit, "staging").await;
    expect(&world, run, "", &format!("#{}: the window `noon` opens at ", pull.number()));
    // Nothing is known of what these environments have.
    expect(&world, eu, "", "no deployment to it is known");
    expect(&world, staging, "", "no deployment to it is known");
    world.github.take_log();
    at_hour(&world, 11).await;
    expect(&world, run, "", "the window `noon` opens at ");
    let deliveries = world.github.deliveries().len();
    at_hour(&world, 12).await;
    expect(&world, run, "approved", &format!("#{}.", pull.number()));
    assert_eq!(world.shop.gate_answers(run).len(), 2, "it says once why it waits");
    assert_eq!(world.github.deliveries().len(), deliveries, "no event from outside");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_that_is_taken_out_of_the_policy_lets_the_deployment_go() {
    let frozen = "[[freeze]]\nid = \"peak\"\nwhy = \"trading peak\"\nfrom = 2020-01-01T00:00Z\nuntil = 2099-01-01T00:00Z\nholds = [\"deploy\"]\n";
    let world = World::with_policy(&format!("{PEER}{frozen}")).await;
    deployed(&world).await;
    let (pull, commit) = merged(&world).await;
    let run = gate(&world, &commit, "production").await;
    expect(&world, run, "", &format!("#{}: frozen by `peak` until ", pull.number()));
    world.shop.commit("main", "dave", Changes::new().write(".github/countersign.toml", PEER));
    world.settled().await;
    expect(&world, run, "approved", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_on_the_way_to_what_was_approved_is_not_deployed() {
    let world = World::with_policy(PEER).await;
    deployed(&world).await;
    let pull = world.opened("").await;
    let between = pull.head();
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.advance(Duration::from_secs(2));
    let commit = pull.merge("bob");
    world.settled().await;
    world.advance(Duration::from_secs(2));
    let words = "no pull request is known to have gone into the default branch as this commit";
    let run = gate(&world, &between, "production").await;
    expect(&world, run, "", words);
    let run = gate(&world, &commit, "production").await;
    expect(&world, run, "approved", &format!("#{}.", pull.number()));
    succeeds(&world, run).await;
    // Nor once the environment has it: it was never there as such.
    let run = gate(&world, &between, "production").await;
    expect(&world, run, "", words);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_without_an_authorised_change_is_refused_and_named() {
    let world = World::with_policy(PEER).await;
    deployed(&world).await;
    merged(&world).await;
    let pushed = world.shop.commit("main", "dave", Changes::new().write("README.md", "pushed\n"));
    let (_, commit) = merged(&world).await;
    let run = gate(&world, &commit, "production").await;
    let named = format!("{}: no pull request that went in has this commit", &pushed.to_string()[..7]);
    expect(&world, run, "rejected", &named);
    // Nobody approved this one.
    let world = World::with_policy(PEER).await;
    deployed(&world).await;
    let pull = world.opened("").await;
    let commit = pull.merge("dave");
    world.settled().await;
    let run = gate(&world, &commit, "production").await;
    expect(&world, run, "rejected", &format!("#{}: it went in without authorisation", pull.number()));
    assert_eq!(world.shop.gate_answers(run).len(), 1);
}

/// Nothing could be looked at after the dismissal, so that nothing was decided.
#[tokio::test(flavor = "multi_thread")]
async fn what_went_in_after_its_green_was_taken_back_is_refused() {
    let world = World::with_policy(PEER).await;
    deployed(&world).await;
    let pull = world.opened("").await;
    let review = pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.advance(Duration::from_secs(2));
    world.github.faults().down(On::Reads);
    pull.dismiss("carol", review);
    world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
    let commit = pull.merge("dave");
    world.github.faults().up();
    world.settled().await;
    let run = gate(&world, &commit, "production").await;
    expect(&world, run, "rejected", &format!("#{}: it went in without authorisation", pull.number()));
}

/// The check was green when it went in, whatever became of it afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn what_went_in_before_its_green_was_taken_back_goes_on() {
    let world = World::with_policy(PEER).await;
    deployed(&world).await;
    let pull = world.opened("").await;
    let review = pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.advance(Duration::from_secs(2));
    world.github.faults().down(On::Reads);
    let commit = pull.merge("dave");
    world.advance(Duration::from_secs(2));
    pull.dismiss("carol", review);
    world.until("green is taken back", || !world.check(&pull).unwrap().is_green()).await;
    world.github.faults().up();
    world.settled().await;
    let run = gate(&world, &commit, "production").await;
    expect(&world, run, "approved", &format!("#{}.", pull.number()));
}

/// As where the process dies between writing the check and keeping the decision.
#[tokio::test(flavor = "multi_thread")]
async fn what_went_in_by_a_green_check_of_ours_goes_on_although_no_decision_was_kept() {
    let world = World::with_policy(PEER).await;
    deployed(&world).await;
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "approval");
    pull.check_run("countersign", "countersign", Ended::Success);
    world.advance(Duration::from_secs(2));
    let commit = pull.merge("dave");
    world.settled().await;
    world.advance(Duration::from_secs(2));
    let run = gate(&world, &commit, "production").await;
    expect(&world, run, "approved", &format!("#{}.", pull.number()));
}

/// It went from a branch that asks nothing to `main` and in, and nobody looked between.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_for_another_base_lets_nothing_through() {
    let allow = "version = 1\n[[rule]]\nid = \"mine\"\nallow = \"all\"\n";
    let mut world = World::without_bot(PEER).await;
    world.shop.branch("mine", "main");
    world.shop.commit("mine", "dave", Changes::new().write(".github/countersign.toml", allow));
    world.start(&[]).await;
    deployed(&world).await;
    let new = NewPullRequest { author: "alice", title: "Mine", base: "mine", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    assert_eq!(pull.check("countersign: mine").map(|check| check.state().to_owned()).as_deref(), Some("success"));
    world.stop().await;
    world.github.clock().advance(SignedDuration::from_secs(2));
    pull.retarget("alice", "main");
    let commit = pull.merge("dave");
    world.github.clock().advance(SignedDuration::from_secs(2));
    world.start(&[]).await;
    let run = gate(&world, &commit, "production").await;
    expect(&world, run, "rejected", &format!("#{}: there is no decision on the commit that went in", pull.number()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_judged_by_the_description_as_it_stood_when_the_change_went_in() {
    let high = "[[freeze]]\nid = \"peak\"\nwhy = \"trading peak\"\nfrom = 2020-01-01T00:00Z\nuntil = 2099-01-01T00:00Z\nholds = [\"deploy\"]\nwhen = { field = { risk = \"high\" } }\n";
    let world = World::with_policy(&format!("{PEER}{high}")).await;
    deployed(&world).await;
    let check = async |before: &str, after: &str, state: &str| {
        let pull = world.opened(&format!("## Risk\n{before}")).await;
        pull.review("bob", Verdict::Approve);
        world.settled().await;
        world.advance(Duration::from_secs(2));
        let commit = pull.merge("bob");
        world.settled().await;
        world.advance(Duration::from_secs(2));
        pull.edit_body("alice", &format!("## Risk\n{after}"));
        world.settled().await;
        let run = gate(&world, &commit, "production").await;
        let (found, said) = answered(&world, run);
        assert_eq!(found, state, "{before} to {after}: {said}");
        run
    };
    let run = check("low", "high", "approved").await;
    succeeds(&world, run).await;
    let run = check("high", "low", "").await;
    expect(&world, run, "", "frozen by `peak`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_was_given_up_is_looked_at_again_by_a_sweep() {
    let world = World::with_policy(PEER).await;
    deployed(&world).await;
    let (_, commit) = merged(&world).await;
    world.github.faults().fail_with(On::Operation("/compare/"), 10, 403);
    let run = world.shop.gate(&commit, "production", "dave");
    let dead = async || world.store().queue_stats().await.unwrap().dead;
    for _ in 0..100 {
        world.settled().await;
        if dead().await == 1 {
            break;
        }
        world.advance(Duration::from_secs(300));
    }
    assert_eq!((dead().await, world.shop.gate_answers(run)), (1, Vec::new()));
    world.advance(Duration::from_secs(70 * 60));
    world.settled().await;
    expect(&world, run, "approved", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_with_a_policy_of_its_own_lets_nothing_through() {
    let allow = "version = 1\n[[rule]]\nid = \"mine\"\nallow = \"all\"\n";
    let mut world = World::without_bot(PEER).await;
    world.shop.branch("mine", "main");
    world.shop.commit("mine", "dave", Changes::new().write(".github/countersign.toml", allow));
    world.start(&[]).await;
    deployed(&world).await;
    let new = NewPullRequest { author: "alice", title: "Mine", base: "mine", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    assert_eq!(pull.check("countersign: mine").map(|check| check.state().to_owned()).as_deref(), Some("success"));
    let commit = pull.merge("dave");
    world.settled().await;
    let run = gate(&world, &commit, "production").await;
    expect(&world, run, "rejected", "it went into `mine`, which the default branch's policy does not govern");
}

/// Whoever may push may say of any deployment that it succeeded.
#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_did_not_go_through_the_gate_hides_nothing_from_it() {
    let world = World::with_policy(PEER).await;
    deployed(&world).await;
    let (_, commit) = merged(&world).await;
    let first = gate(&world, &commit, "production").await;
    expect(&world, first, "approved", "");
    succeeds(&world, first).await;
    let pushed = world.shop.commit("main", "dave", Changes::new().write("README.md", "pushed\n"));
    let made = world.shop.deploy(&pushed, "production", "dave");
    world.shop.deployment_status(made, "dave", "success");
    world.settled().await;
    let run = gate(&world, &pushed, "production").await;
    expect(&world, run, "rejected", "no pull request that went in has this commit");
    // Nor does a status on the one that was refused.
    succeeds(&world, run).await;
    let again = gate(&world, &pushed, "production").await;
    expect(&world, again, "rejected", "no pull request that went in has this commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_goes_on_and_the_change_it_takes_back_is_backed_out() {
    let world = World::with_policy(PEER).await;
    deployed(&world).await;
    let (one, before) = merged(&world).await;
    let first = gate(&world, &before, "production").await;
    succeeds(&world, first).await;
    let (two, after) = merged(&world).await;
    let second = gate(&world, &after, "production").await;
    expect(&world, second, "approved", &format!(": #{}.", two.number()));
    succeeds(&world, second).await;
    let stored = async |pull: &PullRequest| world.store().deployments_of(world.shop.id(), pull.number()).await.unwrap();
    let there = stored(&two).await.remove(0);
    assert!(there.started_at.is_some() && there.succeeded_at.is_some() && there.failed_at.is_none(), "{there:?}");
    assert_eq!((there.environment.as_str(), there.backed_out_at), ("production", None));
    let back = gate(&world, &before, "production").await;
    expect(&world, back, "approved", &format!("nothing that was not there before. It takes back #{}.", two.number()));
    assert_eq!(stored(&two).await[0].backed_out_at, None, "not before it succeeds");
    succeeds(&world, back).await;
    assert!(stored(&two).await[0].backed_out_at.is_some());
    let kept = stored(&one).await.remove(0);
    assert!(kept.succeeded_at.is_some() && kept.backed_out_at.is_none(), "{kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_another_one_reverts_is_backed_out() {
    let world = World::with_policy(PEER).await;
    deployed(&world).await;
    let (pull, commit) = merged(&world).await;
    let run = gate(&world, &commit, "production").await;
    succeeds(&world, run).await;
    let revert = world.opened(&format!("Reverts #{}", pull.number())).await;
    revert.review("bob", Verdict::Approve);
    world.settled().await;
    revert.merge("bob");
    world.settled().await;
    let stored = world.store().deployments_of(world.shop.id(), pull.number()).await.unwrap();
    assert!(stored[0].backed_out_at.is_some(), "{stored:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_answered_while_github_is_down_and_once_when_it_is_back() {
    let world = World::with_policy(PEER).await;
    deployed(&world).await;
    let (_, commit) = merged(&world).await;
    world.github.faults().down(On::Reads);
    world.github.take_log();
    let run = world.shop.gate(&commit, "production", "dave");
    world.until("a try", || world.github.log().count() > 0).await;
    assert_eq!(world.shop.gate_answers(run), []);
    world.github.faults().up();
    world.settled().await;
    expect(&world, run, "approved", "");
    // Told again, it is not answered again.
    let (repository, environment) = (world.shop.id(), "production".to_owned());
    world.store().mark(0, &[], &[Mark::Gate { repository, run, environment }]).await.unwrap();
    world.settled().await;
    assert_eq!(world.shop.gate_answers(run).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_brought_a_commit_is_waited_for_while_github_may_lag() {
    let world = World::with_policy(PEER).await;
    deployed(&world).await;
    let (_, commit) = merged(&world).await;
    world.github.faults().fail_field("Commit.associatedPullRequests");
    let run = gate(&world, &commit, "production").await;
    expect(&world, run, "", "GitHub does not say who brought it");
    world.github.faults().heal_fields();
    world.advance(Duration::from_secs(301));
    world.settled().await;
    expect(&world, run, "approved", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_between_is_bounded_and_known_from_githubs_list_too() {
    let mut world = World::without_bot(PEER).await;
    let there = world.shop.tip("main");
    let deployment = world.shop.deploy(&there, "production", "dave");
    world.shop.deployment_status(deployment, "dave", "success");
    let mut tip = there;
    for number in 0..251 {
        tip = world.shop.commit("main", "dave", Changes::new().write("README.md", &format!("{number}\n")));
    }
    world.start(&[]).await;
    let run = gate(&world, &tip, "production").await;
    expect(&world, run, "", "251 commits lie between, and no more than 250 are looked at");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_change_was_deployed_is_kept_with_it() {
    let world = World::with_policy(PEER).await;
    let ((one, _), (two, commit)) = (merged(&world).await, merged(&world).await);
    let (failed, good) = (world.shop.deploy(&commit, "staging", "dave"), world.shop.deploy(&commit, "staging", "dave"));
    for (deployment, state) in [(failed, "failure"), (good, "in_progress"), (good, "success"), (good, "inactive")] {
        world.shop.deployment_status(deployment, "dave", state);
        world.settled().await;
        world.advance(Duration::from_secs(2));
    }
    let again = world.shop.deploy(&commit, "staging", "dave");
    world.shop.deployment_status(again, "dave", "success");
    let (later, _) = merged(&world).await;
    let stored = async |pull: &PullRequest| world.store().deployments_of(world.shop.id(), pull.number()).await.unwrap();
    for pull in [&one, &two] {
        let found = stored(pull).await;
        let ids: Vec<u64> = found.iter().map(|there| there.deployment).collect();
        assert_eq!(ids, [failed, good], "up to the first that succeeded: {found:?}");
        assert!(found[0].failed_at.is_some() && found[0].succeeded_at.is_none(), "{found:?}");
        assert!(found[1].started_at < found[1].succeeded_at && found[1].failed_at.is_none(), "{found:?}");
    }
    assert_eq!(stored(&later).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_gate_decided_is_decided_again_the_same() {
    let world = World::with_policy(&format!("{PEER}{AT_NOON}")).await;
    at_hour(&world, 9).await;
    deployed(&world).await;
    let (pull, commit) = merged(&world).await;
    let run = gate(&world, &commit, "production").await;
    at_hour(&world, 12).await;
    expect(&world, run, "approved", "");
    let decisions = world.store().decisions(world.shop.id(), pull.number(), 2).await.unwrap();
    assert_eq!(decisions.iter().map(|one| one.outcome).collect::<Vec<_>>(), [Outcome::Pass, Outcome::Wait]);
    let api = world.github.rest_url();
    run_in(folder(&[]).path(), &["replay", "--database-url", world.database(), "--github-api-url", &api])
        .ended(0, ", none differs\n");
}
