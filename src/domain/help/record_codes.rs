//! Codes about descriptions: the way out of each, and a description that gets it beside one that does not.
//!
//! Absent: what each code means, which the reader says (`record::CODES`).

use super::CodeHelp;
use super::code;

pub(super) static CODES: &[CodeHelp] = &[
    code(
        "ambiguous-answer",
        "give one of the choices, or what the help line asks for",
        "## Risk\n\n* [HIGH | medium | low] Any risks?",
        "## Risk\n\nHigh",
    ),
    code(
        "answered-twice",
        "delete the empty one",
        "## Rollback plan\n\n## Rollback plan\n\nRevert it",
        "## Rollback plan\n\nRevert it",
    ),
    code(
        "block-syntax",
        "correct the line that is shown",
        "```change\nrisk = = \"low\"\n```",
        "```change\nrisk = \"low\"\n```",
    ),
    code("block-too-deep", "write it flat", "", ""),
    code("conflicting-answers", "delete all but one", "## Risk\n\nLow\n\n## Risk level\n\nHigh", "## Risk\n\nHigh"),
    code(
        "duplicate-key",
        "delete one",
        "```change\nrisk = \"low\"\nrisk = \"high\"\n```",
        "```change\nrisk = \"high\"\n```",
    ),
    code(
        "escaped-newlines",
        "paste the text that is offered",
        "## Risk\\nLow\\n## Rollback plan\\nRevert it",
        "## Risk\nLow\n## Rollback plan\nRevert it",
    ),
    code(
        "front-matter-syntax",
        "correct the line that is shown",
        "---\nrisk: low\nservices: [\n---",
        "---\nrisk: low\nservices: [ledger]\n---",
    ),
    code("hidden-html", "show it, or delete it", "## Risk\n\n<span hidden>Low</span>", "## Risk\n\nLow"),
    code("hidden-text", "delete them", "## Risk\n\nLo\u{200B}w", "## Risk\n\nLow"),
    code(
        "image-answer",
        "say it in words too",
        "## Rollback plan\n\n![the steps](https://example.com/steps.png)",
        "## Rollback plan\n\nRevert it",
    ),
    code(
        "link-mismatch",
        "write the address itself",
        "## Runbook\n\n[https://docs.example.com](https://elsewhere.example.net)",
        "## Runbook\n\nhttps://docs.example.com",
    )
    .under("[record.fields.runbook]\nkind = \"link\""),
    code("none-refused", "answer it", "## Rollback plan\n\nNone", "## Rollback plan\n\nRevert it")
        .under("[record.fields.backout]\nnone = \"refuse\""),
    code(
        "none-without-reason",
        "write `None - because …`",
        "## Rollback plan\n\nNone",
        "## Rollback plan\n\nNone - it only adds a page",
    )
    .under("[record.fields.backout]\nnone = \"with-reason\""),
    code("open-fence", "close it", "```change\nrisk = \"low\"", "```change\nrisk = \"low\"\n```"),
    code(
        "quoted-answer",
        "answer in your own words",
        "## Rollback plan\n\n> Revert it",
        "## Rollback plan\n\nRevert it",
    ),
    code(
        "time-without-zone",
        "paste the zone that is offered, or write another",
        "## Change window\n\n2026-11-24 19:00 to 2026-11-24 21:00",
        "## Change window\n\n2026-11-24 19:00 to 2026-11-24 21:00 Europe/London",
    ),
    code("unfilled-answer", "take one", "## Risk\n\nLow / Medium / High", "## Risk\n\nLow"),
    code(
        "unknown-key",
        "correct it; the nearest field is named",
        "```change\nrsk = \"low\"\n```",
        "```change\nrisk = \"low\"\n```",
    ),
    code(
        "window-incomplete",
        "give both",
        "## Change window\n\n2026-11-24 19:00 Europe/London",
        "## Change window\n\n2026-11-24 19:00 to 2026-11-24 21:00 Europe/London",
    ),
    code(
        "unknown-block-format",
        "correct it",
        "```change ini\nrisk = \"low\"\n```",
        "```change toml\nrisk = \"low\"\n```",
    ),
];
