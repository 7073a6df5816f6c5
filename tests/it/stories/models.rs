//! Standard changes: what a bot may do by itself, and everything that would borrow its name.

use std::time::Duration;

use github_stand_in::{Changes, Commit, Identity, NewPullRequest, PullRequest, Signature, Verdict};
use jiff::SignedDuration;

use crate::world::World;

const BUMPS: &str = r#"
version = 1
[authorities.peer]
permission = "write"
[record]
required = ["summary"]
[[rule]]
id = "peer"
why = "four eyes on every change"
approvals = [{ from = ["peer"], count = 1 }]
[[model]]
id = "bumps"
owner = "user:carol"
until = "2090-06-30T00:00:00Z"
when = { author = ["dependabot[bot]"], only_files = ["**/*.lock"], lines = "<= 200" }
approvals = []
"#;

const BRANCH: &str = "dependabot/cargo/serde";

/// A world whose shop has lock files: one that is a file, one that is a link.
async fn world() -> World {
    let world = World::without_bot(BUMPS).await;
    let files = Changes::new().write("Cargo.lock", "serde 1\n").link("web/yarn.lock", "../Cargo.lock");
    world.shop.commit("main", "dave", files);
    world.started(&[]).await
}

/// A commit as dependabot makes them: by the API, signed by GitHub.
fn by_dependabot(world: &World, changes: Changes) -> Commit<'static> {
    Commit {
        by: "dependabot[bot]",
        message: "Bump serde",
        changes,
        author: Some(world.github.identity("dependabot[bot]")),
        committer: Some(Identity { name: "GitHub".into(), email: "noreply@github.com".into() }),
        signature: Some(Signature::ByGitHub),
        ..Commit::default()
    }
}

/// Dependabot opens a pull request whose one commit it is, and the bot has answered.
async fn bump(world: &World, commit: Commit<'_>) -> PullRequest {
    world.shop.branch(BRANCH, "main");
    world.shop.push(BRANCH, commit);
    let new =
        NewPullRequest { author: "dependabot[bot]", title: "Bump serde", head: BRANCH, ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    pull
}

fn lock() -> Changes {
    Changes::new().write("Cargo.lock", "serde 2\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bots_bump_is_a_standard_change_until_a_human_pushes_to_its_branch() {
    let world = world().await;
    let pull = bump(&world, by_dependabot(&world, lock())).await;
    world.expect(&pull, "success", "");
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("It goes in as a standard change"), "{summary}");
    assert!(summary.contains("asks in its place, and `carol` answers for it until 2090-06-30 00:00 UTC"), "{summary}");
    pull.push("alice", [("Cargo.lock", "serde 2\nmalware 1\n")]);
    world.settled().await;
    world.expect(&pull, "action_required", "");
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("`bumps` does not cover this change"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_human_who_pushes_the_bots_own_commit_is_seen() {
    let world = world().await;
    let pull = bump(&world, Commit { by: "alice", ..by_dependabot(&world, lock()) }).await;
    world.expect(&pull, "action_required", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_author_is_not_covered() {
    let world = world().await;
    let own = world.github.identity("alice");
    let unsigned = Commit { signature: None, ..by_dependabot(&world, lock()) };
    let pull = bump(&world, unsigned).await;
    world.expect(&pull, "action_required", "");
    // Signed by whoever put it in, under dependabot's name.
    let commit = Commit { committer: Some(own), signature: Some(Signature::Valid), ..by_dependabot(&world, lock()) };
    pull.push_commit(commit);
    world.settled().await;
    world.expect(&pull, "action_required", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_and_a_change_of_mode_are_not_covered() {
    for changes in [
        Changes::new().link("web/yarn.lock", "../../etc/passwd"),
        Changes::new().link("Cargo.lock", "README.md"),
        Changes::new().executable("Cargo.lock", "serde 2\n"),
        Changes::new().executable("Cargo.lock", "serde 1\n"),
        Changes::new().link("new.lock", "Cargo.lock"),
        lock().write("README.md", "read me\n"),
    ] {
        let world = world().await;
        let pull = bump(&world, by_dependabot(&world, changes.clone())).await;
        world.expect(&pull, "action_required", "");
    }
    for changes in [Changes::new().write("new.lock", "serde 1\n"), Changes::new().remove("Cargo.lock")] {
        let world = world().await;
        let pull = bump(&world, by_dependabot(&world, changes.clone())).await;
        world.expect(&pull, "success", "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_ends_at_its_until_without_any_event() {
    let mut world = World::without_bot("").await;
    let until = world.github.clock().now() + SignedDuration::from_hours(3);
    let policy = BUMPS.replace("2090-06-30T00:00:00Z", &until.to_string());
    let files = Changes::new().write("Cargo.lock", "serde 1\n").write(".github/countersign.toml", &policy);
    world.shop.commit("main", "dave", files);
    world.start(&[]).await;
    let pull = bump(&world, by_dependabot(&world, lock())).await;
    world.expect(&pull, "success", "");
    world.advance(Duration::from_secs(3 * 3_600 - 300));
    world.settled().await;
    world.expect(&pull, "success", "");
    // A minute early: green is withdrawn before what it rests on ends.
    world.advance(Duration::from_secs(245));
    world.settled().await;
    world.expect(&pull, "action_required", "");
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("`bumps` does not cover this change: it was over at"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_suspended_once_a_change_that_went_in_by_it_was_reverted() {
    let world = world().await;
    let pull = bump(&world, by_dependabot(&world, lock())).await;
    world.expect(&pull, "success", "");
    pull.merge("dave");
    world.settled().await;
    // Another bump is green already when the first turns out to be a mistake.
    world.shop.push("dependabot/other", by_dependabot(&world, Changes::new().write("other.lock", "tokio 2\n")));
    let other = world.shop.open_pull_request(NewPullRequest {
        author: "dependabot[bot]",
        title: "Bump tokio",
        head: "dependabot/other",
        ..NewPullRequest::default()
    });
    world.settled().await;
    world.expect(&other, "success", "");
    let body = format!("Reverts acme/shop#{}\n\n## Summary\nserde 2 does not build.", pull.number());
    let revert = world.opened(&body).await;
    revert.review("bob", Verdict::Approve);
    world.settled().await;
    // Not before it has gone in.
    world.expect(&other, "success", "");
    world.expect(&revert, "success", "");
    revert.merge("alice");
    world.settled().await;
    world.expect(&other, "action_required", "");
    let summary = world.check(&other).unwrap().summary;
    assert!(summary.contains("it is suspended: 1 change that went in by it has failed"), "{summary}");
}

/// Another bump, of a lock file of its own, and the bot has answered.
async fn another_bump(world: &World, name: &str) -> PullRequest {
    let branch = format!("dependabot/{name}");
    let commit = by_dependabot(world, Changes::new().write(&format!("{name}.lock"), "tokio 2\n"));
    world.shop.branch(&branch, "main");
    world.shop.push(&branch, commit);
    let new = NewPullRequest { author: "dependabot[bot]", title: name, head: &branch, ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    pull
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_suspended_once_a_deployment_that_brought_a_change_of_its_failed() {
    let world = world().await;
    let deployed = async |commit: &str, environment: &str, by: &str, state: &str| {
        let deployment = world.shop.deploy(&commit.into(), environment, by);
        world.shop.deployment_status(deployment, by, state);
        world.settled().await;
        world.advance(Duration::from_secs(2));
    };
    let good = bump(&world, by_dependabot(&world, lock())).await.merge("dave");
    world.settled().await;
    deployed(&good, "prod", "github-actions[bot]", "success").await;
    let open = another_bump(&world, "open").await;
    world.expect(&open, "success", "");
    // Neither what was not brought by it nor what was good before has failed with it.
    deployed(&open.head(), "preview", "github-actions[bot]", "failure").await;
    let later = world.shop.commit("main", "dave", [("README.md", "read me\n")]);
    deployed(&later, "prod", "github-actions[bot]", "error").await;
    world.expect(&open, "success", "");

    another_bump(&world, "bad").await.merge("dave");
    world.settled().await;
    let later = world.shop.commit("main", "dave", [("README.md", "read it\n")]);
    // What somebody else calls good hides nothing.
    deployed(&later, "prod", "alice", "success").await;
    deployed(&later, "prod", "github-actions[bot]", "in_progress").await;
    world.expect(&open, "success", "");
    deployed(&later, "prod", "github-actions[bot]", "failure").await;
    world.expect(&open, "action_required", "");
    let summary = world.check(&open).unwrap().summary;
    assert!(summary.contains("it is suspended: 1 change that went in by it has failed"), "{summary}");
}
