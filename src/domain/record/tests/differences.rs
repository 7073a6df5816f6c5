//! What counts as a change of the record after an edit.

use super::read;
use crate::layer::Layer;

fn changes(before: &str, after: &str) -> Vec<String> {
    let (before, after) = (read(before).0, read(after).0);
    let changes = before.differences(&after, Layer::Repository);
    changes
        .iter()
        .map(|c| format!("{}: {} `{}` -> {} `{}`", c.field, c.state_before, c.before, c.state_after, c.after))
        .collect()
}

#[test]
fn looks_change_nothing() {
    for (before, after) in [
        ("## Reason\na b\nc\n", "## Reason\na\nb c\n"),
        ("## Reason\na *b*\n", "## Why?\n**a** b\n"),
        ("## Risk\nLow\n", "| Risk | low |\n|---|---|\n| x | y |\n"),
        ("## Risk\nLow\n", "```change\nrisk = \"low\"\n```\n"),
        ("## Rollback plan\n- a\n- b\n", "## Rollback plan\n1. a\n2. b\n"),
        ("## Rollback plan\nrevert\n", "**Rollback plan**: revert\n\n## Other\nwords\n"),
        ("## Risk\nLow\n", "## Risk\r\n\r\nLow\r\n<!-- a -->\r\n"),
        (
            "## Change window\n2026-01-30 13:00 to 15:00 UTC\n",
            "Start: 2026-01-30T13:00:00Z\nEnd: 2026-01-30 16:00 Europe/Berlin\n",
        ),
    ] {
        assert_eq!(changes(before, after), [""; 0], "{before:?} and {after:?}");
    }
}

#[test]
fn what_is_said_does() {
    for (before, after, change) in [
        ("## Rollback plan\nrevert\n", "## Rollback plan\nrestore\n", "backout: present `revert` -> present `restore`"),
        ("## Rollback plan\nrevert\n", "", "backout: present `revert` -> absent ``"),
        ("## Rollback plan\nrevert\n", "## Rollback plan\n", "backout: present `revert` -> unfilled ``"),
        ("## Risk\nLow - text\n", "## Risk\nLow - auth\n", "risk: present `low - text` -> present `low - auth`"),
        ("## Risk\nLow\n", "## Risk\nLow\n## Risk\nHigh\n", "risk: present `low` -> conflicting `high; low`"),
        ("## Impact\nNone - text\n", "## Impact\nNone - small\n", "impact: none `none - text` -> none `none - small`"),
        (
            "## Rollback plan\n[run](https://e.org/1)\n",
            "## Rollback plan\n[run](https://e.org/2)\n",
            "backout: present `run <https://e.org/1>` -> present `run <https://e.org/2>`",
        ),
        (
            "Start: 2026-01-30 13:00 EST",
            "Start: 2026-01-30 14:00 EST",
            "window: ambiguous `start: 2026-01-30 13:00 EST` -> ambiguous `start: 2026-01-30 14:00 EST`",
        ),
        (
            "## Rollback plan\nrun:\n\n```\na\n```\n",
            "## Rollback plan\nrun:\n\n```\nb\n```\n",
            "backout: present `run:\n```\na\n```` -> present `run:\n```\nb\n````",
        ),
    ] {
        assert_eq!(changes(before, after), [change]);
    }
}
