//! Whatever the text: a record, diagnostics inside the text, and no panic.

use proptest::prelude::*;

use super::templates;
use crate::record::{CODES, FieldSet, parse};

const PIECES: [&str; 74] = [
    "## Risk",
    "### Rollback plan (yes / no)",
    "# 7) Risk & Rollback",
    "**Risk**: ",
    "**Risk Level",
    "- **Rollback plan**:",
    "low",
    "High",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "  ",
    "\t",
    "- [x] ",
    "- [ ] ",
    "* ",
    "1. [X] ",
    "> ",
    "```",
    "```change\n",
    "```change json\n",
    "~~~",
    "---\n",
    "+++\n",
    "risk = \"low\"\n",
    "risk: low\n",
    "window = { start = ",
    "2026-01-30T13:00:00Z",
    "2026-01-30 13:00 ",
    "EST",
    "Europe/Berlin",
    "<risk>",
    "</risk>",
    "<backoutplan>",
    "<div hidden>",
    "</div>",
    "<!--",
    "-->",
    "<details>",
    "<summary>",
    "</details>",
    "| ",
    "|---|---|\n",
    "☐ ",
    "☑ ",
    "\u{200b}",
    "\u{202e}",
    "\u{feff}",
    "\0",
    "é",
    "日本語",
    "💚",
    "![alt](x)",
    "[a](b \"t\")",
    "*",
    "_",
    "~~",
    "`",
    "&#8203;",
    "&amp;",
    "\\n",
    "......",
    "：",
    "Depends-On: #1\n",
    "None - ",
    "N/A",
    "TBD",
    "<h2>",
    "</h2>",
    "[^1]: ",
    "[^1]",
    "<img alt=\"x\">",
    "start: ",
];

fn reads(text: &str) {
    let template = "## Risk\n_Low / Medium / High_\n\n- [ ] I promise\n";
    let (record, diagnostics) = parse(text, &FieldSet::standard(), &templates(&[template]));
    for answer in record.answers.values().flatten() {
        assert!(text.get(answer.span.clone()).is_some(), "{answer:?}");
        assert!(answer.line >= 1);
    }
    for diagnostic in diagnostics {
        assert!(CODES.iter().any(|(code, _)| *code == diagnostic.code));
        for label in &diagnostic.labels {
            assert!(text.get(label.span.clone()).is_some(), "{diagnostic:?}");
        }
    }
}

/// A debug build is slow at this, and is run often.
const CASES: u32 = if cfg!(debug_assertions) { 80 } else { 2000 };

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn on_any_text(text in any::<String>()) {
        reads(&text);
    }

    #[test]
    fn on_pieces_of_markdown(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40)) {
        reads(&pieces.concat());
    }

    #[test]
    fn on_a_description_cut_and_pasted(cuts in prop::collection::vec((0usize..2000, 0usize..2000), 1..6)) {
        let mut text = WHOLE.to_owned();
        for (from, to) in cuts {
            let from = text.floor_char_boundary(from.min(text.len()));
            let to = text.floor_char_boundary(to.min(text.len()));
            let (from, to) = (from.min(to), from.max(to));
            let piece = text[from..to].to_owned();
            text.replace_range(from..to, "");
            let at = text.floor_char_boundary(to / 2);
            text.insert_str(at.min(text.len()), &piece.replace('x', " "));
        }
        reads(&text);
    }
}

const WHOLE: &str = "---\nrisk: low\nservices: [a, b]\n---\n\n## :rocket: Summary\n\nFaster carts, see [the issue](https://e.org/1 \"t\").\n\n\
    ```change yaml\ntype: normal\nwindow:\n  start: 2026-01-30T13:00:00Z\n  end: 2026-01-30 15:00 Europe/Berlin\n```\n\n\
    ### **Risk Assessment** (Low / Medium / High)\n\n- [ ] Low\n- [x] Medium – touches auth\n- [ ] High\n\n\
    | Field | Answer |\n|---|---|\n| Impact | ☐ none ☑ some |\n| Rollback plan | revert |\n\n\
    <details><summary>Test plan</summary>\n\n1. run it\n2. look\n\n</details>\n\n<backoutplan>\n\nrestore `dump`\n\n</backoutplan>\n\n\
    - **Monitoring**: the dashboard\n  - and alerts\n- リスク：低\n\n> ## Risk\n> High\n\n<!-- countersign-template: 2026-01 -->\n\n\
    Start ..... 2026/01/30 13:00 EST\n\nDepends-On: #12\nChange-Ticket: CHG0012345\n";
