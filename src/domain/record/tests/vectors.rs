//! The vectors of RECORD.md, by number.

use super::{check, check_with, codes, read, reports, templates, told};
use crate::layer::Layer;
use crate::record::{Field, FieldId, FieldKind, FieldSet, FieldSpec, NoneAnswer, parse};

#[test]
fn v01_a_heading_with_options_and_an_answer_with_its_rationale() {
    check(
        "### **Risk Assessment** (Low / Medium / High)\nLow - does not touch agents",
        "risk present: low [does not touch agents]",
    );
}

#[test]
fn v02_a_heading_with_options_over_a_prompt() {
    let text = "### **Risk Assessment** (Low / Medium / High)\n_What could go wrong here?_";
    check(text, "risk unfilled");
    let help = read(text).1.iter().filter_map(|diagnostic| diagnostic.help.clone()).collect::<String>();
    assert_eq!(help, "choose one of `Low`, `Medium`, `High`");
}

#[test]
fn v03_an_untouched_list_before_a_question() {
    check("## Risk\n* High | Medium | Low : How might failures be felt?", "risk unfilled");
}

#[test]
fn v04_a_list_with_one_option_in_capitals() {
    check("## Risk\n* [HIGH | medium | low] Any security risks?", "risk ambiguous");
}

#[test]
fn v05_a_bold_label_with_options() {
    check("**Risk(Low/Medium/High)**: Medium, touches auth", "risk present: medium [touches auth]");
}

#[test]
fn v06_one_box_of_three() {
    let text = "## Risk\n- [ ] **LOW** - Copy\n- [ ] **MEDIUM** - Code\n- [x] **HIGH** - Database migrations";
    check(text, "risk present: high [Database migrations]");
}

#[test]
fn v07_two_boxes_of_one_group() {
    let text = "## Risk\n- [X] High\n- [ ] Medium\n- [x] Low";
    check(text, "risk conflicting");
    let (_, diagnostics) = read(text);
    let places: Vec<&str> = diagnostics.iter().flat_map(|d| &d.labels).map(|label| &text[label.span.clone()]).collect();
    assert_eq!(places, ["High", "Low"]);
}

#[test]
fn v08_boxes_in_a_cell() {
    check("| Risk Level | ☐ Low ☑ Medium ☐ High |", "risk present: medium");
    check("| Field | Value |\n|---|---|\n| Risk Level | ☐ Low ☑ Medium ☐ High |", "risk present: medium");
}

#[test]
fn v09_a_tag_over_its_options() {
    let priority = FieldSpec {
        id: FieldId::new("priority"),
        kind: FieldKind::Choice,
        choices: ["critical", "high", "low"].map(str::to_owned).to_vec(),
        synonyms: Vec::new(),
        aliases: Vec::new(),
        none: NoneAnswer::Accept,
        pattern: None,
        layer: Layer::Repository,
    };
    let fields = FieldSet::new([priority]);
    check_with(&fields, &[], "<priority>\nCritical | High | Low\n</priority>", "priority unfilled");
    check_with(&fields, &[], "<priority>\nHigh\n</priority>", "priority present: high");
    check("<risk>\nCritical | High | Low\n</risk>", "risk unfilled");
}

#[test]
fn v10_a_promise_counts_only_when_ticked() {
    check("## Rollback Plan\n- [ ] I can revert this", "backout unfilled");
    check("## Rollback Plan\n- [x] I can revert this", "backout present: - [x] I can revert this");
}

#[test]
fn v11_a_comment_is_guidance() {
    check("## Rollback Plan\n<!-- How do we go back? -->", "backout unfilled");
    check("<!--\n## Rollback Plan\nrevert\n-->", "backout absent");
}

#[test]
fn v12_reversible_without_steps() {
    check("## Can this PR be safely reverted?\n- [x] YES 💚\n- [ ] NO ❌", "reversible present: yes & backout absent");
    check("## Can this PR be safely reverted?\n- [x] YES 💚", "reversible present & backout absent");
}

#[test]
fn v13_environments_from_boxes() {
    check("### Env to apply\n- [ ] DEV\n- [x] UAT\n- [x] PROD", "environments present: prod, uat");
}

#[test]
fn v14_labels_under_a_numbered_heading_for_two() {
    let text = "## 7) Risk & Rollback\n- **Risk level**: Low\n- **Rollback plan**:\n  - revert and redeploy";
    check(text, "risk present: low & backout present: - revert and redeploy");
}

#[test]
fn v15_letters_that_name_several_zones() {
    let text = "Start ......... 2026/01/30 13:00 EST";
    check(text, "window ambiguous");
    let (_, diagnostics) = read(text);
    let offered: Vec<&str> = diagnostics.iter().filter_map(|d| d.fix.as_deref()).collect();
    assert_eq!(offered, ["2026-01-30 13:00 America/New_York"]);
    reports(text, "time-without-zone");
}

#[test]
fn v16_front_matter_against_a_heading() {
    let text = "---\nrisk: low\n---\n## Risk\nHigh\n";
    check(text, "risk conflicting");
    reports(text, "conflicting-answers");
}

#[test]
fn v17_the_templates_own_front_matter() {
    let template = "---\nrisk: low\ntype: normal\n---\n## Summary\n";
    let templates = templates(&[template]);
    let fields = FieldSet::standard();
    check_with(&fields, &templates, template, "risk absent & type absent & summary unfilled");
    check_with(
        &fields,
        &templates,
        "---\nrisk: high\ntype: normal\n---\n",
        "risk present: high & type present: normal",
    );
}

#[test]
fn v18_japanese_and_spanish() {
    check("- 主要リスク：\n- ロールバック手順：RUNBOOK\n", "risk unfilled & backout present: RUNBOOK");
    check("## Evaluacion de Riesgo\nBajo", "risk present: low");
}

#[test]
fn v19_literal_line_breaks() {
    let text = r"## Summary\nFaster carts\n## Risk\nLow";
    check(text, "risk absent & summary absent");
    let (_, diagnostics) = read(text);
    let offer = diagnostics.iter().find(|d| d.code == "escaped-newlines").and_then(|d| d.fix.clone());
    assert_eq!(offer.as_deref(), Some("## Summary\nFaster carts\n## Risk\nLow"));
}

#[test]
fn v20_a_character_without_width() {
    let text = "## Change type\nemer\u{200b}gency";
    check(text, "type ambiguous");
    reports(text, "hidden-text");
    let (record, _) = read(text);
    assert_eq!(record.answers[&FieldId::new("type")][0].raw, "emergency");
}

#[test]
fn v21_the_template_in_a_quotation() {
    check("> ## Risk\n> Low\n> **Rollback plan**: revert", "risk absent & backout absent");
    check("```markdown\n## Risk\nLow\n```", "risk absent");
}

#[test]
fn v22_one_section_twice() {
    let text = "## Rollback Plan\n\n## Summary\nx\n\n## Rollback Plan\nrevert\n";
    check(text, "backout present: revert");
    assert_eq!(codes(text), ["answered-twice"]);
    check("## Rollback Plan\nrevert\n## Rollback Plan\nrestore the dump\n", "backout conflicting");
    check("## Rollback Plan\nrevert\n## Rollback Plan\nrevert\n", "backout present: revert");
}

#[test]
fn v23_an_empty_description() {
    for text in ["", " ", "\n", "\r\n\r\n", "\u{feff}"] {
        let (record, diagnostics) = parse(text, &FieldSet::standard(), &[]);
        assert!(record.answers.is_empty() && diagnostics.is_empty(), "{text:?}");
        assert_eq!(record.field(&FieldId::new("risk"), Layer::Repository), Field::Absent);
        assert_eq!(told(&record, "risk"), "absent");
    }
}
