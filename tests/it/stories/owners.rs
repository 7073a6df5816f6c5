//! The owners of the touched files, by CODEOWNERS at the base.

use github_stand_in::{Changes, NewPullRequest, Permission, PullRequest, Verdict};

use crate::world::World;

const OWNED: &str = r#"
version = 1
[authorities.owners]
codeowners = "any"
[[rule]]
id = "owned"
approvals = [{ from = ["owners"], count = 1 }]
"#;

const LINES: &str = "/src/ @acme/payments\n/docs/ @carol # the writer\n";

/// A world where the base has that CODEOWNERS, bob is the payments team, and the team may write.
async fn with_codeowners(path: &str, text: &str) -> World {
    let world = World::without_bot(OWNED).await;
    world.shop.commit("main", "dave", Changes::new().write(path, text));
    let payments = world.acme.team("payments", &["bob"]);
    world.shop.grant_team(&payments, Some(Permission::Write));
    world.started(&[]).await
}

async fn touching(world: &World, files: &[(&str, &str)]) -> PullRequest {
    let changes = files.iter().fold(Changes::new(), |changes, (path, text)| changes.write(path, text));
    let pull = world.shop.open_pull_request(NewPullRequest {
        author: "alice",
        title: "Sell more",
        changes,
        ..NewPullRequest::default()
    });
    world.settled().await;
    pull
}

#[tokio::test(flavor = "multi_thread")]
async fn each_touched_file_waits_for_one_of_its_owners_by_name() {
    let world = with_codeowners(".github/CODEOWNERS", LINES).await;
    let pull = touching(&world, &[("src/pay.rs", "a\n"), ("docs/pay.md", "b\n"), ("LICENSE", "c\n")]).await;
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("src/pay.rs") && summary.contains("line 1 of CODEOWNERS"), "{summary}");
    assert!(summary.contains("docs/pay.md") && summary.contains("line 2 of CODEOWNERS"), "{summary}");
    assert!(summary.contains("nobody owns"), "{summary}");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "carol");
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_edits_codeowners_gains_nothing_until_it_is_in_the_base() {
    let world = with_codeowners("CODEOWNERS", LINES).await;
    let pull = touching(&world, &[("src/pay.rs", "a\n"), ("CODEOWNERS", "* @dave\n")]).await;
    pull.review("dave", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "Waiting for approval by bob");
    // A push to the base that changes the file is an event like one that changes the policy.
    world.shop.commit("main", "carol", Changes::new().write("CODEOWNERS", "* @dave\n"));
    world.settled().await;
    world.expect(&pull, "success", "");
    world.shop.commit("main", "carol", Changes::new().write(".github/CODEOWNERS", "* @carol\n"));
    world.settled().await;
    world.expect(&pull, "in_progress", "carol");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_that_may_not_write_itself_owns_nothing_and_membership_takes_green_away() {
    let world = with_codeowners("docs/CODEOWNERS", "* @acme/payments\n").await;
    let payments = world.acme.team("payments", &[]);
    let pull = touching(&world, &[("src/pay.rs", "a\n")]).await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    payments.remove("bob");
    world.settled().await;
    world.expect(&pull, "in_progress", "bob is not in owners");
    payments.add("bob");
    world.settled().await;
    world.expect(&pull, "success", "");
    world.shop.grant_team(&payments, Some(Permission::Read));
    world.advance(std::time::Duration::from_secs(16 * 60));
    pull.edit_body("alice", "anything");
    world.settled().await;
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("so GitHub takes it for no owner"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn codeowners_is_read_once_for_a_commit_of_the_base() {
    let world = with_codeowners("CODEOWNERS", LINES).await;
    let first = touching(&world, &[("src/pay.rs", "a\n")]).await;
    let second = touching(&world, &[("src/buy.rs", "a\n")]).await;
    assert_eq!(world.github.log().of("query Codeowners").count(), 1);
    assert_eq!(world.github.log().of("query OwningTeam").count(), 1);
    for pull in [first, second] {
        world.expect(&pull, "in_progress", "Waiting for approval by bob");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_policy_asks_owners_nothing_of_them_is_read() {
    let world = World::with_policy(crate::world::PEER).await;
    world.shop.commit("main", "dave", Changes::new().write("CODEOWNERS", LINES));
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    assert_eq!(world.github.log().of("query Codeowners").count(), 0);
}
