//! Commands in comments: by the right and the wrong person, quoted and in code, by a bot, edited, and twice.

use std::time::Duration;

use github_stand_in::{Changes, On, PullRequest, Verdict};

use crate::world::{PEER, World};

const REACT: &str = "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";

/// Beside a peer's approval a check, of which one of the board may let a change go without for a day.
async fn world() -> World {
    let mut world = World::without_bot("").await;
    world.acme.team("cab", &["carol", "dave"]);
    let tested = "[authorities.cab]\nteams = [\"acme/cab\"]\n[[rule]]\nid = \"tested\"\nchecks = [\"integration\"]\n\
         waive = { from = [\"cab\"], count = 1, for = \"24h\" }\n";
    world.shop.commit("main", "dave", [(".github/countersign.toml", format!("{PEER}{tested}"))]);
    world.start(&[]).await;
    world
}

/// How the bot answered a comment.
fn answers(world: &World, pull: &PullRequest, comment: u64) -> Vec<String> {
    let comment = pull.comments().into_iter().find(|known| known.id == comment).expect("the comment");
    assert!(comment.reactions.iter().all(|(by, _)| *by == world.github.bot_login()));
    comment.reactions.into_iter().map(|(_, what)| what).collect()
}

/// Somebody writes a comment; how the bot answers it.
pub(super) async fn says(world: &World, pull: &PullRequest, by: &str, body: &str) -> Vec<String> {
    let comment = pull.comment(by, body);
    world.settled().await;
    answers(world, pull, comment)
}

async fn approved(world: &World) -> PullRequest {
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    pull
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_push_holds_a_change_until_somebody_who_may_lifts_it() {
    let world = World::with_policy(PEER).await;
    let pull = approved(&world).await;
    world.expect(&pull, "success", "");
    assert_eq!(says(&world, &pull, "erin", "/countersign hold I do not like it").await, ["-1"]);
    world.expect(&pull, "success", "");
    let told = world.check(&pull).expect("a check").summary;
    assert!(told.contains("only somebody who may push to this repository may hold it"), "{told}");
    let held = pull.comment("carol", "A moment.\n\n/countersign hold the bank is away");
    world.settled().await;
    world.expect(&pull, "in_progress", "held by carol");
    assert_eq!(answers(&world, &pull, held), ["+1"]);
    // What is quoted, code, a bot's, or came to be by an edit is no command, and an edit or deletion undoes none.
    for body in
        ["> /countersign unhold", "`/countersign unhold`", "```\n/countersign unhold\n```", "not /countersign unhold"]
    {
        assert_eq!(says(&world, &pull, "dave", body).await, [""; 0], "{body}");
    }
    assert_eq!(says(&world, &pull, "renovate[bot]", "/countersign unhold").await, [""; 0]);
    let edited = pull.comment("dave", "thanks");
    pull.edit_comment("dave", edited, "/countersign unhold");
    pull.edit_comment("carol", held, "never mind");
    world.settled().await;
    pull.delete_comment("carol", held);
    world.settled().await;
    world.expect(&pull, "in_progress", "held by carol");
    assert_eq!(says(&world, &pull, "erin", "/countersign unhold").await, ["-1"]);
    world.expect(&pull, "in_progress", "held by carol");
    assert_eq!(says(&world, &pull, "dave", "/countersign unhold").await, ["+1"]);
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn those_whom_the_policy_names_waive_a_rule_for_this_change_and_for_a_time() {
    let world = world().await;
    let pull = approved(&world).await;
    world.expect(&pull, "in_progress", "integration");
    assert_eq!(says(&world, &pull, "bob", "/countersign waive tested it is fine").await, ["-1"]);
    let told = world.check(&pull).expect("a check").summary;
    assert!(told.contains("may be waived by `carol` or `dave`"), "{told}");
    assert_eq!(says(&world, &pull, "carol", "/countersign waive testd it is fine").await, ["-1"]);
    world.expect(&pull, "in_progress", "integration");
    assert_eq!(says(&world, &pull, "carol", "/countersign waive tested the test system is away").await, ["+1"]);
    world.expect(&pull, "success", "");
    let told = world.check(&pull).expect("a check").summary;
    assert!(told.contains("waived by `carol` until") && told.contains("the test system is away"), "{told}");
    // A push makes it another change.
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "integration");
    assert_eq!(says(&world, &pull, "carol", "/countersign waive tested still away").await, ["+1"]);
    world.expect(&pull, "success", "");
    // It ends, and green goes a little before it.
    world.advance(Duration::from_secs(24 * 3_600 - 61));
    world.settled().await;
    world.expect(&pull, "in_progress", "integration");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waives_has_approved_nothing_and_took_no_part_in_the_change() {
    let world = world().await;
    let pull = world.opened("").await;
    assert_eq!(says(&world, &pull, "carol", "/countersign waive tested the test system is away").await, ["+1"]);
    world.expect(&pull, "in_progress", "approval");
    pull.push("carol", [("more.rs", "fn more() {}\n")]);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    assert_eq!(says(&world, &pull, "carol", "/countersign waive tested my own").await, ["-1"]);
    world.expect(&pull, "in_progress", "integration");
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_help_and_what_is_no_command_are_answered() {
    let world = World::with_policy(PEER).await;
    let pull = approved(&world).await;
    assert!(world.comment(&pull).is_none_or(|comment| !comment.body.contains("Every rule")));
    assert_eq!(says(&world, &pull, "erin", "/countersign explain").await, ["+1"]);
    let explained = world.comment(&pull).expect("a comment").body;
    assert!(explained.contains("`repository/peer`") && explained.contains("four eyes on every change"), "{explained}");
    assert_eq!(says(&world, &pull, "erin", "/countersign help").await, ["+1"]);
    let helped = world.comment(&pull).expect("a comment").body;
    assert!(helped.contains("`/countersign hold REASON`"), "{helped}");
    assert_eq!(says(&world, &pull, "erin", "/countersign pelase").await, ["confused"]);
    let told = world.check(&pull).expect("a check").summary;
    assert!(told.contains("there is no command `pelase`"), "{told}");
    assert_eq!(says(&world, &pull, "bob", "/countersign recheck").await, ["+1"]);
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checks_buttons_look_again_and_explain_until_the_next_push() {
    let world = World::with_policy(PEER).await;
    let pull = approved(&world).await;
    let before = world.check(&pull).expect("a check").id;
    pull.request_action("bob", "countersign", "recheck");
    world.settled().await;
    assert!(world.check(&pull).expect("a check").id > before, "a new check");
    assert!(world.comment(&pull).is_none_or(|comment| !comment.body.contains("`repository/peer`")));
    pull.request_action("bob", "countersign", "explain");
    world.settled().await;
    assert!(world.comment(&pull).expect("a comment").body.contains("`repository/peer`"));
    pull.retitle("alice", "Sell more still");
    world.settled().await;
    assert!(world.comment(&pull).expect("a comment").body.contains("`repository/peer`"), "it stays");
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    world.settled().await;
    assert!(!world.comment(&pull).expect("a comment").body.contains("`repository/peer`"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered_once_however_often_it_is_delivered_and_looked_at() {
    let mut world = World::with_policy(PEER).await;
    let pull = approved(&world).await;
    assert_eq!(says(&world, &pull, "carol", "/countersign hold wait").await, ["+1"]);
    let delivered = world.github.deliveries();
    let given = delivered.iter().find(|delivery| {
        delivery.event == "issue_comment" && delivery.payload["comment"]["body"] == "/countersign hold wait"
    });
    world.github.redeliver(&given.expect("the delivery").guid);
    pull.retitle("alice", "Sell even more");
    world.settled().await;
    world.stop().await;
    world.start(&[]).await;
    pull.retitle("alice", "Sell more still");
    world.settled().await;
    world.expect(&pull, "in_progress", "held by carol");
    assert_eq!(world.github.log().of(REACT).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_whom_the_policy_names_acknowledge_a_change_as_it_is_and_others_do_not() {
    let mut world = World::without_bot("").await;
    world.acme.team("support", &["carol"]);
    let known = "[authorities.support]\nteams = [\"acme/support\"]\nwrite = false\n[[rule]]\nid = \"known\"\n\
         acknowledge = [\"support\"]\n";
    world.shop.commit("main", "dave", [(".github/countersign.toml", format!("{PEER}{known}"))]);
    world.start(&[]).await;
    let pull = approved(&world).await;
    world.expect(&pull, "in_progress", "for acknowledgement by carol");
    assert_eq!(says(&world, &pull, "dave", "/countersign acknowledge").await, ["-1"], "none of them");
    world.expect(&pull, "in_progress", "");
    assert!(world.summary(&pull).contains("it may be acknowledged by"), "{}", world.summary(&pull));
    assert_eq!(says(&world, &pull, "carol", "/countersign acknowledge").await, ["+1"]);
    world.expect(&pull, "success", "");
    // Of what is pushed afterwards nobody knows.
    pull.push("alice", Changes::new().write("src/more.rs", "more\n"));
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "for acknowledgement by carol");
    assert_eq!(says(&world, &pull, "carol", "/countersign acknowledge").await, ["+1"]);
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_github_keeps_failing_is_tried_ever_more_seldom_and_given_up_after_a_day() {
    let world = World::with_policy(PEER).await;
    let pull = approved(&world).await;
    let reactions = On::Operation("/reactions");
    world.github.faults().fail_with(reactions.clone(), 3, 500);
    assert_eq!(says(&world, &pull, "carol", "/countersign hold wait").await, ["+1"], "in time");
    world.github.take_log();
    world.github.faults().fail_with(reactions, usize::MAX, 500);
    let given = pull.comment("carol", "/countersign unhold");
    world.settled().await;
    world.expect(&pull, "success", "");
    for _ in 0..30 {
        world.advance(Duration::from_secs(3_600));
        world.settled().await;
    }
    let tried = world.github.take_log().of(REACT).count();
    assert!((5..25).contains(&tried), "tried {tried} times in a day");
    world.github.faults().clear();
    world.advance(Duration::from_secs(24 * 3_600));
    pull.retitle("alice", "Sell even more");
    world.settled().await;
    assert_eq!((answers(&world, &pull, given), world.github.log().of(REACT).count()), (Vec::new(), 0), "given up");
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered_once_it_is_known_who_gave_it() {
    let world = world().await;
    let pull = approved(&world).await;
    world.github.faults().deny_members("acme");
    world.advance(Duration::from_secs(16 * 60));
    let given = pull.comment("carol", "/countersign waive tested the test system is away");
    world.settled().await;
    assert_eq!(answers(&world, &pull, given), [""; 0]);
    assert!(!world.check(&pull).expect("a check").is_green());
    world.github.faults().allow_all();
    world.advance(Duration::from_secs(6 * 60));
    world.settled().await;
    assert_eq!(answers(&world, &pull, given), ["+1"]);
    world.expect(&pull, "success", "");
}

/// Whoever approves may waive as well; both are kept over a push that leaves the diff the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_takes_nothing_from_its_givers_own_approval() {
    let mut world = World::without_bot("").await;
    let tested = "[authorities.cab]\nusers = [\"bob\"]\n[[rule]]\nid = \"tested\"\nchecks = [\"integration\"]\n\
         waive = { from = [\"cab\"], count = 1, for = \"24h\" }\n";
    world.shop.commit("main", "dave", [(".github/countersign.toml", format!("{PEER}{tested}"))]);
    world.start(&[]).await;
    let pull = approved(&world).await;
    world.expect(&pull, "in_progress", "integration");
    world.shop.commit("main", "dave", [("README.md", "another\n")]);
    pull.update_branch("alice");
    world.settled().await;
    world.expect(&pull, "in_progress", "integration");
    assert_eq!(says(&world, &pull, "bob", "/countersign waive tested the test system is away").await, ["+1"]);
    world.expect(&pull, "success", "");
}
