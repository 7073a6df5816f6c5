//! Rules: ids, requirements, approvals, checks.

use super::Case;

pub(super) const CASES: &[Case] = &[
    ("[[rule]]\napprovals = [{ from = [\"user:carol\"], count = 1 }]", &[("missing-key", "[[rule]]")]),
    ("[[rule]]\nid = \"a b\"\ndeny = \"no\"", &[("bad-name", "\"a b\"")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\n[[rule]]\nid = \"a\"\ndeny = \"no\"", &[("duplicate-id", "\"a\"")]),
    ("[[rule]]\nid = \"policy\"\ndeny = \"no\"", &[("bad-name", "\"policy\"")]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\n[[freeze]]\nid = \"a\"\nwhy = \"b\"\ncalendar = \"a.ics\"",
        &[("duplicate-id", "\"a\"")],
    ),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nalways = true\nwaive = { from = [\"user:carol\"], count = 1, for = \"24h\" }",
        &[("says-nothing", "waive")],
    ),
    ("[[rule]]\nid = \"a\"", &[("no-requirement", "[[rule]]")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"\"", &[("empty-text", "\"\"")]),
    ("[[rule]]\nid = \"a\"\nallow = \"yes\"\ndeny = \"no\"", &[("allow-and-ask", "allow")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nmode = \"observe\"\nalways = true\ncontrols = [\"SOC2:CC8.1\"]", &[]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\ncontrols = \"SOC2\"", &[("wrong-type", "\"SOC2\"")]),
    (
        "[[rule]]\nid = \"a\"\naprovals = [{ from = [\"user:carol\"], count = 1 }]",
        &[("no-requirement", "[[rule]]"), ("unknown-key", "aprovals")],
    ),
    // Approvals
    ("[[rule]]\nid = \"a\"\napprovals = [{ from = [\"user:carol\"], count = 1 }]", &[]),
    ("[[rule]]\nid = \"a\"\napprovals = []", &[("empty-list", "[]")]),
    (
        "[[rule]]\nid = \"a\"\napprovals = [{ from = [\"user:carol\"] }]",
        &[("missing-key", "{ from = [\"user:carol\"] }")],
    ),
    ("[[rule]]\nid = \"a\"\napprovals = [{ from = [\"user:carol\"], count = 0 }]", &[("bad-value", "0")]),
    ("[[rule]]\nid = \"a\"\napprovals = [{ count = 1 }]", &[("missing-key", "{ count = 1 }")]),
    ("[[rule]]\nid = \"a\"\napprovals = [{ from = [], count = 1 }]", &[("empty-list", "[]")]),
    ("[[rule]]\nid = \"a\"\napprovals = [\"peer\"]", &[("wrong-type", "\"peer\"")]),
    (
        "[[rule]]\nid = \"a\"\napprovals = { from = [\"user:carol\"], count = 1 }",
        &[("wrong-type", "{ from = [\"user:carol\"], count = 1 }")],
    ),
    ("[[rule]]\nid = \"a\"\napprovals = [{ from = [\"peer\"], count = 1 }]", &[("unknown-name", "\"peer\"")]),
    (
        "[[rule]]\nid = \"a\"\napprovals = [{ any = [{ from = [\"user:carol\"], count = 1 }, { from = [\"user:eve\"], count = 2 }] }]",
        &[],
    ),
    (
        "[[rule]]\nid = \"a\"\napprovals = [{ any = [{ from = [\"user:carol\"], count = 1 }], count = 1 }]",
        &[("two-forms", "any")],
    ),
    (
        "[[rule]]\nid = \"a\"\napprovals = [{ from = [\"user:carol\"], count = 1, keep = \"same-sha\", independent_of = [\"author\"], \
         unattributed = \"pusher\", unbound = [\"summary\"], expires = \"7d\", request = \"people\" }]",
        &[],
    ),
    (
        "[[rule]]\nid = \"a\"\napprovals = [{ from = [\"user:carol\"], count = 1, changes_requested = \"ignore\" }]",
        &[("unknown-key", "changes_requested")],
    ),
    (
        "[[rule]]\nid = \"a\"\napprovals = [{ from = [\"user:carol\"], count = 1, independent_of = [] }]",
        &[("empty-list", "[]")],
    ),
    ("[approval]\nindependent_of = [\"coauthors\"]", &[("bad-value", "\"coauthors\"")]),
    ("[approval]\nunbound = [\"no_such_field\"]", &[("unknown-name", "\"no_such_field\"")]),
    ("[approval]\nkeep = \"same_sha\"", &[("bad-value", "\"same_sha\"")]),
    ("[approval]\nchanges_requested = \"ignore\"\nunattributed = \"unknown\"\nrequest = \"no\"", &[]),
    // Checks and deployments
    (
        "[[rule]]\nid = \"a\"\nchecks = [\"ci\", { name = \"x\", app = \"y\" }, { name = \"z\", creator = \"jenkins[bot]\" }, { required = true }]",
        &[],
    ),
    ("[[rule]]\nid = \"a\"\nchecks = [{ app = \"y\" }]", &[("missing-key", "{ app = \"y\" }")]),
    ("[[rule]]\nid = \"a\"\nchecks = [{ name = \"x\", app = \"y\", creator = \"z\" }]", &[("two-forms", "creator")]),
    ("[[rule]]\nid = \"a\"\nchecks = [{ required = true, name = \"x\" }]", &[("two-forms", "required")]),
    ("[[rule]]\nid = \"a\"\nchecks = [{ required = false }]", &[("says-nothing", "false")]),
    ("[[rule]]\nid = \"a\"\nchecks = [1]", &[("wrong-type", "1")]),
    ("[[rule]]\nid = \"a\"\nchecks = [{ name = \"x\", conclusions = [\"succes\"] }]", &[("bad-value", "\"succes\"")]),
    ("[[rule]]\nid = \"a\"\nchecks = [{ name = \"x\", creator = \"no body\" }]", &[("bad-login", "\"no body\"")]),
    ("[[rule]]\nid = \"a\"\ndeployments = [{ environment = \"staging\", state = \"success\", by = \"ci\" }]", &[]),
    (
        "[[rule]]\nid = \"a\"\ndeployments = [{ state = \"succeeded\" }]",
        &[("missing-key", "{ state = \"succeeded\" }"), ("bad-value", "\"succeeded\"")],
    ),
    // The rest
    ("[[rule]]\nid = \"a\"\nfields = [\"window\", \"comunication\"]", &[("unknown-name", "\"comunication\"")]),
    ("[[rule]]\nid = \"a\"\nfields = [\"window\"]\nsigned = true\nsoak = \"30m\"\nnotice = \"1 business day\"", &[]),
    ("[[rule]]\nid = \"a\"\nsigned = false", &[("says-nothing", "signed")]),
    ("[[rule]]\nid = \"a\"\nresolved_threads = \"yes\"", &[("wrong-type", "\"yes\"")]),
    ("[[rule]]\nid = \"a\"\nacknowledge = [\"ops\"]", &[("unknown-name", "\"ops\"")]),
    ("[[rule]]\nid = \"a\"\nsoak = \"30\"", &[("bad-duration", "\"30\"")]),
    ("[[rule]]\nid = \"a\"\ndeny = \"no\"\nwaive = { from = [\"user:carol\"], count = 1, for = \"24h\" }", &[]),
    (
        "[[rule]]\nid = \"a\"\ndeny = \"no\"\nwaive = { from = [\"user:carol\"], count = 1 }",
        &[("missing-key", "{ from = [\"user:carol\"], count = 1 }")],
    ),
];
