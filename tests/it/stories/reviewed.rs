//! What went in is reviewed: issues for it, their answers, what went in without our word, and what became of changes.

use std::time::Duration;

use github_stand_in::{Issue, NewPullRequest, On, PullRequest, Verdict};

use crate::world::{PEER, World};

/// One independent peer, and a review of every change within two days.
fn pir() -> String {
    format!("{PEER}[pir]\nwithin = \"2d\"\n")
}

/// A change that bob approved.
async fn approved(world: &World) -> PullRequest {
    let pull = world.opened("## Backout plan\nRevert it.\n").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    pull
}

/// One that alice merged, too.
async fn merged(world: &World) -> PullRequest {
    let pull = approved(world).await;
    pull.merge("alice");
    world.settled().await;
    pull
}

/// The one issue there is.
fn issue(world: &World) -> Issue {
    let issues = world.shop.issues();
    assert_eq!(issues.len(), 1, "{:?}", issues.iter().map(Issue::title).collect::<Vec<_>>());
    issues.into_iter().next().expect("an issue")
}

/// Somebody comments on an issue; how the bot answers it.
async fn says(world: &World, issue: &Issue, by: &str, body: &str) -> Vec<String> {
    let comment = issue.comment(by, body);
    world.settled().await;
    let comments = issue.comments();
    let comment = comments.iter().find(|known| known.id == comment).expect("the comment");
    comment.reactions.iter().map(|(_, what)| what.clone()).collect()
}

const WELL: &str = "/countersign outcome successful all is well";

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_pir_matches_gets_one_issue_that_somebody_independent_answers() {
    let world = World::with_policy(&pir()).await;
    let pull = merged(&world).await;
    let issue = issue(&world);
    assert_eq!(issue.title(), format!("Review of #{}: Sell more", pull.number()));
    for said in ["Revert it", "approved by `bob`", "merged by `alice`", "The policy asks for a review"] {
        assert!(issue.body().contains(said), "{said}: {}", issue.body());
    }
    pull.label("bob", "seen");
    world.settled().await;
    assert_eq!(says(&world, &issue, "alice", WELL).await, ["-1"], "her own change");
    assert_eq!(says(&world, &issue, "mallory", WELL).await, ["-1"], "who may not push");
    assert!(says(&world, &issue, "bob", "/countersign hold it").await.is_empty(), "no command for an issue");
    assert!(issue.is_open());
    assert_eq!(says(&world, &issue, "bob", WELL).await, ["+1"]);
    assert!(!issue.is_open());
    assert_eq!(world.shop.issues().len(), 1);
    assert!(world.store().unauthorised(world.shop.id()).await.expect("read").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_pir_does_not_match_owes_no_review() {
    let world = World::with_policy(&format!("{PEER}[pir]\nwhen = {{ risk = \">= high\" }}\n")).await;
    merged(&world).await;
    assert!(world.shop.issues().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_whose_opening_was_not_heard_of_is_found_again_and_not_opened_twice() {
    let world = World::with_policy(&pir()).await;
    let pull = approved(&world).await;
    world.github.faults().lose_answers(On::Operation("POST /repos/{owner}/{repo}/issues"), 1);
    pull.merge("alice");
    world.settled().await;
    let issue = issue(&world);
    pull.comment("bob", WELL);
    world.settled().await;
    assert!(!issue.is_open(), "it is known which one it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_to_write_issues_the_review_is_owed_and_done_on_the_pull_request() {
    let world = World::with_policy(&pir()).await;
    world.shop.allow_issues(false);
    let pull = merged(&world).await;
    assert!(world.shop.issues().is_empty());
    world.shop.allow_issues(true);
    world.advance(Duration::from_secs(24 * 3_600 + 1));
    world.settled().await;
    let issue = issue(&world);
    pull.comment("bob", WELL);
    world.settled().await;
    assert!(!issue.is_open());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_without_our_success_is_kept_with_its_actor_and_reviewed() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "approval");
    pull.merge("dave");
    world.settled().await;
    let kept = world.store().unauthorised(world.shop.id()).await.expect("read");
    let of: Vec<_> = kept.iter().map(|it| (it.what.key(), it.by.as_ref().map(|(_, login)| login.as_str()))).collect();
    assert_eq!(of, [(format!("pull:{}", pull.number()), Some("dave"))]);
    let issue = issue(&world);
    assert!(issue.body().contains("without the change being authorised"), "{}", issue.body());
    assert_eq!(says(&world, &issue, "dave", WELL).await, ["-1"], "who merged it");
    assert_eq!(says(&world, &issue, "carol", WELL).await, ["+1"]);
    assert!(!issue.is_open());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_around_all_pull_requests_is_kept_with_its_actor_and_reviewed() {
    let world = World::with_policy(PEER).await;
    merged(&world).await;
    world.shop.commit("main", "dave", [("now.rs", "fn now() {}\n")]);
    world.settled().await;
    world.advance(Duration::from_secs(121));
    world.settled().await;
    let kept = world.store().unauthorised(world.shop.id()).await.expect("read");
    let of: Vec<_> = kept.iter().map(|it| (it.what.key(), it.by.as_ref().map(|(_, login)| login.as_str()))).collect();
    assert_eq!(of, [(format!("push:{}:6d61696e", world.shop.tip("main")), Some("dave"))], "the merge was none");
    let issue = issue(&world);
    assert!(issue.title().starts_with("Review of a push to main"), "{}", issue.title());
    assert_eq!(says(&world, &issue, "dave", WELL).await, ["-1"], "who pushed it");
    assert_eq!(says(&world, &issue, "bob", WELL).await, ["+1"]);
    assert!(!issue.is_open());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_merge_queue_brings_is_no_push_around_pull_requests() {
    let world = World::with_policy(PEER).await;
    let pulls = [approved(&world).await, approved(&world).await];
    let group = world.shop.merge_group("bob", &[&pulls[0], &pulls[1]]);
    world.settled().await;
    group.land();
    world.settled().await;
    world.advance(Duration::from_secs(121));
    world.settled().await;
    assert_eq!(world.store().unauthorised(world.shop.id()).await.expect("read"), []);
    assert!(world.shop.issues().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_policy_decides_a_push_is_kept_and_no_issue_is_opened() {
    let world = World::with_policy(&PEER.replacen("version = 1", "version = 1\nmode = \"observe\"", 1)).await;
    world.opened("").await;
    world.shop.commit("main", "dave", [("now.rs", "fn now() {}\n")]);
    world.settled().await;
    world.advance(Duration::from_secs(121));
    world.settled().await;
    assert_eq!(world.store().unauthorised(world.shop.id()).await.expect("read").len(), 1);
    assert!(world.shop.issues().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_changes_is_counted_by_service_and_team_beside_the_risk() {
    let services = "[services.till]\npaths = [\"**\"]\nowner = \"team:acme/till\"\n";
    let world = World::with_policy(&format!("{}{services}", pir())).await;
    world.acme.team("till", &["carol"]);
    for (outcome, said) in [("successful", "1 of 1 successful"), ("with-issues", "1 of 2 successful")] {
        let pull = merged(&world).await;
        pull.comment("bob", &format!("/countersign outcome {outcome} so it is"));
        world.settled().await;
        let next = world.opened("").await;
        for of in ["service `till`", "services of `team:acme/till`"] {
            assert!(world.summary(&next).contains(&format!("{of}: {said}")), "{of}: {}", world.summary(&next));
        }
        next.close("alice");
        world.settled().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_that_is_overdue_is_shown_on_other_pull_requests_and_holds_nothing() {
    let world = World::with_policy(&pir()).await;
    let pull = merged(&world).await;
    world.advance(Duration::from_secs(2 * 24 * 3_600 + 1));
    let other = approved(&world).await;
    let said = format!("The review of `#{}`", pull.number());
    assert!(world.summary(&other).contains(&said), "{}", world.summary(&other));
    world.expect(&other, "success", "");
    issue(&world).comment("bob", WELL);
    world.settled().await;
    other.comment("carol", "/countersign recheck");
    world.settled().await;
    assert!(!world.summary(&other).contains(&said), "{}", world.summary(&other));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_says_failed_suspends_the_model_that_let_the_change_in() {
    let model = "[services.all]\npaths = [\"**\"]\n[[model]]\nid = \"texts\"\nowner = \"user:dave\"\nuntil = \"2036-06-30\"\n\
                 when = { services = [\"all\"] }\napprovals = []\n";
    let policy = pir().replacen("version = 1", "version = 1\ntimezone = \"UTC\"", 1);
    let world = World::with_policy(&format!("{policy}{model}")).await;
    let pull = world.opened("").await;
    world.expect(&pull, "success", "");
    let other = world.opened("").await;
    world.expect(&other, "success", "");
    pull.merge("alice");
    world.settled().await;
    world.expect(&other, "success", "");
    pull.comment("bob", "/countersign outcome failed it fell over");
    world.settled().await;
    world.expect(&other, "in_progress", "approval");
    pull.comment("carol", "/countersign outcome successful it stands again");
    world.settled().await;
    other.comment("carol", "/countersign recheck");
    world.settled().await;
    world.expect(&other, "in_progress", "approval");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_around_the_policy_that_takes_it_away_is_kept_and_reviewed() {
    let world = World::with_policy(PEER).await;
    world.shop.branch("away", "main");
    world.shop.delete_file("away", "dave", ".github/countersign.toml");
    let new = NewPullRequest { author: "dave", title: "No more rules", head: "away", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    world.expect(&pull, "in_progress", "approval");
    pull.merge("dave");
    world.settled().await;
    let kept = world.store().unauthorised(world.shop.id()).await.expect("read");
    let of: Vec<_> = kept.iter().map(|it| it.what.key()).collect();
    assert_eq!(of, [format!("pull:{}", pull.number())]);
    assert!(issue(&world).body().contains("without the change being authorised"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorised_merge_that_takes_the_policy_away_is_none() {
    let world = World::with_policy(PEER).await;
    world.shop.branch("away", "main");
    world.shop.delete_file("away", "dave", ".github/countersign.toml");
    let new = NewPullRequest { author: "dave", title: "No more rules", head: "away", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.merge("dave");
    world.settled().await;
    assert_eq!(world.store().unauthorised(world.shop.id()).await.expect("read"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_policy_was_taken_away_nothing_is_unauthorised_any_more() {
    let world = World::with_policy(PEER).await;
    merged(&world).await;
    world.shop.branch("away", "main");
    world.shop.delete_file("away", "dave", ".github/countersign.toml");
    let new = NewPullRequest { author: "dave", title: "No more rules", head: "away", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    pull.merge("dave");
    world.settled().await;
    world.advance(Duration::from_secs(121));
    let last = world.opened("").await;
    world.advance(Duration::from_secs(5));
    last.merge("alice");
    world.settled().await;
    world.advance(Duration::from_secs(121));
    world.settled().await;
    assert_eq!(world.store().unauthorised(world.shop.id()).await.expect("read"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_the_default_branch_only_one_whose_rules_require_the_check_is_guarded() {
    let world = World::with_policy(PEER).await;
    world.shop.branch("next", "main");
    let new = NewPullRequest { author: "alice", title: "Stacked", base: "next", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    assert_eq!(pull.check("countersign: next").map(|check| check.is_green()), Some(false));
    pull.merge("dave");
    for (path, count) in [("now.rs", 0), ("then.rs", 1)] {
        world.shop.commit("next", "dave", [(path, "fn now() {}\n")]);
        world.settled().await;
        world.advance(Duration::from_secs(121));
        world.settled().await;
        let kept = world.store().unauthorised(world.shop.id()).await.expect("read");
        assert_eq!(kept.len(), count, "{kept:?}");
        world.shop.require_check_of("next", "countersign: next", world.github.app_id());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_word_on_a_push_is_not_known_is_asked_again() {
    let world = World::with_policy(PEER).await;
    world.opened("").await;
    world.shop.commit("main", "dave", [("now.rs", "fn now() {}\n")]);
    world.settled().await;
    world.advance(Duration::from_secs(121));
    world.settled().await;
    let issue = issue(&world);
    let permission = On::Operation("GET /repos/{owner}/{repo}/collaborators/{username}/permission");
    world.github.faults().fail_with(permission, usize::MAX, 403);
    assert!(says(&world, &issue, "bob", WELL).await.is_empty(), "nobody knows");
    world.github.faults().clear();
    world.advance(Duration::from_secs(301));
    world.settled().await;
    assert!(!issue.is_open());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_that_is_gone_is_not_closed_day_by_day() {
    let world = World::with_policy(&pir()).await;
    let pull = merged(&world).await;
    issue(&world);
    let close = "PATCH /repos/{owner}/{repo}/issues/{issue_number}";
    world.github.faults().fail_with(On::Operation(close), usize::MAX, 410);
    pull.comment("bob", WELL);
    world.settled().await;
    assert_eq!(world.github.log().of(close).count(), 1);
    world.advance(Duration::from_secs(24 * 3_600 + 1));
    world.settled().await;
    assert_eq!(world.github.log().of(close).count(), 1);
}
