//! GitHub's ways that matter to a bot.

use github_stand_in::{Changes, Commit, NewPullRequest, Outcome, Permission, Verdict};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{World, build, open};

const PULL: &str = "query Pull($number: Int!) { repository(owner: \"acme\", name: \"shop\") { pullRequest(number: $number) {
    state updatedAt headRefOid baseRefOid isCrossRepository changedFiles mergeStateStatus reviewDecision
    headRepository { nameWithOwner }
    commits(first: 10) { totalCount nodes { commit { message author { user { login } } authors(first: 5) { totalCount } } } }
    files(first: 10) { nodes { path changeType additions deletions } }
    reviews(first: 10) { nodes { state commit { oid } authorCanPushToRepository } }
    comments(first: 10) { nodes { body viewerDidAuthor lastEditedAt editor { login } } }
    userContentEdits(first: 10) { totalCount nodes { diff editor { login } } }
    timelineItems(first: 20, itemTypes: [BASE_REF_CHANGED_EVENT, HEAD_REF_FORCE_PUSHED_EVENT, REVIEW_DISMISSED_EVENT]) {
        nodes { __typename ... on ReviewDismissedEvent { actor { login } review { databaseId } } } }
} } }";

async fn look(world: &World, number: u64) -> Value {
    let answer = world.app.query(&world.token, PULL, json!({ "number": number })).await;
    assert!(answer["errors"].is_null(), "{answer:#}");
    answer["data"]["repository"]["pullRequest"].clone()
}

#[tokio::test]
async fn a_push_keeps_reviews_with_their_commit() {
    let world = build().await;
    let pr = open(&world.shop, "alice", "Reviewed");
    let before = pr.head();
    let review = pr.review("bob", Verdict::Approve);
    pr.review("mallory", Verdict::Approve);
    let after = pr.push("alice", [("more.txt", "more\n")]);
    pr.dismiss("root", review);
    let found = look(&world, pr.number()).await;
    assert_eq!(found["headRefOid"], *after);
    let nodes = &found["reviews"]["nodes"];
    assert_eq!(
        nodes[0],
        json!({ "state": "DISMISSED", "commit": { "oid": *before }, "authorCanPushToRepository": true })
    );
    assert_eq!(nodes[1]["authorCanPushToRepository"], false);
    let dismissed = &found["timelineItems"]["nodes"][0];
    assert_eq!(dismissed["actor"]["login"], "root");
    assert_eq!(dismissed["review"]["databaseId"], review.id());
    world.app.github.assert_clean();
}

#[tokio::test]
async fn what_changes_a_pull_request_moves_its_clock_and_checks_do_not() {
    let world = build().await;
    let pr = open(&world.shop, "alice", "Watched");
    let tick = || world.app.github.clock().advance(SignedDuration::from_secs(5));
    let mut seen = look(&world, pr.number()).await["updatedAt"].clone();
    let moves: [(&str, &dyn Fn(), bool); 6] = [
        ("a comment", &|| _ = pr.comment("bob", "hm"), true),
        ("a review", &|| _ = pr.review("bob", Verdict::Comment), true),
        ("a push", &|| _ = pr.push("alice", [("a", "b")]), true),
        ("a label", &|| pr.label("bob", "risky"), true),
        ("a check", &|| _ = pr.check_run("ci", "build", Outcome::Success), false),
        ("a status", &|| pr.status("bob", "ci/old", "success"), false),
    ];
    for (what, act, moved) in moves {
        tick();
        act();
        let now = look(&world, pr.number()).await["updatedAt"].clone();
        assert_eq!(now != seen, moved, "{what}");
        seen = now;
    }
}

#[tokio::test]
async fn texts_keep_their_history() {
    let world = build().await;
    let found = look(&world, world.busy.number()).await;
    let versions = &found["userContentEdits"];
    assert_eq!(versions["totalCount"], 2);
    assert_eq!(versions["nodes"][0], json!({ "diff": "## Change\n\nMore.", "editor": { "login": "bob" } }));
    assert_eq!(versions["nodes"][1], json!({ "diff": "## Change", "editor": { "login": "alice" } }));
    let ours = &found["comments"]["nodes"][1];
    assert_eq!((&ours["viewerDidAuthor"], &ours["editor"]["login"]), (&json!(true), &json!("alice")));
    assert!(ours["lastEditedAt"].is_string());
}

#[tokio::test]
async fn files_and_commits_are_computed_from_the_trees() {
    let world = build().await;
    let found = look(&world, world.busy.number()).await;
    let files: Vec<String> = found["files"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            format!(
                "{} {} +{} -{}",
                file["changeType"].as_str().unwrap(),
                file["path"].as_str().unwrap(),
                file["additions"],
                file["deletions"]
            )
        })
        .collect();
    assert_eq!(
        files,
        ["RENAMED docs/new.md +0 -0", "MODIFIED logo.png +0 -0", "DELETED run.sh +0 -1", "ADDED src/pay.rs +1 -0"]
    );
    let commits = &found["commits"];
    assert_eq!(commits["totalCount"], 2, "a force push leaves one, a push adds one");
    let together = &commits["nodes"][1]["commit"];
    assert_eq!(together["authors"]["totalCount"], 2);
    assert_eq!(together["author"]["user"], Value::Null, "nobody has that address");
    let path = format!("/repos/acme/shop/pulls/{}/files", world.busy.number());
    let (_, files) = world.app.rest("GET", &path, &world.token, Value::Null).await;
    assert_eq!(files[0]["previous_filename"], "docs/old.md");
    assert_eq!(files[3]["patch"], "@@ -0,0 +1 @@\n+fn pay() { once() }");
}

#[tokio::test]
async fn a_merge_of_the_base_brings_no_files() {
    let world = build().await;
    let pr = open(&world.shop, "alice", "Behind");
    world.shop.commit("main", "root", [("elsewhere.txt", "x\n")]);
    pr.update_branch("alice");
    let found = look(&world, pr.number()).await;
    assert_eq!(found["changedFiles"], 1);
    assert_eq!(found["commits"]["totalCount"], 2);
    let side =
        world.shop.push("side", Commit { by: "bob", changes: [("side.txt", "x\n")].into(), ..Commit::default() });
    let merge = Commit { by: "alice", changes: [("side.txt", "x\n")].into(), merges: vec![side], ..Commit::default() };
    pr.push_commit(merge);
    assert_eq!(look(&world, pr.number()).await["commits"]["totalCount"], 4, "second parents count");
}

#[tokio::test]
async fn a_fork_is_another_repository() {
    let world = build().await;
    let found = look(&world, world.forked.number()).await;
    assert_eq!(found["isCrossRepository"], true);
    assert_eq!(found["headRepository"]["nameWithOwner"], "mallory/shop");
    world.app.arrived().await;
    world.forked.push("mallory", [("x", "y")]);
    assert_eq!(world.app.names().await, ["pull_request synchronize"], "the App is not installed in the fork");
}

#[tokio::test]
async fn a_merge_moves_the_base_and_closes_the_pull_request() {
    let world = build().await;
    world.app.arrived().await;
    world.shop.drop_rules("main");
    let pr = open(&world.shop, "alice", "Goes in");
    world.app.arrived().await;
    let oid = pr.try_merge("root").unwrap();
    assert!(pr.is_merged());
    assert_eq!(world.shop.tip("main"), oid);
    let arrived = world.app.arrived().await;
    let closed = arrived.last().unwrap().payload();
    assert_eq!((&closed["action"], &closed["pull_request"]["merged"]), (&json!("closed"), &json!(true)));
    assert_eq!(closed["pull_request"]["merge_commit_sha"], *oid);
}

#[tokio::test]
async fn rules_hold_a_merge_until_the_right_app_says_so() {
    let world = build().await;
    let pr = open(&world.shop, "alice", "Waits");
    assert_eq!(pr.try_merge("alice").unwrap_err().len(), 3);
    pr.check_run("github-actions", "build", Outcome::Success);
    pr.check_run("impostor", "countersign", Outcome::Success);
    pr.review("bob", Verdict::Approve);
    pr.review("carol", Verdict::Approve);
    assert_eq!(pr.try_merge("alice").unwrap_err(), ["the required check `countersign` has not succeeded"]);
    assert_eq!(look(&world, pr.number()).await["mergeStateStatus"], "BLOCKED");
    pr.check_run("countersign", "countersign", Outcome::Failure);
    pr.check_run("countersign", "countersign", Outcome::Success);
    let found = look(&world, pr.number()).await;
    assert_eq!(found["reviewDecision"], "APPROVED");
    pr.try_merge("alice").unwrap();
}

#[tokio::test]
async fn a_merge_group_goes_in_as_one() {
    let world = build().await;
    assert!(world.group.check("countersign").is_none());
    let queue = "{ repository(owner: \"acme\", name: \"shop\") { mergeQueue(branch: \"main\") { entries(first: 5) { nodes { position state headCommit { oid } pullRequest { number } } } } } }";
    let entries = world.app.query(&world.token, queue, json!({})).await;
    let nodes = &entries["data"]["repository"]["mergeQueue"]["entries"]["nodes"];
    assert_eq!(nodes[1]["headCommit"]["oid"], *world.group.head());
    assert_eq!(nodes[1]["state"], "AWAITING_CHECKS");
    world.group.land();
    assert!(world.shop.pull_request(2).is_merged() && world.shop.pull_request(3).is_merged());
    assert_eq!(world.shop.tip("main"), world.group.head());
}

#[tokio::test]
async fn permissions_come_by_every_way() {
    let world = build().await;
    let acme = world.app.github.organisation("acme");
    acme.member("nina");
    world.shop.grant("mallory", Permission::Triage);
    for (login, role) in
        [("alice", "write"), ("carol", "maintain"), ("root", "admin"), ("nina", "read"), ("mallory", "triage")]
    {
        let path = format!("/repos/acme/shop/collaborators/{login}/permission");
        let (_, found) = world.app.rest("GET", &path, &world.token, Value::Null).await;
        assert_eq!(found["role_name"], role, "{login}");
    }
    acme.team("payments", &[]).remove("bob");
    let path = "/repos/acme/shop/collaborators/bob/permission";
    assert_eq!(world.app.rest("GET", path, &world.token, Value::Null).await.1["role_name"], "read");
}

#[tokio::test]
async fn a_token_reaches_only_its_installation() {
    let world = build().await;
    let globex = world.app.github.organisation("globex");
    let other = globex.install(github_stand_in::Installed::Selected(&["one"]));
    globex.repository("one").private().commit("main", "hank", [("a", "b")]);
    globex.repository("two").private().commit("main", "hank", [("a", "b")]);
    let token = world.app.token(other).await;
    for (path, wanted) in [("/repos/globex/one", 200), ("/repos/globex/two", 404), ("/repos/acme/shop", 404)] {
        assert_eq!(world.app.rest("GET", path, &token, Value::Null).await.0, wanted, "{path}");
    }
    let hidden = world.app.query(&token, "{ repository(owner: \"acme\", name: \"shop\") { name } }", json!({})).await;
    assert_eq!(hidden["errors"][0]["type"], "NOT_FOUND");
    assert_eq!(world.app.rest("GET", "/app", &world.app.own_token(3_600), Value::Null).await.0, 401, "too long a life");
    world.app.github.clock().advance(SignedDuration::from_mins(61));
    assert_eq!(world.app.rest("GET", "/repos/globex/one", &token, Value::Null).await.0, 401, "it has expired");
    world.app.github.assert_clean();
}

#[tokio::test]
async fn what_is_too_long_or_too_much_is_refused() {
    let world = build().await;
    let head = world.busy.head();
    let run = |output: Value| json!({ "name": "n", "head_sha": *head, "output": output });
    let note = json!({ "path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m" });
    let long = "x".repeat(65_536);
    let refused = [
        ("/repos/acme/shop/check-runs", run(json!({ "title": "t", "summary": long }))),
        ("/repos/acme/shop/check-runs", run(json!({ "title": "t", "summary": "s", "annotations": vec![note; 51] }))),
        ("/repos/acme/shop/check-runs", json!({ "name": "n", "head_sha": "0123" })),
        ("/repos/acme/shop/issues/1/comments", json!({ "body": format!("{long}x") })),
    ];
    for (path, body) in refused {
        let (status, answer) = world.app.rest("POST", path, &world.token, body).await;
        assert_eq!(status, 422, "{answer}");
    }
}

#[tokio::test]
async fn what_breaks_the_contract_is_told() {
    let world = build().await;
    let token = &world.token;
    let run = json!({ "name": "n", "head_sha": *world.busy.head(), "conclusion": "sucess", "shout": true });
    world.app.rest("POST", "/repos/acme/shop/check-runs", token, run).await;
    world.app.rest("GET", "/repos/acme/shop/pulls?stat=open", token, Value::Null).await;
    world.app.rest("GET", "/repos/acme/shop/forks", token, Value::Null).await;
    world.app.query(token, "query Odd { repository(owner: \"acme\", name: \"shop\") { colour } }", json!({})).await;
    world.app.query(token, "query Odd { viewer { login } }", json!({ "unasked": 1 })).await;
    let told = world.app.github.violations().join("\n");
    for part in [
        "sucess",
        "there is no field `/shout`",
        "there is no parameter `stat`",
        "/repos/acme/shop/forks",
        "colour",
        "$unasked",
    ] {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
}

#[tokio::test]
async fn a_deleted_account_and_a_deleted_fork_leave_nothing_behind() {
    let world = build().await;
    let fork = world.shop.fork(&world.app.github.user("zoe"));
    let pr = world.shop.open_pull_request(NewPullRequest {
        author: "zoe",
        title: "From nowhere",
        changes: Changes::new().write("a", "b"),
        fork: Some(&fork),
        ..NewPullRequest::default()
    });
    fork.delete();
    world.app.github.delete_user("zoe");
    let text = "query Gone($number: Int!) { repository(owner: \"acme\", name: \"shop\") { pullRequest(number: $number) { author { login } headRepository { name } headRef { name } changedFiles } } }";
    let answer = world.app.query(&world.token, text, json!({ "number": pr.number() })).await;
    let found = &answer["data"]["repository"]["pullRequest"];
    assert_eq!(*found, json!({ "author": null, "headRepository": null, "headRef": null, "changedFiles": 1 }));
    world.app.github.assert_clean();
}

#[tokio::test]
async fn a_run_that_is_not_concluded_is_stale_after_14_days() {
    let world = build().await;
    let pr = open(&world.shop, "alice", "Waits");
    pr.check_run("github-actions", "waits", Outcome::InProgress);
    pr.check_run("github-actions", "done", Outcome::Success);
    let check = |days: i64, expected: &str| {
        world.app.github.clock().advance(SignedDuration::from_hours(24 * days));
        assert_eq!(pr.check("waits").unwrap().state(), expected, "after {days} days more");
        assert!(pr.check("done").unwrap().is_green());
    };
    check(13, "in_progress");
    check(2, "stale");
    world.app.github.assert_clean();
}
