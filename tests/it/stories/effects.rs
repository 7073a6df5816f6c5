//! Pull requests that edit a policy, and what their comment says it would have done.

use github_stand_in::{Changes, NewPullRequest, Permission, PullRequest, Verdict};

use crate::world::{PEER, World};

const POLICY: &str = ".github/countersign.toml";

impl World {
    /// Alice edits the shop's policy in a pull request, and the bot has answered.
    async fn edits(&self, text: &str) -> PullRequest {
        let changes = Changes::new().write(POLICY, text);
        let new = NewPullRequest { author: "alice", title: "Edit", changes, ..NewPullRequest::default() };
        let pull = self.shop.open_pull_request(new);
        self.settled().await;
        pull
    }

    /// Three changes: one that waits, one with one approval that went in, one with two.
    async fn with_a_past(policy: &str) -> (Self, [PullRequest; 3]) {
        let world = Self::with_policy(policy).await;
        let [waits, once, twice] = [world.opened("").await, world.opened("").await, world.opened("").await];
        once.review("bob", Verdict::Approve);
        twice.review("bob", Verdict::Approve);
        twice.review("carol", Verdict::Approve);
        world.settled().await;
        (world, [waits, once, twice])
    }

    fn said(&self, pull: &PullRequest) -> String {
        self.comment(pull).map(|comment| comment.body).unwrap_or_default()
    }
}

fn two() -> String {
    PEER.replace("count = 1", "count = 2")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_tightens_a_policy_shows_which_changes_it_would_have_held() {
    let (world, [_, once, twice]) = World::with_a_past(PEER).await;
    // What went in is judged by what it was asked last.
    once.merge("bob");
    twice.merge("bob");
    world.settled().await;
    let edit = world.edits(&two()).await;
    world.expect(&edit, "in_progress", "1");
    let said = world.said(&edit);
    for expected in [
        "What the edited policy would have done",
        "of 3 changes, 1 would have come out differently",
        "1 that passed would have been held",
        "3 approvals more would have been asked, of 3 changes",
        "<details>",
        &format!("- #{}: pass → wait (`repository/peer approvals: satisfied → waiting`)", once.number()),
    ] {
        assert!(said.contains(expected), "{expected:?} is not in\n{said}");
    }
    assert!(!said.contains(&format!("#{}:", twice.number())), "{said}");
    // It stands beside what is asked of people, and stays when nobody must act any more.
    assert!(said.contains("asks:"), "{said}");
    edit.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&edit, "success", "");
    assert!(world.said(&edit).contains("1 that passed would have been held"), "{}", world.said(&edit));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_loosens_a_policy_shows_which_changes_it_would_have_let_in() {
    let (world, [waits, once, _]) = World::with_a_past(&two()).await;
    let edit = world.edits(PEER).await;
    let said = world.said(&edit);
    for expected in [
        "of 3 changes, 1 would have come out differently",
        "1 that was held would have passed",
        "3 approvals fewer would have been asked, of 3 changes",
        &format!("- #{}: wait → pass (`repository/peer approvals: waiting → satisfied`)", once.number()),
    ] {
        assert!(said.contains(expected), "{expected:?} is not in\n{said}");
    }
    assert!(!said.contains(&format!("#{}:", waits.number())), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_fetched_is_not_known_and_counted_apart() {
    let (world, _) = World::with_a_past(PEER).await;
    let edit = world.edits(&format!("{PEER}[authorities.cab]\nteams = [\"acme/cab\"]\n[[rule]]\nid = \"board\"\napprovals = [{{ from = [\"cab\"], count = 1 }}]\n")).await;
    let said = world.said(&edit);
    // Whom nobody approved waits whoever is in the team.
    assert!(said.contains("of 1 change, none would have come out differently"), "{said}");
    assert!(said.contains("not known for 2 changes"), "{said}");
    assert!(said.contains("not fetched then: the members of `acme/cab` (2)"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_edit_and_a_change_that_edits_no_policy_show_no_effect() {
    let (world, [waits, ..]) = World::with_a_past(PEER).await;
    assert!(!world.said(&waits).contains("would have"), "{}", world.said(&waits));
    let edit = world.edits("version = 1\naprovals = []\n").await;
    assert!(!world.said(&edit).contains("would have"), "{}", world.said(&edit));
}

const ORGANISATION: &str = "version = 1\n[authorities.people]\npermission = \"write\"\n[[rule]]\nid = \"people\"\n\
    approvals = [{ from = [\"people\"], count = 1 }]\n";

/// Of an organisation's policy the changes of all its repositories count, and none of them is named: who reads its pull
/// request may not read theirs.
#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_edits_an_organisations_policy_shows_numbers_over_all_its_repositories_and_no_names() {
    let world = World::without_bot(PEER).await;
    let [home, till] = [".github", "till"].map(|name| world.acme.repository(name).private());
    for login in ["alice", "bob", "carol"] {
        home.grant(login, Permission::Write);
        till.grant(login, Permission::Write);
    }
    home.commit("main", "dave", [("countersign.toml", ORGANISATION)]);
    till.commit("main", "dave", [("README.md", "the till\n")]);
    let world = world.started(&[]).await;
    let [waits, once] = [world.opened("").await, world.opened("").await];
    let changes = Changes::new().write("README.md", "the larger till\n");
    let elsewhere =
        till.open_pull_request(NewPullRequest { author: "alice", title: "Grow", changes, ..NewPullRequest::default() });
    once.review("bob", Verdict::Approve);
    elsewhere.review("bob", Verdict::Approve);
    world.settled().await;
    let edit = |text: &str| {
        let changes = Changes::new().write("countersign.toml", text);
        home.open_pull_request(NewPullRequest { author: "alice", title: "Edit", changes, ..NewPullRequest::default() })
    };
    let tighter = edit(&ORGANISATION.replace("count = 1", "count = 2"));
    world.settled().await;
    let said = world.said(&tighter);
    for expected in [
        "Over the changes in all repositories of the organisation",
        "of 3 changes, 2 would have come out differently",
        "2 that passed would have been held",
        "- `organisation/people approvals: satisfied → waiting`: 2 changes",
    ] {
        assert!(said.contains(expected), "{expected:?} is not in\n{said}");
    }
    let effect = said.split("What the edited policy").nth(1).unwrap();
    assert!(!effect.contains('#') && !effect.contains("till") && !effect.contains("repository/"), "{effect}");
    assert!(!world.said(&waits).contains("would have"), "{}", world.said(&waits));
    // What is wrong shows none.
    let wrong = edit("version = 1\naprovals = []\n");
    world.settled().await;
    assert!(!world.said(&wrong).contains("would have"), "{}", world.said(&wrong));
}
