//! The change request in the description: what is missing is said, and an edit voids what was approved.

use github_stand_in::Verdict;

use crate::world::World;

pub(super) const RECORD: &str = r#"
version = 1
[record]
required = ["summary", "risk", "backout"]
[authorities.peer]
permission = "write"
[[rule]]
id = "peer"
approvals = [{ from = ["peer"], count = 1 }]
"#;

pub(super) const GOOD: &str =
    "## Summary\nSell more\n\n## Risk\nLow - a text only\n\n## Back-out plan\nRevert the commit\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said_once_and_folded_when_it_is_there() {
    let world = World::with_policy(RECORD).await;
    let pull = world.opened("").await;
    world.expect(&pull, "action_required", "answer summary, risk, backout in the description");
    let comment = world.comment(&pull).unwrap();
    assert_eq!(comment.body.matches("`backout`").count(), 1, "said once:\n{}", comment.body);
    assert!(comment.body.contains("```change") && comment.body.contains("backout"), "{}", comment.body);
    pull.edit_body("alice", GOOD);
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    let folded = world.comment(&pull).unwrap();
    assert_eq!(folded.id, comment.id);
    assert!(
        folded.body.lines().filter(|line| !line.starts_with("<!--") && !line.is_empty()).count() == 1,
        "{}",
        folded.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_the_backout_plan_voids_an_approval_and_rewrapping_does_not() {
    let world = World::with_policy(RECORD).await;
    let pull = world.opened(GOOD).await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.edit_body("alice", &GOOD.replace("Sell more", "Sell\nmore").replace("## Risk", "### Risk"));
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.edit_body("alice", &GOOD.replace("Revert the commit", "None needed"));
    world.settled().await;
    world.expect(&pull, "in_progress", "");
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("Revert the commit") && summary.contains("None needed"), "{summary}");
    pull.edit_body("alice", GOOD);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_comment_is_restored_when_somebody_edits_it() {
    let world = World::with_policy(RECORD).await;
    let pull = world.opened("").await;
    let comment = world.comment(&pull).unwrap();
    pull.edit_comment("mallory", comment.id, "All good, merge it.");
    world.settled().await;
    assert_eq!(world.comment(&pull).unwrap().body, comment.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_authors_comes_alive() {
    let world = World::with_policy(RECORD).await;
    let pull = world
        .opened("## Summary\n@everyone <img src=x> ![x](https://evil.example/x.png) #1\n\n## Risk\nMaybe @bob\n")
        .await;
    let check = world.check(&pull).unwrap();
    let comment = world.comment(&pull).unwrap();
    for text in [check.summary.as_str(), comment.body.as_str()] {
        for alive in [" @everyone", " @bob", "](https://evil", "<img"] {
            let outside_code: String = text.split('`').step_by(2).collect();
            assert!(!outside_code.contains(alive), "{alive} is alive in\n{text}");
        }
    }
}
