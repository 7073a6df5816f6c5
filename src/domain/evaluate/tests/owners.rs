//! Approvals by the owners of the touched files.

use super::*;
use crate::decision::{Actor, Outcome::*, Reviewer};
use crate::facts::{CodeownersFile, Enforced};

/// A rule that asks the owners, with more to say of them and of the entry.
fn rule(owners: &str, more: &str) -> String {
    format!(
        "[authorities.owners]\n{owners}\n[[rule]]\nid = \"own\"\napprovals = [{{ from = [\"owners\"], count = 1 }}{more}]\n"
    )
}

fn any() -> String {
    rule("codeowners = \"any\"", "")
}

fn each() -> String {
    rule("codeowners = \"each\"", "")
}

/// The world where these files are touched, with that CODEOWNERS, approved by these.
fn owned(codeowners: &str, paths: &[&str], approved: &[&str]) -> Facts {
    let mut facts = world();
    facts.files = Known::Known(paths.iter().map(|path| file(path)).collect());
    set(&mut facts, codeowners);
    for name in ["acme/payments", "acme/cab"] {
        facts.asked.owning_teams.insert(team(name), Known::Known(true));
    }
    approved.iter().for_each(|login| approve(&mut facts, login));
    facts
}

fn set(facts: &mut Facts, text: &str) {
    let file =
        CodeownersFile { path: "CODEOWNERS".to_owned(), blob: crate::account::Oid::new("c0"), text: text.to_owned() };
    facts.asked.codeowners = Known::Known(Some(file));
}

const WAITS: &[&str] = &["own approvals waiting"];
const SATISFIED: &[&str] = &["own approvals satisfied"];
const UNKNOWN: &[&str] = &["own approvals unknown"];

const TWO_LINES: &str = "/src/ @bob @carol\n/docs/ @dave\n";

#[test]
fn each_touched_file_needs_one_of_its_owners() {
    let paths = ["src/a.rs", "docs/a.md"];
    let decision = check(&any(), &owned(TWO_LINES, &paths, &["bob"]), Wait, WAITS);
    says(&decision, "approve this pull request for `docs/a.md` (line 2 of CODEOWNERS)");
    let acts = &decision.rules[0].asks[0].acts;
    assert!(
        matches!(&acts[0].by, Actor::People { count: 1, candidates, of } if candidates == &[person("dave")] && of == &["dave"]),
        "{acts:?}"
    );
    assert_eq!(acts.len(), 1);
    check(&any(), &owned(TWO_LINES, &paths, &["bob", "dave"]), Pass, SATISFIED);
    check(&any(), &owned(TWO_LINES, &paths, &["bob", "carol", "erin"]), Wait, WAITS);
    check(&any(), &owned(TWO_LINES, &["src/a.rs"], &["carol"]), Pass, SATISFIED);
}

#[test]
fn one_person_may_own_several_files_and_people_are_counted_for_each() {
    let text = "/src/ @bob @carol\n/docs/ @bob @dave\n";
    let paths = ["src/a.rs", "docs/a.md"];
    check(&any(), &owned(text, &paths, &["bob"]), Pass, SATISFIED);
    let two = any().replace("count = 1", "count = 2");
    check(&two, &owned(text, &paths, &["bob"]), Wait, WAITS);
    let decision = check(&two, &owned(text, &paths, &["bob", "carol"]), Wait, WAITS);
    says(&decision, "login: \"dave\"");
    says(&decision, "for `docs/a.md`");
    check(&two, &owned(text, &paths, &["bob", "carol", "dave"]), Pass, SATISFIED);
}

#[test]
fn with_each_every_owner_of_a_line_is_asked_and_nobody_answers_for_two() {
    let text = "* @acme/payments @acme/cab\n";
    let decision = check(&each(), &owned(text, &["a"], &["bob"]), Wait, WAITS);
    says(&decision, "of: [\"acme/cab\"]");
    check(&each(), &owned(text, &["a"], &["bob", "dave"]), Pass, SATISFIED);
    // Carol is of both, and still one person.
    check(&each(), &owned(text, &["a"], &["carol"]), Wait, WAITS);
    check(&each(), &owned(text, &["a"], &["carol", "bob"]), Pass, SATISFIED);
    check(&any(), &owned(text, &["a"], &["carol"]), Pass, SATISFIED);
    // For another line she may answer as well.
    let lines = "/a @acme/payments\n/b @acme/cab\n";
    check(&each(), &owned(lines, &["a", "b"], &["carol"]), Pass, SATISFIED);
}

#[test]
fn files_without_owner_ask_nothing_and_are_listed_unless_somebody_answers_for_them() {
    let decision = check(&any(), &owned(TWO_LINES, &["src/a.rs", "x.txt"], &["bob"]), Pass, SATISFIED);
    says(&decision, "nobody owns `x.txt`");
    let decision = check(&any(), &owned(TWO_LINES, &["x.txt"], &[]), Pass, SATISFIED);
    says(&decision, "nobody is asked; nobody owns `x.txt`");
    let unowned = rule("codeowners = \"any\"\nunowned = [\"user:erin\"]", "");
    let decision = check(&unowned, &owned(TWO_LINES, &["src/a.rs", "x.txt"], &["bob"]), Wait, WAITS);
    says(&decision, "for `x.txt`, which nobody owns");
    check(&unowned, &owned(TWO_LINES, &["src/a.rs", "x.txt"], &["bob", "erin"]), Pass, SATISFIED);
    // Whoever answers for files without owner owns none of the others.
    check(&unowned, &owned(TWO_LINES, &["src/a.rs", "x.txt"], &["erin"]), Wait, WAITS);
    // So does whoever the authority, or the entry, names beside the owners.
    let beside = rule("codeowners = \"any\"\nusers = [\"frank\"]", "");
    check(&beside, &owned(TWO_LINES, &["x.txt"], &[]), Wait, WAITS);
    check(&beside, &owned(TWO_LINES, &["src/a.rs", "x.txt"], &["frank"]), Pass, SATISFIED);
    let union = any().replace("[\"owners\"]", "[\"owners\", \"user:frank\"]");
    check(&union, &owned(TWO_LINES, &["x.txt"], &[]), Wait, WAITS);
    check(&union, &owned(TWO_LINES, &["src/a.rs", "x.txt"], &["frank"]), Pass, SATISFIED);
}

#[test]
fn without_codeowners_every_file_is_unowned_and_unreadable_is_unknown() {
    let absent = with(|facts| facts.asked.codeowners = Known::Known(None));
    let decision = check(&any(), &absent, Pass, SATISFIED);
    says(&decision, "nobody owns `src/pay.rs`");
    let mut unread = approved_by(&["bob"]);
    unread.asked.codeowners = Known::unknown("it has 3 MB or more");
    let decision = check(&any(), &unread, Unknown, UNKNOWN);
    says(&decision, "who owns the changed files could not be read: `it has 3 MB or more`");
    // What was not asked for is no file that is not there.
    check(&any(), &world(), Unknown, UNKNOWN);
    let mut files = owned(TWO_LINES, &[], &["bob"]);
    files.files = Known::unknown("there are more than 3000");
    check(&any(), &files, Unknown, UNKNOWN);
    // Another alternative is enough all the same.
    let either = rule("codeowners = \"any\"", "").replace(
        "[{ from = [\"owners\"], count = 1 }]",
        "[{ any = [{ from = [\"owners\"], count = 1 }, { from = [\"user:bob\"], count = 1 }] }]",
    );
    check(&either, &unread, Pass, SATISFIED);
}

#[test]
fn both_names_of_a_rename_are_asked_about() {
    let renamed = |old: Known<Option<String>>, approved: &[&str]| {
        let mut facts = owned(TWO_LINES, &["docs/a.md"], approved);
        known(&mut facts.files)[0].old_path = old;
        facts
    };
    let from_src = || Known::Known(Some("src/a.md".to_owned()));
    check(&any(), &renamed(from_src(), &["dave"]), Wait, WAITS);
    check(&any(), &renamed(from_src(), &["dave", "bob"]), Pass, SATISFIED);
    check(&any(), &renamed(Known::unknown("GitHub is down"), &["dave", "bob"]), Unknown, UNKNOWN);
}

#[test]
fn a_team_owns_only_where_github_takes_it_for_an_owner() {
    let with_team = |owning: Option<Known<bool>>| {
        let mut facts = owned("* @acme/payments\n", &["a"], &["bob"]);
        facts.asked.owning_teams.clear();
        facts.asked.owning_teams.extend(owning.map(|owning| (team("acme/payments"), owning)));
        facts
    };
    check(&any(), &with_team(Some(Known::Known(true))), Pass, SATISFIED);
    let decision = check(&any(), &with_team(Some(Known::Known(false))), Wait, WAITS);
    says(&decision, "Administrator: name somebody in CODEOWNERS for `a` (line 1 of CODEOWNERS)");
    says(&decision, "so GitHub takes it for no owner");
    check(&any(), &with_team(Some(Known::unknown("502"))), Unknown, UNKNOWN);
    check(&any(), &with_team(None), Unknown, UNKNOWN);
}

#[test]
fn an_owner_must_be_able_to_push_and_have_taken_no_part() {
    let mut reader = owned("* @bob\n", &["a"], &["bob"]);
    known(&mut reader.reviews)[0].can_write = false;
    check(&any(), &reader, Wait, WAITS);
    let loose = rule("codeowners = \"any\"\nwrite = false", "");
    check(&loose, &reader, Wait, WAITS);
    let decision = check(&any(), &owned("* @ann\n", &["a"], &["bob"]), Wait, WAITS);
    says(&decision, "name somebody in CODEOWNERS for `a` (line 1 of CODEOWNERS) who took no part in this change");
    let except = rule("codeowners = \"any\"\nexcept = [\"user:bob\"]", "");
    check(&except, &owned("* @bob @carol\n", &["a"], &["bob"]), Wait, WAITS);
    check(&except, &owned("* @bob @carol\n", &["a"], &["carol"]), Pass, SATISFIED);
}

#[test]
fn an_address_that_github_does_not_tell_may_be_anybody_s() {
    let text = "* bob@example.com\n";
    let decision = check(&any(), &owned(text, &["a"], &["bob"]), Unknown, UNKNOWN);
    says(&decision, "GitHub does not tell whose address `bob@example.com` is");
    says(&decision, "name the owner `bob@example.com` in CODEOWNERS as `@login`");
    check(&any(), &owned(text, &["a"], &[]), Wait, WAITS);
    let mut told = owned(text, &["a"], &["bob"]);
    told.accounts.insert("bob@example.com".to_owned(), Known::Known(person("bob")));
    check(&any(), &told, Pass, SATISFIED);
    told.accounts.insert("bob@example.com".to_owned(), Known::Known(person("carol")));
    check(&any(), &told, Wait, WAITS);
}

#[test]
fn entries_beside_the_owners_are_filled_by_others() {
    let beside = rule("codeowners = \"any\"", ", { from = [\"cab\"], count = 1 }");
    let text = "/a @carol\n/b @dave\n";
    // Carol and dave own the files; neither is left for the board.
    check(&beside, &owned(text, &["a", "b"], &["carol", "dave"]), Wait, WAITS);
    check(&beside, &owned(text, &["a"], &["carol", "dave"]), Pass, SATISFIED);
    check(&beside, &owned("* @carol\n", &["a", "b"], &["carol"]), Wait, WAITS);
}

#[test]
fn a_role_that_the_owners_fill_never_asks_nobody() {
    let organisation = "version = 1\n[authorities.approvers]\nfill = \"who authorises\"\n[[rule]]\nid = \"own\"\napprovals = [{ from = [\"approvers\"], count = 1 }]\n";
    let repository = "[authorities.approvers]\ncodeowners = \"any\"\n[[rule]]\nid = \"x\"\nallow = \"ok\"\n";
    let expected = |state: &'static str| [state, "x allow satisfied"];
    let facts = owned(TWO_LINES, &["x.txt"], &["bob"]);
    let decision = check_layers(organisation, repository, &facts, Wait, &expected("org/own approvals waiting"));
    says(&decision, "Administrator: name an owner in CODEOWNERS for `x.txt`");
    let facts = owned(TWO_LINES, &["src/a.rs"], &["bob"]);
    check_layers(organisation, repository, &facts, Pass, &expected("org/own approvals satisfied"));
}

#[test]
fn lines_that_github_does_not_read_are_told() {
    let decision = check(&any(), &owned("* @bob\n!x @carol\n* `dave`\n", &["a"], &["bob"]), Pass, SATISFIED);
    says(&decision, "GitHub does not read all of `CODEOWNERS`: line 2: `!x` begins with `!`");
    says(&decision, "line 3: ``dave`` is no owner");
}

#[test]
fn owners_are_asked_for_reviews() {
    let asked = |how: &str, text: &str| {
        let policy = format!("{PEOPLE}[approval]\nrequest = \"{how}\"\n{}", any());
        let decision = decide(&policies("", &policy), &owned(text, &["a"], &[]));
        let name = |reviewer: &Reviewer| match reviewer {
            Reviewer::Team(team) => team.to_string(),
            Reviewer::Person(person) => person.to_string(),
        };
        decision.requests.iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(asked("teams", "* @acme/payments @dave\n"), ["acme/payments"]);
    assert_eq!(asked("people", "* @acme/payments @dave\n"), ["bob", "carol", "dave"]);
    assert_eq!(asked("teams", "* @dave @ann\n"), ["dave"]);
}

#[test]
fn outside_of_approvals_an_owner_owns_everything_that_is_touched() {
    let policy = "[authorities.owners]\ncodeowners = \"any\"\n[[rule]]\nid = \"own\"\nwhen = { author_in = [\"owners\"] }\nallow = \"yes\"\n[[rule]]\nid = \"rest\"\nallow = \"yes\"\n";
    let both = ["own allow satisfied", "rest allow satisfied"];
    check(policy, &owned("* @ann\n", &["a", "b"], &[]), Pass, &both);
    check(policy, &owned("* @bob\n", &["a", "b"], &[]), Pass, &["rest allow satisfied"]);
    let partly =
        check(policy, &owned("/a @ann\n", &["a", "b"], &[]), Unknown, &["own allow unknown", "rest allow satisfied"]);
    says(&partly, "owns some of the touched files, and not all of them");
}

#[test]
fn a_change_of_workflows_is_read_by_an_owner_or_where_nobody_owns_it_by_anybody_who_may_push() {
    let policy = any() + "[[rule]]\nid = \"ci\"\nchecks = [\"build\"]\n";
    let facts = |text: &str, approved: &[&str]| {
        let mut facts = owned(text, &[".github/workflows/ci.yml"], approved);
        facts.checks = Known::Known(vec![run("build", "success")]);
        facts.enforced = Enforced::Yes;
        facts
    };
    let waits = ["own approvals satisfied", "ci checks waiting"];
    check(&policy, &facts("", &[]), Wait, &waits);
    check(&policy, &facts("", &["bob"]), Pass, &["own approvals satisfied", "ci checks satisfied"]);
    check(&policy, &facts("* @carol\n", &["bob"]), Wait, &["own approvals waiting", "ci checks waiting"]);
    check(&policy, &facts("* @carol\n", &["carol"]), Pass, &["own approvals satisfied", "ci checks satisfied"]);
}

#[test]
fn a_large_change_by_many_lines_takes_no_longer_than_it_may() {
    let text: String = (0..500).map(|at| format!("/module{at}/ @bob @acme/cab\n/module{at}/x/** @carol\n")).collect();
    let paths: Vec<String> = (0..3000).map(|at| format!("module{}/x{}/file{at}.rs", at % 500, at % 7)).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let facts = owned(&text, &paths, &["bob", "dave", "erin"]);
    let spent = speed::time(|| _ = check(&any(), &facts, Pass, SATISFIED));
    assert!(spent < 5_000_000, "{spent} microseconds");
}
