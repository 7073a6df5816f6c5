//! Zones, dates, freezes, windows, and the lanes that end.

use super::Case;

pub(super) const CASES: &[Case] = &[
    ("timezone = \"Europe/Lodnon\"", &[("bad-zone", "\"Europe/Lodnon\"")]),
    ("timezone = \"CEST\"", &[("bad-zone", "\"CEST\"")]),
    // Freezes
    (
        "timezone = \"UTC\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\nfrom = \"2026-12-18T18:00\"\nuntil = 2027-01-04\nholds = [\"merge\", \"deploy\"]",
        &[],
    ),
    ("[[freeze]]\nid = \"a\"\nwhy = \"b\"\nfrom = 2020-12-18T18:00:00Z\nuntil = \"2021-01-04T08:00+01:00\"", &[]),
    (
        "[[freeze]]\nid = \"a\"\nwhy = \"b\"\nfrom = \"2026-12-18T18:00\"\nuntil = \"2027-01-04T08:00Z\"",
        &[("no-timezone", "\"2026-12-18T18:00\"")],
    ),
    (
        "timezone = \"UTC\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\nfrom = \"2027-01-04\"\nuntil = \"2026-12-18T18:00\"",
        &[("ends-before-start", "\"2026-12-18T18:00\"")],
    ),
    ("timezone = \"UTC\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\nfrom = 2027-01-04\nuntil = 2027-01-04", &[]),
    (
        "timezone = \"UTC\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\nfrom = \"18.12.2026\"\nuntil = 12:00:00",
        &[("bad-date", "\"18.12.2026\""), ("bad-date", "12:00:00")],
    ),
    (
        "timezone = \"UTC\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\nfrom = \"2026-02-30\"\nuntil = 1",
        &[("bad-date", "\"2026-02-30\""), ("wrong-type", "1")],
    ),
    (
        "timezone = \"UTC\"\n[[freeze]]\nid = \"a\"\nfrom = \"2026-12-18\"",
        &[("missing-key", "[[freeze]]"), ("missing-key", "[[freeze]]")],
    ),
    (
        "timezone = \"Europe/Berlin\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\nfrom = \"2026-03-29T02:30\"\nuntil = \"2026-10-25T02:30\"",
        &[("gap-or-overlap", "\"2026-03-29T02:30\""), ("gap-or-overlap", "\"2026-10-25T02:30\"")],
    ),
    (
        "timezone = \"UTC\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\nrrule = \"FREQ=MONTHLY;BYDAY=-1FR;COUNT=3\"\nfrom = \"2026-01-01T00:00\"\nduration = \"3d\"",
        &[],
    ),
    (
        "timezone = \"UTC\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\nrrule = \"FREQ=HOURLY\"\nfrom = \"2026-01-01\"\nduration = \"3d\"",
        &[("bad-rrule", "\"FREQ=HOURLY\"")],
    ),
    (
        "timezone = \"UTC\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\nrrule = \"FREQ=DAILY;BYHOUR=3\"\nfrom = \"2026-01-01\"\nduration = \"3d\"",
        &[("bad-rrule", "\"FREQ=DAILY;BYHOUR=3\"")],
    ),
    (
        "timezone = \"UTC\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\nrrule = \"BYDAY=FR\"\nfrom = \"2026-01-01\"",
        &[("missing-key", "[[freeze]]"), ("bad-rrule", "\"BYDAY=FR\"")],
    ),
    (
        "timezone = \"UTC\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\nrrule = \"FREQ=DAILY\"\nfrom = \"2026-01-01\"\nuntil = \"2026-02-01\"\nduration = \"1d\"",
        &[("two-forms", "rrule")],
    ),
    ("[[freeze]]\nid = \"a\"\nwhy = \"b\"\ncalendar = \"calendars/holidays.ics\"\nalways = true", &[]),
    ("[[freeze]]\nid = \"a\"\nwhy = \"b\"\ncalendar = \"holidays\"", &[("bad-value", "\"holidays\"")]),
    ("[[freeze]]\nid = \"a\"\nwhy = \"b\"\ncalendar = \"a.ics\"\nduration = \"1d\"", &[("two-forms", "calendar")]),
    (
        "timezone = \"UTC\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\nfrom = 2026-01-01\nuntil = 2026-01-02\nduration = \"1d\"",
        &[("says-nothing", "duration")],
    ),
    (
        "timezone = \"UTC\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\nfrom = 2026-01-01\nuntil = 2026-01-02\nholds = [\"merges\"]",
        &[("bad-value", "\"merges\"")],
    ),
    ("[freeze]\nid = \"a\"\nwhy = \"b\"\ncalendar = \"a.ics\"", &[("wrong-type", "[freeze]")]),
    // Windows
    (
        "timezone = \"UTC\"\n[[window]]\nid = \"a\"\nopen = [{ days = \"Tue-Thu\", hours = \"19:00-23:00\" }, { days = \"Sat,Sun\" }]",
        &[],
    ),
    ("[[window]]\nid = \"a\"\ndays = \"Mon\"\ntimezone = \"UTC\"", &[]),
    ("[[window]]\nid = \"a\"\nopen = [{ days = \"Mon\" }]\ntimezone = \"UTC\"", &[]),
    ("[[window]]\nid = \"a\"\nopen = [{ days = \"Mon\" }]", &[("no-timezone", "{ days = \"Mon\" }")]),
    ("[[window]]\nid = \"a\"", &[("missing-key", "[[window]]")]),
    ("timezone = \"UTC\"\n[[window]]\nid = \"a\"\ndays = \"Monday\"", &[("bad-days", "\"Monday\"")]),
    ("timezone = \"UTC\"\n[[window]]\nid = \"a\"\ndays = \"Mon-Funday\"", &[("bad-days", "\"Mon-Funday\"")]),
    ("timezone = \"UTC\"\n[[window]]\nid = \"a\"\nhours = \"9-17\"", &[("bad-hours", "\"9-17\"")]),
    ("timezone = \"UTC\"\n[[window]]\nid = \"a\"\nhours = \"22:00-04:00\"", &[]),
    ("timezone = \"UTC\"\n[[window]]\nid = \"a\"\nhours = \"24:00-25:00\"", &[("bad-hours", "\"24:00-25:00\"")]),
    (
        "timezone = \"UTC\"\n[[window]]\nid = \"a\"\ndays = \"Mon\"\nopen = [{ days = \"Mon\" }]",
        &[("two-forms", "open")],
    ),
    // Lanes
    (
        "timezone = \"UTC\"\n[[model]]\nid = \"a\"\nowner = \"user:carol\"\nuntil = \"2020-06-30\"\napprovals = []\n\
         when = { author = [\"dependabot[bot]\"], only_files = [\"**/Cargo.lock\"] }",
        &[],
    ),
    (
        "timezone = \"UTC\"\n[[model]]\nid = \"a\"\nuntil = \"2027-06-30\"\nwhen = { labels = [\"safe\"] }\nsuspend_after_failures = 0",
        &[
            ("missing-key", "[[model]]"),
            ("missing-key", "[[model]]"),
            ("author-controlled-relaxation", "labels"),
            ("bad-value", "0"),
        ],
    ),
    (
        "[[model]]\nid = \"a\"\nowner = \"user:carol\"\nuntil = \"2027-06-30\"\napprovals = []\nwhen = { fork = false }",
        &[("no-timezone", "\"2027-06-30\"")],
    ),
    (
        "timezone = \"UTC\"\n[[waiver]]\nid = \"a\"\nrules = [\"rest\"]\nuntil = 2027-03-31\nwhy = \"b\"\nwhen = { repositories = [\"legacy\"] }",
        &[],
    ),
    (
        "timezone = \"UTC\"\n[[waiver]]\nid = \"a\"\nrules = [\"rset\"]\nuntil = 2027-03-31\nwhy = \"b\"",
        &[("unknown-name", "\"rset\"")],
    ),
    (
        "timezone = \"UTC\"\n[[waiver]]\nid = \"a\"\nrules = [\"rest\"]\nuntil = 2027-03-31\nwhy = \"b\"\nwhen = { field = { impact = \"low\" } }",
        &[("author-controlled-relaxation", "field")],
    ),
    (
        "[emergency]\ndeclared_by = [\"user:carol\"]\nexpires = \"4h\"\napprovals = [{ from = [\"user:eve\"], count = 1 }]\n\
         ticket = '^INC-\\d+$'\npostpone = [\"test_plan\"]\nreview_within = \"5 business days\"\noverdue = \"warn\"",
        &[],
    ),
    (
        "[emergency]\nexpires = \"4\"",
        &[("missing-key", "[emergency]"), ("missing-key", "[emergency]"), ("bad-duration", "\"4\"")],
    ),
    ("[emergency]\ndeclared_by = [\"user:carol\"]\nexpires = \"4h\"\napprovals = []", &[("empty-list", "[]")]),
    // After the merge
    ("[pir]\nwhen = { risk = \">= high\" }\nwithin = \"five days\"", &[("bad-duration", "\"five days\"")]),
    (
        "[[notify]]\non = [\"authorized\"]\nto = [\"payments\"]",
        &[("bad-value", "\"authorized\""), ("bad-value", "\"payments\"")],
    ),
];
