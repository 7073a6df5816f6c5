//! Codes about policy files: the way out of each, and a part that gets it beside one that does not.
//!
//! Parts are read as [`completed`](super::completed) makes files of them. Absent: what each code means, which the
//! reader says (`policy::CODES`).

use super::CodeHelp;
use super::code;

pub(super) static CODES: &[CodeHelp] = &[
    code(
        "syntax",
        "often `\\d` in double quotes: use single ones",
        "[[rule]]\nid = \"example\"\nwhen = { diff = \"\\d{16}\" }\ndeny = \"no card numbers\"",
        "[[rule]]\nid = \"example\"\nwhen = { diff = '\\d{16}' }\ndeny = \"no card numbers\"",
    ),
    code("too-large", "split it over the layers", "", ""),
    code(
        "unknown-key",
        "the nearest is named; a top-level key goes above the first `[table]`",
        "[scope]\nbases = [\"main\"]",
        "[scope]\nbase = [\"main\"]",
    ),
    code(
        "missing-key",
        "add it",
        "[services.ledger]\ntier = 1",
        "[services.ledger]\npaths = [\"services/ledger/**\"]\ntier = 1",
    ),
    code(
        "wrong-type",
        "as the help line says",
        "[services.ledger]\npaths = \"services/ledger/**\"",
        "[services.ledger]\npaths = [\"services/ledger/**\"]",
    ),
    code("bad-value", "one of those listed", "mode = \"enforced\"", "mode = \"enforce\""),
    code("bad-version", "`version = 1`", "version = 2", "version = 1"),
    code("empty-list", "leave the key out", "[scope]\nbase = []", "[scope]\nbase = [\"main\"]"),
    code(
        "empty-text",
        "say it",
        "[[rule]]\nid = \"example\"\ndeny = \"\"",
        "[[rule]]\nid = \"example\"\ndeny = \"not this week\"",
    ),
    code(
        "empty-when",
        "leave it out: it then always holds",
        "[[rule]]\nid = \"example\"\nwhen = {}\ndeny = \"not this week\"",
        "[[rule]]\nid = \"example\"\ndeny = \"not this week\"",
    ),
    code(
        "two-forms",
        "decide for one",
        "[[rule]]\nid = \"example\"\napprovals = [{ any = [{ from = [\"peer\"], count = 1 }], count = 1 }]",
        "[[rule]]\nid = \"example\"\napprovals = [{ from = [\"peer\"], count = 1 }]",
    ),
    code(
        "bad-name",
        "letters, digits, `-`, `_`, `.`, at most 64",
        "[[rule]]\nid = \"four eyes\"\nchecks = [\"integration\"]",
        "[[rule]]\nid = \"four-eyes\"\nchecks = [\"integration\"]",
    ),
    code(
        "bad-who",
        "write it so",
        "[[rule]]\nid = \"example\"\napprovals = [{ from = [\"@acme/cab\"], count = 1 }]",
        "[[rule]]\nid = \"example\"\napprovals = [{ from = [\"team:acme/cab\"], count = 1 }]",
    ),
    code(
        "bad-team",
        "write it so",
        "[authorities.board]\nteams = [\"cab\"]",
        "[authorities.board]\nteams = [\"acme/cab\"]",
    ),
    code(
        "bad-login",
        "correct it",
        "[authorities.board]\nusers = [\"carol smith\"]",
        "[authorities.board]\nusers = [\"carol\"]",
    ),
    code(
        "bad-glob",
        "no leading `/`; a folder is `folder/**`",
        "[services.ledger]\npaths = [\"services/ledger/\"]",
        "[services.ledger]\npaths = [\"services/ledger/**\"]",
    ),
    code(
        "only-exclusions",
        "add one that takes in, such as `**`",
        "[scope]\nrepositories = [\"!sandbox-*\"]",
        "[scope]\nrepositories = [\"*\", \"!sandbox-*\"]",
    ),
    code(
        "root-only-glob",
        "`**/*.md`, if that is meant",
        "[[rule]]\nid = \"example\"\nwhen = { files = [\"*.md\"] }\nchecks = [\"spelling\"]",
        "[[rule]]\nid = \"example\"\nwhen = { files = [\"**/*.md\"] }\nchecks = [\"spelling\"]",
    ),
    code(
        "bad-pattern",
        "no look-around, no back-references: time stays linear",
        "[[rule]]\nid = \"example\"\nwhen = { diff = 'DROP(?= TABLE)' }\nchecks = [\"restore\"]",
        "[[rule]]\nid = \"example\"\nwhen = { diff = 'DROP TABLE' }\nchecks = [\"restore\"]",
    ),
    code(
        "backspace-in-pattern",
        "single quotes",
        "[[rule]]\nid = \"example\"\nwhen = { diff = \"\\bDROP\" }\nchecks = [\"restore\"]",
        "[[rule]]\nid = \"example\"\nwhen = { diff = '\\bDROP' }\nchecks = [\"restore\"]",
    ),
    code(
        "bad-comparison",
        "write it so",
        "[[rule]]\nid = \"example\"\nwhen = { risk = \"high\" }\nchecks = [\"integration\"]",
        "[[rule]]\nid = \"example\"\nwhen = { risk = \">= high\" }\nchecks = [\"integration\"]",
    ),
    code(
        "bad-duration",
        "`30m`, `24h`, `14d`, `2w`, `5 business days`",
        "[approval]\nexpires = \"two weeks\"",
        "[approval]\nexpires = \"2w\"",
    ),
    code(
        "bad-date",
        "`2026-12-18` or `2026-12-18T18:00`",
        "[[freeze]]\nid = \"example\"\nwhy = \"trading peak\"\nfrom = \"2026-12-18\"\nuntil = \"31.12.2026\"",
        "[[freeze]]\nid = \"example\"\nwhy = \"trading peak\"\nfrom = \"2026-12-18\"\nuntil = \"2026-12-31\"",
    ),
    code("bad-zone", "such as `Europe/London`", "timezone = \"Europe/Lodnon\"", "timezone = \"Europe/London\""),
    code(
        "bad-days",
        "`Mon-Fri`",
        "[[window]]\nid = \"example\"\ndays = \"Monday\"",
        "[[window]]\nid = \"example\"\ndays = \"Mon\"",
    ),
    code(
        "bad-hours",
        "`09:00-17:00`",
        "[[window]]\nid = \"example\"\nhours = \"nine to five\"",
        "[[window]]\nid = \"example\"\nhours = \"09:00-17:00\"",
    ),
    code(
        "bad-rrule",
        "RFC 5545, such as `FREQ=WEEKLY;BYDAY=FR`",
        "[[freeze]]\nid = \"example\"\nwhy = \"trading peak\"\nrrule = \"FREQ=HOURLY\"\nfrom = \"2026-01-01\"\nduration = \"1h\"",
        "[[freeze]]\nid = \"example\"\nwhy = \"trading peak\"\nrrule = \"FREQ=DAILY\"\nfrom = \"2026-01-01\"\nduration = \"1h\"",
    ),
    code(
        "no-timezone",
        "`timezone` at the top, or beside it",
        "version = 1\n[[freeze]]\nid = \"example\"\nwhy = \"trading peak\"\nfrom = \"2026-12-18T18:00\"\nuntil = \"2027-01-04T08:00\"",
        "version = 1\ntimezone = \"Europe/London\"\n[[freeze]]\nid = \"example\"\nwhy = \"trading peak\"\nfrom = \"2026-12-18T18:00\"\nuntil = \"2027-01-04T08:00\"",
    ),
    code(
        "gap-or-overlap",
        "another time, or an offset",
        "[[freeze]]\nid = \"example\"\nwhy = \"trading peak\"\ntimezone = \"Europe/Berlin\"\nfrom = \"2026-03-29T02:30\"\nuntil = \"2026-04-01\"",
        "[[freeze]]\nid = \"example\"\nwhy = \"trading peak\"\ntimezone = \"Europe/Berlin\"\nfrom = \"2026-03-29T03:30\"\nuntil = \"2026-04-01\"",
    ),
    code(
        "ends-before-start",
        "correct one of them",
        "[[freeze]]\nid = \"example\"\nwhy = \"trading peak\"\nfrom = \"2027-01-04\"\nuntil = \"2026-12-18\"",
        "[[freeze]]\nid = \"example\"\nwhy = \"trading peak\"\nfrom = \"2026-12-18\"\nuntil = \"2027-01-04\"",
    ),
    code(
        "levels-out-of-order",
        "medium, high, critical",
        "[risk.levels]\nmedium = 50\nhigh = 30\ncritical = 90",
        "[risk.levels]\nmedium = 30\nhigh = 50\ncritical = 90",
    ),
    code(
        "score-or-level",
        "one of them",
        "[[risk.factor]]\nid = \"example\"\nwhy = \"it was hard to undo\"\nwhen = { files = [\"db/**\"] }\nscore = 35\nlevel = \"high\"",
        "[[risk.factor]]\nid = \"example\"\nwhy = \"it was hard to undo\"\nwhen = { files = [\"db/**\"] }\nlevel = \"high\"",
    ),
    code(
        "risk-in-factor",
        "ask for it in a rule",
        "[[risk.factor]]\nid = \"example\"\nwhy = \"it was hard to undo\"\nwhen = { risk = \">= high\" }\nscore = 35",
        "[[risk.factor]]\nid = \"example\"\nwhy = \"it was hard to undo\"\nwhen = { files = [\"db/**\"] }\nscore = 35",
    ),
    code(
        "unknown-name",
        "define it, or correct it",
        "[[rule]]\nid = \"example\"\napprovals = [{ from = [\"per\"], count = 1 }]",
        "[[rule]]\nid = \"example\"\napprovals = [{ from = [\"peer\"], count = 1 }]",
    ),
    code(
        "duplicate-id",
        "another id",
        "[[rule]]\nid = \"example\"\nchecks = [\"build\"]\n\n[[rule]]\nid = \"example\"\nchecks = [\"lint\"]",
        "[[rule]]\nid = \"example\"\nchecks = [\"build\"]\n\n[[rule]]\nid = \"another\"\nchecks = [\"lint\"]",
    ),
    code(
        "redefined",
        "another name",
        "[record.fields.backout]\nnone = \"refuse\"",
        "[record.fields.backout]\naliases = [\"way back\"]",
    )
    .under("[record]\nrequired = [\"backout\"]"),
    code(
        "alias-clash",
        "another heading",
        "[record.fields.notice]\naliases = [\"Rollback plan\"]",
        "[record.fields.notice]\naliases = [\"customer comms\"]",
    ),
    code(
        "circular",
        "cut it",
        "[authorities.a]\nusers = [\"carol\"]\nexcept = [\"b\"]\n\n[authorities.b]\nusers = [\"dave\"]\nexcept = [\"a\"]",
        "[authorities.a]\nusers = [\"carol\"]\nexcept = [\"b\"]\n\n[authorities.b]\nusers = [\"dave\"]",
    ),
    code(
        "role-loosened",
        "name people only",
        "[authorities.approvers]\nusers = [\"carol\"]\nwrite = false",
        "[authorities.approvers]\nusers = [\"carol\"]",
    )
    .under("[authorities.approvers]\nfill = \"who authorises here\""),
    code(
        "role-unfilled",
        "name the people",
        "[authorities.approvers]\nfill = \"who authorises here\"\n\n[[rule]]\nid = \"example\"\napprovals = [{ from = [\"approvers\"], count = 1 }]",
        "[authorities.approvers]\nteams = [\"acme/cab\"]\n\n[[rule]]\nid = \"example\"\napprovals = [{ from = [\"approvers\"], count = 1 }]",
    ),
    code(
        "tier-missing",
        "give it one",
        "[services.ledger]\npaths = [\"services/ledger/**\"]\n\n[[rule]]\nid = \"example\"\nwhen = { tier = \"<= 1\" }\nchecks = [\"integration\"]",
        "[services.ledger]\npaths = [\"services/ledger/**\"]\ntier = 1\n\n[[rule]]\nid = \"example\"\nwhen = { tier = \"<= 1\" }\nchecks = [\"integration\"]",
    ),
    code(
        "no-requirement",
        "a requirement, or `allow`",
        "[[rule]]\nid = \"example\"\nwhy = \"four eyes on every change\"",
        "[[rule]]\nid = \"example\"\nwhy = \"four eyes on every change\"\napprovals = [{ from = [\"peer\"], count = 1 }]",
    ),
    code(
        "allow-and-ask",
        "two rules",
        "[[rule]]\nid = \"example\"\nallow = \"texts are read later\"\nchecks = [\"spelling\"]",
        "[[rule]]\nid = \"example\"\nchecks = [\"spelling\"]",
    ),
    code(
        "says-nothing",
        "leave it out",
        "[[rule]]\nid = \"example\"\nchecks = [\"integration\"]\nalways = true\nwaive = { from = [\"cab\"], count = 1, for = \"24h\" }",
        "[[rule]]\nid = \"example\"\nchecks = [\"integration\"]\nwaive = { from = [\"cab\"], count = 1, for = \"24h\" }",
    ),
    code(
        "refuses-the-rest",
        "a rule for the others, or `allow`",
        "version = 1\n\n[[rule]]\nid = \"example\"\nwhen = { files = [\"db/**\"] }\nchecks = [\"restore\"]",
        "version = 1\n\n[[rule]]\nid = \"example\"\nwhen = { files = [\"db/**\"] }\nchecks = [\"restore\"]\n\n[[rule]]\nid = \"all-the-rest\"\nchecks = [\"build\"]",
    ),
    code(
        "asks-nothing",
        "add a rule or a required field",
        "version = 1\nmode = \"observe\"",
        "version = 1\nmode = \"observe\"\nrecord.required = [\"summary\"]",
    ),
    code(
        "author-controlled-relaxation",
        "ask for a fact that no author controls",
        "[[rule]]\nid = \"example\"\nwhen = { not = { labels = [\"hotfix\"] } }\ndeny = \"only hotfixes this week\"",
        "[[rule]]\nid = \"example\"\nwhen = { not = { files = [\"docs/**\"] } }\ndeny = \"only texts this week\"",
    ),
    code(
        "needs-on-declaration",
        "`on_declaration = true` beside it",
        "[[rule]]\nid = \"example\"\nwhen = { labels = [\"hotfix\"] }\nchecks = [\"smoke\"]",
        "[[rule]]\nid = \"example\"\nwhen = { labels = [\"hotfix\"], on_declaration = true }\nchecks = [\"smoke\"]",
    ),
];
