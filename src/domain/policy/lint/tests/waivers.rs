//! Waivers that lift nothing.

use super::Case;
use crate::diagnostic::Severity::Warning;

/// A waiver until far away, and what it names.
macro_rules! waiver {
    ($rules:literal, $rest:literal) => {
        concat!("[[waiver]]\nid = \"w\"\nuntil = 2027-06-30T00:00:00Z\nwhy = \"agreed\"\nrules = ", $rules, "\n", $rest)
    };
}

pub(super) const CASES: &[Case] = &[
    (waiver!("[\"tested\"]", "[[rule]]\nid = \"tested\"\nsigned = true\n"), &[]),
    (waiver!("[\"tested\"]", "[[rule]]\nid = \"tested\"\nsigned = true\nalways = false\n"), &[]),
    (
        waiver!(
            "[\"tested\", \"peak\"]",
            "[[rule]]\nid = \"tested\"\nsigned = true\nalways = true\n[[freeze]]\nid = \"peak\"\nwhy = \"w\"\nfrom = \"2026-12-18T00:00Z\"\nuntil = \"2026-12-20T00:00Z\"\n"
        ),
        &[(Warning, "lifts-nothing", &["\"tested\"", "always = true"])],
    ),
    (
        waiver!("[\"nights\"]", "[[window]]\nid = \"nights\"\nhours = \"04:00-05:00\"\nalways = true\n"),
        &[(Warning, "lifts-nothing", &["\"nights\"", "always = true"])],
    ),
];
