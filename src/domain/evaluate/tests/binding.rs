//! An approval holds exactly as long as what was approved.

use super::*;
use crate::account::Oid;
use crate::decision::Outcome::*;
use crate::facts::Attribution;

#[test]
fn a_push_voids_and_the_same_head_again_counts_again() {
    let mut facts = approved_by(&["bob"]);
    let before = (facts.change.head.clone(), facts.commits.clone());
    push(&mut facts, "h2", "ann");
    let decision = check(PEER, &facts, Wait, &["peer approvals waiting"]);
    says(&decision, "the approval by bob no longer counts: it was given on commit `h1`, the head is now `h2`");
    (facts.change.head, facts.commits) = before;
    check(PEER, &facts, Pass, &["peer approvals satisfied"]);
}

#[test]
fn another_commit_of_the_same_change_binds_nothing() {
    // Approved on a commit that is not the head, whatever the hash over the commits says.
    let mut facts = approved_by(&["bob"]);
    known(&mut facts.reviews)[0].commit = Some(Oid::new("h0"));
    check(PEER, &facts, Wait, &["peer approvals waiting"]);
    known(&mut facts.reviews)[0].commit = None;
    check(PEER, &facts, Wait, &["peer approvals waiting"]);
}

#[test]
fn another_base_or_net_diff_voids() {
    let mut facts = approved_by(&["bob"]);
    facts.change.base.name = "release".to_owned();
    let decision = check(PEER, &facts, Wait, &["peer approvals waiting"]);
    says(&decision, "it was given when the base branch was `main`, it is now `release`");
    // The same head over another base: other commits go in.
    let mut facts = approved_by(&["bob"]);
    known(&mut facts.commits).push(commit("h0", "ann"));
    check(PEER, &facts, Wait, &["peer approvals waiting"]);
}

#[test]
fn an_edited_change_request_voids_until_it_is_edited_back() {
    let mut facts = with(|facts| {
        facts.change.body = "## Rollback plan\nRevert the commit\n\n## Ticket\nCHG1".to_owned();
        approve(facts, "bob");
    });
    check(PEER, &facts, Pass, &["peer approvals satisfied"]);
    facts.change.body = "## Rollback plan\nPray\n\n## Ticket\nCHG1".to_owned();
    let decision = check(PEER, &facts, Wait, &["peer approvals waiting"]);
    says(&decision, "`backout` was edited from `Revert the commit` to `Pray`");
    let unbound = format!("[approval]\nunbound = [\"backout\"]\n{PEER}");
    check(&unbound, &facts, Pass, &["peer approvals satisfied"]);
    // Wrapped otherwise, and a heading written otherwise, it says the same.
    facts.change.body = "# Rollback plan:\nRevert\nthe commit\n\n## Ticket\nCHG1".to_owned();
    check(PEER, &facts, Pass, &["peer approvals satisfied"]);
}

#[test]
fn an_answer_that_only_the_lower_layer_sees_binds_for_the_upper_one_too() {
    let organisation = format!("{PEOPLE}{PEER}");
    let repository = "[record]\nrequired = [\"backout\"]\n[record.fields.backout]\naliases = [\"if it goes wrong\"]\n";
    let mut facts = with(|facts| {
        facts.change.body = "## If it goes wrong\nrevert it".to_owned();
        approve(facts, "bob");
    });
    let expected = ["org/peer approvals satisfied", "record fields satisfied"];
    check_layers(&organisation, repository, &facts, Pass, &expected);
    facts.change.body = "## If it goes wrong\nshrug".to_owned();
    let expected = ["org/peer approvals waiting", "record fields satisfied"];
    check_layers(&organisation, repository, &facts, Wait, &expected);
}

#[test]
fn what_the_reviewer_saw_is_not_known_so_it_is_given_again() {
    let unknowns: [fn(&mut Facts); 3] = [
        |facts| known(&mut facts.reviews)[0].seen.body = Known::unknown("the server was away"),
        |facts| known(&mut facts.reviews)[0].seen.base = Known::unknown("the server was away"),
        |facts| known(&mut facts.reviews)[0].seen.commits = Known::unknown("the server was away"),
    ];
    for unknown in unknowns {
        let mut facts = approved_by(&["bob"]);
        unknown(&mut facts);
        let decision = check(PEER, &facts, Wait, &["peer approvals waiting"]);
        says(&decision, "`the server was away`), so it has to be given again");
        approve(&mut facts, "bob");
        check(PEER, &facts, Pass, &["peer approvals satisfied"]);
    }
}

#[test]
fn without_the_commits_nothing_is_known_to_be_bound() {
    let mut facts = approved_by(&["bob"]);
    facts.commits = Known::unknown("there are more than GitHub lists");
    check(PEER, &facts, Unknown, &["peer approvals unknown"]);
    let free =
        "[[rule]]\nid = \"peer\"\napprovals = [{ from = [\"peer\"], count = 1, independent_of = [\"author\"] }]\n";
    check(free, &facts, Unknown, &["peer approvals unknown"]);
}

#[test]
fn each_entry_keeps_its_own_settings_for_the_same_review() {
    let rule = |id: &str, settings: &str| {
        format!("[[rule]]\nid = \"{id}\"\napprovals = [{{ from = [\"peer\"], count = 1{settings} }}]\n")
    };
    let beside = |settings: &str| rule("plain", "") + &rule("own", settings) + &rule("again", "");
    // What was seen.
    let mut facts = with(|facts| {
        facts.change.body = "## Rollback plan\nRevert".to_owned();
        approve(facts, "bob");
    });
    facts.change.body = "## Rollback plan\nPray".to_owned();
    let expected = ["plain approvals waiting", "own approvals satisfied", "again approvals waiting"];
    check(&beside(", unbound = [\"backout\"]"), &facts, Wait, &expected);
    // Who took part.
    let mut facts = approved_by(&["bob"]);
    facts.change.author = Some(person("bob"));
    check(&beside(", independent_of = [\"committers\"]"), &facts, Wait, &expected);
    // What a commit of nobody does.
    let mut facts = approved_by(&["bob"]);
    known(&mut facts.commits)[0].author = Attribution::Nobody { name: "box".to_owned() };
    let expected = ["plain approvals unknown", "own approvals satisfied", "again approvals unknown"];
    check(&beside(", unattributed = \"pusher\""), &facts, Unknown, &expected);
}
