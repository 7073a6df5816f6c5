//! Whoever took part does not approve.

use super::*;
use crate::decision::Outcome::*;
use crate::facts::Attribution;

#[test]
fn whoever_took_part_is_barred() {
    type Change = fn(&mut Facts);
    let cases: [(&str, Change); 8] = [
        ("opened this pull request", |facts| facts.change.author = Some(person("bob"))),
        ("is behind commit `h1`", |facts| known(&mut facts.commits)[0].author = by("bob")),
        ("is behind commit `h1`", |facts| known(&mut facts.commits)[0].committer = by("bob")),
        // A commit behind a merge's second parent is in the list like any other.
        ("is behind commit `s1`", |facts| known(&mut facts.commits).insert(0, commit("s1", "bob"))),
        ("is named as co-author", |facts| known(&mut facts.commits)[0].co_authors.push(person("bob"))),
        ("pushed to this pull request", |facts| {
            known(&mut facts.pushers).insert(person("bob"));
        }),
        ("owns the fork", |facts| {
            facts.change.fork = true;
            facts.change.head_owner = Some("Bob".to_owned());
        }),
        ("operates the bot", |facts| {
            facts.operators.insert(person("bob"));
        }),
    ];
    for (why, took_part) in cases {
        let mut facts = world();
        took_part(&mut facts);
        approve(&mut facts, "bob");
        let decision = check(PEER, &facts, Wait, &["peer approvals waiting"]);
        says(&decision, why);
    }
}

#[test]
fn a_push_by_an_approver_costs_their_approval() {
    let mut facts = approved_by(&["bob", "carol"]);
    push(&mut facts, "h2", "bob");
    approve(&mut facts, "bob");
    check(PEER, &facts, Wait, &["peer approvals waiting"]);
    approve(&mut facts, "carol");
    check(PEER, &facts, Pass, &["peer approvals satisfied"]);
}

#[test]
fn a_commit_of_nobody_is_unknown_and_never_a_pass() {
    let mut facts = world();
    known(&mut facts.commits)[0].author = Attribution::Nobody { name: "build box".to_owned() };
    approve(&mut facts, "bob");
    let decision = check(PEER, &facts, Unknown, &["peer approvals unknown"]);
    says(&decision, "GitHub has no account for the address of `build box`");
    says(&decision, "Author: add the e-mail address of commit `h1` to the GitHub account");
    let pusher = format!("[approval]\nunattributed = \"pusher\"\n{PEER}");
    check(&pusher, &facts, Pass, &["peer approvals satisfied"]);
    known(&mut facts.pushers).insert(person("bob"));
    check(&pusher, &facts, Wait, &["peer approvals waiting"]);
    // It is the pusher's, and nobody was seen to push.
    known(&mut facts.pushers).clear();
    check(&pusher, &facts, Unknown, &["peer approvals unknown"]);
    // The pusher stands for it also where pushers are not barred themselves.
    let committers = format!("[approval]\nunattributed = \"pusher\"\nindependent_of = [\"committers\"]\n{PEER}");
    known(&mut facts.pushers).insert(person("bob"));
    check(&committers, &facts, Wait, &["peer approvals waiting"]);
}

#[test]
fn github_s_own_committer_is_nobody() {
    let mut facts = world();
    known(&mut facts.commits)[0].committer = Attribution::GitHub;
    approve(&mut facts, "bob");
    check(PEER, &facts, Pass, &["peer approvals satisfied"]);
}

#[test]
fn who_took_part_is_not_known_so_nobody_is_independent() {
    let unknowns: [fn(&mut Facts); 4] = [
        |facts| facts.pushers = Known::unknown("GitHub answered 502"),
        |facts| facts.change.author = None,
        |facts| facts.commits = Known::unknown("GitHub answered 502"),
        |facts| known(&mut facts.commits).clear(),
    ];
    for unknown in unknowns {
        let mut facts = approved_by(&["bob"]);
        unknown(&mut facts);
        let hash = crate::facts::commits_hash(facts.commits.known().map_or(&[][..], Vec::as_slice));
        known(&mut facts.reviews)[0].seen.commits = Known::Known(hash);
        check(PEER, &facts, Unknown, &["peer approvals unknown"]);
    }
}

#[test]
fn a_bot_s_change_bars_whoever_is_behind_it() {
    let bots = |facts: &mut Facts| {
        facts.change.author = Some(person("helper[bot]"));
        facts.commits = Known::Known(vec![commit("h1", "helper[bot]")]);
        facts.pushers = Known::Known(people(&["helper[bot]"]));
    };
    let only_operators = format!("[approval]\nindependent_of = [\"operators\"]\n{PEER}");
    let mut facts = world();
    bots(&mut facts);
    approve(&mut facts, "bob");
    let decision = check(&only_operators, &facts, Pass, &["peer approvals satisfied"]);
    says(&decision, "nobody is seen to have set helper[bot] to work");
    // Who is named as co-author of a bot's commit told it what to do.
    known(&mut facts.commits)[0].co_authors.push(person("bob"));
    check(&only_operators, &facts, Wait, &["peer approvals waiting"]);
}
