//! `countersign evaluate`.

use serde_json::{Value, json};

use super::{Ran, folder, run, run_with};

/// What the change request must say, one independent peer, and the board where the risk is high.
const POLICY: &str = r#"version = 1
record.required = ["risk"]
[authorities.peer]
permission = "write"
[authorities.cab]
teams = ["acme/cab"]
[[risk.factor]]
id = "migration"
why = "a migration is hard to undo"
when = { files = ["**/migrations/**"] }
score = 65
[[rule]]
id = "peer"
approvals = [{ from = ["peer"], count = 1 }]
[[rule]]
id = "board"
when = { risk = ">= high" }
approvals = [{ from = ["cab"], count = 1 }]
"#;
/// What of that can be told from a payload alone.
const TOLD: &str =
    "version = 1\n[[rule]]\nid = \"docs\"\nwhen = { base = [\"~DEFAULT_BRANCH\"] }\nfields = [\"risk\"]\n";

/// Evaluates facts under the policy.
fn facts(facts: &Value, arguments: &[&str]) -> Ran {
    let folder = folder(&[("policy.toml", POLICY)]);
    let arguments = [&["evaluate", "--policy", "policy.toml", "--facts", "-"], arguments].concat();
    run_with(folder.path(), &arguments, &facts.to_string(), &[])
}

/// The facts come to that outcome, and the command ends accordingly.
#[track_caller]
fn check(facts: &Value, outcome: &str) -> Value {
    let code = i32::from(outcome != "pass");
    let decision = self::facts(facts, &["--format", "json"]).ended(code, "").json();
    assert_eq!(decision["outcome"], outcome, "{facts} {decision:#}");
    decision
}

#[test]
fn only_what_passes_ends_with_0() {
    check(&json!({ "body": "Risk: low", "reviews": ["bob"] }), "pass");
    check(&json!({ "body": "Risk: low" }), "wait");
    check(&json!({ "reviews": ["bob"] }), "act");
    check(&json!({ "body": "Risk: low", "reviews": ["octocat"] }), "wait");
    check(&json!({ "body": "Risk: low", "reviews": [{ "by": "bob", "verdict": "changes_requested" }] }), "block");
    check(&json!({ "body": "Risk: low", "reviews": ["bob"], "draft": true }), "wait");
    check(&json!({ "body": "Risk: low", "reviews": ["bob"], "state": "closed" }), "silent");
}

#[test]
fn facts_that_are_unknown_never_pass_and_are_said() {
    for fact in ["files", "commits", "reviews", "pushers"] {
        let mut facts = json!({ "body": "Risk: low", "reviews": ["bob"] });
        facts[fact] = json!({ "unknown": "a reason" });
        let decision = self::facts(&facts, &["--format", "json"]).ended(1, "").json();
        assert!(decision["outcome"] != "pass" && decision["unknown"][fact] == "a reason", "{fact} {decision:#}");
        self::facts(&facts, &[]).ended(1, &format!("\nunknown here:\n  {fact}: a reason\n\noutcome: "));
    }
    let board = json!({ "body": "Risk: low", "reviews": ["bob", "carol"], "files": ["db/migrations/1.sql"] });
    check(&board, "unknown");
    // Nobody looks again at a file.
    let ran = facts(&board, &[]);
    ran.ended(1, "Not known, for repository/board: ");
    assert!(!ran.stdout.contains("looks again"), "{}", ran.stdout);
    let mut with_team = board;
    with_team["teams"] = json!({ "acme/cab": ["carol"] });
    let decision = check(&with_team, "pass");
    assert_eq!((&decision["risk"]["level"], &decision["risk"]["score"]), (&"high".into(), &65.into()));
}

#[test]
fn the_terminal_shows_what_the_pull_request_would() {
    let ran = facts(&json!({ "body": "Risk: low" }), &[]);
    ran.ended(1, "check countersign on 0000000: in progress\nWaiting").ended(1, "\noutcome: wait\n");
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_same_facts_give_the_same_bytes_and_another_instant_is_taken() {
    let change = json!({ "body": "Risk: low", "reviews": ["bob"] });
    let (one, two) = (facts(&change, &["--format", "json"]), facts(&change, &["--format", "json"]));
    assert_eq!(one.stdout, two.stdout);
    assert_eq!(one.json()["as_of"], "2026-01-06T12:00:00Z");
    let at = facts(&change, &["--format", "json", "--at", "2026-07-01T00:00:00Z"]);
    assert_eq!(at.json()["as_of"], "2026-07-01T00:00:00Z");
}

#[test]
fn both_layers_count() {
    let organisation = "version = 1\n[[rule]]\nid = \"no-friday\"\ndeny = \"wait for Monday\"\n";
    let folder =
        folder(&[("countersign.toml", organisation), (".github/countersign.toml", POLICY), ("facts.json", "{}")]);
    let policies = ["--policy", "countersign.toml", "--policy", ".github/countersign.toml"];
    let arguments = [&["evaluate", "--facts", "facts.json", "--format", "json"][..], &policies].concat();
    let decision = run(folder.path(), &arguments).ended(1, "").json();
    assert_eq!((&decision["outcome"], &decision["rules"][0]["layer"]), (&"block".into(), &"organisation".into()));
}

#[test]
fn what_cannot_be_used_ends_with_2() {
    facts(&json!({ "reveiws": [] }), &[]).refused("`standard input` cannot be used").refused("did you mean `reviews`?");
    facts(&json!({ "repository": "shop" }), &[]).refused("`shop` is no repository");
    let files = [("policy.toml", POLICY), ("wrong.toml", "version = 1\nrul = 1\n"), ("push.json", "{\"ref\": \"x\"}")];
    let folder = folder(&[&files[..], &[("facts.json", "{}"), ("not.json", "{")]].concat());
    let evaluate = |arguments: &[&str]| run(folder.path(), &[&["evaluate"], arguments].concat());
    evaluate(&["--policy", "wrong.toml", "--facts", "facts.json"]).refused("error[unknown-key]");
    evaluate(&["--policy", "gone.toml", "--facts", "facts.json"]).refused("`gone.toml` cannot be read");
    evaluate(&["--policy", "policy.toml", "--event", "push.json"]).refused("it has no `pull_request`\n  help: ");
    evaluate(&["--policy", "policy.toml", "--event", "not.json"]).refused("`not.json` is not JSON: EOF");
    evaluate(&["--policy", "policy.toml"]).refused("--event");
    evaluate(&["--facts", "facts.json"]).refused("--policy");
    evaluate(&["--policy", "policy.toml", "--policy", "policy.toml", "--facts", "facts.json"])
        .refused("several policy files of one layer");
}

/// GitHub's own payloads: ten of them, of four events and nine actions.
fn payloads() -> Vec<(String, Value)> {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/node_modules/@octokit/webhooks-examples/api.github.com/index.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("the npm package @octokit/webhooks-examples is not installed: its payloads are left out");
        return Vec::new();
    };
    let wanted = [
        ("pull_request", "opened", 1),
        ("pull_request", "closed", 1),
        ("pull_request", "converted_to_draft", 1),
        ("pull_request", "labeled", 1),
        ("pull_request", "synchronize", 1),
        ("pull_request", "reopened", 1),
        ("pull_request_review", "submitted", 1),
        ("pull_request_review", "dismissed", 1),
        ("pull_request_review_comment", "created", 1),
        ("pull_request_review_thread", "resolved", 1),
    ];
    let events: Value = serde_json::from_str(&text).unwrap();
    let of = |(event, action, count): (&str, &str, usize)| {
        let events = events.as_array().unwrap().iter().filter(move |it| it["name"] == event);
        let examples = events.flat_map(|it| it["examples"].as_array().unwrap());
        let examples = examples.filter(move |it| it["action"] == action).take(count).cloned();
        examples.map(|it| (format!("{event}.{action}"), it)).collect::<Vec<_>>()
    };
    wanted.into_iter().flat_map(of).collect()
}

#[test]
fn ten_of_githubs_payloads_are_evaluated_and_what_they_do_not_tell_is_unknown() {
    let payloads = payloads();
    assert!(payloads.is_empty() || payloads.len() == 10, "{}", payloads.len());
    for (name, payload) in payloads {
        let pull = &payload["pull_request"];
        let folder = folder(&[("policy.toml", POLICY), ("event.json", &payload.to_string())]);
        let arguments = ["evaluate", "--policy", "policy.toml", "--event", "event.json", "--format", "json"];
        let decision = run(folder.path(), &arguments).ended(1, "").json();
        assert_eq!(decision["head"], pull["head"]["sha"], "{name}");
        let expected = if pull["state"] == "closed" { "silent" } else { "unknown" };
        assert_eq!(
            (&decision["outcome"], &decision["draft"]),
            (&expected.into(), &json!(pull["draft"] == true)),
            "{name}"
        );
        for fact in ["files", "commits", "pushers", "reviews", "checks", "enforced"] {
            assert!(decision["unknown"][fact].is_string(), "{name} {fact}");
        }
        let risk = decision["record"].as_array().unwrap().iter().find(|field| field["field"] == "risk");
        assert_eq!(risk.map_or("absent", |risk| risk["state"].as_str().unwrap()), "absent", "{name}");
    }
}

#[test]
fn a_facts_file_adds_what_a_payload_does_not_tell() {
    for (name, mut payload) in payloads().into_iter().take(1) {
        payload["pull_request"]["body"] = json!("Risk: low");
        let known = json!({ "files": ["README.md"], "commits": ["Codertocat"], "pushers": ["Codertocat"], "reviews": [], "checks": [] });
        let files = [("policy.toml", TOLD), ("event.json", &payload.to_string()), ("known.json", &known.to_string())];
        let folder = folder(&files);
        let arguments = ["evaluate", "--policy", "policy.toml", "--event", "event.json"];
        run(folder.path(), &arguments).ended(1, "outcome: unknown");
        let ran = run(folder.path(), &[&arguments[..], &["--facts", "known.json"]].concat());
        ran.ended(0, "outcome: pass");
        let printed = run(folder.path(), &[&arguments[..], &["--print-facts"]].concat()).ended(0, "").json();
        assert_eq!(
            (&printed["repository"]["name"], &printed["number"]),
            (&"Codertocat/Hello-World".into(), &2.into()),
            "{name}"
        );
        let again = ["evaluate", "--policy", "policy.toml", "--facts", "-"];
        run_with(folder.path(), &again, &printed.to_string(), &[]).ended(1, "outcome: unknown");
    }
}
