//! What the change request must say, layer by layer.

use super::*;
use crate::decision::Outcome::*;

const BACKOUT: &str = "[record]\nrequired = [\"backout\"]\n";

fn body(text: &str) -> Facts {
    with(|facts| facts.change.body = text.to_owned())
}

#[test]
fn each_state_of_a_required_field_has_its_answer() {
    let cases = [
        ("", Act, "author", "`backout` is missing"),
        ("## Rollback plan\n", Act, "author", "`backout` is not filled in (line 1)"),
        ("## Rollback plan\nTBD", Act, "author", "`backout` is not filled in"),
        ("## Rollback plan\nrevert", Pass, "satisfied", "each is answered"),
        ("## Rollback plan\nNone", Pass, "satisfied", "each is answered"),
        ("## Rollback plan\na\n\n## Backout plan\nb", Act, "author", "two different answers (line 1 and 4)"),
    ];
    for (text, outcome, state, words) in cases {
        let decision = check(BACKOUT, &body(text), outcome, &[&format!("record fields {state}")]);
        says(&decision, words);
    }
}

#[test]
fn the_title_counts_what_it_does_not_name() {
    let record = "[record]\nrequired = [\"summary\", \"reason\", \"risk\", \"test_plan\", \"backout\"]\n";
    let decision = check(record, &body(""), Act, &["record fields author"]);
    says(&decision, "next: answer `summary`, `reason`, `risk` and 2 more in the description");
    says(&decision, "Author: answer `summary`, `reason`, `risk`, `test_plan`, `backout` in the description");
}

#[test]
fn none_is_worth_what_the_field_says() {
    let with_none = |none: &str| format!("{BACKOUT}[record.fields.backout]\nnone = \"{none}\"\n");
    let bare = body("## Rollback plan\nNone");
    let reasoned = body("## Rollback plan\nNone - nothing is deployed");
    check(&with_none("with-reason"), &bare, Act, &["record fields author"]);
    check(&with_none("with-reason"), &reasoned, Pass, &["record fields satisfied"]);
    check(&with_none("refuse"), &reasoned, Act, &["record fields author"]);
}

#[test]
fn a_lower_layer_s_alias_never_answers_the_upper_layer_s_question() {
    let organisation = format!("version = 1\n{BACKOUT}");
    let repository = format!("version = 1\n{BACKOUT}[record.fields.backout]\naliases = [\"if it goes wrong\"]\n");
    let facts = body("## If it goes wrong\nrevert");
    let expected = ["org/record fields author", "record fields satisfied"];
    check_layers(&organisation, &repository, &facts, Act, &expected);
    let facts = body("## If it goes wrong\nrevert\n\n## Rollback plan\nrevert");
    let expected = ["org/record fields satisfied", "record fields satisfied"];
    check_layers(&organisation, &repository, &facts, Pass, &expected);
}

#[test]
fn a_rule_s_fields_are_asked_where_it_applies() {
    let rule = "[[rule]]\nid = \"ops\"\nwhen = { files = [\"ops/**\"] }\nfields = [\"monitoring\"]\n";
    let policy = format!("{PEER}{rule}");
    let facts = approved_by(&["bob"]);
    let decision = check(&policy, &facts, Pass, &["peer approvals satisfied"]);
    assert_eq!(decision.record, []);
    let mut facts = facts;
    facts.files = Known::Known(vec![file("ops/a.tf")]);
    let decision = check(&policy, &facts, Act, &["peer approvals satisfied", "ops fields author"]);
    let report: Vec<_> =
        decision.record.iter().map(|field| (field.field.as_str(), field.state, field.required)).collect();
    assert_eq!(report, [("monitoring", "absent", true)]);
    says(&decision, "next: answer `monitoring` in the description");
}
