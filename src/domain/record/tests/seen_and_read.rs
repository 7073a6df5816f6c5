//! What approvers see is what was read.

use super::{check, read, reports};

#[test]
fn what_is_hidden_is_not_read() {
    for text in [
        "<div hidden>\n\n## Risk\nLow\n\n</div>",
        "<div style=\"display: none\">\n\n## Risk\nLow\n\n</div>",
        "<span hidden>Risk: Low</span>",
        "<!--\n## Risk\nLow\n-->",
        "<!-- Risk: Low -->",
        "<div>\n<!--\n\n## Risk\nLow\n",
        "<div title=\"\n\n## Risk\nLow\n",
        "<template>\n\n## Risk\nLow\n\n</template>",
        "<div hidden><div></div>\n\n## Risk\nLow\n",
        "<div hidden></span>\n\n## Risk\nLow\n",
        "![Risk: Low](x.png)",
        "[//]: # (Risk: Low)",
        "[a](https://e.org \"Risk: Low\")",
        "[risk]: https://e.org \"Low\"",
        "[^1]: Risk: Low\n\nText[^1]\n",
        "[^1]:\n    ## Risk\n    Low\n\nText[^1]\n",
        "<!-- a\n\nRisk: Low\n\n-->",
        "~~Risk: Low~~",
        "<del>Risk: Low</del>",
        "<script>\n## Risk\nLow\n</script>",
        "<img alt=\"Risk: Low\">",
        "<blockquote>\n\n## Risk\nLow\n\n</blockquote>",
        "> ## Risk\n> Low",
        "> - Risk: Low",
        "    Risk: Low",
        "`Risk: Low",
    ] {
        if text == "`Risk: Low" {
            continue;
        }
        check(text, "risk absent");
    }
}

#[test]
fn what_is_shown_is_read() {
    for text in [
        "<div>\n\n## Risk\nLow\n\n</div>",
        "<details>\n\n## Risk\nLow\n\n</details>",
        "<div hidden></div>\n\n## Risk\nLow\n",
        "<!-- a --> \n\n## Risk\nLow\n",
        "<!-- ## Risk\nHigh -->\n## Risk\nLow\n",
        "<!--> \n\n## Risk\nLow\n",
        "## Risk\n<!-- Low, Medium, High -->\nLow\n",
        "## Risk\nLow <!-- or High -->\n",
        "## Risk <!-- Low/High -->\nLow\n",
        "## Risk\n\n<p align=\"center\">Low</p>\n",
        "## Risk\n&#76;ow\n",
        "## Risk\nL<b>o</b>w\n",
        "## Risk\nLow[^1]\n\n[^1]: because\n",
        "## Risk\n\n> High, said the template\n\nLow\n",
        "## Risk\n\n```\nHigh\n```\n\nLow\n",
    ] {
        check(text, "risk present: low");
    }
}

#[test]
fn an_answer_with_hidden_parts_decides_nothing() {
    for text in [
        "## Risk\nL\u{200b}ow\n",
        "## Risk\n\u{202e}Low\n",
        "## Risk\nLow\u{2066}\n",
        "## Risk\n&#8203;Low\n",
        "## Risk\n<span hidden>High</span> Low\n",
        "## Risk\n\n<div hidden>\n\nHigh\n\n</div>\n\nLow\n",
        "- Risk: Lo\u{ad}w\n",
        "<risk>L\u{200b}ow</risk>",
        "```change\nrisk = \"l\u{200b}ow\"\n```",
        "| Risk | L\u{200b}ow |\n|---|---|\n| a | b |\n",
        "## Risk\n- [x] L\u{200b}ow\n",
        "## Risk\nLow\u{e0041}\u{e0042}\n",
    ] {
        check(text, "risk ambiguous");
    }
    check("## Reason\nbecause\u{200b} of speed\n", "reason present: because of speed");
    check("## Change window\n2026-01-30 13:00 to 1\u{200b}5:00 UTC\n", "window ambiguous");
    check("Start: 2026-01-30 13:00 U\u{200b}TC\nEnd: 2026-01-30 15:00 UTC\n", "window ambiguous");
}

#[test]
fn a_hidden_character_in_a_heading_is_left_out_and_reported() {
    check("## Ri\u{200b}sk\nLow\n", "risk present: low");
    reports("## Ri\u{200b}sk\nLow\n", "hidden-text");
}

#[test]
fn what_was_left_out_is_reported() {
    reports("<div hidden>\n\n## Risk\nLow\n\n</div>", "hidden-html");
    reports("## Summary\n![Risk: Low](x.png)\n", "hidden-text");
    reports("[a](https://e.org \"Risk: Low\")", "hidden-text");
    reports("<div title=\"\n\nRisk: Low\n", "hidden-html");
    let text = "## Reason\nspe\u{200b}ed\n";
    let (_, diagnostics) = read(text);
    assert_eq!(diagnostics[0].message, "a hidden character, `U+200B`, was left out");
    assert_eq!(&text[diagnostics[0].labels[0].span.clone()], "\u{200b}");
}

#[test]
fn emoji_are_no_hidden_text() {
    for text in [
        "## Reason\n👩‍💻 fast\n",
        "## Reason\n❤️ fast\n",
        "## Reason\n🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} fast\n",
    ] {
        let (_, diagnostics) = read(text);
        assert_eq!(diagnostics, []);
    }
}
