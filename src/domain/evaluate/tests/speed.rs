//! How long the largest change takes.

use std::fmt::Write;

use super::*;
use crate::policy::field_set;
use crate::records::Records;

#[test]
fn a_hundred_rules_over_three_thousand_files() {
    let (large, typical) = spent();
    assert!(large < 5_000_000, "{large} microseconds");
    assert!(typical < 500_000, "{typical} microseconds");
}

#[test]
#[ignore = "in milliseconds, so for a release build on a machine with nothing else to do"]
fn a_hundred_rules_over_three_thousand_files_take_less_than_five_milliseconds() {
    let (large, typical) = spent();
    assert!(large < 5_000, "{large} microseconds");
    assert!(typical < 500, "{typical} microseconds for a hundred rules over few files");
}

/// What the largest change takes, and a small one under the same rules, in microseconds.
fn spent() -> (u128, u128) {
    let mut text = PEOPLE.to_owned();
    for rule in 0..100 {
        let globs = format!("[\"services/s{rule}/**\", \"**/*.e{rule}\", \"!services/s{rule}/gen/**\"]");
        writeln!(text, "[[rule]]\nid = \"r{rule}\"\nwhen = {{ files = {globs} }}").unwrap();
        writeln!(text, "approvals = [{{ from = [\"payments\"], count = 1 }}]").unwrap();
    }
    let set = policies("", &text);
    let mut facts = approved_by(&["bob"]);
    facts.files = Known::Known((0..3000).map(|at| file(&format!("src/module{at}/deep/path/file{at}.rs"))).collect());
    let records = Records::read(&facts, &field_set(&set), &[]);
    let large = time(|| {
        crate::evaluate(&set, &records, &facts);
    });
    facts.files = world().files;
    let typical = time(|| {
        crate::evaluate(&set, &records, &facts);
    });
    (large, typical)
}

/// The least of a few runs, in microseconds.
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "a test may look at the clock")]
#[expect(clippy::print_stderr, reason = "the figure is the point")]
pub(super) fn time(run: impl Fn()) -> u128 {
    let once = || {
        let start = std::time::Instant::now();
        run();
        start.elapsed().as_micros()
    };
    let least = (0..5).map(|_| once()).min().unwrap_or_default();
    eprintln!("evaluated in {least} µs");
    least
}
