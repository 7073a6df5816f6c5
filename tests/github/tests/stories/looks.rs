//! The queries that a bot lives on, asked of a company in which everything has happened once.

use serde_json::{Value, json};

use crate::world::build;

#[tokio::test]
async fn a_look_costs_a_point_and_tells_everything() {
    let world = build().await;
    let comment = format!("IC_{}-{}-{}", world.shop.id(), world.busy.number(), world.comment);
    let variables = json!({
        "owner": "acme", "name": "shop", "number": world.busy.number(), "app": world.app.github.app_id(),
        "comment": comment, "policies": "shop",
    });
    let answer = world.app.query(&world.token, include_str!("queries/look.graphql"), variables).await;
    assert!(answer["errors"].is_null(), "{:#}", answer["errors"]);
    let data = &answer["data"];
    assert_eq!(data["rateLimit"]["cost"], 1);
    assert_eq!(data["mine"]["author"], json!({ "__typename": "Bot", "login": "countersign" }));
    assert_eq!(data["mine"]["editor"]["login"], "alice");
    let pull = &data["repository"]["pullRequest"];
    assert_eq!(pull["labels"]["nodes"], json!([{ "name": "risky" }]));
    let states: Vec<&Value> = pull["reviews"]["nodes"].as_array().unwrap().iter().map(|it| &it["state"]).collect();
    assert_eq!(states, ["CHANGES_REQUESTED", "DISMISSED", "APPROVED"]);
    let threads: Vec<&Value> =
        pull["reviewThreads"]["nodes"].as_array().unwrap().iter().map(|it| &it["resolvedBy"]["login"]).collect();
    assert_eq!(threads, [&json!("alice"), &Value::Null]);
    let requested = &pull["reviewRequests"]["nodes"];
    assert_eq!(requested.as_array().unwrap().len(), 1, "carol answered for her team");
    let head = &pull["head"]["nodes"][0]["commit"];
    let contexts = head["statusCheckRollup"]["contexts"]["nodes"].as_array().unwrap();
    let seen: Vec<String> = contexts
        .iter()
        .map(|it| {
            let name = it["name"].as_str().or(it["context"].as_str()).unwrap();
            let state = it["conclusion"].as_str().or(it["state"].as_str()).unwrap_or("-");
            format!("{name} {state} {}", it["isRequired"])
        })
        .collect();
    assert_eq!(seen, ["countersign FAILURE true", "lint - false", "build SUCCESS true", "ci/old SUCCESS false"]);
    assert_eq!(head["ours"]["nodes"][0]["checkRuns"]["nodes"][0]["externalId"], "x");
    assert_eq!(head["deployments"]["nodes"][1]["state"], "ACTIVE");
    let past: Vec<&Value> =
        pull["timelineItems"]["nodes"].as_array().unwrap().iter().map(|it| &it["__typename"]).collect();
    assert_eq!(
        past,
        [
            "ReadyForReviewEvent",
            "ReadyForReviewEvent",
            "BaseRefChangedEvent",
            "BaseRefChangedEvent",
            "HeadRefForcePushedEvent",
            "ReviewDismissedEvent"
        ]
    );
    world.app.github.assert_clean();
}

#[tokio::test]
async fn what_is_around_is_told_too() {
    let world = build().await;
    let pull = format!("PR_{}-{}", world.shop.id(), world.busy.number());
    let variables = json!({ "owner": "acme", "name": "shop", "oid": *world.busy.head(), "ids": [pull, "PR_0-0"] });
    let answer = world.app.query(&world.token, include_str!("queries/around.graphql"), variables).await;
    let data = &answer["data"];
    assert_eq!(data["viewer"]["login"], "countersign[bot]");
    let team = &data["organization"]["team"];
    assert_eq!((&team["members"]["totalCount"], &team["immediate"]["totalCount"]), (&json!(3), &json!(2)));
    assert_eq!(team["childTeams"]["nodes"][0]["ancestors"]["nodes"][0]["slug"], "payments");
    assert_eq!(data["nodes"], json!([{ "__typename": "PullRequest", "id": pull }, null]));
    let repository = &data["repository"];
    assert_eq!(
        repository["readme"],
        json!({ "__typename": "Blob", "text": "hello\n", "isBinary": false, "isTruncated": false, "byteSize": 6 })
    );
    assert_eq!(repository["logo"], json!({ "text": null, "isBinary": true, "byteSize": 5 }));
    assert_eq!(repository["docs"]["entries"][0]["mode"], 0o100_644);
    assert_eq!(repository["commit"]["history"]["totalCount"], 1);
    assert_eq!(repository["commit"]["associatedPullRequests"]["nodes"][0]["number"], world.busy.number());
    assert_eq!(repository["ref"]["compare"], json!({ "status": "BEHIND", "aheadBy": 0, "behindBy": 2 }));
    assert_eq!(
        (&repository["open"]["totalCount"], repository["open"]["pageInfo"]["hasNextPage"].as_bool()),
        (&json!(4), Some(true))
    );
    assert_eq!(repository["collaborators"]["edges"][0], json!({ "permission": "WRITE", "node": { "login": "alice" } }));
    world.app.github.assert_clean();
}

#[tokio::test]
async fn pages_follow_their_cursors_and_must_have_a_size() {
    let world = build().await;
    let text = "query Page($after: String) { repository(owner: \"acme\", name: \"shop\") { pullRequests(first: 3, after: $after) { pageInfo { hasNextPage endCursor } nodes { number } } } }";
    let (mut after, mut numbers) = (Value::Null, Vec::new());
    loop {
        let answer = world.app.query(&world.token, text, json!({ "after": after })).await;
        let page = &answer["data"]["repository"]["pullRequests"];
        numbers.extend(page["nodes"].as_array().unwrap().iter().map(|it| it["number"].as_u64().unwrap()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
    for (size, wanted) in [("", "MISSING_PAGINATION_BOUNDARIES"), ("(first: 101)", "EXCESSIVE_PAGINATION")] {
        let text =
            format!("{{ repository(owner: \"acme\", name: \"shop\") {{ pullRequests{size} {{ totalCount }} }} }}");
        let answer = world.app.query(&world.token, &text, json!({})).await;
        assert_eq!(answer["errors"][0]["type"], wanted);
    }
}
