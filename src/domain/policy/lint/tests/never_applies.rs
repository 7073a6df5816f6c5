//! Conditions that exclude each other, and such as only seem to.

use super::Case;
use crate::diagnostic::Severity::Error;

/// A rule under these conditions, which asks nothing so that no other lint has a say.
macro_rules! when {
    ($conditions:literal) => {
        concat!("[[rule]]\nid = \"a\"\nallow = \"b\"\nwhen = { ", $conditions, " }\n")
    };
    ($conditions:literal, $before:literal) => {
        concat!($before, "\n[[rule]]\nid = \"a\"\nallow = \"b\"\nwhen = { ", $conditions, " }\n")
    };
}

pub(super) const CASES: &[Case] = &[
    // Numbers
    (
        when!(r#"all = [{ lines = ">= 500" }, { lines = "< 100" }]"#),
        &[(Error, "never-applies", &[r#"lines = "< 100""#, r#"lines = ">= 500""#])],
    ),
    (when!(r#"all = [{ lines = ">= 100" }, { lines = "< 500" }]"#), &[]),
    (
        when!(r#"all = [{ commits = "> 3" }, { commits = "< 5" }, { commits = "!= 4" }]"#),
        &[(Error, "never-applies", &[r#"commits = "!= 4""#, r#"commits = "< 5""#, r#"commits = "> 3""#])],
    ),
    (when!(r#"all = [{ commits = "> 3" }, { commits = "< 5" }]"#), &[]),
    (when!(r#"lines = "< 0""#), &[(Error, "never-applies", &[r#"lines = "< 0""#])]),
    (when!(r#"lines = "<= 0""#), &[]),
    // Lines of some files and lines of others are two numbers.
    (when!(r#"all = [{ lines = ">= 9", files = ["src/**"] }, { lines = "< 9", files = ["web/**"] }]"#), &[]),
    (
        when!(r#"files = ["src/**"], files_changed = "< 1""#),
        &[(Error, "never-applies", &[r#"files_changed = "< 1""#, r#"files = ["src/**"]"#])],
    ),
    (when!(r#"no_files = ["src/**"], files_changed = "< 1""#), &[]),
    // Levels, types, flags
    (when!(r#"risk = "> critical""#), &[(Error, "never-applies", &[r#"risk = "> critical""#])]),
    (when!(r#"risk = ">= critical""#), &[]),
    (
        when!(r#"risk = ">= high", not = { risk = ">= medium" }"#),
        &[(Error, "never-applies", &[r#"risk = ">= medium""#, r#"risk = ">= high""#])],
    ),
    (when!(r#"risk = ">= high", not = { risk = ">= critical" }"#), &[]),
    (
        when!(r#"type = "normal", not = { type = ["normal", "emergency"] }"#),
        &[(Error, "never-applies", &[r#"type = ["normal", "emergency"]"#, r#"type = "normal""#])],
    ),
    (when!(r#"type = ["normal", "emergency"], not = { type = "normal" }"#), &[]),
    (when!("fork = true, all = [{ fork = false }]"), &[(Error, "never-applies", &["fork = false", "fork = true"])]),
    (when!("fork = true, any = [{ fork = false }, { signed = false }]"), &[]),
    // Every alternative has to fail.
    (
        when!("fork = true, any = [{ fork = false }, { signed = false, not = { signed = false } }]"),
        &[(Error, "never-applies", &["fork = false", "fork = true"])],
    ),
    // What is not proved does not hold under `not`, so that both may be: a dependabot branch that somebody pushed to.
    (when!(r#"author = "alice", not = { author = "alice" }"#), &[]),
    (when!(r#"only_files = ["src/**"], not = { only_files = ["src/**"] }"#), &[]),
    (when!(r#"agent = true, not = { agent = true }"#), &[]),
    (
        when!(r#"author = "alice", all = [{ author = "bob" }]"#),
        &[(Error, "never-applies", &[r#"author = "bob""#, r#"author = "alice""#])],
    ),
    (when!(r#"author = ["alice", "bob"], all = [{ author = "BOB" }]"#), &[]),
    (
        when!(r#"author = "x[bot]", agent = false"#),
        &[(Error, "never-applies", &["agent = false", r#"author = "x[bot]""#])],
    ),
    (when!(r#"author = ["x[bot]", "alice"], agent = false"#), &[]),
    // Where no service is touched, no tier compares.
    (
        when!(r#"tier = "<= 1", not = { tier = "< 3" }"#, "[services.s]\npaths = [\"src/**\"]\ntier = 1"),
        &[(Error, "never-applies", &[r#"tier = "< 3""#, r#"tier = "<= 1""#])],
    ),
    (
        when!(
            r#"not = { tier = "<= 1" }, all = [{ not = { tier = "> 1" } }]"#,
            "[services.s]\npaths = [\"src/**\"]\ntier = 1"
        ),
        &[],
    ),
    // Paths
    (
        when!(r#"files = ["src/**"], only_files = ["web/**"]"#),
        &[(Error, "never-applies", &[r#"only_files = ["web/**"]"#, r#"files = ["src/**"]"#])],
    ),
    (when!(r#"files = ["src/**"], only_files = ["**/*.rs"]"#), &[]),
    (
        when!(r#"files = ["**/*.rs", "src/main.rs"], no_files = ["**/*.rs"]"#),
        &[(Error, "never-applies", &[r#"no_files = ["**/*.rs"]"#, r#"files = ["**/*.rs", "src/main.rs"]"#])],
    ),
    (when!(r#"files = ["src/**"], no_files = ["**/*.rs"]"#), &[]),
    (
        when!(r#"files = ["src/**"], not = { files = ["src/**"] }"#),
        &[(Error, "never-applies", &[r#"files = ["src/**"]"#, r#"files = ["src/**"]"#])],
    ),
    (when!(r#"files = ["src/**"], not = { files = ["src/**", "!src/main.rs"] }"#), &[]),
    // Names, with the scope of the file as one condition more
    (
        when!(r#"base = "main", all = [{ base = ["release/*", "next"] }]"#),
        &[(Error, "never-applies", &[r#"base = ["release/*", "next"]"#, r#"base = "main""#])],
    ),
    (when!(r#"base = "main", all = [{ base = ["~DEFAULT_BRANCH", "next"] }]"#), &[]),
    (
        when!(
            r#"base = ["~DEFAULT_BRANCH", "main"], not = { base = "~DEFAULT_BRANCH" }, all = [{ base = ["m*", "!main"] }]"#
        ),
        &[],
    ),
    (
        when!(r#"base = "main", not = { base = "~DEFAULT_BRANCH" }, all = [{ base = "~DEFAULT_BRANCH" }]"#),
        &[(Error, "never-applies", &[r#"base = "~DEFAULT_BRANCH""#, r#"base = "~DEFAULT_BRANCH""#])],
    ),
    (
        "[scope]\nbase = [\"release/**\"]\n[[rule]]\nid = \"a\"\nallow = \"b\"\nwhen = { base = [\"main\"] }",
        &[(Error, "never-applies", &["base = [\"main\"]", "base = [\"release/**\"]"])],
    ),
    ("[scope]\nbase = [\"release/**\"]\n[[rule]]\nid = \"a\"\nallow = \"b\"\nwhen = { base = [\"release/1\"] }", &[]),
    (
        "[scope]\nrepositories = [\"web-*\"]\n[[rule]]\nid = \"a\"\nallow = \"b\"\n[rule.when]\nrepositories = [\"api-*\"]",
        &[(Error, "never-applies", &["repositories = [\"api-*\"]", "repositories = [\"web-*\"]"])],
    ),
    (
        "[scope]\nrepositories = [\"web-*\"]\n[[rule]]\nid = \"a\"\nallow = \"b\"\nwhen = { repositories = [\"*-api\"] }",
        &[],
    ),
    // Answers: a value also holds where nothing is answered, a state does not.
    (when!(r#"field = { impact = "high" }, all = [{ field = { impact = "low" } }]"#), &[]),
    (
        when!(r#"field = { impact = { state = "present" } }, all = [{ field = { impact = { state = "none" } } }]"#),
        &[(Error, "never-applies", &[r#"impact = { state = "none" }"#, r#"impact = { state = "present" }"#])],
    ),
    // Services are several at a time.
    (
        when!(
            r#"services = "s", not = { services = ["s", "t"] }"#,
            "[services.s]\npaths = [\"src/**\"]\n[services.t]\npaths = [\"web/**\"]"
        ),
        &[(Error, "never-applies", &[r#"services = ["s", "t"]"#, r#"services = "s""#])],
    ),
    (
        when!(
            r#"services = ["s", "t"], not = { services = "s" }"#,
            "[services.s]\npaths = [\"src/**\"]\n[services.t]\npaths = [\"web/**\"]"
        ),
        &[],
    ),
    // Patterns are not compared, expressions and instants not read.
    (when!(r#"title = '^a', on_declaration = true, all = [{ title = '^b', on_declaration = true }]"#), &[]),
    // Factors, models and waivers
    (
        "[[risk.factor]]\nid = \"f\"\nscore = 1\nwhy = \"w\"\nwhen = { fork = true, all = [{ fork = false }] }",
        &[(Error, "never-applies", &["fork = false", "fork = true"])],
    ),
    (
        "[[waiver]]\nid = \"w\"\nrules = [\"frame\"]\nwhy = \"x\"\nuntil = \"2027-03-31\"\nwhen = { lines = \"< 0\" }",
        &[(Error, "never-applies", &["lines = \"< 0\""])],
    ),
];
