//! `resolved_threads`: every review thread resolved, by somebody independent.

use super::*;
use crate::decision::Outcome::*;
use crate::facts::{Attribution, Thread, ThreadState};

const ANSWERED: &str = "[[rule]]\nid = \"answered\"\nresolved_threads = true\n";

fn thread(path: &str, resolved_by: Option<&str>) -> Thread {
    let state = match resolved_by {
        Some(login) => ThreadState::Resolved { by: Some(person(login)) },
        None => ThreadState::Open,
    };
    Thread { path: path.to_owned(), state }
}

fn threads(threads: Vec<Thread>) -> Facts {
    with(|facts| facts.asked.threads = Known::Known(threads))
}

#[test]
fn every_thread_is_resolved() {
    check(ANSWERED, &threads(Vec::new()), Pass, &["answered resolved_threads satisfied"]);
    let two = |second| threads(vec![thread("a.rs", Some("bob")), thread("b.rs", second)]);
    check(ANSWERED, &two(Some("carol")), Pass, &["answered resolved_threads satisfied"]);
    let decision = check(ANSWERED, &two(None), Wait, &["answered resolved_threads waiting"]);
    says(&decision, "next: 1 of 2 review threads: the one in `b.rs` is open");
    says(&decision, "Bystander: resolve the review threads that are open");
}

#[test]
fn a_thread_is_resolved_by_somebody_independent_as_for_approvals() {
    let by_ann = threads(vec![thread("a.rs", Some("ann"))]);
    let decision = check(ANSWERED, &by_ann, Wait, &["answered resolved_threads waiting"]);
    says(&decision, "ann resolved the one in `a.rs`: ann opened this pull request");
    // Of whom one must be independent is for the layer's `[approval]` to say.
    let committers = format!("[approval]\nindependent_of = [\"committers\"]\n{ANSWERED}");
    let mut by_bob = threads(vec![thread("a.rs", Some("bob"))]);
    check(&committers, &by_bob, Pass, &["answered resolved_threads satisfied"]);
    known(&mut by_bob.commits).push(commit("h0", "bob"));
    check(&committers, &by_bob, Wait, &["answered resolved_threads waiting"]);
}

#[test]
fn a_thread_that_nobody_is_seen_to_have_resolved_has_to_be_resolved_again() {
    let gone = Thread { path: "a.rs".to_owned(), state: ThreadState::Resolved { by: None } };
    let decision = check(ANSWERED, &threads(vec![gone]), Wait, &["answered resolved_threads waiting"]);
    says(&decision, "nobody knows who resolved the one in `a.rs`");
}

#[test]
fn whether_a_thread_is_resolved_by_somebody_independent_can_be_unknown() {
    let mut facts = threads(vec![thread("a.rs", Some("bob")), thread("b.rs", None)]);
    known(&mut facts.commits)[0].author = Attribution::Nobody { name: "build box".to_owned() };
    let decision = check(ANSWERED, &facts, Unknown, &["answered resolved_threads unknown"]);
    says(&decision, "bob resolved the one in `a.rs`: nobody knows who is behind commit `h1`");
    says(&decision, "Author: add the e-mail address of commit `h1`");
    let unread = with(|facts| facts.asked.threads = Known::unknown("GitHub answered 502"));
    check(ANSWERED, &unread, Unknown, &["answered resolved_threads unknown"]);
    check(ANSWERED, &world(), Unknown, &["answered resolved_threads unknown"]);
}

#[test]
fn many_open_threads_are_counted() {
    let facts = threads((0..6).map(|n| thread(&format!("{n}.rs"), None)).collect());
    let decision = check(ANSWERED, &facts, Wait, &["answered resolved_threads waiting"]);
    says(
        &decision,
        "6 of 6 review threads: the one in `0.rs` is open; the one in `1.rs` is open; the one in `2.rs` is open; and 3 more",
    );
}
