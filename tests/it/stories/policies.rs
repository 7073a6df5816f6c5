//! Layers, wrong files, absent files, and what a pull request's own edit of a policy may do.

use github_stand_in::{Changes, Installed, NewPullRequest, Outcome, PullRequest, Verdict};

use crate::commands::{folder, run};
use crate::world::{PEER, World};

const ORGANISATION: &str = r#"
version = 1
[authorities.people]
permission = "write"
[[rule]]
id = "two"
approvals = [{ from = ["people"], count = 2 }]
"#;

impl World {
    /// A world with an organisation's policy beside the shop's own.
    async fn with_layers(organisation: &str, repository: &str, installed: Installed<'_>) -> Self {
        let mut world = Self::without_bot(repository).await;
        let home = world.acme.repository(".github").private();
        home.commit("main", "dave", [("countersign.toml", organisation)]);
        if let Installed::Selected(names) = installed {
            world.acme.uninstall();
            world.acme.install(Installed::Selected(names));
        }
        world.start(&[]).await;
        world
    }

    fn edit_policy(&self, text: Option<&str>) {
        let path = ".github/countersign.toml";
        let changes = text.map_or_else(|| Changes::new().remove(path), |text| Changes::new().write(path, text));
        self.shop.commit("main", "dave", changes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_cannot_loosen_what_its_organisation_asks() {
    let loose = "version = 1\n[[rule]]\nid = \"two\"\nallow = \"we trust each other\"\n";
    let world = World::with_layers(ORGANISATION, loose, Installed::All).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("organisation/two") && summary.contains("repository/two"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisations_repository_that_cannot_be_read_keeps_its_last_policy_in_force() {
    let world = World::with_layers(ORGANISATION, PEER, Installed::All).await;
    let pull = world.opened("").await;
    world.github.faults().deny("acme/.github");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    pull.review("carol", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_layer_out_of_sight_is_said_and_fails_where_it_is_required() {
    let mut world = World::with_layers(ORGANISATION, PEER, Installed::Selected(&["shop"])).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("cannot be seen"), "{summary}");
    world.stop().await;
    world.start(&[("org_layer", "required")]).await;
    pull.label("dave", "look again");
    world.settled().await;
    world.expect(&pull, "failure", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_policy_asks_nothing_and_that_is_refused() {
    let world = World::with_policy("version = 1\n").await;
    let pull = world.opened("").await;
    world.expect(&pull, "failure", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_policy_passes_nothing_and_its_last_valid_version_goes_on() {
    let world = World::with_policy(PEER).await;
    let pull = world.opened("").await;
    world.edit_policy(Some("version = 1\n[[rule]]\nid = 'peer'\nalow = 'typo'\n"));
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("last valid version"), "{summary}");
    let place = "- `acme/shop/.github/countersign.toml`, line 4, column 1: ";
    assert!(summary.contains(place) && summary.contains("did you mean `allow`?"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_was_wrong_before_we_came_is_found_in_its_history_or_fails() {
    let mut world = World::without_bot(PEER).await;
    world.edit_policy(Some("version = 'one'\n"));
    world.start(&[]).await;
    let pull = world.opened("").await;
    world.expect(&pull, "in_progress", "1");
    let mut never = World::without_bot("version = 'one'\n").await;
    never.start(&[]).await;
    let pull = never.opened("").await;
    never.expect(&pull, "failure", "has errors, and no valid version of it is known");
    let summary = never.check(&pull).unwrap().summary;
    assert!(summary.contains("- `acme/shop/.github/countersign.toml`, line 1, column 11: "), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_policy_nothing_is_posted_and_a_deleted_one_is_judged_by_itself() {
    let world = World::with_policy("").await;
    let pull = world.opened("").await;
    assert_eq!((pull.checks().len(), world.comment(&pull)), (0, None));
    let world = World::with_policy(PEER).await;
    let open = world.opened("").await;
    let changes = Changes::new().remove(".github/countersign.toml");
    let deletion = world.shop.open_pull_request(NewPullRequest {
        author: "alice",
        title: "No more rules",
        changes,
        ..NewPullRequest::default()
    });
    world.settled().await;
    world.expect(&deletion, "in_progress", "1");
    deletion.review("bob", Verdict::Approve);
    world.settled().await;
    deletion.merge("alice");
    world.settled().await;
    world.expect(&open, "neutral", "No policy");
    let said = |pull: &PullRequest| (world.shows(pull), pull.checks().len());
    assert_eq!(said(&deletion).0, ("success".to_owned(), "Everything asked is there".to_owned()), "the record stays");
    // Run again: GitHub takes the check for pending until there is a new answer.
    let before = said(&open).1;
    open.rerequest("alice", "countersign");
    world.settled().await;
    world.expect(&open, "neutral", "No policy");
    assert_eq!(said(&open).1, before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_is_judged_by_its_bases_policy_and_its_own_edit_is_annotated() {
    let world = World::with_policy(PEER).await;
    let wrong = "version = 1\n\n[[rule]]\nid = \"peer\"\naprovals = []\n";
    let changes = Changes::new().write(".github/countersign.toml", wrong);
    let pull = world.shop.open_pull_request(NewPullRequest {
        author: "alice",
        title: "Edit",
        changes,
        ..NewPullRequest::default()
    });
    world.settled().await;
    let check = world.check(&pull).unwrap();
    let on_line_5 = check
        .annotations
        .iter()
        .any(|note| note["start_line"] == 5 && note["message"].as_str().unwrap().contains("aprovals"));
    assert!(on_line_5, "{:#?}", check.annotations);
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "action_required", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn observing_policies_are_neutral() {
    let world = World::with_policy(&PEER.replace("version = 1", "version = 1\nmode = \"observe\"")).await;
    let pull = world.opened("").await;
    world.expect(&pull, "neutral", "");
    assert_eq!(world.comment(&pull), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_lifts_the_rule_that_it_names_and_says_by_whom_and_until_when() {
    let waived = format!(
        "{PEER}[[rule]]\nid = \"staging\"\nchecks = [\"staging\"]\n[[rule]]\nid = \"kept\"\nalways = true\nchecks = [\"ci\"]\n\
         [[waiver]]\nid = \"not-yet\"\nrules = [\"staging\", \"kept\"]\nuntil = \"2090-03-31T00:00:00Z\"\nwhy = \"no staging yet\"\n"
    );
    let world = World::with_policy(&waived).await;
    let pull = world.opened("").await;
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    // Nothing relaxes a rule with `always`.
    world.expect(&pull, "in_progress", "ci");
    pull.check_run("github-actions", "ci", Outcome::Success);
    world.settled().await;
    world.expect(&pull, "success", "");
    let summary = world.check(&pull).unwrap().summary;
    let said = "waived by the policy, `repository/not-yet`, until 2090-03-31 00:00 UTC: `no staging yet`";
    assert!(summary.contains(said), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_asks_what_it_says_and_is_decided_again_the_same() {
    let world = World::with_policy("version = 1\npacks = [\"startup\"]\n").await;
    let pull = world.opened("## Summary\n\nSell more\n").await;
    world.expect(&pull, "action_required", "");
    pull.edit_body("alice", "## Summary\n\nSell more\n\n## Backout\n\nRevert the commit\n");
    world.settled().await;
    world.expect(&pull, "in_progress", "1");
    pull.review("bob", Verdict::Approve);
    world.settled().await;
    world.expect(&pull, "success", "");
    let summary = world.check(&pull).unwrap().summary;
    assert!(summary.contains("startup/way-back") && summary.contains("startup/peer"), "{summary}");
    let api = world.github.rest_url();
    let replay = ["replay", "--database-url", world.database(), "--github-api-url", &api];
    run(folder(&[]).path(), &replay).ended(0, "");
}
