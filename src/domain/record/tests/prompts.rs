//! What stands where an answer should, and is none.

use super::{check, check_with, templates};
use crate::record::FieldSet;

#[test]
fn placeholders() {
    for prompt in [
        "_Describe the plan_",
        "*Describe the plan*",
        "_Describe the plan\nin two lines_",
        "{describe}",
        "{{!! describe !!}}",
        "[insert plan here]",
        "[describe]",
        "_PROVIDE THE PLAN_",
        "____",
        "TBD",
        "tbd.",
        "TODO",
        "TODO: write it",
        "T.B.D.",
        "...",
        "…",
        "-",
        "- ",
        "*",
        "—",
        "<!-- plan -->",
        "<plan>",
        "&lt;plan&gt;",
        "to be determined",
        "YYYY-MM-DD",
        "(yes / no)",
        "未定",
        "à définir",
        "noch offen",
        "\u{a0}",
        "**...**",
        "_a_\n\n_b_",
        "![](x)\n",
    ] {
        let state = if prompt.starts_with('!') { "ambiguous" } else { "unfilled" };
        check(&format!("## Rollback plan\n{prompt}\n\n## Other\n"), &format!("backout {state}"));
    }
    for answer in [
        "Todoist import is undone",
        "the TODO list shrinks",
        "[runbook](https://e.org)",
        "revert {sha}",
        "_none_ of it",
        "a...b",
    ] {
        check(&format!("## Rollback plan\n{answer}\n"), "backout present");
    }
}

const TEMPLATE: &str = "## Summary\nDescribe what changes\nand for whom.\n\n## Risk\nLow, Medium or High? Explain.\n\n## Rollback plan\n\
    1. Revert this pull request\n2. Redeploy\n\n- [ ] I have tried it\n- [x] The plan was read\n\n**Reason**: tell us why\n\n\
    ```sh\ngit revert SHA\n```\n\n## Test plan\nWe test everything.\n\n| Field | Answer |\n|---|---|\n| Impact | who is affected |\n";

#[test]
fn an_untouched_template_answers_nothing() {
    let all =
        "summary unfilled & risk unfilled & backout unfilled & reason unfilled & test_plan unfilled & impact unfilled";
    let known = templates(&["## Old\n", TEMPLATE]);
    check_with(&FieldSet::standard(), &known, TEMPLATE, all);
    check_with(&FieldSet::standard(), &known, &TEMPLATE.replace('\n', "\r\n"), all);
    // Wrapped anew it is still the template.
    let wrapped = TEMPLATE.replace("changes\nand", "changes and");
    check_with(&FieldSet::standard(), &known, &wrapped, all);
}

#[test]
fn what_was_added_to_a_template_answers() {
    let known = templates(&[TEMPLATE]);
    let fields = FieldSet::standard();
    let filled = TEMPLATE.replace("## Risk\n", "## Risk\nLow\n");
    check_with(&fields, &known, &filled, "risk present: low & summary unfilled");
    let ticked = TEMPLATE.replace("[ ] I have", "[x] I have");
    check_with(&fields, &known, &ticked, "backout present: - [x] I have tried it");
    let told = TEMPLATE.replace("tell us why", "it was slow");
    check_with(&fields, &known, &told, "reason present");
    let more = TEMPLATE.replace("We test everything.", "We test everything.\n\nBy hand.");
    check_with(&fields, &known, &more, "test_plan present: By hand.");
}

#[test]
fn a_prompt_of_one_field_may_answer_another() {
    let known = templates(&["## Test plan\nBy hand.\n"]);
    check_with(&FieldSet::standard(), &known, "## Rollback plan\nBy hand.\n", "backout present: By hand.");
}

#[test]
fn a_choice_that_the_template_ticked_is_no_answer() {
    let known = templates(&["## Risk\n- [x] Low\n- [ ] High\n"]);
    let fields = FieldSet::standard();
    check_with(&fields, &known, "## Risk\n- [x] Low\n- [ ] High\n", "risk unfilled");
    check_with(&fields, &known, "## Risk\n- [ ] Low\n- [x] High\n", "risk present: high");
}

#[test]
fn a_block_of_the_template() {
    let block = "```change\nrisk = \"low\"\nbackout = \"describe it\"\n```\n";
    let known = templates(&[block]);
    let fields = FieldSet::standard();
    check_with(&fields, &known, block, "risk absent & backout absent");
    let filled = block.replace("\"low\"", "\"high\"");
    check_with(&fields, &known, &filled, "risk present: high & backout unfilled");
}

#[test]
fn who_deletes_all_options_but_one_has_chosen() {
    let fields = FieldSet::standard();
    let known = templates(&["## Risk\nDelete what does not apply.\n- Low\n- High\n\n## Environments\n- uat\n- prod\n"]);
    check_with(&fields, &known, "## Risk\n- Low\n- High\n", "risk unfilled");
    check_with(&fields, &known, "## Risk\nDelete what does not apply.\n- High\n", "risk present: high");
    check_with(&fields, &known, "## Environments\n- uat\n- prod\n", "environments unfilled");
    check_with(&fields, &known, "## Environments\n- prod\n", "environments present: prod");
}
