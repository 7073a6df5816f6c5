//! Whether globs have a path in common.

use crate::policy::lint::overlap::{Overlap, overlap, within};
use crate::policy::read::fixed;

#[test]
fn globs_have_a_path_in_common_or_for_certain_none() {
    let cases: &[(&str, &str, bool)] = &[
        ("src/**", "**/*.rs", true),
        ("src/**", "web/**", false),
        ("**", "a", true),
        ("*", "a/b", false),
        ("**/a", "a", true),
        ("a/**", "a", false),
        ("a/**/b", "a/b", true),
        ("a/**/b", "a/x/y/b", true),
        ("a/*/b", "a/x/y/b", false),
        ("?.md", "ab.md", false),
        ("[a-c].md", "[c-e].md", true),
        ("[a-c].md", "[d-e].md", false),
        ("[!a].md", "a.md", false),
        ("[!a].md", "b.md", true),
        ("{a,b/{c,d}}.md", "b/d.md", true),
        ("{a,b/{c,d}}.md", "b/e.md", false),
        ("\\*.md", "a.md", false),
        ("[]].md", "].md", true),
        ("a*b*c", "*abc*", true),
        ("*.rs", "*.md", false),
    ];
    for (left, right, expected) in cases {
        for (one, other) in [(left, right), (right, left)] {
            let (one, other) = (fixed(&[one]), fixed(&[other]));
            match overlap(&one, &other) {
                Overlap::Path(path) => {
                    assert!(*expected && one.matches(&path) && other.matches(&path), "{left} {right}: {path}");
                }
                Overlap::Nothing => assert!(!expected, "{left} {right}"),
                Overlap::Undecided => panic!("{left} {right}: not decided"),
            }
        }
    }
}

#[test]
fn a_glob_too_large_to_walk_is_not_decided() {
    let braces = "{a,b}".repeat(8);
    assert_eq!(overlap(&fixed(&[&braces]), &fixed(&["c"])), Overlap::Undecided);
}

#[test]
fn what_lies_within_is_matched_by_the_other() {
    assert!(within(&fixed(&["src/a.rs", "web/**"]), &fixed(&["src/*.rs", "web/**"])));
    assert!(!within(&fixed(&["src/*.rs"]), &fixed(&["src/a.rs"])));
    assert!(within(&fixed(&["src/*.rs"]), &fixed(&["**"])));
}
