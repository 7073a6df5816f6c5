//! `countersign template`: what it writes is read back as questions without an answer.

use countersign_domain::policy::PACKS;

use super::{folder, run};

/// The fields of a description that a policy requires, with their states, by `countersign record`.
fn states(policy: &str, description: &str) -> Vec<(String, String)> {
    let folder = folder(&[("policy.toml", policy), ("description.md", description)]);
    let read = run(folder.path(), &["record", "description.md", "--policy", "policy.toml", "--format", "json"]);
    let fields = read.json()["fields"].as_array().unwrap().clone();
    let text = |field: &serde_json::Value, key: &str| field[key].as_str().unwrap().to_owned();
    fields
        .iter()
        .filter(|field| field["line"].is_u64())
        .map(|field| (text(field, "field"), text(field, "state")))
        .collect()
}

/// A template asks these fields and no others, and answers none of them.
#[track_caller]
fn check(policy: &str, asked: &[&str]) -> String {
    let written = folder(&[("policy.toml", policy)]);
    let template = run(written.path(), &["template", "--policy", "policy.toml"]);
    template.ended(0, "<!-- countersign-template: ");
    let mut read = states(policy, &template.stdout);
    let mut wanted: Vec<(String, String)> =
        asked.iter().map(|field| ((*field).to_owned(), "unfilled".to_owned())).collect();
    read.sort();
    wanted.sort();
    assert_eq!(read, wanted, "{}", template.stdout);
    template.stdout
}

const NOTICE: &str = r#"
version = 1
record.required = ["risk", "customer_notice", "window", "reversible", "who-knows", "how_long", "due", "runbook"]
[record.fields.customer_notice]
kind = "choice"
choices = ["nobody", "status page --> email"]
[record.fields.who-knows]
kind = "who"
[record.fields.how_long]
kind = "duration"
[record.fields.due]
kind = "instant"
[record.fields.runbook]
kind = "link"
[[rule]]
id = "data"
when = { files = ["db/**"] }
fields = ["monitoring", "summary"]
[[rule]]
id = "rest"
fields = ["summary"]
"#;

#[test]
fn a_template_asks_every_field_and_answers_none() {
    let all = ["risk", "customer_notice", "window", "reversible", "who-knows", "how_long", "due", "runbook"];
    let text = check(NOTICE, &[&all[..], &["monitoring", "summary"]].concat());
    assert!(text.contains("## Monitoring\n\n<!-- what shows that it works; only where asked: data -->"), "{text}");
    assert!(text.contains("## Summary\n\n<!-- what changes -->"), "every change has to answer\n{text}");
    assert!(text.starts_with("<!-- countersign-template: "), "{text}");
    let fields: Vec<&str> = "summary reason type risk impact security_impact services environments test_plan backout \
                             reversible communication window implementer monitoring ticket depends_on"
        .split_whitespace()
        .collect();
    for field in &fields {
        check(&format!("version = 1\nrecord.required = [\"{field}\"]"), &[field]);
    }
    check(&format!("version = 1\nrecord.required = {fields:?}"), &fields);
}

#[test]
fn a_template_of_a_pack_asks_what_its_rules_ask() {
    for pack in PACKS {
        let file: toml::Table = pack.text.parse().unwrap();
        let rules = file["rule"].as_array().unwrap().iter();
        let of_rules = rules.filter_map(|rule| rule.get("fields")?.as_array());
        let required = file.get("record").and_then(|record| record.get("required")?.as_array());
        let mut asked: Vec<&str> = of_rules.chain(required).flatten().filter_map(|field| field.as_str()).collect();
        asked.sort_unstable();
        asked.dedup();
        if asked.is_empty() {
            continue;
        }
        check(pack.text, &asked);
    }
}

#[test]
fn what_is_filled_in_is_read() {
    let policy = "version = 1\nrecord.required = [\"risk\", \"backout\"]";
    let text = check(policy, &["risk", "backout"]);
    let filled = text.replacen("-->\n\n## ", "-->\n\nLow\n\n## ", 2);
    let read = states(policy, &filled);
    assert!(read.contains(&("risk".to_owned(), "present".to_owned())), "{filled}\n{read:?}");
}

#[test]
fn a_policy_that_asks_nothing_of_descriptions_has_no_template() {
    let folder = folder(&[("policy.toml", "version = 1\n[[rule]]\nid = \"a\"\nchecks = [\"build\"]")]);
    run(folder.path(), &["template", "--policy", "policy.toml"]).refused("asks nothing of descriptions");
    run(folder.path(), &["template"]).refused("there is neither");
}
