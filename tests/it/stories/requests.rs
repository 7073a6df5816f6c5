//! Asking GitHub to ask for reviews.

use github_stand_in::{NewPullRequest, Verdict};

use crate::world::World;

async fn world(request: &str) -> World {
    let mut world = World::without_bot("").await;
    world.acme.team("cab", &["alice", "carol", "dave"]);
    let policy = format!(
        "version = 1\n[approval]\nrequest = \"{request}\"\n[authorities.cab]\nteams = [\"acme/cab\"]\n\
         [[rule]]\nid = \"board\"\napprovals = [{{ from = [\"cab\"], count = 1 }}]\n"
    );
    world.shop.commit("main", "dave", [(".github/countersign.toml", policy)]);
    world.start(&[]).await;
    world
}

fn asked_times(world: &World) -> usize {
    world.github.log().of("POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_asked_once() {
    let world = world("teams").await;
    let pull = world.opened("").await;
    assert_eq!(pull.requested(), ["cab"]);
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    pull.review("carol", Verdict::Comment);
    world.settled().await;
    assert_eq!(asked_times(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_asked_but_never_the_author_and_nobody_who_was_taken_off() {
    let world = world("people").await;
    let pull = world.opened("").await;
    assert_eq!(pull.requested(), ["carol", "dave"]);
    pull.unrequest_review("alice", "carol");
    pull.push("alice", [("more.rs", "fn more() {}\n")]);
    world.settled().await;
    assert_eq!(pull.requested(), ["dave"]);
    assert_eq!(asked_times(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_for_a_draft_or_for_what_is_there() {
    let world = world("people").await;
    let draft = NewPullRequest { author: "alice", title: "Not yet", draft: true, ..NewPullRequest::default() };
    let pull = world.shop.open_pull_request(draft);
    world.settled().await;
    assert_eq!(pull.requested(), Vec::<String>::new());
    pull.review("carol", Verdict::Approve);
    pull.ready("alice");
    world.settled().await;
    world.expect(&pull, "success", "");
    assert_eq!((pull.requested(), asked_times(&world)), (Vec::<String>::new(), 0));
}
