//! `signed`: every commit bears a signature that GitHub verified.

use super::*;
use crate::decision::Outcome::*;

const SIGNED: &str = "[[rule]]\nid = \"signed\"\nsigned = true\n";

#[test]
fn every_commit_bears_a_signature_that_github_verified() {
    let mut facts = world();
    known(&mut facts.commits).push(commit("h2", "bob"));
    let decision = check(SIGNED, &facts, Act, &["signed signed author"]);
    says(&decision, "no signature that GitHub verified: `h1`, `h2`");
    says(&decision, "next: sign every commit");
    known(&mut facts.commits)[0].verified = true;
    check(SIGNED, &facts, Act, &["signed signed author"]);
    known(&mut facts.commits)[1].verified = true;
    check(SIGNED, &facts, Pass, &["signed signed satisfied"]);
}

#[test]
fn commits_that_are_not_known_may_be_unsigned() {
    let unread = with(|facts| facts.commits = Known::unknown("GitHub answered 502"));
    check(SIGNED, &unread, Unknown, &["signed signed unknown"]);
    let none = with(|facts| facts.commits = Known::Known(Vec::new()));
    check(SIGNED, &none, Unknown, &["signed signed unknown"]);
}
