//! The seven forms in their many looks.

use super::{check, codes, read, reports};
use crate::record::{FieldId, Form};

#[test]
fn headings() {
    for heading in [
        "# Risk",
        "###### Risk",
        "## Risk ##",
        "   ## Risk",
        "Risk\n====",
        "Risk\n---",
        "## 🔥 Risk",
        "## :fire: Risk",
        "## 7) Risk",
        "## 4.1 Risk",
        "## 4.1. Risk",
        "## 1. Risk",
        "## Risk:",
        "## Risk?",
        "## **Risk**",
        "## `Risk`",
        "## [Risk](https://e.org)",
        "## Risk [Low/Medium/High]",
        "## Risk (required)",
        "## RISK",
        "## Risk level",
        "## risk-level",
        "## Risk Assessment:",
        "## *Risk*",
        "## What is the risk?",
        "## Risk *",
        "## **1. Risk**",
        "## Ｒｉｓｋ",
        "## Risks & risk level",
        "## Risk / Risk Level",
        "<h2>Risk</h2>\n",
        "## The risk",
        "## ⚠️ Risk level ⚠️",
        "## Risk {#risk}",
    ] {
        check(&format!("{heading}\n\nLow\n"), "risk present: low");
    }
    for heading in [
        "## Risky",
        "## Risk and rollback",
        "## No risk here",
        "## Risk register of the team",
        "\\## Risk",
        "    ## Risk",
        "#Risk",
        "####### Risk",
    ] {
        check(&format!("{heading}\n\nLow\n"), "risk absent");
    }
}

#[test]
fn sections() {
    check("## Summary\na\n\nb\nc\n## Other\nd", "summary present: a\nb c");
    check("## Summary\na\n### Details\nb\n## Other\nd", "summary present: a\nDetails\nb");
    check("# Summary\na\n## Risk\nLow\n## Other\nb\n# End\nc", "summary present: a\nOther\nb & risk present: low");
    check("## Summary\n\n## Risk\nLow", "summary unfilled & risk present: low");
    check("## Summary\n### Details\n", "summary unfilled");
    check("## Summary", "summary unfilled");
    check("## Testing\n### How was this tested?\nby hand", "test_plan present: How was this tested?\nby hand");
    check("## Risk\n### Risk level\nLow\n### Notes\nsmall", "risk present: low");
    check("## Risk: low", "risk present: low");
    check("## Risk: High - touches auth\n", "risk present: high [touches auth]");
    check("- ## Risk\n  Low\n", "risk present: low");
    check("## Rollback plan\n- revert\n- redeploy\n", "backout present: - revert\n- redeploy");
    check("## Rollback plan\n```sh\ngit revert\n```\n", "backout present: ```\ngit revert\n```");
    check("## Rollback plan\n> as ever\n", "backout unfilled");
    reports("## Rollback plan\n> as ever\n", "quoted-answer");
    check("## Risk\nHigh\n\n- Risk level: Low\n", "risk conflicting");
    check("## Risk\n\n- Risk level: Low\n\nIt only touches text.\n", "risk present: low");
}

#[test]
fn labels() {
    for text in [
        "**Risk**: Low",
        "**Risk:** Low",
        "**Risk**：Low",
        "- Risk: Low",
        "* **Risk**: Low",
        "Risk ..... Low",
        "Risk: Low",
        "Risk：Low",
        "Risk … Low",
        "1. Risk: Low",
        "__Risk__: Low",
        "**Risk** - Low",
        "**Risk** – Low",
        "**Risk: Low**",
        "**Risk (low/medium/high)**: Low",
        "**Risk** (low/medium/high): Low",
        "🔥 **Risk**: Low",
        "- **Risk Level:** Low",
        "*Risk*: Low",
        "`Risk`: Low",
        "text before\n\nRisk: Low",
        "a\nRisk: Low",
        "**Risk**:\nLow",
        "**Risk**\n\nLow",
        "**Risk**\nLow",
        "**Risk:**\n- Low",
        "**Risk**:\n- [ ] High\n- [x] Low",
        "- Risk:\n  - Low",
        "- Risk:\n  Low",
        "Risk:\n\n- [x] Low",
        "**Risk** ..... Low",
        "<b>Risk</b>: Low",
        "Overall risk: Low",
        "<p>Risk: Low</p>",
        "Hi<br>Risk: Low",
        "| Risk | Low |",
    ] {
        check(text, "risk present: low");
    }
    for text in [
        "The risk: Low or so",
        "It is a risk. Low",
        "Risk 13:00",
        "No Risk: Low",
        "**Risky**: Low",
        "see Risk: Low",
        "Risk Low",
        "http://Risk: Low",
    ] {
        if text != "The risk: Low or so" {
            check(text, "risk absent");
        }
    }
    check("- Risk:\n- Low", "risk unfilled");
    check("**Risk**: Low\n\nHigh winds.", "risk present: low");
    check("**Backout**: do this\n- a\n- b\n\nEnd.", "backout present: do this\n- a\n- b");
    check("**Backout**:\n\n```\ngit revert\n```\n", "backout present: ```\ngit revert\n```");
    check("**Backout**:\n\nFirst.\n\nSecond.\n\n**Notes**: x", "backout present: First.\nSecond.");
    check("**Backout**: one\ntwo\n**Risk**: low", "backout present: one two & risk present: low");
    check("- **Backout**: one\n  two\n- three", "backout present: one two");
    check("**Backout**:\n\n**Risk**: low", "backout unfilled & risk present: low");
    check("- [ ] Rollback plan: revert", "backout unfilled");
    check("- [x] Rollback plan: revert", "backout present");
    check("## Rollback plan\n- Steps: revert\n- Owner:\n", "backout present");
    check("## Rollback plan\n- Steps:\n- Duration:\n", "backout unfilled");
    check("<details><summary>Rollback plan</summary>\n\nrevert\n\n</details>\n\nBye", "backout present: revert");
}

#[test]
fn tables() {
    check(
        "| Field | Answer |\n|---|---|\n| Risk | Low |\n| Rollback plan | revert |",
        "risk present: low & backout present: revert",
    );
    check("Field | Answer\n---|---\nRisk | Low\nRollback plan | revert", "risk present: low & backout present: revert");
    check("| Risk | Low |\n|---|---|\n| Rollback plan | revert |", "risk present: low & backout present: revert");
    check("| Risk | Rollback plan |\n|---|---|\n| Low | revert |", "risk present: low & backout present: revert");
    check(
        "| Risk | Notes | Rollback plan |\n|---|---|---|\n| Low | x | revert |",
        "risk present: low & backout present: revert",
    );
    check("| Service | Risk | Owner |\n|---|---|---|\n| a | Low | x |\n| b | High | y |", "risk absent");
    check("| Field | Answer |\n|---|---|\n| **Risk** | ☐ Low ☐ Medium |", "risk unfilled");
    check("| Field | Answer |\n|---|---|\n| Risk | ☑ Low ☑ Medium |", "risk conflicting");
    check("| Field | Answer |\n|---|---|\n| Risk | [x] Low [ ] High |", "risk present: low");
    check("| Field | Answer |\n|---|---|\n| Risk | Low / Medium / High |", "risk unfilled");
    check("| Field | Answer |\n|---|---|\n| Risk | |", "risk unfilled");
    check(
        "| Field | Answer |\n|---|---|\n| Start | 2026-01-30 13:00 UTC |\n| End | 2026-01-30 14:00 UTC |",
        "window present: 2026-01-30T13:00:00Z to 2026-01-30T14:00:00Z",
    );
    check(
        "## Rollback plan\n\n| Step | Who |\n|---|---|\n| revert | ops |\n| check | dev |",
        "backout present: Step | Who\nrevert | ops\ncheck | dev",
    );
}

#[test]
fn tags() {
    check("<backoutplan>\nrevert\n</backoutplan>", "backout present: revert");
    check("<backout-plan>\n\n- revert\n- look\n\n</backout-plan>", "backout present: - revert\n- look");
    check("<risk>Low</risk> and <type>normal</type>", "risk present: low & type present: normal");
    check("<risk>\n\n</risk>", "risk unfilled");
    check("<risk>\n\nLow", "risk absent");
    check("<risk></risk>\n\nLow", "risk unfilled");
    check("<Risk>Low</Risk>", "risk present: low");
    check("<risk level=\"low\"></risk>", "risk unfilled");
    check(
        "<change>\n<risk>High</risk>\n<reason>speed</reason>\n</change>",
        "risk present: high & reason present: speed",
    );
    check("`<risk>Low</risk>`", "risk absent");
}

#[test]
fn blocks() {
    let in_toml = "```change\nrisk = \"low\"\nbackout = \"\"\"\n- revert\n- look\n\"\"\"\nservices = [\"Cart\", \"shop\"]\nreversible = true\n```";
    check(
        in_toml,
        "risk present: low & backout present: - revert\n- look & services present: cart, shop & reversible present: yes",
    );
    check(
        "```change yaml\nrisk: low\nservices:\n  - cart\nbackout: |\n  - revert\n  - look\n```",
        "risk present: low & services present: cart & backout present: - revert\n- look",
    );
    check(
        "```change json\n{\n\t\"risk\": \"low\", \"services\": [\"cart\"]\n}\n```",
        "risk present: low & services present: cart",
    );
    check("~~~change\nrisk = \"low\"\n~~~", "risk present: low");
    check("- item\n\n  ```change\n  risk = \"low\"\n  ```\n", "risk present: low");
    check("<details>\n\n```change\nrisk = \"low\"\n```\n\n</details>", "risk present: low");
    check("> ```change\n> risk = \"low\"\n> ```", "risk absent");
    check("````markdown\n```change\nrisk = \"low\"\n```\n````", "risk absent");
    check("```changes\nrisk = \"low\"\n```", "risk absent");
    check("```change\nrisk = \"\"\n```", "risk unfilled");
    check("```change\nrisk = \"low / medium / high\"\n```", "risk unfilled");
    check(
        "```change\nwindow = { start = 2026-01-30T13:00:00Z, end = 2026-01-30T14:00:00Z }\n```",
        "window present: 2026-01-30T13:00:00Z to 2026-01-30T14:00:00Z",
    );
    check("```change\nwindow = { start = 2026-01-30T13:00:00, end = 2026-01-30T14:00:00Z }\n```", "window ambiguous");
    check("```change\nwindow = { start = 2026-01-30T13:00:00 }\n```", "window ambiguous");
    check(
        "```change\n[window]\nstart = \"2026-01-30 13:00\"\nend = \"2026-01-30 14:00\"\nzone = \"Europe/Berlin\"\n```",
        "window present: 2026-01-30T12:00:00Z to 2026-01-30T13:00:00Z",
    );
    check("```change\nrisk = { level = \"low\", rationale = \"text only\" }\n```", "risk present: low [text only]");
    check("```change\nbackout = { none = \"docs only\" }\n```", "backout none: docs only");
    check("```change\nrisk = \"low\"\n```\n\n## Risk\nHigh", "risk conflicting");
    check("```change\nrisk = \"low\"\n```\n\n## Risk\nLow", "risk present: low");
    check(
        "```change\nrisk = \"low\"\n```\n```change\ntype = \"normal\"\n```",
        "risk present: low & type present: normal",
    );
}

#[test]
fn broken_blocks_still_give_a_record() {
    check(
        "```change\nrisk = \"low\"\nbackout = revert\ntype = \"normal\"\n```",
        "risk present: low & type present: normal",
    );
    reports("```change\nrisk = \"low\"\nbackout = revert\n```", "block-syntax");
    check("```change yaml\nrisk: low\nbackout: [a\ntype: normal\n```", "risk present: low");
    reports("```change yaml\nrisk: low\nbackout: [a\n```", "block-syntax");
    check("```change json\n{\"risk\": \"low\"\n```", "risk absent");
    reports("```change json\n{\"risk\": \"low\"\n```", "block-syntax");
    check("```change\nrisk = \"low\"\nrisk = \"high\"\n```", "risk conflicting");
    reports("```change\nrisk = \"low\"\nrisk = \"high\"\n```", "duplicate-key");
    check("```change yaml\nrisk: low\nrisk: high\n```", "risk conflicting");
    reports("```change\nrisk = \"low\"\n", "open-fence");
    reports("```change xml\nrisk = \"low\"\n```", "unknown-block-format");
    assert_eq!(codes(&format!("```change yaml\na: {}\n```", "[".repeat(2000))), ["block-too-deep"]);
    assert_eq!(codes(&format!("```change yaml\n{}\n```", "- ".repeat(2000))), ["block-too-deep"]);
}

#[test]
fn unknown_keys_are_named_with_the_nearest() {
    let text = "```change\nrsik = \"low\"\ncolour = \"blue\"\n```";
    let (_, diagnostics) = read(text);
    let told: Vec<(&str, Option<&str>, Option<&str>)> =
        diagnostics.iter().map(|d| (d.message.as_str(), d.help.as_deref(), d.fix.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("unknown key `rsik`", Some("did you mean `risk`?"), Some("risk")),
            ("unknown key `colour`", Some("a policy can define further fields"), None)
        ]
    );
    assert_eq!(&text[diagnostics[0].labels[0].span.clone()], "rsik");
    assert_eq!(codes("---\nlayout: post\n---\n"), [""; 0]);
}

#[test]
fn front_matter() {
    check("---\nrisk: low\ntest_plan: run it\n---\nHello", "risk present: low & test_plan present: run it");
    check("+++\nrisk = \"low\"\n+++\nHello", "risk present: low");
    check("\u{feff}---\r\nrisk: low\r\n---\r\n## Reason\r\nspeed\r\n", "risk present: low & reason present: speed");
    check("---\nrisk: low\n...\n", "risk present: low");
    // Not at the very start it is an underlined heading, and says the same.
    check("\n---\nrisk: low\n---\n", "risk present: low");
    check("---\n## Risk\nLow\n\n---\n", "risk present: low");
    check("---\nHello\n\n---\n## Risk\nLow", "risk present: low");
    check("---\nrisk: low\n", "risk present: low");
    check("---\nriskLevel: low\nrollback plan: revert\n---\n", "risk present: low & backout present: revert");
    reports("---\nrisk: low\nb: [\n---\n", "front-matter-syntax");
    check("---\nrisk: <!-- low --> high\n---\n", "risk ambiguous");
    reports("---\na: <!--\nrisk: low\nb: -->\n---\n", "hidden-html");
    check("---\na: <!--\nrisk: low\nb: -->\n---\n", "risk ambiguous");
}

#[test]
fn trailers() {
    let text = "Faster carts.\n\nDepends-On: #12\nDepends-On: acme/shop#7\nChange-Ticket: CHG0012345\n";
    check(text, "depends_on present: #12, acme/shop#7 & ticket present: CHG0012345");
    let (record, _) = read(text);
    assert!(record.answers.values().flatten().all(|answer| answer.form == Form::Trailer));
    check("Depends-On: #12\n\nBye", "depends_on present: #12");
}

#[test]
fn each_answer_says_where_it_stands() {
    let text = "Hi\r\n\r\n## Risk\r\nLow - text\r\n\r\n**Rollback plan**: revert\r\n";
    let (record, _) = read(text);
    let place = |id: &str| {
        let answer = &record.answers[&FieldId::new(id)][0];
        (answer.line, answer.form, &text[answer.span.clone()])
    };
    assert_eq!(place("risk"), (3, Form::Heading, "## Risk\r\nLow - text"));
    assert_eq!(place("backout"), (6, Form::Label, "**Rollback plan**: revert"));
    let text = "<!-- countersign-template: 2026-01 -->\n## Risk\n";
    assert_eq!(read(text).0.template_version.as_deref(), Some("2026-01"));
}
