//! What is over, and what never is.

use super::Case;
use crate::diagnostic::Severity::{Error, Warning};

macro_rules! freeze {
    ($rest:literal) => {
        concat!("[[freeze]]\nid = \"f\"\nwhy = \"w\"\n", $rest)
    };
}

pub(super) const CASES: &[Case] = &[
    (freeze!("from = \"2026-11-01\"\nuntil = \"2026-11-22\""), &[(Warning, "past", &["until = \"2026-11-22\""])]),
    // A day as an end is meant whole, in the freeze's zone.
    (freeze!("from = \"2026-11-01\"\nuntil = \"2026-11-23\""), &[]),
    (
        freeze!("from = \"2026-11-01\"\nuntil = \"2026-11-23T13:00\"\ntimezone = \"Europe/Berlin\""),
        &[(Warning, "past", &["until = \"2026-11-23T13:00\""])],
    ),
    (freeze!("from = 2026-11-01T00:00:00Z\nuntil = 2026-11-23T12:00:01Z"), &[]),
    (
        "[[model]]\nid = \"m\"\nowner = \"user:o\"\nuntil = \"2026-06-30\"\nwhen = { fork = false }\napprovals = []",
        &[(Warning, "past", &["until = \"2026-06-30\""])],
    ),
    ("[[model]]\nid = \"m\"\nowner = \"user:o\"\nuntil = \"2027-06-30\"\nwhen = { fork = false }\napprovals = []", &[]),
    (
        "[[waiver]]\nid = \"w\"\nrules = [\"frame\"]\nwhy = \"x\"\nuntil = \"2026-11-23T12:00Z\"",
        &[(Warning, "past", &["until = \"2026-11-23T12:00Z\""])],
    ),
    ("[[waiver]]\nid = \"w\"\nrules = [\"frame\"]\nwhy = \"x\"\nuntil = \"2026-11-23T12:01Z\"", &[]),
    // What recurs is over after its last turn, and so is a window.
    (
        freeze!("from = \"2026-11-01\"\nrrule = \"FREQ=DAILY;COUNT=3\"\nduration = \"1d\""),
        &[(Warning, "past", &["rrule = \"FREQ=DAILY;COUNT=3\""])],
    ),
    (freeze!("from = \"2026-11-21\"\nrrule = \"FREQ=DAILY;COUNT=3\"\nduration = \"1d\""), &[]),
    (
        "[[window]]\nid = \"w\"\nfrom = \"2026-11-01\"\nrrule = \"FREQ=DAILY;UNTIL=20261105\"\nduration = \"3h\"",
        &[(Warning, "past", &["rrule = \"FREQ=DAILY;UNTIL=20261105\""])],
    ),
    // A change of clocks: in London at one o'clock on a Sunday in March and at two in October.
    (
        "[[window]]\nid = \"w\"\ndays = \"Sun\"\nhours = \"01:30-05:00\"",
        &[(Warning, "gap-or-overlap", &["hours = \"01:30-05:00\""])],
    ),
    ("[[window]]\nid = \"w\"\ndays = \"Sun\"\nhours = \"02:00-05:00\"", &[]),
    ("[[window]]\nid = \"w\"\ndays = \"Sun\"\nhours = \"01:30-05:00\"\ntimezone = \"Asia/Tokyo\"", &[]),
    (
        "[[window]]\nid = \"w\"\nopen = [{ days = \"Mon\" }, { days = \"Sat\", hours = \"22:00-01:00\" }]",
        &[(Warning, "gap-or-overlap", &["hours = \"22:00-01:00\""])],
    ),
    (
        freeze!("from = \"2026-11-01T01:30\"\nrrule = \"FREQ=DAILY\"\nduration = \"1h\""),
        &[(Warning, "gap-or-overlap", &["from = \"2026-11-01T01:30\""])],
    ),
    // Without end
    (
        freeze!("from = \"2026-11-27\"\nrrule = \"FREQ=WEEKLY;BYDAY=FR\"\nduration = \"8d\""),
        &[(Error, "endless-freeze", &["duration = \"8d\"", "rrule = \"FREQ=WEEKLY;BYDAY=FR\""])],
    ),
    (freeze!("from = \"2026-11-27\"\nrrule = \"FREQ=WEEKLY;BYDAY=FR\"\nduration = \"7d\""), &[]),
    (freeze!("from = \"2026-11-27\"\nrrule = \"FREQ=WEEKLY;BYDAY=FR;COUNT=9\"\nduration = \"8d\""), &[]),
    (
        freeze!("from = \"2026-11-27\"\nrrule = \"FREQ=DAILY\"\nduration = \"25h\"\nwhen = { fork = true }"),
        &[(Warning, "endless-freeze", &["duration = \"25h\"", "rrule = \"FREQ=DAILY\""])],
    ),
    (freeze!("from = \"2026-11-27\"\nrrule = \"FREQ=DAILY;BYMONTH=12\"\nduration = \"25h\""), &[]),
    (
        freeze!("from = \"2026-12-18\"\nuntil = \"2028-01-04\""),
        &[(Warning, "endless-freeze", &["until = \"2028-01-04\"", "from = \"2026-12-18\""])],
    ),
    (freeze!("from = \"2026-12-18\"\nuntil = \"2027-12-18\""), &[]),
];
