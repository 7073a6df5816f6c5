//! What an approval survives: a move of the head that leaves the net diff as it was.

use countersign::store::{Part, snapshot};
use countersign_domain::{Records, evaluate, policy};
use github_stand_in::{Changes, Commit, NewPullRequest, On, PullRequest, Verdict};

use crate::world::{PEER, World};

/// A file of forty lines that differ, of which people change some.
fn text(changed: &[(usize, &str)]) -> String {
    let line = |number: usize| match changed.iter().find(|(at, _)| *at == number) {
        Some((_, line)) => format!("{line}\n"),
        None => format!("line {number}\n"),
    };
    (0..40).map(line).collect()
}

/// A world whose `main` has `pay.rs`, with alice's change of its line 5, which bob has approved.
async fn approved(changes: impl Into<Changes>) -> (World, PullRequest) {
    let world = World::without_bot(PEER).await;
    world.shop.commit("main", "dave", [("pay.rs", text(&[]))]);
    let world = world.started(&[]).await;
    let changes = changes.into();
    let new = NewPullRequest { author: "alice", title: "Charge in cents", changes, ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    (world, pull)
}

/// The last decision, made again from what was kept with it, comes to the same; `kind` is among what was kept.
pub(super) async fn replays(world: &World, pull: &PullRequest, kind: &str) {
    let store = world.store();
    let recorded = store.decisions(world.shop.id(), pull.number(), 1).await.expect("read").remove(0);
    let mut parts = Vec::new();
    for (kind, hash) in recorded.parts {
        let bytes = store.part(&kind, &hash).await.expect("read").expect("a part that is kept");
        parts.push(Part { kind, bytes });
    }
    assert!(parts.iter().any(|part| part.kind == kind), "no `{kind}` was kept");
    let stored = snapshot::stored_outcome(&parts).expect("an outcome");
    let kept = snapshot::restore(&parts).expect("a snapshot");
    let (policies, _) = policy::load(&kept.sources);
    let records = Records::read(&kept.facts, &policy::field_set(&policies), &kept.templates);
    let again = evaluate(&policies, &records, &kept.facts);
    assert_eq!(snapshot::differences(&stored, &again), [""; 0]);
    assert_eq!(again.outcome, recorded.outcome);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebase_that_changes_nothing_keeps_the_approval_and_shows_it() {
    let change = [("pay.rs", text(&[(5, "let cents = 1;")]))];
    let (world, pull) = approved(change.clone()).await;
    let approved = pull.head();
    world.shop.commit("main", "dave", [("other.rs", "fn other() {}\n")]);
    world.settled().await;
    let before = world.github.log().count();
    pull.force_push("alice", change);
    world.settled().await;
    world.expect(&pull, "success", "");
    let said = format!("approved commit `{}`, and the diff is still the same", &approved[..7]);
    assert!(world.summary(&pull).contains(&said), "{}", world.summary(&pull));
    let log = world.github.log();
    assert!(log.count() - before <= 5, "{}", log.summary());
    replays(&world, &pull, "head_diff").await;
    // Nothing more is asked of what is known.
    let before = world.github.log().count();
    pull.comment("carol", "nice");
    pull.review("carol", Verdict::Comment);
    world.settled().await;
    let asked: Vec<_> = world.github.log().calls().skip(before).map(|call| call.operation.clone()).collect();
    assert!(asked.iter().all(|operation| operation == "query Look"), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn update_branch_by_the_approver_keeps_the_approval_and_the_approver_independent() {
    let (world, pull) = approved([("pay.rs", text(&[(5, "let cents = 1;")]))]).await;
    world.shop.commit("main", "dave", [("other.rs", "fn other() {}\n")]);
    world.settled().await;
    let before = world.github.log().count();
    pull.update_branch("bob");
    world.settled().await;
    world.expect(&pull, "success", "");
    assert!(world.summary(&pull).contains("and the diff is still the same"), "{}", world.summary(&pull));
    let log = world.github.log();
    assert!(log.count() - before <= 5, "{}", log.summary());
    // And once more, and then the approval is given again, on the head that bob himself made.
    world.shop.commit("main", "dave", [("third.rs", "fn third() {}\n")]);
    pull.update_branch("bob");
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.push("alice", [("pay.rs", text(&[(5, "let cents = 2;")]))]);
    world.settled().await;
    world.expect(&pull, "in_progress", "");
    assert!(world.summary(&pull).contains("`pay.rs` is changed otherwise now"), "{}", world.summary(&pull));
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_changes_something_while_updating_the_branch_is_a_pusher() {
    let (world, pull) = approved([("pay.rs", text(&[(5, "let cents = 1;")]))]).await;
    let tip = world.shop.commit("main", "dave", [("other.rs", "fn other() {}\n")]);
    let changes = [("other.rs", "fn other() {}\n".to_owned()), ("pay.rs", text(&[(5, "let cents = 9;")]))].into();
    pull.push_commit(Commit { by: "bob", changes, merges: vec![tip], ..Commit::default() });
    world.settled().await;
    world.expect(&pull, "in_progress", "");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "");
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

/// Bob approved `then`; alice rebases onto `main` with `main_changes` and makes it `now`.
async fn rebased(then: Changes, main_changes: Changes, now: Changes) -> (World, PullRequest) {
    let (world, pull) = approved(then).await;
    world.shop.commit("main", "dave", main_changes);
    pull.force_push("alice", now);
    world.settled().await;
    (world, pull)
}

fn other() -> Changes {
    Changes::new().write("other.rs", "fn other() {}\n")
}

fn pay(changed: &[(usize, &str)]) -> Changes {
    Changes::new().write("pay.rs", &text(changed))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebase_with_one_changed_line_voids() {
    let (world, pull) = rebased(pay(&[(5, "let cents = 1;")]), other(), pay(&[(5, "let cents = 2;")])).await;
    world.expect(&pull, "in_progress", "1");
    let said = world.summary(&pull);
    assert!(said.contains("no longer counts") && said.contains("`pay.rs` is changed otherwise now"), "{said}");
    // What was approved comes back.
    pull.force_push("alice", pay(&[(5, "let cents = 1;")]));
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_base_elsewhere_in_the_same_file_keeps_the_approval() {
    let cents = (5, "let cents = 1;");
    let theirs = (30, "let other = 1;");
    let (world, pull) = rebased(pay(&[cents]), pay(&[theirs]), pay(&[cents, theirs])).await;
    world.expect(&pull, "success", "");
    replays(&world, &pull, "head_diff").await;
    // Within the hunk's context it is another change.
    let near = (7, "let near = 1;");
    let (world, pull) = rebased(pay(&[cents]), pay(&[near]), pay(&[cents, near])).await;
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubled_hunk_moved_to_another_place_voids() {
    // The same ten lines twice: a hunk in the one place looks like a hunk in the other.
    let twice = |first: &str, second: &str| {
        let block = |line: &str| format!("{{\na\nb\nc\n{line}\nd\ne\nf\n}}\n");
        Changes::new().write("twice.rs", &format!("{}{}", block(first), block(second)))
    };
    let world = World::without_bot(PEER).await;
    world.shop.commit("main", "dave", twice("x", "x"));
    let world = world.started(&[]).await;
    let new = NewPullRequest { author: "alice", title: "Once", changes: twice("y", "x"), ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.force_push("alice", twice("x", "y"));
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn modes_renames_white_space_line_ends_and_what_is_not_text_are_part_of_the_diff() {
    let cents = [(5, "let cents = 1;")];
    let changed = text(&cents);
    let theirs = (30, "let other = 1;");
    let both = text(&[cents[0], theirs]);
    let binary = |byte: u8| Changes::new().bytes("logo.png", &[0, byte]);
    let cases = [
        ("a mode", pay(&cents), other(), Changes::new().executable("pay.rs", &changed)),
        ("a link", pay(&cents), other(), Changes::new().link("pay.rs", &changed)),
        ("a rename", pay(&cents), other(), Changes::new().remove("pay.rs").write("buy.rs", &changed)),
        ("white space", pay(&cents), other(), pay(&[(5, "let cents = 1; ")])),
        ("line ends", pay(&cents), other(), Changes::new().write("pay.rs", &changed.replace('\n', "\r\n"))),
        ("the last line feed", pay(&cents), other(), Changes::new().write("pay.rs", changed.trim_end())),
        ("what is not text", binary(1), other(), binary(2)),
        // The hunk is the same and the base another: only hunks could tell, and these have none, or more.
        (
            "more beside",
            pay(&cents),
            pay(&[theirs]),
            Changes::new().write("pay.rs", &both.replace("line 20", "LINE 20")),
        ),
        ("less than the base", pay(&cents), pay(&[theirs]), pay(&cents)),
        (
            "a moved file",
            pay(&cents),
            Changes::new().rename("pay.rs", "buy.rs"),
            Changes::new().write("buy.rs", &changed),
        ),
    ];
    for (what, then, main, now) in cases {
        let (world, pull) = rebased(then, main, now).await;
        let (state, _) = world.shows(&pull);
        assert_eq!(state, "in_progress", "{what}: {}", world.summary(&pull));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_github_no_longer_has_is_different() {
    let (world, pull) = approved(pay(&[(5, "let cents = 1;")])).await;
    world.shop.commit("main", "dave", other());
    world.settled().await;
    let gone = On::Operation("GET /repos/{owner}/{repo}/compare/{basehead}");
    world.github.faults().fail_with(gone, 1, 404);
    pull.force_push("alice", pay(&[(5, "let cents = 1;")]));
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    let said = world.summary(&pull);
    assert!(said.contains("GitHub no longer has commit"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_table_is_found_in_the_diff_and_asks_for_more() {
    let policy = r"
version = 1
[[rule]]
id = 'drops'
when = { files = ['db/**'], diff = '(?i)\bDROP\s+TABLE\b' }
deny = 'data cannot be brought back'
[[rule]]
id = 'all'
allow = 'fine'
";
    let world = World::with_policy(policy).await;
    let opened = async |changes: Changes| {
        let new = NewPullRequest { author: "alice", title: "Migrate", changes, ..NewPullRequest::default() };
        let pull = world.shop.open_pull_request(new);
        world.settled().await;
        pull
    };
    let pull = opened(Changes::new().write("db/1.sql", "drop\ttable orders;\n")).await;
    world.expect(&pull, "failure", "data cannot be brought back");
    replays(&world, &pull, "patches").await;
    let before = world.github.log().count();
    let pull = opened(Changes::new().write("db/1.sql", "create table orders;\n")).await;
    world.expect(&pull, "success", "");
    let log = world.github.log();
    assert!(log.count() - before <= 3, "{}", log.summary());
    let pull = opened(Changes::new().write("docs/1.md", "we never DROP TABLE\n")).await;
    world.expect(&pull, "success", "");
    // What cannot be read may say anything.
    let pull = opened(Changes::new().bytes("db/dump", &[0, 1, 2])).await;
    world.expect(&pull, "failure", "data cannot be brought back");
}

#[tokio::test(flavor = "multi_thread")]
async fn update_branch_on_a_fork_keeps_whoever_pressed_it_independent() {
    let world = World::without_bot(PEER).await;
    world.shop.commit("main", "dave", [("pay.rs", text(&[]))]);
    let world = world.started(&[]).await;
    let fork = world.shop.fork(&world.github.user("mallory"));
    let changes = pay(&[(5, "let cents = 1;")]);
    let new = NewPullRequest {
        author: "mallory",
        title: "Charge in cents",
        fork: Some(&fork),
        changes,
        ..NewPullRequest::default()
    };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    world.shop.commit("main", "dave", other());
    world.settled().await;
    pull.update_branch("bob");
    world.settled().await;
    world.expect(&pull, "success", "");
    // And once more whoever changes something is a pusher.
    pull.push_commit(Commit { by: "bob", changes: pay(&[(5, "let cents = 9;")]), ..Commit::default() });
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "");
    let said = world.summary(&pull);
    assert!(said.contains("bob"), "{said}");
}
