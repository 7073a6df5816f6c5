//! Who may approve, what an approval is bound to, and what takes it away.

use std::time::Duration;

use github_stand_in::{Commit, Identity, NewPullRequest, Outcome, Permission, Signature, Verdict};

use crate::world::{PEER, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_approves_and_then_asks_for_changes() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "1");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.review("bob", Verdict::RequestChanges);
    world.settled().await;
    world.expect(&pull, "failure", "bob");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_author_cannot_approve_and_a_comment_is_no_approval() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Comment);
    pull.comment("carol", "LGTM");
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_without_write_access_cannot_approve_and_their_wish_for_changes_blocks_nobody() {
    let world = World::with_policy(PEER).await;
    world.shop.grant("mallory", Permission::Read);
    let pull = world.opened("").await;
    pull.review("mallory", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    pull.review("mallory", Verdict::RequestChanges);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_github_attributes_to_nobody_is_no_pass() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let nobody = Identity { name: "Somebody".into(), email: "somebody@nowhere.example".into() };
    pull.push_commit(Commit { by: "alice", author: Some(nobody), ..Commit::default() });
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "failure", "");
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("Somebody"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_contributed_behind_a_merges_second_parent_cannot_approve() {
    let world = World::with_policy(PEER).await;
    world.shop.branch("bobs", "main");
    let work = world.shop.commit("bobs", "bob", [("bob.rs", "fn bob() {}\n")]);
    let pull = world.opened("").await;
    pull.push_commit(Commit { by: "alice", message: "Take in bob's work", merges: vec![work], ..Commit::default() });
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_voids_an_approval_and_the_same_head_again_revives_it() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let approved = pull.head();
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    pull.reset_head("alice", &approved);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_of_another_commit_counts_only_for_that_commit() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let first = pull.head();
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    world.settled().await;
    pull.review_of("bob", Verdict::Approve, &first);
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    pull.reset_head("alice", &first);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_who_pushes_is_a_pusher_and_no_approver() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let alice = world.github.identity("alice");
    // Bob pushes a commit that alice wrote: only the push is his.
    let changes = [("more.rs", "fn more() {}\n")].into();
    let (author, committer) = (Some(alice.clone()), Some(alice));
    pull.push_commit(Commit { by: "bob", author, committer, changes, ..Commit::default() });
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_from_before_we_watched_is_found_in_githubs_activity() {
    let mut world = World::without_bot(PEER).await;
    let pull =
        world.shop.open_pull_request(NewPullRequest { author: "alice", title: "Old", ..NewPullRequest::default() });
    let alice = world.github.identity("alice");
    pull.push_commit(Commit { by: "bob", author: Some(alice.clone()), committer: Some(alice), ..Commit::default() });
    world.start(&[]).await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_was_seen_hides_none_from_before_we_watched() {
    let mut world = World::without_bot(PEER).await;
    let pull =
        world.shop.open_pull_request(NewPullRequest { author: "alice", title: "Old", ..NewPullRequest::default() });
    let alice = world.github.identity("alice");
    let (author, committer) = (Some(alice.clone()), Some(alice));
    let changes = [("more.rs", "fn more() {}\n")].into();
    pull.push_commit(Commit { by: "bob", author, committer, changes, ..Commit::default() });
    world.start(&[]).await;
    pull.push("alice", [("most.rs", "fn most() {}\n")]);
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pushed_the_first_head_stays_a_pusher_although_it_was_rebased() {
    let world = World::with_policy(PEER).await;
    let alice = world.github.identity("alice");
    let (author, committer) = (Some(alice.clone()), Some(alice));
    let changes = [("more.rs", "fn more() {}\n")];
    world.shop.branch("first", "main");
    world.shop.push("first", Commit { by: "bob", author, committer, changes: changes.into(), ..Commit::default() });
    // What was pushed before it was opened.
    world.advance(Duration::from_secs(60));
    let new = NewPullRequest { author: "alice", title: "Sell more", head: "first", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    world.settled().await;
    world.shop.commit("main", "dave", [("other.rs", "fn other() {}\n")]);
    pull.force_push("alice", changes);
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "1 approval");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pushed_what_it_was_opened_with_stays_a_pusher_although_nobody_listened_and_it_was_rebased() {
    let mut world = World::without_bot(PEER).await;
    let alice = world.github.identity("alice");
    let (author, committer) = (Some(alice.clone()), Some(alice));
    world.shop.branch("first", "main");
    let of_alice = |by, changes: [(&'static str, &'static str); 1]| {
        let (author, committer) = (author.clone(), committer.clone());
        world.shop.push("first", Commit { by, author, committer, changes: changes.into(), ..Commit::default() });
    };
    // Bob's push is not even the last one before it is opened.
    of_alice("bob", [("more.rs", "fn more() {}\n")]);
    of_alice("alice", [("most.rs", "fn most() {}\n")]);
    world.github.clock().advance(jiff::SignedDuration::from_secs(60));
    let new = NewPullRequest { author: "alice", title: "Sell more", head: "first", ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(new);
    pull.force_push("alice", [("more.rs", "fn more() {}\n")]);
    world.start(&[]).await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "1 approval");
    let said = world.check(&pull).expect("a check").summary;
    assert!(said.contains("`bob`"), "{said}");
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pushed_is_read_to_the_end_of_githubs_list_or_unknown() {
    // Bob's push is the oldest but one.
    for (later, state, said) in [(100, "in_progress", "1 approval"), (1_000, "failure", "pushed too often")] {
        let mut world = World::without_bot(PEER).await;
        let old = NewPullRequest { author: "alice", title: "Old", ..NewPullRequest::default() };
        let pull = world.shop.open_pull_request(old);
        pull.push("bob", [("more.rs", "fn more() {}\n")]);
        for time in 0..later {
            pull.force_push("alice", [("most.rs", format!("fn most() -> u32 {{ {time} }}\n").as_str())]);
        }
        world.start(&[]).await;
        pull.review("bob", Verdict::Approve);
        world.settled().await;
        world.expect(&pull, state, "");
        let check = world.check(&pull).expect("a check");
        assert!(format!("{} {}", check.title, check.summary).contains(said), "{check:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissal_takes_green_away() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let review = pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.dismiss("carol", review);
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_author_cannot_lift_a_wish_for_changes_by_dismissing_it() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    let wish = pull.review("bob", Verdict::RequestChanges);
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "failure", "");
    pull.dismiss("alice", wish);
    world.settled().await;
    world.expect(&pull, "failure", "");
    let other = world.opened("").await;
    let wish = other.review("bob", Verdict::RequestChanges);
    other.review("carol", Verdict::Approve);
    other.dismiss("dave", wish);
    world.settled().await;
    world.expect(&other, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_leaves_the_team_takes_green_along() {
    let policy = r#"
version = 1
[authorities.cab]
teams = ["acme/cab"]
[[rule]]
id = "board"
approvals = [{ from = ["cab"], count = 1 }]
"#;
    let mut world = World::without_bot(policy).await;
    let cab = world.acme.team("cab", &["carol"]);
    world.start(&[]).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "carol");
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    cab.remove("carol");
    world.settled().await;
    world.expect(&pull, "in_progress", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_never_passes_and_nobody_is_commented_at() {
    let world = World::with_policy(PEER).await;
    let draft = NewPullRequest { author: "alice", title: "Not yet", draft: true, ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(draft);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "");
    assert_eq!(world.comment(&pull), None);
    pull.ready("alice");
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn githubs_own_committer_is_nobody() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    pull.push_commit(Commit {
        by: "alice",
        committer: Some(Identity { name: "GitHub".into(), email: "noreply@github.com".into() }),
        signature: Some(Signature::ByGitHub),
        ..Commit::default()
    });
    world.settled().await;
    pull.check_run("github-actions", "ci", Outcome::Success);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn approvers_are_named_and_what_a_stranger_approved_is_said_last() {
    let world = World::without_bot("").await;
    world.acme.team("developers", &["alice", "bob"]);
    world.acme.team("cab", &["carol", "dave"]);
    let policy = "version = 1\n[[rule]]\nid = 'both'\napprovals = [{ from = ['team:acme/developers'], count = 1 }, \
                  { from = ['team:acme/cab'], count = 1 }]\n";
    world.shop.commit("main", "dave", [(".github/countersign.toml", policy)]);
    world.shop.grant("erin", Permission::Write);
    let world = world.started(&[]).await;
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "Waiting for approval by bob, and by carol or dave");
    pull.review("erin", Verdict::Approve);
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "Waiting for approval by bob");
    let summary = world.check(&pull).unwrap().summary;
    assert!(
        summary.contains("So far: `carol` approved; the approval by `erin` does not count: `erin` is not in"),
        "{summary}"
    );
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    world.settled().await;
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("the approval by `carol` no longer counts: it was given on commit"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_does_not_end_the_waiting_costs_a_look_and_the_check() {
    let world = World::with_policy(&PEER.replace("count = 1", "count = 2")).await;
    let pull = world.opened("").await;
    let written = world.comment(&pull).unwrap().body;
    assert!(written.contains("- 2 approvals by people of `peer`"), "{written}");
    world.github.take_log();
    let check = async |who: &str, calls: usize, state: &str| {
        pull.review(who, Verdict::Approve);
        world.settled().await;
        world.expect(&pull, state, "");
        let log = world.github.take_log();
        assert_eq!(log.count(), calls, "{}", log.summary());
    };
    check("bob", 2, "in_progress").await;
    assert_eq!(world.comment(&pull).unwrap().body, written);
    check("carol", 3, "success").await;
    let folded = world.comment(&pull).unwrap().body;
    assert!(folded.contains("Everything asked of this change is there"), "{folded}");
}

const CAROL: &str = "version = 1\n[authorities.carols]\nusers = [\"Carol\"]\n\
                     [[rule]]\nid = \"carol\"\napprovals = [{ from = [\"carols\"], count = 1 }]\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_somebody_else_took_over_names_nobody() {
    let world = World::with_policy(CAROL).await;
    let pull = world.opened("").await;
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    world.github.rename_user("carol", "carla");
    world.shop.grant("carol", Permission::Write);
    let next = world.opened("").await;
    next.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&next, "failure", "names another account now than when the policy first did");
    // Nor does she who was meant under her new login, until the policy names it.
    let third = world.opened("").await;
    third.review("carla", Verdict::Approve);
    world.settled().await;
    world.expect(&third, "failure", "names another account now than when the policy first did");
    world.shop.commit("main", "dave", [(".github/countersign.toml", CAROL.replace("Carol", "carla"))]);
    world.settled().await;
    world.expect(&third, "success", "");
    world.expect(&next, "in_progress", "carla");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_expires_without_any_event() {
    let world = World::with_policy(&format!("{PEER}[approval]\nexpires = \"2h\"\n")).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    world.advance(Duration::from_secs(2 * 3_600 - 300));
    world.settled().await;
    world.expect(&pull, "success", "");
    world.advance(Duration::from_secs(245));
    world.settled().await;
    world.expect(&pull, "in_progress", "");
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("and approvals expire after"), "{summary}");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_an_unbound_field_voids_nothing() {
    let world = World::with_policy(&format!("{PEER}[approval]\nunbound = [\"impact\"]\n")).await;
    let pull = world.opened("## Impact\nsmall\n\n## Reason\nsales").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    pull.edit_body("alice", "## Impact\nlarge\n\n## Reason\nsales");
    world.settled().await;
    world.expect(&pull, "success", "");
    pull.edit_body("alice", "## Impact\nlarge\n\n## Reason\nfun");
    world.settled().await;
    world.expect(&pull, "in_progress", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_nobody_is_its_pushers_where_the_policy_says_so() {
    let world = World::with_policy(&format!("{PEER}[approval]\nunattributed = \"pusher\"\n")).await;
    let pull = world.opened("").await;
    let nobody = Identity { name: "Somebody".into(), email: "somebody@nowhere.example".into() };
    let changes = [("more.rs", "fn more() {}\n")].into();
    pull.push_commit(Commit { by: "bob", author: Some(nobody), changes, ..Commit::default() });
    world.settled().await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "");
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}
