//! `countersign record`.

use super::{folder, run, run_with};

const DESCRIPTION: &str = "## Risk\n\nLow - a text only\n\n## Rollback plan\n\n- [ ] revert\n\n**Environments**: uat, prod\n\n## Impact\n\nNone\n";

#[test]
fn each_field_stands_with_its_state_its_line_and_its_value() {
    let folder = folder(&[("body.md", DESCRIPTION)]);
    let ran = run(folder.path(), &["record", "body.md"]);
    ran.ended(0, "field         state     line  value\n");
    ran.ended(0, "risk          present      1  low (a text only)\n");
    ran.ended(0, "backout       unfilled     5\n").ended(0, "impact        none        11\n");
    ran.ended(0, "environments  present      9  prod, uat\n").ended(0, "absent: summary, reason");
    let piped = run_with(folder.path(), &["record", "-"], DESCRIPTION, &[]);
    assert_eq!(piped.stdout, ran.stdout);
}

#[test]
fn json_gives_values_by_their_kind_and_every_place() {
    let folder = folder(&[("body.md", DESCRIPTION)]);
    let told = run(folder.path(), &["record", "body.md", "--format", "json"]).ended(0, "").json();
    let field = |name: &str| {
        let fields = told["fields"].as_array().unwrap();
        fields.iter().find(|field| field["field"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
    };
    assert_eq!(told["version"], 1);
    let risk = field("risk");
    assert_eq!((&risk["state"], &risk["value"], &risk["line"]), (&"present".into(), &"low".into(), &1.into()));
    assert_eq!((&risk["rationale"], &risk["places"][0]["form"]), (&"a text only".into(), &"heading".into()));
    assert_eq!(field("environments")["value"], serde_json::json!(["prod", "uat"]));
    assert_eq!(field("summary")["state"], "absent");
}

#[test]
fn conflicting_answers_are_both_shown_and_explained() {
    let folder = folder(&[("body.md", "## Risk\n\nLow\n\n**Risk**: High\n")]);
    let ran = run(folder.path(), &["record", "body.md"]);
    ran.ended(0, "risk   conflicting  1, 5  low / high\n")
        .ended(0, "[conflicting-answers]")
        .ended(0, "5 |   **Risk**: High");
}

#[test]
fn a_policys_own_fields_are_read_and_those_it_asks_for_are_marked() {
    let policy = "version = 1\nrecord.required = [\"customer_notice\", \"summary\"]\n[record.fields.customer_notice]\nkind = \"choice\"\nchoices = [\"nobody\", \"email\"]\naliases = [\"customer comms\"]\n";
    let folder = folder(&[("body.md", "## Customer comms\n\nEmail\n"), ("mine.toml", policy)]);
    let ran = run(folder.path(), &["record", "body.md", "--policy", "mine.toml"]);
    ran.ended(0, "customer_notice*  present     1  email\n").ended(0, "absent: summary*").ended(0, "* the policy asks");
    let wrong = super::folder(&[("body.md", ""), ("mine.toml", "version = 1\nrecrd = 1\n")]);
    let ran = run(wrong.path(), &["record", "body.md", "--policy", "mine.toml"]);
    ran.refused("error[unknown-key]").refused("the policy has 1 error\n  help: `countersign check mine.toml`");
}

#[test]
fn what_stands_in_a_template_is_no_answer() {
    let template = "## Summary\n\nSay what changes\n";
    let folder = folder(&[("body.md", template), ("template.md", template)]);
    run(folder.path(), &["record", "body.md"]).ended(0, "summary  present");
    run(folder.path(), &["record", "body.md", "--template", "template.md"]).ended(0, "summary  unfilled");
}

#[test]
fn what_cannot_be_read_ends_with_2() {
    let folder = folder(&[]);
    run(folder.path(), &["record", "gone.md"]).refused("`gone.md` cannot be read");
    run(folder.path(), &["record"]).refused("<FILE>");
    run(folder.path(), &["record", "-", "--policy", "-"]).refused("`-` is given more than once");
}

#[test]
fn no_escape_sequence_of_a_description_reaches_the_terminal() {
    let folder = folder(&[("body.md", "## Summary\n\n\u{1b}[31mred\u{1b}[0m \u{202e}x\n")]);
    let ran = run(folder.path(), &["record", "body.md"]);
    assert!(!ran.ended(0, "summary").stdout.contains(['\u{1b}', '\u{202e}']), "{ran:#?}");
}
