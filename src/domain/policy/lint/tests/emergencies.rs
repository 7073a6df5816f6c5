//! The emergency lane: too long, opened by nobody, approved by nobody, never reviewed.

use super::Case;
use crate::diagnostic::Severity::{Error, Warning};

/// A lane that carol opens and dave approves, with something said otherwise.
macro_rules! lane {
    ($by:literal, $approvals:literal, $rest:literal) => {
        concat!("[emergency]\ndeclared_by = ", $by, "\napprovals = [", $approvals, "]\n", $rest)
    };
}

pub(super) const CASES: &[Case] = &[
    (lane!("[\"user:carol\"]", "{ from = [\"user:dave\"], count = 1 }", "expires = \"24h\""), &[]),
    (lane!("[\"user:carol\"]", "{ from = [\"user:dave\"], count = 1 }", "expires = \"1d\"\noverdue = \"block\""), &[]),
    (
        lane!("[\"user:carol\"]", "{ from = [\"user:dave\"], count = 1 }", "expires = \"25h\""),
        &[(Warning, "long-emergency", &["expires = \"25h\""])],
    ),
    (
        lane!("[\"user:carol\"]", "{ from = [\"user:dave\"], count = 1 }", "expires = \"1 business day\""),
        &[(Warning, "long-emergency", &["expires = \"1 business day\""])],
    ),
    (
        lane!("[\"user:x[bot]\"]", "{ from = [\"user:dave\"], count = 1 }", "expires = \"4h\""),
        &[(Warning, "nobody-declares", &["declared_by = [\"user:x[bot]\"]"])],
    ),
    (lane!("[\"user:x[bot]\", \"team:acme/one\"]", "{ from = [\"user:dave\"], count = 1 }", "expires = \"4h\""), &[]),
    (
        lane!("[\"user:carol\"]", "{ from = [\"user:Carol\"], count = 1 }", "expires = \"4h\""),
        &[(
            Error,
            "sole-approver",
            &["approvals = [{ from = [\"user:Carol\"], count = 1 }]", "declared_by = [\"user:carol\"]"],
        )],
    ),
    // Either may declare, and the other approves.
    (
        lane!(
            "[\"user:carol\", \"user:dave\"]",
            "{ from = [\"user:carol\", \"user:dave\"], count = 1 }",
            "expires = \"4h\""
        ),
        &[],
    ),
    (lane!("[\"team:acme/other\"]", "{ from = [\"team:acme/other\"], count = 1 }", "expires = \"4h\""), &[]),
    (
        lane!("[\"team:acme/two\"]", "{ from = [\"team:acme/two\"], count = 2 }", "expires = \"4h\""),
        &[(
            Error,
            "sole-approver",
            &["approvals = [{ from = [\"team:acme/two\"], count = 2 }]", "declared_by = [\"team:acme/two\"]"],
        )],
    ),
    (
        lane!("[\"user:carol\"]", "{ from = [\"team:acme/one\"], count = 2 }", "expires = \"4h\""),
        &[(Error, "never-met", &["{ from = [\"team:acme/one\"], count = 2 }"])],
    ),
    (
        lane!("[\"user:carol\"]", "{ from = [\"user:dave\"], count = 1 }", "expires = \"4h\"\noverdue = \"warn\""),
        &[(Warning, "overdue-warns", &["overdue = \"warn\""])],
    ),
];
