//! A webhook's payload read for what it says of a pull request, in the form of a facts file.
//!
//! For whoever tries a policy without a server. The bot itself never decides from a payload: it looks. What a payload
//! does not list (files, commits, reviews, checks, who pushed) is said to be unknown.

use countersign_domain::facts::Known;
use serde_json::{Map, Value, json};

/// What stands in for an account that is gone.
const GHOST: &str = "ghost";

/// The pull request of a payload as a facts file says it, or what the payload lacks.
///
/// # Errors
/// Where it is no payload of an event of a pull request.
pub fn facts(payload: &Value) -> Result<Map<String, Value>, String> {
    let pull = &payload["pull_request"];
    if !pull.is_object() {
        return Err("it has no `pull_request`".to_owned());
    }
    let repository = [&payload["repository"], &pull["base"]["repo"]].into_iter().find(|place| place.is_object());
    let repository = repository.ok_or("it has no `repository`")?;
    let text = |place: &Value, name: &str| match place.as_str() {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("it has no `{name}`")),
    };
    let number = pull["number"].as_u64().ok_or("it has no `pull_request.number`")?;
    let full_name = text(&repository["full_name"], "repository.full_name")?;
    let base = text(&pull["base"]["ref"], "pull_request.base.ref")?;
    let head = text(&pull["head"]["sha"], "pull_request.head.sha")?;
    // A repository that does not say whether it is private counts as public: less is shown of it.
    let public = repository["private"].as_bool() != Some(true);
    let state = match (pull["state"].as_str(), merged(pull)) {
        (_, true) => "merged",
        (Some("closed"), false) => "closed",
        _ => "open",
    };
    let labels = pull["labels"].as_array().into_iter().flatten().filter_map(|label| label["name"].as_str());
    let head_repository = &pull["head"]["repo"];
    let facts = json!({
        "version": crate::facts_file::VERSION,
        "repository": {
            "name": full_name,
            "public": public,
            "default_branch": repository["default_branch"].as_str().unwrap_or("main"),
        },
        "number": number,
        "title": pull["title"].as_str().unwrap_or_default(),
        "body": pull["body"].as_str().unwrap_or_default(),
        "author": login(&pull["user"]),
        "state": state,
        "draft": pull["draft"].as_bool().unwrap_or(false),
        "base": { "branch": base, "commit": pull["base"]["sha"].as_str().unwrap_or_default() },
        "head": {
            "branch": pull["head"]["ref"].as_str().unwrap_or_default(),
            "commit": head,
            "owner": login(&head_repository["owner"]),
        },
        "fork": head_repository["full_name"].as_str().is_none_or(|name| !name.eq_ignore_ascii_case(&full_name)),
        "labels": labels.collect::<Vec<_>>(),
        "files": unknown("a payload does not list the changed files"),
        "commits": unknown("a payload does not list the commits"),
        "pushers": unknown("a payload does not say who pushed"),
        "reviews": unknown("a payload does not list the reviews"),
        "checks": unknown("a payload does not list the checks"),
        "deployments": unknown("a payload does not list the deployments"),
        "threads": unknown("a payload does not list the review threads"),
        "merged_before": unknown("a payload does not say what was merged before"),
        "special_files": unknown("a payload does not list the changed files"),
        "properties": properties(repository),
        "enforced": unknown("a payload does not say what GitHub requires"),
        "required_checks": unknown("a payload does not say what GitHub requires"),
    });
    match facts {
        Value::Object(facts) => Ok(facts),
        _ => Ok(Map::new()),
    }
}

/// The repository's custom properties, those that are set.
fn properties(repository: &Value) -> Value {
    match super::properties::of(repository) {
        Known::Known(set) => json!(set),
        Known::Unknown(why) => unknown(&why),
    }
}

fn unknown(why: &str) -> Value {
    json!({ "unknown": why })
}

fn login(account: &Value) -> &str {
    account["login"].as_str().filter(|login| !login.is_empty()).unwrap_or(GHOST)
}

fn merged(pull: &Value) -> bool {
    pull["merged"].as_bool().unwrap_or_else(|| pull["merged_at"].is_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

    use super::*;

    fn payload() -> Value {
        json!({
            "action": "opened",
            "repository": { "full_name": "acme/shop", "private": true, "default_branch": "trunk" },
            "pull_request": {
                "number": 7, "state": "open", "title": "Sell", "body": null, "draft": true, "user": { "login": "ann" },
                "labels": [{ "name": "db" }], "base": { "ref": "trunk", "sha": "b0" },
                "head": {
                    "ref": "sell", "sha": "h1",
                    "repo": { "full_name": "Acme/Shop", "owner": { "login": "acme" } },
                },
            },
        })
    }

    /// What the payload's `place` (a JSON pointer) being so makes of the key.
    fn check(place: &str, is: Value, key: &str, expected: &Value) {
        let mut payload = payload();
        if !place.is_empty() {
            let (parent, name) = place.rsplit_once('/').unwrap();
            payload.pointer_mut(parent).unwrap()[name] = is;
        }
        assert_eq!(facts(&payload).unwrap()[key], *expected, "{place} {key}");
    }

    #[test]
    fn what_a_payload_says_is_a_fact() {
        check("", json!(null), "number", &json!(7));
        check("", json!(null), "body", &json!(""));
        check("", json!(null), "draft", &json!(true));
        check("", json!(null), "fork", &json!(false));
        check("", json!(null), "labels", &json!(["db"]));
        check(
            "",
            json!(null),
            "repository",
            &json!({ "name": "acme/shop", "public": false, "default_branch": "trunk" }),
        );
        check("/pull_request/merged_at", json!("2026-11-23T08:00:00Z"), "state", &json!("merged"));
        check("/pull_request/state", json!("closed"), "state", &json!("closed"));
        check("/pull_request/user", json!(null), "author", &json!("ghost"));
        check("/pull_request/head/repo", json!(null), "fork", &json!(true));
        check("/pull_request/head/repo/full_name", json!("bob/shop"), "fork", &json!(true));
        let set = json!({ "tier": "1", "team": ["a", "b"], "owner": null });
        check("/repository/custom_properties", set, "properties", &json!({ "tier": ["1"], "team": ["a", "b"] }));
        check("/repository/owner", json!({ "type": "User" }), "properties", &json!({}));
    }

    #[test]
    fn what_a_payload_does_not_list_is_unknown() {
        let facts = facts(&payload()).unwrap();
        let keys = ["files", "commits", "pushers", "reviews", "checks", "deployments", "threads", "merged_before"];
        for key in keys.into_iter().chain(["enforced", "required_checks", "properties"]) {
            assert!(facts[key]["unknown"].is_string(), "{key}");
        }
    }

    #[test]
    fn payloads_without_a_pull_request_are_refused() {
        let check = |payload: Value, why: &str| assert_eq!(facts(&payload), Err(why.to_owned()));
        check(json!({}), "it has no `pull_request`");
        check(json!([]), "it has no `pull_request`");
        check(json!({ "pull_request": {} }), "it has no `repository`");
        let mut without_head = payload();
        without_head["pull_request"]["head"]["sha"] = json!(null);
        check(without_head, "it has no `pull_request.head.sha`");
    }
}
