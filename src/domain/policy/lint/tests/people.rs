//! Approvals: nobody left to give them, asked twice, and such as an author steps out of.

use super::Case;
use crate::diagnostic::Severity::{Error, Warning};

/// A rule `a` that asks so, of authorities that are given before it.
macro_rules! asks {
    ($before:literal, $approvals:literal) => {
        concat!($before, "\n[[rule]]\nid = \"a\"\napprovals = [", $approvals, "]\n")
    };
    ($before:literal, $approvals:literal, $rest:literal) => {
        concat!($before, "\n[[rule]]\nid = \"a\"\napprovals = [", $approvals, "]\n", $rest)
    };
}

pub(super) const CASES: &[Case] = &[
    // More than are named, or than a team has
    (
        asks!("[authorities.x]\nusers = [\"alice\", \"bob\"]", "{ from = [\"x\"], count = 3 }"),
        &[(Error, "never-met", &["{ from = [\"x\"], count = 3 }", "x"])],
    ),
    (asks!("[authorities.x]\nusers = [\"alice\", \"bob\"]", "{ from = [\"x\"], count = 2 }"), &[]),
    (asks!("[authorities.x]\nusers = [\"alice\"]\npermission = \"write\"", "{ from = [\"x\"], count = 3 }"), &[]),
    (
        asks!("[authorities.x]\nteams = [\"acme/one\"]", "{ from = [\"x\"], count = 2 }"),
        &[(Error, "never-met", &["{ from = [\"x\"], count = 2 }", "x"])],
    ),
    (asks!("[authorities.x]\nteams = [\"acme/two\"]", "{ from = [\"x\"], count = 2 }"), &[]),
    // A team of unknown size
    (asks!("[authorities.x]\nteams = [\"acme/other\"]", "{ from = [\"x\"], count = 9 }"), &[]),
    (asks!("[authorities.x]\nteams = [\"acme/one\"]", "{ from = [\"x\", \"user:dave\"], count = 2 }"), &[]),
    // Bots never approve, and who is excepted does not.
    (
        asks!("[authorities.x]\nusers = [\"alice\", \"x[bot]\"]", "{ from = [\"x\"], count = 2 }"),
        &[(Error, "never-met", &["{ from = [\"x\"], count = 2 }", "x"])],
    ),
    (
        asks!(
            "[authorities.x]\nusers = [\"alice\", \"bob\"]\nexcept = [\"user:Bob\"]",
            "{ from = [\"x\"], count = 2 }"
        ),
        &[(Error, "never-met", &["{ from = [\"x\"], count = 2 }", "x"])],
    ),
    (
        asks!(
            "[authorities.x]\nteams = [\"acme/many\"]\nexcept = [\"team:acme/many\"]",
            "{ from = [\"x\"], count = 1 }"
        ),
        &[(Error, "never-met", &["{ from = [\"x\"], count = 1 }", "x"])],
    ),
    (
        asks!(
            "[authorities.x]\nteams = [\"acme/many\"]\nexcept = [\"team:acme/two\"]",
            "{ from = [\"x\"], count = 9 }"
        ),
        &[],
    ),
    // Different people for different entries
    (
        asks!(
            "[authorities.x]\nusers = [\"alice\"]",
            "{ from = [\"x\"], count = 1 }, { from = [\"user:alice\"], count = 1 }"
        ),
        &[(
            Error,
            "never-met",
            &["approvals = [{ from = [\"x\"], count = 1 }, { from = [\"user:alice\"], count = 1 }]", "x"],
        )],
    ),
    (
        asks!(
            "[authorities.x]\nusers = [\"alice\", \"bob\"]",
            "{ from = [\"x\"], count = 1 }, { from = [\"user:alice\"], count = 1 }"
        ),
        &[],
    ),
    // Independence bars everybody
    (
        asks!("[authorities.x]\nusers = [\"alice\"]", "{ from = [\"x\"], count = 1 }", "when = { author = \"Alice\" }"),
        &[(Error, "never-met", &["approvals = [{ from = [\"x\"], count = 1 }]", "x"])],
    ),
    (
        asks!(
            "[authorities.x]\nusers = [\"alice\"]",
            "{ from = [\"x\"], count = 1 }",
            "when = { author = [\"alice\", \"bob\"] }"
        ),
        &[],
    ),
    (
        asks!(
            "[approval]\nindependent_of = [\"pushers\"]\n[authorities.x]\nusers = [\"alice\"]",
            "{ from = [\"x\"], count = 1 }",
            "when = { author = \"alice\" }"
        ),
        &[],
    ),
    // Asked twice
    (
        asks!(
            "",
            "{ from = [\"user:a\", \"user:b\"], count = 1 }",
            "when = { files = [\"src/main.rs\"] }\n[[rule]]\nid = \"wide\"\napprovals = [{ from = [\"user:a\"], count = 1 }]\nwhen = { files = [\"src/**\"] }"
        ),
        &[(Warning, "shadowed", &["[[rule]]", "[[rule]]"])],
    ),
    (
        asks!(
            "",
            "{ from = [\"user:a\"], count = 1 }",
            "when = { files = [\"src/main.rs\"] }\n[[rule]]\nid = \"wide\"\napprovals = [{ from = [\"user:a\", \"user:b\"], count = 1 }]\nwhen = { files = [\"src/**\"] }"
        ),
        &[],
    ),
    (
        asks!(
            "",
            "{ from = [\"user:a\"], count = 1 }",
            "when = { files = [\"src/**\"] }\n[[rule]]\nid = \"narrow\"\napprovals = [{ from = [\"user:a\"], count = 1 }]\nwhen = { files = [\"src/main.rs\"], lines = \"> 9\" }\nalways = true"
        ),
        &[],
    ),
    (
        "[[rule]]\nid = \"a\"\nchecks = [\"ci\"]\n[[rule]]\nid = \"b\"\nchecks = [\"ci\"]\nwhen = { risk = \">= high\" }",
        &[(Warning, "shadowed", &["[[rule]]", "[[rule]]"])],
    ),
    (
        "[[rule]]\nid = \"a\"\nchecks = [\"ci\"]\n[[rule]]\nid = \"b\"\nchecks = [\"ci\", \"load\"]\nwhen = { risk = \">= high\" }",
        &[],
    ),
    // A control of its own, a mode of its own
    (
        "[[rule]]\nid = \"a\"\nchecks = [\"ci\"]\ncontrols = [\"ISO27001:8.32\"]\n[[rule]]\nid = \"b\"\nchecks = [\"ci\"]\ncontrols = [\"SOC2:CC8.1\"]",
        &[],
    ),
    (
        "[[rule]]\nid = \"a\"\nmode = \"observe\"\nchecks = [\"ci\"]\n[[rule]]\nid = \"b\"\nchecks = [\"ci\"]\nwhen = { fork = true }",
        &[],
    ),
    (
        "[[rule]]\nid = \"a\"\nsigned = true\nwhen = { lines = \">= 100\" }\n[[rule]]\nid = \"b\"\nsigned = true\nwhen = { all = [{ lines = \">= 200\" }, { lines = \"< 300\" }] }",
        &[(Warning, "shadowed", &["[[rule]]", "[[rule]]"])],
    ),
    // The author steps out
    (
        asks!(
            "[authorities.p]\npermission = \"write\"",
            "{ from = [\"p\"], count = 1 }",
            "when = { labels = [\"risky\"], on_declaration = true }\n[[rule]]\nid = \"rest\"\nchecks = [\"ci\"]"
        ),
        &[(Warning, "author-steps-out", &["when = { labels = [\"risky\"], on_declaration = true }", "[[rule]]"])],
    ),
    (
        asks!(
            "[authorities.p]\npermission = \"write\"",
            "{ from = [\"p\"], count = 1 }",
            "when = { any = [{ labels = [\"risky\"], on_declaration = true }, { files = [\"src/**\"] }] }\n[[rule]]\nid = \"rest\"\nchecks = [\"ci\"]"
        ),
        &[],
    ),
    (
        asks!(
            "[authorities.p]\npermission = \"write\"",
            "{ from = [\"p\"], count = 1 }",
            "when = { labels = [\"risky\"], on_declaration = true }\n[[rule]]\nid = \"rest\"\napprovals = [{ from = [\"p\"], count = 1 }]\nwhen = { files = [\"src/**\"] }"
        ),
        &[],
    ),
];
