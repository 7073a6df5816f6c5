//! What moves while it is read: nothing of one head is taken for another's.

use github_stand_in::{Changes, NewPullRequest, On};

use crate::world::World;

/// What was in `pay` asks for a peer; all else goes in.
const PAYMENTS: &str = r#"
version = 1
[authorities.peer]
permission = "write"
[[rule]]
id = "payments"
when = { files = ["pay/**"] }
approvals = [{ from = ["peer"], count = 1 }]
[[rule]]
id = "rest"
when = { no_files = ["pay/**"] }
allow = "nothing of payments"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_old_names_of_another_head_are_not_taken_for_those_of_the_head_that_was_looked_at() {
    let world = World::with_policy(PAYMENTS).await;
    let text = |of: &str| format!("one {of}\ntwo {of}\nthree {of}\n");
    world.shop.commit("main", "dave", Changes::new().write("pay/a.rs", &text("a")).write("lib/b.rs", &text("b")));
    let of_pay = world.shop.open_pull_request(NewPullRequest {
        author: "alice",
        title: "Move",
        changes: Changes::new().rename("pay/a.rs", "new.rs"),
        ..NewPullRequest::default()
    });
    world.settled().await;
    world.expect(&of_pay, "in_progress", "1");

    let pull = world.shop.open_pull_request(NewPullRequest {
        author: "alice",
        title: "Move again",
        changes: Changes::new().rename("pay/a.rs", "other.rs"),
        ..NewPullRequest::default()
    });
    let looked_at = pull.head();
    let pushed = pull.clone();
    world.github.faults().meanwhile(On::Operation("/files"), move || {
        pushed.force_push("alice", Changes::new().rename("lib/b.rs", "other.rs"));
    });
    world.settled().await;
    assert_ne!(pull.head(), looked_at, "the push came while the files were read");
    let greens = world.shop.checks(&looked_at).into_iter().filter(|check| check.is_green()).count();
    assert_eq!(greens, 0, "a file of `pay` was renamed at the head that was looked at");
    world.expect(&pull, "success", "");
}
